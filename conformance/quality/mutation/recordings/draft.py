"""A recording taken apart so that one thing in it can be changed, and put together again.

Only what a mutant says is changed: tokens, answers and everything else stay as they were recorded. Sequence
numbers are spread out first, so that something can be put between two others.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.oracle.paths import ancestors, context_of, is_branch, operation, ordinal_of
from conformance.verdict.structure import predict
from conformance.wire.stream import CHECKPOINT, TERMINAL, canonical, spoken

if TYPE_CHECKING:
    from conformance.scenario.model import Scenario
    from conformance.verdict.structure import Plan
    from conformance.wire.identity import Identity
    from conformance.wire.recording import Recording
    from conformance.wire.stream import Stream, Update

SPREAD = 100
"""How far apart sequence numbers are put."""

Raw = dict[str, Any]


@dataclass(frozen=True)
class UpdateSite:
    """Where an update stands: the request, by its index among the exchanges, and its own index in it."""

    exchange: int
    index: int


@dataclass(frozen=True)
class Original:
    """A recording as it was, with all that a mutation looks at to find its place."""

    recording: Recording
    scenario: Scenario
    stream: Stream

    @classmethod
    def of(cls, recording: Recording) -> Original:
        """Take a recording; its sequence numbers are spread out."""
        from conformance.scenario.model import Scenario as Model  # noqa: PLC0415 - and for typing above

        wide = spread(recording)
        scenario = Model.from_document(wide.scenario, wide.document)
        return cls(wide, scenario, canonical(wide, scenario))

    @cached_property
    def plan(self) -> Plan:
        """What the scenario says of its own execution."""
        return predict(
            self.scenario,
            invocations=len(self.recording.invocations),
            dialect=spoken(self.recording.subject),
        )

    @property
    def identity(self) -> Identity:
        """How the ids of the scenario's own execution are made."""
        return self.stream.identities[self.stream.main]

    @cached_property
    def updates(self) -> tuple[Update, ...]:
        """Accepted updates of the scenario's own execution, in order; EXECUTION's and undecoded ones not."""
        return tuple(
            update
            for update in self.stream.of(self.stream.main)
            if update.type != "EXECUTION" and not update.path.startswith("?")
        )

    @cached_property
    def operations(self) -> dict[str, tuple[Update, ...]]:
        """Those by typed path."""
        groups: dict[str, list[Update]] = {}
        for update in self.updates:
            groups.setdefault(update.path, []).append(update)
        return {path: tuple(updates) for path, updates in groups.items()}

    @cached_property
    def slots(self) -> dict[tuple[int, int], UpdateSite]:
        """Where each update stands, by its exchange's number and its own."""
        return {
            (exchange.seq, index): UpdateSite(position, index)
            for position, exchange in enumerate(self.recording.exchanges)
            if exchange.operation == CHECKPOINT
            for index in range(len(_body(exchange.request).get("Updates") or ()))
        }

    def slot(self, update: Update) -> UpdateSite:
        """Where an update stands."""
        return self.slots[update.seq, update.index]

    def virtual(self) -> list[str]:
        """Typed paths of virtual contexts that the handler enters."""
        return [path for path, expected in self.plan.operations.items() if expected.virtual]

    def contexts(self) -> list[str]:
        """Typed paths of the real contexts on the wire."""
        return [path for path, updates in self.operations.items() if updates[0].type == "CONTEXT"]

    def leaves(self) -> list[str]:
        """Typed paths of operations on the wire with nothing below them."""
        inner = {context for path in self.operations for context in ancestors(path)}
        return [path for path in self.operations if path not in inner]

    def sequential_pairs(self) -> Iterator[tuple[str, str]]:
        """Neighbours in one context, both on the wire without anything below them."""
        leaves = set(self.leaves())
        for path in self.operations:
            if is_branch(path) or path not in leaves:
                continue
            after = operation(context_of(path), ordinal_of(path) + 1)
            if after in leaves:
                yield path, after

    def terminal(self, path: str) -> Update | None:
        """The update that ends an operation."""
        return next((update for update in self.operations[path] if update.action in TERMINAL), None)

    def id_of(self, path: str) -> str:
        """The id that this subject makes for a typed path, on the wire or not."""
        scheme, base = self.identity.scheme, self.identity.base
        prefix, made = "", ""
        for each in [*reversed(ancestors(path)), path]:
            number = ordinal_of(each) + (base if is_branch(each) else 0)
            made, prefix = scheme.step(prefix, number)
        return made

    def draft(self) -> Draft:
        """A copy to change."""
        return Draft(self)


class Draft:
    """One copy of a recording under change; `done` puts it together again."""

    def __init__(self, original: Original) -> None:
        """Nothing is changed yet; requests are parsed when they are first looked at."""
        self.original = original
        self.recording = original.recording
        self._bodies: dict[int, Raw] = {}

    def body(self, exchange: int) -> Raw:
        """A request's body, to be changed in place."""
        if exchange not in self._bodies:
            self._bodies[exchange] = _body(self.recording.exchanges[exchange].request)
        return self._bodies[exchange]

    def updates(self, exchange: int) -> list[Raw]:
        """A request's updates, to be changed in place."""
        listed: list[Raw] = self.body(exchange)["Updates"]
        return listed

    def raw(self, update: Update) -> Raw:
        """One update, to be changed in place; only before anything was put in or taken out."""
        slot = self.original.slot(update)
        return self.updates(slot.exchange)[slot.index]

    def each(self, updates: Iterable[Update], **members: Any) -> None:
        """Set members of updates; None takes a member out."""
        for update in updates:
            raw = self.raw(update)
            for name, value in members.items():
                if value is None:
                    raw.pop(name, None)
                else:
                    raw[name] = value

    def insert(self, update: Update, *raws: Raw, before: bool = False) -> None:
        """Put updates right after one (or before it), in the same request."""
        slot = self.original.slot(update)
        at = slot.index if before else slot.index + 1
        self.updates(slot.exchange)[at:at] = raws

    def remove(self, updates: Iterable[Update]) -> None:
        """Take updates out; a request that is left with none stays, as an empty one."""
        slots = [self.original.slot(update) for update in updates]
        for slot in sorted(slots, key=lambda each: -each.index):
            del self.updates(slot.exchange)[slot.index]

    def move(self, update: Update, after: Update) -> None:
        """Take an update out and put it right after another one."""
        raw = copy.deepcopy(self.raw(update))
        own, other = self.original.slot(update), self.original.slot(after)
        self.insert(after, raw)
        shifted = own.exchange == other.exchange and own.index > other.index
        del self.updates(own.exchange)[own.index + shifted]

    def rearrange(self, updates: list[Update], order: list[Update]) -> None:
        """Put the same updates into the same slots in another order."""
        raws = [copy.deepcopy(self.raw(update)) for update in order]
        for update, raw in zip(updates, raws, strict=True):
            slot = self.original.slot(update)
            self.updates(slot.exchange)[slot.index] = raw

    def replace(self, **parts: Any) -> None:
        """Change parts of the recording that are not requests."""
        self.recording = replace(self.recording, **parts)

    def done(self) -> Recording:
        """The changed recording."""
        exchanges = list(self.recording.exchanges)
        for position, body in self._bodies.items():
            exchanges[position] = replace(exchanges[position], request=json.dumps(body))
        return replace(self.recording, exchanges=tuple(exchanges))


def spread(recording: Recording) -> Recording:
    """The same recording with room between its sequence numbers."""
    return replace(
        recording,
        invocations=tuple(
            replace(
                each,
                seq=each.seq * SPREAD,
                ended_seq=None if each.ended_seq is None else each.ended_seq * SPREAD,
            )
            for each in recording.invocations
        ),
        exchanges=tuple(replace(each, seq=each.seq * SPREAD) for each in recording.exchanges),
        effects=tuple(replace(each, seq=each.seq * SPREAD) for each in recording.effects),
        reports=tuple(replace(each, seq=each.seq * SPREAD) for each in recording.reports),
    )


def _body(request: str) -> Raw:
    try:
        body = json.loads(request)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
