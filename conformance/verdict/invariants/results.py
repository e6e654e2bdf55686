"""Invariants of results: what a batch says of itself, and how large a checkpointed result may be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.scenario import statements as s
from conformance.verdict.invariants.base import broken
from conformance.vocabulary import BATCHES
from conformance.wire.positions import Role
from conformance.wire.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding
    from conformance.wire.positions import Slot
    from conformance.wire.stream import Update

LIMIT = 256 * 1024
"""Bytes of a context's result above which it is rebuilt from its children instead.

Both SDKs have this very number: CHECKPOINT_SIZE_LIMIT_BYTES in Python's constants.py, CHECKPOINT_SIZE_LIMIT
in JavaScript's run-in-child-context-handler.ts.
"""

_LONGER, _AROUND = 16, 512
"""By how much an SDK's own encoding can be longer than plain JSON: that many times, and so many bytes a part.

Python's typed envelope makes about ten characters out of each; a batch result has an entry for each branch.
"""

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
ENDED = frozenset(_STATUS.values())
"""What a batch calls the items that it counts."""


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


def small_results_are_kept(case: Case) -> Iterator[Finding]:
    """ReplayChildren is set for a result over the size limit only, and for every child's that is over it.

    Source: language SDK specification 4.8.5. Seen by the size of what the bodies returned, as the harness
    told it; a serialiser of the user's own may make it smaller.
    """
    sizes = _sizes(case)
    for update in case.stream.accepted:
        place = case.stream.place(update)
        if update.type != "CONTEXT" or update.action != "SUCCEED" or place is None:
            continue
        contexts = [one for one in place.candidates if one.context]
        if len(contexts) != 1:
            continue
        (one,) = contexts
        if _of_batch(one.slot):
            ends = case.ends.until((update.execution, one.at, one.indexes), update.invocation)
            parts = [end.size for end in ends]
        else:
            own = (update.execution, update.invocation, one.at, one.indexes)
            parts = [sizes[own]] if own in sizes else []
        if not parts or None in parts:
            continue
        size = sum(part for part in parts if part is not None)
        always = case.dialect.always_summed(update.subtype)
        if _replays(update) and not always and size * _LONGER + _AROUND * (len(parts) + 1) <= LIMIT:
            seen, wanted, what = True, False, "is rebuilt from its children, as only one over the limit is"
        elif not _replays(update) and size > LIMIT and not _of_batch(one.slot) and _plain(one.slot):
            seen, wanted, what = False, True, "is over the limit, and is not rebuilt from its children"
        else:
            continue
        yield broken(
            "replay-children-for-size",
            f"{update.label}.ContextOptions.ReplayChildren",
            seen,
            wanted,
            f"the result of {update.path}, {size} bytes of JSON, {what} ({LIMIT} bytes)",
        )


def _sizes(case: Case) -> dict[tuple[Any, ...], int | None]:
    """The sizes of what children and branches returned, by execution, invocation, place and indexes.

    None for what JSON can't say, or nobody told.
    """
    sizes: dict[tuple[Any, ...], int | None] = {}
    for effect in case.recording.effects:
        if effect.event != "end" or effect.kind not in ("child", "branch"):
            continue
        detail = effect.detail if isinstance(effect.detail, dict) else {}
        size = detail.get("size") if detail.get("outcome") == "returned" else 0
        sizes[effect.execution, effect.invocation, effect.at, effect.indexes] = size
    return sizes


def _of_batch(slot: Slot) -> bool:
    return slot.role is Role.OWN and isinstance(slot.statement, s.Map | s.Parallel)


def _plain(slot: Slot) -> bool:
    """Whether nothing but the SDK's own serialiser makes the context's payload."""
    return all(getattr(slot.statement, name, None) is None for name in ("serdes", "item_serdes"))


def batch_results_agree(case: Case) -> Iterator[Finding]:
    """What a batch's result says of its items is what its branches wrote; its reason is one that exists.

    Source: language SDK specification 6.3.1. FLAT branches write nothing, so only their numbers can be held
    to it. A branch whose end was written with that of the one that settled the batch, or after it, and which
    the result calls STARTED all the same, has a rule of its own: how often that happens is a matter of time.
    """
    for update in case.stream.accepted:
        value = update.fields.get("Payload")
        if update.subtype not in BATCHES or update.action != "SUCCEED" or not isinstance(value, dict):
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
            known = [item for item in items if isinstance(item, dict)]
            yield from _items(case, update, known, reason)


def _items(case: Case, update: Update, items: list[dict[str, Any]], reason: Any) -> Iterator[Finding]:
    repeated = [index for index, n in Counter(str(item.get("index")) for item in items).items() if n > 1]
    if repeated:
        yield broken(
            "batch-item-repeated",
            f"{update.label}.Payload.all",
            repeated,
            [],
            f"the result of {update.path} has more than one item for {', '.join(repeated)}",
        )
    ends = [_last_before(case, f"{update.path}[{item.get('index')}]", update) for item in items]
    settled = max(
        (end.seq for end, item in zip(ends, items, strict=True) if end and _ended(item)), default=None
    )
    for position, (end, item) in enumerate(zip(ends, items, strict=True)):
        written = _STATUS.get(end.action, "STARTED") if end else None
        if end is None or item.get("status") == written:
            continue
        late = settled is not None and end.seq >= settled and item.get("status") == "STARTED"
        yield broken(
            "batch-item-uncounted" if late and reason != "ALL_COMPLETED" else "batch-item-differs",
            f"{update.label}.Payload.all[{position}].status",
            item.get("status"),
            written,
            f"the result of {update.path} calls item {item.get('index')} {item.get('status')},"
            f" its branch was written as {written}",
        )


def _ended(item: dict[str, Any]) -> bool:
    return item.get("status") in ENDED


def _last_before(case: Case, path: str, end: Update) -> Update | None:
    """What a branch had written last when its batch ended; None if it wrote nothing of its own."""
    updates = case.stream.operations.get(path, ())
    return next((u for u in reversed(updates) if (u.seq, u.index) < (end.seq, end.index)), None)


def _replays(update: Update) -> bool:
    options = update.fields.get("ContextOptions")
    return isinstance(options, dict) and options.get("ReplayChildren") is True
