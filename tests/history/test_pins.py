"""The pins: one cause a line, strict both ways, the same text for the same pins."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.commands import selection
from conformance.engine.files import SCENARIOS
from conformance.errors import UsageError
from conformance.history import pins
from conformance.history.changes import Shown
from conformance.history.pins import ALL, Difference, Pins, Race
from conformance.sdks import registry

NONE = Pins("x", "", {}, {})
A, B, C = "invariant/a", "structure/b", "known/c"
SHOWN: dict[str, Shown] = {
    "1.0.0": {"virtual/a": frozenset({A, B}), "flat/b": frozenset({A})},
    "1.5.0": {"virtual/a": frozenset({A})},
    "2.0.0": {"virtual/a": frozenset({A, C}), "flat/b": frozenset({A})},
}
SCENES = ("virtual/a", "flat/b", "steps/c")
PINNED = NONE.measured("ref@1", SHOWN, SCENES, ())


def test_a_line_has_a_cause_its_versions_and_its_scenarios() -> None:
    lines = [json.loads(line.strip().rstrip(",")) for line in PINNED.dumps().splitlines()[10:-2]]
    assert lines == [
        {"cause": A, "since": "1.0.0", "until": "1.5.0", "scenarios": ["flat/b"]},
        {"cause": A, "since": "1.0.0", "scenarios": ["virtual/a"]},
        {"cause": A, "since": "2.0.0", "scenarios": ["flat/b"]},
        {"cause": C, "since": "2.0.0", "scenarios": ["virtual/a"]},
        {"cause": B, "since": "1.0.0", "until": "1.5.0", "scenarios": ["virtual/a"]},
    ]


def test_a_release_that_changes_nothing_adds_its_name_alone() -> None:
    more = PINNED.measured("ref@1", {"2.1.0": SHOWN["2.0.0"]}, SCENES, ())
    before, after = PINNED.dumps().splitlines(), more.dumps().splitlines()
    assert [line for line in after if line not in before] == ['  "2.0.0": ["*"],', '  "2.1.0": ["*"]']
    assert len(before) + 1 == len(after)


def test_what_races_is_neither_pinned_nor_held_and_all_else_is() -> None:
    race = Race((A,), ("flat/b",), "1.0.0", "2.0.0", "two threads")
    made = replace(NONE, races=(race,)).measured("ref@1", SHOWN, SCENES, ())
    assert "flat/b" not in made.shown["1.0.0"]
    assert made.shown["2.0.0"]["flat/b"] == {A}
    back = pins._loaded(json.loads(made.dumps()), "x")  # noqa: SLF001
    assert back == made
    seen = {**SHOWN["1.0.0"], "flat/b": frozenset({B})}
    assert back.against("1.0.0", SHOWN["1.0.0"], SCENES) == ()
    assert back.against("1.0.0", seen, SCENES) == (Difference(B, ("flat/b",), new=True),)
    assert back.against("2.0.0", {"virtual/a": frozenset({A, C})}, SCENES) == (
        Difference(A, ("flat/b",), new=False),
    )


names = st.sampled_from([A, B, C, "unsupported/d"])
shown = st.dictionaries(st.sampled_from(SCENES), st.frozensets(names, min_size=1), max_size=3)
every = st.dictionaries(st.sampled_from(["1.0.0", "1.0.0.post1", "1.2.0", "1.10.0", "3.0.0"]), shown)


@given(every, st.sampled_from([(), ("virtual/*",), ("virtual/*", "flat/*")]))
def test_what_is_written_is_read_back(versions: dict[str, Shown], patterns: tuple[str, ...]) -> None:
    scenarios = [one for one in SCENES if not patterns or any(one[:4] == each[:4] for each in patterns)]
    cut = {
        version: {name: causes for name, causes in each.items() if name in scenarios}
        for version, each in versions.items()
    }
    made = NONE.measured("ref@1", cut, scenarios, patterns)
    path = Path("x.json")
    back = pins._loaded(json.loads(made.dumps()), "x")  # noqa: SLF001 (what `read` does, without a file)
    assert back == made, path
    assert back.dumps() == made.dumps()
    for version, cells in cut.items():
        assert back.against(version, cells, scenarios, whole=True) == ()


@given(shown, shown)
def test_it_is_strict_both_ways(pinned: Shown, seen: Shown) -> None:
    made = NONE.measured("ref@1", {"1.0.0": pinned}, SCENES, ())
    told = made.against("1.0.0", seen, SCENES)
    new = {(one.cause, name) for one in told if one.new for name in one.scenarios}
    gone = {(one.cause, name) for one in told if not one.new for name in one.scenarios}
    was = {(cause, name) for name, causes in pinned.items() for cause in causes}
    now = {(cause, name) for name, causes in seen.items() for cause in causes}
    assert new == now - was
    assert gone == was - now


def test_only_what_was_run_is_held_against_the_pins() -> None:
    assert PINNED.against("1.0.0", {"flat/b": frozenset({A})}, ["flat/b"]) == ()
    assert PINNED.against("1.0.0", {"flat/b": frozenset({A})}, ["flat/b"], whole=True) == (
        Difference(A, ("virtual/a",), new=False),
        Difference(B, ("virtual/a",), new=False),
    )


def test_a_version_that_is_not_pinned_is_held_against_the_one_before_it() -> None:
    assert [PINNED.nearest(one) for one in ("0.9.0", "1.4.9", "1.5.0", "9.0.0")] == [
        None,
        "1.0.0",
        "1.5.0",
        "2.0.0",
    ]


def test_measuring_a_part_leaves_the_rest_as_it_was() -> None:
    made = PINNED.measured("ref@2", {"1.5.0": {"flat/b": frozenset({B})}}, ["flat/b"], ["flat/*"])
    assert made.shown["1.5.0"] == {"virtual/a": frozenset({A}), "flat/b": frozenset({B})}
    assert made.versions["1.5.0"] == ALL
    part = NONE.measured("ref@1", {"1.0.0": {}}, ["flat/b"], ["flat/*"])
    assert part.covers("1.0.0", SCENES) == {"flat/b"}
    more = part.measured("ref@1", {"1.0.0": {}}, ["virtual/a"], ["virtual/*"])
    assert more.versions == {"1.0.0": ("flat/*", "virtual/*")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no", "Expecting value"),
        ('{"schema": 2, "sdk": "x"}', "schema 2"),
        (PINNED.dumps().replace('"sdk": "x"', '"sdk": "y"'), "of y"),
        (PINNED.dumps().replace('"since": "2.0.0"', '"since": "7.0.0"'), "not in list"),
        (PINNED.dumps().replace('"until": "1.5.0"', '"until": "1.0.0"'), "not after 1.0.0"),
        (replace(PINNED, versions=dict(reversed(PINNED.versions.items()))).dumps(), "order"),
    ],
)
def test_what_are_no_pins_is_said(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says) as told:
        pins.read(path, "x")
    assert str(path) in str(told.value)


def test_an_sdk_without_a_file_has_no_pins(tmp_path: Path) -> None:
    assert pins.read(tmp_path / "x.json", "x") == NONE


FILES = sorted((SCENARIOS / pins.FOLDER).glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_suite_s_own_pins_are_as_the_command_writes_them_and_of_scenarios_that_are_there(
    path: Path,
) -> None:
    assert registry.record(path.stem) is not None
    found = pins.read(path, path.stem)
    assert found.dumps() == path.read_text(encoding="utf-8")
    known = {one.id for one in selection.scenarios(None, ()).scenarios}
    assert {name for each in found.shown.values() for name in each} <= known
    assert not any(cause == "harness/too-slow" for one in found.pins() for cause in [one.cause])
