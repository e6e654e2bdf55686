"""What the service does wrong, as a scenario says: which faults touch which checkpoint request. No I/O here.

Counted are the scenario's own execution's checkpoint requests that carry updates, and its reads of the state,
over all its invocations: an SDK's polls come as they please. An SDK that sends a request again sends another
one. How many updates an SDK puts into one request is its own business: a fault that is to hit a certain one
names it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aws_durable_execution_sdk_python_testing.token import CheckpointToken

from conformance.scenario.setting import FaultSpec

CRASH_BEFORE = "crash-before"  # the process dies before the request is applied
CRASH_AFTER = "crash-after"  # the process dies after the request was applied
LOSE_RESPONSE = "lose-response"  # applied, but the connection is dropped in place of a response
ERROR = "error"  # refused with an HTTP status
THROTTLE = "throttle"  # refused as one request too many
STALE_TOKEN = "stale-token"  # noqa: S105 - the request reaches the service with a token that is no more current
NO_TOKEN = "no-token"  # noqa: S105 - applied, but the response has no token
OVERSIZE = "oversize"  # refused as too large
DELAY = "delay"  # the response is held
NO_STATE = "no-state"  # an invocation is given no operation, not even its input, only where to read them
PAGINATE = "paginate"  # state comes one operation a page; at a request: what is new is on a page of its own

NAMES = frozenset(
    {
        CRASH_BEFORE,
        CRASH_AFTER,
        LOSE_RESPONSE,
        ERROR,
        THROTTLE,
        STALE_TOKEN,
        NO_TOKEN,
        OVERSIZE,
        DELAY,
        NO_STATE,
        PAGINATE,
    }
)

NAMED = {403: "AccessDeniedException", 404: "ResourceNotFoundException"}
"""What errors are called by their status; all others as the service's model has them."""

DELAY_SECONDS = 1.0


@dataclass(frozen=True)
class Refusal:
    """An error in place of the service's own answer."""

    status: int
    type: str
    message: str

    def body(self) -> dict[str, str]:
        """As the service spells it: some errors have a capital letter."""
        key = "Message" if self.type == "ServiceException" else "message"
        return {"Type": self.type, key: self.message}


@dataclass(frozen=True)
class Injection:
    """The faults that touch one request."""

    faults: tuple[FaultSpec, ...] = ()

    def __str__(self) -> str:
        """The names, as the recording keeps them."""
        return "+".join(spec.fault for spec in self.faults)

    def has(self, name: str) -> bool:
        """Whether one of that name is among them."""
        return any(spec.fault == name for spec in self.faults)

    @property
    def deadly(self) -> bool:
        """Whether the process dies of it."""
        return self.has(CRASH_BEFORE) or self.has(CRASH_AFTER)

    @property
    def delay(self) -> float:
        """How many real seconds the response is held."""
        given = (
            DELAY_SECONDS if spec.seconds is None else spec.seconds
            for spec in self.faults
            if spec.fault == DELAY
        )
        return sum(given, 0.0)

    def refusal(self) -> Refusal | None:
        """The error that the request is refused with, if it is."""
        for spec in self.faults:
            if spec.fault == THROTTLE:
                return Refusal(429, "TooManyRequestsException", "Rate Exceeded.")
            if spec.fault == OVERSIZE:
                return Refusal(
                    400, "InvalidParameterValueException", "Checkpoint request payload size is too large."
                )
            if spec.fault == ERROR:
                status = spec.status or HTTPStatus.INTERNAL_SERVER_ERROR
                server = status >= HTTPStatus.INTERNAL_SERVER_ERROR
                kind = "ServiceException" if server else NAMED.get(status, "InvalidParameterValueException")
                kind = spec.type or kind
                return Refusal(status, kind, f"injected {kind}")
        return None


@dataclass
class Faults:
    """The faults of a scenario, and how many requests have been counted."""

    specs: tuple[FaultSpec, ...]
    counted: int = field(default=0)
    _injected: set[int] = field(default_factory=set)  # by place among `specs`
    _reads: int = field(default=0)
    _named: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)

    @property
    def paginate(self) -> bool:
        """Whether state is to come in small pages."""
        return any(spec.fault == PAGINATE and _of_the_run(spec) for spec in self.specs)

    @property
    def no_state(self) -> bool:
        """Whether an invocation is given no state at all, as where its input takes up the whole page."""
        return any(spec.fault == NO_STATE for spec in self.specs)

    def next(self, updates: list[dict[str, Any]]) -> Injection:
        """Count one more request with updates; the faults that touch it."""
        self.counted += 1
        carried = {(update.get("Name"), update.get("Action")) for update in updates}
        self._named.update(carried)
        return self._strike(spec for spec in self.specs if self._touches(spec, carried))

    def next_read(self) -> Injection:
        """Count one more read of the state; the faults that touch it."""
        self._reads += 1
        return self._strike(
            spec for spec in self.specs if spec.state is not None and _within(spec.state, spec, self._reads)
        )

    def missed(self) -> dict[int, str]:
        """The faults that have struck nothing, by place among the scenario's, and what each waits for."""
        return {
            number: self._awaited(spec)
            for number, spec in enumerate(self.specs)
            if number not in self._injected and not _of_the_run(spec)
        }

    def _awaited(self, spec: FaultSpec) -> str:
        if spec.of is not None:
            return f"an update {spec.action} of {spec.of!r}, and none was sent"
        if spec.state is not None:
            return f"read {spec.state} of the state, of {self._reads}"
        if spec.checkpoint is not None:
            return f"request {spec.checkpoint} with updates, of {self.counted}"
        return "any request with updates, and none was sent"

    def _strike(self, specs: Iterable[FaultSpec]) -> Injection:
        injected = tuple(specs)
        self._injected.update(number for number, spec in enumerate(self.specs) if spec in injected)
        return Injection(injected)

    def _touches(self, spec: FaultSpec, carried: set[tuple[str | None, str | None]]) -> bool:
        if spec.of is not None:
            named = (spec.of, spec.action)
            return named in carried and self._named[named] <= spec.times
        if _of_the_run(spec) or spec.state is not None:
            return False
        return spec.checkpoint is None or _within(spec.checkpoint, spec, self.counted)


def _of_the_run(spec: FaultSpec) -> bool:
    """Whether it is about the state that each invocation is given, and about no request."""
    return spec.fault == NO_STATE or (spec.fault == PAGINATE and spec.checkpoint is None and spec.of is None)


def _within(first: int, spec: FaultSpec, number: int) -> bool:
    return first <= number < first + spec.times


def outdated(body: bytes) -> bytes:
    """A checkpoint request with the token of a state that is no more: everything else stays."""
    request = json.loads(body)
    token = CheckpointToken.from_str(request["CheckpointToken"])
    request["CheckpointToken"] = CheckpointToken(token.execution_arn, token.token_sequence - 1, "").to_str()
    return json.dumps(request).encode()
