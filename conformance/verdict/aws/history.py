"""The emulator's history, mended where it is not what the service itself would tell.

AWS's requirements were written against the service. The emulator composes its history from what it keeps, and
leaves out some of what the service keeps. Each function here puts back one such thing, from the recording and
never from the requirement, so that the requirement is matched in full. A mend adds what is missing; what is
there stays as it is.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from conformance.wire.recording import Outcome
from conformance.wire.stream import CHECKPOINT
from conformance.wire.values import json_or

if TYPE_CHECKING:
    from conformance.wire.recording import Invocation, Recording

Event = dict[str, Any]
Update = dict[str, Any]

ENDS_OF_ATTEMPTS = ("RETRY", "SUCCEED", "FAIL")
LATEST = "$LATEST"


@dataclass(frozen=True)
class Reported:
    """What a recording says of the scenario's own execution: its invocations, its updates by operation."""

    invocations: tuple[Invocation, ...]
    updates: dict[str, list[Update]] = field(default_factory=dict)

    @classmethod
    def by(cls, recording: Recording) -> Reported:
        """Gather what the service accepted."""
        arn = recording.executions[0].arn
        updates: dict[str, list[Update]] = defaultdict(list)
        for exchange in recording.exchanges:
            if (exchange.execution, exchange.operation, exchange.status) == (arn, CHECKPOINT, HTTPStatus.OK):
                request = json_or(exchange.request)
                for update in (request.get("Updates") or ()) if isinstance(request, dict) else ():
                    updates[update.get("Id", "")].append(update)
        return cls(tuple(one for one in recording.invocations if one.execution == arn), updates)

    def start(self, event: Event) -> Update:
        """The START of the operation that an event is about; empty if it has none."""
        updates = self.updates.get(event.get("Id", ""), ())
        return next((update for update in updates if update.get("Action") == "START"), {})


def failed_invocations(events: list[Event], told: Reported) -> list[Event]:
    """Put in the invocations that did not answer: the emulator has only those that did.

    The service tells of every invocation. One that failed stands where it ended: after what it wrote, before
    what the next one wrote, which the emulator starts seconds later.
    """
    began = events[0]["EventTimestamp"] if events else 0.0
    mended = list(events)
    for invocation in told.invocations:
        if invocation.outcome in (None, Outcome.RESPONSE) or invocation.ended_time is None:
            continue
        ended = round(began + invocation.ended_time, 6)
        place = next(
            (index for index, event in enumerate(mended) if round(event["EventTimestamp"], 6) > ended),
            len(mended),
        )
        mended.insert(place, {"EventType": "InvocationCompleted", "EventTimestamp": ended})
    return [{**event, "EventId": number} for number, event in enumerate(mended, start=1)]


def invocation_details(events: list[Event], told: Reported) -> list[Event]:
    """Say of each invocation which it was and how it failed: the emulator tells only that there was one.

    The service's model demands the request's id and both times. A process that dies is a Runtime.ExitError.
    """
    ended = [one for one in told.invocations if one.outcome is not None]
    began = events[0]["EventTimestamp"] if events else 0.0
    completions = [event for event in events if event["EventType"] == "InvocationCompleted"]
    if len(completions) != len(ended):
        return events
    for event, invocation in zip(completions, ended, strict=True):
        details = {
            "RequestId": invocation.request_id,
            "StartTimestamp": began + invocation.time,
            "EndTimestamp": event["EventTimestamp"],
        }
        error = _error(invocation)
        event.setdefault(
            "InvocationCompletedDetails", details if error is None else {**details, "Error": error}
        )
    return events


def _error(invocation: Invocation) -> dict[str, Any] | None:
    if invocation.outcome is Outcome.EXIT:
        message = f"RequestId: {invocation.request_id} Error: Runtime exited"
        return {"Payload": {"ErrorType": "Runtime.ExitError", "ErrorMessage": message}, "Truncated": False}
    if invocation.outcome is Outcome.ERROR:
        told = json_or(invocation.output)
        names = {"ErrorType": "errorType", "ErrorMessage": "errorMessage"}
        payload = {ours: told[theirs] for ours, theirs in names.items() if theirs in (told or ())}
        return {"Payload": payload, "Truncated": False}
    return None


def callback_timeouts(events: list[Event], told: Reported) -> list[Event]:
    """Put in the timeouts that a callback was created with; nought, which Python sends, stands for none."""
    for event in events:
        if event["EventType"] == "CallbackStarted":
            options = told.start(event).get("CallbackOptions") or {}
            details = event.setdefault("CallbackStartedDetails", {})
            for ours, theirs in (
                ("Timeout", "TimeoutSeconds"),
                ("HeartbeatTimeout", "HeartbeatTimeoutSeconds"),
            ):
                if options.get(theirs):
                    details.setdefault(ours, options[theirs])
    return events


def invoke_details(events: list[Event], told: Reported) -> list[Event]:
    """Say which version an invoke ran and for which tenant; an input is there even where nothing was sent.

    The lab knows no versions: every function is its latest one.
    """
    for event in events:
        if event["EventType"] == "ChainedInvokeStarted":
            options = told.start(event).get("ChainedInvokeOptions") or {}
            details = event.setdefault("ChainedInvokeStartedDetails", {})
            details.setdefault("Input", {"Truncated": False})
            details.setdefault("ExecutedVersion", LATEST)
            if options.get("TenantId") is not None:
                details.setdefault("TenantId", options["TenantId"])
    return events


def attempts(events: list[Event], told: Reported) -> list[Event]:
    """Say of each success which attempt it was, and with which state a condition went on.

    A success and a failure are each the end of one attempt of their step, in the order of its updates.
    """
    ends: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event["EventType"] in ("StepSucceeded", "StepFailed"):
            ends[event["Id"]].append(event)
    for id_, ended in ends.items():
        updates = [update for update in told.updates.get(id_, ()) if update.get("Action") in ENDS_OF_ATTEMPTS]
        if len(updates) != len(ended):
            continue
        for number, (event, update) in enumerate(zip(ended, updates, strict=True), start=1):
            if event["EventType"] == "StepSucceeded":
                details = event.setdefault("StepSucceededDetails", {})
                details.setdefault("RetryDetails", {}).setdefault("CurrentAttempt", number)
                if update.get("Payload") is not None:
                    details.setdefault("Result", {"Truncated": False}).setdefault(
                        "Payload", update["Payload"]
                    )
    return events


MENDS: tuple[Callable[[list[Event], Reported], list[Event]], ...] = (
    failed_invocations,
    invocation_details,
    callback_timeouts,
    invoke_details,
    attempts,
)
"""In this order: details go to invocations only when all of them are there."""


def mended(
    recording: Recording, mends: Iterable[Callable[[list[Event], Reported], list[Event]]] = MENDS
) -> list[Event]:
    """The history of the scenario's own execution, as the service would tell it."""
    told = Reported.by(recording)
    events = copy.deepcopy(list(recording.executions[0].history))
    for mend in mends:
        events = mend(events, told)
    return events
