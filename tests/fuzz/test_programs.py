"""The random programs are scenarios like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.scenario.load import find
from tests.fuzz.__main__ import judge, write
from tests.fuzz.programs import program


@pytest.mark.parametrize("faults", [False, True])
def test_every_program_is_admitted(tmp_path: Path, *, faults: bool) -> None:
    write(tmp_path / "seed", "seed", 150, faults=faults)
    found = find(tmp_path, [])
    assert [str(error) for error in found.errors] == []
    assert len(found.scenarios) == 150


KNOWN = {"rule": "payload", "divergence": "value-encoding"}
OTHER = {"rule": "body-runs"}
STRUCK_APART = {"rule": "faults-apart"}


@pytest.mark.parametrize(
    ("verdict", "findings", "code"),
    [
        ("known-divergence", [KNOWN], 0),
        ("diverged", [KNOWN, OTHER, STRUCK_APART], 0),
        ("diverged", [KNOWN, OTHER], 1),
        ("diverged", [OTHER, STRUCK_APART | {"divergence": "some"}], 1),
        ("violated", [OTHER, STRUCK_APART], 1),
        ("harness-error", [STRUCK_APART], 1),
        ("scenario-error", [{"rule": "fault-never-strikes"}], 0),
        ("scenario-error", [{"rule": "expression-fails"}], 1),
        ("scenario-error", [{"rule": "expression-fails"}, {"rule": "fault-never-strikes"}], 1),
    ],
)
def test_only_faults_that_struck_other_updates_are_let_be(
    verdict: str, findings: list[dict[str, str]], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"scenario": "1/2", "subject": "python@3.0.0", "verdict": verdict, "findings": findings}
    assert judge({"results": [row]}) == code
    assert ("1/2 with python@3.0.0" in capsys.readouterr().out) == bool(code)


def test_the_same_seed_gives_the_same_program() -> None:
    assert program("a/1") == program("a/1") != program("a/2")


OPERATIONS = [
    "step",
    "wait",
    "child",
    "map",
    "parallel",
    "with_retry",
    "invoke",
    "callback",
    "wait_for_callback",
]
CONTROL = ["await", "let", "note", "logs", "if", "try", "raise", "return", "wait_for_condition"]
OPTIONS = ["FLAT", "NESTED", "virtual", "at-most-once", "min_successful", "item_name", "wrap"]
FAULTS = ["crashes", "crash-before", "crash-after", "lose-response", "error", "throttle"]


def test_together_they_say_all_that_they_can() -> None:
    text = str([program(f"all/{number}", faults=number > 100) for number in range(200)])
    assert [word for word in (*OPERATIONS, *CONTROL, *OPTIONS, *FAULTS) if f"'{word}'" not in text] == []
