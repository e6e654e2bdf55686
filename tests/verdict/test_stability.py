"""What it means that two runs of one subject differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.verdict.case import Case
from conformance.verdict.finding import Blame, Verdict
from conformance.verdict.stability import unsteady
from conformance.wire.recording import Recording
from tests.verdict.recordings import mapped, virtual, with_fields, without
from tests.verdict.test_faulted import apart, together


def told(seen: Recording, wanted: Recording) -> tuple[str, Blame, Verdict] | None:
    difference = unsteady(Case.of(seen), Case.of(wanted))
    return difference and (difference.rule, difference.blame, difference.verdict)


def at_once() -> Recording:
    """A map whose two branches run at once."""
    made = mapped("python")
    (first, *rest) = made.document["handler"]
    unbounded = {"map": {key: value for key, value in first["map"].items() if key != "max_concurrency"}}
    return replace(made, document={**made.document, "handler": [unbounded, *rest]})


@pytest.mark.parametrize("make", [virtual, mapped])
def test_two_runs_that_are_alike_are_steady(make: object) -> None:
    assert callable(make)
    assert told(make("python"), make("python")) is None


def test_where_nothing_runs_at_once_nobody_knows_who_varies() -> None:
    made = virtual("python")
    assert told(with_fields(made, 0, Name="other"), made) == (
        "unstable",
        Blame.UNDETERMINED,
        Verdict.UNSTABLE,
    )


def test_an_sdk_races_that_writes_the_same_doings_in_another_way() -> None:
    made = at_once()
    assert not Case.of(made).stream.sequential
    assert told(without(made, 0), made) == ("sdk-races", Blame.SDK, Verdict.UNSTABLE)


def test_where_bodies_differ_too_nobody_knows() -> None:
    made = at_once()
    fewer = replace(without(made, 0), effects=tuple(one for one in made.effects if one.kind != "step"))
    assert told(fewer, made) == ("unstable", Blame.UNDETERMINED, Verdict.UNSTABLE)


def test_faults_that_struck_other_updates_are_the_scenarios() -> None:
    assert told(together(), apart()) == ("faults-apart", Blame.SCENARIO, Verdict.SCENARIO_ERROR)
