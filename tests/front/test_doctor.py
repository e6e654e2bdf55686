"""`conformance doctor`: the machine, and harnesses on the ladder, sound ones and broken ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from conformance.commands import doctor
from conformance.doctor import machine, vectors
from conformance.doctor.machine import Check
from conformance.doctor.rungs import LADDER, rungs
from conformance.errors import Exit
from conformance.protocol.features import FEATURES
from conformance.scenario.load import find
from conformance.scenario.yaml_text import read
from tests.front.harnesses import written

HARNESS = Path(__file__).with_name("harnesses.py")


def climbed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[Exit, list[str]]:
    """Take a harness of `harnesses.py` up the ladder: exit code, and the lines that were said."""
    command = f"{sys.executable} {HARNESS} {' '.join(words)}"
    code = doctor._subject(doctor.Subject.parse(f"mine={command}"))  # noqa: SLF001 - as `--subject` does
    return code, capsys.readouterr().out.splitlines()


def test_every_feature_is_taught_and_each_rung_needs_only_what_lies_below() -> None:
    known: set[str] = set()
    for rung in rungs():
        assert rung.teaches <= rung.needs, rung.title
        assert rung.needs <= known | rung.teaches, (rung.title, rung.needs - known - rung.teaches)
        known |= rung.teaches
    assert known == FEATURES.keys()


def test_every_rung_is_a_scenario_that_would_be_admitted(tmp_path: Path) -> None:
    for number, given in enumerate(read(LADDER.read_bytes(), LADDER.name).document):
        document = {key: value for key, value in given.items() if key not in ("rung", "teaches", "effects")}
        (tmp_path / f"r{number}.yaml").write_text(
            written({"title": given["rung"], "covers": ["replay-cached-result"]} | document)
        )
    found = find(tmp_path)
    assert [str(error) for error in found.errors] == []


def test_a_machine_that_is_ready_and_one_that_is_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = Check("a", good=True, seen="1")
    optional = Check("b", good=False, seen="none", hint="get one", needed=False)
    monkeypatch.setattr(machine, "checks", lambda: iter([good, optional]))
    assert doctor._machine() is Exit.AS_EXPECTED  # noqa: SLF001 - as the command does
    assert "This machine is ready." in capsys.readouterr().out
    bad = Check("c", good=False, seen="broken", hint="mend it")
    monkeypatch.setattr(machine, "checks", lambda: iter([good, bad]))
    assert doctor._machine() is Exit.ENVIRONMENT  # noqa: SLF001 - as above
    out = capsys.readouterr().out
    assert "✗ c                broken\n                   mend it\n" in out


def test_this_machine_is_looked_at() -> None:
    found = {check.what: check for check in machine.checks()}
    assert {"Python", "Node", "AWS's emulator", "disk", "cargo", "java"} <= found.keys()
    assert all(check.good for check in found.values() if check.needed), found


@pytest.mark.parametrize(
    ("words", "rung", "wanted", "came"),
    [
        (("dead",), "it starts and asks for an invocation", "one that starts", "exit code 3"),
        (("silent",), "it says hello", "POST hello", "nothing"),
        (
            ("stranger",),
            "it starts and asks for an invocation",
            "one that starts",
            "nobody knows the features",
        ),
        (("wrong",), "the runtime loop", '"status": "SUCCEEDED"', '"result": 7'),
    ],
)
def test_the_first_rung_that_fails_says_what_was_wanted_and_what_came(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], rung: str, wanted: str, came: str
) -> None:
    code, lines = climbed(capsys, *words)
    assert code is Exit.FINDING
    failed = next(number for number, line in enumerate(lines) if line.startswith("✗"))
    assert lines[failed] == f"✗ {rung}"
    told = "\n".join(lines[failed:])
    assert "      wanted  " in told
    assert wanted in told
    assert came in told
    assert lines[-1].startswith(f"The first that fails: {rung}.")


def test_what_is_not_named_is_not_tried_and_what_stands_on_a_failure_is_not_either(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, lines = climbed(capsys, "wrong")
    assert code is Exit.FINDING
    assert "- a step, not had  (step)" in lines
    assert "· every vector of values, not tried  (the runtime loop)" in lines
    assert "mine 1, profile core: 2 features" in lines
    assert any(line.startswith("  of its profile it has not got: await, ") for line in lines)


def test_a_harness_of_two_words_gets_as_far_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = climbed(capsys, "plain")
    assert code is Exit.FINDING  # it knows one kind of tree
    assert "✓ the runtime loop" in lines
    assert "✗ every vector of values" in lines
    assert "✓ an answer of nothing" in lines


NOT_IN_JS = ("raise.retryable", "serdes.retryable")
"""What this SDK has no public error for."""


@pytest.mark.parametrize(("subject", "lacks"), [("python", ()), ("js", NOT_IN_JS)])
def test_both_harnesses_climb_the_whole_ladder(
    subject: str,
    lacks: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = json.loads(vectors.VECTORS.read_text(encoding="utf-8"))
    some = tmp_path / "vectors.json"  # all of them are tested elsewhere, without a process each
    some.write_text(json.dumps(content | {"vectors": content["vectors"][::20]}), encoding="utf-8")
    monkeypatch.setattr(vectors, "VECTORS", some)
    code = doctor._subject(doctor.Subject.parse(subject))  # noqa: SLF001 - as `--subject` does
    lines = capsys.readouterr().out.splitlines()
    below = [line for line in lines if line[:1] in ("✗", "-", "·")]
    assert [line.rpartition("(")[2].rstrip(")") for line in below if line[0] == "-"] == [*lacks]
    assert len(below) == len(lacks)
    assert code is Exit.AS_EXPECTED
    every = len(rungs()) + 3
    assert lines[-1].startswith(f"{every} rungs: {every - len(lacks)} held")
