"""Statements that the SDK's callbacks stand behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_sdk import bodies, retries, sdk, serdes
from python_sdk.durations import duration
from python_sdk.operations import name_of

if TYPE_CHECKING:
    from python_sdk.blocks import Runner, Statement
    from python_sdk.scope import Scope


def _callback(statement: Statement, ctx: Any, scope: Scope) -> None:
    options = _options(statement, scope)
    config = sdk.config.CallbackConfig(**options) if options else None
    callback = ctx.create_callback(name=name_of(statement, scope), config=config)
    detail = {"callback_id": callback.callback_id}
    scope.run.lab.effect(statement["at"], scope.indexes, "callback", "start", detail=detail)
    name = statement.get("bind")
    scope.bind(name, callback.callback_id)
    if name is not None:
        scope.callbacks[name] = callback


def _options(statement: Statement, scope: Scope) -> dict[str, Any]:
    at = statement["at"]
    options: dict[str, Any] = {}
    if "timeout" in statement:
        options["timeout"] = duration(statement["timeout"], at, scope)
    if "heartbeat_timeout" in statement:
        options["heartbeat_timeout"] = duration(statement["heartbeat_timeout"], at, scope)
    if "serdes" in statement:
        options["serdes"] = serdes.named(statement["serdes"], at, scope)
    return options


def _await(statement: Statement, _ctx: Any, scope: Scope) -> None:
    callback = scope.callbacks.get(statement["callback"])
    if callback is None:
        message = f"{statement['callback']} is no callback that was created"
        scope.run.lab.stop("harness", message, statement["at"])
    scope.bind(statement.get("bind"), callback.result())


def _wait_for_callback(statement: Statement, ctx: Any, scope: Scope) -> None:
    at = statement["at"]
    options = _options(statement, scope)
    strategy = retries.strategy(statement["retry"], at, scope) if "retry" in statement else None
    if strategy is not None:
        options["retry_strategy"] = strategy

    def submit(callback_id: str, submitter: Any) -> Any:
        extra = {"callback_id": callback_id}
        return bodies.run(bodies.Call(at, "submitter", None, scope, ctx, submitter.logger, extra))

    config = sdk.config.WaitForCallbackConfig(**options) if options else None
    value = ctx.wait_for_callback(submit, name=name_of(statement, scope), config=config)
    scope.bind(statement.get("bind"), value)


RUNNERS: dict[str, Runner] = {
    "callback": _callback,
    "await": _await,
    "wait_for_callback": _wait_for_callback,
}
