"""`conformance coverage`: what the scenarios cover, from runs that showed it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance.commands import reports, shared
from conformance.engine import judging
from conformance.engine.collator import assessors
from conformance.engine.collected import Collected
from conformance.engine.events import Event, Listener
from conformance.engine.files import ledger_file
from conformance.errors import Exit
from conformance.quality.coverage import coverage
from conformance.report import escape
from conformance.verdict.ledger import Ledger


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "directory", nargs="?", type=Path, metavar="DIR", help="recordings to look at; runs all if none"
    )
    shared.scenarios(command)
    shared.subjects(command)
    shared.jobs(command)
    shared.as_json(command)


def execute(given: argparse.Namespace) -> Exit:
    """Run all, or read recordings; print what they cover, and on standard error what is unexpected."""
    ledger = Ledger.load(ledger_file(given.scenarios))
    breaks = {entry.id: entry.breaks for entry in ledger.entries if entry.breaks}
    covered, run = coverage.Coverage(breaks), Collected()
    listeners: list[Listener] = [covered, run, *reports.watching(given.directory)]

    def emit(event: Event) -> None:
        for listener in listeners:
            listener(event)

    judges = assessors(ledger, strict=False, drawn=False)
    if given.directory:
        from conformance.commands.judge import replay  # noqa: PLC0415 (needs no SDK, which the other way does)

        replay(given.directory, judges, emit, keep=covered.keep)
    else:
        from conformance.commands import chosen, selection  # noqa: PLC0415 (as above)
        from conformance.engine.session import Plan, Session  # noqa: PLC0415
        from conformance.engine.stack import real  # noqa: PLC0415

        found = selection.scenarios(given.scenarios, ())
        plan = Plan(
            scenarios=found.scenarios,
            subjects=chosen.subjects(given.subjects or chosen.EVERY_BUILD, given.reference),
            locations=found.lines,
            errors=selection.problems(found),
            jobs=given.jobs,
        )
        Session(plan, real(), judges, emit, keep=covered.keep, judge=judging.start).run()
    if given.json:
        sys.stdout.write(escape.json_text(coverage.document(covered)))
    else:
        sys.stdout.write(escape.told(coverage.lines(covered)))
    return run.exit()
