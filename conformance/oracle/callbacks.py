"""How a callback ends: what the scenario's outside actors do to it, against its timeouts.

The lab's clock is virtual, so an actor's `after` and a timeout can be held against each other. Where they
fall on the same second, or more than one operation may be the one that is meant, it is left open.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.oracle.flow import Done, Failure, Flow, Lost, Raised, Returned, Stopped
from conformance.scenario.statements import ABSENT
from conformance.scenario.unknown import UNKNOWN
from conformance.vocabulary import ErrorRole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.scenario.setting import Action
    from conformance.scenario.statements import Serdes

ENDS = ("succeed", "fail")

Errors: TypeAlias = Callable[[ErrorRole], Any]
"""What the SDK calls its own error for a role."""


@dataclass(frozen=True)
class Created:
    """A callback that was created, as outside actors address it.

    By its own name, by that of the wait_for_callback around it, or by its place among those or among all.
    """

    name: str | None
    of: str | None
    nth_of_name: int
    nth_of_all: int
    timeout: Any = None  # seconds, UNKNOWN, or None for none
    heartbeat: Any = None
    serdes: Serdes | None = None  # reads its result


def ending(callback: Created, actions: Iterable[Action], error: Errors) -> Flow:
    """How waiting for a callback ends: with a value, an error by the SDK's own names, or never."""
    if UNKNOWN in (callback.timeout, callback.heartbeat):
        return Lost("its timeout depends on what the scenario does not tell")
    mine = sorted((action for action in actions if _concerns(action, callback)), key=lambda each: each.after)
    beat = 0.0
    for action in mine:
        due = _due(callback, beat)
        if due is not None and action.after >= due:
            return Lost("an actor is as late as its timeout") if action.after == due else _timed_out(error)
        if action.kind in ENDS:
            return _answered(action, error)
        beat = action.after
    return Stopped("nobody completes the callback") if _due(callback, beat) is None else _timed_out(error)


def _concerns(action: Action, callback: Created) -> bool:
    if action.kind == "stop":
        return False
    if action.callback is None and action.of is None:
        return action.nth == callback.nth_of_all
    if action.callback is not None and action.callback != callback.name:
        return False
    if action.of is not None and action.of != callback.of:
        return False
    return action.nth == callback.nth_of_name


def _due(callback: Created, beat: float) -> float | None:
    """When the first of its timeouts is over; a timeout of 0 is none."""
    heartbeat = beat + callback.heartbeat if callback.heartbeat else None
    return min((due for due in (callback.timeout or None, heartbeat) if due is not None), default=None)


def _answered(action: Action, error: Errors) -> Flow:
    """Without a serialiser SDKs hand over the text as it was sent; no bytes are nothing received."""
    if action.kind == "succeed":
        if action.raw is not None:
            return Returned(action.raw) if action.raw else Done()
        return Done() if action.payload is ABSENT else Returned(json.dumps(action.payload))
    message = action.error.message if action.error else None
    kind = error(ErrorRole.CALLBACK_FAILED)
    return Raised(Failure(kind, UNKNOWN, UNKNOWN if message is None else message))


def _timed_out(error: Errors) -> Flow:
    return Raised(Failure(error(ErrorRole.CALLBACK_TIMED_OUT), UNKNOWN, UNKNOWN))
