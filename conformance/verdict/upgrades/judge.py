"""From three recordings to the verdict on one upgrade: begun by one version, resumed by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.verdict import faulted
from conformance.verdict.upgrades.departures import AGAIN, departures, raced
from conformance.verdict.upgrades.outcome import Outcome
from conformance.verdict.upgrades.resumption import Departure, Resumed, Resumption
from conformance.wire.recording import Outcome as Ended
from conformance.wire.recording import ReportKind

if TYPE_CHECKING:
    from conformance.verdict.case import Case
    from conformance.wire.recording import Recording, Report

_OURS = frozenset({ReportKind.HARNESS, ReportKind.MACHINE})
"""Reports by which a run says nothing about an SDK."""


def points(alone: Recording) -> range:
    """After how many of its invocations a run can change hands: it has another one then."""
    return range(1, len(alone.invocations))


def unusable(alone: Recording) -> tuple[Resumption, str] | None:
    """Why nothing can be said of an upgrade from or to a version, by its own recording; None if it can."""
    for report in alone.reports:
        if report.kind is ReportKind.UNSUPPORTED:
            return Resumption.UNSUPPORTED, f"{alone.subject.id}: {report.message}"
        if report.kind in _OURS:
            return Resumption.HARNESS_ERROR, f"{alone.subject.id} alone: {report.message}"
    return None


def judged(seen: Case, first: Case, second: Case) -> Resumed:
    """Judge a run that `first`'s subject began and `second`'s resumed.

    Args:
        seen: The run that changed hands.
        first: The scenario as the first version alone runs it.
        second: Likewise the second.
    """
    handover = seen.recording.handover
    verdict, found, reason = _judge(seen, first, second)
    return Resumed(
        scenario=seen.recording.scenario,
        first=first.recording.subject.id,
        second=second.recording.subject.id,
        after=handover.after if handover else 0,
        of=len(first.recording.invocations),
        verdict=verdict,
        departures=tuple(found),
        reason=reason,
    )


Judgement = tuple[Resumption, list[Departure], str]


def _judge(seen: Case, first: Case, second: Case) -> Judgement:
    kept = _kept(seen, first, second)
    if kept is not None:
        return kept
    alone = Outcome.of(first), Outcome.of(second)
    outcome = Outcome.of(seen)
    if (place := alone[0].difference(alone[1])) != "":
        return Resumption.INCOMPARABLE, [], _apart(seen, first, second, place)
    if faulted.requests(seen) not in (faulted.requests(first), faulted.requests(second)):
        return Resumption.INCOMPARABLE, [], "the scenario's faults struck requests with other updates"
    found = departures(seen, first, second)
    if (place := outcome.difference(alone[0])) != "" and not outcome.same(alone[1]):
        both = alone[0].document(), alone[1].document()
        message = f"it ends {outcome}, alone {alone[0]}"
        found.insert(0, Departure("outcome", place, outcome.document(), both, message))
    if found and (label := raced(seen, first)) is not None:
        why = f"{first.recording.subject.id} did not do the same as alone before it handed over: {label}"
        return Resumption.INCOMPARABLE, found, why
    again = any(one.rule in AGAIN for one in found)
    if outcome.refuses and not alone[0].refuses and not again:
        return Resumption.REFUSED, found, ""
    return Resumption.WRONG if found else Resumption.RESUMES, found, ""


def _kept(seen: Case, first: Case, second: Case) -> Judgement | None:
    """What a run comes to that did not come to its end, or not to where another one could take it over."""
    ours = next((one for one in seen.recording.reports if one.kind in _OURS), None)
    if ours is not None:
        return Resumption.HARNESS_ERROR, [], ours.message
    for case in (first, second):
        if (why := _unended(case)) is not None:
            return (
                Resumption.INCOMPARABLE,
                [],
                f"{case.recording.subject.id} alone does not come to its end: {why}",
            )
    handover = seen.recording.handover
    if handover is not None and len(seen.recording.invocations) <= handover.after:
        return Resumption.INCOMPARABLE, [], "this time the first version had ended it by then"
    if (why := _unended(seen)) is None:
        return None
    failed = _failed_expression(seen)
    return (Resumption.HANGS, [], why) if failed is None else (Resumption.WRONG, [_bad_value(failed)], "")


def _unended(case: Case) -> str | None:
    """Why a run did not come to its end; None if it did."""
    if case.recording.complete:
        return None
    hung = next((one for one in case.recording.invocations if one.outcome is Ended.HANG), None)
    if hung is not None:
        return f"invocation {hung.number} never answers"
    told = next((one.message for one in case.recording.reports if one.kind in _STOPPING), None)
    return told or "it goes on and on"


_STOPPING = frozenset({ReportKind.LAB, ReportKind.EXPRESSION})


def _failed_expression(case: Case) -> Report | None:
    return next((one for one in case.recording.reports if one.kind is ReportKind.EXPRESSION), None)


def _bad_value(report: Report) -> Departure:
    return Departure(
        "value-changed",
        f"expression:{report.at}",
        report.message,
        (None, None),
        f"the program meets a value that it can't compute with: {report.message}",
    )


def _apart(seen: Case, first: Case, second: Case, place: str) -> str:
    alone = Outcome.of(first), Outcome.of(second)
    outcome = Outcome.of(seen)
    like = [
        case.recording.subject.id
        for case, one in zip((first, second), alone, strict=True)
        if outcome.same(one)
    ]
    ends = f"as {like[0]} alone" if like else f"as neither, {outcome}"
    return (
        f"the versions differ alone at {place}: {first.recording.subject.id} ends {alone[0]}, "
        f"{second.recording.subject.id} {alone[1]}; resumed it ends {ends}"
    )
