"""From recordings to verdicts, as they come: what a live run and `conformance judge` have in common.

Nothing here knows how a recording came about, so judging saved ones needs no SDK, no Node and no emulator.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.engine.events import Judged, Listener, Operation
from conformance.engine.evidence import Evidence, evidence
from conformance.engine.trees import operations
from conformance.errors import Location
from conformance.verdict import parity
from conformance.verdict.case import Case
from conformance.verdict.finding import GOOD, GRAVEST_FIRST, Blame, Finding, Layer, Result, Verdict
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.verdict.policy import Policies
from conformance.wire.recording import Recording

Judge = Callable[[Recording, "Recording | None"], Result]


@dataclass(frozen=True)
class Assessors:
    """The pure functions that a docket asks, so that its own rules can be tried without any SDK's.

    `judge` takes a recording and the reference's (None: judge without parity). `stream` gives a value that is
    equal for equal canonical streams, and `difference` the first one between two: path, seen, wanted.
    `operations` draws the tree that a report shows, `evidence` says what a recording has on a bad result.
    """

    judge: Judge
    stream: Callable[[Recording], Any]
    difference: Callable[[Any, Any], tuple[str, Any, Any] | None]
    operations: Callable[[Recording], tuple[Operation, ...]] | None = None
    evidence: Callable[[Recording, Result], Evidence | None] = lambda *_: None


def assessors(ledger: Ledger, *, strict: bool, drawn: bool) -> Assessors:
    """The suite's own: `drawn` when a report wants to show operation trees.

    Two repeats are held together by the parity layer without any policy, since both come from the same SDK.
    """
    return Assessors(
        judge=lambda recording, reference: judge(recording, reference, ledger, strict=strict),
        stream=Case.of,
        difference=_difference,
        operations=operations if drawn else None,
        evidence=evidence,
    )


def _difference(seen: Case, wanted: Case) -> tuple[str, Any, Any] | None:
    for finding in parity.check(seen, wanted, Policies(strict=True)):
        return finding.path, finding.seen, finding.wanted
    return None


@dataclass
class _Standing:
    """What is known so far of one scenario with one subject, over the repeats."""

    runs: int = 0
    result: Result | None = None
    stream: Any = None
    operations: tuple[Operation, ...] = ()
    evidence: Evidence | None = None


@dataclass
class _Sitting:
    """One repeat of one scenario: who is still awaited, and who waits for the reference."""

    awaited: set[str]
    reference: Recording | None = None
    waiting: list[Recording] = field(default_factory=list)


class Docket:
    """Takes recordings in any order and emits a verdict as soon as all that it needs is there.

    It keeps a recording only until those that are compared with it have come: memory does not grow with the
    run.

    Args:
        subjects: ids of all subjects that will be run, the reference's included if it is.
        reference: id of the reference; when it is not among `subjects`, all are judged without parity.
        repeat: how many recordings of each scenario and subject will come.
        locations: where each scenario stands.
    """

    def __init__(  # noqa: PLR0913 (all of it is what a run is)
        self,
        *,
        subjects: Iterable[str],
        reference: str,
        repeat: int,
        locations: Mapping[str, Location],
        assessors: Assessors,
        emit: Listener,
    ) -> None:
        """Begin with nothing."""
        self._subjects = tuple(subjects)
        self._reference = reference
        self._repeat = repeat
        self._locations = locations
        self._assessors = assessors
        self._emit = emit
        self._sittings: dict[tuple[str, int], _Sitting] = {}
        self._standings: dict[tuple[str, str], _Standing] = {}
        self.divergences: Counter[str] = Counter()
        self.results: list[Result] = []
        self.held_seconds = 0.0

    def take(self, recording: Recording, repeat: int = 1) -> None:
        """Take in the recording of one run, `repeat` counting from 1."""
        self.held_seconds += recording.held_seconds
        subject = recording.subject.id
        sitting = self._arrive(recording.scenario, subject, repeat)
        if subject == self._reference:
            sitting.reference = recording
            self._judge(recording, None, repeat)
            self._hear(sitting, repeat)
        elif self._reference in sitting.awaited:
            sitting.waiting.append(recording)
        else:
            self._judge(recording, sitting.reference, repeat)

    def missing(self, scenario: str, subject: str, repeat: int = 1, finding: Finding | None = None) -> None:
        """There will be no recording: who waits for it is judged without; `finding` says why, if known."""
        sitting = self._arrive(scenario, subject, repeat)
        if finding is not None:
            self._enter(Result(scenario, subject, Verdict.HARNESS_ERROR, 0.0, (finding,)))
        if subject == self._reference:
            self._hear(sitting, repeat)

    def _arrive(self, scenario: str, subject: str, repeat: int) -> _Sitting:
        key = (scenario, repeat)
        sitting = self._sittings.setdefault(key, _Sitting(set(self._subjects)))
        sitting.awaited.discard(subject)
        if not sitting.awaited:
            del self._sittings[key]
        return sitting

    def _hear(self, sitting: _Sitting, repeat: int) -> None:
        for recording in sitting.waiting:
            self._judge(recording, sitting.reference, repeat)
        sitting.waiting.clear()

    def _judge(self, recording: Recording, reference: Recording | None, repeat: int) -> None:
        try:
            result = self._assessors.judge(recording, reference)
        except Exception as error:  # noqa: BLE001 (a recording that breaks a check must not end the others' run)
            self._enter(_unjudged(recording, error))
            return
        standing = self._standing(recording.scenario, recording.subject.id)
        if standing.runs == 0 and self._assessors.operations:
            standing.operations = self._assessors.operations(recording)
        if standing.evidence is None and result.verdict not in GOOD:
            standing.evidence = self._assessors.evidence(recording, result)
        if self._repeat > 1:
            result = self._steady(result, standing, self._assessors.stream(recording), repeat)
        self._enter(result)

    def _steady(self, result: Result, standing: _Standing, stream: Any, repeat: int) -> Result:
        """Hold a run's stream against the first one's: a scenario whose stream varies can't be judged."""
        if standing.stream is None:
            standing.stream = stream
            return result
        difference = self._assessors.difference(stream, standing.stream)
        if difference is None:
            return result
        path, seen, wanted = difference
        finding = Finding(
            layer=Layer.HARNESS,
            rule="unstable",
            path=path,
            seen=seen,
            wanted=wanted,
            blame=Blame.UNDETERMINED,
            message=f"Repeat {repeat} of {self._repeat} wrote another stream than the first run that ended.",
        )
        return replace(result, verdict=Verdict.HARNESS_ERROR, findings=(*result.findings, finding))

    def finish(self) -> None:
        """Give the verdicts of scenarios whose repeats were cut short, on those that ran."""
        for standing in [*self._standings.values()]:
            self._close(standing)

    def _enter(self, result: Result) -> None:
        """Add one run's result to its standing; the last repeat closes it."""
        standing = self._standing(result.scenario, result.subject)
        standing.runs += 1
        standing.result = result if standing.result is None else _graver(standing.result, result)
        if standing.runs == self._repeat:
            self._close(standing)

    def _close(self, standing: _Standing) -> None:
        result = standing.result
        if result is None:
            return
        del self._standings[result.scenario, result.subject]
        self.results.append(result)
        self.divergences.update(one.divergence for one in result.findings if one.divergence)
        where = self._locations.get(result.scenario, Location(result.scenario))
        self._emit(Judged(result, where, standing.operations, standing.evidence))

    def _standing(self, scenario: str, subject: str) -> _Standing:
        return self._standings.setdefault((scenario, subject), _Standing())


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
