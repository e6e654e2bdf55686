"""`conformance bisect`: the release or commit that broke a scenario, or mended it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance import machine
from conformance.commands import chosen, selection, shared
from conformance.engine.files import SCENARIOS, ledger_file
from conformance.errors import EnvironmentFault, Exit, UsageError
from conformance.history import bisected, candidates, pins
from conformance.history.bisected import Bisected, Tried
from conformance.history.candidates import Candidate, Checkout
from conformance.history.checkouts import resolved
from conformance.history.search import search
from conformance.history.trial import Trial, Trials, difference
from conformance.history.words import Words
from conformance.report import escape
from conformance.scenario.model import Scenario
from conformance.scenario.walk import everywhere
from conformance.subjects import registry
from conformance.subjects.subject import Subject
from conformance.verdict.ledger import Ledger

INTO = Path("out/bisect")


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "what",
        metavar="SCENARIO|CAUSE",
        help="a scenario's id, or a cause that is pinned, such as invariant/concurrency-exceeded",
    )
    command.add_argument("--subject", required=True, metavar="SDK", help="whose releases or commits")
    command.add_argument("--good", required=True, metavar="V", help="a release, or with --repo a commit")
    command.add_argument("--bad", required=True, metavar="V", help="likewise; it may be the older one")
    command.add_argument("--repo", type=Path, metavar="DIR", help="a clone, whose commits are tried")
    command.add_argument(
        "--build", metavar="COMMAND", help="run in each commit's files before they are installed"
    )
    command.add_argument("--reference", metavar="S", help="what each is compared with (js)")
    command.add_argument(
        "--into",
        type=Path,
        default=INTO,
        metavar="DIR",
        help=f"where recordings are kept, and found ({INTO})",
    )
    command.add_argument("--issue", type=Path, metavar="FILE", help="write the issue's text here")
    shared.scenarios(command)


def execute(given: argparse.Namespace) -> Exit:
    """Search, tell what was found, and write an issue about it."""
    machine.open_files()
    ledger = Ledger.load(ledger_file(given.scenarios))
    registry.sdk(given.subject)
    scenario, cause, file = _target(given)
    if given.repo:
        row = candidates.commits(given.subject, given.repo, given.good, given.bad, given.build)
        good = resolved(given.repo, given.good)
    else:
        row = candidates.between(given.subject, given.good, given.bad)
        good = given.good
    first = row[0]
    fixed = good != (first.commit.sha if isinstance(first, Checkout) else first.version)
    trials = Trials(given.into, scenario, Subject.parse(given.reference or chosen.REFERENCE), ledger)
    found = _search(row, trials, cause, fixed=fixed, file=file)
    words = Words.of(ledger.entries)
    sys.stdout.write(escape.told(bisected.told(found, words)))
    text = bisected.issue(found, words)
    if given.issue:
        given.issue.write_text(text, encoding="utf-8", errors="backslashreplace")
    else:
        sys.stdout.write(escape.told([text.rstrip()]))
    return Exit.AS_EXPECTED


def _target(given: argparse.Namespace) -> tuple[Scenario, str | None, Path]:
    """The scenario to run, the cause that was named, if one was, and the scenario's file.

    A cause stands for the smallest scenario that is pinned to show it.

    Raises:
        UsageError: it is neither a scenario nor a cause that is pinned.
    """
    every = selection.scenarios(given.scenarios, ())
    known = {one.id: one for one in every.scenarios}
    if given.what in known:
        return known[given.what], None, Path(every.lines[given.what].file)
    pinned = pins.read(pins.file(given.scenarios or SCENARIOS, given.subject), given.subject)
    names = {
        name
        for shown in pinned.shown.values()
        for name, causes in shown.items()
        if given.what in causes and name in known
    }
    if given.bad in pinned.shown:
        names &= {name for name, causes in pinned.shown[given.bad].items() if given.what in causes}
    if not names:
        raise UsageError(
            f"`{given.what}` is neither a scenario nor a cause that is pinned for {given.subject}",
            hint="see `conformance list`, `conformance history`; or name a scenario that shows it",
        )
    chosen_ = min(names, key=lambda name: (len(list(everywhere(known[name].document))), name))
    return known[chosen_], given.what, Path(every.lines[chosen_].file)


def _search(
    row: Sequence[Candidate], trials: Trials, cause: str | None, *, fixed: bool, file: Path
) -> Bisected:
    """Try both ends, then those between.

    Raises:
        UsageError: the good one is not good, or the bad one not bad.
        EnvironmentFault: one of the ends can't be had or judged.
    """
    tried: dict[int, Trial] = {}
    said: dict[int, Tried] = {}

    def try_(at: int) -> Trial:
        one = row[at]
        trial = tried[at] = trials.of(one.subject())
        said[at] = Tried(one.name, one.said, trial.cell)
        return trial

    ends = try_(0), try_(len(row) - 1)
    good, bad = reversed(ends) if fixed else ends
    causes = bad.cell.causes - good.cell.causes
    wanted = causes if cause is None else causes & {cause}
    if not wanted:
        raise UsageError(
            "the good one and the bad one do not differ"
            + (f" in {cause}" if cause else "")
            + f": the bad one shows {_names(bad)}, the good one {_names(good)}",
            hint="name a scenario, or versions, in which it does",
        )

    def probe(at: int) -> bool | None:
        try:
            shows = bool(try_(at).cell.causes & wanted)
        except EnvironmentFault as error:
            said[at] = Tried(row[at].name, row[at].said, why=str(error))
            return None
        return shows is not fixed

    turn = search(len(row), probe)
    older, newer = tried[turn.before], tried[turn.after]
    return Bisected(
        scenario=older.recording.scenario,
        causes=tuple(sorted(wanted)),
        last=row[turn.before].name,
        first=row[turn.after].name,
        first_said=row[turn.after].said,
        between=tuple(row[at].name for at in turn.untried),
        fixed=fixed,
        tried=tuple(said[at] for at in sorted(said)),
        wire=difference(newer, older),
        findings=(older if fixed else newer).result.findings,
        source=file.read_text(encoding="utf-8"),
        repeat=_repeat(row[turn.before], row[turn.after], older.recording.scenario),
    )


def _names(trial: Trial) -> str:
    return ", ".join(sorted(trial.cell.causes)) or "nothing"


def _repeat(older: Candidate, newer: Candidate, scenario: str) -> str:
    words = [
        f"--subject {one.name if not isinstance(one, Checkout) else f'{one.sdk}@CHECKOUT-OF-{one.name}'}"
        for one in (older, newer)
    ]
    return f"conformance matrix {scenario} {' '.join(words)}"
