"""What the lab has seen of a run's operations on the wire: their names and callbacks, by accepted updates.

The emulator forgets the name of an operation whose later update leaves it out; here it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ObservedOperation:
    """An operation as its first update named it."""

    execution: str
    id: str
    type: str
    sub_type: str | None
    name: str | None
    parent: str | None
    time: int  # virtual microseconds of the first update


@dataclass
class Observed:
    """Every operation of a run, in order of first appearance."""

    operations: dict[tuple[str, str], ObservedOperation] = field(default_factory=dict)

    def take(self, execution: str, updates: Iterable[Mapping[str, Any]], time: int) -> None:
        """Note what an accepted checkpoint tells for the first time."""
        for update in updates:
            key = (execution, str(update.get("Id")))
            self.operations.setdefault(
                key,
                ObservedOperation(
                    execution,
                    key[1],
                    str(update.get("Type")),
                    update.get("SubType"),
                    update.get("Name"),
                    update.get("ParentId"),
                    time,
                ),
            )

    def named(self, name: str, execution: str) -> list[ObservedOperation]:
        """The operations of that name in one execution."""
        return [
            operation
            for operation in self.operations.values()
            if operation.name == name and operation.execution == execution
        ]

    def callbacks(self) -> list[ObservedOperation]:
        """The callbacks, in order of START."""
        return [operation for operation in self.operations.values() if operation.type == "CALLBACK"]

    def invokes(self) -> list[ObservedOperation]:
        """The chained invokes, in order of START."""
        return [operation for operation in self.operations.values() if operation.type == "CHAINED_INVOKE"]

    def parent(self, operation: ObservedOperation) -> ObservedOperation | None:
        """The operation whose id is its ParentId, if it was seen."""
        return self.operations.get((operation.execution, operation.parent)) if operation.parent else None
