"""Mutations of where an operation stands: its parent, its position, its virtual context's silence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.oracle.paths import Context, ancestors, branch, context_of, is_branch, operation, ordinal_of
from conformance.quality.mutation.recordings.mutation import Change, Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.quality.mutation.recordings.draft import Draft, Original
    from conformance.wire.stream import Update


def _parent_dropped(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        if updates[0].parent_id is not None:
            yield f"ParentId of {path} dropped", path, partial(_reparent, updates=updates, parent=None)


def _parent_changed(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        for other in original.contexts():
            if other in (path, updates[0].parent) or path in ancestors(other):
                continue
            change = partial(_reparent, updates=updates, parent=original.id_of(other))
            yield f"ParentId of {path} set to {other}", path, change
            break


def _parents_swapped(original: Original) -> Iterator[Change]:
    leaves = [path for path in original.leaves() if not is_branch(path)]
    for first in leaves:
        one = original.operations[first]
        for second in leaves:
            other = original.operations[second]
            if second > first and one[0].parent_id != other[0].parent_id:
                yield (
                    f"ParentIds of {first} and {second} swapped",
                    first,
                    partial(_swap, one=one, other=other),
                )
                break


def _parent_virtual(original: Original) -> Iterator[Change]:
    virtual = set(original.virtual())
    for path, updates in original.operations.items():
        context = context_of(path)
        if context in virtual:
            change = partial(_reparent, updates=updates, parent=original.id_of(context))
            yield f"ParentId of {path} set to the virtual context {context}", path, change


def _parent_late(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        last = updates[-1]
        if len(updates) > 1 and last.parent_id is not None:
            change = partial(_reparent, updates=(last,), parent=None)
            yield f"ParentId dropped from the last update of {path} only", path, change


def _phantom_dangling(original: Original) -> Iterator[Change]:
    for path in original.virtual():
        inside = [update for update in original.updates if path in ancestors(update.path)]
        parent = original.id_of(operation(path, 999))
        for after in (inside or list(original.updates))[-1:]:
            change = partial(_fail, path=path, after=after, parent=parent)
            yield f"CONTEXT FAIL of the virtual context {path}, its ParentId dangling", path, change


def _phantom_valid(original: Original) -> Iterator[Change]:
    for path in original.virtual():
        inside = [update for update in original.updates if path in ancestors(update.path)]
        real = next(iter(original.plan.operations[path].parents))
        parent = None if real is None else original.id_of(real)
        for after in (inside or list(original.updates))[-1:]:
            change = partial(_fail, path=path, after=after, parent=parent)
            yield f"CONTEXT FAIL of the virtual context {path}, its ParentId valid", path, change


def _virtual_life(original: Original) -> Iterator[Change]:
    for path in original.virtual():
        inside = [update for update in original.updates if path in ancestors(update.path)]
        if inside:
            change = partial(_live, path=path, first=inside[0], last=inside[-1])
            yield f"START and SUCCEED of the virtual context {path}", path, change


def _siblings_swapped(original: Original) -> Iterator[Change]:
    for first, second in original.sequential_pairs():
        one, other = original.operations[first], original.operations[second]
        both = sorted((*one, *other), key=lambda update: (update.seq, update.index))
        change = partial(_rearrange, updates=both, order=[*other, *one])
        yield f"updates of {first} and {second} swapped", first, change


def _ids_swapped(original: Original) -> Iterator[Change]:
    for first, second in original.sequential_pairs():
        one, other = original.operations[first], original.operations[second]
        yield f"ids of {first} and {second} swapped", first, partial(_exchange_ids, one=one, other=other)


def _numbering_shifted(original: Original) -> Iterator[Change]:
    for path in original.leaves():
        context = context_of(path)
        after = _moved(path, context)
        if is_branch(path) and not _others_begin(original, path):
            continue
        if after not in original.operations and after not in original.plan.operations:
            change = partial(_renumber, updates=original.operations[path], to=original.id_of(after))
            yield f"{path} numbered as {after}", path, change


def _others_begin(original: Original, path: str) -> bool:
    """Whether other branches tell from which number this subject counts them, which is its own choice."""
    return any(is_branch(other) and other != path and ordinal_of(other) == 0 for other in original.operations)


def _operation_removed(original: Original) -> Iterator[Change]:
    for path in original.leaves():
        expected = original.plan.operations.get(path)
        if expected is not None and expected.optional:
            continue  # of a race that ended before it: it need not have begun
        yield f"{path} removed", path, partial(_remove, updates=original.operations[path])


def _operation_invented(original: Original) -> Iterator[Change]:
    for path, updates in original.operations.items():
        last = updates[-1]
        if last.type != "STEP":
            continue
        new = operation(path.rpartition(".")[0] or None, 90)
        yield f"a copy of {path} as {new}", new, partial(_copy, updates=updates, to=original.id_of(new))


def _moved(path: str, context: Context) -> str:
    if is_branch(path) and context is not None:
        return branch(context, ordinal_of(path) + 1)
    return operation(context, ordinal_of(path) + 1)


def _reparent(draft: Draft, *, updates: tuple[Update, ...], parent: str | None) -> None:
    draft.each(updates, ParentId=parent)


def _swap(draft: Draft, *, one: tuple[Update, ...], other: tuple[Update, ...]) -> None:
    draft.each(one, ParentId=other[0].parent_id)
    draft.each(other, ParentId=one[0].parent_id)


def _fail(draft: Draft, *, path: str, after: Update, parent: str | None) -> None:
    draft.insert(after, _context(draft, path, "FAIL", parent))


def _live(draft: Draft, *, path: str, first: Update, last: Update) -> None:
    parent = first.parent_id
    draft.insert(last, _context(draft, path, "SUCCEED", parent))
    draft.insert(first, _context(draft, path, "START", parent), before=True)


def _context(draft: Draft, path: str, action: str, parent: str | None) -> dict[str, object]:
    expected = draft.original.plan.operations[path]
    made: dict[str, object] = {"Id": draft.original.id_of(path), "Type": "CONTEXT", "Action": action}
    made["SubType"] = expected.subtype
    name = next(iter(expected.names or ()), None)
    if name:
        made["Name"] = name
    if parent is not None:
        made["ParentId"] = parent
    if action == "FAIL":
        made["Error"] = {"ErrorType": "Boom", "ErrorMessage": "no"}
    return made


def _rearrange(draft: Draft, *, updates: list[Update], order: list[Update]) -> None:
    draft.rearrange(updates, order)


def _exchange_ids(draft: Draft, *, one: tuple[Update, ...], other: tuple[Update, ...]) -> None:
    draft.each(one, Id=other[0].id)
    draft.each(other, Id=one[0].id)


def _renumber(draft: Draft, *, updates: tuple[Update, ...], to: str) -> None:
    draft.each(updates, Id=to)


def _remove(draft: Draft, *, updates: tuple[Update, ...]) -> None:
    draft.remove(updates)


def _copy(draft: Draft, *, updates: tuple[Update, ...], to: str) -> None:
    draft.insert(updates[-1], *(dict(draft.raw(update)) | {"Id": to} for update in updates))


INSIDE = "an operation inside a context"
NEIGHBOURS = "two operations, one after the other, with nothing below them"
VIRTUAL = "a virtual context, and something on the wire"

PLACES: tuple[Mutation, ...] = (
    Mutation("parent-dropped", INSIDE, _parent_dropped),
    Mutation("parent-changed", "an operation and a context that it is not in", _parent_changed),
    Mutation("parents-swapped", "two operations of different contexts", _parents_swapped),
    Mutation("parent-virtual", "an operation in a virtual context", _parent_virtual),
    Mutation("parent-dropped-late", "an operation inside a context, with two updates", _parent_late),
    Mutation("phantom-fail-dangling", VIRTUAL, _phantom_dangling),
    Mutation("phantom-fail-valid", VIRTUAL, _phantom_valid),
    Mutation("virtual-lifecycle", "a virtual context with something inside", _virtual_life),
    Mutation("siblings-swapped", NEIGHBOURS, _siblings_swapped),
    Mutation("ids-swapped", NEIGHBOURS, _ids_swapped),
    Mutation("numbering-shifted", "an operation that is the last of its context", _numbering_shifted),
    Mutation(
        "operation-removed", "an operation that must be there, with nothing below it", _operation_removed
    ),
    Mutation("operation-invented", "a step", _operation_invented),
)
