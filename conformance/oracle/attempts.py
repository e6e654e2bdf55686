"""A body run again and again: by retries, and because its process died.

Bodies are chosen by how often they ran, which counts over crashes; an attempt is what the SDK counts, by
RETRYs. So a body that crashes once under at-least-once semantics is run twice within one attempt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance.oracle.delays import after_failure, after_poll
from conformance.oracle.flow import Failure, Flow, Lost, Raised, Returned, Stopped
from conformance.oracle.plan import FAIL, SUCCEED, Lifecycle, Round
from conformance.oracle.retries import ENDLESS, grants_another, grants_nothing
from conformance.oracle.serialisers import carried, compact
from conformance.oracle.values import NON_JSON_VALUE, UNKNOWN, Scope, compute, is_known, is_non_json
from conformance.scenario.statements import ABSENT
from conformance.sdks.dialect import filled
from conformance.vocabulary import ErrorRole
from conformance.wire.values import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.scenario.statements import Body, Raises, Retry, WaitForCondition

CRASHES_IN_A_ROW = 5
"""The service gives an execution up when its invocation has failed this often on end."""

POLLS_WITHOUT_LIMIT = 60
"""How often both SDKs' own wait strategy polls when nothing else is said."""

AT_MOST_ONCE = "at-most-once"
OUT_OF_PLACE = "what an SDK makes of a body that calls operations is its own business"
"""The language SDK specification gives operations to contexts (4.8) and has no word on bodies that call some.

What is on the wire all the same has a parent that the structure layer knows, and the invariants' lifecycle.
"""


@dataclass(frozen=True)
class Attempted:
    """How a body's operation ends, and the updates that it leaves."""

    flow: Flow
    lifecycle: Lifecycle


def interrupted(scope: Scope) -> Failure:
    """What an attempt failed of whose process died; how it is said is each SDK's own business."""
    return Failure(scope.error(ErrorRole.STEP_INTERRUPTED), UNKNOWN, UNKNOWN)


def _step_failed(scope: Scope, failure: Failure) -> Failure:
    """What a handler catches of a step that failed: its type is the user's."""
    return Failure(scope.error(ErrorRole.STEP_FAILED), failure.type, failure.message)


def retryable(raises: Raises | None) -> bool:
    """Whether an error has the invocation repeated, once it escapes what does not retry by itself."""
    return raises is not None and raises.retryable is True


def failure_of(raises: Raises, scope: Scope) -> Failure:
    """A user's error, as it leaves the body that raises it; a message that is no text is said as JSON."""
    message = compute(raises.message, scope)
    if not isinstance(message, str):
        said = compact(plain(message)) if is_known(message) else UNKNOWN
        return Failure(raises.type, raises.type, said)
    return Failure(raises.type, raises.type, message)


def step(
    bodies: tuple[Body, ...], retry: Retry | None, scope: Scope, *, at_most_once: bool = False
) -> Attempted:
    """Run a step's or a submitter's body until it is settled."""
    rounds: list[Round] = []
    ran: list[int] = []
    crashes = 0
    for run in range(1, ENDLESS):
        attempt = len(rounds) + 1
        ran.append(attempt)
        body = bodies[min(run, len(bodies)) - 1]
        inner = scope.with_values(attempt=attempt)
        if body.do is not None:
            return _lost(OUT_OF_PLACE, fatal=True)
        if body.crashes is not None:
            crashes += 1
            if crashes > CRASHES_IN_A_ROW:
                return _unfinished("its process died too often in a row", rounds)
            if not at_most_once:
                continue
            failure = interrupted(inner)
        elif body.raises is None:
            return _returned(body, inner, rounds, ran)
        else:
            failure = failure_of(body.raises, inner)
        again = grants_another(retry, failure, attempt)
        if again is UNKNOWN:
            return _lost(f"whether {failure.kind} is retried depends on what only the SDK knows")
        if not again:
            return _failed(_step_failed(scope, failure), failure, rounds, ran)
        rounds.append(Round(failure, delay=after_failure(retry, attempt, scope)))
        crashes = 0  # a RETRY was written, so that invocation did not fail
    return _lost("it is retried without end")


def as_seen(
    bodies: tuple[Body, ...],
    retry: Retry | None,
    scope: Scope,
    told: Sequence[int | None],
    *,
    at_most_once: bool = False,
) -> Attempted:
    """Settle a body of which only the effects tell how often it began, and as which attempts.

    Its last run settled it, and each attempt before that one ended with a RETRY.
    """
    body = bodies[min(len(told), len(bodies)) - 1]
    last = told[-1] if told else None
    inner = scope.with_values(attempt=UNKNOWN if last is None else last)
    if any(each.do is not None for each in bodies):
        return _lost(OUT_OF_PLACE, fatal=True)
    if body.crashes is not None:
        return _lost("the run that was its last is one that ends its process")
    if body.raises is None:
        settled = _returned(body, inner, [], [])
    else:
        failure = failure_of(body.raises, inner)
        settled = _failed(_step_failed(scope, failure), failure, [], [])
    rounds = _seen_rounds(bodies, retry, scope, told, range(1, last or 1), at_most_once=at_most_once)
    return replace(settled, lifecycle=replace(settled.lifecycle, retries=None, runs=None, rounds=rounds))


def cut_off(
    bodies: tuple[Body, ...], retry: Retry | None, scope: Scope, told: Sequence[int | None], attempt: int
) -> Attempted:
    """Settle an at-most-once body whose process died in its last attempt, whatever its runs came to."""
    if any(each.do is not None for each in bodies):
        return _lost(OUT_OF_PLACE, fatal=True)
    died = interrupted(scope)
    if grants_another(retry, died, attempt) is True:
        return as_seen(bodies, retry, scope, told, at_most_once=True)
    settled = _failed(_step_failed(scope, died), died, [], [])
    rounds = _seen_rounds(bodies, retry, scope, told, range(1, attempt), at_most_once=True)
    return replace(settled, lifecycle=replace(settled.lifecycle, retries=None, runs=None, rounds=rounds))


def _seen_rounds(  # noqa: PLR0913 - what a body is, and what is known of its runs
    bodies: tuple[Body, ...],
    retry: Retry | None,
    scope: Scope,
    told: Sequence[int | None],
    retried: range,
    *,
    at_most_once: bool,
) -> tuple[Round, ...]:
    return tuple(
        Round(
            _seen_failure(bodies, scope, told, attempt, at_most_once=at_most_once),
            delay=None if grants_nothing(retry, attempt) else after_failure(retry, attempt, scope),
            interruptible=at_most_once,
        )
        for attempt in retried
    )


def _seen_failure(
    bodies: tuple[Body, ...], scope: Scope, told: Sequence[int | None], attempt: int, *, at_most_once: bool
) -> Failure:
    """What the RETRY of an attempt says: what its last run raised, or that its process died."""
    runs = [run for run, each in enumerate(told, 1) if each == attempt]
    body = bodies[min(runs[-1], len(bodies)) - 1] if runs else None
    if body is not None and body.raises is not None:
        return failure_of(body.raises, scope.with_values(attempt=attempt))
    return interrupted(scope) if at_most_once else Failure(UNKNOWN, UNKNOWN, UNKNOWN)


def condition(statement: WaitForCondition, scope: Scope) -> Attempted:
    """Poll until the condition holds, its check fails or the wait strategy gives up."""
    if statement.initial is ABSENT:
        return _lost("it has no initial state, which the SDKs treat differently")
    state = compute(statement.initial, scope)
    rounds: list[Round] = []
    ran: list[int] = []
    crashes = 0
    for run in range(1, ENDLESS):
        attempt = len(rounds) + 1
        ran.append(attempt)
        body = statement.check[min(run, len(statement.check)) - 1]
        if body.do is not None:
            return _lost(OUT_OF_PLACE, fatal=True)
        if body.crashes is not None or retryable(body.raises):
            crashes += 1
            if crashes > CRASHES_IN_A_ROW:
                return _unfinished("its invocation failed too often in a row", rounds)
            state = UNKNOWN if rounds else state  # the emulator forgets it with an attempt's START
            continue
        crashes = 0
        inner = scope.with_values(state=state, attempt=attempt)
        if body.raises is not None:
            failure = failure_of(body.raises, inner)
            kind = scope.error(ErrorRole.CONDITION_FAILED)
            return _failed(Failure(kind, failure.type, failure.message), failure, rounds, ran)
        state = compute(body.returns, inner)
        polled = _polled(statement, scope.with_values(state=state, attempt=attempt), rounds, ran)
        if is_non_json(body.returns):
            polled = _lost(NON_JSON_VALUE)
        if polled is not None:
            return polled
        rounds.append(Round(state=state, delay=after_poll(statement, attempt, scope)))
        if statement.serdes is not None:
            state = carried(statement.serdes, state)
    return _lost("it polls without end")


def _polled(
    statement: WaitForCondition, scope: Scope, rounds: list[Round], ran: list[int]
) -> Attempted | None:
    """What follows from a state: an end, or None for another poll."""
    done = truth(compute(statement.until, scope))
    if done is UNKNOWN:
        return _lost("its condition reads what the scenario does not tell")
    if done:
        return _succeeded(scope.values["state"], rounds, ran)
    if not statement.delays and len(rounds) + 1 >= _most_polls(statement):
        said = _exhausted(scope, len(rounds) + 1)
        written = Failure(scope.error(ErrorRole.CONDITION_EXHAUSTED), UNKNOWN, said)
        raised = Failure(scope.error(ErrorRole.CONDITION_FAILED), UNKNOWN, said)
        return _failed(raised, written, rounds, ran)
    return None


def _exhausted(scope: Scope, polls: int) -> Any:
    """What the SDK says when its wait strategy gives up."""
    (template, *others) = scope.dialect.error_messages.get(ErrorRole.CONDITION_EXHAUSTED, ("", ""))
    return UNKNOWN if others else filled(template, {"n": str(polls)})


def truth(value: Any) -> Any:
    """What an `if` makes of a value: JSON-e's truth, which is Python's, or `UNKNOWN`."""
    return UNKNOWN if value is UNKNOWN else bool(value)


def _most_polls(statement: WaitForCondition) -> int:
    given = statement.backoff.attempts if statement.backoff else None
    return POLLS_WITHOUT_LIMIT if given is None else given


def _returned(body: Body, scope: Scope, rounds: list[Round], ran: list[int]) -> Attempted:
    return (
        _lost(NON_JSON_VALUE)
        if is_non_json(body.returns)
        else _succeeded(compute(body.returns, scope), rounds, ran)
    )


def _succeeded(value: Any, rounds: list[Round], ran: list[int]) -> Attempted:
    lifecycle = Lifecycle(frozenset({SUCCEED}), len(rounds), tuple(ran), value=value, rounds=tuple(rounds))
    return Attempted(Returned(value), lifecycle)


def _failed(raised: Failure, written: Failure, rounds: list[Round], ran: list[int]) -> Attempted:
    lifecycle = Lifecycle(frozenset({FAIL}), len(rounds), tuple(ran), failure=written, rounds=tuple(rounds))
    return Attempted(Raised(raised), lifecycle)


def _unfinished(reason: str, rounds: list[Round]) -> Attempted:
    return Attempted(
        Stopped(reason, given_up=True), Lifecycle(frozenset({None}), len(rounds), rounds=tuple(rounds))
    )


def _lost(reason: str, *, fatal: bool = False) -> Attempted:
    return Attempted(Lost(reason, fatal), Lifecycle(frozenset({SUCCEED, FAIL, None}), retries=None))
