"""`conformance diff`: two runs side by side, with what is new, fixed and the same."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance.commands import reports, shared
from conformance.commands.judge import replay, side
from conformance.engine import baseline
from conformance.engine.baseline import Against, Side, comparison
from conformance.engine.collator import assessors
from conformance.engine.collected import Collected
from conformance.engine.events import Event, Judged, Listener, RunEnded, RunStarted
from conformance.engine.files import ledger_file
from conformance.errors import Exit, Location
from conformance.report import escape
from conformance.verdict.ledger import Ledger


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    what = "recordings (the DIR of --out) or a JSON report (the FILE of --json)"
    command.add_argument("before", type=Path, metavar="A", help=f"the earlier run: {what}")
    command.add_argument("after", type=Path, metavar="B", help="the later run, likewise")
    command.add_argument("-v", "--verbose", action="store_true", help="tell all causes in full")
    shared.scenarios(command)
    shared.as_json(command)


def execute(given: argparse.Namespace) -> Exit:
    """Tell what B has that A has not; only that makes the exit code 1."""
    ledger = Ledger.load(ledger_file(given.scenarios))
    before = side(given.before, ledger)
    run = Collected()
    listeners: list[Listener] = [run]
    if not given.json:
        listeners.append(reports.console(ledger, verbose=given.verbose))

    def emit(event: Event) -> None:
        for listener in listeners:
            listener(event)

    told = Against(before, emit)
    if given.after.is_dir():
        replay(given.after, assessors(ledger, strict=False, drawn=False), told)
    else:
        _tell(side(given.after, ledger), told)
    compared = comparison(run)
    if given.json and compared is not None:
        document = {"schema": 1, **baseline.serializable(compared)}
        sys.stdout.write(escape.json_text(document))
    return run.exit()


def _tell(run: Side, emit: Listener) -> None:
    """The events of a run that only its report is left of."""
    scenarios = tuple(dict.fromkeys(one.scenario for one in run.results))
    emit(RunStarted(run.subjects, run.reference, scenarios, complete=False))
    for result in run.results:
        emit(Judged(result, Location(result.scenario)))
    seconds = sum(one.seconds for one in run.results)
    emit(RunEnded(seconds, interrupted=False, divergences={}, problems=(), held_seconds=0.0))
