"""docs/quality.md: what was measured of the suite itself, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.verdict.entries import Entry


@dataclass(frozen=True)
class Measured:
    """What the page tells: the ledger's entries, and the JSON of three commands, None of those not run."""

    ledger: Sequence[Entry]
    coverage: Any = None
    mutants: Any = None
    source: Any = None


def lines(measured: Measured) -> Iterator[str]:
    """The page."""
    yield "# Quality of the suite"
    yield ""
    yield "Made by `conformance quality`, from what the commands it names printed. It is not written by hand."
    for title, given, told in (
        ("Coverage", measured.coverage, _coverage),
        ("Mutants", measured.mutants, _mutants),
        ("Mutants of the Python SDK's source", measured.source, _source),
    ):
        yield from ("", f"## {title}", "")
        yield from ("Not measured.",) if given is None else told(given)
    yield from ("", "## Known differences", "")
    yield from _ledger(measured.ledger)


def _coverage(given: Any) -> Iterator[str]:
    yield "| what | there | of |"
    yield "| --- | --- | --- |"
    for title, key in (
        ("contexts in contexts, by outcome and suspension", "cells"),
        ("operations inside virtual contexts", "inside"),
        ("entries of the specification", "requirements"),
        ("values of parameters, by place and replay", "parameters"),
    ):
        rows = given.get(key, [])
        yield f"| {title} | {sum(bool(row['scenarios']) for row in rows)} | {len(rows)} |"
    yield f"| AWS's own requirements | {len(given['aws'])} | 148 |"
    yield ""
    gaps = given["gaps"]
    yield f"{len(gaps)} gaps{': ' + '; '.join(gaps) if gaps else '.'}"


def _mutants(given: Any) -> Iterator[str]:
    yield "| kind | mutants | killed | without parity |"
    yield "| --- | --- | --- | --- |"
    for kind, rate in given["rates"].items():
        if not rate["mutants"]:
            continue  # of a kind that was not asked for
        yield f"| {kind} | {rate['mutants']} | {rate['killed']} | {rate['killedWithoutParity']} |"
    survivors = [each["mutant"] for each in given["mutants"] if each["survivors"]]
    yield ""
    most = max((len(each["scenarios"]) for each in given["mutants"]), default=0)
    yield f"Each was tried on {most} scenarios at most. Survivors: {', '.join(survivors) or 'none'}."


def _source(given: Any) -> Iterator[str]:
    visible = given["visible"]
    yield (
        f"{given['sites']} places where an operator of cosmic-ray's applies; {given['mutants']} mutants, "
        f"drawn with seed {given['seed']}. The SDK does not start with {given['invalid']} of them, and "
        f"{given['unseen']} nothing on the wire could tell. Of {visible} visible ones **{given['killed']}** "
        f"are killed, {given['killedWithoutParity']} without parity."
    )
    total, killed = Counter[str](), Counter[str]()
    for fate in given["fates"]:
        if fate["invalid"] is None:
            total[fate["module"]] += 1
            killed[fate["module"]] += fate["killedBy"] is not None
    yield from ("", "| module | mutants | killed |", "| --- | --- | --- |")
    yield from (f"| `{module}` | {total[module]} | {killed[module]} |" for module in sorted(total))
    yield from ("", "Survivors, each classed by hand:", "")
    for fate in given["fates"]:
        if fate["class"] is not None:
            change = [line for line in fate["diff"].splitlines()[2:] if line[:1] in "+-"]
            tried = len(fate["tried"])
            yield f"- {fate['class']}, `{fate['module']}` line {fate['line']}, run on {tried} scenarios:"
            yield from ("", "  ```diff", *(f"  {line}" for line in change), "  ```", "")


def _ledger(entries: Sequence[Entry]) -> Iterator[str]:
    by = Counter((entry.versions.sdk, entry.kind.value) for entry in entries)
    broken = {rule for entry in entries for rule in entry.breaks}
    yield "| SDK | kind | entries |"
    yield "| --- | --- | --- |"
    yield from (f"| {sdk} | {kind} | {count} |" for (sdk, kind), count in sorted(by.items()))
    yield ""
    yield f"{len(entries)} entries; {len(broken)} entries of the specification are broken by an SDK."
