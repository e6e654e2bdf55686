"""`conformance mutants`: who notices what is wrong, measured by making things wrong."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance.commands import chosen, reports, selection, shared
from conformance.commands.judge import replay
from conformance.engine import judging
from conformance.engine.collator import assessors
from conformance.engine.collected import Collected
from conformance.engine.events import Event, Listener, RunEnded, RunStarted
from conformance.engine.files import ledger_file
from conformance.engine.session import Plan, Session
from conformance.engine.stack import real
from conformance.errors import Exit, UsageError
from conformance.quality.mutation import live, recorded
from conformance.quality.mutation.matrix import Matrix, Row
from conformance.quality.mutation.shown import document, lines
from conformance.report import escape
from conformance.verdict.invariants import INVARIANTS
from conformance.verdict.ledger import Ledger


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    shared.patterns(command)
    command.add_argument(
        "--from", type=Path, dest="directory", metavar="DIR", help="recordings to start from; runs if none"
    )
    command.add_argument("--only", choices=["recordings", "live"], help="mutants of one kind")
    command.add_argument(
        "--each",
        type=shared.positive,
        default=15,
        metavar="N",
        help="scenarios a mutant is tried on (15)",
    )
    command.add_argument("--complete", action="store_true", help="try every mutant on every scenario")
    command.add_argument("--source", choices=["python"], help="mutants of that SDK's own source instead")
    command.add_argument(
        "--sample", type=shared.positive, metavar="N", help="draw so many of them; all unless given"
    )
    command.add_argument("--seed", type=int, default=1, help="what they are drawn with (1)")
    command.add_argument(
        "--lines", type=Path, metavar="FILE", help="where to keep which scenarios execute which line"
    )
    command.add_argument(
        "--fates", type=Path, metavar="FILE", help="where to keep what became of each, and go on from"
    )
    shared.jobs(command)
    shared.as_json(command)


def execute(given: argparse.Namespace) -> Exit:
    """Print the kill matrix; anything that is wrong with the suite is a finding."""
    path = ledger_file(given.scenarios)
    clean, run = recorded.Clean(Ledger.load(path)), Collected()
    watching = reports.watching(given.directory)
    interrupted = False

    def emit(event: Event) -> None:
        nonlocal interrupted
        if isinstance(event, RunStarted):
            clean.reference = event.reference
        if isinstance(event, RunEnded):
            interrupted = event.interrupted
        run(event)
        for listener in watching:
            listener(event)

    if given.source:
        from conformance.commands import source_mutants  # noqa: PLC0415 - needs what is installed on its own

        return source_mutants.execute(given, clean, emit)
    _record(given, clean, emit)
    if interrupted:
        raise KeyboardInterrupt
    each = None if given.complete else given.each
    rows: list[Row] = []
    owners: dict[str, str] = {}
    faults: tuple[str, ...] = ()
    if given.only != "live":
        rows, owners = recorded.rows(clean, path, each=each, jobs=given.jobs)
    if given.only != "recordings":
        made, said, faults = live.rows(clean, real(), each=each, jobs=given.jobs, tell=_tell)
        rows, owners = rows + made, owners | said
    matrix = Matrix(
        rows=tuple(rows),
        invariants=tuple(invariant.__name__ for invariant in INVARIANTS),
        owners=owners,
        whole=not given.patterns,
        left_out=dict(sorted(clean.left_out.items())),
        faults=faults,
    )
    if given.json:
        sys.stdout.write(escape.json_text(document(matrix)))
    else:
        sys.stdout.write(escape.told(lines(matrix)))
    return max(run.exit(), Exit.FINDING if any(matrix.problems()) else Exit.AS_EXPECTED)


def _record(given: argparse.Namespace, clean: recorded.Clean, emit: Listener) -> None:
    """Fill `clean` from a directory of recordings, or from a run of all that is selected."""
    judges = assessors(clean.ledger, strict=False, drawn=False)
    if given.directory:
        replay(given.directory, judges, emit, patterns=given.patterns, keep=clean.keep)
        if not clean.recordings:
            raise UsageError("no recording is selected", where=str(given.directory), hint="see `run --out`")
        return
    found = selection.scenarios(given.scenarios, given.patterns)
    plan = Plan(
        scenarios=found.scenarios,
        subjects=chosen.subjects(None, None),
        locations=found.lines,
        errors=selection.problems(found),
        jobs=given.jobs,
    )
    Session(plan, real(), judges, emit, keep=clean.keep, judge=judging.start).run()


def _tell(line: str) -> None:
    sys.stderr.write(escape.told([line]))
