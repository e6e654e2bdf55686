"""What it means that two runs of one scenario with one subject differ, and who can be at fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.verdict import parity
from conformance.verdict.finding import Blame, Verdict

if TYPE_CHECKING:
    from conformance.verdict.case import Case

UNSTABLE = "unstable"
RACES = "sdk-races"

_OUTCOMES = ("output.", "effect:", "log:", "escapes[")
"""How the paths of findings begin that are about what a program's user sees, and not about the wire."""


@dataclass(frozen=True)
class Unsteady:
    """A difference between two runs: place, both sides, rule, whose fault it is, verdict, and a sentence."""

    path: str
    seen: Any
    wanted: Any
    rule: str = UNSTABLE
    blame: Blame = Blame.UNDETERMINED
    verdict: Verdict = Verdict.UNSTABLE
    says: str = "what varies, the SDK, the scenario or the suite, can't be told from this"


def unsteady(seen: Case, wanted: Case) -> Unsteady | None:
    """Hold a run against another one of the same scenario with the same subject; None if nothing differs.

    Faults that struck other updates were laid down badly by the scenario: what an SDK puts into one request
    is its own business. Where branches run at once, and what the bodies did and what came of it is the same,
    only the SDK can have written it down in another way. Of everything else nobody knows.
    """
    findings = parity.check(seen, wanted, strict=True)
    if not findings:
        return None
    apart = next((one for one in findings if one.rule == parity.FAULTS_APART), None)
    first = apart or findings[0]
    if apart is not None:
        return Unsteady(
            first.path,
            first.seen,
            first.wanted,
            parity.FAULTS_APART,
            Blame.SCENARIO,
            Verdict.SCENARIO_ERROR,
            "its faults struck other updates: let them name one that is written alone",
        )
    if not seen.stream.sequential and not any(one.path.startswith(_OUTCOMES) for one in findings):
        return Unsteady(
            first.path,
            first.seen,
            first.wanted,
            RACES,
            Blame.SDK,
            says="bodies and outcome are the same, so the SDK races with itself",
        )
    return Unsteady(first.path, first.seen, first.wanted)
