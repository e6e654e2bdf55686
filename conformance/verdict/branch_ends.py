"""How the bodies of a batch's branches ended, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from conformance.wire.recording import Effect

BatchPlace: TypeAlias = tuple[str, str, tuple[int, ...]]
"""Where a batch is run: its execution, its statement, and the indexes of the branches that it is in."""


@dataclass(frozen=True)
class BranchEnd:
    """One end of a branch's body; `size` is that of what it returned, in bytes of JSON, None if not known."""

    invocation: int
    returned: bool
    size: int | None


@dataclass(frozen=True)
class BranchEnds:
    """All ends of branches' bodies, those of replays too, by batch and index, in their order."""

    all: Mapping[BatchPlace, Mapping[int, list[BranchEnd]]] = field(default_factory=dict)

    @classmethod
    def of(cls, effects: Iterable[Effect]) -> BranchEnds:
        """Gather them from what the harness told."""
        made: dict[BatchPlace, dict[int, list[BranchEnd]]] = {}
        for effect in effects:
            if (effect.kind, effect.event) != ("branch", "end") or not effect.indexes:
                continue
            detail = effect.detail if isinstance(effect.detail, dict) else {}
            returned = detail.get("outcome") == "returned"
            end = BranchEnd(effect.invocation, returned, detail.get("size") if returned else 0)
            batch = made.setdefault((effect.execution, effect.at, effect.indexes[:-1]), {})
            batch.setdefault(effect.indexes[-1], []).append(end)
        return cls(made)

    def until(self, batch: BatchPlace, invocation: int | None) -> list[BranchEnd]:
        """The last end of each branch of a batch up to an invocation: a replay may go another way later."""
        branches = self.all.get(batch, {}).values()
        if invocation is None:
            return [ends[-1] for ends in branches]
        before = ([end for end in ends if end.invocation <= invocation] for ends in branches)
        return [ends[-1] for ends in before if ends]
