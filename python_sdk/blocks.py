"""Runs statements in their order."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from python_sdk.scope import Scope

Statement: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Returned:
    """A `return` was reached: the innermost function ends with its value."""

    value: Any


Runner: TypeAlias = "Callable[[Statement, Any, Scope], Returned | None]"

RUNNERS: dict[str, Runner] = {}
"""What runs a statement, by its word; the interpreter fills it in."""


def run_block(statements: list[Statement], ctx: Any, scope: Scope) -> Returned | None:
    """Run statements until one returns; `ctx` is the SDK's context, None in a plain function."""
    for statement in statements:
        runner = RUNNERS.get(statement["op"])
        if runner is None:
            known = ", ".join(sorted(RUNNERS))
            scope.run.lab.stop(
                "harness",
                f"unknown statement {statement['op']!r}: this harness knows {known}",
                statement["at"],
            )
        returned = runner(statement, ctx, scope)
        if returned is not None:
            return returned
    return None


def run_function(kind: str, at: str, statements: list[Statement], ctx: Any, scope: Scope) -> Any:
    """Run a handler's, a child's or a branch's statements and tell the lab of its start and its end.

    One that is suspended has not ended. Without a `return` the value is what a function without one gives.
    """
    lab = scope.run.lab
    lab.effect(at, scope.indexes, kind, "start")
    try:
        returned = run_block(statements, ctx, scope)
    except Exception:
        lab.effect(at, scope.indexes, kind, "end", detail={"outcome": "raised"})
        raise
    size = {"size": size_of(returned.value)} if returned else {}
    lab.effect(at, scope.indexes, kind, "end", detail={"outcome": "returned"} | size)
    return returned.value if returned else None


def size_of(value: Any) -> int | None:
    """The bytes that a value takes as JSON without spaces; None where JSON can't say it."""
    try:
        return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    except (TypeError, ValueError, RecursionError):
        return None
