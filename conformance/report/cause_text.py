"""A cause in plain lines, as the console and JUnit have it: what, where, seen and wanted, why, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.engine.causes import Cause, ordered
from conformance.engine.sources import Spot, spot
from conformance.report import escape
from conformance.report.text import counted, value
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.verdict.where import Where

WIDTH = 100
FOLDERS = 6
SHOWN = 160  # characters of a value or a message in a block

_STATUS = frozenset({"expected-status", "outcome-wrong", "output-status"})


def heading(cause: Cause) -> str:
    """The first line of a block, without its mark."""
    count = counted(len(cause.scenarios), "scenario")
    return f"{cause.id}   {cause.title}     {count}"


def block(cause: Cause, *, full: bool = False) -> Iterator[str]:
    """The lines below the heading; `full` has every class of findings that follow."""
    simplest, place = cause.simplest, spot(cause.simplest, cause.evidence)
    yield _apart(f"simplest: {simplest.result.scenario}", str(place))
    yield from _excerpt(cause, place)
    yield from _then(cause)
    yield from _so(cause, full=full)
    folders = [f"{name} {count}" for name, count in cause.folders[:FOLDERS]]
    if more := len(cause.folders) - FOLDERS:
        folders += [f"{counted(more, 'other folder')}"] if more > 0 else []
    if len(cause.scenarios) > 1:
        yield f"in      {' · '.join(folders)}"
    if cause.blame is not Blame.SDK:
        yield f"blame   {_BLAMED[cause.blame]}"
    yield f"rerun   {cause.rerun}"
    yield f"look    {cause.look}      explain  conformance explain {cause.rule}"


_BLAMED = {
    Blame.HARNESS: "this suite: it says nothing about the SDK",
    Blame.EMULATOR: "AWS's local emulator",
    Blame.SCENARIO: "the scenario",
    Blame.MACHINE: "this machine, which was too slow to tell",
    Blame.UNDETERMINED: "undetermined: comparing alone can't tell who is wrong",
}


def _excerpt(cause: Cause, place: Spot) -> Iterator[str]:
    """The line in the scenario's file, what it is about marked, then what was seen and wanted."""
    known = cause.evidence
    what = (known.what if known else "") or cause.first.path
    number = str(place.line)
    gap = " " * len(number)
    indent = ""
    if place.text is not None:
        indent = " " * min(place.column - 1, WIDTH // 2)
        start = place.column - 1 - len(indent)
        yield f"    {number} │ {place.text[start : start + WIDTH]}"
        yield f"    {gap} │ {indent}{'^' * place.width} {what}"
    else:
        yield f"    {gap} │ {what}"
    named = field(cause.first)
    label = f"{named} = " if named else ""
    yield f"    {gap} │ {indent}seen    {label}{short(cause.seen)}"
    yield f"    {gap} │ {indent}wanted  {label}{short(cause.wanted)}"
    if cause.first.layer in (Layer.HARNESS, Layer.SCHEMA, Layer.AWS) or not named:
        yield f"    {gap} │ {indent}{escape.cut(cause.first.message.split(chr(10))[0], SHOWN)}"


def field(finding: Finding) -> str:
    """The member of an update that a finding is about; empty where it is about something else."""
    where = Where.parse(finding.path)
    return where.field if where is not None else ""


def short(seen: object) -> str:
    """A value in a block: texts that name contexts without quotes, everything else as JSON."""
    if isinstance(seen, str) and _BARE.fullmatch(seen):
        return seen
    return escape.cut(value(seen), SHOWN)


_BARE = re.compile(r"root|[A-Z_]+|\?\w*|[0-9.\[\]>]+( '[^']*')?( \(virtual\))?")


def _then(cause: Cause) -> Iterator[str]:
    """What the service answered, and where in the SDK that came to light."""
    known = cause.evidence
    lines = []
    if known and known.answer:
        lines.append(f"the service answered {known.answer.status} {escape.cut(known.answer.message, SHOWN)}")
    if known and known.frames:
        lines.append(f"SDK: {' → '.join(map(str, known.frames))}")
    for index, line in enumerate(lines):
        yield f"{'then' if index == 0 else '':<8}{line}"


def _so(cause: Cause, *, full: bool) -> Iterator[str]:
    """What follows in the simplest scenario, or, in full, in all of them."""
    rest = ordered(cause.simplest)[1:]
    told = []
    status = next((one for one in rest if one.rule in _STATUS and one.path == "output.Status"), None)
    if status is not None:
        told.append(f"{short(status.seen)} for {short(status.wanted)}")
    known = cause.evidence
    if known and known.unreached:
        more = f" and {len(known.unreached) - 3} more" if len(known.unreached) > 3 else ""  # noqa: PLR2004
        told.append(f"{', '.join(known.unreached[:3])}{more} never reached")
    count = sum(one.findings for one in cause.follows)
    if count and not full:
        follow = "follows" if count == 1 else "follow"
        told.append(f"({counted(count, 'finding')} {follow} from it in all; -v)")
    if told:
        yield f"so      {', '.join(told[:-1])}{' ' if len(told) > 1 else ''}{told[-1]}"
    for one in cause.follows if full else ():
        yield f"        {one.layer}/{one.rule}: {counted(one.findings, 'finding')}"


def _apart(left: str, right: str) -> str:
    return f"{left}{' ' * max(4, WIDTH - len(left) - len(right))}{right}"
