"""`conformance matrix`: released versions side by side, held against what is pinned for each."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance import machine
from conformance.commands import chosen, selection, shared
from conformance.commands.judge import replay
from conformance.engine.collator import assessors
from conformance.engine.directory import EVENTS
from conformance.engine.event_log import read as events
from conformance.engine.events import RunStarted
from conformance.engine.files import SCENARIOS, ledger_file
from conformance.engine.shards import header, spread
from conformance.engine.stack import real
from conformance.errors import ConformanceError, EnvironmentFault, Exit, UsageError
from conformance.history import document, held, pins, table
from conformance.history.matrix import Gathered, Matrix, versions
from conformance.history.pins import Pins
from conformance.history.recordings import Asked, Recordings
from conformance.history.words import Words
from conformance.report import escape
from conformance.report.progress import Progress
from conformance.scenario.model import Scenario
from conformance.subjects import registry, releases
from conformance.subjects.subject import Subject
from conformance.verdict.ledger import Ledger

INTO = Path("out/versions")


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    shared.patterns(command)
    command.add_argument(
        "--subject",
        action="append",
        dest="subjects",
        metavar="S",
        help="a subject, or a range of released versions: 'python@>=1.5', 'js@*'; all releases unless given",
    )
    command.add_argument(
        "--newer", action="store_true", help="the releases that are newer than the ledger and the pins know"
    )
    command.add_argument(
        "--pinned",
        action="store_true",
        help="the versions that are pinned, with the scenarios that they are pinned with",
    )
    command.add_argument("--reference", metavar="S", help="what all are compared with (js)")
    shared.jobs(command)
    shared.shard(command)
    command.add_argument(
        "--into",
        type=Path,
        default=INTO,
        metavar="DIR",
        help=f"where recordings are kept, and found ({INTO})",
    )
    command.add_argument(
        "--from",
        action="append",
        dest="directories",
        type=Path,
        metavar="DIR",
        help="record nothing: judge what is there; of a run in parts all of them",
    )
    command.add_argument("--pin", action="store_true", help="write what was seen down as what is to be seen")
    command.add_argument("--json", type=Path, metavar="FILE", help="write all of it as JSON")
    command.add_argument("--html", type=Path, metavar="FILE", help="write a page")
    command.add_argument("-v", "--verbose", action="store_true", help="tell every cause that went or came")


@dataclass(frozen=True)
class _Run:
    """What was judged, the ids of the subjects that were asked for, and what kept some from being judged."""

    gathered: Gathered
    shown: frozenset[str] | None
    faults: tuple[ConformanceError, ...]
    whole: bool


def execute(given: argparse.Namespace) -> Exit:
    """Record what is missing, judge it all, hold it against the pins, and tell."""
    _check(given)
    machine.open_files()
    root = given.scenarios or SCENARIOS
    if given.pinned:
        every = [pins.read(path, path.stem) for path in pins.files(root)]
        given.patterns = _pinned(every, root)
        named = given.subjects or given.newer or given.directories
        given.subjects = (
            given.subjects if named else [f"{one.sdk}@{v}" for one in every for v in one.versions]
        )
    ledger = Ledger.load(ledger_file(given.scenarios))
    wanted = None
    if given.newer:
        wanted = newer(ledger, root)
        if not any(wanted):
            sys.stdout.write("No release is newer than what the ledger has confirmed.\n")
            return Exit.AS_EXPECTED
    run = _saved(given, ledger) if given.directories else _recorded(given, ledger, wanted)
    matrix = run.gathered.matrix(run.shown)
    faults = [*run.faults, *run.gathered.faults]
    interrupted = run.gathered.ended is None or run.gathered.ended.interrupted
    known = lambda sdk: pins.read(pins.file(root, sdk), sdk)  # noqa: E731 (one word for what three ask)
    standing = held.held(matrix, known, whole=run.whole)
    words = Words.of(ledger.entries)
    sys.stdout.write(escape.told(table.render(matrix, standing, words, verbose=given.verbose)))
    for fault in faults:
        sys.stderr.write(escape.told([f"error: {fault}"]))
    if given.json:
        _write(given.json, json.dumps(document.serializable(matrix, standing, map(str, faults)), indent=1))
    if given.html:
        from conformance.history import page  # noqa: PLC0415 (templates are loaded where they are used)

        _write(given.html, page.render(matrix, standing, map(str, faults), words))
    if interrupted:
        return Exit.INTERRUPTED
    exits = [fault.exit for fault in faults]
    if given.pin:
        slow = {one.subject for one in standing if one.slow}
        _pin(matrix, root, given.patterns, slow)
        exits += [Exit.ENVIRONMENT] * bool(slow)
    else:
        exits += [one.exit for one in standing]
        exits += [Exit.FINDING for sdk in matrix.sdks for step in sdk.steps if step.judged_otherwise]
    return max(exits, default=Exit.AS_EXPECTED)


def _check(given: argparse.Namespace) -> None:
    """Refuse words that contradict each other."""
    if given.pin and given.shard:
        raise UsageError(
            "one part of a run pins nothing", hint="unite all of them: --from DIR --from DIR --pin"
        )
    if given.newer and (given.subjects or given.directories):
        raise UsageError("--newer says which versions to run", hint="leave --subject and --from out")
    if given.pinned and (given.patterns or given.pin):
        raise UsageError("--pinned says which scenarios to run", hint="leave the patterns and --pin out")


def _pinned(every: Sequence[Pins], root: Path) -> list[str]:
    """The patterns of all that is pinned; none where some version is pinned with every scenario.

    Raises:
        UsageError: nothing is pinned.
    """
    patterns = {pattern for each in every for scope in each.versions.values() for pattern in scope}
    if not patterns:
        raise UsageError("nothing is pinned", where=str(root / pins.FOLDER), hint="conformance matrix --pin")
    return [] if patterns.issuperset(pins.ALL) else sorted(patterns)


_Wanted = tuple[tuple[Subject, ...], tuple[ConformanceError, ...]]
"""The subjects to run, and what keeps others from being known."""


def newer(ledger: Ledger, root: Path) -> _Wanted:
    """The releases that no entry of the ledger has been confirmed with, and no pin is for."""
    subjects: list[Subject] = []
    faults: list[ConformanceError] = []
    for sdk in registry.names():
        known = [each.confirmed for entry in ledger.entries for each in entry.known if each.sdk == sdk]
        known += [releases.number(one) for one in pins.read(pins.file(root, sdk), sdk).versions]
        try:
            subjects += [
                Subject(sdk, version=one)
                for one in releases.released(sdk)
                if releases.number(one) > max(known, default=releases.number("0"))
            ]
        except EnvironmentFault as error:
            faults.append(error)
    return tuple(subjects), tuple(faults)


def _recorded(given: argparse.Namespace, ledger: Ledger, newest: _Wanted | None) -> _Run:
    wanted, faults = newest or releases.expanded(given.subjects or releases.every())
    reference = Subject.parse(given.reference or chosen.REFERENCE)
    found = selection.scenarios(given.scenarios, given.patterns)
    every = spread(found.scenarios)
    scenarios = given.shard.select(every) if given.shard else every
    asked = Asked(
        subjects=(reference, *(one for one in wanted if one.id != reference.id)),
        scenarios=scenarios,
        jobs=given.jobs,
        shard=header(given.shard, every, complete=False) if given.shard else None,
    )
    ended = Recordings(given.into).record(asked, real, lambda: Progress(sys.stderr))
    problems = selection.problems(found)
    if not ended:
        return _Run(Gathered(), frozenset(), (*faults, *problems), whole=False)
    gathered = _judged([given.into], scenarios, ledger)
    shown = frozenset(one.id for one in wanted)
    whole = not (given.patterns or given.shard or problems)
    return _Run(gathered, shown, (*faults, *problems), whole=whole)


def _saved(given: argparse.Namespace, ledger: Ledger) -> _Run:
    gathered = Gathered(ledger)
    replay(
        given.directories[0],
        assessors(ledger, strict=False, drawn=False),
        gathered,
        beside=given.directories[1:],
        patterns=given.patterns,
    )
    if given.subjects is None:
        return _Run(gathered, None, (), whole=False)
    there = gathered.started.subjects if gathered.started else ()
    named = [text for text in given.subjects if not releases.is_range(text)]
    ids = {one.id for one in Subject.parse_all(named)}
    ranges = [text for text in given.subjects if releases.is_range(text)]
    ids |= {one.id for text in ranges for one in there if releases.holds(text, one.sdk, one.version)}
    return _Run(gathered, frozenset(ids), (), whole=False)


def _judged(directories: Sequence[Path], scenarios: Sequence[Scenario], ledger: Ledger) -> Gathered:
    """Judge the scenarios of this run; a directory may hold others of an earlier one."""
    gathered = Gathered(ledger)
    own = {one.id for one in scenarios}
    header_ = next(iter(events(directories[0] / EVENTS)))
    more = isinstance(header_, RunStarted) and own < {*header_.scenarios}
    replay(
        directories[0],
        assessors(ledger, strict=False, drawn=False),
        gathered,
        patterns=sorted(own) if more else (),
    )
    return gathered


def _pin(matrix: Matrix, root: Path, patterns: Sequence[str], slow: set[str]) -> None:
    """Write what was seen of each release that could be judged."""
    known = versions(matrix.subjects)
    for sdk in matrix.sdks:
        path = pins.file(root, sdk.name)
        shown = {known[one]: sdk.shown(one) for one in sdk.subjects if one in known and one not in slow}
        if shown:
            found = pins.read(path, sdk.name)
            made = found.measured(matrix.reference, shown, matrix.scenarios, patterns)
            _write(path, made.dumps())


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"this can't be written: {error.strerror}", where=str(path)) from error
