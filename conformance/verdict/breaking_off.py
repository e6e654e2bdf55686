"""Whether an execution ended where the other SDK's went on, so that what is not there was not come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.verdict.where import Where

if TYPE_CHECKING:
    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding
    from conformance.wire.stream import Update


def broke_off(case: Case, other: Case | None, finding: Finding) -> bool:
    """Whether an execution did not succeed, and a finding may be about what it did not come to.

    All that it wrote of an operation is how the other's begins. An update that it lacks comes after all that
    it has, and in no invocation before its last one: one that is missing in between was left out.

    Args:
        case: The recording that may have ended.
        other: The one that it is compared with; None where a rule of its own says what is missing.
        finding: What was found.
    """
    if case.execution is None or case.execution.status == "SUCCEEDED":
        return False
    if other is None:
        return True
    common: list[Update] = []
    for path, updates in case.stream.operations.items():
        theirs = other.stream.operations.get(path, ())
        if [each.action for each in updates] != [each.action for each in theirs[: len(updates)]]:
            return False
        common += theirs[: len(updates)]
    missing = _update(other, finding)
    if missing is None:
        return True
    own = [each.number for each in case.recording.invocations if each.execution == case.stream.main]
    late = missing.invocation is None or not own or missing.invocation >= max(own)
    after = not case.stream.sequential or all(each.seq <= missing.seq for each in common)
    return late and after


def _update(case: Case, finding: Finding) -> Update | None:
    """The update as such that a finding is about."""
    where = Where.parse(finding.path)
    if where is None or where.field:
        return None
    return next(
        (
            each
            for each in case.stream.operations.get(where.path, ())
            if (each.type, each.action, each.occurrence) == (where.type, where.action, where.occurrence)
        ),
        None,
    )
