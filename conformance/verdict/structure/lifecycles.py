"""Rules about an operation's updates: which it must have, which it must not have, and in what order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from conformance.oracle.paths import ancestors, context_of, is_branch, ordinal_of
from conformance.oracle.plan import FAIL, SUCCEED

if TYPE_CHECKING:
    from conformance.oracle.plan import Expected
    from conformance.verdict.finding import Finding
    from conformance.verdict.structure.view import View
    from conformance.wire.stream import Update

START = "START"
RETRY = "RETRY"
KNOWN = frozenset({START, RETRY, SUCCEED, FAIL})


def lifecycles(view: View) -> Iterator[Finding]:
    """Each operation's own updates, as far as the service took them."""
    for path, updates in view.accepted.items():
        expected = view.plan.operations.get(path)
        if expected is not None and not expected.virtual:
            yield from _starts(view, expected, updates)
            yield from _retries(view, expected, updates)
            yield from _ends(view, expected, updates)


def orders(view: View) -> Iterator[Finding]:
    """What is called in turn is on the wire in turn, and within the life of its context."""
    yield from _siblings(view)
    yield from _lives(view)


def _starts(view: View, expected: Expected, updates: list[Update]) -> Iterator[Finding]:
    """One START, and at most one more after each RETRY: a READY step may go on without."""
    actions = [update.action for update in updates]
    if START not in actions:
        message = f"{view.describe(expected)} has {_list(actions)}, but never a START"
        path = f"{view.prefix}{expected.path}:{expected.type}.START"
        yield view.finding("lifecycle-missing", path, actions, START, message)
    elif actions[0] != START:
        message = f"{view.describe(expected)} has {actions[0]} before its START"
        yield view.finding("lifecycle-order", updates[0].label, actions, START, message)
    open_starts = 0
    for update in updates:
        if update.action == RETRY:
            open_starts = 0
        elif update.action == START:
            open_starts += 1
            if open_starts > 1:
                message = f"{view.describe(expected)} is STARTed again without a RETRY between"
                yield view.finding("lifecycle-unexpected", update.label, actions, [START], message)


def _retries(view: View, expected: Expected, updates: list[Update]) -> Iterator[Finding]:
    wanted = expected.lifecycle.retries
    retries = [update for update in updates if update.action == RETRY]
    if wanted is None or not view.settled:
        return
    if len(retries) > wanted:
        update = retries[wanted]
        message = f"{view.describe(expected)} has {len(retries)} RETRY updates; by the scenario {wanted}"
        yield view.finding("lifecycle-unexpected", update.label, len(retries), wanted, message)
    elif len(retries) < wanted and view.complete:
        message = f"{view.describe(expected)} has {len(retries)} RETRY updates; by the scenario {wanted}"
        path = f"{view.prefix}{expected.path}:{expected.type}.RETRY"
        yield view.finding("lifecycle-missing", path, len(retries), wanted, message)


def _ends(view: View, expected: Expected, updates: list[Update]) -> Iterator[Finding]:
    allowed = expected.lifecycle.terminals
    ends = [update for update in updates if update.action not in (START, RETRY)]
    wanted = _wanted(allowed)
    if not ends and None not in allowed and view.complete:
        actions = [update.action for update in updates]
        message = f"{view.describe(expected)} never ends: it has {_list(actions)}, {wanted} is missing"
        path = f"{view.prefix}{expected.path}:{expected.type}.{wanted}"
        yield view.finding("lifecycle-missing", path, actions, wanted, message)
    for number, update in enumerate(ends):
        if update.action not in allowed and (_settled(view, update) or update.action not in KNOWN):
            instead = (
                "the service ends it, not the SDK" if allowed == {None} else f"by the scenario it is {wanted}"
            )
            message = f"{view.describe(expected)} has {update.action}; {instead}"
            yield view.finding("lifecycle-unexpected", update.label, update.action, wanted, message)
        elif number > 0:
            message = f"{view.describe(expected)} ends again with {update.action} after {ends[0].action}"
            yield view.finding("lifecycle-unexpected", update.label, update.action, None, message)
    if ends:
        late = [update for update in updates[updates.index(ends[0]) :] if update.action in (START, RETRY)]
        if late:
            message = f"{view.describe(expected)} has {late[0].action} after it ended with {ends[0].action}"
            yield view.finding("lifecycle-order", late[0].label, late[0].action, None, message)


def _settled(view: View, update: Update) -> bool:
    """Whether an end follows from the scenario: that of an update from before any fault always does."""
    return view.settled or update.seq < view.undisturbed


def _siblings(view: View) -> Iterator[Finding]:
    """Operations of one context, and the branches of a batch that runs them in turn."""
    last: dict[str, int] = {}
    first: dict[str, tuple[int, Update]] = {}
    for position, path, update in view.counted:
        expected = view.plan.operations.get(path)
        if expected is not None and expected.virtual:
            continue  # it has no business on the wire at all, which is said
        for each in (path, *ancestors(path)):
            last[each] = position
            first.setdefault(each, (position, update))
    groups: dict[str | None, list[str]] = {}
    for path in view.plan.operations:
        in_turn = not is_branch(path) or context_of(path) in view.plan.sequential
        if path in first and in_turn:
            groups.setdefault(context_of(path), []).append(path)
    for paths in groups.values():
        ordered = sorted(paths, key=ordinal_of)
        for before, after in pairwise(ordered):
            position, update = first[after]
            unfinished = _unended(view, before)
            if unfinished is not None:
                message = f"{view.label(before)} has not ended, but {view.label(after)} comes after it"
                yield view.finding("lifecycle-missing", unfinished.label, None, [SUCCEED, FAIL], message)
            if last[before] > position:
                message = (
                    f"{view.label(after)} begins before {view.label(before)} has ended, "
                    "though the handler calls it after that"
                )
                seen = [view.prefix + after, view.prefix + before]
                yield view.finding("lifecycle-order", update.label, seen, seen[::-1], message)


def _unended(view: View, path: str) -> Update | None:
    """The last update of an operation that the SDK ends, where it has none that does."""
    updates = view.accepted.get(path, [])
    ends = view.plan.operations[path].lifecycle.terminals
    if not updates or None in ends or any(update.terminal for update in updates):
        return None
    return updates[-1]


def _lives(view: View) -> Iterator[Finding]:
    """What is inside a real context begins after the context's START and before its end."""
    started: set[str] = set()
    ended: set[str] = set()
    said: set[tuple[str, str]] = set()
    contexts = {
        path
        for path, updates in view.accepted.items()
        if any(update.action == START for update in updates) and not _uncertain(view, path)
    }
    for _position, path, update in view.counted:
        for context in ancestors(path):
            if context in contexts and context not in started and (context, "early") not in said:
                said.add((context, "early"))
                message = f"{view.label(path)} has {update.action} before {view.label(context)} was STARTed"
                yield view.finding("lifecycle-order", update.label, None, f"{context}:START", message)
            if context in ended and (path, context) not in said:
                said.add((path, context))
                message = f"{view.label(path)} has {update.action} after {view.label(context)} had ended"
                yield view.finding("lifecycle-unexpected", update.label, update.action, None, message)
        if update.action == START:
            started.add(path)
        elif update.action in (SUCCEED, FAIL):
            ended.add(path)


def _uncertain(view: View, path: str) -> bool:
    """Whether a context is virtual in some invocations only: what is inside may come before its START."""
    return any(len(expected.parents) > 1 for expected in view.children.get(path, ()))


def _wanted(allowed: frozenset[str | None]) -> str | None:
    return " or ".join(sorted(action for action in allowed if action)) or None


def _list(actions: list[str]) -> str:
    return " and ".join(dict.fromkeys(actions)) or "nothing"
