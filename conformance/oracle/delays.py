"""How long the next attempt may be put off: an interval of seconds.

Jitter is chance and rounding the SDKs' own. The numbers are both SDKs' documented defaults. A full jitter
leaves anything from nothing to the delay, a half one at least half of it; one SDK rounds up and the other to
the nearest second, never below one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.oracle.values import UNKNOWN, Scope, compute
from conformance.vocabulary import SECONDS

if TYPE_CHECKING:
    from conformance.scenario.statements import Backoff, Duration, Retry, WaitForCondition

Interval: TypeAlias = tuple[float, float]
"""Least and greatest number of seconds."""

_ROUNDED: dict[str, Callable[[float], int]] = {
    "up": math.ceil,
    "nearest": lambda seconds: math.floor(seconds + 0.5),
}
LEAST_SHARE = {"none": 1.0, "half": 0.5, "full": 0.0}


@dataclass(frozen=True)
class Curve:
    """How a strategy's delays grow: by a rate or by an increment, up to a most, with a jitter."""

    initial: Any
    most: Any
    rate: Any = 1
    increment: Any = 0
    jitter: str = "full"
    rounding: str | None = None  # as the dialect has it

    def interval(self, attempt: int) -> Interval | None:
        """The delay after the `attempt`th failure; None when a number of it is unknown."""
        numbers = (self.initial, self.most, self.rate, self.increment)
        share = LEAST_SHARE.get(self.jitter.lower())
        if share is None or not all(isinstance(number, int | float) for number in numbers):
            return None
        base = min(self.initial * self.rate ** (attempt - 1) + self.increment * (attempt - 1), self.most)
        if share == 1 and self.rounding in _ROUNDED:
            exact = max(1, _ROUNDED[self.rounding](base))
            return exact, exact
        return max(1, math.floor(base * share)), max(1, math.ceil(base))


def seconds(duration: Duration | None, scope: Scope) -> Any:
    """A duration in seconds, None when there is none, or `UNKNOWN`."""
    if duration is None:
        return None
    amount = compute(duration.amount, scope)
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        return UNKNOWN
    return amount * SECONDS[duration.unit]


def after_failure(retry: Retry | None, attempt: int, scope: Scope) -> Interval | None:
    """The delay that a retry strategy asks for after the `attempt`th failure; None when it can't be told."""
    if retry is None or retry.kind == "default":
        return Curve(5, 60, rate=2).interval(attempt)
    if retry.kind == "linear-preset":
        return Curve(1, 300, increment=1, jitter="none").interval(attempt)
    if retry.kind == "delays":
        return exactly(seconds(retry.delays[attempt - 1], scope))
    if retry.kind == "fixed":
        return exactly(seconds(retry.delay, scope))
    linear = retry.kind == "linear"
    growth = {"increment": _given(retry.increment, 1, scope)} if linear else {"rate": retry.rate or 2}
    initial = _given(retry.initial, 1 if linear else 5, scope)
    most, jitter = _given(retry.max, 300, scope), retry.jitter or "full"
    rounding = scope.dialect.backoff_rounding
    return Curve(initial, most, jitter=jitter, rounding=rounding, **growth).interval(attempt)


def after_poll(statement: WaitForCondition, attempt: int, scope: Scope) -> Interval | None:
    """The delay that a wait strategy asks for after the `attempt`th poll."""
    if statement.delays:
        return exactly(seconds(statement.delays[min(attempt, len(statement.delays)) - 1], scope))
    return _backoff(statement.backoff, scope).interval(attempt)


def exactly(length: Any) -> Interval | None:
    """A delay that is given; less than a second, or a fraction, SDKs round in their own ways."""
    if not isinstance(length, int | float):
        return None
    return math.floor(length), max(1, math.ceil(length))


def _backoff(backoff: Backoff | None, scope: Scope) -> Curve:
    if backoff is None:
        return Curve(5, 300, rate=1.5)
    initial, most = _given(backoff.initial, 5, scope), _given(backoff.max, 300, scope)
    jitter, rounding = backoff.jitter or "full", scope.dialect.backoff_rounding
    return Curve(initial, most, rate=backoff.rate or 1.5, jitter=jitter, rounding=rounding)


def _given(duration: Duration | None, default: int, scope: Scope) -> Any:
    return default if duration is None else seconds(duration, scope)
