"""Invariants of contexts: what a ParentId may name, and that a virtual context leaves no trace of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.verdict.invariants.base import broken
from conformance.wire.identity import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding
    from conformance.wire.identity import Position
    from conformance.wire.stream import Update


def no_virtual_id_on_wire(case: Case) -> Iterator[Finding]:
    """No update ever carries the id of a virtual context, neither as Id nor as ParentId.

    Source: aws-durable-execution-sdk-python issues 362 and 363, pull request 364.
    """
    for update in case.stream.all:
        place = case.stream.place(update)
        if place is not None and place.virtual and not _may_be_no_context(place, update):
            yield broken(
                "virtual-context-writes",
                update.label,
                update.action,
                "no update",
                f"{update.type} {update.action} is written for {update.path}, which is a virtual context:"
                " it writes no START, SUCCEED or FAIL, whatever its outcome",
            )
        parent = case.stream.identities[update.execution].places.get(update.parent_id or "")
        if parent is not None and parent.virtual:
            wanted = _wanted_parent(case, update)
            yield broken(
                "virtual-parent",
                f"{update.label}.ParentId",
                update.parent,
                wanted,
                f"{update.label} has the virtual context {update.parent} as its ParentId; wanted is"
                f" {wanted}, the nearest context that is not virtual",
            )


def parent_is_open(case: Case) -> Iterator[Finding]:
    """Every ParentId names a CONTEXT that has STARTed and has not ended.

    Source: language SDK specification 4.8.2; issue 363.
    """
    for update, contexts in _with_contexts(case):
        if update.parent_id is None:
            continue
        state = contexts.get(update.parent_id)
        place = case.stream.identities[update.execution].places.get(update.parent_id)
        if state is not None or (place is not None and place.virtual):
            continue  # ended ones: nothing_under_ended_context; virtual ones: no_virtual_id_on_wire
        wanted = _wanted_parent(case, update)
        yield broken(
            "parent-not-started",
            f"{update.label}.ParentId",
            update.parent,
            wanted,
            f"{update.label} has {update.parent} as its ParentId, which is no CONTEXT that has STARTed;"
            f" wanted is {wanted}",
        )


def nothing_under_ended_context(case: Case) -> Iterator[Finding]:
    """Nothing is written under a context after it ended, at whatever depth.

    Source: language SDK specification 4.8.3: a context's completion is the end of all that is in it.
    """
    for update, contexts in _with_contexts(case):
        ancestor = update.parent_id
        seen: set[str] = set()
        while ancestor is not None and ancestor not in seen:
            seen.add(ancestor)
            state = contexts.get(ancestor)
            if state is None:
                break
            if state.ended:
                path = case.stream.identities[update.execution].path(ancestor)
                yield broken(
                    "update-under-ended-context",
                    update.label,
                    update.action,
                    "no update",
                    f"{update.label} is written although the context {path} it is in has ended",
                )
                break
            ancestor = state.parent


class _Context:
    """What is known of one CONTEXT at a moment."""

    def __init__(self, parent: str | None) -> None:
        self.parent = parent
        self.ended = False


def _with_contexts(case: Case) -> Iterator[tuple[Update, Mapping[str, _Context]]]:
    """Give every update, refused ones too, with the contexts as the service knows them just before it.

    The updates of a request that is refused count for each other only: they stand in execution order. Those
    of one that only repeats another, whose answer was lost, are left out: they were there before.
    """
    known: dict[str, dict[str, _Context]] = {}
    tried: dict[str, _Context] = {}
    request = -1
    for update in case.stream.all:
        if update.repeated:
            continue
        contexts = known.setdefault(update.execution, {})
        if update.seq != request:
            request, tried = update.seq, {}
        yield update, contexts if update.accepted else {**contexts, **tried}
        if update.type != "CONTEXT":
            continue
        target = contexts if update.accepted else tried
        if update.action == "START":
            target[update.id] = _Context(update.parent_id)
        elif update.terminal and update.accepted and update.id in contexts:
            contexts[update.id].ended = True


def _may_be_no_context(place: Position, update: Update) -> bool:
    """Whether another path of the program has something at this place that is what the update says it is."""
    return any(not each.context and each.slot.type == update.type for each in place.candidates)


def _wanted_parent(case: Case, update: Update) -> str:
    place = case.stream.place(update)
    if place is None:
        return "a started CONTEXT"
    identity = case.stream.identities[update.execution]
    return identity.prefix + place.real_parent.path if place.real_parent else ROOT
