"""Mutations of what updates carry: payloads, errors, delays, options."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.quality.mutation.recordings.mutation import Change, Mutation
from conformance.verdict.dialect import user_types
from conformance.verdict.structure.contents import bare
from conformance.wire.stream import spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.quality.mutation.recordings.draft import Draft, Original
    from conformance.wire.stream import Update

BATCHES = ("Map", "Parallel")
OTHER_REASON = {
    "ALL_COMPLETED": "FAILURE_TOLERANCE_EXCEEDED",
    "MIN_SUCCESSFUL_REACHED": "ALL_COMPLETED",
    "FAILURE_TOLERANCE_EXCEEDED": "MIN_SUCCESSFUL_REACHED",
}
REASON = re.compile(rf'("completionReason".{{1,24}}?")({"|".join(OTHER_REASON)})(?=")')
"""A batch's reason in its payload, plain or in Python's envelope."""

MORE = 10_000
"""What is added to a number of seconds: enough to leave any jitter's interval of the small delays that tests
use.
"""


def other(value: Any) -> Any:
    """A JSON value that is not this one, of the same kind where that has another."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}x"
        case list():
            return [*value[:-1], other(value[-1])] if value else [0]
        case dict():
            last = next(reversed(value), None)
            return {"x": 0} if last is None else value | {last: other(value[last])}
        case _:
            return 0


def _payload_changed(original: Original) -> Iterator[Change]:
    for update in _values(original):
        yield f"payload of {update.label} changed", update.path, partial(_change_payload, update=update)


def _payload_dropped(original: Original) -> Iterator[Change]:
    for update in _values(original):
        if update.fields["Payload"] is not None:
            yield (
                f"payload of {update.label} dropped",
                update.path,
                partial(_set, update=update, Payload=None),
            )


def _summary_changed(original: Original) -> Iterator[Change]:
    for update in _having(original, "Payload"):
        if is_rebuilt(update) and update.subtype not in BATCHES:
            yield f"summary of {update.path} changed", update.path, partial(_change_payload, update=update)


def _counts_changed(original: Original) -> Iterator[Change]:
    for update in _having(original, "Payload"):
        if is_rebuilt(update) and update.subtype in BATCHES:
            for member in ("totalCount", "successCount", "failureCount", "itemStatuses"):
                if member in _members(update.raw["Payload"]):
                    change = partial(_change_member, update=update, member=member)
                    yield f"{member} in the summary of {update.path} changed", update.path, change


def _reason_changed(original: Original) -> Iterator[Change]:
    for update in _having(original, "Payload"):
        if update.subtype in BATCHES and REASON.search(update.raw["Payload"]):
            change = partial(_change_reason, update=update)
            yield f"the reason for which {update.path} ended changed", update.path, change


def _item_lost(original: Original) -> Iterator[Change]:
    for update in _having(original, "Payload"):
        value = update.fields["Payload"]
        if update.subtype in ("Map", "Parallel") and isinstance(value, dict) and value.get("all"):
            yield (
                f"an item of {update.path}'s batch result lost",
                update.path,
                partial(_lose_item, update=update),
            )


def _error(original: Original, member: str) -> Iterator[Change]:
    for update in _having(original, "Error"):
        error = update.raw["Error"]
        if isinstance(error, dict) and isinstance(error.get(member), str) and is_users(original, error):
            wrong = error | {member: error[member] + "x"}
            yield (
                f"{member} of {update.label} changed",
                update.path,
                partial(_set, update=update, Error=wrong),
            )


def is_users(original: Original, error: dict[str, Any]) -> bool:
    """Whether an error is one that the scenario raises, not one of the SDK's own making."""
    return bare(error.get("ErrorType"), spoken(original.recording.subject)) in user_types(original.scenario)


def is_rebuilt(update: Update) -> bool:
    """Whether a context's result was too large, so that its payload is a summary of it."""
    return bool((update.raw.get("ContextOptions") or {}).get("ReplayChildren"))


def _error_dropped(original: Original) -> Iterator[Change]:
    for update in _having(original, "Error"):
        yield f"Error of {update.label} dropped", update.path, partial(_set, update=update, Error=None)


def _seconds(options: str, member: str) -> Callable[[Original], Iterator[Change]]:
    def changes(original: Original) -> Iterator[Change]:
        for update in _having(original, options):
            given = update.raw[options]
            if isinstance(given, dict) and given.get(member):
                wrong = given | {member: given[member] + MORE}
                change = partial(_put, update=update, name=options, value=wrong)
                yield f"{member} of {update.label} changed", update.path, change

    return changes


def _options_dropped(options: str) -> Callable[[Original], Iterator[Change]]:
    def changes(original: Original) -> Iterator[Change]:
        for update in _having(original, options):
            given = update.raw[options]
            if isinstance(given, dict) and any(given.values()):
                change = partial(_put, update=update, name=options, value=None)
                yield f"{options} of {update.label} dropped", update.path, change

    return changes


def _replay_children(original: Original) -> Iterator[Change]:
    for path in original.contexts():
        end = original.terminal(path)
        if end is not None and end.action == "SUCCEED":
            options = end.raw.get("ContextOptions") or {}
            flipped = options | {"ReplayChildren": not options.get("ReplayChildren", False)}
            change = partial(_set, update=end, ContextOptions=flipped)
            yield f"ReplayChildren of {path} flipped", path, change


def _target(original: Original) -> Iterator[Change]:
    for update in _having(original, "ChainedInvokeOptions"):
        given = update.raw["ChainedInvokeOptions"]
        wrong = given | {"FunctionName": "somebody-else"}
        change = partial(_set, update=update, ChainedInvokeOptions=wrong)
        yield f"target of {update.path} changed", update.path, change


def _tenant(original: Original) -> Iterator[Change]:
    for update in _having(original, "ChainedInvokeOptions"):
        wrong = update.raw["ChainedInvokeOptions"] | {"TenantId": "somebody-else"}
        change = partial(_set, update=update, ChainedInvokeOptions=wrong)
        yield f"tenant of {update.path} changed", update.path, change


def _values(original: Original) -> Iterator[Update]:
    """Updates whose payload is a value, not a summary of one."""
    return (update for update in _having(original, "Payload") if not is_rebuilt(update))


def _having(original: Original, member: str) -> Iterator[Update]:
    return (update for update in original.updates if update.raw.get(member) is not None)


def _set(draft: Draft, *, update: Update, **members: Any) -> None:
    draft.each((update,), **members)


def _put(draft: Draft, *, update: Update, name: str, value: Any) -> None:
    draft.each((update,), **{name: value})


def _change_payload(draft: Draft, *, update: Update) -> None:
    raw = draft.raw(update)
    raw["Payload"] = _changed_text(raw["Payload"])


def _change_reason(draft: Draft, *, update: Update) -> None:
    raw = draft.raw(update)
    raw["Payload"] = REASON.sub(lambda found: found[1] + OTHER_REASON[found[2]], raw["Payload"], count=1)


def _lose_item(draft: Draft, *, update: Update) -> None:
    raw = draft.raw(update)
    raw["Payload"] = json.dumps(_without_item(json.loads(raw["Payload"])))


def _without_item(value: Any) -> Any:
    """A batch result, plain or in Python's envelope, without the last of its items."""
    if not isinstance(value, dict):
        return value
    items = value.get("all")
    if isinstance(items, dict) and isinstance(items.get("v"), list):
        return value | {"all": items | {"v": items["v"][:-1]}}
    if isinstance(items, list):
        return value | {"all": items[:-1]}
    return {key: _without_item(item) for key, item in value.items()}


def _members(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _change_member(draft: Draft, *, update: Update, member: str) -> None:
    raw = draft.raw(update)
    value = _members(raw["Payload"])
    raw["Payload"] = json.dumps(value | {member: other(value[member])})


def _changed_text(text: Any) -> str:
    try:
        return json.dumps(other(json.loads(text)))
    except (TypeError, ValueError):
        return f"{text}x"


FIELDS: tuple[Mutation, ...] = (
    Mutation("payload-changed", "a payload", _payload_changed),
    Mutation("payload-dropped", "a payload other than null", _payload_dropped),
    Mutation(
        "summary-changed",
        "a child's result that was too large",
        _summary_changed,
        alone="What stands in the place of a child's result that is too large is left to each SDK, and "
        "nothing ever reads it back: the child's body runs again instead.",
    ),
    Mutation("batch-counts-changed", "a batch result that was too large", _counts_changed),
    Mutation("batch-reason-changed", "a batch result or its summary", _reason_changed),
    Mutation("batch-item-lost", "a batch result with an item", _item_lost),
    Mutation("error-type-changed", "an error that the scenario raises", partial(_error, member="ErrorType")),
    Mutation(
        "error-message-changed", "an error that the scenario raises", partial(_error, member="ErrorMessage")
    ),
    Mutation("error-dropped", "an error", _error_dropped),
    Mutation("delay-changed", "a RETRY", _seconds("StepOptions", "NextAttemptDelaySeconds")),
    Mutation("delay-lost", "a RETRY", _options_dropped("StepOptions")),
    Mutation("wait-changed", "a wait", _seconds("WaitOptions", "WaitSeconds")),
    Mutation("wait-lost", "a wait", _options_dropped("WaitOptions")),
    Mutation("timeout-changed", "a callback with a timeout", _seconds("CallbackOptions", "TimeoutSeconds")),
    Mutation(
        "heartbeat-changed",
        "a callback with a heartbeat timeout",
        _seconds("CallbackOptions", "HeartbeatTimeoutSeconds"),
    ),
    Mutation("timeouts-lost", "a callback with a timeout", _options_dropped("CallbackOptions")),
    Mutation("replay-children-flipped", "a context that succeeded", _replay_children),
    Mutation("target-changed", "an invoke", _target),
    Mutation("tenant-changed", "an invoke", _tenant),
)
