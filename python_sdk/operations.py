"""Statements that the SDK's step, wait, child context, map, parallel and with_retry stand behind.

Configurations are made inside the statement: the SDK may refuse one, which a scenario can catch.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from python_sdk import batches, bodies, retries, sdk, serdes, support
from python_sdk.blocks import Runner, Statement, run_block, run_function
from python_sdk.durations import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from python_sdk.scope import Scope

SEMANTICS = {
    "at-most-once": sdk.config.StepSemantics.AT_MOST_ONCE_PER_RETRY,
    "at-least-once": sdk.config.StepSemantics.AT_LEAST_ONCE_PER_RETRY,
}


def name_of(statement: Statement, scope: Scope) -> Any:
    """The operation's name; None when it has none."""
    return text_of(statement["name"], statement["at"], scope) if "name" in statement else None


def text_of(template: Any, at: str, scope: Scope) -> str | None:
    """A name, or None; the SDKs' overloads take anything else for something else."""
    name: str | None = scope.evaluate(template, at)
    if name is not None and not isinstance(name, str):
        scope.run.lab.stop("harness", f"a name is text, not {json.dumps(name)}", at)
    return name


def _step(statement: Statement, ctx: Any, scope: Scope) -> None:
    at = statement["at"]
    options: dict[str, Any] = {}
    strategy = retries.strategy(statement["retry"], at, scope) if "retry" in statement else None
    if strategy is not None:
        options["retry_strategy"] = strategy
    if "semantics" in statement:
        options["step_semantics"] = SEMANTICS[statement["semantics"]]
    if "serdes" in statement:
        options["serdes"] = serdes.named(statement["serdes"], at, scope)

    def body(step: sdk.types.StepContext) -> Any:
        attempt: int | None = getattr(step, "attempt", None)
        extra = {} if attempt is None else {"attempt": attempt}
        return bodies.run(bodies.Call(at, "step", attempt, scope, ctx, step.logger, extra))

    config = sdk.config.StepConfig(**options) if options else None
    scope.bind(statement.get("bind"), ctx.step(body, name=name_of(statement, scope), config=config))


def _wait(statement: Statement, ctx: Any, scope: Scope) -> None:
    length = duration(statement["duration"], statement["at"], scope)
    ctx.wait(length, name=name_of(statement, scope))


def _child(statement: Statement, ctx: Any, scope: Scope) -> None:
    at = statement["at"]
    options: dict[str, Any] = virtual_option(statement, scope)
    if "sub_type" in statement:
        options["sub_type"] = statement["sub_type"]
    if "serdes" in statement:
        options["serdes"] = serdes.named(statement["serdes"], at, scope)
    if "summary" in statement:
        options["summary_generator"] = lambda result: scope.evaluate(
            statement["summary"], at, {"result": result}
        )

    def body(child: Any) -> Any:
        return run_function("child", at, statement["do"], child, scope.copy())

    config: sdk.config.ChildConfig[Any] | None = sdk.config.ChildConfig(**options) if options else None
    value = ctx.run_in_child_context(body, name=name_of(statement, scope), config=config)
    scope.bind(statement.get("bind"), value)


def virtual_option(statement: Statement, scope: Scope) -> dict[str, Any]:
    """The option that makes a child context virtual, where it was asked for."""
    if "virtual" not in statement:
        return {}
    virtual = scope.evaluate(statement["virtual"], statement["at"])
    return {"is_virtual": virtual} if support.FEATURES["child.virtual"] else {}


def _map(statement: Statement, ctx: Any, scope: Scope) -> None:
    at = statement["at"]
    outer = scope.copy()
    options = batches.options(statement, outer)
    if "item_name" in statement:
        options["item_namer"] = lambda item, index: outer.evaluate(
            statement["item_name"], at, {"item": item, "index": index}
        )

    def each(branch: Any, item: Any, index: int, items: Any) -> Any:
        inner = outer.copy(index)
        inner.bind("item", item)
        inner.bind("index", index)
        inner.bind("items", items)
        return run_function("branch", at, statement["do"], branch, inner)

    items = scope.evaluate(statement["items"], at)
    config = sdk.config.MapConfig(**options) if options else None
    bind_batch(statement, scope, ctx.map(items, each, name=name_of(statement, scope), config=config))


def _parallel(statement: Statement, ctx: Any, scope: Scope) -> None:
    at = statement["at"]
    outer = scope.copy()
    options = batches.options(statement, outer)

    def branch(index: int, given: dict[str, Any]) -> Any:
        def body(ctx: Any) -> Any:
            inner = outer.copy(index)
            inner.bind("index", index)
            return run_function("branch", at, given["do"], ctx, inner)

        return _named(given, body, at, scope)

    branches = [branch(index, given) for index, given in enumerate(statement["branches"])]
    config = sdk.config.ParallelConfig(**options) if options else None
    bind_batch(statement, scope, ctx.parallel(branches, name=name_of(statement, scope), config=config))


def _named(given: dict[str, Any], body: Callable[[Any], Any], at: str, scope: Scope) -> Any:
    if "name" not in given:
        return body
    return sdk.config.ParallelBranch(func=body, name=text_of(given["name"], at, scope))


def bind_batch(statement: Statement, scope: Scope, batch: Any) -> None:
    """Bind a batch result: as its accessors give it, and itself for `throw_if_error`."""
    name = statement.get("bind")
    scope.bind(name, batches.accessors(batch))
    if name is not None and batches.is_batch(batch):
        scope.batches[name] = batch


def _with_retry(statement: Statement, ctx: Any, scope: Scope) -> None:
    at = statement["at"]
    outer = scope.copy()
    options: dict[str, Any] = {}
    strategy = retries.strategy(statement["retry"], at, scope)
    if strategy is not None:
        options["retry_strategy"] = strategy
    if "wrap" in statement:
        options["wrap_with_run_in_child_context"] = scope.evaluate(statement["wrap"], at)
    virtual = virtual_option(statement, scope)
    if virtual:
        options["child_context_config"] = sdk.config.ChildConfig(**virtual)

    def body(inner_ctx: Any, attempt: int) -> Any:
        inner = outer.copy(attempt)
        inner.bind("attempt", attempt)
        returned = run_block(statement["do"], inner_ctx, inner)
        return returned.value if returned else None

    config = sdk.retries.WithRetryConfig(**options)
    value = sdk.retries.with_retry(ctx, body, config, name=name_of(statement, scope))
    scope.bind(statement.get("bind"), value)


RUNNERS: dict[str, Runner] = {
    "step": _step,
    "wait": _wait,
    "child": _child,
    "map": _map,
    "parallel": _parallel,
    "with_retry": _with_retry,
}
