"""A body run again and again: by retries, and because its process died.

Bodies are chosen by how often they ran, which counts over crashes; an attempt is what the SDK counts, by
RETRYs. So a body that crashes once under at-least-once semantics is run twice within one attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.scenario.statements import ABSENT
from conformance.verdict.structure.flow import Failure, Flow, Lost, Raised, Returned, Stopped
from conformance.verdict.structure.plan import FAIL, SUCCEED, Lifecycle
from conformance.verdict.structure.retries import ENDLESS, grants_another
from conformance.verdict.structure.values import UNKNOWN, Scope, compute

if TYPE_CHECKING:
    from conformance.scenario.statements import Body, Raises, Retry, WaitForCondition

CRASHES_IN_A_ROW = 5
"""The service gives an execution up when its invocation has failed this often on end."""

POLLS_WITHOUT_LIMIT = 60
"""How often both SDKs' own wait strategy polls when nothing else is said."""

AT_MOST_ONCE = "at-most-once"


@dataclass(frozen=True)
class Attempted:
    """How a body's operation ends, and the updates that it leaves."""

    flow: Flow
    lifecycle: Lifecycle


def failure_of(raises: Raises, scope: Scope) -> Failure:
    """A user's error, as it leaves the body that raises it."""
    return Failure(raises.type, raises.type, compute(raises.message, scope))


def step(
    bodies: tuple[Body, ...], retry: Retry | None, scope: Scope, *, at_most_once: bool = False
) -> Attempted:
    """Run a step's or a submitter's body until it is settled."""
    attempt, crashes = 1, 0
    for run in range(1, ENDLESS):
        body = bodies[min(run, len(bodies)) - 1]
        inner = scope.with_values(attempt=attempt)
        if body.crashes is not None:
            crashes += 1
            if crashes > CRASHES_IN_A_ROW:
                return _unfinished("its process died too often in a row", attempt)
            if not at_most_once:
                continue
            failure = Failure("StepInterruptedError", UNKNOWN, UNKNOWN)
        elif body.raises is None:
            return _succeeded(compute(body.returns, inner), attempt)
        else:
            failure = failure_of(body.raises, inner)
        again = grants_another(retry, failure, attempt)
        if again is UNKNOWN:
            return _lost(f"whether {failure.kind} is retried depends on what only the SDK knows")
        if not again:
            raised = Failure("StepError", failure.type, failure.message)
            return Attempted(Raised(raised), Lifecycle(frozenset({FAIL}), attempt - 1))
        attempt += 1
        crashes = 0  # a RETRY was written, so that invocation did not fail
    return _lost("it is retried without end")


def as_seen(bodies: tuple[Body, ...], scope: Scope, runs: int) -> Attempted:
    """Settle a body of which only the effects tell how often it began.

    Its last run settled it; how many RETRYs came before can't be told.
    """
    body = bodies[min(runs, len(bodies)) - 1]
    inner = scope.with_values(attempt=UNKNOWN)
    if body.crashes is not None:
        return _lost("the run that was its last is one that ends its process")
    if body.raises is None:
        return Attempted(
            Returned(compute(body.returns, inner)), Lifecycle(frozenset({SUCCEED}), retries=None)
        )
    failure = failure_of(body.raises, inner)
    raised = Failure("StepError", failure.type, failure.message)
    return Attempted(Raised(raised), Lifecycle(frozenset({FAIL}), retries=None))


def condition(statement: WaitForCondition, scope: Scope) -> Attempted:
    """Poll until the condition holds, its check fails or the wait strategy gives up."""
    if statement.initial is ABSENT:
        return _lost("it has no initial state, which the SDKs treat differently")
    state = compute(statement.initial, scope)
    attempt, crashes = 1, 0
    for run in range(1, ENDLESS):
        body = statement.check[min(run, len(statement.check)) - 1]
        if body.crashes is not None:
            crashes += 1
            if crashes > CRASHES_IN_A_ROW:
                return _unfinished("its process died too often in a row", attempt)
            continue
        crashes = 0
        inner = scope.with_values(state=state, attempt=attempt)
        if body.raises is not None:
            failure = failure_of(body.raises, inner)
            return _condition_failed(Failure(UNKNOWN, failure.type, failure.message), attempt)
        state = compute(body.returns, inner)
        polled = _polled(statement, scope.with_values(state=state, attempt=attempt), attempt)
        if polled is not None:
            return polled
        attempt += 1
    return _lost("it polls without end")


def _polled(statement: WaitForCondition, scope: Scope, attempt: int) -> Attempted | None:
    """What follows from a state: an end, or None for another poll."""
    done = truth(compute(statement.until, scope))
    if done is UNKNOWN:
        return _lost("its condition reads what the scenario does not tell")
    if done:
        return _succeeded(scope.values["state"], attempt)
    if not statement.delays and attempt >= _most_polls(statement):
        return _condition_failed(Failure(UNKNOWN, UNKNOWN, UNKNOWN), attempt)
    return None


def _condition_failed(failure: Failure, attempt: int) -> Attempted:
    return Attempted(Raised(failure), Lifecycle(frozenset({FAIL}), attempt - 1))


def truth(value: Any) -> Any:
    """What an `if` makes of a value: JSON-e's truth, which is Python's, or `UNKNOWN`."""
    return UNKNOWN if value is UNKNOWN else bool(value)


def _most_polls(statement: WaitForCondition) -> int:
    given = statement.backoff.attempts if statement.backoff else None
    return POLLS_WITHOUT_LIMIT if given is None else given


def _succeeded(value: Any, attempt: int) -> Attempted:
    return Attempted(Returned(value), Lifecycle(frozenset({SUCCEED}), attempt - 1))


def _unfinished(reason: str, attempt: int) -> Attempted:
    return Attempted(Stopped(reason), Lifecycle(frozenset({None}), attempt - 1))


def _lost(reason: str) -> Attempted:
    return Attempted(Lost(reason), Lifecycle(frozenset({SUCCEED, FAIL, None}), retries=None))
