"""How the target of a chained invoke ends: by its handler, or cut off by its timeout or an actor."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from conformance.oracle.flow import Done, Failure, Flow, Lost, Raised, Returned, Stopped
from conformance.oracle.reading import BodyRuns, Frame, Reading
from conformance.oracle.values import UNKNOWN, Scope, compute
from conformance.scenario.statements import ABSENT
from conformance.vocabulary import ErrorRole

if TYPE_CHECKING:
    from conformance.oracle.spans import Span
    from conformance.scenario.setting import Action, Function
    from conformance.scenario.statements import Invoke

DEEPEST_INVOKE = 8
"""Chained invokes are followed this deep; a function that invokes itself may have no end."""

Cut = tuple[float, Any]
"""When a target is cut off, in seconds of its own, and the message of the error that its caller gets."""


def ending(reading: Reading, statement: Invoke, payload: Any, scope: Scope) -> Flow:
    """How the invoke of a target ends for the one that waits for it."""
    name = compute(statement.function, scope)
    function = reading.scenario.functions.get(name) if isinstance(name, str) else None
    if function is None or reading.depth >= DEEPEST_INVOKE:
        reading.span.take(None)
        return Lost(f"the target of {statement.at} is not one of the scenario's functions by name")
    if function.unknown:
        return _failed(scope, UNKNOWN)
    seen = None if reading.seen is None else BodyRuns({})
    target = Reading(reading.scenario, reading.readers, seen, reading.depth + 1)
    root: frozenset[str | None] = frozenset({None})
    given = Scope({"input": payload, "invocation": UNKNOWN}, dialect=scope.dialect)
    flow = target.body(function.handler, Frame(None, root), given)
    if seen is not None or isinstance(flow, Lost):
        target.span.take(None)  # a failed invocation is put off by the service
    elif isinstance(flow, Stopped) and not flow.given_up:
        target.span.take((math.inf, math.inf))
    cuts = _cuts(reading, statement, function, scope)
    if cuts is None or not _decided(target.span, cuts):
        reading.span.take(None)
        return Lost(f"whether the target of {statement.at} ends by itself is a matter of time")
    if cuts and cuts[0][0] < target.span.least:
        at, message = cuts[0]
        reading.span.take((at, at))
        return _failed(scope, message)
    reading.span.take((target.span.least, target.span.most))
    return _as_caller_sees(flow, scope)


def _as_caller_sees(flow: Flow, scope: Scope) -> Flow:
    match flow:
        case Raised():
            return _failed(scope, flow.failure.message)
        case Stopped(given_up=True):
            return _failed(scope, UNKNOWN)
        case Done():
            return Returned(UNKNOWN)
        case _:
            return flow


def _failed(scope: Scope, message: Any) -> Raised:
    return Raised(Failure(scope.error(ErrorRole.INVOKE_FAILED), UNKNOWN, message))


def _decided(span: Span, cuts: list[Cut]) -> bool:
    """Whether it is certain which comes first: the target's own end, or what cuts it off."""
    if not cuts:
        return True
    at, _message = cuts[0]
    alone = all(later > at for later, _ in cuts[1:])
    return span.most < at or (span.least > at and alone)


def _cuts(reading: Reading, statement: Invoke, function: Function, scope: Scope) -> list[Cut] | None:
    """All that may cut a target off, the first one first; None where it can't be told which is meant."""
    name = None if statement.name is ABSENT else compute(statement.name, scope)
    stops = [action for action in reading.scenario.outside if action.kind == "stop" and action.of is not None]
    mine = [action for action in stops if name in (UNKNOWN, action.of)]
    if mine and (name is UNKNOWN or reading.depth > 0 or any(action.nth != 1 for action in mine)):
        return None
    cuts: list[Cut] = [(action.after, _said(action)) for action in mine]
    if function.timeout is not None:
        cuts.append((function.timeout, UNKNOWN))  # what the service says of it is its own
    return sorted(cuts, key=lambda cut: cut[0])


def _said(action: Action) -> Any:
    """The message that a stop is given, if it is."""
    message = action.error.message if action.error else None
    return UNKNOWN if message is None else message
