"""Which mutants nobody notices: the measure of the suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from conformance.quality.mutation.recordings.mutation import EACH, Inapplicable, Mutation, mutate
from conformance.verdict.finding import Layer

if TYPE_CHECKING:
    from conformance.verdict.finding import Finding
    from conformance.wire.recording import Recording

Judge: TypeAlias = Callable[["Recording", "Recording | None"], Iterable["Finding"]]
"""All findings about a recording, with the reference's recording or, for None, without parity; what the
ledger accounts for is marked.
"""

SUITES_OWN = frozenset({"check-failed", "ledger-ambiguous"})
"""Rules that say that judging itself broke; others of the harness layer say that there was nothing to judge.
"""

Mark: TypeAlias = tuple[Layer, str, str]
"""That a layer said a rule of a place."""


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """What is said of one recording that is not said of another one.

    `layers` and `rules` (`invariant:never-ends`) are those with findings that the ledger leaves open.
    `absorbed` names the ledger's entries that account for all that there is, which none may. `broken` says
    what went wrong in this suite itself.
    """

    layers: frozenset[Layer] = frozenset()
    rules: frozenset[str] = frozenset()
    absorbed: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()

    @property
    def killed(self) -> bool:
        """Whether anybody noticed."""
        return bool(self.layers)

    @property
    def killed_without_parity(self) -> bool:
        """Whether anybody noticed who needs no other SDK for it."""
        return bool(self.layers - {Layer.PARITY})


@dataclass(frozen=True, kw_only=True)
class Trial(Noticed):
    """One mutant before its judge."""

    mutation: str
    description: str
    touched: str
    scenario: str
    subject: str


def trials(
    recording: Recording,
    judge: Judge,
    mutations: Iterable[Mutation],
    *,
    reference: Recording | None = None,
    limit: int | None = EACH,
) -> Iterator[Trial | Inapplicable]:
    """Judge every mutant of a recording against what the recording itself is said to be.

    Args:
        recording: What a subject did. It need not be without findings: only new ones count.
        judge: Tells what is wrong.
        mutations: What to try.
        reference: The reference's recording; without it the parity layer stays out.
        limit: How many places a mutation is tried at, None for all.
    """
    own = tuple(judge(recording, reference))
    for mutants in mutate(recording, mutations, limit):
        if isinstance(mutants, Inapplicable):
            yield mutants
            continue
        for mutant in mutants:
            new = noticed(own, judge(mutant.recording, reference))
            yield Trial(
                mutation=mutant.mutation,
                description=mutant.description,
                touched=mutant.touched,
                scenario=recording.scenario,
                subject=recording.subject.id,
                layers=new.layers,
                rules=new.rules,
                absorbed=new.absorbed,
                broken=new.broken,
            )


def noticed(own: Iterable[Finding], findings: Iterable[Finding]) -> Noticed:
    """Hold what is said of a mutant against what is said of the original.

    Findings of the harness layer notice nothing.
    """
    before, now = tuple(own), tuple(findings)
    open_ = _marks(now, known=False) - _marks(before, known=False)
    new = _marks(now) - _marks(before)
    return Noticed(
        layers=frozenset(layer for layer, _rule, _place in open_),
        rules=frozenset(f"{layer.value}:{rule}" for layer, rule, _place in open_),
        absorbed=frozenset(
            one.divergence for one in now if one.divergence and not open_ and _mark(one) in new
        ),
        broken=frozenset(
            f"{one.rule}: {one.message}" for one in now if one.rule in SUITES_OWN and one not in before
        ),
    )


def survivors(tried: Iterable[Trial | Inapplicable], *, parity: bool = True) -> list[Trial]:
    """The mutants that nobody noticed; without `parity`, that nobody noticed who needs no other SDK."""
    return [
        trial
        for trial in tried
        if isinstance(trial, Trial) and not (trial.killed if parity else trial.killed_without_parity)
    ]


def _marks(findings: Iterable[Finding], *, known: bool = True) -> Counter[Mark]:
    """What was said and how often, with or without what the ledger accounts for."""
    return Counter(
        _mark(one) for one in findings if one.layer is not Layer.HARNESS and (known or one.divergence is None)
    )


def _mark(finding: Finding) -> Mark:
    return finding.layer, finding.rule, f"{finding.path}={finding.seen!r}"
