"""Which delays are chance: those of a strategy with jitter, which no two runs need agree on.

Such a delay is not compared between SDKs; the structure layer holds each against the interval that the
strategy allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.scenario import statements as s
from conformance.wire.positions import Role

if TYPE_CHECKING:
    from conformance.wire.identity import Candidate
    from conformance.wire.stream import Update

DELAYS = {"RETRY": ("StepOptions", "NextAttemptDelaySeconds"), "START": ("WaitOptions", "WaitSeconds")}
"""Where a delay is, by the action that carries it: START being that of a with_retry's back-off wait."""

_PLAIN = frozenset({"none", "delays", "fixed", "linear-preset"})


def chance(update: Update, candidates: tuple[Candidate, ...]) -> tuple[str, str] | None:
    """Give the members that hold a delay left to chance, or None where an update has none."""
    possible = [candidate for candidate in candidates if candidate.slot.type == update.type]
    if update.action not in DELAYS or not possible or not all(map(_jittered, possible)):
        return None
    waits = all(candidate.slot.role is Role.BACKOFF for candidate in possible)
    return DELAYS[update.action] if waits or update.action == "RETRY" else None


def _jittered(candidate: Candidate) -> bool:
    match candidate.slot.statement:
        case s.Step(retry=retry) | s.WaitForCallback(retry=retry) | s.WithRetry(retry=retry):
            kind = retry.kind if retry else "default"
            return kind == "default" or (kind not in _PLAIN and _random(retry.jitter if retry else None))
        case s.WaitForCondition(delays=(), backoff=backoff):
            return _random(backoff.jitter if backoff else None)
        case _:
            return False


def _random(jitter: str | None) -> bool:
    """Both SDKs' constructors jitter fully unless told."""
    return jitter is None or jitter.upper() != "NONE"
