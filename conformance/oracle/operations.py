"""Readers of the operations that open no context for the handler's own statements."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.oracle import attempts, callbacks, delays, targets
from conformance.oracle.flow import Done, Failure, Flow, Lost, Raised, Returned
from conformance.oracle.plan import ANY_END, FAIL, Lifecycle
from conformance.oracle.reading import (
    SERIALISER_FAILS,
    UNTOLD,
    Frame,
    Reading,
    bound,
    context_end,
    given_name,
)
from conformance.oracle.serialisers import parsed, read, reads, reads_back, written
from conformance.oracle.values import UNKNOWN, OneOf, Scope, compute, is_known
from conformance.scenario.statements import ABSENT
from conformance.vocabulary import ErrorRole

if TYPE_CHECKING:
    from conformance.scenario.statements import (
        Await,
        Callback,
        Invoke,
        Serdes,
        Step,
        Wait,
        WaitForCallback,
        WaitForCondition,
    )


def step(reading: Reading, statement: Step, frame: Frame, scope: Scope) -> Flow:
    """`step`."""
    path = reading.call(statement, frame, scope, "STEP", "Step")
    place = (statement.at, frame.indexes)
    attempted = reading.attempted(path, place, statement, scope)
    reading.span.take_rounds(attempted.lifecycle)
    reading.plan.end(path, attempted.lifecycle)
    return reading.serialised(path, statement.bind, attempted.flow, scope, statement.serdes)


def wait_for_condition(reading: Reading, statement: WaitForCondition, frame: Frame, scope: Scope) -> Flow:
    """`wait_for_condition`: one STEP, each further poll a RETRY."""
    path = reading.call(statement, frame, scope, "STEP", "WaitForCondition")
    attempted = attempts.condition(statement, scope)
    lifecycle = attempted.lifecycle
    reading.span.take_rounds(lifecycle)
    if reading.seen is not None:
        lifecycle = Lifecycle(lifecycle.terminals, retries=None)
    reading.plan.end(path, lifecycle)
    serdes = statement.serdes
    if serdes is None or isinstance(attempted.flow, Lost):
        return bound(attempted.flow, statement.bind, scope)
    states = [each.state for each in lifecycle.rounds if each.failure is None]
    first = UNKNOWN if statement.initial is ABSENT else compute(statement.initial, scope)
    if not all(reads_back(serdes, state) for state in (first, *states)):
        ends = frozenset({FAIL}) | (frozenset() if serdes.name == "fail-write" else lifecycle.terminals)
        open_ended = replace(lifecycle, terminals=ends, retries=None, runs=None, failure=UNTOLD)
        reading.plan.end(path, open_ended)  # one SDK writes its first state, too
        reading.plan.rewrite(path, partial(written, serdes))
        return SERIALISER_FAILS
    if isinstance(attempted.flow, Returned):
        return reading.serialised(path, statement.bind, attempted.flow, scope, serdes)
    reading.plan.rewrite(path, partial(written, serdes))
    return attempted.flow


def wait(reading: Reading, statement: Wait, frame: Frame, scope: Scope) -> Flow:
    """`wait`: a START, and nothing else from the SDK.

    Language SDK specification 4.5.2 has WaitSeconds be at least 1: one of less is refused, or is 1. Which of
    them it leaves to each SDK, and with a refusal all that follows.
    """
    path = reading.call(statement, frame, scope, "WAIT", "Wait")
    length = delays.seconds(statement.duration, scope)
    reading.plan.carry(path, WaitOptions__WaitSeconds=delays.exactly(length) or UNKNOWN)
    if length is UNKNOWN or length >= 1:
        reading.span.take(delays.exactly(length))
        return Done()
    reading.plan.carry(path, WaitOptions__WaitSeconds=(1, 1))
    reading.plan.relax(path)
    return Lost("a wait of less than a second is refused by some SDKs, and one of a second to others")


def callback(reading: Reading, statement: Callback, frame: Frame, scope: Scope) -> Flow:
    """`callback` creates one and goes on; its name stands for its id, which the service makes."""
    path = reading.call(statement, frame, scope, "CALLBACK", "Callback")
    created = reading.create(given_name(statement.name, scope), None, statement, scope)
    _carry_timeouts(reading, path, created)
    scope.bind(statement.bind, UNKNOWN)
    if statement.bind is not None:
        scope.callbacks[statement.bind] = created
    return Done()


def wait_on(reading: Reading, statement: Await, _frame: Frame, scope: Scope) -> Flow:
    """`await` is no operation of its own."""
    created = scope.callbacks.get(statement.callback)
    if created is None:
        return Lost(f"no callback {statement.callback} is in scope at {statement.at}")
    reading.span.take(None)
    flow = _read(callbacks.ending(created, reading.scenario.outside, scope.error), created.serdes, scope)
    return _received(flow, statement.bind, scope, created.serdes)


def wait_for_callback(reading: Reading, statement: WaitForCallback, frame: Frame, scope: Scope) -> Flow:
    """`wait_for_callback`: a context with the callback and the submitter's step in it."""
    path = reading.call(statement, frame, scope, "CONTEXT", "WaitForCallback")
    inner = Frame(path, frozenset({path}), frame.indexes)
    name = given_name(statement.name, scope)
    called = reading.add(inner, statement.at, "CALLBACK", "Callback", None)
    created = reading.create(None, name, statement, scope)
    _carry_timeouts(reading, called, created)
    submitter = reading.add(inner, statement.at, "STEP", "Step", None)
    place = (statement.at, frame.indexes)
    inside = scope.with_values(callback_id=UNKNOWN)
    attempted = reading.attempted(submitter, place, statement, inside)
    reading.span.take(None)
    reading.plan.end(submitter, attempted.lifecycle)
    if scope.dialect.submitter_result != "kept" or statement.serdes is not None:
        reading.plan.forget(submitter)  # what a submitter returns nobody reads
    flow = attempted.flow
    if isinstance(flow, Returned):
        flow = _read(
            callbacks.ending(created, reading.scenario.outside, scope.error), statement.serdes, scope
        )
    elif isinstance(flow, Raised):
        kind = scope.error(ErrorRole.SUBMITTER_FAILED)
        flow = Raised(Failure(kind, UNKNOWN, flow.failure.message))
    told = Raised(attempted.flow.failure) if isinstance(attempted.flow, Raised) else flow
    reading.plan.end(path, context_end(told))
    if statement.serdes is not None:
        reading.plan.forget(path)
        if statement.serdes.name == "json" and isinstance(flow, Returned):
            reading.plan.rewrite(path, lambda _: _callback_result(flow.value, scope))
        submitted = isinstance(attempted.flow, Returned) and not reads_back(
            statement.serdes, attempted.flow.value
        )  # one SDK takes it for what the submitter returns, too
        if submitted or (isinstance(flow, Returned) and not reads(statement.serdes, flow.value)):
            reading.plan.end(submitter, ANY_END)
            reading.plan.end(path, ANY_END)
            return reading.leave(inner, SERIALISER_FAILS)
    return _received(reading.leave(inner, flow), statement.bind, scope, statement.serdes)


def _read(flow: Flow, serdes: Serdes | None, scope: Scope) -> Flow:
    """What came for a callback without a serialiser: its text or, by an SDK that reads it, the value."""
    if serdes is not None or scope.dialect.callback_text != "json" or not isinstance(flow, Returned):
        return flow
    value = parsed(flow.value)
    is_text = isinstance(value, dict) and value.keys() == {"$text"}
    return SERIALISER_FAILS if is_text else Returned(value)


def _received(flow: Flow, bind: str | None, scope: Scope, serdes: Serdes | None) -> Flow:
    """A callback's result as the handler sees it: a serialiser of its own changes it in its own way."""
    if not isinstance(flow, Done | Returned):
        return flow
    if serdes is None:
        return bound(Returned(UNKNOWN) if isinstance(flow, Done) else flow, bind, scope)
    text = flow.value if isinstance(flow, Returned) else None
    unreadable = text is not None and not reads(serdes, text)
    return SERIALISER_FAILS if unreadable else bound(Returned(read(serdes, text)), bind, scope)


def invoke(reading: Reading, statement: Invoke, frame: Frame, scope: Scope) -> Flow:
    """`invoke`: a START; the target's handler says how it ends."""
    path = reading.call(statement, frame, scope, "CHAINED_INVOKE", "ChainedInvoke")
    tenant = None if statement.tenant is ABSENT else compute(statement.tenant, scope)
    payload = (
        None if statement.payload is ABSENT else compute(statement.payload, scope)
    )  # None: null is given
    sent = None if statement.payload is ABSENT else payload
    if statement.payload_serdes is not None:
        sent = written(statement.payload_serdes, sent)
        payload = UNKNOWN if _no_json(sent) else sent
    reading.plan.carry(
        path,
        ChainedInvokeOptions__FunctionName=compute(statement.function, scope),
        ChainedInvokeOptions__TenantId=tenant,
        Payload=sent if is_known(sent) else UNKNOWN,
    )
    flow = targets.ending(reading, statement, payload, scope)
    if statement.payload_serdes is not None and statement.payload_serdes.name == "fail-write":
        reading.plan.relax(path)
        return SERIALISER_FAILS
    if _no_json(sent):
        return Lost("what its target makes of a payload that is no JSON is its own business")
    result = statement.result_serdes
    if result is not None and isinstance(flow, Returned) and not reads(result, _text(flow.value)):
        return SERIALISER_FAILS
    if isinstance(flow, Returned) and result is not None:
        flow = Returned(read(result, _text(flow.value)))
    return bound(flow, statement.bind, scope)


def _no_json(sent: Any) -> bool:
    return isinstance(sent, dict) and "$text" in sent


def _text(value: Any) -> Any:
    """What a target's result is on its way to the one that invoked it."""
    return json.dumps(value) if is_known(value) else UNKNOWN


def _carry_timeouts(reading: Reading, path: str, created: callbacks.Created) -> None:
    reading.plan.carry(
        path,
        CallbackOptions__TimeoutSeconds=_whole(created.timeout),
        CallbackOptions__HeartbeatTimeoutSeconds=_whole(created.heartbeat),
    )


def _callback_result(text: Any, scope: Scope) -> Any:
    """What a wait_for_callback that reads its result as JSON writes: the text, or the value in it."""
    ways = {"text": text, "value": parsed(text)}
    return ways.get(scope.dialect.callback_result or "", OneOf((text, parsed(text))))


def _whole(length: Any) -> Any:
    """A timeout in whole seconds, None for none; a fraction is rounded by each SDK in its own way."""
    return UNKNOWN if isinstance(length, float) and not length.is_integer() else length or None
