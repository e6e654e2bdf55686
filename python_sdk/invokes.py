"""The statement that the SDK's chained invoke stands behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_sdk import sdk, serdes
from python_sdk.operations import name_of

if TYPE_CHECKING:
    from python_sdk.blocks import Runner, Statement
    from python_sdk.scope import Scope


def _invoke(statement: Statement, ctx: Any, scope: Scope) -> None:
    at = statement["at"]
    function = scope.evaluate(statement["function"], at)
    payload = scope.evaluate(statement["payload"], at) if "payload" in statement else None
    options: dict[str, Any] = {}
    if "payload_serdes" in statement:
        options["serdes_payload"] = serdes.named(statement["payload_serdes"], at, scope)
    if "result_serdes" in statement:
        options["serdes_result"] = serdes.named(statement["result_serdes"], at, scope)
    if "tenant" in statement:
        options["tenant_id"] = scope.evaluate(statement["tenant"], at)
    config = sdk.config.InvokeConfig(**options) if options else None
    value = ctx.invoke(function, payload, name=name_of(statement, scope), config=config)
    scope.bind(statement.get("bind"), value)


RUNNERS: dict[str, Runner] = {"invoke": _invoke}
