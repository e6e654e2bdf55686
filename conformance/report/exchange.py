"""The exchange of one scenario in text: what each subject did, side by side, the same things on one row."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from types import MappingProxyType

from conformance.engine.trace import Answered, Invoked, Moment, Ran, Requested, Said, Sent, Trace
from conformance.report import escape
from conformance.report.text import counted

NARROWEST = 44
"""Columns of text below which subjects are not put side by side but one after the other."""

GAP = " │ "


@dataclass(frozen=True)
class Line:
    """One thing that happened: `key` is equal for what is the same in two subjects."""

    key: str
    text: str
    loud: bool = False  # whether something is wrong with it


def aligned(
    traces: Sequence[Trace], width: int, marked: Mapping[str, frozenset[str]] = MappingProxyType({})
) -> Iterator[str]:
    """Every trace's lines in columns, the first trace's deciding the order.

    `marked` has the labels of a subject's updates that are pointed at. Where `width` gives a subject too
    little room, they come one after the other.
    """
    columns = [list(lines(one, marked.get(one.subject, frozenset()))) for one in traces]
    each = (width - len(GAP) * (len(traces) - 1)) // max(len(traces), 1)
    if each < NARROWEST:
        for one, column in zip(traces, columns, strict=True):
            yield f"── {_heading(one, width)}".rstrip()
            for line in column:
                yield from _wrapped(line, width)
            yield ""
        return
    yield GAP.join(_heading(one, each) for one in traces).rstrip()
    yield GAP.join("─" * each for _ in traces)
    for row in _rows(columns):
        cells = [list(_wrapped(line, each)) if line else [] for line in row]
        for parts in zip_longest(*cells, fillvalue=""):
            yield GAP.join(part.ljust(each) for part in parts).rstrip()


def lines(trace: Trace, marked: frozenset[str] = frozenset()) -> Iterator[Line]:
    """One trace, line by line."""
    for moment in trace.moments:
        yield from _lines(moment, marked)


def _lines(moment: Moment, marked: frozenset[str]) -> Iterator[Line]:
    match moment:
        case Invoked():
            known = f", {counted(moment.known, 'operation')} known" if moment.known else ""
            what = f"invocation {moment.invocation}"
            yield Line(what, f"▶ {what} of {moment.function}, {clock(moment.time)}{known}")
        case Answered():
            what = f"invocation {moment.invocation} ends"
            yield Line(what, f"◀ {what}: {moment.status} {moment.says}".rstrip())
        case Ran():
            yield _body(moment)
        case Said():
            yield Line(f"{moment.kind} says", f"  ! {moment.kind}: {moment.says}", loud=True)
        case Requested():
            yield _request(moment)
            for sent in moment.sent:
                yield Line(
                    sent.label, f"    {update(sent)}", loud=sent.parent_virtual or sent.label in marked
                )


def _body(moment: Ran) -> Line:
    name = f" '{moment.name}'" if moment.name else ""
    virtual = " virtual," if moment.virtual else ""
    attempt = f" attempt {moment.attempt}" if (moment.attempt or 1) > 1 else ""
    key = f"{moment.place} {moment.kind} {moment.event} {moment.attempt}"
    if moment.kind in ("note", "log", "callback"):
        return Line(key, f"  · {moment.kind}{name} {moment.says}".rstrip())
    ended = f" {moment.says}" if moment.event == "end" else ""
    return Line(
        key, f"  · {moment.kind}{name}{attempt}:{virtual} body {moment.event}{ended}  [{moment.place}]"
    )


def _request(moment: Requested) -> Line:
    fault = f" (fault {moment.fault})" if moment.fault else ""
    says = f": {moment.says}" if moment.says else ""
    asks = moment.operation.removesuffix("DurableExecution")
    told = f"  → {asks} {moment.status}{fault}, {clock(moment.time)}{says}"
    return Line(f"{asks} {moment.refused}", told, loud=moment.refused)


def clock(time: float) -> str:
    """Virtual time to the millisecond: what is below it only tells moments apart."""
    return f"t = {round(time, 3):g} s"


def update(sent: Sent) -> str:
    """One update as people say it."""
    name = f" '{sent.name}'" if sent.name else ""
    parent = sent.parent + (f" '{sent.parent_name}'" if sent.parent_name else "")
    virtual = " (virtual!)" if sent.parent_virtual else ""
    carried = "".join(f" {key}={value}" for key, value in sent.details)
    return f"{sent.path} {sent.type} {sent.action}{name} in {parent}{virtual}{carried}"


def _heading(one: Trace, width: int) -> str:
    return escape.console(f"{one.subject}: {one.status}")[:width].ljust(width)


def _wrapped(line: Line, width: int) -> Iterator[str]:
    indent = " " * (len(line.text) - len(line.text.lstrip()) + 2)
    text = escape.console(line.text)
    if line.loud and text.startswith(" "):
        text = f"✗{text[1:]}"
    yield from textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _rows(columns: Sequence[list[Line]]) -> Iterator[tuple[Line | None, ...]]:
    """Rows of all columns: what the first has in common with another stands on one row with it."""
    first, *others = columns
    paired = [_pairs(first, other) for other in others]
    for index in range(len(first) + 1):
        between = [befores.get(index, []) for befores, _ in paired]
        for row in zip_longest(*between):
            yield (None, *row)
        if index < len(first):
            yield (first[index], *(same.get(index) for _, same in paired))


def _pairs(first: list[Line], other: list[Line]) -> tuple[dict[int, list[Line]], dict[int, Line]]:
    """Of another column: the lines that stand before each of the first's, and those on the same row."""
    befores: dict[int, list[Line]] = {}
    same: dict[int, Line] = {}
    blocks = SequenceMatcher(
        None, [one.key for one in first], [one.key for one in other], autojunk=False
    ).get_matching_blocks()
    done = 0
    for block in blocks:
        if block.b > done:
            befores[block.a] = other[done : block.b]
        for offset in range(block.size):
            same[block.a + offset] = other[block.b + offset]
        done = block.b + block.size
    return befores, same
