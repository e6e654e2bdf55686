"""What one scenario came to for one version: its causes by stable names, so that versions can be compared.

A cause's name is the class of a finding and nothing that two runs could differ in: `LAYER/RULE` of an
unexpected one, `known/ENTRY` of one that the ledger accounts for, `unsupported/FEATURE` where the version
has not what the scenario needs.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from hashlib import sha256

from conformance.engine.causes import SYMPTOMS
from conformance.engine.evidence import RANKS
from conformance.verdict.finding import GOOD, NOT_JUDGED, Finding, Layer, Result, Verdict
from conformance.verdict.parity import FAULTS_APART

KNOWN = "known"
UNSUPPORTED = "unsupported"
TOO_SLOW = "harness/too-slow"
"""The one cause that is this machine's: it is never pinned."""


@dataclass(frozen=True)
class Cell:
    """A verdict with the names of all its causes.

    `findings` sums up the findings with what was seen, whether the ledger knows them or not: two cells with
    the same sum show the same, whatever their verdicts are.
    """

    verdict: Verdict
    causes: frozenset[str]
    findings: str

    @classmethod
    def of(cls, result: Result, others: Container[str] = ()) -> Cell:
        """What a result shows; `others` are entries that are not about it: the reference's."""
        return cls(result.verdict, frozenset(_names(result, others)), _sum(result.findings))

    @property
    def good(self) -> bool:
        """Whether the version did what the scenario demands, or what is known; one that can't did not."""
        return self.verdict in GOOD and self.verdict is not Verdict.UNSUPPORTED

    @property
    def judged(self) -> bool:
        """Whether it says something about the SDK."""
        return self.verdict not in NOT_JUDGED

    @property
    def slow(self) -> bool:
        """Whether only the machine was too slow to tell."""
        return TOO_SLOW in self.causes

    @property
    def first(self) -> str:
        """The cause that stands for all, as far as layers can tell; empty where there is none."""
        return min(self.causes, key=place, default="")


def place(cause: str) -> tuple[int, bool, str]:
    """Where a cause stands: by layers, in each what follows last; then what the ledger knows."""
    layer, _, rule = cause.partition("/")
    rank = _PLACES.get(layer, len(_PLACES))
    return rank, rule in SYMPTOMS, cause


_PLACES = {UNSUPPORTED: -1} | {one.value: rank for one, rank in RANKS.items()}


def _names(result: Result, others: Container[str]) -> Iterable[str]:
    """The names; where an absolute rule speaks, what came of it in the end says nothing more."""
    open_ = [one for one in result.findings if one.divergence is None and one.rule != FAULTS_APART]
    told = any(one.layer not in _OUTCOMES for one in open_)
    for one in result.findings:
        if one.divergence is not None and one.divergence not in others:
            yield f"{KNOWN}/{one.divergence}"
    for one in open_:
        if one.layer is Layer.HARNESS and one.rule == UNSUPPORTED:
            yield f"{UNSUPPORTED}/{one.wanted or 'a-feature'}"
        elif one.layer not in _OUTCOMES or not told:
            yield f"{one.layer.value}/{one.rule}"


_OUTCOMES = frozenset({Layer.EXPECT, Layer.PARITY, Layer.AWS})
"""Layers that only tell what a fault comes to: the scenario's own words, and differences."""


def _sum(findings: Iterable[Finding]) -> str:
    seen = sorted(
        {f"{one.layer.value} {one.rule} {one.path} {one.seen!r} {one.wanted!r}" for one in findings}
    )
    return sha256("\n".join(seen).encode(errors="surrogatepass")).hexdigest() if seen else ""
