"""Invariants of results: what a batch says of itself, and how large a checkpointed result may be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.verdict.invariants.base import broken
from conformance.wire.payloads import BATCH_SUBTYPES
from conformance.wire.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding
    from conformance.wire.stream import Update

LIMIT = 256 * 1024
"""Bytes of a context's result above which it is rebuilt from its children instead."""

_REASONS = frozenset(
    {
        "ALL_COMPLETED",
        "MIN_SUCCESSFUL_REACHED",
        "FAILURE_TOLERANCE_EXCEEDED",
        "CUSTOM_COMPLETION_SUCCEEDED",
        "CUSTOM_COMPLETION_FAILED",
    }
)
_STATUS = {"SUCCEED": "SUCCEEDED", "FAIL": "FAILED"}


def large_results_replay_children(case: Case) -> Iterator[Finding]:
    """A context's result over the size limit is not checkpointed as such: ReplayChildren is set instead.

    Source: language SDK specification 4.8.5.
    """
    for update in case.stream.accepted:
        payload = update.raw.get("Payload")
        if update.type != "CONTEXT" or update.action != "SUCCEED" or not isinstance(payload, str):
            continue
        size = len(payload.encode())
        if size > LIMIT and not _replays(update):
            yield broken(
                "large-result-without-replay",
                f"{update.label}.ContextOptions",
                ABSENT,
                {"ReplayChildren": True},
                f"the result of {update.path} has {size} bytes, over {LIMIT}, and ReplayChildren is not set",
            )


def batch_results_agree(case: Case) -> Iterator[Finding]:
    """What a batch's result says of its items is what its branches wrote; its reason is one that exists.

    Source: language SDK specification 6.3.1. FLAT branches write nothing, so only their numbers can be held
    to it.
    """
    for update in case.stream.accepted:
        value = update.fields.get("Payload")
        if update.subtype not in BATCH_SUBTYPES or update.action != "SUCCEED" or not isinstance(value, dict):
            continue
        reason = value.get("completionReason")
        if reason is not None and reason not in _REASONS:
            yield broken(
                "unknown-completion-reason",
                f"{update.label}.Payload.completionReason",
                reason,
                sorted(_REASONS),
                f"{update.path} was completed for a reason that does not exist",
            )
        items = value.get("all")
        if isinstance(items, list):
            yield from _items(case, update, [item for item in items if isinstance(item, dict)])


def _items(case: Case, update: Update, items: list[dict[str, Any]]) -> Iterator[Finding]:
    repeated = [index for index, n in Counter(str(item.get("index")) for item in items).items() if n > 1]
    if repeated:
        yield broken(
            "batch-item-repeated",
            f"{update.label}.Payload.all",
            repeated,
            [],
            f"the result of {update.path} has more than one item for {', '.join(repeated)}",
        )
    for position, item in enumerate(items):
        written = _outcome(case, f"{update.path}[{item.get('index')}]", update.seq, update.index)
        if written is not None and item.get("status") != written:
            yield broken(
                "batch-item-differs",
                f"{update.label}.Payload.all[{position}].status",
                item.get("status"),
                written,
                f"the result of {update.path} calls item {item.get('index')} {item.get('status')},"
                f" its branch was written as {written}",
            )


def _outcome(case: Case, path: str, seq: int, index: int) -> str | None:
    """What a branch had come to when its batch ended; None if it wrote nothing of its own."""
    updates = [u for u in case.stream.operations.get(path, ()) if (u.seq, u.index) < (seq, index)]
    if not updates:
        return None
    return _STATUS.get(updates[-1].action, "STARTED")


def _replays(update: Update) -> bool:
    options = update.fields.get("ContextOptions")
    return isinstance(options, dict) and options.get("ReplayChildren") is True
