"""`conformance judge`: saved recordings to verdicts again, with no SDK, Node or emulator at hand."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

from conformance.commands.reports import Reports
from conformance.errors import Exit, UsageError
from conformance.judging import Docket, assessors
from conformance.places import ledger_file
from conformance.report import ndjson
from conformance.report.events import Event, Faulted, Judged, RunEnded, RunStarted
from conformance.saved import EVENTS, recordings
from conformance.verdict.finding import Verdict
from conformance.verdict.ledger import Ledger


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
    ledger = Ledger.load(ledger_file())
    told = Told()
    for event in ndjson.read(given.directory / EVENTS):
        told(event)
    started = told.started
    if started is None:
        raise UsageError("this run has no header", where=str(given.directory / EVENTS), cure="run it again")
    reports = Reports(given)
    reports(started)
    for fault in told.faults:
        reports(fault)
    docket = Docket(
        subjects=[info.id for info in started.subjects],
        reference=started.reference,
        repeat=started.repeat,
        locations={scenario: judged.location for (scenario, _), judged in told.judged.items()},
        assessors=assessors(ledger, strict=given.strict, drawn=given.html is not None),
        emit=reports,
    )
    for repeat in range(1, started.repeat + 1):
        _take(docket, started, told, given.directory, repeat)
    docket.finish()
    interrupted = told.ended is None or told.ended.interrupted
    reports(
        RunEnded(
            seconds=told.ended.seconds if told.ended else 0,
            interrupted=interrupted,
            divergences=dict(docket.divergences),
            problems=ledger.stale(docket.results) if started.complete and not interrupted else (),
            held_seconds=docket.held_seconds,
        )
    )
    return reports.exit()


def _take(docket: Docket, started: RunStarted, told: Told, folder: Path, repeat: int) -> None:
    wanted = dict.fromkeys((name, info.id) for name in started.scenarios for info in started.subjects)
    for recording in recordings(folder, repeat):
        key = (recording.scenario, recording.subject.id)
        if key in wanted:
            del wanted[key]
            docket.take(recording, repeat)
    for scenario, subject in wanted:
        before = told.judged.get((scenario, subject))
        failed = before is not None and before.result.verdict is Verdict.HARNESS_ERROR
        if failed or _settled(told, scenario):
            docket.missing(
                scenario, subject, repeat, before.result.findings[-1] if before and failed else None
            )


def _settled(told: Told, scenario: str) -> bool:
    """Whether the run had judged others although a recording of this scenario was missing."""
    interrupted = told.ended is None or told.ended.interrupted
    reference = told.started.reference if told.started else None
    return not interrupted or any(key[0] == scenario and key[1] != reference for key in told.judged)
