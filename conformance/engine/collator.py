"""From recordings to verdicts, as they come: what a live run and `conformance judge` have in common.

Nothing here knows how a recording came about, so judging saved ones needs no SDK, no Node and no emulator.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.engine.events import Audit, Judged, Listener, Stale
from conformance.engine.evidence import Evidence, evidence
from conformance.engine.trace import Trace, trace
from conformance.errors import Location
from conformance.verdict.case import Case
from conformance.verdict.finding import (
    GOOD,
    GRAVEST_FIRST,
    NOT_JUDGED,
    Blame,
    Finding,
    Layer,
    Result,
    Verdict,
)
from conformance.verdict.held import Held
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.verdict.stability import Unsteady, unsteady
from conformance.wire.recording import Recording, SubjectInfo

Judge = Callable[[Recording, "Recording | None"], Result]


@dataclass(frozen=True)
class Assessors:
    """The pure functions that the collator asks, so that its own rules can be tried without any SDK's.

    `judge` takes a recording and the reference's (None: judge without parity). `stream` gives a value that is
    equal for equal canonical streams, and `difference` what differs between two, if anything.
    `trace` decodes what a report draws, `evidence` says what a recording has on a bad result.
    `stale` is given all results of a complete run and its subjects and says what is wrong with the ledger;
    `notes` is given those of any run and says what the ledger does not know for sure.
    """

    judge: Judge
    stream: Callable[[Recording], Any]
    difference: Callable[[Any, Any], Unsteady | None]
    trace: Callable[[Recording], Trace] | None = None
    evidence: Callable[[Recording, Result], Evidence | None] = lambda *_: None
    stale: Stale = lambda *_: ()
    notes: Audit = lambda *_: ()


def assessors(ledger: Ledger, *, strict: bool, drawn: bool, audited: bool = False) -> Assessors:
    """The suite's own: `drawn` when a report wants to show traces, `audited` to ask the ledger too.

    Two repeats are held together by the parity layer down to the spelling, since both come from the same SDK.
    """
    return Assessors(
        judge=lambda recording, reference: judge(recording, reference, ledger, strict=strict),
        stream=Case.of,
        difference=unsteady,
        trace=trace if drawn else None,
        evidence=evidence,
        stale=ledger.stale if audited else lambda *_: (),
        notes=ledger.notes if audited else lambda *_: (),
    )


@dataclass
class _Tally:
    """What is known so far of one scenario with one subject, over the repeats."""

    runs: int = 0
    result: Result | None = None
    stream: Any = None
    trace: Trace | None = None
    evidence: Evidence | None = None


@dataclass
class _Round:
    """One repeat of one scenario: who is still awaited, and who waits for the reference."""

    awaited: set[str]
    reference: Recording | None = None
    waiting: list[Recording] = field(default_factory=list)


@dataclass(frozen=True)
class Totals:
    """What a run comes to beyond its verdicts.

    `divergences` counts the findings that each ledger entry accounted for, `problems` and `notes` are what is
    said of the ledger, and `held_seconds` is the real time that was spent inside held invocations.
    """

    divergences: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    held_seconds: float = 0.0


class Collator:
    """Takes recordings in any order and emits a verdict as soon as all that it needs is there.

    It keeps a recording only until those that are compared with it have come: memory does not grow with the
    run.

    Args:
        subjects: all subjects that will be run, the reference included if it is.
        reference: id of the reference; when it is not among `subjects`, all are judged without parity.
        repeat: how many recordings of each scenario and subject will come.
        locations: where each scenario stands.
        held: whose entries of the ledger a complete run is held to.
    """

    def __init__(  # noqa: PLR0913 (all of it is what a run is)
        self,
        *,
        subjects: Iterable[SubjectInfo],
        reference: str,
        repeat: int,
        locations: Mapping[str, Location],
        assessors: Assessors,
        emit: Listener,
        held: Held | None = None,
    ) -> None:
        """Begin with nothing."""
        self._infos = tuple(subjects)
        self._reference = reference
        self._repeat = repeat
        self._locations = locations
        self._assessors = assessors
        self._emit = emit
        self._held = held
        self._rounds: dict[tuple[str, int], _Round] = {}
        self._tallies: dict[tuple[str, str], _Tally] = {}
        self._divergences: Counter[str] = Counter()
        self._results: list[Result] = []
        self._held_seconds = 0.0

    def take(self, recording: Recording, repeat: int = 1) -> None:
        """Take in the recording of one run, `repeat` counting from 1."""
        self._held_seconds += recording.held_seconds
        subject = recording.subject.id
        round_ = self._arrive(recording.scenario, subject, repeat)
        if subject == self._reference:
            round_.reference = recording
            self._judge(recording, None, repeat)
            self._judge_waiting(round_, repeat)
        elif self._reference in round_.awaited:
            round_.waiting.append(recording)
        else:
            self._judge(recording, round_.reference, repeat)

    def missing(self, scenario: str, subject: str, repeat: int = 1, finding: Finding | None = None) -> None:
        """There will be no recording: who waits for it is judged without; `finding` says why, if known."""
        round_ = self._arrive(scenario, subject, repeat)
        if finding is not None:
            self._enter(Result(scenario, subject, Verdict.HARNESS_ERROR, 0.0, (finding,)))
        if subject == self._reference:
            self._judge_waiting(round_, repeat)

    def _arrive(self, scenario: str, subject: str, repeat: int) -> _Round:
        key = (scenario, repeat)
        round_ = self._rounds.setdefault(key, _Round({info.id for info in self._infos}))
        round_.awaited.discard(subject)
        if not round_.awaited:
            del self._rounds[key]
        return round_

    def _judge_waiting(self, round_: _Round, repeat: int) -> None:
        for recording in round_.waiting:
            self._judge(recording, round_.reference, repeat)
        round_.waiting.clear()

    def _judge(self, recording: Recording, reference: Recording | None, repeat: int) -> None:
        try:
            result = self._assessors.judge(recording, reference)
        except Exception as error:  # noqa: BLE001 (a recording that breaks a check must not end the others' run)
            self._enter(_unjudged(recording, error))
            return
        tally = self._tally(recording.scenario, recording.subject.id)
        if tally.runs == 0 and self._assessors.trace:
            tally.trace = self._assessors.trace(recording)
        if tally.evidence is None and result.verdict not in GOOD:
            tally.evidence = self._assessors.evidence(recording, result)
        if self._repeat > 1:
            result = self._steady(result, tally, self._assessors.stream(recording), repeat)
        self._enter(result)

    def _steady(self, result: Result, tally: _Tally, stream: Any, repeat: int) -> Result:
        """Hold a run's stream against the first one's that was judged."""
        if result.verdict in NOT_JUDGED:
            return result
        if tally.stream is None:
            tally.stream = stream
            return result
        difference = self._assessors.difference(stream, tally.stream)
        if difference is None:
            return result
        finding = Finding(
            layer=Layer.HARNESS,
            rule=difference.rule,
            path=difference.path,
            seen=difference.seen,
            wanted=difference.wanted,
            blame=difference.blame,
            message=f"Repeat {repeat} of {self._repeat} is another run than the first: {difference.says}.",
        )
        verdict = min(result.verdict, difference.verdict, key=GRAVEST_FIRST.index)
        return replace(result, verdict=verdict, findings=(*result.findings, finding))

    def finish(self, *, complete: bool = False) -> Totals:
        """Give the verdicts of scenarios whose repeats were cut short, on those that ran.

        `complete` is whether all results of a complete run are there: then the ledger is asked what is stale.
        """
        for tally in [*self._tallies.values()]:
            self._close(tally)
        run = self._results, [*self._infos]
        return Totals(
            divergences=dict(self._divergences),
            problems=self._assessors.stale(*run, self._held) if complete else (),
            notes=self._assessors.notes(*run),
            held_seconds=self._held_seconds,
        )

    def _enter(self, result: Result) -> None:
        """Add one run's result to its tally; the last repeat closes it."""
        tally = self._tally(result.scenario, result.subject)
        tally.runs += 1
        tally.result = result if tally.result is None else _graver(tally.result, result)
        if tally.runs == self._repeat:
            self._close(tally)

    def _close(self, tally: _Tally) -> None:
        result = tally.result
        if result is None:
            return
        del self._tallies[result.scenario, result.subject]
        self._results.append(result)
        self._divergences.update(one.divergence for one in result.findings if one.divergence)
        where = self._locations.get(result.scenario, Location(result.scenario))
        self._emit(Judged(result, where, tally.trace, tally.evidence))

    def _tally(self, scenario: str, subject: str) -> _Tally:
        return self._tallies.setdefault((scenario, subject), _Tally())


def _unjudged(recording: Recording, error: Exception) -> Result:
    """What a recording comes to on which a check of ours breaks: our fault, with the place in our code."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    finding = Finding(
        layer=Layer.HARNESS,
        rule="judge-failed",
        path=f"{last.filename.rpartition('/')[2]}:{last.lineno}",
        seen=f"{type(error).__name__}: {error}",
        wanted=None,
        blame=Blame.HARNESS,
        message="A check of this suite failed on the recording; that says nothing about the SDK.",
    )
    return Result(
        recording.scenario, recording.subject.id, Verdict.HARNESS_ERROR, recording.seconds, (finding,)
    )


def _graver(first: Result, second: Result) -> Result:
    """Two repeats as one: the graver verdict, every finding once, the time of both."""
    added = tuple(one for one in second.findings if one not in first.findings)
    verdict = min(first.verdict, second.verdict, key=GRAVEST_FIRST.index)
    return replace(
        first, verdict=verdict, findings=first.findings + added, seconds=first.seconds + second.seconds
    )
