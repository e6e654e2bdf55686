"""Which scenarios a command line selects: by pattern, by file, without some, and those that failed last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.commands.failed import Failed
from conformance.commands.selection import left_out, scenarios
from conformance.engine.events import RunEnded
from conformance.errors import UsageError
from conformance.verdict.finding import Verdict
from tests.front import samples
from tests.front.test_cli import BAD, GOOD

ENDED = RunEnded(seconds=1, interrupted=False, divergences={}, problems=(), held_seconds=0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONFORMANCE_CACHE", str(tmp_path / "cache"))
    for name in ("basics/a", "basics/b", "virtual/a"):
        path = tmp_path / "scenarios" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD, encoding="utf-8")
    return tmp_path / "scenarios"


def ids(folder: Path, *patterns: str, skipped: tuple[str, ...] = ()) -> list[str]:
    return [one.id for one in scenarios(folder, patterns, skipped).scenarios]


def test_deep_scenarios_are_left_out_unless_named_or_asked_for(folder: Path) -> None:
    (folder / "basics" / "b.yaml").write_text(f"deep: true\n{GOOD}", encoding="utf-8")
    found = scenarios(folder, [])
    assert left_out(found, [], deep=False) == ("basics/b",)
    assert left_out(found, [], deep=True) == ()
    assert left_out(scenarios(folder, ["basics"]), ["basics"], deep=False) == ()


def test_a_file_of_the_folder_is_the_scenario_that_it_is(folder: Path) -> None:
    assert ids(folder, str(folder / "basics" / "a.yaml")) == ["basics/a"]
    assert ids(folder, str(folder / "basics" / "a.yaml"), "virtual") == ["basics/a", "virtual/a"]


def test_a_file_that_stands_elsewhere_is_a_scenario_by_its_name(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "mine.yaml"
    other.write_text(GOOD, encoding="utf-8")
    found = scenarios(folder, [str(other)])
    assert [one.id for one in found.scenarios] == ["mine"]
    assert found.lines["mine"].file == str(other)
    assert ids(folder, str(other), "virtual") == ["virtual/a", "mine"]

    other.write_text(BAD, encoding="utf-8")
    (error,) = scenarios(folder, [str(other)]).errors
    assert str(other) in str(error)


def test_two_files_of_one_name_are_refused(folder: Path, tmp_path: Path) -> None:
    paths = []
    for place in ("one", "two"):
        path = tmp_path / place / "mine.yaml"
        path.parent.mkdir()
        path.write_text(GOOD, encoding="utf-8")
        paths.append(str(path))
    with pytest.raises(UsageError, match="two files are the scenario `mine`"):
        scenarios(folder, paths)


def test_what_is_skipped_is_left_out_and_not_even_read(folder: Path) -> None:
    (folder / "basics" / "b.yaml").write_text(BAD, encoding="utf-8")
    assert ids(folder, skipped=("basics/b",)) == ["basics/a", "virtual/a"]
    assert ids(folder, "basics", skipped=("*/b",)) == ["basics/a"]
    with pytest.raises(UsageError, match="no scenario matches `nothing`"):
        ids(folder, skipped=("nothing",))
    with pytest.raises(UsageError, match="no scenario is selected"):
        ids(folder, skipped=("*",))


def told(failed: Failed, **verdicts: Verdict) -> None:
    for name, verdict in verdicts.items():
        findings = (samples.ORPHAN,) if verdict is Verdict.VIOLATED else ()
        failed(samples.judged(name, samples.JS, Verdict.CONFORMS))
        failed(samples.judged(name, samples.PYTHON, verdict, *findings))
    failed(ENDED)


def test_what_failed_last_is_kept_until_it_runs_well(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "failed.json"
    with pytest.raises(UsageError, match="nothing failed"):
        Failed(folder, file).among([])
    told(Failed(folder, file), a=Verdict.VIOLATED, b=Verdict.VIOLATED, c=Verdict.PARITY)
    assert Failed(folder, file).among([]) == ["a", "b"]
    assert Failed(folder, file).among(["b"]) == ["b"]
    told(Failed(folder, file), a=Verdict.PARITY)
    assert Failed(folder, file).among([]) == ["b"]
    with pytest.raises(UsageError, match="nothing failed"):
        Failed(tmp_path, file).among([])  # another folder's


def test_a_run_that_judged_nothing_and_a_broken_cache_change_nothing(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "failed.json"
    told(Failed(folder, file), a=Verdict.VIOLATED)
    Failed(folder, file)(replace(ENDED, interrupted=True))
    assert Failed(folder, file).among([]) == ["a"]
    file.write_text("[", encoding="utf-8")
    told(Failed(folder, file), b=Verdict.VIOLATED)
    assert Failed(folder, file).among([]) == ["b"]
