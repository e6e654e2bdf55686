"""The statement that the SDK's wait_for_condition stands behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_sdk import bodies, retries, sdk, serdes
from python_sdk.durations import duration
from python_sdk.operations import name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from python_sdk.blocks import Runner, Statement
    from python_sdk.scope import Scope

    Strategy = Callable[[Any, int], sdk.waits.WaitForConditionDecision]


def _wait_for_condition(statement: Statement, ctx: Any, scope: Scope) -> None:
    at = statement["at"]
    options: dict[str, Any] = {"wait_strategy": _strategy(statement, scope)}
    options["initial_state"] = scope.evaluate(statement["initial"], at) if "initial" in statement else None
    if "serdes" in statement:
        options["serdes"] = serdes.named(statement["serdes"], at, scope)

    def check(state: Any, context: Any) -> Any:
        attempt: int | None = getattr(context, "attempt", None)
        extra = {"state": state} if attempt is None else {"state": state, "attempt": attempt}
        return bodies.run(bodies.Call(at, "check", attempt, scope, ctx, context.logger, extra))

    config = sdk.waits.WaitForConditionConfig(**options)
    value = ctx.wait_for_condition(check, config, name=name_of(statement, scope))
    scope.bind(statement.get("bind"), value)


def _strategy(statement: Statement, scope: Scope) -> Strategy:
    at = statement["at"]
    delays = statement.get("delays", [])

    def holds(state: Any, extra: dict[str, Any]) -> bool:
        return scope.holds(statement["until"], at, {"state": state, **extra})

    if not delays:
        return sdk.waits.create_wait_strategy(
            sdk.waits.WaitStrategyConfig(
                should_continue_polling=lambda state: not holds(state, {}),
                **_backoff(statement.get("backoff", {}), at, scope),
            )
        )

    def decide(state: Any, attempt: int) -> sdk.waits.WaitForConditionDecision:
        if holds(state, {"attempt": attempt}):
            return sdk.waits.WaitForConditionDecision.stop_polling()
        delay = delays[min(attempt, len(delays)) - 1]
        return sdk.waits.WaitForConditionDecision.continue_waiting(duration(delay, at, scope))

    return decide


def _backoff(backoff: dict[str, Any], at: str, scope: Scope) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "attempts" in backoff:
        options["max_attempts"] = backoff["attempts"]
    if "initial" in backoff:
        options["initial_delay"] = duration(backoff["initial"], at, scope)
    if "max" in backoff:
        options["max_delay"] = duration(backoff["max"], at, scope)
    if "rate" in backoff:
        options["backoff_rate"] = backoff["rate"]
    if "jitter" in backoff:
        options["jitter_strategy"] = retries.jitter(backoff["jitter"])
    return options


RUNNERS: dict[str, Runner] = {"wait_for_condition": _wait_for_condition}
