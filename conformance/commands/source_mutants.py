"""Running mutants of an SDK's source: what `conformance mutants --source` does."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from conformance.commands import chosen, selection
from conformance.commands.judge import replay
from conformance.engine import judging
from conformance.engine.collator import assessors
from conformance.engine.events import Event, Listener, RunStarted
from conformance.engine.session import Plan, Session
from conformance.engine.stack import real
from conformance.errors import Exit, UsageError
from conformance.quality.mutation import recorded
from conformance.quality.mutation.source import kept, kills, sites, table
from conformance.quality.mutation.source.lines import Executed
from conformance.report import escape
from conformance.wire.recording import Recording


def execute(given: argparse.Namespace, clean: recorded.Clean, emit: Listener) -> Exit:
    """Draw mutants, run each until a scenario notices, and print what became of them."""
    sys.path.append(str(Path(sys.prefix) / "mutation"))  # where `make mutants` puts what only this needs
    package = kills.package()
    found = sites.sites(package)
    drawn = sites.sample(found, given.sample, given.seed)
    executed = _executed(given, clean, emit)
    made = [(sites.mutant(package, site, number), site) for number, site in enumerate(drawn, 1)]
    known = {} if given.fates is None else kept.load(given.fates)
    fates = []
    for fate in kills.fates(made, executed, clean, real(), each=given.each, known=known, tell=_tell):
        fates.append(fate)
        if given.fates is not None and fate != known.get(fate.mutant.diff):
            kept.append(given.fates, fate)
    told = {"sites": len(found), "sample": given.sample, "seed": given.seed}
    if given.json:
        sys.stdout.write(escape.json_text(table.document(fates, told)))
    else:
        sys.stdout.write(escape.told(table.lines(fates, told)))
    unclassed = any(table.class_of(fate, table.classes()) == table.UNCLASSED for fate in fates)
    return Exit.FINDING if unclassed else Exit.AS_EXPECTED


def _executed(given: argparse.Namespace, clean: recorded.Clean, emit: Listener) -> Executed:
    """Which scenarios execute which line: as kept, or by a run that is traced; fills `clean` too."""

    def observe(event: Event) -> None:
        if isinstance(event, RunStarted):
            clean.reference = event.reference
        emit(event)

    judges = assessors(clean.ledger, strict=False, drawn=False)
    if given.directory:
        if given.lines is None or not given.lines.exists():
            raise UsageError("--from needs --lines", hint="give the file that a run with --lines has kept")
        replay(given.directory, judges, observe, patterns=given.patterns, keep=clean.keep)
        return Executed.load(given.lines)
    selected = selection.scenarios(given.scenarios, given.patterns)
    plan = Plan(
        scenarios=selected.scenarios,
        subjects=chosen.subjects(None, None),
        locations=selected.lines,
        errors=selection.problems(selected),
        jobs=given.jobs,
    )
    recordings: list[Recording] = []

    def keep(recording: Recording, repeat: int) -> None:
        clean.keep(recording, repeat)
        recordings.append(recording)

    with tempfile.TemporaryDirectory() as directory:
        stack = kills.traced(real(), Path(directory))
        Session(plan, stack, judges, observe, keep=keep, judge=judging.start).run()
        executed = Executed.read(Path(directory), kills.package(), recordings)
    if given.lines is not None:
        executed.save(given.lines)
    return executed


def _tell(line: str) -> None:
    sys.stderr.write(escape.told([line]))
