"""One execution's part of the stream beside its plan, and how its findings are worded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.oracle.paths import Context, ancestors, context_of, shown
from conformance.verdict.finding import Blame, Finding, Layer

if TYPE_CHECKING:
    from conformance.oracle.plan import Expected, Plan
    from conformance.sdks.dialect import Dialect
    from conformance.wire.stream import Update

ROOT = "root"
UNDECODED = "?"


@dataclass(frozen=True)
class View:
    """What one execution put on the wire.

    `updates` are all of its updates but EXECUTION's, in order, refused ones included; those whose id no
    position gives are left to the invariants. `broken` is the number of the exchange from which on the
    execution was off its way by a refusal that nobody injected. `complete` says that the execution came to an
    end of its own; only then can anything be missing. `settled` says that the ends of operations follow from
    the scenario: under injected faults that the execution did not get over they do not, save those written
    before the exchange numbered `undisturbed`, the first that a fault touched.
    """

    plan: Plan
    dialect: Dialect
    prefix: str
    updates: tuple[Update, ...]
    broken: int | None
    complete: bool
    settled: bool
    undisturbed: int = 0

    def local(self, path: str) -> str:
        """A typed path as the plan has it: without that of the invoke that a chained execution hangs on."""
        return path.removeprefix(self.prefix)

    def parent(self, update: Update) -> Context:
        """The parent context an update names: None at the root, `?...` for an id that no position gives."""
        return None if update.parent == ROOT else self.local(update.parent)

    @cached_property
    def all(self) -> Mapping[str, list[Update]]:
        """Every update by the plan's path."""
        return _grouped((self.local(update.path), update) for update in self.updates)

    @cached_property
    def children(self) -> Mapping[Context, list[Expected]]:
        """The planned operations by the context that they are called in, each in the order of their calls."""
        groups: dict[Context, list[Expected]] = {}
        for expected in self.plan.operations.values():
            groups.setdefault(context_of(expected.path), []).append(expected)
        return groups

    @cached_property
    def counted(self) -> list[tuple[int, str, Update]]:
        """Accepted updates of before the break, with their positions and the plan's paths."""
        taken = (update for update in self.updates if update.accepted)
        return [
            (position, self.local(update.path), update)
            for position, update in enumerate(taken)
            if self.broken is None or update.seq < self.broken
        ]

    @cached_property
    def accepted(self) -> Mapping[str, list[Update]]:
        """Those of `counted` by the plan's path."""
        return _grouped((path, update) for _position, path, update in self.counted)

    def label(self, path: Context) -> str:
        """How findings speak of a context or an operation."""
        if path is None:
            return "the root"
        expected = self.plan.operations.get(path)
        return f"operation ({self.prefix}{path})" if expected is None else self.describe(expected)

    def describe(self, expected: Expected) -> str:
        """Type, name and path of an operation."""
        kind = "virtual context" if expected.virtual else expected.type.lower().replace("_", " ")
        name = min(filter(None, expected.names or ()), default=None)
        where = f"({self.prefix}{expected.path})"
        return f"{kind} '{name}' {where}" if name else f"{kind} {where}"

    def rendered(self, context: Context) -> str:
        """A parent as findings show it: a virtual context's id is said to be one."""
        if context is None or context.startswith(UNDECODED):
            return shown(context)
        expected = self.plan.operations.get(context)
        virtual = " (virtual)" if expected is not None and expected.virtual else ""
        return f"{self.prefix}{context}{virtual}"

    def finding(self, rule: str, path: str, seen: Any, wanted: Any, message: str) -> Finding:
        """A finding of this layer; the scenario alone says what is right, so the SDK is to blame."""
        return Finding(Layer.STRUCTURE, rule, path, seen, wanted, Blame.SDK, message)

    def misspelt(self, rule: str, path: str, seen: Any, wanted: Any, message: str) -> Finding:
        """A finding about spelling, where only the scenario tells which of the SDK's words belongs there."""
        return Finding(Layer.DIALECT, rule, path, seen, wanted, Blame.SDK, message)

    def nearest_on_wire(self, path: str) -> Context:
        """The nearest context around an operation that has updates of its own: what is virtual never has."""
        return next((context for context in ancestors(path) if context in self.all), None)


def _grouped(pairs: Iterable[tuple[str, Update]]) -> dict[str, list[Update]]:
    groups: dict[str, list[Update]] = {}
    for path, update in pairs:
        groups.setdefault(path, []).append(update)
    return groups
