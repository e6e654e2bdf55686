"""`conformance explain`: what a rule, a known difference, a requirement or a field of scenarios means."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator

from conformance.commands import shared
from conformance.commands.divergences import words
from conformance.engine.checks import checks
from conformance.engine.files import ledger_file
from conformance.errors import Exit, UsageError
from conformance.report import escape
from conformance.scenario import fields
from conformance.scenario.catalogue import requirements
from conformance.scenario.shape import near
from conformance.sdks import registry
from conformance.sdks.items import KINDS
from conformance.verdict.finding import Layer
from conformance.verdict.ledger import Ledger
from conformance.verdict.titles import RULES, said, title

WIDTH = 100
ELSEWHERE = "findings name rules, `conformance divergences` entries, `conformance requirements` requirements"


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "name",
        metavar="NAME",
        help="a rule (virtual-parent, invariant/virtual-parent), an entry of the ledger, an id for `covers`,"
        " or a field (child.virtual)",
    )
    shared.scenarios(command)


def execute(given: argparse.Namespace) -> Exit:
    """Print all that goes by the name: a rule and a requirement may share one."""
    ledger = Ledger.load(ledger_file(given.scenarios))
    layer, _, rest = given.name.rpartition("/")
    name = rest if layer in [*Layer] else given.name
    told = [
        *_rule(name, ledger),
        *_spelling(name),
        *_entry(name, ledger),
        *_requirement(name),
        *_fields(name),
    ]
    if not told:
        entries = [entry.id for entry in ledger.entries]
        known = [*_rules(ledger), *KINDS, *entries, *requirements(), *fields.names()]
        hint = near(name, known)
        raise UsageError(
            f"nothing is called `{given.name}`", hint=hint if hint.startswith("did you mean") else ELSEWHERE
        )
    sys.stdout.write(escape.told(["\n".join(told).rstrip()]))
    return Exit.AS_EXPECTED


def _rules(ledger: Ledger) -> set[str]:
    return {*RULES, *(spot.rule for entry in ledger.entries for spot in entry.spots)}


def _rule(name: str, ledger: Ledger) -> Iterator[str]:
    spots = [(entry, spot) for entry in ledger.entries for spot in entry.spots if spot.rule == name]
    if name not in RULES and not spots:
        return
    layers = {spot.layer for _, spot in spots}
    yield f"{name}: a rule"
    for line in said(name) or [title(next(iter(layers)), name)]:
        yield f"  {line}"
    for check in checks(name):
        yield f"  held to by {check.place}"
        yield from _paragraphs(check.says, "    ")
    entries = dict.fromkeys(entry.id for entry, _ in spots)
    if entries:
        yield f"  known to be broken, or different: {', '.join(entries)}"
    yield ""


def _spelling(name: str) -> Iterator[str]:
    """An item of the SDKs' dialects, and what each SDK's record says of it."""
    if name not in KINDS:
        return
    yield f"{name}: an item of dialects, how an SDK spells what the protocol leaves open"
    yield from _wrapped([f"  {KINDS[name].about}"])
    for sdk in registry.names():
        record = registry.record(sdk)
        for item in record.items if record else ():
            if item.name == name:
                yield from _wrapped([f"  {sdk} {item.versions.text}: {item.value}"])
                yield f"    {item.source}"
    yield ""


def _entry(name: str, ledger: Ledger) -> Iterator[str]:
    for entry in ledger.entries:
        if entry.id == name:
            yield from _wrapped(words(entry, None))
            yield ""


def _requirement(name: str) -> Iterator[str]:
    found = requirements().get(name)
    if found is not None:
        yield f"{found.id}: a requirement ({found.level}), {found.section}"
        yield from _wrapped([f"  {found.says}"])
        yield f"  scenarios that cover it: conformance requirements {found.id}"
        yield ""


def _fields(name: str) -> Iterator[str]:
    for field in fields.named(name):
        yield f"{field.name}: a field of scenarios"
        for line in field.says:
            yield from _wrapped([f"  {line}"])
        if field.choices:
            yield f"  one of {', '.join(field.choices)}"
        if field.inside:
            marked = [f"{one} (needed)" if one in field.needed else one for one in field.inside]
            yield from _wrapped([f"  has {', '.join(marked)}"])
        yield ""


def _wrapped(lines: Iterator[str] | list[str]) -> Iterator[str]:
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        yield from textwrap.wrap(
            line, WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
        ) or [""]


def _paragraphs(text: str, indent: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        yield from _wrapped([f"{indent}{' '.join(paragraph.split())}"])
