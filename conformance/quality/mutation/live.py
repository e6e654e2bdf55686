"""Mutants of live SDKs: seeded faults, each run over scenarios in which it must show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from conformance.engine.collator import Assessors
from conformance.engine.events import Event, Faulted, Judged, RunEnded
from conformance.engine.session import Plan, Session, Stack
from conformance.quality.mutation.matrix import Row
from conformance.quality.mutation.mutant_judge import MutantJudge
from conformance.quality.mutation.recorded import Clean
from conformance.quality.mutation.recordings import Trial, noticed
from conformance.quality.mutation.seeded import SEEDED, Seeded
from conformance.quality.mutation.spread import spread
from conformance.scenario.model import Scenario
from conformance.subjects.subject import Subject
from conformance.verdict.finding import Result, Verdict
from conformance.wire.recording import Recording


@dataclass
class _Ear:
    """Listens to a mutant's session for what kept it from being tried."""

    faults: list[str] = field(default_factory=list)
    interrupted: bool = False

    def __call__(self, event: Event) -> None:
        match event:
            case Faulted(error=error):
                self.faults.append(str(error))
            case Judged(result=Result(verdict=Verdict.HARNESS_ERROR) as result):
                told = "; ".join(finding.message for finding in result.findings)
                self.faults.append(f"{result.scenario} with {result.subject}: {told}")
            case RunEnded(interrupted=interrupted):
                self.interrupted = interrupted
            case _:
                pass


def rows(  # noqa: PLR0913 (what is tried, on what, by whom, with what)
    clean: Clean,
    stack: Stack,
    *,
    each: int | None,
    jobs: int,
    tell: Callable[[str], None],
    seeded: Sequence[Seeded] = SEEDED,
) -> tuple[list[Row], dict[str, str], tuple[str, ...]]:
    """Run mutants live; also tell which invariant says which rule, and what kept mutants from being tried.

    Args:
        clean: recordings of the same scenarios with the SDKs as they are.
        stack: what runs them.
        each: over how many scenarios that come to it each runs, None for all scenarios there are.
        jobs: runs at a time.
        tell: told of each mutant before it runs.
        seeded: the mutants.

    Raises:
        KeyboardInterrupt: a signal ended one of the sessions.
    """
    judge, ear = MutantJudge(clean.ledger), _Ear()
    made, every = [], clean.recordings | clean.changing
    for mutant in seeded:
        healthy = Subject.parse(mutant.sdk).id
        own = {scenario: one for (scenario, subject), one in every.items() if subject == healthy}
        chosen = _chosen(mutant, own, each)
        if chosen:
            tell(f"{mutant.id}: {len(chosen)} scenarios")
        tried = [
            _trial(mutant, judge, own[one.scenario], one, clean.compared_with(one.scenario))
            for one in _recordings(mutant, [own[name] for name in chosen], stack, jobs, ear)
        ]
        if ear.interrupted:
            raise KeyboardInterrupt
        tried.sort(key=lambda trial: trial.scenario)
        made.append(Row(mutant.id, live=True, trials=tuple(tried)))
    return made, judge.owners, tuple(ear.faults)


def _chosen(mutant: Seeded, scenarios: Iterable[str], each: int | None) -> list[str]:
    if each is None:
        return sorted(scenarios)
    return spread(filter(mutant.shows_in, scenarios), mutant.id)[:each]


def _recordings(
    mutant: Seeded, clean: Sequence[Recording], stack: Stack, jobs: int, ear: _Ear
) -> list[Recording]:
    """Run the scenarios of clean recordings with a mutant."""
    made: list[Recording] = []
    if clean:
        plan = Plan(
            scenarios=tuple(Scenario.from_document(one.scenario, one.document) for one in clean),
            subjects=(Subject.parse(mutant.id),),
            locations={},
            jobs=jobs,
        )
        Session(plan, stack, _UNJUDGED, ear, keep=lambda recording, _: made.append(recording)).run()
    return made


def _trial(
    mutant: Seeded, judge: MutantJudge, own: Recording, recording: Recording, reference: Recording | None
) -> Trial:
    """Hold what is said of a mutant's recording against what is said of the healthy SDK's."""
    new = noticed(judge(own, reference), judge(recording, reference))
    return Trial(
        mutation=mutant.id,
        description="",
        touched="",
        scenario=recording.scenario,
        subject=recording.subject.id,
        layers=new.layers,
        rules=new.rules,
        absorbed=new.absorbed,
        broken=new.broken,
    )


def _nothing(recording: Recording, _reference: Recording | None) -> Result:
    """A mutant's verdict is of no interest: what is said of it is held against the clean run afterwards."""
    return Result(recording.scenario, recording.subject.id, Verdict.CONFORMS, recording.seconds, ())


_UNJUDGED = Assessors(judge=_nothing, stream=lambda _: None, difference=lambda *_: None)
