"""`conformance divergences`: the ledger in a maintainer's words, and entries proposed for what is new."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from conformance.commands import shared
from conformance.commands.judge import replay
from conformance.engine.collator import assessors
from conformance.engine.collected import Collected
from conformance.engine.events import Event
from conformance.engine.files import ledger_file
from conformance.errors import Exit
from conformance.report.console import Console
from conformance.report.text import counted
from conformance.verdict.entries import Entry
from conformance.verdict.ledger import Ledger
from conformance.verdict.proposals import Shown, propose
from conformance.verdict.versions import Versions

Hits = Mapping[str, Mapping[str, int]]
"""Entry to scenario to the number of findings that it accounted for there."""


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "directory",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="recordings: count what each entry accounts for",
    )
    command.add_argument(
        "--propose",
        action="store_true",
        help="write entries for new findings to standard output; without DIR all scenarios are run",
    )
    shared.scenarios(command)
    shared.subjects(command)
    shared.jobs(command)
    shared.as_json(command)


def execute(given: argparse.Namespace) -> Exit:
    """Print every entry, with what it accounted for where runs are at hand; or what could be added."""
    ledger = Ledger.load(ledger_file(given.scenarios))
    if given.propose:
        run = _run(given, ledger)
        return max(_interfered(run), _propose(run, ledger))
    if given.directory:
        run = _run(given, ledger)
        _print(given, ledger.entries, _hits(run))
        return _interfered(run)
    _print(given, ledger.entries, None)
    return Exit.AS_EXPECTED


def _run(given: argparse.Namespace, ledger: Ledger) -> Collected:
    """Judge the recordings that were named, or run all; what is unexpected goes to standard error."""
    run = Collected()
    console = Console(sys.stderr, terminal=sys.stderr.isatty())

    def emit(event: Event) -> None:
        run(event)
        if not given.directory:
            console(event)

    judges = assessors(ledger, strict=False, drawn=False)
    if given.directory:
        replay(given.directory, judges, emit)
    else:
        from conformance.commands import chosen, selection  # noqa: PLC0415 (reading recordings needs no SDK)
        from conformance.engine.session import Plan, Session  # noqa: PLC0415
        from conformance.engine.stack import real  # noqa: PLC0415

        found = selection.scenarios(given.scenarios, ())
        plan = Plan(
            scenarios=found.scenarios,
            subjects=chosen.subjects(given.subjects, given.reference),
            locations=found.lines,
            errors=selection.problems(found),
            jobs=given.jobs,
        )
        Session(plan, real(), judges, emit).run()
    return run


def _interfered(run: Collected) -> Exit:
    """What kept some of the run from being judged, if anything; what was found is what we are here for."""
    code = run.exit()
    return Exit.AS_EXPECTED if code is Exit.FINDING else code


def _propose(run: Collected, ledger: Ledger) -> Exit:
    """Write entries for what is new to standard output; why there is none for the rest, to standard error."""
    infos = {info.id: info for info in run.subjects}
    reference = infos.get(run.started.reference) if run.started else None
    shown = (
        Shown(
            judged.result.scenario,
            finding,
            infos[judged.result.subject],
            reference if judged.result.subject != (reference and reference.id) else None,
        )
        for judged in run.judged()
        for finding in judged.result.findings
    )
    proposals = propose(shown, [entry.id for entry in ledger.entries])
    sys.stdout.write("\n".join(proposals.entries))
    for line in proposals.refused:
        sys.stderr.write(f"no entry for {line}\n")
    sys.stderr.write(
        f"{len(proposals.entries)} entries proposed; say in each what it is and where it comes from\n"
        if proposals.entries
        else "no entry proposed\n"
    )
    return Exit.FINDING if proposals.refused else Exit.AS_EXPECTED


def _hits(run: Collected) -> Hits:
    hits: dict[str, dict[str, int]] = {}
    for judged in run.judged():
        for finding in judged.result.findings:
            if finding.divergence is not None:
                scenarios = hits.setdefault(finding.divergence, {})
                scenarios[judged.result.scenario] = scenarios.get(judged.result.scenario, 0) + 1
    return hits


def _print(given: argparse.Namespace, entries: tuple[Entry, ...], hits: Hits | None) -> None:
    if given.json:
        rows = [_row(entry) | ({} if hits is None else _counts(entry, hits)) for entry in entries]
        sys.stdout.write(json.dumps({"schema": 1, "divergences": rows}, indent=2, ensure_ascii=False) + "\n")
        return
    for entry in entries:
        sys.stdout.write("\n".join(_words(entry, hits)) + "\n\n")
    sys.stdout.write(f"{len(entries)} known divergences\n")


def _row(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "title": entry.title,
        "what": entry.what,
        "link": entry.link,
        "findings": [asdict(spot) for spot in entry.spots],
        "subjects": _ranges(entry.subjects),
        "reference": _ranges(entry.reference),
        "witnesses": list(entry.witnesses),
        "limited": entry.limited,
        "breaks": list(entry.breaks),
    }


def _counts(entry: Entry, hits: Hits) -> dict[str, int]:
    scenarios = hits.get(entry.id, {})
    return {"hits": sum(scenarios.values()), "scenarios": len(scenarios)}


def _words(entry: Entry, hits: Hits | None) -> Iterator[str]:
    yield f"{entry.id}: {entry.title}"
    yield f"  {entry.what}"
    between = ", ".join(f"{sdk} {versions}" for sdk, versions in _ranges(entry.subjects).items())
    against = ", ".join(f"{sdk} {versions}" for sdk, versions in _ranges(entry.reference).items())
    yield f"  {between}, against {against}" if against else f"  {between}"
    only = " (and holds there only)" if entry.limited else ""
    yield f"  shown by {', '.join(entry.witnesses)}{only}"
    if entry.breaks:
        yield f"  breaks {', '.join(entry.breaks)}"
    if hits is not None:
        count = _counts(entry, hits)
        found, where = counted(count["hits"], "finding"), counted(count["scenarios"], "scenario")
        yield f"  accounts for {found} in {where}"
    yield f"  {entry.link}"


def _ranges(versions: Mapping[str, Versions]) -> dict[str, str]:
    return {sdk: held.text for sdk, held in versions.items()}
