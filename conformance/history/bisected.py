"""What a bisection found: the version that changed it, what changed on the wire, and an issue to be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.history.cell import Cell
from conformance.history.words import Words
from conformance.report import escape
from conformance.verdict.finding import Finding, Layer

MOST = 20
"""Differences on the wire that are listed."""


@dataclass(frozen=True)
class Tried:
    """One version that was tried: `cell` is None where it can't be told, `why` says why."""

    name: str
    said: str = ""
    cell: Cell | None = None
    why: str = ""


@dataclass(frozen=True)
class Bisected:
    """What was found.

    `last` and `first` are neighbours, the older first, but for those `between`, which could not be tried.
    `fixed` is whether the cause went, and did not come. `wire` is what the newer one does otherwise,
    `findings` are those of the bad one, `source` is the scenario's text, and `repeat` a command.
    """

    scenario: str
    causes: tuple[str, ...]
    last: str
    first: str
    first_said: str
    between: tuple[str, ...]
    fixed: bool
    tried: tuple[Tried, ...]
    wire: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    source: str
    repeat: str


def told(found: Bisected, words: Words) -> Iterator[str]:
    """The result in lines."""
    for one in found.tried:
        causes = ", ".join(sorted(one.cell.causes)) or "nothing wrong" if one.cell else f"? {one.why}"
        said = f" {one.said}" if one.said else ""
        yield escape.console(f"  {one.name}{said}: {causes}")
    yield ""
    how = "is fixed in" if found.fixed else "came with"
    for cause in found.causes:
        yield escape.console(f"{cause} {how} {found.first} {found.first_said}".rstrip())
        yield escape.console(f"  {words.say(cause)} ({found.scenario})")
    if found.between:
        yield escape.console(f"  or with one of {', '.join(found.between)}, which could not be tried")
    yield ""
    yield escape.console(f"on the wire, {found.first} beside {found.last}:")
    yield from _wire(found.wire)
    yield ""


def _wire(wire: Sequence[Finding]) -> Iterator[str]:
    if not wire:
        yield "  nothing is otherwise"
    for one in wire[:MOST]:
        yield escape.console(f"  {one.path}: {_json(one.wanted)} → {_json(one.seen)}")
    if len(wire) > MOST:
        yield f"  and {len(wire) - MOST} more"


def issue(found: Bisected, words: Words) -> str:
    """An issue's text, in Markdown, for the SDK's own project."""
    cause = escape.markdown(words.say(found.causes[0]))
    first, last = escape.markdown(found.first), escape.markdown(found.last)
    bad = found.last if found.fixed else found.first
    if found.fixed:
        title = f"# Fixed in {first}: {cause}"
        says = f"{last} still did this; {first} is the first version that does not."
    else:
        title = f"# Since {first}: {cause}"
        says = f"{first} is the first version that does this; {last} did not."
    lines = [title, "", says, "", "A durable function, as data:", ""]
    lines += ["```yaml", found.source.rstrip().replace("```", "` ` `"), "```", ""]
    lines += [f"With {escape.code(bad)}:", ""]
    told = [one for one in found.findings if one.layer is not Layer.PARITY] or found.findings
    lines += [f"- {escape.markdown(one.message)}" for one in told[:MOST]]
    lines += ["", f"On the wire, {escape.code(found.first)} beside {escape.code(found.last)}:", ""]
    for one in found.wire[:MOST]:
        before, now = escape.code(_json(one.wanted)), escape.code(_json(one.seen))
        lines.append(f"- {escape.code(one.path)}: {before} became {now}")
    lines += ["", f"To see it again: {escape.code(found.repeat)}"]
    return "\n".join(lines) + "\n"


def _json(value: object) -> str:
    return escape.cut(json.dumps(value, ensure_ascii=False, default=str), 120)
