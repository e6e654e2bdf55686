"""What it takes to show that an invariant can be broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.verdict.case import Case
from conformance.verdict.finding import Finding
from conformance.verdict.invariants import INVARIANTS
from conformance.wire.recording import Recording
from tests.verdict.recordings import Maker

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = {invariant.__name__: invariant for invariant in INVARIANTS}
STEP = {"step": {"name": "s", "returns": 1}}
CAREFUL = {"step": {"name": "s", "returns": 1, "semantics": "at-most-once"}}
CHILD = {"child": {"name": "c", "do": [STEP, STEP]}}


def found(recording: Recording, rule: str) -> list[Finding]:
    return list(RULES[rule](Case.of(recording)))


def document(*handler: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "t", "covers": [], "handler": list(handler), "expect": {}} | more


def child_begun(sdk: str = "js") -> Maker:
    """A child with one step begun inside."""
    made = Maker(sdk, document(CHILD, STEP))
    made.invoke()
    made.send("1", "CONTEXT", "START")
    made.send("1.1", "STEP", "START", "1")
    return made


@dataclass(frozen=True)
class Broken:
    """A recording that breaks an invariant, and the finding that must come of it."""

    invariant: str
    rule: str
    path: str
    make: Callable[[], Recording]
    seen: Any = None
    wanted: Any = None
