"""How findings and values are put into words, the same in the console, pytest and JUnit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.report import escape

if TYPE_CHECKING:
    from conformance.engine.events import Judged
    from conformance.verdict.finding import Finding

LONGEST = 300  # characters of a value that a line shows; the JSON report has it whole


def value(seen: Any) -> str:
    """A JSON value on one line, cut where it is long."""
    text = json.dumps(seen, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text):,} characters)"


def finding(one: Finding) -> Iterator[str]:
    """The lines that tell of a finding: what rule, where, what was seen and wanted, and why it matters."""
    known = f", known: {one.divergence}" if one.divergence else ""
    yield f"{one.layer}/{one.rule} at {escape.console(one.path)} (blame: {one.blame}{known})"
    yield f"  seen    {escape.console(value(one.seen))}"
    yield f"  wanted  {escape.console(value(one.wanted))}"
    for line in escape.lines(one.message):
        yield f"  {line}"
    if one.near:
        yield f"  {escape.console(one.near)}"


def block(judged: Judged, findings: tuple[Finding, ...]) -> Iterator[str]:
    """A verdict and `findings` of it, indented below."""
    result = judged.result
    yield escape.console(f"{result.verdict}: {result.scenario} with {result.subject} ({judged.location})")
    for one in findings:
        for line in finding(one):
            yield f"  {line}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 scenario`, `2 scenarios`; `plural` where it is not made with an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or f'{noun}s'}"


def table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Rows in columns: the first to the left, the others, numbers, to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()
