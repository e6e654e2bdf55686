"""What a step, a check or a submitter does when the SDK runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_sdk import errors, logs

if TYPE_CHECKING:
    from python_sdk.scope import Scope


def run(  # noqa: PLR0913 - a body is run by this much
    bodies: list[dict[str, Any]],
    at: str,
    kind: str,
    attempt: int | None,
    scope: Scope,
    logger: Any,
    extra: dict[str, Any],
) -> Any:
    """Run the body whose turn it is: the first one the first time, the last one from then on.

    The lab counts the times, over crashes, and holds a body back until what it waits for has happened. `extra` is in
    scope besides what `scope` holds.
    """
    lab = scope.run.lab
    number = lab.body(at, scope.indexes, kind, attempt)
    body = bodies[min(number, len(bodies)) - 1]

    def ended(outcome: str) -> None:
        lab.effect(
            at, scope.indexes, kind, "end", attempt=attempt, run=number, detail={"outcome": outcome}
        ).wait()

    for line in body.get("logs", []):
        logs.write(logger, line, scope, extra)
    if "crashes" in body:
        lab.crash(at, scope.indexes, body["crashes"])
    if "raises" in body:
        error = errors.make(body["raises"], at, scope, extra)
        ended("raised")
        raise error
    value = scope.evaluate(body["returns"], at, extra)
    ended("returned")
    return value
