"""When a verdict is given, on what, and what of the recordings is kept."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from conformance.engine.collator import Assessors, Collator
from conformance.engine.events import Event, Judged
from conformance.errors import Location
from conformance.verdict.finding import Finding, Result, Verdict
from conformance.verdict.stability import Unsteady
from conformance.wire.recording import Recording, SubjectInfo
from tests.front.samples import JS, KNOWN, ORPHAN, PYTHON, UNSTABLE, recording

OLDER = SubjectInfo("python@2.1.0", "python", "2.1.0")
PLACES = {"a": Location("scenarios/a.yaml", 1)}


def judge(one: Recording, reference: Recording | None) -> Result:
    """A verdict that says what it was given."""
    verdict = Verdict.PARITY if reference else Verdict.CONFORMS
    return Result(one.scenario, one.subject.id, verdict, one.seconds, ())


class Tried:
    """A collator, and the verdicts that came of it."""

    def __init__(self, *subjects: SubjectInfo, repeat: int = 1, judge: Any = judge) -> None:
        self.verdicts: list[Judged] = []
        self.collator = Collator(
            subjects=subjects,
            reference=JS.id,
            repeat=repeat,
            locations=PLACES,
            assessors=Assessors(judge, lambda one: one.stderr, self._difference),
            emit=self._emit,
        )

    def _emit(self, event: Event) -> None:
        assert isinstance(event, Judged)
        self.verdicts.append(event)

    @staticmethod
    def _difference(seen: str, wanted: str) -> Unsteady | None:
        return None if seen == wanted else Unsteady("1:STEP.START", seen, wanted)

    def by_subject(self) -> dict[str, Verdict]:
        return {one.result.subject: one.result.verdict for one in self.verdicts}


def test_the_order_in_which_recordings_come_changes_no_verdict() -> None:
    for order in permutations((JS, PYTHON, OLDER)):
        tried = Tried(JS, PYTHON, OLDER)
        for info in order:
            tried.collator.take(recording("a", info))
        assert tried.by_subject() == {
            JS.id: Verdict.CONFORMS,
            PYTHON.id: Verdict.PARITY,
            OLDER.id: Verdict.PARITY,
        }


def test_a_verdict_comes_as_soon_as_what_it_needs_is_there() -> None:
    tried = Tried(JS, PYTHON, OLDER)
    tried.collator.take(recording("a", PYTHON))
    assert not tried.verdicts
    tried.collator.take(recording("a", JS))
    assert {*tried.by_subject()} == {JS.id, PYTHON.id}
    assert tried.verdicts[0].location == PLACES["a"]


def test_without_a_reference_the_others_are_judged_by_all_but_parity() -> None:
    tried = Tried(PYTHON)
    tried.collator.take(recording("a", PYTHON))
    assert tried.by_subject() == {PYTHON.id: Verdict.CONFORMS}


@pytest.mark.parametrize("first", ["reference", "other"])
def test_a_reference_that_gave_no_recording_keeps_nobody_waiting(first: str) -> None:
    tried = Tried(JS, PYTHON)
    if first == "other":
        tried.collator.take(recording("a", PYTHON))
    tried.collator.missing("a", JS.id, finding=UNSTABLE)
    if first == "reference":
        tried.collator.take(recording("a", PYTHON))
    assert tried.by_subject() == {JS.id: Verdict.HARNESS_ERROR, PYTHON.id: Verdict.CONFORMS}


def test_recordings_are_let_go_of_once_judged() -> None:
    tried = Tried(JS, PYTHON)
    kept = []
    for scenario in ("a", "b", "c"):
        for info in (PYTHON, JS):
            one = recording(scenario, info)
            kept.append(weakref.ref(one))
            tried.collator.take(one)
            del one
    gc.collect()
    assert [one() for one in kept] == [None] * len(kept)


def test_a_check_that_breaks_is_our_fault_and_ends_nothing() -> None:
    def broken(one: Recording, reference: Recording | None) -> Result:
        if one.scenario == "a":
            raise ZeroDivisionError("oh")
        return judge(one, reference)

    tried = Tried(JS, judge=broken)
    for scenario in ("a", "b"):
        tried.collator.take(recording(scenario, JS))
    first, second = tried.verdicts
    assert first.result.verdict is Verdict.HARNESS_ERROR
    assert first.result.findings[0].rule == "judge-failed"
    assert first.result.findings[0].seen == "ZeroDivisionError: oh"
    assert second.result.verdict is Verdict.CONFORMS


def test_repeats_with_one_stream_are_one_verdict() -> None:
    tried = Tried(JS, PYTHON, repeat=3)
    for repeat in (1, 2, 3):
        for info in (PYTHON, JS):
            tried.collator.take(recording("a", info), repeat)
    assert tried.by_subject() == {JS.id: Verdict.CONFORMS, PYTHON.id: Verdict.PARITY}
    assert [one.result.seconds for one in tried.verdicts] == [1.5, 1.5]
    assert tried.collator.finish().held_seconds == pytest.approx(6 * 0.125)


def test_a_repeat_with_another_stream_is_unstable_and_shows_the_first_difference() -> None:
    tried = Tried(JS, repeat=3)
    for repeat, stream in enumerate(("x", "y", "x"), 1):
        tried.collator.take(recording("a", JS, stderr=stream), repeat)
    (one,) = tried.verdicts
    assert one.result.verdict is Verdict.UNSTABLE
    (finding,) = one.result.findings
    assert (finding.rule, finding.path, finding.seen, finding.wanted) == (
        "unstable",
        "1:STEP.START",
        "y",
        "x",
    )
    assert "epeat 2 of 3" in finding.message


def test_repeats_are_held_together_by_the_gravest_and_tell_each_finding_once() -> None:
    findings: dict[int, tuple[Finding, ...]] = {1: (KNOWN,), 2: (KNOWN, ORPHAN), 3: (KNOWN,)}
    verdicts = {1: Verdict.KNOWN_DIVERGENCE, 2: Verdict.VIOLATED, 3: Verdict.KNOWN_DIVERGENCE}
    runs = iter((1, 2, 3))

    def varying(one: Recording, reference: Recording | None) -> Result:
        run = next(runs)
        return replace(judge(one, reference), verdict=verdicts[run], findings=findings[run])

    tried = Tried(JS, repeat=3, judge=varying)
    for repeat in (1, 2, 3):
        tried.collator.take(recording("a", JS), repeat)
    (one,) = tried.verdicts
    assert one.result.verdict is Verdict.VIOLATED
    assert one.result.findings == (KNOWN, ORPHAN)
    assert tried.collator.finish().divergences == {"context-options": 1}


def test_repeats_that_were_cut_short_are_judged_on_those_that_ran() -> None:
    tried = Tried(JS, repeat=3)
    tried.collator.take(recording("a", JS), 1)
    assert not tried.verdicts
    tried.collator.finish()
    assert tried.by_subject() == {JS.id: Verdict.CONFORMS}
