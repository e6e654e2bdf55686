"""What came of AWS's requirements: for people, as JSON, and as AWS's own JUnit report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.handlers.result import Outcome, Status
from conformance.report import escape
from conformance.report.text import counted
from conformance.verdict.aws.requirements import requirement
from conformance.verdict.finding import Finding
from conformance.wire.recording import SubjectInfo

SCHEMA = 1
NAMED = 6  # requirements that are named of those with one finding
MOST = 4  # problems of one requirement that are told

_AWS = {
    Status.PASSED: "PASSED",
    Status.FAILED: "FAILED",
    Status.ERROR: "FAILED",
    Status.NOT_IMPLEMENTED: "NOT_IMPLEMENTED",
    Status.NO_HANDLER: "UNCOVERED",
}
"""What AWS's own report calls them: it has no word for what could not be run."""


@dataclass(frozen=True)
class Ran:
    """A run of handlers: with which SDK, whose handlers, and what came of each requirement."""

    subject: SubjectInfo
    place: str
    outcomes: tuple[Outcome, ...]
    others: tuple[str, ...]
    seconds: float

    def count(self, *statuses: Status) -> int:
        """How many ended so."""
        return sum(one.status in statuses for one in self.outcomes)

    @property
    def ran(self) -> int:
        """How many have a handler."""
        return self.count(Status.PASSED, Status.FAILED, Status.ERROR)


def lines(run: Ran) -> Iterator[str]:
    """What a person reads: what is wrong, what our rules say beside it, then the numbers."""
    for one in run.outcomes:
        if one.status in (Status.FAILED, Status.ERROR):
            yield from _failed(one)
    yield from _beyond(run.outcomes)
    yield from _themes(run)
    passed = run.count(Status.PASSED)
    mark = "✓" if passed == run.ran else "✗"
    yield f"{mark} {passed} of {run.ran} requirements with a handler pass with {run.subject.id}"
    for status in (Status.ERROR, Status.NOT_IMPLEMENTED, Status.NO_HANDLER):
        if number := run.count(status):
            named = [one.assigned.requirement for one in run.outcomes if one.status is status]
            yield f"  {status}: {number} ({_some(named)})"
    if run.others:
        yield f"  left out: {counted(len(run.others), 'requirement')} on plugins ({_some(list(run.others))})"


def _failed(one: Outcome) -> Iterator[str]:
    function = one.assigned.function
    where = f"  {function.name} ({function.handler}), {function.where}" if function else ""
    yield escape.console(f"✗ {one.assigned.theme} {one.assigned.requirement}{where}")
    for problem in one.problems[:MOST]:
        for line in escape.lines(problem):
            yield f"    {line}"
    if len(one.problems) > MOST:
        yield f"    and {len(one.problems) - MOST} more"


def _themes(run: Ran) -> Iterator[str]:
    ran = [one for one in run.outcomes if one.assigned.function is not None]
    themes = dict.fromkeys(one.assigned.theme for one in ran)
    width = max((len(theme) for theme in themes), default=0)
    for theme in themes:
        own = [one for one in ran if one.assigned.theme == theme]
        passed = sum(one.status is Status.PASSED for one in own)
        yield f"  {theme:<{width}}  {passed:>3} of {len(own)}"


def _beyond(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Our rules' findings, one block a rule."""
    rules: dict[str, list[tuple[str, Finding]]] = {}
    for one in outcomes:
        for finding in one.beyond:
            rules.setdefault(finding.rule, []).append((one.assigned.requirement, finding))
    for rule, found in rules.items():
        named = list(dict.fromkeys(id_ for id_, _ in found))
        first = found[0][1]
        yield f"! {rule}: not in AWS's requirements, in {counted(len(named), 'requirement')} ({_some(named)})"
        yield escape.console(f"    {named[0]}: {first.message}")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return escape.console(", ".join(names[:NAMED])) + more


def document(run: Ran) -> dict[str, Any]:
    """The run for programs."""
    counts = Counter(one.status.value for one in run.outcomes)
    return {
        "schema": SCHEMA,
        "subject": {"id": run.subject.id, "sdk": run.subject.sdk, "version": run.subject.version},
        "handlers": run.place,
        "seconds": round(run.seconds, 3),
        "counts": {status.value: counts[status.value] for status in Status},
        "left_out": list(run.others),
        "requirements": [_row(one) for one in run.outcomes],
    }


def _row(one: Outcome) -> dict[str, Any]:
    function = one.assigned.function
    return {
        "id": one.assigned.requirement,
        "theme": one.assigned.theme,
        "description": requirement(one.assigned.requirement).description,
        "status": one.status.value,
        "function": function.name if function else None,
        "handler": function.handler if function else None,
        "reason": one.assigned.lacks,
        "seconds": round(one.seconds, 3),
        "problems": list(one.problems),
        "beyond": [
            {
                "layer": finding.layer.value,
                "rule": finding.rule,
                "path": finding.path,
                "seen": finding.seen,
                "wanted": finding.wanted,
                "message": finding.message,
            }
            for finding in one.beyond
        ],
    }


def junit(run: Ran) -> str:
    """The run as AWS's own runner reports it: its model and its renderer, so that names are theirs."""
    from aws_durable_execution_conformance_tests.report import (  # noqa: PLC0415 - only where it is asked for
        Report,
        ReportEntry,
        ReportStatus,
        RunMetadata,
    )
    from aws_durable_execution_conformance_tests.reporters import render_junit  # noqa: PLC0415 - as above

    themes = list(dict.fromkeys(one.assigned.theme for one in run.outcomes))
    report = Report(
        RunMetadata(
            name=escape.xml(f"conformance {run.subject.id}"),
            template=escape.xml(run.place),
            region="",
            language=escape.xml(run.subject.sdk),
            suites=themes,
            duration_seconds=run.seconds,
        )
    )
    for one in run.outcomes:
        report.add(
            ReportEntry(
                id=one.assigned.requirement,
                suite=one.assigned.theme,
                status=ReportStatus[_AWS[one.status]],
                function=escape.xml(one.assigned.function.name) if one.assigned.function else None,
                description=escape.xml(requirement(one.assigned.requirement).description),
                reason=escape.xml(one.assigned.lacks) if one.assigned.lacks else None,
                errors=[escape.xml(problem) for problem in one.problems],
                duration_seconds=one.seconds,
            )
        )
    rendered: str = render_junit(report)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{rendered}\n'
