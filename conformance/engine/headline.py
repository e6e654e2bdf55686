"""The first lines of a summary: what the project promises, counted over all scenarios of a subject.

A scenario counts as exact only if it was judged and none of the absolute layers found anything of the kind,
known or not. What the reference does plays no part in it, save in the last two numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.verdict import parity
from conformance.verdict.finding import GOOD, NOT_JUDGED, Finding, Layer, Result, Verdict

PARENTS = frozenset(
    {"virtual-parent", "parent-not-started", "parent-wrong", "unknown-id", "update-under-ended-context"}
)
"""Rules about what an operation names as its parent, or is named by."""

LIFECYCLES = frozenset(
    {
        "virtual-context-writes",
        "virtual-lifecycle",
        "lifecycle-missing",
        "lifecycle-unexpected",
        "lifecycle-order",
    }
    | {"start-missing", "start-again", "update-after-end", "update-after-execution", "never-ends"}
    | {"operation-missing", "operation-unexpected", "action-of-another-type", "type-of-another-position"}
    | {"request-refused", "batch-repeats-operation"}
)
"""Rules about which updates an operation has; where the service refused one, others are missing."""

_PROTOCOL = frozenset({Layer.SCHEMA, Layer.INVARIANT, Layer.STRUCTURE})
_UNJUDGED = NOT_JUDGED | {Verdict.UNSUPPORTED}


@dataclass(frozen=True)
class Headline:
    """Numbers of scenarios of one subject; all of them are of `scenarios`."""

    subject: str
    scenarios: int
    parents: int  # exactly as the scenario demands
    lifecycles: int  # likewise
    rules: int  # hold all protocol rules
    rules_known: int  # break one, and the ledger accounts for all that they break
    same: int  # mean the same as the reference's
    differ_known: int  # behave differently, and the ledger accounts for all of it
    apart: int  # their faults met other updates than the reference's: no difference of the SDK's
    bad: int  # verdicts that are not good
    compared: int  # judged against the reference
    unjudged: int  # nothing can be said of these
    misspelt: int  # written otherwise than the SDK's own record says


def headline(subject: str, results: Iterable[Result], *, reference: str) -> Headline:
    """Count the results of one subject."""
    every = list(results)
    own = [one for one in every if one.subject == subject]
    judged = [one for one in own if one.verdict not in _UNJUDGED]
    there = {one.scenario for one in every if one.subject == reference and one.verdict not in _UNJUDGED}
    compared = [one for one in judged if subject != reference and one.scenario in there]
    return Headline(
        subject=subject,
        scenarios=len(own),
        parents=sum(not any(map(_parent, one.findings)) for one in judged),
        lifecycles=sum(not any(map(_lifecycle, one.findings)) for one in judged),
        rules=sum(not _breaks(one) for one in judged),
        rules_known=sum(bool(_breaks(one)) and _known(_breaks(one)) for one in judged),
        same=sum(not _differs(one) and not _apart(one) for one in compared),
        differ_known=sum(bool(_differs(one)) and _known(_differs(one)) for one in compared),
        apart=sum(not _differs(one) and _apart(one) for one in compared),
        bad=sum(one.verdict not in GOOD for one in own),
        compared=len(compared),
        unjudged=len(own) - len(judged),
        misspelt=sum(any(each.layer is Layer.DIALECT for each in one.findings) for one in judged),
    )


def _parent(one: Finding) -> bool:
    return one.layer in _PROTOCOL and (one.rule in PARENTS or one.path.endswith(".ParentId"))


def _lifecycle(one: Finding) -> bool:
    return one.layer in _PROTOCOL and one.rule in LIFECYCLES


def _breaks(result: Result) -> list[Finding]:
    return [one for one in result.findings if one.layer in _PROTOCOL]


def _differs(result: Result) -> list[Finding]:
    return [one for one in result.findings if one.layer is Layer.PARITY and one.rule != parity.FAULTS_APART]


def _apart(result: Result) -> bool:
    return any(one.rule == parity.FAULTS_APART for one in result.findings)


def _known(findings: list[Finding]) -> bool:
    return all(one.divergence is not None for one in findings)
