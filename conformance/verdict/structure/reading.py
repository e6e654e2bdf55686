"""What every reader of a statement works with: the context it is in, and the prediction under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.scenario.statements import ABSENT
from conformance.verdict.structure import attempts, callbacks, delays
from conformance.verdict.structure.flow import Done, Failure, Flow, Lost, Raised, Returned, Stopped
from conformance.verdict.structure.paths import Context, operation
from conformance.verdict.structure.plan import ANY_END, FAIL, STARTED_ONLY, SUCCEED, Expected, Lifecycle, Plan
from conformance.verdict.structure.serialisers import written
from conformance.verdict.structure.values import UNKNOWN, Scope, compute

if TYPE_CHECKING:
    from conformance.scenario.model import Scenario
    from conformance.scenario.statements import Body, Callback, Retry, Serdes, Statement, WaitForCallback

UNTOLD = Failure(UNKNOWN, UNKNOWN, UNKNOWN)
"""An error of which only the SDK knows what it says."""

Place: TypeAlias = tuple[str, tuple[int, ...]]
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


@dataclass
class Reading:
    """One execution's prediction, under way.

    `runs` holds, for a scenario whose bodies are run again by faults or beside crashes, the attempts that
    each body was told as it began: they can't be told from the scenario then. None elsewhere. `created` are
    the callbacks so far, by own name and by that of the wait_for_callback around them.
    """

    scenario: Scenario
    readers: Mapping[type, Reader]
    runs: Mapping[Place, Sequence[int | None]] | None = None
    depth: int = 0
    plan: Plan = field(default_factory=Plan)
    created: list[tuple[str | None, str | None]] = field(default_factory=list)

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
        self.plan.add(replace(expected, optional=self.plan.unreadable))
        return path

    def attempted(
        self, place: Place, bodies: tuple[Body, ...], retry: Retry | None, scope: Scope, semantics: str | None
    ) -> attempts.Attempted:
        """Run a step's or submitter's body until it is settled, or as the effects show it."""
        once = semantics == attempts.AT_MOST_ONCE
        if self.runs is None:
            return attempts.step(bodies, retry, scope, at_most_once=once)
        told = self.runs.get(place, [None] * len(bodies))
        return attempts.as_seen(bodies, retry, scope, told, at_most_once=once)

    def serialised(
        self, path: str, bind: str | None, flow: Flow, scope: Scope, serdes: Serdes | None
    ) -> Flow:
        """Bind a result that went through a serialiser of the scenario's own, if it has one.

        Such a one changes the value in its own way; one that can't write fails its operation.
        """
        if isinstance(flow, Returned) and serdes is not None:
            self.plan.rewrite(path, partial(written, serdes))
            lifecycle = self.plan.operations[path].lifecycle
            if serdes.name == "fail-write":
                self.plan.end(path, replace(lifecycle, terminals=frozenset({FAIL}), failure=UNTOLD))
                return Lost("what follows a serialiser that fails is not the same with all SDKs")
            if serdes.name == "fail-read":
                self._unreadable(path, lifecycle)
            flow = Returned(UNKNOWN)
        return bound(flow, bind, scope)

    def _unreadable(self, path: str, lifecycle: Lifecycle) -> None:
        """A value that some invocation can't read: whatever comes after it may never be called.

        What was retried may have been read on the way, so that its own end is in doubt as well.
        """
        if lifecycle.retries != 0:
            ends = lifecycle.terminals | {FAIL}
            self.plan.end(path, replace(lifecycle, terminals=ends, retries=None, runs=None, failure=UNTOLD))
        self.plan.unreadable = True

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
            serialised=statement.serdes is not None,
        )


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
        return Lifecycle(frozenset({SUCCEED}), value=flow.value if isinstance(flow, Returned) else None)
    if isinstance(flow, Raised):
        return Lifecycle(frozenset({FAIL}), failure=flow.failure)
    return Lifecycle(frozenset({None})) if isinstance(flow, Stopped) else ANY_END


def bound(flow: Flow, bind: str | None, scope: Scope) -> Flow:
    """What the next statement sees of an operation that has ended."""
    if not isinstance(flow, Returned):
        return flow
    scope.bind(bind, flow.value)
    return Done()
