"""Scenarios to begin with, values that are changed in them, and runs that are repeated when one is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.cli import main
from conformance.commands import selection
from conformance.commands.expecting import update
from conformance.commands.new import KINDS
from conformance.commands.watch import stamps, watch
from conformance.engine.admitted import RULES
from conformance.engine.collected import Collected
from conformance.engine.events import RunStarted
from conformance.errors import Exit, Location, ScenarioError, UsageError
from conformance.scenario.edit import changed
from conformance.scenario.load import load
from conformance.scenario.yaml_text import read
from conformance.verdict.finding import Blame, Finding, Layer, Verdict
from tests.front import samples

SOURCE = """\
title: Two ways  # with a comment
covers: [step-result-checkpointed]
handler:
  - step: {name: a, returns: 1, as: a}   # kept
  - return: {$eval: a}
expect:
  status: SUCCEEDED
  result:
    deep: [1, 2]
  operations: {STEP: 1, WAIT: 0}
  # the end
  invocations: 1
"""


@pytest.mark.parametrize("kind", [*KINDS])
def test_a_new_scenario_can_be_used_at_once(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["new", f"mine/{kind}", "--of", kind, "--scenarios", str(tmp_path)]
    assert main(words) == 0
    path = tmp_path / "mine" / f"{kind}.yaml"
    told = capsys.readouterr()
    assert told.out == f"{path}\n"
    assert "--watch" in told.err
    assert load(path, tmp_path, more=RULES).covers == (KINDS[kind][1],)
    assert main(words) == 2
    assert "there is such a scenario" in capsys.readouterr().err


def test_a_title_may_say_anything_and_ids_may_not(tmp_path: Path) -> None:
    title = "it's: {odd} # and 'quoted'"
    assert main(["new", "mine", "--title", title, "--scenarios", str(tmp_path)]) == 0
    assert load(tmp_path / "mine.yaml", tmp_path).title == title
    for words in (["../up"], ["Mine"], ["divergences"], ["other", "--covers", "no-such-thing"]):
        assert main(["new", *words, "--scenarios", str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.rglob("*.yaml")] == ["mine.yaml"]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("expect", "status"), "FAILED", "  status: FAILED\n"),
        (("expect", "result"), {"deep": [3, "two words"]}, '  result:\n    {deep: [3, "two words"]}\n'),
        (("expect", "result", "deep", 1), None, "    deep: [1, null]\n"),
        (("expect", "operations", "WAIT"), 2, "  operations: {STEP: 1, WAIT: 2}\n"),
        (("expect", "invocations"), 12, "  invocations: 12\n"),
        (("title",), "yes", 'title: "yes"  # with a comment\n'),
    ],
)
def test_one_value_is_changed_and_nothing_else(path: tuple[str | int, ...], value: object, line: str) -> None:
    text = changed(SOURCE, path, value)
    assert line in text
    before, after = SOURCE.splitlines(), text.splitlines()
    assert len([one for one in after if one not in before]) == 1


Json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=8).filter(str.isprintable),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4).filter(str.isprintable), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(Json)
def test_any_value_is_read_back_as_it_was_written(value: object) -> None:
    text = changed(SOURCE, ("expect", "result"), value)
    assert read(text.encode(), "x").document["expect"]["result"] == value
    assert "# the end" in text


def test_what_is_not_there_is_not_changed() -> None:
    with pytest.raises(ScenarioError, match=r"there is no `expect\.bodies\.a` to change"):
        changed(SOURCE, ("expect", "bodies", "a"), 1)


def wrong(rule: str, path: str, seen: object, wanted: object) -> Finding:
    return Finding(Layer.EXPECT, rule, path, seen, wanted, Blame.UNDETERMINED, "it is not as expected")


def judged(path: Path, js: Finding, python: Finding) -> Collected:
    run = Collected()
    run(RunStarted((samples.JS, samples.PYTHON), samples.JS.id, ("mine",), complete=False))
    for info, finding in ((samples.JS, js), (samples.PYTHON, python)):
        event = samples.judged("mine", info, Verdict.VIOLATED, finding)
        run(replace(event, location=Location(str(path), 1)))
    return run


def test_what_all_subjects_agree_about_is_written_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SOURCE, encoding="utf-8")
    scenario = load(path, tmp_path)
    operations = wrong("expected-operations", "operations.WAIT", 3, 0)
    assert update(judged(path, operations, operations), [scenario]) == 1
    assert path.read_text(encoding="utf-8") == SOURCE.replace("WAIT: 0", "WAIT: 3")
    assert "expect.operations.WAIT is 3 now, was 0" in capsys.readouterr().err


def test_where_they_differ_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SOURCE, encoding="utf-8")
    scenario = load(path, tmp_path)
    one, other = (wrong("expected-invocations", "invocations", seen, 1) for seen in (2, 3))
    assert update(judged(path, one, other), [scenario]) == 0
    any_of = wrong("expected-any-of", "any_of", [], [])
    assert update(judged(path, any_of, any_of), [scenario]) == 0
    assert path.read_text(encoding="utf-8") == SOURCE
    assert "yours to say" in capsys.readouterr().err


def test_what_is_saved_runs_again_until_the_user_ends_it(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.yaml", "b.yaml", "c.yaml")]
    for path in paths[:2]:
        path.write_text("1", encoding="utf-8")
    runs: list[Sequence[Path]] = []
    saves = iter([(paths[1], "22"), (paths[2], "new")])

    def once(saved: Sequence[Path]) -> Exit:
        runs.append(saved)
        if len(runs) == 2:
            raise UsageError("it can't be used")
        return Exit.AS_EXPECTED if len(runs) < 3 else Exit.INTERRUPTED

    def look() -> Mapping[Path, tuple[int, int]]:
        return stamps(paths)

    def pause(_seconds: float) -> None:
        path, text = next(saves)
        path.write_text(text, encoding="utf-8")

    assert watch(once, look, pause) is Exit.INTERRUPTED
    assert runs == [(), [paths[1]], [paths[2]]]


def test_the_files_that_are_watched_are_those_selected(tmp_path: Path) -> None:
    for name in ("basics/a", "basics/b", "virtual/a", "divergences"):
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(SOURCE, encoding="utf-8")

    def names(*patterns: str, skipped: tuple[str, ...] = ()) -> list[str]:
        return [str(path.relative_to(tmp_path)) for path in selection.files(tmp_path, patterns, skipped)]

    assert names() == ["basics/a.yaml", "basics/b.yaml", "virtual/a.yaml"]
    assert names("basics", skipped=("*/b",)) == ["basics/a.yaml"]
    assert names(str(tmp_path / "virtual" / "a.yaml")) == ["virtual/a.yaml"]
    assert names("not-yet") == []
