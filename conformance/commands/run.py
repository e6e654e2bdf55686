"""`conformance run`: scenarios through subjects, to verdicts."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from conformance import machine
from conformance.commands import baselines, chosen, selection, shared
from conformance.commands.expecting import update
from conformance.commands.failed import Failed
from conformance.commands.reports import Reports
from conformance.commands.watch import stamps, watch
from conformance.engine import judging
from conformance.engine.collator import assessors
from conformance.engine.collected import unexpected
from conformance.engine.directory import Directory
from conformance.engine.events import Event, Judged
from conformance.engine.files import ledger_file
from conformance.engine.session import Plan, Session
from conformance.engine.shards import header, spread
from conformance.engine.stack import real
from conformance.errors import Exit
from conformance.report import escape
from conformance.subjects import debugging, matcher
from conformance.subjects.subject import Subject
from conformance.verdict.ledger import Ledger


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    shared.patterns(command)
    shared.subjects(command)
    shared.sandbox(command)
    shared.jobs(command)
    command.add_argument(
        "--repeat",
        type=shared.positive,
        default=1,
        metavar="N",
        help="each scenario N times, with the same stream",
    )
    command.add_argument(
        "--order", choices=["file", "reversed"], default="file", help="of the scenarios (file)"
    )
    command.add_argument(
        "--delays", type=int, metavar="SEED", help="delay the service's answers at random, up to 50 ms"
    )
    command.add_argument(
        "--skip", action="append", default=[], metavar="PATTERN", help="leave these out; may be repeated"
    )
    command.add_argument(
        "--last-failed", action="store_true", help="only what was not as expected when it ran last"
    )
    command.add_argument(
        "-x", "--exit-first", action="store_true", help="begin no further run after the first that is not"
    )
    command.add_argument(
        "--hold-each",
        action="store_true",
        help="hold the answer to each update that something depends on, and judge whether it was waited for",
    )
    command.add_argument(
        "--deep", action="store_true", help="the deep scenarios too, which a run without patterns leaves out"
    )
    shared.shard(command)
    command.add_argument(
        "--watch", action="store_true", help="run a scenario again whenever its file is saved"
    )
    command.add_argument(
        "--update-expect",
        action="store_true",
        help="write into `expect` what all subjects agree about, where nothing else objects",
    )
    command.add_argument(
        "--debug",
        action="append",
        default=[],
        dest="ports",
        type=_debugged,
        metavar="SUBJECT=PORT",
        help="have it wait for a debugger at 127.0.0.1:PORT: one run at a time, without limits",
    )
    for name in debugging.names():
        command.add_argument(
            f"--debug-{name}",
            action="append",
            dest="ports",
            type=partial(_debugged_as, name),
            metavar="PORT",
            help=f"the same as --debug {name}=PORT",
        )
    shared.judging(command)
    shared.baseline(command)
    command.add_argument("--out", type=Path, metavar="DIR", help="keep the recordings")


def execute(given: argparse.Namespace) -> Exit:
    """Run what was selected, tell it to every report asked for, and give the gravest that was found."""
    if not given.watch:
        return _once(given, given.patterns)
    files = partial(selection.files, given.scenarios, given.patterns, given.skip)
    return watch(
        lambda saved: _once(given, [str(path) for path in saved] or given.patterns), lambda: stamps(files())
    )


def _once(given: argparse.Namespace, patterns: Sequence[str]) -> Exit:
    machine.open_files()
    machine.keep_private()
    subjects = chosen.subjects(given.subjects, given.reference)
    ledger = Ledger.load(ledger_file(given.scenarios))
    base = baselines.base(given.baseline, ledger, strict=given.strict) if given.baseline else None
    if isinstance(base, Subject) and base.id not in {one.id for one in subjects}:
        subjects = (*subjects, base)
    ports = debugging.ports(given.ports, subjects)
    for subject, port in ports.items():
        sys.stderr.write(f"{escape.console(subject)} waits for a debugger at 127.0.0.1:{port}\n")
    failed = Failed(given.scenarios)
    patterns = failed.among(patterns) if given.last_failed else patterns
    found = selection.scenarios(given.scenarios, patterns, given.skip)
    if any(one.aws for one in found.scenarios):
        matcher.provide()
    whole = not (patterns or given.skip or given.scenarios or found.errors or given.hold_each)
    left = selection.left_out(found, patterns, deep=given.deep)
    held = chosen.held(subjects, left)
    complete = whole and not given.strict and bool(held.ran)
    every = tuple(one for one in found.scenarios if one.id not in left)
    scenarios = spread(every) if given.order == "file" else every[::-1]
    plan = Plan(
        scenarios=given.shard.select(scenarios) if given.shard else scenarios,
        subjects=subjects,
        locations=found.lines,
        errors=selection.problems(found),
        jobs=1 if ports else given.jobs,
        repeat=given.repeat,
        complete=complete and not given.shard,
        shard=header(given.shard, scenarios, complete=complete) if given.shard else None,
        delays=given.delays,
        hold_each=given.hold_each,
        asked=chosen.asked(subjects),
        options=_options(given),
        held=held,
    )
    reports = Reports(given, ledger)
    reports.listeners.append(failed)
    directory = Directory(given.out) if given.out else None
    session = Session(
        plan,
        real(ports, sandbox=given.sandbox, without=_without),
        assessors(ledger, strict=given.strict, drawn=given.html is not None, audited=True),
        baselines.before(base, reports, *([directory] if directory else [])),
        save=directory.keep if directory else lambda *_: None,
        judge=judging.Here if given.watch else judging.start,  # what a fork must not inherit is there by then
    )
    if given.exit_first:
        reports.listeners.append(lambda event: session.stop() if _bad(event) else None)
    session.run()
    if given.update_expect:
        update(reports.run, found.scenarios)
    return reports.exit()


@cache  # each subject finds the same
def _without(why: str) -> None:
    """Say that subjects run without a sandbox, which they were to have."""
    sys.stderr.write(escape.told([f"warning: subjects run with your rights, no sandbox can be made: {why}"]))


def _bad(event: Event) -> bool:
    """Whether an event tells of a verdict with something unexpected."""
    return isinstance(event, Judged) and bool(unexpected(event))


def _debugged(text: str) -> debugging.Port:
    try:
        return debugging.Port.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _debugged_as(name: str, text: str) -> debugging.Port:
    return _debugged(f"{name}={text}")


def _options(given: argparse.Namespace) -> str:
    """What must be said again to run a scenario as this command line does."""
    words: list[str] = []
    if given.reference:
        words += ["--reference", given.reference]
    if given.scenarios:
        words += ["--scenarios", str(given.scenarios)]
    if given.strict:
        words.append("--strict")
    if given.hold_each:
        words.append("--hold-each")
    return shlex.join(words)
