"""`conformance upgrade`: executions in flight, begun by one version of an SDK and resumed by another."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from conformance import machine
from conformance.commands import selection, shared
from conformance.engine import upgrade_judging
from conformance.engine.events import Faulted, Planned, SettingUp
from conformance.engine.stack import real
from conformance.engine.upgrade_answers import Answer, answers, code, document
from conformance.engine.upgrade_judging import directions
from conformance.engine.upgrading import Ran, UpgradeEvent, UpgradePlan, Upgrades, UpgradesJudged
from conformance.errors import Exit, UsageError
from conformance.report import escape, upgrades
from conformance.report.files import writable
from conformance.report.summary import duration
from conformance.report.text import counted
from conformance.subjects.subject import Subject
from conformance.verdict.upgrades.resumption import Resumed
from conformance.wire import store
from conformance.wire.recording import Recording

TENTHS = 10


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "first", metavar="A", help="a version, such as python@2.1.0; a path or a seeded fault as in `run`"
    )
    command.add_argument("second", metavar="B", help="another version of the same SDK")
    command.add_argument(
        "others",
        nargs="*",
        metavar="C|PATTERN",
        help=f"further versions, each a neighbour of the one before; then {shared.PATTERN}",
    )
    shared.scenarios(command)
    shared.jobs(command)
    command.add_argument(
        "--points",
        type=shared.positive,
        metavar="N",
        help="at most N points of each scenario and direction, spread evenly (every one)",
    )
    command.add_argument("--skip", action="append", default=[], metavar="PATTERN", help="leave these out")
    command.add_argument("--json", type=Path, metavar="FILE", help="write all verdicts as JSON")
    command.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="write a table in Markdown; into a page that has its marks, between them",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="keep the recordings")
    command.add_argument(
        "--judge", type=Path, metavar="DIR", help="run nothing: judge again what --out kept in DIR"
    )


def execute(given: argparse.Namespace) -> Exit:
    """Run what was asked for, say yes or no for each direction, and give the gravest that was found."""
    machine.open_files()
    subjects, patterns = _asked([given.first, given.second, *given.others])
    found = selection.scenarios(given.scenarios, patterns, given.skip)
    for path in filter(None, (given.json, given.markdown)):
        writable(path)
    told = _Told(given.out)
    plan = UpgradePlan(found.scenarios, subjects, given.jobs, given.points)
    if given.judge is not None:
        _again(given.judge, plan, patterns, told)
    else:
        told.seconds = Upgrades(plan, real(), told, told.keep).run()
    asked = [*directions(one.id for one in subjects)]
    came = [one for one in answers(told.results, asked) if one.results]
    _report(given, plan, came, told)
    for problem in selection.problems(found):
        sys.stderr.write(escape.told([f"error: {problem}"]))
    return max(code(came, faults=told.faults), Exit.USAGE if found.errors else Exit.AS_EXPECTED)


def _again(folder: Path, plan: UpgradePlan, patterns: Sequence[str], told: _Told) -> None:
    """Judge kept recordings as the run that made them was."""
    began = time.monotonic()
    for results in upgrade_judging.kept(folder, (one.id for one in plan.subjects), patterns):
        told.results += results
    told.runs = len(store.files(folder))
    told.seconds = time.monotonic() - began


def _asked(words: Sequence[str]) -> tuple[tuple[Subject, ...], list[str]]:
    """The subjects at the beginning of the words, and the patterns after them.

    Raises:
        UsageError: there are less than two subjects, or they are of several SDKs.
    """
    named = next((number for number, word in enumerate(words) if "@" not in word), len(words))
    subjects = Subject.parse_all(words[: max(named, 2)])
    sdks = list(dict.fromkeys(one.sdk for one in subjects))
    if len(sdks) > 1:
        raise UsageError(
            f"an execution can't go over from one SDK to another: {' and '.join(sdks)}",
            hint="name versions of one SDK, such as python@2.1.0 python@3.0.0",
        )
    if len(subjects) < 2:  # noqa: PLR2004 (two make a pair)
        raise UsageError("one version is no upgrade", hint="name the version to go to as well")
    return subjects, list(words[max(named, 2) :])


class _Told:
    """Hears what happens: shows how far it has come, and keeps what it comes to."""

    def __init__(self, out: Path | None) -> None:
        self.results: list[Resumed] = []
        self.runs = self.faults = 0
        self.seconds = 0.0
        self._out = out
        self._tenths = 0
        self._say: Callable[[str], object] = lambda line: sys.stderr.write(escape.told([line]))

    def __call__(self, event: UpgradeEvent) -> None:
        match event:
            case Planned():
                versions, scenarios = " → ".join(event.subjects), counted(event.scenarios, "scenario")
                self._say(f"conformance upgrade · {versions} · {scenarios} · {counted(event.jobs, 'job')}")
            case SettingUp(seconds=seconds) if seconds is not None:
                self._say(f"  set up   {event.step} {'✗ after' if event.failed else '✓'} {duration(seconds)}")
            case Faulted():
                self.faults += 1
                self._say(f"error: {event.error}")
            case Ran():
                self.runs = event.runs
                if (tenths := event.done * TENTHS // event.of) > self._tenths:
                    self._tenths = tenths
                    done = f"{event.done} of {counted(event.of, 'scenario')} · {counted(event.runs, 'run')}"
                    self._say(f"  {tenths * 100 // TENTHS:>3} %  {done}")
            case UpgradesJudged():
                self.results += event.results
            case _:
                pass

    def keep(self, recording: Recording) -> None:
        if self._out is not None:
            store.write(recording, self._out)


def _report(given: argparse.Namespace, plan: UpgradePlan, came: Sequence[Answer], told: _Told) -> None:
    """Say it on the console, and in the files that were asked for."""
    for line in upgrades.console(came):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{counted(told.runs, 'run')} in {duration(told.seconds)}\n")
    if given.json:
        made = document(came, seconds=told.seconds, runs=told.runs, most=given.points)
        given.json.write_text(escape.json_text(made), encoding="utf-8")
    if given.markdown:
        table = upgrades.markdown(came, _caption(given, plan, told))
        page = upgrades.placed(given.markdown.read_text(encoding="utf-8"), plan.subjects[0].sdk, table)
        given.markdown.write_text(page, encoding="utf-8", errors="backslashreplace")


def _caption(given: argparse.Namespace, plan: UpgradePlan, told: _Told) -> str:
    """What was run, for whoever reads the table later."""
    if given.judge is not None:
        scenarios = counted(len({one.scenario for one in told.results}), "scenario")
        return f"{scenarios}, in {counted(told.runs, 'recorded run')}."
    points = f"at most {given.points} points" if given.points else "every point"
    patterns = [word for word in given.others if "@" not in word]
    which = f" ({', '.join(patterns)})" if patterns else ""
    return (
        f"{counted(len(plan.scenarios), 'scenario')}{which}, {points} of each in each direction: "
        f"{counted(told.runs, 'run')} in {duration(told.seconds)}."
    )
