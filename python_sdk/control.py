"""Statements that no operation of the SDK stands behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_sdk import errors, logs
from python_sdk.blocks import Returned, Runner, Statement, run_block

if TYPE_CHECKING:
    from python_sdk.scope import Scope


def _return(statement: Statement, _ctx: Any, scope: Scope) -> Returned:
    return Returned(scope.evaluate(statement["value"], statement["at"]))


def _raise(statement: Statement, _ctx: Any, scope: Scope) -> None:
    if "again" in statement:
        raise errors.caught(statement["again"], statement["at"], scope)
    raise errors.make(statement["error"], statement["at"], scope)


def _try(statement: Statement, ctx: Any, scope: Scope) -> Returned | None:
    try:
        return run_block(statement["do"], ctx, scope)
    except Exception as error:  # noqa: BLE001 - a user's code that catches all; a suspension is no Exception
        scope.bind("e", errors.describe(error))
        scope.errors["e"] = error
    return run_block(statement["catch"], ctx, scope)


def _on_root(statement: Statement, _ctx: Any, scope: Scope) -> Returned | None:
    return run_block(statement["do"], scope.run.context, scope)


def _if(statement: Statement, ctx: Any, scope: Scope) -> Returned | None:
    holds = scope.holds(statement["condition"], statement["at"])
    return run_block(statement["then"] if holds else statement.get("otherwise", []), ctx, scope)


def _let(statement: Statement, _ctx: Any, scope: Scope) -> None:
    for name, template in statement["values"]:
        scope.bind(name, scope.evaluate(template, statement["at"]))


def _log(statement: Statement, ctx: Any, scope: Scope) -> None:
    logger = None if ctx is None else ctx.logger
    if logger is not None and statement.get("replay"):
        logger = logger.with_is_replaying(lambda: False)
    logs.write(logger, statement, scope)


def _note(statement: Statement, _ctx: Any, scope: Scope) -> None:
    value = scope.evaluate(statement["value"], statement["at"])
    scope.run.lab.effect(statement["at"], scope.indexes, "note", "start", detail=value)


def _throw_if_error(statement: Statement, _ctx: Any, scope: Scope) -> None:
    batch = scope.batches.get(statement["batch"])
    if batch is None:
        scope.run.lab.stop("harness", f"{statement['batch']} is no batch result", statement["at"])
    batch.throw_if_error()


RUNNERS: dict[str, Runner] = {
    "return": _return,
    "raise": _raise,
    "try": _try,
    "on_root": _on_root,
    "if": _if,
    "let": _let,
    "log": _log,
    "note": _note,
    "throw_if_error": _throw_if_error,
}
