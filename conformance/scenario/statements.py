"""A scenario's handler as data: the statements, typed.

`Expr` is a template: any JSON value, in which `{"$eval": ...}` and `${...}` are computed, in the notation of
JSON-e (see `expressions`). It is data here; `trees` makes of it what harnesses and the oracle evaluate.

Every statement has `at`, its place in the document, such as `handler/1/do/0`, `handler/2/branches/1/0`,
`functions/echo/0`: the key by which effects, reports and findings name it. Durations are `Duration`s, as
written: one unit, the amount an expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

Expr: TypeAlias = Any


class Absent:
    """The type of `ABSENT`: a field that was not given, which is not the same as one given as null."""

    def __repr__(self) -> str:
        """Short, for test failures."""
        return "ABSENT"


ABSENT = Absent()
Optional: TypeAlias = Any  # Expr | Absent

SERIALISERS = (
    "upper",
    "upper-json",
    "upper-read",
    "wrap",
    "opserde",
    "json",
    "number",
    "epoch",
    "fail-write",
    "fail-read",
    "nothing",
    "prefix",
)
"""Serialisers by name, as the schema has them."""


@dataclass(frozen=True)
class Duration:
    """An amount in one unit: `{"seconds": 5}`. A bare number in YAML means seconds."""

    unit: str  # seconds, minutes, hours, days
    amount: Expr


@dataclass(frozen=True)
class After:
    """What the lab must have seen before a body may go on: `op` is an operation's name in the scenario."""

    op: str
    state: str = "ended"  # running: its body began; ended; checkpointed: its terminal update was applied
    attempt: int | None = None


@dataclass(frozen=True)
class Raises:
    """A user's error: class name (bare), message and, optionally, a caught error as its cause.

    A `retryable` one is of the SDK's own kind that asks the service for another invocation.
    """

    type: str
    message: Expr
    cause: str | Absent = ABSENT
    retryable: bool | Absent = ABSENT


@dataclass(frozen=True)
class Body:
    """What one run of a step, check or submitter does: exactly one of returns, raises, crashes, do.

    `do` is misuse: statements that the body runs on the durable context around its operation.
    """

    returns: Optional = ABSENT
    raises: Raises | None = None
    crashes: str | None = None  # quiet: once the gateway is; started: once the body's own START was applied
    do: tuple[Statement, ...] | None = None
    after: After | None = None
    logs: tuple[Log, ...] = ()


@dataclass(frozen=True)
class Retry:
    """A retry strategy. `kind`: none, default, linear-preset, exponential, linear, delays, fixed.

    exponential: the SDK's create_retry_strategy (attempts, initial, max, rate, jitter, errors, types);
    linear: the SDK's create_linear_retry_strategy (attempts, initial, increment, max, jitter, errors, types);
    delays: a function, the nth failure waits delays[n-1], after the last one no retry; fixed: `delay`,
    `attempts`. Only what is given is passed on to the SDK's constructor.
    """

    kind: str
    attempts: int | None = None
    initial: Duration | None = None
    max: Duration | None = None
    increment: Duration | None = None
    rate: float | int | None = None
    jitter: str | None = None
    errors: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    delays: tuple[Duration, ...] = ()
    delay: Duration | None = None


@dataclass(frozen=True)
class Serdes:
    """A serialiser by name, `argument` for those that take one (`prefix: p`, `fail-read: {..}`)."""

    name: str
    argument: Any = None

    @property
    def fails(self) -> bool:
        """Whether it is one that fails, to write or in some invocation to read."""
        return self.name in ("fail-write", "fail-read")


@dataclass(frozen=True)
class Completion:
    """A completion config. Only what is given is passed on; an empty one is not the same as none."""

    min_successful: Optional = ABSENT
    tolerated_failure_count: Optional = ABSENT
    tolerated_failure_percentage: Optional = ABSENT


@dataclass(frozen=True)
class CompleteWhen:
    """A `should_complete` hook: complete with `outcome` (SUCCEEDED, FAILED) as soon as `when` holds."""

    when: Expr
    outcome: str


@dataclass(frozen=True)
class Step:
    """Runs a body once for each attempt and keeps its result."""

    at: str
    name: Optional
    bind: str | None
    bodies: tuple[Body, ...]  # one for each time it runs, the last one repeating
    retry: Retry | None = None
    semantics: str | None = None  # at-least-once, at-most-once
    serdes: Serdes | None = None


@dataclass(frozen=True)
class Wait:
    """Suspends for a while."""

    at: str
    name: Optional
    duration: Duration


@dataclass(frozen=True)
class Child:
    """A child context, real or virtual; a virtual one leaves no trace of its own on the wire."""

    at: str
    name: Optional
    bind: str | None
    do: tuple[Statement, ...]
    virtual: Optional = ABSENT  # boolean or an expression over `invocation`
    sub_type: str | None = None
    serdes: Serdes | None = None
    summary: Optional = ABSENT


@dataclass(frozen=True)
class Map:
    """One branch for each item; a FLAT one's branches are virtual."""

    at: str
    name: Optional
    bind: str | None
    items: Expr
    do: tuple[Statement, ...]  # in scope: item, index, items
    nesting: Optional = ABSENT  # NESTED, FLAT or an expression
    max_concurrency: Optional = ABSENT
    completion: Completion | None = None
    complete_when: CompleteWhen | None = None
    item_name: Optional = ABSENT  # expression over item, index
    serdes: Serdes | None = None
    item_serdes: Serdes | None = None
    summary: Optional = ABSENT


@dataclass(frozen=True)
class Branch:
    """One branch of a parallel."""

    do: tuple[Statement, ...]
    name: Optional = ABSENT


@dataclass(frozen=True)
class Parallel:
    """All branches at once, as far as its concurrency allows."""

    at: str
    name: Optional
    bind: str | None
    branches: tuple[Branch, ...]
    nesting: Optional = ABSENT
    max_concurrency: Optional = ABSENT
    completion: Completion | None = None
    complete_when: CompleteWhen | None = None
    serdes: Serdes | None = None
    item_serdes: Serdes | None = None
    summary: Optional = ABSENT


@dataclass(frozen=True)
class Callback:
    """Creates a callback; `bind` names it for `Await` and, in expressions, is its callback id."""

    at: str
    name: Optional
    bind: str | None
    timeout: Duration | None = None
    heartbeat_timeout: Duration | None = None
    serdes: Serdes | None = None


@dataclass(frozen=True)
class Await:
    """Waits for the callback that `callback` names (the `as` of a `callback` statement)."""

    at: str
    callback: str
    bind: str | None


@dataclass(frozen=True)
class WaitForCallback:
    """Hands a callback's id to a submitter and waits for the callback."""

    at: str
    name: Optional
    bind: str | None
    submitter: tuple[Body, ...]  # in scope: callback_id
    timeout: Duration | None = None
    heartbeat_timeout: Duration | None = None
    serdes: Serdes | None = None
    retry: Retry | None = None


@dataclass(frozen=True)
class Backoff:
    """The SDK's own wait strategy (create_wait_strategy). Only what is given is passed on."""

    attempts: int | None = None
    initial: Duration | None = None
    max: Duration | None = None
    rate: float | int | None = None
    jitter: str | None = None


@dataclass(frozen=True)
class WaitForCondition:
    """Polls: `check` gives the next state (in scope: state, attempt), `until` says whether to stop at it."""

    at: str
    name: Optional
    bind: str | None
    initial: Optional
    check: tuple[Body, ...]
    until: Expr
    delays: tuple[Duration, ...] = ()  # hand-made: the nth poll waits delays[n-1], the last one repeating
    backoff: Backoff | None = None
    serdes: Serdes | None = None


@dataclass(frozen=True)
class Invoke:
    """A chained invoke. A payload that is not given is not the same as null."""

    at: str
    name: Optional
    bind: str | None
    function: Expr
    payload: Optional = ABSENT
    tenant: Optional = ABSENT
    payload_serdes: Serdes | None = None
    result_serdes: Serdes | None = None


@dataclass(frozen=True)
class WithRetry:
    """The SDK's with_retry helper around statements; in scope: attempt."""

    at: str
    name: Optional
    bind: str | None
    do: tuple[Statement, ...]
    retry: Retry
    wrap: Optional = ABSENT
    virtual: Optional = ABSENT  # of the wrapping child context's config


@dataclass(frozen=True)
class Return:
    """Ends the innermost function (handler, child, branch) with a value."""

    at: str
    value: Expr


@dataclass(frozen=True)
class Raise:
    """Raises a new user's error, or again the caught one that `again` names."""

    at: str
    error: Raises | None = None
    again: str | None = None


@dataclass(frozen=True)
class Try:
    """`catch` binds `e = {message, type, wrapper, cause, data}`: type is bare, wrapper the caught class."""

    at: str
    do: tuple[Statement, ...]
    catch: tuple[Statement, ...]


@dataclass(frozen=True)
class OnRoot:
    """Misuse: statements that a child or branch runs on the execution's own context instead of its own."""

    at: str
    do: tuple[Statement, ...]


@dataclass(frozen=True)
class If:
    """Goes one of two ways."""

    at: str
    condition: Expr
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Let:
    """Binds names, in their order, each in sight of those before it."""

    at: str
    values: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True)
class Log:
    """A log line; one with `replay` asks the SDK not to hold it back while the context is replaying."""

    at: str
    message: Expr
    level: str = "info"
    replay: bool | None = None


@dataclass(frozen=True)
class Note:
    """An effect on every pass, replay included."""

    at: str
    value: Expr


@dataclass(frozen=True)
class ThrowIfError:
    """Calls the SDK's own throw_if_error on the batch result bound to `batch`."""

    at: str
    batch: str


Statement: TypeAlias = (
    Step
    | Wait
    | Child
    | Map
    | Parallel
    | Callback
    | Await
    | WaitForCallback
    | WaitForCondition
    | Invoke
    | WithRetry
    | Return
    | Raise
    | Try
    | OnRoot
    | If
    | Let
    | Log
    | Note
    | ThrowIfError
)
