"""The random programs are scenarios like any other."""

from __future__ import annotations

from pathlib import Path

from conformance.scenario.load import find
from tests.fuzz.__main__ import write
from tests.fuzz.programs import program


def test_every_program_is_admitted(tmp_path: Path) -> None:
    write(tmp_path / "seed", "seed", 150)
    found = find(tmp_path, [])
    assert [str(error) for error in found.errors] == []
    assert len(found.scenarios) == 150


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


def test_together_they_say_all_that_they_can() -> None:
    text = str([program(f"all/{number}") for number in range(200)])
    assert [word for word in (*OPERATIONS, *CONTROL, *OPTIONS) if f"'{word}'" not in text] == []
