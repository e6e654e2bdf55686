"""Rules about what an operation is and where it stands: there or not, type, subtype, name, parent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.oracle.paths import ancestors

if TYPE_CHECKING:
    from conformance.oracle.plan import Expected
    from conformance.verdict.finding import Finding
    from conformance.verdict.structure.view import View
    from conformance.wire.stream import Update


def misplaced(view: View) -> Iterator[Finding]:
    """Everything on the wire that is not what or where the scenario says it is; refused updates too."""
    for path, updates in view.all.items():
        expected = view.plan.operations.get(path)
        if expected is None:
            yield from _unplanned(view, path, updates)
        elif expected.virtual:
            yield _virtual(view, expected, updates)
        else:
            yield from _wrong(view, expected, updates)


def missing(view: View) -> Iterator[Finding]:
    """Operations that an execution which came to its end has never put on the wire."""
    if not view.complete:
        return
    absent: set[str] = set()
    for expected in view.plan.operations.values():
        if expected.virtual or expected.optional or expected.path in view.accepted:
            continue
        absent.add(expected.path)
        if absent.isdisjoint(ancestors(expected.path)):
            message = (
                f"{view.describe(expected)} is called by the handler at {expected.at}, but never on the wire"
            )
            path = f"{view.prefix}{expected.path}:{expected.type}"
            yield view.finding("operation-missing", path, None, expected.type, message)


def _unplanned(view: View, path: str, updates: list[Update]) -> Iterator[Finding]:
    first = updates[0]
    if view.plan.undetermined(path) is not None:
        wanted = view.nearest_on_wire(path)
        seen = view.parent(first)
        if seen != wanted:
            message = (
                f"{_called(first)} ({first.path}) carries {view.rendered(seen)} as ParentId; "
                f"the nearest context around it that is on the wire is {view.rendered(wanted)}"
            )
            place = f"{first.label}.ParentId"
            yield view.finding("parent-wrong", place, view.rendered(seen), view.rendered(wanted), message)
        return
    if view.broken is not None and first.seq >= view.broken:
        return
    if any(
        context in view.all
        and context not in view.plan.operations
        and view.plan.undetermined(context) is None
        for context in ancestors(path)
    ):
        return  # what is around it is unexpected itself, and was said to be
    actions = [update.action for update in updates]
    message = f"{_called(first)} ({first.path}) is on the wire, but no path through the handler calls it"
    yield view.finding("operation-unexpected", first.label, actions, [], message)


def _virtual(view: View, expected: Expected, updates: list[Update]) -> Finding:
    actions = [update.action for update in updates]
    refused = "" if all(update.accepted for update in updates) else "; the service refused it"
    message = (
        f"{view.describe(expected)} wrote {' and '.join(dict.fromkeys(actions))}{refused}: "
        "a virtual context has no updates of its own, whatever its outcome"
    )
    return view.finding("virtual-lifecycle", updates[0].label, actions, [], message)


@dataclass(frozen=True)
class _Member:
    """A member of an update that the scenario determines: how it is read, and what is right."""

    rule: str
    name: str
    read: Callable[[View, Update], Any]
    right: Callable[[Expected, Any], bool]
    wanted: Callable[[Expected], Any]


def _names(expected: Expected) -> Any:
    names = sorted(expected.names or (), key=lambda name: name or "")
    return names[0] if len(names) == 1 else names


_PARENT = "parent-wrong"
_MEMBERS = (
    _Member(
        "type-wrong",
        "Type",
        lambda _view, update: update.type,
        lambda expected, seen: bool(seen == expected.type),
        lambda expected: expected.type,
    ),
    _Member(
        "subtype-wrong",
        "SubType",
        lambda _view, update: update.subtype,
        lambda expected, seen: bool(seen == expected.subtype),
        lambda expected: expected.subtype,
    ),
    _Member(
        "name-wrong",
        "Name",
        lambda _view, update: update.name,
        lambda expected, seen: expected.names is None or seen in expected.names,
        _names,
    ),
    _Member(
        _PARENT,
        "ParentId",
        lambda view, update: view.parent(update),
        lambda expected, seen: seen in expected.parents,
        lambda expected: sorted(expected.parents, key=str),
    ),
)


def _wrong(view: View, expected: Expected, updates: list[Update]) -> Iterator[Finding]:
    for member in _MEMBERS:
        offenders: dict[Any, list[Update]] = {}
        for update in updates:
            seen = member.read(view, update)
            if not member.right(expected, seen):
                offenders.setdefault(seen, []).append(update)
        for seen, wrong in offenders.items():
            yield _wrong_member(view, expected, member, wrong, seen)


def _wrong_member(
    view: View, expected: Expected, member: _Member, updates: list[Update], seen: Any
) -> Finding:
    where = " and ".join(dict.fromkeys(update.action for update in updates))
    refused = "" if any(update.accepted for update in updates) else ", which the service refused"
    path = f"{updates[0].label}.{member.name}"
    if member.rule == _PARENT:
        message = (
            f"{view.describe(expected)} carries {_as_parent(view, seen)} as ParentId in {where}{refused}; "
            f"its nearest real ancestor is {_ancestor(view, expected)}"
        )
        return view.finding(member.rule, path, view.rendered(seen), _parents(view, expected), message)
    wanted = member.wanted(expected)
    message = (
        f"{view.describe(expected)} has {_quoted(seen)} as {member.name} in {where}{refused}; "
        f"by the scenario it is {_quoted(wanted)}"
    )
    return view.finding(member.rule, path, seen, wanted, message)


def _quoted(value: Any) -> str:
    return "none" if value is None else repr(value)


def _parents(view: View, expected: Expected) -> Any:
    parents = sorted(view.rendered(parent) for parent in expected.parents)
    return parents[0] if len(parents) == 1 else parents


def _as_parent(view: View, seen: str | None) -> str:
    if seen is None:
        return "no context (the root)"
    return f"an id that is no operation's ({seen})" if seen.startswith("?") else view.label(seen)


def _ancestor(view: View, expected: Expected) -> str:
    return " or ".join(sorted(view.label(parent) for parent in expected.parents))


def _called(update: Update) -> str:
    kind = update.type.lower().replace("_", " ")
    return f"{kind} '{update.name}'" if update.name else kind
