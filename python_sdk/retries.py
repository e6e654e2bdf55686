"""Retry strategies: the SDK's own constructors where it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_sdk import errors, sdk
from python_sdk.durations import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from python_sdk.scope import Scope

    Strategy = Callable[[Exception, int], sdk.retries.RetryDecision]


def strategy(retry: dict[str, Any], at: str, scope: Scope) -> Strategy | None:
    """The strategy that a `retry` describes; None stands for the SDK's default, had by not asking."""
    make = KINDS.get(retry["kind"])
    if make is None:
        message = f"unknown retry {retry['kind']!r}: this harness knows {', '.join(KINDS)}"
        scope.run.lab.stop("harness", message, at)
    return make(retry, at, scope)


def _none(_retry: dict[str, Any], _at: str, _scope: Scope) -> Strategy:
    return sdk.retries.RetryPresets.none()


def _default(_retry: dict[str, Any], _at: str, _scope: Scope) -> None:
    return None


def _linear_preset(_retry: dict[str, Any], _at: str, _scope: Scope) -> Strategy:
    return sdk.retries.RetryPresets.linear()


def _exponential(retry: dict[str, Any], at: str, scope: Scope) -> Strategy:
    options = _options(retry, at, scope)
    return sdk.retries.create_retry_strategy(sdk.retries.RetryStrategyConfig(**options))


def _linear(retry: dict[str, Any], at: str, scope: Scope) -> Strategy:
    options = _options(retry, at, scope)
    return sdk.retries.create_linear_retry_strategy(sdk.retries.LinearRetryStrategyConfig(**options))


def jitter(name: str) -> sdk.config.JitterStrategy:
    """A jitter strategy by its name, in any case."""
    return sdk.config.JitterStrategy[name.upper()]


def _options(retry: dict[str, Any], at: str, scope: Scope) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "attempts" in retry:
        options["max_attempts"] = retry["attempts"]
    if "initial" in retry:
        options["initial_delay"] = duration(retry["initial"], at, scope)
    if "max" in retry:
        options["max_delay"] = duration(retry["max"], at, scope)
    if "increment" in retry:
        options["increment"] = duration(retry["increment"], at, scope)
    if "rate" in retry:
        options["backoff_rate"] = retry["rate"]
    if "jitter" in retry:
        options["jitter_strategy"] = jitter(retry["jitter"])
    if "errors" in retry:
        options["retryable_errors"] = list(retry["errors"])
    if "types" in retry:
        options["retryable_error_types"] = [errors.user_class(name) for name in retry["types"]]
    return options


def _by_delays(retry: dict[str, Any], at: str, scope: Scope) -> Strategy:
    delays = retry.get("delays", [])

    def decide(_error: Exception, attempt: int) -> sdk.retries.RetryDecision:
        if attempt > len(delays):
            return sdk.retries.RetryDecision.no_retry()
        return sdk.retries.RetryDecision.retry(duration(delays[attempt - 1], at, scope))

    return decide


def _fixed(retry: dict[str, Any], at: str, scope: Scope) -> Strategy:
    def decide(_error: Exception, attempt: int) -> sdk.retries.RetryDecision:
        if "attempts" in retry and attempt >= retry["attempts"]:
            return sdk.retries.RetryDecision.no_retry()
        return sdk.retries.RetryDecision.retry(duration(retry["delay"], at, scope))

    return decide


KINDS: dict[str, Callable[[dict[str, Any], str, Scope], Strategy | None]] = {
    "none": _none,
    "default": _default,
    "linear-preset": _linear_preset,
    "exponential": _exponential,
    "linear": _linear,
    "delays": _by_delays,
    "fixed": _fixed,
}
