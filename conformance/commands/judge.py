"""`conformance judge`: saved recordings to verdicts again, with no SDK, Node or emulator at hand."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from conformance.commands.reports import Reports
from conformance.engine import event_log as ndjson
from conformance.engine.collator import Assessors, Docket, assessors
from conformance.engine.directory import EVENTS, recordings
from conformance.engine.events import Event, Faulted, Judged, Listener, RunEnded, RunStarted
from conformance.engine.files import ledger_file
from conformance.errors import Exit, UsageError
from conformance.verdict.finding import Result, Verdict
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording


@dataclass
class Told:
    """What a run had told: all that its recordings don't say."""

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


def execute(given: argparse.Namespace) -> Exit:
    """Judge every recording of the directory as the run that made it would have, and report likewise."""
    ledger = Ledger.load(ledger_file(given.scenarios))
    reports = Reports(given)
    replay(
        given.directory,
        assessors(ledger, strict=given.strict, drawn=given.html is not None),
        reports,
        stale=ledger.stale,
    )
    return reports.exit()


def replay(
    directory: Path,
    assessors: Assessors,
    emit: Listener,
    *,
    stale: Callable[[list[Result]], tuple[str, ...]] = lambda _: (),
    keep: Callable[[Recording, int], None] = lambda *_: None,
) -> None:
    """Emit what the session that filled the directory did, every verdict given anew.

    Args:
        directory: what `run --out` wrote.
        assessors: what judges.
        emit: told of everything.
        stale: given all results of a complete run, says what is wrong with the ledger.
        keep: given each recording as it is read, with its repeat, before it is judged.

    Raises:
        UsageError: the directory is none of a run's.
    """
    told = Told()
    for event in ndjson.read(directory / EVENTS):
        told(event)
    started = told.started
    if started is None:
        raise UsageError("this run has no header", where=str(directory / EVENTS), cure="run it again")
    emit(started)
    for fault in told.faults:
        emit(fault)
    docket = Docket(
        subjects=[info.id for info in started.subjects],
        reference=started.reference,
        repeat=started.repeat,
        locations={scenario: judged.location for (scenario, _), judged in told.judged.items()},
        assessors=assessors,
        emit=emit,
    )
    for repeat in range(1, started.repeat + 1):
        wanted = dict.fromkeys((name, info.id) for name in started.scenarios for info in started.subjects)
        for recording in recordings(directory, repeat):
            key = (recording.scenario, recording.subject.id)
            if key in wanted:
                del wanted[key]
                keep(recording, repeat)
                docket.take(recording, repeat)
        for scenario, subject in wanted:
            _miss(docket, told, scenario, subject, repeat)
    docket.finish()
    interrupted = told.ended is None or told.ended.interrupted
    emit(
        RunEnded(
            seconds=told.ended.seconds if told.ended else 0,
            interrupted=interrupted,
            divergences=dict(docket.divergences),
            problems=stale(docket.results) if started.complete and not interrupted else (),
            held_seconds=docket.held_seconds,
        )
    )


def _miss(docket: Docket, told: Told, scenario: str, subject: str, repeat: int) -> None:
    """A run left no recording: because the lab failed in it, as the run had told, or it never ended."""
    before = told.judged.get((scenario, subject))
    if before is not None and before.result.verdict is Verdict.HARNESS_ERROR:
        docket.missing(scenario, subject, repeat, before.result.findings[-1])
    elif _settled(told, scenario):
        docket.missing(scenario, subject, repeat)


def _settled(told: Told, scenario: str) -> bool:
    """Whether the run had judged others although a recording of this scenario was missing."""
    interrupted = told.ended is None or told.ended.interrupted
    reference = told.started.reference if told.started else None
    return not interrupted or any(key[0] == scenario and key[1] != reference for key in told.judged)
