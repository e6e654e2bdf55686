"""Invariants of one operation's life: which updates it gets, in which order, and who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.verdict.invariants.base import broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding
    from conformance.wire.stream import Update

ACTIONS = {
    "CONTEXT": ("START", "SUCCEED", "FAIL"),
    "STEP": ("START", "RETRY", "SUCCEED", "FAIL"),
    "WAIT": ("START", "CANCEL"),
    "CALLBACK": ("START",),
    "CHAINED_INVOKE": ("START", "CANCEL"),
    "EXECUTION": ("SUCCEED", "FAIL"),
}


def actions_fit_type(case: Case) -> Iterator[Finding]:
    """An operation gets only the actions of its type: a wait, say, is ended by the service, never by an SDK.

    Source: language SDK specification, appendix A, and sections 4.3 to 4.8.
    """
    for update in case.stream.all:
        allowed = ACTIONS.get(update.type)
        if allowed and update.action not in allowed:
            yield broken(
                "action-of-another-type",
                update.label,
                update.action,
                list(allowed),
                f"a {update.type} never gets the action {update.action}",
            )


def start_comes_first_and_once(case: Case) -> Iterator[Finding]:
    """An operation's first update is its START, and it gets another one only for a step's next attempt.

    Source: language SDK specification 4.8.3 and appendix A.2; issue 362 (a FAIL without a START).
    """
    for path, updates in case.stream.operations.items():
        if updates[0].type == "EXECUTION":
            continue
        if updates[0].action != "START":
            yield broken(
                "start-missing",
                updates[0].label,
                updates[0].action,
                "START",
                f"the first update of {path} is {updates[0].action}: it never got a START",
            )
        before: Update | None = None
        for update in updates:
            if (
                update.action == "START"
                and before is not None
                and before.action != "RETRY"
                and not before.terminal
            ):
                yield broken(
                    "start-again",
                    update.label,
                    [before.action, "START"],
                    [before.action],
                    f"{path} gets a START again after {before.action}, without a RETRY between",
                )
            before = update


def nothing_after_end(case: Case) -> Iterator[Finding]:
    """An operation ends once: after SUCCEED, FAIL or CANCEL it gets no update.

    Source: language SDK specification 4.8.3, 4.8.4 and 16.2.
    """
    for path, updates in case.stream.operations.items():
        ended = next((update for update in updates if update.terminal), None)
        if ended is None:
            continue
        for update in updates[updates.index(ended) + 1 :]:
            yield broken(
                "update-after-end",
                update.label,
                [ended.action, update.action],
                [ended.action],
                f"{path} gets {update.action} although it has ended with {ended.action}",
            )


def everything_ends(case: Case) -> Iterator[Finding]:
    """When an execution succeeds, every step and context in it has ended, or a context around it has.

    Source: language SDK specification 4.4.2 and 4.8.3: the result of each is checkpointed.
    """
    operations: dict[str, dict[str, tuple[Update, ...]]] = {}
    for path, updates in case.stream.operations.items():
        operations.setdefault(updates[0].execution, {})[path] = updates
    for execution in case.recording.executions:
        if execution.status != "SUCCEEDED":
            continue
        own = operations.get(execution.arn, {})
        ended = {updates[0].id for updates in own.values() if any(update.terminal for update in updates)}
        parents = {updates[0].id: updates[0].parent_id for updates in own.values()}
        for path, updates in own.items():
            first = updates[0]
            if (
                first.type in ("STEP", "CONTEXT")
                and first.id not in ended
                and not _cut_off(first, parents, ended)
            ):
                yield broken(
                    "never-ends",
                    updates[-1].label,
                    [update.action for update in updates],
                    [*(update.action for update in updates), "SUCCEED or FAIL"],
                    f"the execution has succeeded, but {first.type} {path} never got its SUCCEED or FAIL",
                )


def _cut_off(update: Update, parents: dict[str, str | None], ended: set[str]) -> bool:
    """Whether a context around it has ended: what is left in it then is abandoned."""
    ancestor, seen = update.parent_id, {update.id}
    while ancestor is not None and ancestor not in seen:
        if ancestor in ended:
            return True
        seen.add(ancestor)
        ancestor = parents.get(ancestor)
    return False


def ids_are_positions(case: Case) -> Iterator[Finding]:
    """Every operation's id is that of a position of the program, and of one where its type can stand.

    Source: language SDK specification 2.5: ids follow from the order of operations, or replay can't find
    them.
    """
    told: set[str] = set()
    for update in case.stream.all:
        if update.type == "EXECUTION" or update.id in told:
            continue
        place = case.stream.place(update)
        if place is None:
            told.add(update.id)
            yield broken(
                "unknown-id",
                f"{update.label}.Id",
                update.id,
                "the id of a position of the program",
                f"the id of this {update.type} ({update.name or 'unnamed'}) is that of no position",
            )
            continue
        types = {candidate.slot.type for candidate in place.candidates}
        if update.type not in types:
            told.add(update.id)
            yield broken(
                "type-of-another-position",
                f"{update.label}.Type",
                update.type,
                sorted(types),
                f"a {update.type} is written at {update.path}, the place of a {' or '.join(sorted(types))}",
            )


def identity_is_stable(case: Case) -> Iterator[Finding]:
    """All updates of an operation agree on its type, subtype, name and parent, over every replay.

    Source: language SDK specification 2.5 and 3.3.3; an update that leaves one out erases it in the service.
    """
    for updates in case.stream.operations.values():
        first = updates[0]
        if first.type == "EXECUTION":
            continue
        for update in updates[1:]:
            sides = (
                ("Type", update.type, first.type),
                ("SubType", update.subtype, first.subtype),
                ("Name", update.name, first.name),
                ("ParentId", update.parent, first.parent),
            )
            for field, seen, wanted in sides:
                if seen != wanted:
                    yield broken(
                        "identity-changed",
                        f"{update.label}.{field}",
                        seen,
                        wanted,
                        f"{field} of {update.label} is {seen}, that of its {first.action} was {wanted}",
                    )
