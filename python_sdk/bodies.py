"""What a step, a check or a submitter does when the SDK runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_sdk import errors, logs
from python_sdk.blocks import run_block, size_of

if TYPE_CHECKING:
    from python_sdk.blocks import Statement
    from python_sdk.scope import Scope


TOLD = ("callback_id",)
"""What of a call's `extra` the lab is told: what the SDK gave the body, and a rule holds against the wire."""


@dataclass(frozen=True)
class Call:
    """One time that the SDK runs a statement's body; `extra` is in scope besides what `scope` holds.

    `context` is the SDK's that the statement stands in: a body that uses it uses it out of its place.
    """

    at: str
    kind: str
    attempt: int | None
    scope: Scope
    context: Any
    logger: Any
    extra: dict[str, Any]


def run(call: Call) -> Any:
    """Do what the lab says that the body does this time.

    The lab counts the times, over crashes, holds a body back until what it waits for has happened, and kills
    the process of one that crashes while that waits to tell of its end.
    """
    at, scope = call.at, call.scope
    lab = scope.run.lab
    body = lab.turn(at, scope.indexes, call.kind, call.attempt)
    told = {key: call.extra[key] for key in TOLD if key in call.extra}

    def ended(outcome: str, **more: Any) -> None:
        lab.end(at, scope.indexes, call.kind, call.attempt, {"outcome": outcome} | more | told)

    for line in body.get("logs", []):
        logs.write(call.logger, line, scope, call.extra)
    if "raises" in body:
        error = errors.make(body["raises"], at, scope, call.extra)
        ended("raised")
        raise error
    try:
        value = (
            _statements(body["do"], call) if "do" in body else scope.evaluate(body["returns"], at, call.extra)
        )
    except Exception:
        ended("raised")
        raise
    ended("returned", **({"size": None} if size_of(value) is None else {}))
    return value


def _statements(statements: list[Statement], call: Call) -> Any:
    """Run statements on the context around the body; one that is suspended in them never ends."""
    inner = call.scope.copy()
    for name, value in call.extra.items():
        inner.bind(name, value)
    returned = run_block(statements, call.context, inner)
    return returned.value if returned else None
