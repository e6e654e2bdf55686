"""Invariants of a batch's end: that its reason holds, and that a summary counts what its branches wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.scenario import statements as s
from conformance.verdict.invariants.base import broken
from conformance.vocabulary import BATCHES
from conformance.wire.program import Program

if TYPE_CHECKING:
    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding
    from conformance.wire.identity import Candidate
    from conformance.wire.stream import Update

_COUNTS = {
    "totalCount": ("SUCCEEDED", "FAILED", "STARTED"),
    "successCount": ("SUCCEEDED",),
    "failureCount": ("FAILED",),
}
_WRITTEN = {"SUCCEED": "SUCCEEDED", "FAIL": "FAILED"}
HUNDRED = 100
ALL = "ALL_COMPLETED"


@dataclass(frozen=True)
class _Rules:
    """A batch's completion rules as far as the program fixes them."""

    least: Any = None
    count: Any = None
    percentage: Any = None
    custom: bool = False
    known: bool = False

    def exceeded(self, failed: int, total: int) -> bool:
        """Whether so many failures end a batch; without rules the first one does."""
        if not failed or not self.known:
            return failed > 0
        if self.least is None and self.count is None and self.percentage is None:
            return True
        over = self.count is not None and failed > self.count
        return over or (self.percentage is not None and failed * HUNDRED > self.percentage * total)


def batches_end_for_their_reason(case: Case) -> Iterator[Finding]:
    """A batch ends for a reason that holds: all branches ended, enough succeeded, or too many failed.

    Source: language SDK specification 6.3.1 and 6.3.2.
    """
    for update, value in _batches(case):
        counts = _told(value)
        reason = value.get("completionReason")
        if counts is None or not isinstance(reason, str):
            continue
        problem = _contradiction(reason, counts, _rules(case, update))
        if problem is not None:
            yield broken(
                "completion-reason-contradicted",
                f"{update.label}.Payload.completionReason",
                reason,
                problem,
                f"{update.path} ended for {reason}, but {problem}: {dict(counts)}",
            )


def batches_tell_of_their_branches(case: Case) -> Iterator[Finding]:
    """A batch tells of the branches that it has, of all where all are completed, and of no end but theirs.

    Source: language SDK specification 6.3.1. It holds for FLAT branches too, which write nothing: their ends
    are those of their bodies, save where a process may have died before it told of them.
    """
    for update, value in _batches(case):
        counts, place = _told(value), case.stream.place(update)
        if counts is None or place is None or len(place.candidates) != 1:
            continue
        (one,) = place.candidates
        told, has = counts.total(), _branches(one.slot.statement)
        if has is not None and (told > has or (told < has and value.get("completionReason") == ALL)):
            yield broken(
                "batch-branches-miscounted",
                f"{update.label}.Payload",
                told,
                has,
                f"the result of {update.path} tells of {told} branches, it has {has}",
            )
        ends = _bodies_ended(case, update, one)
        if ends is None:
            continue
        for seen, may in (
            (counts["SUCCEEDED"], ends["returned"]),
            (counts["SUCCEEDED"] + counts["FAILED"], ends.total()),
        ):
            if seen > may:
                yield broken(
                    "batch-counts-what-never-ended",
                    f"{update.label}.Payload",
                    seen,
                    may,
                    f"the result of {update.path} tells of {seen} ended branches, the bodies of {may} did",
                )
                break


def _branches(statement: object) -> int | None:
    """How many branches a batch has, as far as the scenario fixes it."""
    if isinstance(statement, s.Parallel):
        return len(statement.branches)
    items = statement.items if isinstance(statement, s.Map) else None
    if not isinstance(items, list) or any(isinstance(item, dict) for item in items):
        return None
    return len(items)


def _bodies_ended(case: Case, update: Update, batch: Candidate) -> Counter[str] | None:
    """How the bodies of a batch's branches ended, None where that may not have been told."""
    if not case.recording.instrumented or case.disturbed or not case.answered:
        return None
    ends = case.ends.until((update.execution, batch.at, batch.indexes), update.invocation)
    return Counter("returned" if end.returned else "raised" for end in ends)


def summaries_count_right(case: Case) -> Iterator[Finding]:
    """A summary that stands for a batch's large result counts what its branches wrote.

    Source: language SDK specification 6.3.1 and 4.8.5. FLAT branches write nothing to be counted.
    """
    for update, value in _batches(case):
        written = _written(case, update)
        if not written or "totalCount" not in value:
            continue
        for field, statuses in _COUNTS.items():
            right = sum(written[status] for status in statuses)
            if field in value and value[field] != right:
                yield broken(
                    "summary-miscounts",
                    f"{update.label}.Payload.{field}",
                    value[field],
                    right,
                    f"the summary of {update.path} has {field} {value[field]}, its branches wrote {right}",
                )


def _batches(case: Case) -> Iterator[tuple[Update, dict[str, Any]]]:
    for update in case.stream.accepted:
        value = update.fields.get("Payload")
        if update.subtype in BATCHES and update.action == "SUCCEED" and isinstance(value, dict):
            yield update, value


def _told(value: dict[str, Any]) -> Counter[str] | None:
    """How many branches a result or its summary calls what."""
    items = value.get("all")
    if isinstance(items, list):
        return Counter(str(item.get("status")) for item in items if isinstance(item, dict))
    total, succeeded, failed = (value.get(field) for field in _COUNTS)
    if isinstance(total, int) and isinstance(succeeded, int) and isinstance(failed, int):
        return Counter(SUCCEEDED=succeeded, FAILED=failed, STARTED=total - succeeded - failed)
    return None


def _contradiction(reason: str, counts: Counter[str], rules: _Rules) -> str | None:
    """What speaks against a reason; None where it may hold."""
    succeeded, failed = counts["SUCCEEDED"], counts["FAILED"]
    least = rules.least if rules.known else 1
    holds = {
        ALL: (not counts["STARTED"], "not all branches have ended"),
        "MIN_SUCCESSFUL_REACHED": (
            least is not None and succeeded >= least,
            f"fewer than {least} have succeeded" if least is not None else "it has no such rule",
        ),
        "FAILURE_TOLERANCE_EXCEEDED": (
            rules.exceeded(failed, counts.total()),
            "no more have failed than are tolerated",
        ),
    }
    true, problem = holds.get(
        reason, (not reason.startswith("CUSTOM") or rules.custom, "it has no such rule")
    )
    return None if true else problem


def _rules(case: Case, update: Update) -> _Rules:
    """The rules that a batch's statement gives; unknown where they are computed, or the place is in doubt."""
    place = case.stream.place(update)
    statements = {id(one.slot.statement): one.slot.statement for one in place.candidates} if place else {}
    found = [one for one in statements.values() if isinstance(one, s.Map | s.Parallel)]
    if len(found) != 1 or update.execution != case.stream.main:
        return _Rules(custom=True)
    program = Program(case.scenario.handler, case.scenario.input)
    given = found[0].completion
    if given is None:
        return _Rules(custom=found[0].complete_when is not None, known=True)
    numbers = [
        None if one is s.ABSENT else program.known(one)
        for one in (given.min_successful, given.tolerated_failure_count, given.tolerated_failure_percentage)
    ]
    fixed = all(
        one is None or (isinstance(one, int | float) and not isinstance(one, bool)) for one in numbers
    )
    least, count, percentage = numbers
    return _Rules(least, count, percentage, custom=found[0].complete_when is not None, known=fixed)


def _written(case: Case, update: Update) -> Counter[str]:
    """What a batch's branches had come to on the wire when it ended."""
    found: Counter[str] = Counter()
    for updates in case.branches.get(update.path, ()):
        before = [one for one in updates if (one.seq, one.index) < (update.seq, update.index)]
        if before:
            found[_WRITTEN.get(before[-1].action, "STARTED")] += 1
    return found
