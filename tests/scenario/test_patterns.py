"""What a pattern on a command line selects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.scenario.patterns import select

IDS = ["basics/step", "basics/step-fails", "virtual/nested", "virtual-faults/nested-lost", "wait/a"]


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], sorted(IDS)),
        (["basics/step"], ["basics/step"]),
        (["step"], ["basics/step", "basics/step-fails"]),
        (["basics/step*"], ["basics/step", "basics/step-fails"]),
        (["nested", "wait/?"], ["virtual-faults/nested-lost", "virtual/nested", "wait/a"]),
        (["virtual/*"], ["virtual/nested"]),
        (["*"], sorted(IDS)),
    ],
)
def test_a_pattern_is_an_id_a_part_or_a_glob(patterns: list[str], chosen: list[str]) -> None:
    assert select(patterns, IDS) == chosen


@pytest.mark.parametrize(
    ("pattern", "hint"), [("virtual/nestde", "did you mean `virtual/nested`?"), ("zzz/*", "known are ")]
)
def test_a_pattern_that_selects_nothing_says_what_may_have_been_meant(pattern: str, hint: str) -> None:
    with pytest.raises(UsageError, match="no scenario matches") as caught:
        select(["wait/a", pattern], IDS)
    assert hint in str(caught.value)


@given(st.sets(st.text("ab/-", min_size=1), min_size=1))
def test_every_scenario_is_selected_by_its_own_id_alone(ids: set[str]) -> None:
    for one in ids:
        assert select([one], ids) == [one]
