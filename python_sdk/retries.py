"""Retry strategies: the SDK's own constructors where it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_sdk import errors, sdk, support
from python_sdk.durations import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from python_sdk.scope import Scope

    Strategy = Callable[[Exception, int], sdk.retries.RetryDecision]

KINDS = ("none", "default", "linear-preset", "exponential", "linear", "delays", "fixed")


def strategy(retry: dict[str, Any], at: str, scope: Scope) -> Strategy | None:
    """The strategy that a `retry` describes; None stands for the SDK's default, which is had by not asking."""
    kind = retry["kind"]
    if kind == "default":
        return None
    if kind == "none":
        return sdk.retries.RetryPresets.none()
    if kind == "linear-preset":
        support.require("linear retries", scope, at)
        return sdk.retries.RetryPresets.linear()
    if kind == "exponential":
        return sdk.retries.create_retry_strategy(
            sdk.retries.RetryStrategyConfig(**_options(retry, at, scope)),
        )
    if kind == "linear":
        support.require("linear retries", scope, at)
        return sdk.retries.create_linear_retry_strategy(
            sdk.retries.LinearRetryStrategyConfig(**_options(retry, at, scope)),
        )
    if kind == "delays":
        return _by_delays(retry, at, scope)
    if kind == "fixed":
        return _fixed(retry, at, scope)
    scope.run.lab.stop("harness", f"unknown retry {kind!r}: this harness knows {', '.join(KINDS)}", at)


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
