"""The subject's frame of time.

The service's timestamps are virtual, a subject's own clock is not, and an SDK compares the two: a wait whose
end lies an hour ahead of its own clock makes it sleep. So every timestamp on its way to a subject has `skew`
taken off, the service's time less the real one when the invocation begins or the response is made.
Timestamps are found by their place in the service model's shapes, never by their looks;
tests/lab/test_frames.py holds the places against the model that botocore ships.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from typing import Any

from conformance.lab.clock import BASE

Path = tuple[str, ...]

OPERATION: tuple[Path, ...] = (
    ("StartTimestamp",),
    ("EndTimestamp",),
    ("StepDetails", "NextAttemptTimestamp"),
    ("WaitDetails", "ScheduledEndTimestamp"),
)
"""Where an `Operation` holds timestamps."""

OPERATIONS: dict[str, Path] = {
    "CheckpointDurableExecution": ("NewExecutionState", "Operations"),
    "GetDurableExecutionState": ("Operations",),
}
"""Where the responses of an SDK's own calls hold operations."""

FIELDS: dict[str, tuple[Path, ...]] = {
    "GetDurableExecution": (
        ("StartTimestamp",),
        ("EndTimestamp",),
        ("ExpectedExecutionTimeoutTimestamp",),
        ("PauseDetails", "PauseRequestTimestamp"),
    ),
    "StopDurableExecution": (("StopTimestamp",),),
}
"""Where the responses of other calls that a subject may make hold timestamps."""


def skew(virtual: float) -> float:
    """What is to be taken off the service's timestamps, at `virtual` seconds of the run; whole milliseconds.

    Whole, since an invocation's input has milliseconds and a response has seconds, and both must agree.
    """
    return math.floor((BASE.timestamp() + virtual - time.time()) * 1000) / 1000


def event(value: dict[str, Any], skew: float) -> dict[str, Any]:
    """An invocation's input in the subject's frame. Its timestamps are milliseconds since 1970."""
    off = round(skew * 1000)
    state = value.get("InitialExecutionState", {})
    operations = [_shifted(operation, OPERATION, off) for operation in state.get("Operations", [])]
    return value | {"InitialExecutionState": state | {"Operations": operations}}


def response(operation: str, value: Any, skew: float) -> Any:
    """A response's body in the subject's frame. Its timestamps are dates, not yet serialised."""
    off = dt.timedelta(milliseconds=round(skew * 1000))
    if operation in FIELDS:
        return _shifted(value, FIELDS[operation], off)
    if operation in OPERATIONS:
        return _each(value, OPERATIONS[operation], off)
    return value


def _each(value: Any, path: Path, off: dt.timedelta) -> Any:
    if not isinstance(value, dict) or value.get(path[0]) is None:
        return value
    inner = value[path[0]]
    if len(path) > 1:
        return value | {path[0]: _each(inner, path[1:], off)}
    return value | {path[0]: [_shifted(operation, OPERATION, off) for operation in inner]}


def _shifted(value: Any, paths: tuple[Path, ...], off: Any) -> Any:
    shifted = dict(value)
    for path in paths:
        holder = shifted
        for name in path[:-1]:
            if not holder.get(name):
                break
            holder[name] = dict(holder[name])
            holder = holder[name]
        else:
            if holder.get(path[-1]) is not None:
                holder[path[-1]] = holder[path[-1]] - off
    return shifted
