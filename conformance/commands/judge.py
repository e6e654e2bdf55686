"""`conformance judge`: saved recordings to verdicts again, with no SDK, Node or emulator at hand."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from conformance.commands import shared
from conformance.commands.reports import Reports
from conformance.engine import event_log as ndjson
from conformance.engine.baseline import Against, Side
from conformance.engine.collator import Assessors, Collator, assessors
from conformance.engine.collected import Collected
from conformance.engine.directory import EVENTS, Kept, beyond, recordings
from conformance.engine.events import Event, Faulted, Judged, Listener, RunEnded, RunStarted
from conformance.engine.files import ledger_file
from conformance.engine.shards import united
from conformance.errors import Exit, UsageError
from conformance.scenario.patterns import select
from conformance.verdict import aws
from conformance.verdict.finding import Verdict
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording

CURE = "take the file away, or run again into a new directory"


@dataclass
class Earlier:
    """What a run said of itself: all that its recordings don't say."""

    started: RunStarted | None = None
    ended: RunEnded | None = None
    faults: list[Faulted] = field(default_factory=list)
    judged: dict[tuple[str, str], Judged] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case RunStarted():
                self.started = event
            case RunEnded():
                self.ended = event
            case Faulted():
                self.faults.append(event)
            case Judged(result=result):
                self.judged[result.scenario, result.subject] = event
            case _:
                pass


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "directory", type=Path, metavar="DIR", help="what `run --out` wrote; of a run in parts all of them"
    )
    command.add_argument("patterns", nargs="*", metavar="PATTERN", help=shared.PATTERN)
    command.add_argument(
        "--scenarios", type=Path, metavar="DIR", help="whose ledger to judge by, the suite's own unless given"
    )
    shared.judging(command)
    shared.baseline(command, subjects=False)


def execute(given: argparse.Namespace) -> Exit:
    """Judge every recording of the directory as the run that made it would have, and report likewise."""
    ledger = Ledger.load(ledger_file(given.scenarios))
    reports = Reports(given, ledger)
    base = side(Path(given.baseline), ledger, strict=given.strict) if given.baseline else None
    beside = [word for word in given.patterns if (Path(word) / EVENTS).is_file()]
    replay(
        given.directory,
        assessors(ledger, strict=given.strict, drawn=given.html is not None, audited=True),
        reports if base is None else Against(base, reports),
        beside=[Path(word) for word in beside],
        patterns=[word for word in given.patterns if word not in beside],
    )
    return reports.exit()


def side(path: Path, ledger: Ledger, *, strict: bool = False) -> Side:
    """An earlier run: a JSON report, or a directory of recordings, which are judged as this version judges.

    Raises:
        UsageError: it is neither.
    """
    if path.is_dir():
        run = Collected()
        replay(path, assessors(ledger, strict=strict, drawn=False), run)
        return Side.of(str(path), run)
    if path.is_file():
        return Side.read(path)
    raise UsageError(
        "there is no such report or directory",
        where=str(path),
        hint="name the FILE of --json or the DIR of --out",
    )


def replay(  # noqa: PLR0913 (what a session is given, less what runs)
    directory: Path,
    assessors: Assessors,
    emit: Listener,
    *,
    beside: Sequence[Path] = (),
    patterns: Sequence[str] = (),
    keep: Callable[[Recording, int], None] = lambda *_: None,
) -> None:
    """Emit what the session that filled the directory did, every verdict given anew.

    Args:
        directory: what `run --out` wrote.
        assessors: what judges.
        emit: told of everything, a recording that is not the run's among it.
        beside: directories of the run's other parts, where it was one in parts.
        patterns: which of the run's scenarios to judge; all when there is none.
        keep: given each recording as it is read, with its repeat, before it is judged.

    Raises:
        UsageError: the directory is none of a run's, it and those beside it are not the parts of one, or a
            pattern selects nothing of it.
    """
    if not aws.available():
        from conformance.subjects import matcher  # noqa: PLC0415 (judging has no need of subjects otherwise)

        matcher.find()
    directories = (directory, *beside)
    earlier, whole = _read(directories)
    started = narrowed(whole, patterns)
    emit(started)
    for fault in earlier.faults:
        emit(fault)
    collator = Collator(
        subjects=started.subjects,
        reference=started.reference,
        repeat=started.repeat,
        locations={scenario: judged.location for (scenario, _), judged in earlier.judged.items()},
        assessors=assessors,
        emit=emit,
        held=started.held,
    )
    pairs = [(name, info.id) for name in started.scenarios for info in started.subjects]
    others = {(name, info.id) for name in whole.scenarios for info in whole.subjects}.difference(pairs)
    for repeat in range(1, started.repeat + 1):
        wanted = dict.fromkeys(pairs)
        for kept in chain.from_iterable(recordings(each, repeat, skip=others) for each in directories):
            recording = kept.recording
            key = (recording.scenario, recording.subject.id)
            if key in wanted:
                del wanted[key]
                keep(recording, repeat)
                collator.take(recording, repeat)
            elif key not in others:
                emit(Faulted(_not_the_runs(kept, twice=key in pairs)))
        for scenario, subject in wanted:
            _miss(collator, earlier, scenario, subject, repeat)
    for path in chain.from_iterable(beyond(each, started.repeat) for each in directories):
        emit(
            Faulted(
                UsageError(f"the run's header tells of {started.repeat} repeats", where=str(path), hint=CURE)
            )
        )
    interrupted = earlier.ended is None or earlier.ended.interrupted
    stopped = earlier.ended is not None and earlier.ended.stopped
    totals = collator.finish(complete=started.complete and not interrupted and not stopped)
    emit(
        RunEnded(
            seconds=earlier.ended.seconds if earlier.ended and not patterns else 0,  # a part took none
            interrupted=interrupted,
            divergences=dict(totals.divergences),
            problems=totals.problems,
            held_seconds=totals.held_seconds,
            notes=totals.notes,
            stopped=stopped,
        )
    )


def _read(directories: Sequence[Path]) -> tuple[Earlier, RunStarted]:
    """What the run said of itself, all its parts taken together, and its header."""
    parts = [_part(directory) for directory in directories]
    headers = [(path, part.started) for path, part in zip(directories, parts, strict=True) if part.started]
    ends = [part.ended for part in parts if part.ended]
    whole = Earlier(
        started=headers[0][1] if len(parts) == 1 else united(headers),
        ended=None if len(ends) < len(parts) else _end(ends),
        faults=[fault for part in parts for fault in part.faults],
        judged={key: judged for part in parts for key, judged in part.judged.items()},
    )
    assert whole.started is not None  # noqa: S101 - each part has one
    return whole, whole.started


def _part(directory: Path) -> Earlier:
    earlier = Earlier()
    for event in ndjson.read(directory / EVENTS):
        earlier(event)
    if earlier.started is None:
        raise UsageError("this run has no header", where=str(directory / EVENTS), hint="run it again")
    return earlier


def _end(ends: Sequence[RunEnded]) -> RunEnded:
    """The end of a run in parts, which ran side by side."""
    return replace(
        ends[0],
        seconds=max(end.seconds for end in ends),
        interrupted=any(end.interrupted for end in ends),
    )


def narrowed(started: RunStarted, patterns: Sequence[str]) -> RunStarted:
    """The header of the part of a run that patterns select; without any it stays as it is.

    Raises:
        UsageError: a pattern selects none of the run's scenarios.
    """
    if not patterns:
        return started
    chosen = set(select(patterns, started.scenarios))
    return replace(
        started,
        scenarios=tuple(name for name in started.scenarios if name in chosen),
        complete=False,
        requirements={name: id_ for name, id_ in started.requirements.items() if name in chosen},
    )


def _not_the_runs(kept: Kept, *, twice: bool) -> UsageError:
    """A file that would be judged as this run's or silently left out, if it were not told."""
    recording = kept.recording
    what = f"{recording.scenario} with {recording.subject.id}"
    return UsageError(
        f"a second recording of {what}" if twice else f"the run's header names no {what}",
        where=str(kept.path),
        hint=CURE,
    )


def _miss(collator: Collator, earlier: Earlier, scenario: str, subject: str, repeat: int) -> None:
    """A run left no recording: because the lab failed in it, as the run had told, or it never ended."""
    before = earlier.judged.get((scenario, subject))
    if before is not None and before.result.verdict is Verdict.HARNESS_ERROR:
        collator.missing(scenario, subject, repeat, before.result.findings[-1])
    elif _settled(earlier, scenario):
        collator.missing(scenario, subject, repeat)


def _settled(earlier: Earlier, scenario: str) -> bool:
    """Whether the run had judged others although a recording of this scenario was missing."""
    cut_off = earlier.ended is None or earlier.ended.interrupted or earlier.ended.stopped
    reference = earlier.started.reference if earlier.started else None
    return not cut_off or any(key[0] == scenario and key[1] != reference for key in earlier.judged)
