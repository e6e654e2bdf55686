"""Judging of mutants: all findings on one, and which invariant it is that each rule belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.verdict.case import Case
from conformance.verdict.finding import Finding, Layer
from conformance.verdict.invariants import INVARIANTS
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording


@dataclass
class MutantJudge:
    """Judges recordings as a run does. `owners` gathers which invariant says which rule."""

    ledger: Ledger
    owners: dict[str, str] = field(default_factory=dict)

    def __call__(self, recording: Recording, reference: Recording | None) -> tuple[Finding, ...]:
        """Tell all findings about a recording; those that the ledger accounts for are marked."""
        findings = judge(recording, reference, self.ledger).findings
        said = {_name(one) for one in findings if one.layer is Layer.INVARIANT} - {*self.owners}
        if said:
            case = Case.of(recording)
            self.owners |= {
                _name(one): invariant.__name__ for invariant in INVARIANTS for one in invariant(case)
            }
            self.owners |= {rule: rule.partition(":")[2] for rule in said - {*self.owners}}
        return findings


def _name(finding: Finding) -> str:
    return f"{finding.layer}:{finding.rule}"
