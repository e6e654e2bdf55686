"""What a step, a check or a submitter does when the SDK runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_sdk import errors, logs
from python_sdk.blocks import run_block

if TYPE_CHECKING:
    from python_sdk.blocks import Statement
    from python_sdk.scope import Scope


TOLD = ("callback_id",)
"""What of a turn's `extra` the lab is told: what the SDK gave the body, and a rule holds against the wire."""


@dataclass(frozen=True)
class Turn:
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


def run(bodies: list[dict[str, Any]], turn: Turn) -> Any:
    """Run the body whose turn it is: the first one the first time, the last one from then on.

    The lab counts the times, over crashes, and holds a body back until what it waits for has happened.
    """
    at, scope = turn.at, turn.scope
    lab = scope.run.lab
    number = lab.body(at, scope.indexes, turn.kind, turn.attempt)
    body = bodies[min(number, len(bodies)) - 1]

    told = {key: turn.extra[key] for key in TOLD if key in turn.extra}

    def ended(outcome: str) -> None:
        lab.effect(
            at,
            scope.indexes,
            turn.kind,
            "end",
            attempt=turn.attempt,
            run=number,
            detail={"outcome": outcome} | told,
        ).wait()

    for line in body.get("logs", []):
        logs.write(turn.logger, line, scope, turn.extra)
    if "crashes" in body:
        lab.crash(at, scope.indexes, body["crashes"])
    if "raises" in body:
        error = errors.make(body["raises"], at, scope, turn.extra)
        ended("raised")
        raise error
    try:
        value = (
            _statements(body["do"], turn) if "do" in body else scope.evaluate(body["returns"], at, turn.extra)
        )
    except Exception:
        ended("raised")
        raise
    ended("returned")
    return value


def _statements(statements: list[Statement], turn: Turn) -> Any:
    """Run statements on the context around the body; one that is suspended in them never ends."""
    inner = turn.scope.copy()
    for name, value in turn.extra.items():
        inner.bind(name, value)
    returned = run_block(statements, turn.context, inner)
    return returned.value if returned else None
