"""What stands around a scenario's handler: requirement, functions, outside actors, faults, expectations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.scenario.statements import ABSENT, Optional, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping

FAULTS = (
    "crash-before",
    "crash-after",
    "lose-response",
    "error",
    "throttle",
    "stale-token",
    "no-token",
    "no-state",
    "oversize",
    "delay",
    "paginate",
)
"""What the service can do wrong, as the schema names it."""

ACTIONS = ("START", "RETRY", "SUCCEED", "FAIL")
"""The updates at which it can do it."""


@dataclass(frozen=True)
class Aws:
    """The AWS conformance requirement that a scenario implements, and what its placeholders are bound to."""

    id: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Function:
    """A target of chained invokes. An `unknown` one is a name that the service is not told about.

    `timeout` is how many seconds an execution of a durable one may take; without it there is no limit.
    """

    name: str
    durable: bool = True
    handler: tuple[Statement, ...] = ()
    unknown: bool = False
    timeout: int | None = None


@dataclass(frozen=True)
class ErrorSpec:
    """An error as an outside actor sends it; a field that is None is not sent."""

    type: str | None = None
    message: str | None = None
    data: str | None = None
    stack: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Action:
    """What an outside actor does while the execution is suspended.

    `kind` is succeed, fail, heartbeat or stop. The first three concern one callback: the `nth` (from 1)
    of those that were created, among those of the operation named `callback` or of the wait_for_callback
    named `of` where one is given. A stop is of the scenario's own execution or, with `of`, of the one
    that the invoke of that name began. `after` is virtual time in seconds since the START of the callback
    or invoke, or since the execution's own. A succeed sends `payload` as JSON text, or `raw` as it is, or
    nothing when both are absent.
    """

    kind: str
    callback: str | None = None
    of: str | None = None
    nth: int = 1
    after: float = 0
    payload: Optional = ABSENT
    raw: str | None = None
    error: ErrorSpec | None = None


@dataclass(frozen=True)
class FaultSpec:
    """What the service does wrong, and at which requests.

    They are the `checkpoint`th request with updates (from 1) and those after it, or those with an update
    `action` of the operation named `of`, or the `state`th read of the execution's state and those after it;
    `times` of them. Without any of the three it is all requests with updates.
    """

    fault: str
    checkpoint: int | None = None
    of: str | None = None
    action: str | None = None  # START, RETRY, SUCCEED or FAIL: always beside `of`
    state: int | None = None
    times: int = 1
    status: int | None = None  # of error: the HTTP status
    type: str | None = None  # of error: the error's name
    seconds: float | None = None  # of delay: how long the response is held, in real time


@dataclass(frozen=True)
class ExpectedError:
    """The execution's error: `type` is bare (no module), a field that is None may be anything."""

    type: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Expect:
    """The scenario's own words about its outcome; what is not given may be anything.

    `result` is the value that the execution's result stands for. `operations` counts operations on the wire
    by type (STEP, WAIT, ...: a type that is not named is not counted; EXECUTION is not one), `bodies` how
    often the bodies of the operation of that name began. With `any_of` one of the expectations must hold
    besides the rest.
    """

    status: str | None = None
    result: Optional = ABSENT
    error: ExpectedError | None = None
    operations: Mapping[str, int] = field(default_factory=dict)
    invocations: int | None = None
    bodies: Mapping[str, int] = field(default_factory=dict)
    any_of: tuple[Expect, ...] = ()
