"""Where a program's operations can stand: ordinals within a context, whatever path is taken.

An SDK numbers the operations of a context from 1 in the order in which the code reaches them. Which statement
comes to stand at which ordinal therefore depends on the branch an `if` takes, on where a `try` breaks off and
on how often a `with_retry` goes round. `layout` gives, for one body, every statement that can stand at each
ordinal; it never leaves one out, and gives no ordinal that no path can reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from conformance.scenario import enclosed
from conformance.scenario import statements as s

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 8
"""How often a `with_retry` or a body is followed around when its strategy does not say: above every preset of
both SDKs."""


MOST_ROUNDS = 64
"""Where following stops even if the strategy says more: no scenario runs that long, and the search must stay
small."""


class Role(StrEnum):
    """What an operation is to the statement that it comes from."""

    OWN = "own"  # the statement's own operation
    BRANCH = "branch"  # one branch's context of a map or parallel
    CALLBACK = "callback"  # the callback inside a wait_for_callback
    SUBMITTER = "submitter"  # the step inside a wait_for_callback
    BACKOFF = "backoff"  # the wait between two rounds of a with_retry


@dataclass(frozen=True)
class Slot:
    """One statement that can stand at an ordinal; `rounds` are those of the with_retry it is in."""

    statement: s.Statement
    role: Role = Role.OWN
    rounds: tuple[int, ...] = ()

    @property
    def type(self) -> str:
        """The operation type that it has on the wire."""
        if self.role is Role.OWN:
            return _OWN_TYPES.get(type(self.statement), "CONTEXT")
        return _INNER_TYPES[self.role]

    def same(self, other: Slot) -> bool:
        """Whether this is the same slot. Statements are told apart by identity: equal ones are two places."""
        return self.statement is other.statement and (self.role, self.rounds) == (other.role, other.rounds)


_OWN_TYPES: dict[type, str] = {
    s.Step: "STEP",
    s.WaitForCondition: "STEP",
    s.Wait: "WAIT",
    s.Callback: "CALLBACK",
    s.Invoke: "CHAINED_INVOKE",
}
_INNER_TYPES = {
    Role.CALLBACK: "CALLBACK",
    Role.SUBMITTER: "STEP",
    Role.BACKOFF: "WAIT",
    Role.BRANCH: "CONTEXT",
}


Body: TypeAlias = tuple[s.Statement, ...]
Layout: TypeAlias = dict[int, tuple[Slot, ...]]
Counts: TypeAlias = frozenset[int]

_NOTHING: Counts = frozenset()
_CONSUMES_NONE = (s.Await, s.Let, s.Log, s.Note, s.ThrowIfError)


@dataclass(frozen=True, eq=False)
class _Key:
    """A body by identity: statements hold JSON values, so they can't be hashed."""

    body: Body
    statement: s.Statement | None = None

    def __hash__(self) -> int:
        return id(self.statement or self.body)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.body is other.body and self.statement is other.statement


@lru_cache(maxsize=4096)
def _layout(key: _Key) -> Layout:
    walk = _Walk()
    if isinstance(key.statement, s.WithRetry):
        walk.rounds(key.statement, frozenset({0}), ())
    else:
        walk.body(key.body, frozenset({0}), ())
    return {ordinal: tuple(slots) for ordinal, slots in sorted(walk.found.items())}


def layout(body: Body) -> Layout:
    """Give the slots of a body: handler, child, branch."""
    return _layout(_Key(body))


def inner_layout(statement: s.Statement) -> Layout:
    """Give the slots inside the context that a statement's own operation opens, if it opens one.

    Branches of a map or parallel are not slots: see `branch_bodies`.
    """
    match statement:
        case s.Child():
            return layout(statement.do)
        case s.WithRetry():
            return _layout(_Key(statement.do, statement))
        case s.WaitForCallback():
            return {1: (Slot(statement, Role.CALLBACK),), 2: (Slot(statement, Role.SUBMITTER),)}
        case _:
            return {}


class _Walk:
    """One pass over a body, with every count of operations that control can have at a statement."""

    def __init__(self) -> None:
        self.found: dict[int, list[Slot]] = {}
        self._returned = _NOTHING  # at which counts the with_retry at hand may have been returned from

    def body(self, body: Body, starts: Counts, rounds: tuple[int, ...]) -> tuple[Counts, Counts]:
        """Follow a body; give the counts at its end, and all counts at which an error could leave it."""
        counts, touched = starts, set(starts)
        for statement in body:
            if not counts:
                break
            counts, seen = self._statement(statement, counts, rounds)
            touched |= seen
        return counts, frozenset(touched)

    def rounds(self, retry: s.WithRetry, starts: Counts, outer: tuple[int, ...]) -> tuple[Counts, Counts]:
        """Follow a with_retry's body and the back-off waits between rounds; a `return` ends only the body."""
        around, self._returned = self._returned, _NOTHING
        ends, touched = _NOTHING, starts
        for number in range(1, _rounds(retry.retry) + 1):
            done, seen = self.body(retry.do, starts, (*outer, number))
            ends |= done
            touched |= seen
            if number < _rounds(retry.retry):
                starts = self._place(Slot(retry, Role.BACKOFF, (*outer, number)), seen)
                touched |= starts
        ends |= self._returned
        self._returned = around
        return ends, touched

    def _statement(  # noqa: PLR0911 - one return a kind of statement
        self, statement: s.Statement, starts: Counts, rounds: tuple[int, ...]
    ) -> tuple[Counts, Counts]:
        match statement:
            case s.If():
                yes = self.body(statement.then, starts, rounds)
                no = self.body(statement.otherwise, starts, rounds)
                return yes[0] | no[0], yes[1] | no[1]
            case s.Try():
                done, left = self.body(statement.do, starts, rounds)
                caught, seen = self.body(statement.catch, left, rounds)
                return done | caught, left | seen
            case s.WithRetry() if statement.wrap is not s.ABSENT and statement.wrap is not True:
                inline = self.rounds(statement, starts, rounds)
                if statement.wrap is False:
                    return inline
                wrapped = self._place(Slot(statement, Role.OWN, rounds), starts)
                return inline[0] | wrapped, inline[1] | wrapped
            case s.OnRoot():
                done, seen = self._apart(statement.do, starts, rounds)
                return starts | done, seen  # in the handler they count here, in a child they do not
            case _ if isinstance(statement, _CONSUMES_NONE):
                return starts, starts
            case s.Return():
                self._returned |= starts
                return _NOTHING, starts
            case s.Raise():
                return _NOTHING, starts
            case _:
                ends = self._place(Slot(statement, Role.OWN, rounds), starts)
                for astray in (*_in_bodies(statement), *_astray(statement)):
                    done, seen = self._apart(astray, ends, rounds)
                    ends |= done | seen
                return ends, ends

    def _apart(self, body: Body, starts: Counts, rounds: tuple[int, ...]) -> tuple[Counts, Counts]:
        """Follow a body whose `return` ends nothing here."""
        around = self._returned
        counts = self.body(body, starts, rounds)
        self._returned = around
        return counts

    def _place(self, slot: Slot, starts: Counts) -> Counts:
        ends = frozenset(start + 1 for start in starts)
        for ordinal in ends:
            slots = self.found.setdefault(ordinal, [])
            if not any(slot.same(known) for known in slots):
                slots.append(slot)
        return ends


def _in_bodies(statement: s.Statement) -> Iterator[Body]:
    """What a step's, check's or submitter's bodies call on the context around it, each time that one runs.

    How often that is within one invocation, only the run can tell.
    """
    bodies = enclosed.bodies(statement)
    if any(body.do for body in bodies):
        retry = getattr(statement, "retry", None)
        for run in range(max(len(bodies), _rounds(retry) if retry else ROUNDS)):
            yield bodies[min(run, len(bodies) - 1)].do or ()


def _astray(statement: s.Statement) -> tuple[Body, ...]:
    """What stands in a child, branch or body and runs on the execution's own context, once a map's item."""
    once: list[Body] = []
    for block in enclosed.blocks(statement):
        for item in block:
            once += [item.do] if isinstance(item, s.OnRoot) else []
            once += _astray(item)
    return tuple(once) * _items(statement)


def _items(statement: s.Statement) -> int:
    """How often what is in a statement is run, as far as the program says: a map's items, else once."""
    if not isinstance(statement, s.Map):
        return 1
    return min(len(statement.items), MOST_ROUNDS) if isinstance(statement.items, list) else ROUNDS


def _rounds(retry: s.Retry) -> int:
    match retry.kind:
        case "none":
            return 1
        case "delays":
            return len(retry.delays) + 1
        case _:
            return min(retry.attempts or ROUNDS, MOST_ROUNDS)
