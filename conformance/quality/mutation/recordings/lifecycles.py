"""Mutations of an operation's updates: which there are, how often, in which order, and what they call it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.oracle.paths import ancestors
from conformance.quality.mutation.recordings.mutation import Change, Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.quality.mutation.recordings.draft import Draft, Original
    from conformance.wire.stream import Update

OPPOSITE = {"SUCCEED": "FAIL", "FAIL": "SUCCEED"}
OTHER_SUBTYPE = {"Step": "Wait", "Wait": "Step", "Map": "Parallel", "Parallel": "Map"}


def _start_missing(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        if updates[0].action == "START" and len(updates) > 1:
            yield f"START of {path} missing", path, partial(_remove, update=updates[0])


def _start_doubled(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        if updates[0].action == "START":
            yield f"START of {path} doubled", path, partial(_again, update=updates[0], after=updates[0])


def _start_late(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        if updates[0].action == "START" and len(updates) > 1:
            yield f"START of {path} late", path, partial(_move, update=updates[0], after=updates[-1])


def _terminal_doubled(original: Original) -> Iterator[Change]:
    for path in original.operations:
        end = original.terminal(path)
        if end is not None:
            yield f"{end.action} of {path} doubled", path, partial(_again, update=end, after=end)


def _terminal_contradicted(original: Original) -> Iterator[Change]:
    for path in original.operations:
        end = original.terminal(path)
        if end is not None and end.action in OPPOSITE:
            yield (
                f"{path} has {OPPOSITE[end.action]} after {end.action}",
                path,
                partial(_contradict, update=end),
            )


def _terminal_missing(original: Original) -> Iterator[Change]:
    for path in original.operations:
        end = original.terminal(path)
        if end is not None:
            yield f"{end.action} of {path} missing", path, partial(_remove, update=end)


def _terminal_flipped(original: Original) -> Iterator[Change]:
    for path in original.operations:
        end = original.terminal(path)
        if end is not None and end.action in OPPOSITE:
            yield (
                f"{end.action} of {path} turned into {OPPOSITE[end.action]}",
                path,
                partial(_flip, update=end),
            )


def _terminal_extra(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        if updates[0].type in ("WAIT", "CALLBACK", "CHAINED_INVOKE"):
            change = partial(_succeed, update=updates[0])
            yield f"{path} ended by the SDK, which is the service's to do", path, change


def _end_before_inside(original: Original) -> Iterator[Change]:
    for path in original.contexts():
        end = original.terminal(path)
        inside = [update for update in original.updates if path in ancestors(update.path)]
        if end is not None and inside and (inside[-1].seq, inside[-1].index) < (end.seq, end.index):
            yield (
                f"the last update inside {path} after its end",
                path,
                partial(_move, update=inside[-1], after=end),
            )


def _retry_missing(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        for retry in (update for update in updates if update.action == "RETRY"):
            yield f"RETRY of {path} missing", path, partial(_remove, update=retry)


def _retry_doubled(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        for retry in (update for update in updates if update.action == "RETRY"):
            yield f"RETRY of {path} doubled", path, partial(_again, update=retry, after=retry)


def _renamed(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        if updates[0].name:
            yield f"{path} renamed", path, partial(_set, updates=updates, Name=f"{updates[0].name}-renamed")


def _name_dropped(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        if (
            updates[0].name and len(original.plan.operations[path].names or ()) == 1
            if path in original.plan.operations
            else False
        ):
            yield f"{path} without its name", path, partial(_set, updates=updates, Name=None)


def _subtype(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        wrong = OTHER_SUBTYPE.get(updates[0].subtype or "", "RunInChildContext")
        if wrong != updates[0].subtype:
            yield f"SubType of {path} changed to {wrong}", path, partial(_set, updates=updates, SubType=wrong)


def _subtype_dropped(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        if updates[0].subtype:
            yield f"SubType of {path} dropped", path, partial(_set, updates=updates, SubType=None)


def _type(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        wrong = "CONTEXT" if updates[0].type == "STEP" else "STEP"
        yield f"Type of {path} changed to {wrong}", path, partial(_set, updates=updates, Type=wrong)


def _remove(draft: Draft, *, update: Update) -> None:
    draft.remove([update])


def _again(draft: Draft, *, update: Update, after: Update) -> None:
    draft.insert(after, dict(draft.raw(update)))


def _move(draft: Draft, *, update: Update, after: Update) -> None:
    draft.move(update, after)


def _contradict(draft: Draft, *, update: Update) -> None:
    draft.insert(update, _opposite(draft.raw(update)))


def _flip(draft: Draft, *, update: Update) -> None:
    raw = draft.raw(update)
    flipped = _opposite(raw)
    raw.clear()
    raw.update(flipped)


def _succeed(draft: Draft, *, update: Update) -> None:
    raw = draft.raw(update)
    kept = {key: raw[key] for key in ("Id", "ParentId", "Type", "SubType", "Name") if key in raw}
    draft.insert(update, kept | {"Action": "SUCCEED"})


def _opposite(raw: dict[str, Any]) -> dict[str, Any]:
    other = {key: value for key, value in raw.items() if key not in ("Payload", "Error", "ContextOptions")}
    other["Action"] = OPPOSITE[raw["Action"]]
    if other["Action"] == "FAIL":
        other["Error"] = {"ErrorType": "Boom", "ErrorMessage": "no"}
    else:
        other["Payload"] = "null"
    return other


def _set(draft: Draft, *, updates: tuple[Update, ...], **members: Any) -> None:
    draft.each(updates, **members)


LIFECYCLES: tuple[Mutation, ...] = (
    Mutation("start-missing", "an operation with a START and more", _start_missing),
    Mutation("start-doubled", "a START", _start_doubled),
    Mutation("start-late", "an operation with a START and more", _start_late),
    Mutation("terminal-doubled", "an operation that the SDK ended", _terminal_doubled),
    Mutation("terminal-contradicted", "an operation that the SDK ended", _terminal_contradicted),
    Mutation("terminal-missing", "an operation that the SDK ended", _terminal_missing),
    Mutation("terminal-flipped", "an operation that the SDK ended", _terminal_flipped),
    Mutation("terminal-extra", "a wait, a callback or an invoke", _terminal_extra),
    Mutation("late-inside", "a context with something inside, both ended", _end_before_inside),
    Mutation("retry-missing", "a RETRY", _retry_missing),
    Mutation("retry-doubled", "a RETRY", _retry_doubled),
    Mutation("renamed", "an operation with a name", _renamed),
    Mutation("name-dropped", "an operation with a name that it must have", _name_dropped),
    Mutation("subtype-changed", "an operation", _subtype),
    Mutation("subtype-dropped", "an operation with a SubType", _subtype_dropped),
    Mutation("type-changed", "an operation", _type),
)
