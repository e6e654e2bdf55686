"""Which mutants nobody notices: the measure of the referee."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from conformance.verdict.finding import Layer
from conformance.verdict.mutants.mutation import EACH, Inapplicable, Mutation, mutate

if TYPE_CHECKING:
    from conformance.verdict.finding import Finding
    from conformance.wire.recording import Recording

Judge: TypeAlias = Callable[["Recording", "Recording | None"], Iterable["Finding"]]
"""Findings beyond the ledger about a recording, with the reference's recording or, for None, without parity.
"""

Marks: TypeAlias = Counter[tuple[Layer, str, str]]
"""How often a layer said a rule of a place."""


@dataclass(frozen=True)
class Trial:
    """One mutant before its judge: which layers say what they do not say of the recording itself."""

    mutation: str
    description: str
    touched: str
    scenario: str
    subject: str
    layers: frozenset[Layer]
    rules: frozenset[str]

    @property
    def killed(self) -> bool:
        """Whether anybody noticed."""
        return bool(self.layers)

    @property
    def killed_without_parity(self) -> bool:
        """Whether anybody noticed who needs no other SDK for it."""
        return bool(self.layers - {Layer.PARITY})


def trials(  # noqa: PLR0913 - what is tried, on what, and by whom
    recording: Recording,
    judge: Judge,
    mutations: Iterable[Mutation],
    *,
    reference: Recording | None = None,
    limit: int | None = EACH,
    stop_at_rules: bool = False,
) -> Iterator[Trial | Inapplicable]:
    """Judge every mutant of a recording against what the recording itself is said to be.

    Args:
        recording: What a subject did. It need not be without findings: only new ones count.
        judge: Tells the findings beyond the ledger.
        mutations: What to try.
        reference: The reference's recording; without it the parity layer stays out.
        limit: How many places a mutation is tried at, None for all.
        stop_at_rules: Leave parity out where another layer has noticed, which is faster; the trial's layers
            are then not all that would have.
    """
    own = {
        with_parity: _marks(judge(recording, reference if with_parity else None))
        for with_parity in (False, True)
    }
    for mutants in mutate(recording, mutations, limit):
        if isinstance(mutants, Inapplicable):
            yield mutants
            continue
        for mutant in mutants:
            said = _marks(judge(mutant.recording, None)) - own[False]
            if reference is not None and not (said and stop_at_rules):
                said |= _marks(judge(mutant.recording, reference)) - own[True]
            yield Trial(
                mutation=mutant.mutation,
                description=mutant.description,
                touched=mutant.touched,
                scenario=recording.scenario,
                subject=recording.subject.id,
                layers=frozenset(layer for layer, _rule, _path in said),
                rules=frozenset(f"{layer.value}:{rule}" for layer, rule, _path in said),
            )


def survivors(tried: Iterable[Trial | Inapplicable], *, parity: bool = True) -> list[Trial]:
    """The mutants that nobody noticed; without `parity`, that nobody noticed who needs no other SDK."""
    return [
        trial
        for trial in tried
        if isinstance(trial, Trial) and not (trial.killed if parity else trial.killed_without_parity)
    ]


def _marks(findings: Iterable[Finding]) -> Marks:
    """What was said, but for findings that say that the suite itself broke: those notice nothing."""
    return Counter(
        (finding.layer, finding.rule, f"{finding.path}={finding.seen!r}")
        for finding in findings
        if finding.divergence is None and finding.layer is not Layer.HARNESS
    )
