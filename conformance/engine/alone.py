"""Which SDK stands alone, where several ran: one does otherwise, and the others do as the scenario demands.

Parity compares each with the reference and can't say who is wrong. Three or more can: those that differ from
the reference in nothing, or in the same, do the same. Where all but one do, and no rule and no prediction
objects to them, the one is told, be it the reference.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from conformance.engine.collected import Collected
from conformance.verdict import parity
from conformance.verdict.finding import NOT_JUDGED, Layer, Result, Verdict

FEWEST = 3
"""Subjects of which one can stand alone."""

_DEMANDED = frozenset({Layer.SCHEMA, Layer.INVARIANT, Layer.STRUCTURE, Layer.EXPECT})
"""What says that a run is not as the scenario alone demands."""

_Difference = frozenset[tuple[str, str, str]]


def alone(run: Collected) -> Mapping[str, str]:
    """The subject that stands alone, by scenario."""
    of: dict[str, list[Result]] = {}
    for judged in run.judged():
        of.setdefault(judged.result.scenario, []).append(judged.result)
    found = {scenario: one_alone(results) for scenario, results in of.items()}
    return {scenario: subject for scenario, subject in found.items() if subject is not None}


def one_alone(results: Iterable[Result]) -> str | None:
    """The subject among the results of one scenario that stands alone; None where there is none."""
    judged = [one for one in results if one.verdict not in NOT_JUDGED | {Verdict.UNSUPPORTED}]
    if len(judged) < FEWEST:
        return None
    differences = {one.subject: _difference(one) for one in judged}
    counts = Counter(differences.values())
    usual, number = counts.most_common(1)[0]
    if number != len(judged) - 1 or any(rule for layer, rule, _ in usual if Layer(layer) in _DEMANDED):
        return None
    return next(subject for subject, difference in differences.items() if difference != usual)


def _difference(result: Result) -> _Difference:
    """What sets a subject apart: its findings of the demanded and of parity, known or not."""
    return frozenset(
        (one.layer.value, f"{one.rule} {one.path}", json.dumps(one.seen, sort_keys=True, default=str))
        for one in result.findings
        if one.layer in _DEMANDED or (one.layer is Layer.PARITY and one.rule != parity.FAULTS_APART)
    )
