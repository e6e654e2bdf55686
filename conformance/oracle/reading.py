"""What every reader of a statement works with: the context it is in, and the prediction under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.oracle import attempts, callbacks, delays
from conformance.oracle.flow import Done, Failure, Flow, Lost, Raised, Returned, Stopped
from conformance.oracle.paths import Context, operation
from conformance.oracle.plan import ANY_END, FAIL, STARTED_ONLY, SUCCEED, Expected, Lifecycle, Plan
from conformance.oracle.serialisers import keeps, reads_back, written
from conformance.oracle.spans import Span
from conformance.oracle.values import UNKNOWN, Scope, compute
from conformance.scenario.statements import ABSENT, Let, WaitForCallback
from conformance.scenario.unknown import NOTHING

if TYPE_CHECKING:
    from conformance.scenario.model import Scenario
    from conformance.scenario.statements import Callback, Serdes, Statement, Step

UNTOLD = Failure(UNKNOWN, UNKNOWN, UNKNOWN)
"""An error of which only the SDK knows what it says."""

SERIALISER_FAILS = Lost("what an SDK does when a serialiser fails is its own business", fatal=True)
"""One ends the operation, or the execution; another has the invocation repeated.

Language SDK specification 9.3 calls a value that can't be read a terminal failure; of what, the operation
or the execution, it does not say, nor anything of values that can't be written. What it does say scenarios
hold an SDK to by their own `expect`.
"""

BodyKey: TypeAlias = tuple[str, tuple[int, ...]]
"""A statement and the branch indexes and with_retry attempts that lead to it, as effects name it."""

Names: TypeAlias = frozenset[str | None] | None
"""The names an operation may carry on the wire; None: whatever it is called."""


@dataclass
class Frame:
    """A context while its body is read: the ordinals it has given away, and what its operations report to.

    `uncertain` is one that is virtual in some invocations only.
    """

    context: Context
    parents: frozenset[Context]
    indexes: tuple[int, ...] = ()
    uncertain: bool = False
    ordinal: int = 0

    def next_path(self) -> str:
        """The path of the operation that is called now. A virtual context takes a position too."""
        self.ordinal += 1
        return operation(self.context, self.ordinal)


@dataclass(frozen=True)
class BodyRuns:
    """What a recording tells of bodies that faults or crashes have run again.

    `begun` are the attempts that each body was told as it began; `interrupted` the last attempts of the
    steps, by path, that ended because their process had died.
    """

    begun: Mapping[BodyKey, Sequence[int | None]]
    interrupted: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Reading:
    """One execution's prediction, under way.

    `seen` is how often bodies ran, for a scenario in which faults or crashes have them run again: the
    scenario alone does not tell it then. None elsewhere. `created` are the callbacks so far, by own name and
    by that of the wait_for_callback around them.
    """

    scenario: Scenario
    readers: Mapping[type, Reader]
    seen: BodyRuns | None = None
    depth: int = 0
    plan: Plan = field(default_factory=Plan)
    span: Span = field(default_factory=Span)
    created: list[tuple[str | None, str | None]] = field(default_factory=list)
    watched: BodyKey | None = None
    scopes: list[dict[str, Any]] = field(default_factory=list)
    """What was in scope at the statement that is `watched`, each time that it was read."""

    def body(self, statements: tuple[Statement, ...], frame: Frame, scope: Scope) -> Flow:
        """A whole function: handler, child, branch. What follows a loss in it is undetermined."""
        return self.leave(frame, self.run(statements, frame, scope))

    def leave(self, frame: Frame, flow: Flow) -> Flow:
        """The end of a function's body."""
        if isinstance(flow, Lost):
            self.plan.lose(frame.context, frame.ordinal, flow.reason)
        return flow

    def run(self, statements: tuple[Statement, ...], frame: Frame, scope: Scope) -> Flow:
        """One statement after the other, until one does not let the next one follow."""
        for statement in statements:
            if self.watched == (statement.at, frame.indexes):
                self.scopes.append(_at_start(statement, scope))
            flow = self.readers[type(statement)](self, statement, frame, scope)
            if not isinstance(flow, Done):
                return flow
        return Done()

    def call(self, statement: Any, frame: Frame, scope: Scope, kind: str, subtype: str) -> str:
        """The handler calls an operation; its path."""
        return self.add(frame, statement.at, kind, subtype, names(given_name(statement.name, scope)))

    def add(self, frame: Frame, at: str, kind: str, subtype: str, called: Names) -> str:
        """An operation that a statement makes, under names of the SDK's own choice, perhaps; its path."""
        path = frame.next_path()
        expected = Expected(path, at, kind, subtype, called, frame.parents, STARTED_ONLY, frame.indexes)
        self.plan.add(expected)
        return path

    def attempted(
        self, path: str, place: BodyKey, statement: Step | WaitForCallback, scope: Scope
    ) -> attempts.Attempted:
        """Run a step's or submitter's body until it is settled, or as the effects show it."""
        if isinstance(statement, WaitForCallback):
            bodies, once = statement.submitter, False
        else:
            bodies, once = statement.bodies, statement.semantics == attempts.AT_MOST_ONCE
        if self.seen is None:
            return attempts.step(bodies, statement.retry, scope, at_most_once=once)
        told = self.seen.begun.get(place, [None] * len(bodies))
        if once and path in self.seen.interrupted:
            return attempts.cut_off(bodies, statement.retry, scope, told, self.seen.interrupted[path])
        return attempts.as_seen(bodies, statement.retry, scope, told, at_most_once=once)

    def serialised(
        self, path: str, bind: str | None, flow: Flow, scope: Scope, serdes: Serdes | None
    ) -> Flow:
        """Bind a result that went through a serialiser of the scenario's own, if it has one.

        Such a one changes the value in its own way, or fails its operation.
        """
        if not isinstance(flow, Returned) or serdes is None:
            return bound(flow, bind, scope)
        self.plan.rewrite(path, partial(written, serdes))
        if not reads_back(serdes, flow.value):
            self.unserialised(path, written=serdes.name != "fail-write")
            return SERIALISER_FAILS
        return bound(flow if keeps(serdes, flow.value) else Returned(UNKNOWN), bind, scope)

    def unserialised(self, path: str, *, written: bool) -> None:
        """A serialiser fails at the value of an operation that comes to its end.

        What can't be written can't succeed. What can't be read may, since some SDKs read what they wrote and
        some do not; what is retried is read, and written, on the way.
        """
        lifecycle = self.plan.operations[path].lifecycle
        ends = lifecycle.terminals | {FAIL} if written else frozenset({FAIL})
        if lifecycle.retries != 0:
            lifecycle = replace(lifecycle, retries=None, runs=None)
        self.plan.end(path, replace(lifecycle, terminals=ends, failure=UNTOLD))

    def create(
        self, name: Any, of: Any, statement: Callback | WaitForCallback, scope: Scope
    ) -> callbacks.Created:
        """A callback comes into being, counted as outside actors count."""
        key = (name if isinstance(name, str) else None, of if isinstance(of, str) else None)
        self.created.append(key)
        return callbacks.Created(
            name=key[0],
            of=key[1],
            nth_of_name=self.created.count(key),
            nth_of_all=len(self.created),
            timeout=delays.seconds(statement.timeout, scope),
            heartbeat=delays.seconds(statement.heartbeat_timeout, scope),
            serdes=statement.serdes,
        )


def _at_start(statement: Statement, scope: Scope) -> dict[str, Any]:
    """What is in scope for the expressions of a statement; those of a `let` see what is bound before them."""
    if not isinstance(statement, Let):
        return dict(scope.values)
    inner = scope.copy()
    for name, template in statement.values:
        value = compute(template, inner)
        inner.bind(name, UNKNOWN if name in scope.values else value)
    return inner.values


Reader: TypeAlias = Callable[[Reading, Any, Frame, Scope], Flow]


def given_name(name: Any, scope: Scope) -> Any:
    """The name that a statement gives, None for none."""
    return None if name is ABSENT else compute(name, scope)


def names(name: Any) -> Names:
    """The names that may be on the wire for a name given: an empty one is no name at all to some SDKs."""
    if name is UNKNOWN:
        return None
    return frozenset({None, ""}) if name == "" else frozenset({name})


def context_end(flow: Flow) -> Lifecycle:
    """The lifecycle of a real context whose body ends like this."""
    if isinstance(flow, Done | Returned):
        return Lifecycle(frozenset({SUCCEED}), value=flow.value if isinstance(flow, Returned) else NOTHING)
    if isinstance(flow, Raised):
        return Lifecycle(frozenset({FAIL}), failure=flow.failure)
    return Lifecycle(frozenset({None})) if isinstance(flow, Stopped) else ANY_END


def bound(flow: Flow, bind: str | None, scope: Scope) -> Flow:
    """What the next statement sees of an operation that has ended."""
    if not isinstance(flow, Returned):
        return flow
    scope.bind(bind, flow.value)
    return Done()
