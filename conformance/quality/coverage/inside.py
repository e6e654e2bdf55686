"""Which kinds of operation a run showed inside virtual contexts, and how they ended.

The claim of Python pull request 364 is that no kind of operation needs to know that its context is virtual.
What ended, and how, is read from the execution's history; where, from the operation's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from conformance.scenario import statements as s
from conformance.wire.positions import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.wire.identity import Position
    from conformance.wire.recording import Recording
    from conformance.wire.stream import Stream

KINDS: dict[type, str] = {
    s.Step: "step",
    s.Wait: "wait",
    s.Child: "child",
    s.Map: "map",
    s.Parallel: "parallel",
    s.Callback: "callback",
    s.WaitForCallback: "wait_for_callback",
    s.WaitForCondition: "wait_for_condition",
    s.Invoke: "invoke",
    s.WithRetry: "with_retry",
}
WHERE = ("virtual", "virtual-in-virtual", "flat-branch")
OUTCOMES = ("success", "failure")

_SUBTYPES: dict[str, frozenset[str]] = {
    "Step": frozenset({"step"}),
    "Wait": frozenset({"wait"}),
    "RunInChildContext": frozenset({"child", "with_retry"}),
    "Map": frozenset({"map"}),
    "Parallel": frozenset({"parallel"}),
    "Callback": frozenset({"callback"}),
    "WaitForCallback": frozenset({"wait_for_callback"}),
    "WaitForCondition": frozenset({"wait_for_condition"}),
    "ChainedInvoke": frozenset({"invoke"}),
}
_BATCHES = frozenset({"map", "parallel"})
_ENDS = {"Succeeded": "success", "Failed": "failure", "TimedOut": "failure", "Stopped": "failure"}


@dataclass(frozen=True, order=True)
class Inside:
    """One kind of operation, the virtual context right around it, and its outcome."""

    kind: str
    where: str
    outcome: str

    def __str__(self) -> str:
        """Such as `callback in virtual: failure`."""
        return f"{self.kind} in {self.where}: {self.outcome}"


INSIDES = tuple(
    Inside(*row)
    for row in product(KINDS.values(), WHERE, OUTCOMES)
    if row[0] != "wait" or row[2] == "success"  # nothing can make a wait fail
)
"""All that something can show: 57."""


def shown(recording: Recording, stream: Stream) -> frozenset[Inside]:
    """What a recording shows, by the scenario's own execution."""
    if not recording.executions:
        return frozenset()
    execution = recording.executions[0]
    identity = stream.identities.get(execution.arn)
    if identity is None:
        return frozenset()
    found = set[Inside]()
    for event in execution.history:
        place = identity.places.get(event.get("Id", ""))
        outcome = next((end for word, end in _ENDS.items() if event["EventType"].endswith(word)), None)
        if place is not None and outcome is not None:
            found.update(_insides(place, _SUBTYPES.get(event.get("SubType", ""), frozenset()), outcome))
    return frozenset(found)


def _insides(place: Position, fitting: frozenset[str], outcome: str) -> Iterator[Inside]:
    """What the end of the operation at a place shows: of itself, and a branch's failure of its batch."""
    if place.branch:
        if outcome == "failure" and place.parent is not None:
            yield from _insides(place.parent, _BATCHES, outcome)
        return
    where = _where(place)
    own = [one.slot.statement for one in place.candidates if one.slot.role is Role.OWN]
    kinds = {KINDS[type(statement)] for statement in own if type(statement) in KINDS} & fitting
    if where is not None and len(kinds) == 1:
        yield Inside(kinds.pop(), where, outcome)


def _where(place: Position) -> str | None:
    around = place.parent
    if around is None or not around.virtual:
        return None
    if around.branch:
        return "flat-branch"
    above = around.parent
    return "virtual-in-virtual" if above is not None and above.virtual and not above.branch else "virtual"
