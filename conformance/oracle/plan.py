"""What must be on the wire, as the oracle predicts it: operations, each with its place and lifecycle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.oracle.flow import Done, Failure, Flow
from conformance.oracle.paths import Context, ancestors, branch, context_of, ordinal_of
from conformance.oracle.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.oracle.delays import Interval

SUCCEED = "SUCCEED"
FAIL = "FAIL"


@dataclass(frozen=True)
class Round:
    """What a RETRY says: an attempt's error or a condition's state, and the seconds it may ask for.

    An `interruptible` one may say instead that the attempt's process died.
    """

    failure: Failure | None = None
    state: Any = UNKNOWN
    delay: Interval | None = None
    interruptible: bool = False


@dataclass(frozen=True)
class Lifecycle:
    """Which updates an operation has.

    `terminals` are the ends it may have; None among them: it may be without one. WAIT, CALLBACK and
    CHAINED_INVOKE are ended by the service, so theirs is None alone. `retries` is the number of RETRYs and
    `runs` the attempts that its body's runs are, each None when the scenario does not tell. `value` is what
    a SUCCEED carries, `failure` the error of a FAIL, `rounds` what each RETRY says.
    """

    terminals: frozenset[str | None]
    retries: int | None = 0
    runs: tuple[int, ...] | None = None
    value: Any = UNKNOWN
    failure: Failure | None = None
    rounds: tuple[Round, ...] = ()


STARTED_ONLY = Lifecycle(frozenset({None}))
ANY_END = Lifecycle(frozenset({SUCCEED, FAIL, None}), retries=None)


@dataclass(frozen=True)
class Expected:
    """One operation that the handler calls.

    `names` are the names it may carry (None: whatever it is called); `parents` the contexts it may report to,
    more than one only where a virtual context is one in some invocations alone. A `virtual` operation is a
    context that is never on the wire. `options` are members that its START must have, by their dotted names;
    `at` and `indexes` name its body among the effects. An `optional` one may be missing altogether: its
    branch may never have been started.
    """

    path: str
    at: str
    type: str
    subtype: str
    names: frozenset[str | None] | None
    parents: frozenset[Context]
    lifecycle: Lifecycle
    indexes: tuple[int, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    virtual: bool = False
    optional: bool = False


@dataclass
class Plan:
    """The operations of one execution, and where the prediction ends.

    `lost` holds, for a context, the ordinal after which its operations are undetermined, and why.
    `sequential` are the batches whose branches run one after the other. `flow` is how the handler ends.
    `raced` keeps, for a batch and a branch of it that may not have been run to its end, what must be on the
    wire if it was.
    """

    operations: dict[str, Expected] = field(default_factory=dict)
    lost: dict[Context, tuple[int, str]] = field(default_factory=dict)
    sequential: set[str] = field(default_factory=set)
    flow: Flow = field(default_factory=Done)
    raced: dict[str, dict[int, dict[str, Expected]]] = field(default_factory=dict)

    def add(self, expected: Expected) -> None:
        """Take in an operation as it is called."""
        self.operations[expected.path] = expected

    def lose(self, context: Context, after: int, reason: str) -> None:
        """From here on a context's operations are undetermined; the first reason given stands."""
        if context not in self.lost or after < self.lost[context][0]:
            self.lost[context] = (after, reason)

    def end(self, path: str, lifecycle: Lifecycle) -> None:
        """The operation at `path` has come to its end."""
        self.operations[path] = replace(self.operations[path], lifecycle=lifecycle)

    def forget(self, path: str) -> None:
        """What values the operation at `path` carries can't be told."""
        self.rewrite(path, lambda _: UNKNOWN)

    def rewrite(self, path: str, written: Callable[[Any], Any]) -> None:
        """A serialiser of the scenario's own has been at the values of the operation at `path`."""
        expected = self.operations[path]
        rounds = tuple(replace(each, state=written(each.state)) for each in expected.lifecycle.rounds)
        lifecycle = replace(expected.lifecycle, value=written(expected.lifecycle.value), rounds=rounds)
        self.operations[path] = replace(expected, lifecycle=lifecycle)

    def carry(self, path: str, **options: Any) -> None:
        """The START of the operation at `path` carries these members, `Options__Member` for a nested one."""
        known = {name.replace("__", "."): value for name, value in options.items() if value is not UNKNOWN}
        self.operations[path] = replace(self.operations[path], options=known)

    def make_virtual(self, path: str) -> None:
        """The context at `path` is a virtual one: it must never be on the wire, however it ends."""
        self.operations[path] = replace(self.operations[path], virtual=True)

    def drop(self, context: str) -> None:
        """A branch is never started after all: nothing of it may be on the wire."""
        for path in [path for path in self.operations if context in (path, *ancestors(path))]:
            del self.operations[path]
        for path in [path for path in self.lost if path is not None and context in (path, *ancestors(path))]:
            del self.lost[path]
        self.sequential = {path for path in self.sequential if context not in (path, *ancestors(path))}

    def race(self, batch: str, index: int) -> None:
        """Whether this branch was run to its end depends on the others: only the batch's result tells."""
        path = branch(batch, index)
        inside = {each: self.operations[each] for each in self.operations if path in (each, *ancestors(each))}
        self.raced.setdefault(batch, {})[index] = inside
        self.relax(path)

    def settle(self, batch: str, finished: Iterable[int]) -> None:
        """The batch's result says that these branches were run to their end."""
        for index in finished:
            self.operations.update(self.raced.get(batch, {}).get(index, {}))

    def relax(self, context: str) -> None:
        """Whatever is inside a context may be missing, and may be cut off anywhere."""
        for path in [path for path in self.operations if context in (path, *ancestors(path))]:
            expected = self.operations[path]
            terminals = expected.lifecycle.terminals | {None}
            lifecycle = replace(expected.lifecycle, terminals=terminals, retries=None)
            self.operations[path] = replace(expected, optional=True, lifecycle=lifecycle)

    def undetermined(self, path: str) -> str | None:
        """Why nothing can be said of the operation at `path`, or None when the plan speaks for it."""
        for step in (path, *ancestors(path)):
            after, reason = self.lost.get(context_of(step), (None, ""))
            if after is not None and ordinal_of(step) > after:
                return reason
        return None
