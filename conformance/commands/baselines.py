"""What a command line calls a baseline: an earlier run's recordings or report, or a subject."""

from __future__ import annotations

from pathlib import Path

from conformance.commands.judge import side
from conformance.engine.baseline import Against, Side
from conformance.engine.events import Event, Listener
from conformance.errors import UsageError
from conformance.subjects.subject import Subject
from conformance.verdict.ledger import Ledger


def base(text: str, ledger: Ledger, *, strict: bool = False) -> Side | Subject:
    """Read what a baseline's name means.

    Raises:
        UsageError: it means nothing, or can't be read.
    """
    if (Path(text).exists() or text.endswith((".json", "/"))) and "@" not in text.partition("/")[0]:
        return side(Path(text), ledger, strict=strict)
    try:
        return Subject.parse(text)
    except UsageError as error:
        raise UsageError(
            f"no baseline: there is no such report or directory, and no such subject: {error.message}",
            where=text,
            hint="name the DIR of --out, the FILE of --json, or a subject such as python@3.0.0",
        ) from error


def before(against: Side | Subject | None, reports: Listener, *others: Listener) -> Listener:
    """Who is told of a run: the reports, which see it beside the baseline, and the others, which do not."""
    told = reports
    if against is not None:
        told = Against(against.id if isinstance(against, Subject) else against, reports)

    def emit(event: Event) -> None:
        try:
            told(event)
        finally:
            for other in others:
                other(event)

    return emit
