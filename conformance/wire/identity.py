"""Operation identity: from the ids on the wire to typed paths.

An SDK makes an operation's id from its position with a hash that can't be undone, but a program has few
positions, so they are tried. A typed path is the ordinals from the root joined by dots, the index of a branch
in brackets: `1`, `1.2`, `1[0]` (the branch's own context), `1[0].1`. Virtual contexts have positions like any
other, although their ids must never be on the wire: theirs are the prefixes of what is inside.

How an SDK hashes, and from where it numbers branches, its dialect says; where that is not stated, or explains
less than another number does, each is tried, and the identity says which one it was.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b, md5, sha256
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from conformance.scenario import statements as s
from conformance.sdks.dialect import Dialect
from conformance.vocabulary import SubType
from conformance.wire.positions import Layout, Role, Slot, inner_layout, layout
from conformance.wire.program import Program, branch_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

ROOT = "root"
EXECUTION = "execution"
MOST_HASHES = 60_000
"""Bound of each search, some 60 ms: where ids are still unknown then, they are said to be."""


HASHES: dict[str, Callable[[str], str]] = {
    "blake2b-64": lambda text: blake2b(text.encode()).hexdigest()[:64],
    "md5-16": lambda text: md5(text.encode(), usedforsecurity=False).hexdigest()[:16],
    "sha256-64": lambda text: sha256(text.encode()).hexdigest(),
}
"""A position's text to an id."""


@dataclass(frozen=True)
class Scheme:
    """How positions become ids: the hash, what stands before a number, and how branches are numbered."""

    hash: str
    prefix: str  # `position` or `id`, as the dialect has it
    base: int
    enclosing: bool  # whether branches take the numbers of the context around their batch

    @property
    def name(self) -> str:
        """Such as `md5-16 of position`."""
        return f"{self.hash} of {self.prefix}"

    def step(self, prefix: str, number: int) -> tuple[str, str]:
        """The id at a number below a prefix, and the prefix of what is below it."""
        text = f"{prefix}-{number}" if prefix else str(number)
        hashed = HASHES[self.hash](text)
        return hashed, hashed if self.prefix == "id" else text


def schemes(dialect: Dialect) -> tuple[Scheme, ...]:
    """The schemes that a dialect allows: one where it states all of it."""
    hashes = [dialect.ids_hash] if dialect.ids_hash else [*HASHES]
    prefixes = [dialect.ids_prefix] if dialect.ids_prefix else ["position", "id"]
    bases = [1, 0] if dialect.ids_branch_base is None else [dialect.ids_branch_base]
    counters = [dialect.ids_branch_counter] if dialect.ids_branch_counter else ["own", "enclosing"]
    return tuple(
        Scheme(function, prefix, base, counter == "enclosing")
        for function, prefix, base, counter in product(hashes, prefixes, bases, counters)
    )


@dataclass(frozen=True)
class Said:
    """What the wire says of an id."""

    type: str
    subtype: str | None
    name: str | None


@dataclass(frozen=True)
class Candidate:
    """One thing that can stand at a place: a slot, and the branch and round numbers that lead to it."""

    slot: Slot
    indexes: tuple[int, ...]
    virtual: bool | None

    @property
    def at(self) -> str:
        """The statement's place in the program, by which effects name it."""
        return self.slot.statement.at

    @property
    def context(self) -> bool:
        """Whether it opens a context, virtual or real."""
        return self.slot.role is Role.BRANCH or (
            self.slot.role is Role.OWN
            and isinstance(
                self.slot.statement, s.Child | s.Map | s.Parallel | s.WaitForCallback | s.WithRetry
            )
        )

    def fits(self, said: Said | None) -> bool:
        """Whether it can be what the wire says of its id; what it says nothing of is a virtual context."""
        if said is None:
            return self.context and self.virtual is not False
        if self.slot.type != said.type:
            return False
        if self.slot.role is not Role.OWN:
            return True
        subtype = _SUBTYPES.get(type(self.slot.statement))
        if isinstance(self.slot.statement, s.Child):
            subtype = self.slot.statement.sub_type or "RunInChildContext"
        if None not in (subtype, said.subtype) and subtype != said.subtype:
            return False
        name = getattr(self.slot.statement, "name", s.ABSENT)
        if name is s.ABSENT:
            return not said.name
        return not isinstance(name, str) or "${" in name or (said.name or "") == name


_SUBTYPES: dict[type, str] = {
    s.Step: "Step",
    s.WaitForCondition: "WaitForCondition",
    s.WaitForCallback: "WaitForCallback",
    s.Map: "Map",
    s.Parallel: "Parallel",
    s.WithRetry: "RunInChildContext",
}


@dataclass(frozen=True)
class Position:
    """A position of the program: typed path, place of the enclosing context, and what can stand there.

    Where the path taken decides what stands there, it is what fits what the wire says, if anything does.
    """

    path: str
    parent: Position | None
    number: int  # the ordinal or branch number as hashed
    candidates: tuple[Candidate, ...]

    @cached_property
    def virtual(self) -> bool | None:
        """Whether the context that can stand here is virtual; None if that depends on the run."""
        flags = {candidate.virtual for candidate in self.candidates if candidate.context}
        return (flags or {False}).pop() if len(flags) <= 1 else None

    @property
    def branch(self) -> bool:
        """Whether this is a branch of a map or parallel."""
        return self.path.endswith("]")

    @property
    def real_parent(self) -> Position | None:
        """The nearest enclosing context that is not certainly virtual; None at the root."""
        place = self.parent
        while place is not None and place.virtual:
            place = place.parent
        return place


@dataclass(frozen=True)
class Identity:
    """The ids of one execution: `places` has those that are positions of its program, `unknown` the rest."""

    scheme: Scheme
    base: int  # from where the recording numbers branches, which may be another number than the scheme's
    based: bool  # whether the recording shows from where it numbers branches
    places: Mapping[str, Position]
    unknown: frozenset[str]
    prefix: str = ""  # of typed paths in a chained execution: `<path of the invoke>>`
    _known: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def path(self, operation_id: str | None) -> str:
        """Typed path of an id, `root` for None, `?` and the id's beginning for one that no position gives."""
        if not operation_id:
            return ROOT
        place = self.places.get(operation_id)
        return self.prefix + place.path if place else f"?{operation_id[:16]}"

    def named(self, text: str) -> str:
        """Put typed paths, as `<1.2>`, in place of the ids in a text."""
        if not self.places or not _HEX.search(text):
            return text
        return _HEX.sub(lambda hit: f"<{self.path(hit[0])}>" if hit[0] in self.places else hit[0], text)


_HEX = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-f]{64}|[0-9a-f]{16})(?![0-9a-zA-Z])")


def decode(
    program: Program,
    dialect: Dialect,
    ids: Iterable[str],
    prefix: str = "",
    *,
    said: Mapping[str, Said] = MappingProxyType({}),
) -> Identity:
    """Decode the ids of one execution.

    Where the path taken decides whether a batch or another context stands at a position, one id below it may
    be a branch or an operation: what the wire says of the position itself tells which.

    Args:
        program: What it ran.
        dialect: How the SDK makes ids; whatever it does not state is tried.
        ids: All operation and parent ids of its recording, the execution's own left out.
        prefix: Put before every typed path.
        said: What their updates say of ids.
    """
    wanted = frozenset(ids)
    best: Identity | None = None
    for scheme in schemes(dialect):
        found = _best_base(_Search(program, wanted, scheme, said), prefix)
        if best is None or len(found.places) > len(best.places):
            best = found
        if not best.unknown:
            break
    assert best is not None  # noqa: S101 - there is always a scheme
    return best


def _best_base(search: _Search, prefix: str) -> Identity:
    """Decode with branches numbered as the scheme has it; otherwise only if that explains more."""
    base = search.scheme.base
    places = search.run(base)
    lowest = min((place.number for place in places.values() if place.branch), default=base)
    if not search.scheme.enclosing and (len(places) < len(search.wanted) or lowest != base):
        # Branches start in order, so a batch of real branches whose lowest number is the other base's
        # first one counts from there, even where only some began and either numbering explains them.
        other = search.run(1 - base)
        if len(other) > len(places) or (len(other) == len(places) and lowest == 1 - base):
            base, places = 1 - base, other
    return Identity(
        scheme=search.scheme,
        base=base,
        based=any(place.branch for place in _with_ancestors(places.values())),
        places=places,
        unknown=search.wanted - places.keys(),
        prefix=prefix,
    )


def _with_ancestors(places: Iterable[Position]) -> Iterator[Position]:
    for place in places:
        each: Position | None = place
        while each is not None:
            yield each
            each = each.parent


class _Search:
    """Tries positions, outermost first, until every wanted id is found or nothing is left to try."""

    def __init__(
        self, program: Program, wanted: frozenset[str], scheme: Scheme, said: Mapping[str, Said]
    ) -> None:
        self.program = program
        self.wanted = wanted
        self.scheme = scheme
        self.said = said

    def run(self, base: int) -> dict[str, Position]:
        """Search below virtual contexts and real ones on the wire; then, for what is left, below all."""
        found = self._search(base, exhaustive=False)
        if len(found) < len(self.wanted):
            found = self._search(base, exhaustive=True)
        return found

    def _search(self, base: int, *, exhaustive: bool) -> dict[str, Position]:
        found: dict[str, Position] = {}
        hashes = 0
        todo: deque[tuple[str, str, Position]] = deque()

        def visit(prefix: str, parent: Position | None, children: Children) -> None:
            nonlocal hashes
            for (number, path), candidates in children.items():
                if hashes >= MOST_HASHES:
                    return
                operation_id, below = self.scheme.step(prefix, number)
                hashes += 1
                fitting = [each for each in candidates if each.fits(self.said.get(operation_id))]
                if self.scheme.enclosing and operation_id in self.said:
                    fitting = [each for each in fitting if _is_branch(self.said[operation_id], each)]
                if self.scheme.enclosing and not fitting:
                    continue  # the number may be that of another position
                place = Position(path, parent, number, tuple(fitting or candidates))
                seen = operation_id in self.wanted
                if seen:
                    found.setdefault(operation_id, place)
                if any(
                    c.context and (exhaustive or seen or c.virtual is not False) for c in place.candidates
                ):
                    todo.append((prefix, below, place))

        visit("", None, _grouped(self._slots(layout(self.program.body), (), "")))
        while todo and len(found) < len(self.wanted) and hashes < MOST_HASHES:
            around, prefix, place = todo.popleft()
            visit(around if self.scheme.enclosing else prefix, place, _grouped(self._branches(place, base)))
            visit(prefix, place, _grouped(self._inside(place)))
        return found

    def _branches(self, place: Position, base: int) -> Found:
        """Give number, typed path and candidate of the branches of what can stand at a place."""
        first = place.number + 1 if self.scheme.enclosing else base
        for candidate in place.candidates:
            statement, indexes = candidate.slot.statement, candidate.indexes
            if isinstance(statement, s.Map | s.Parallel) and candidate.slot.role is Role.OWN:
                for index in range(self.program.branch_count(statement, indexes)):
                    slot = Slot(statement, Role.BRANCH)
                    inner = Candidate(slot, (*indexes, index), self.program.virtual(slot))
                    yield index + first, f"{place.path}[{index}]", inner

    def _inside(self, place: Position) -> Found:
        """Give number, typed path and candidate of the operations right inside a context."""
        for candidate in place.candidates:
            statement, indexes = candidate.slot.statement, candidate.indexes
            if isinstance(statement, s.Map | s.Parallel):
                if candidate.slot.role is Role.OWN:
                    continue
                slots = layout(branch_body(statement, indexes[-1]))
            elif candidate.slot.role is Role.OWN:
                slots = inner_layout(statement)
            else:
                continue
            yield from self._slots(slots, indexes, f"{place.path}.")

    def _slots(self, slots: Layout, indexes: tuple[int, ...], path: str) -> Found:
        before = frozenset({0})  # how many numbers the branches of the batches so far may have taken
        for ordinal, here in slots.items():
            for slot in here:
                candidate = Candidate(slot, indexes + slot.rounds, self.program.virtual(slot))
                for taken in sorted(before):
                    yield ordinal + taken, f"{path}{ordinal}", candidate
            if self.scheme.enclosing:
                # A batch that ends early has given no number to the branches that it did not begin.
                more = {taken for slot in here for taken in range(self._branch_count(slot, indexes) + 1)}
                before = frozenset(taken + each for taken in before for each in more)

    def _branch_count(self, slot: Slot, indexes: tuple[int, ...]) -> int:
        if not isinstance(slot.statement, s.Map | s.Parallel) or slot.role is not Role.OWN:
            return 0
        return self.program.branch_count(slot.statement, indexes + slot.rounds)


def _is_branch(said: Said, candidate: Candidate) -> bool:
    """Whether the wire calls an operation a branch just where the candidate is one."""
    branch = said.subtype in (SubType.MAP_ITERATION, SubType.PARALLEL_BRANCH)
    return said.subtype is None or branch is (candidate.slot.role is Role.BRANCH)


Found: TypeAlias = "Iterator[tuple[int, str, Candidate]]"
Children: TypeAlias = "dict[tuple[int, str], list[Candidate]]"


def _grouped(children: Iterable[tuple[int, str, Candidate]]) -> Children:
    groups: Children = {}
    for number, path, candidate in children:
        groups.setdefault((number, path), []).append(candidate)
    return groups
