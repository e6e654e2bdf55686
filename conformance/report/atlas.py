"""The atlas: what each operation writes in each outcome, SDK by SDK, read off recordings.

Operations are grouped by type and sub type and by the actions that were written for them; the members of an
action are those that its updates had. So the page has no ids, times or tokens in it, and recordings of the
same scenarios give the same page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from conformance.engine.trace import Ran, Requested, Trace, trace
from conformance.report.escape import markdown
from conformance.wire.recording import Recording
from conformance.wire.stream import Update, canonical, path_key

APART = frozenset({"Id", "Type", "Action", "ParentId", "SubType"})
"""Members that every update has, or that its group names; a root's operation alone has no ParentId."""

LONGEST = 150
"""Characters of an example that are shown."""

CELL = 400
"""Characters of a table's cell at most."""

ENDED_BY_THE_SERVICE = frozenset({"WAIT", "CALLBACK", "CHAINED_INVOKE"})

HEAD = """\
# Atlas of the wire

What each SDK writes for each operation in each outcome. This page is made from recordings, not by hand:

    make atlas

Every update has `Id`, `Type` and `Action`, and a `ParentId` unless its operation stands at the root. What
else it has is listed, with `?` where only some had it. How a value is spelled in `Payload` and `Error` is
each SDK's dialect (`conformance explain value-form`). Where only START is written the service ends the
operation: a wait that is over, a callback that was answered or timed out, a function that returned. What
updates are for is told in [protocol.md](protocol.md).
"""

VIRTUAL = """\

## Virtual contexts

A virtual child, and a branch of a FLAT map or parallel, own no operation: nothing is written for them, and
what is in them reports to the nearest context that is on the wire.

| subject | virtual contexts that were entered | updates that name one as their parent |
| --- | ---: | ---: |
"""


@dataclass(frozen=True, order=True)
class Shape:
    """What was written for an operation: what it is, and its actions in order, a repetition once."""

    type: str
    subtype: str
    actions: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """What that comes to, in words."""
        if self.actions[-1] == "START":
            return "The service ends it" if self.type in ENDED_BY_THE_SERVICE else "It is left open"
        ends = {"SUCCEED": "It succeeds", "FAIL": "It fails", "CANCEL": "It is cancelled"}
        end = ends.get(self.actions[-1], "It waits for another attempt")
        return f"{end} after another attempt" if "RETRY" in self.actions[:-1] else end


@dataclass
class Written:
    """What one subject wrote for one shape."""

    examples: dict[str, dict[str, Update]] = field(default_factory=dict)  # by scenario, one by action
    updates: dict[str, list[Update]] = field(default_factory=dict)  # by action

    def members(self, action: str) -> str:
        """The members of an action's updates; a `?` after those that not all of them had."""
        every = [set(one.raw) - APART for one in self.updates.get(action, ())]
        names = sorted(set[str]().union(*every))
        return " ".join(name if all(name in one for one in every) else f"{name}?" for name in names)


@dataclass
class Atlas:
    """All that recordings say, by shape and subject."""

    subjects: list[str] = field(default_factory=list)
    scenarios: set[str] = field(default_factory=set)
    shapes: dict[Shape, dict[str, Written]] = field(default_factory=dict)
    virtual: dict[str, tuple[int, int]] = field(default_factory=dict)  # entered and named, by subject

    def take(self, recording: Recording) -> None:
        """Take one recording in."""
        subject = recording.subject.id
        if subject not in self.subjects:
            self.subjects.append(subject)
        self.scenarios.add(recording.scenario)
        before = self.virtual.get(subject, (0, 0))
        entered, named = _virtual(trace(recording))
        self.virtual[subject] = before[0] + entered, before[1] + named
        stream = canonical(recording)
        operations: dict[str, list[Update]] = {}
        for update in stream.of(stream.main):
            operations.setdefault(update.path, []).append(update)
        for path in sorted(operations, key=path_key):
            updates = operations[path]
            shape = Shape(updates[0].type, updates[0].subtype or "", _actions(updates))
            written = self.shapes.setdefault(shape, {}).setdefault(subject, Written())
            example = written.examples.setdefault(recording.scenario, {})
            for update in updates:
                written.updates.setdefault(update.action, []).append(update)
                if update.action not in example and (not example or update.path in _paths(example)):
                    example[update.action] = update


def of(recordings: Iterable[Recording]) -> Atlas:
    """What recordings say together."""
    made = Atlas()
    for recording in recordings:
        made.take(recording)
    made.subjects.sort()
    return made


def lines(atlas: Atlas) -> Iterator[str]:
    """The page, in Markdown."""
    yield from HEAD.splitlines()
    types = sorted({(shape.type, shape.subtype) for shape in atlas.shapes})
    for type_, subtype in types:
        yield ""
        yield f"## {subtype or type_}: `{type_}`" + (f", SubType `{subtype}`" if subtype else "")
        for shape in sorted(atlas.shapes):
            if (shape.type, shape.subtype) == (type_, subtype):
                yield from _shape(shape, atlas.shapes[shape], atlas.subjects)
    yield from VIRTUAL.splitlines()
    for subject in atlas.subjects:
        entered, named = atlas.virtual[subject]
        yield f"| {markdown(subject, CELL)} | {entered} | {named} |"
    yield ""
    yield "## Made from"
    yield ""
    yield (
        f"{len(atlas.scenarios)} scenarios: "
        + ", ".join(f"`{name}`" for name in sorted(atlas.scenarios))
        + "."
    )


def _shape(shape: Shape, written: Mapping[str, Written], subjects: Iterable[str]) -> Iterator[str]:
    yield ""
    yield f"### {shape.outcome}: {', '.join(shape.actions)}"
    yield ""
    actions = list(dict.fromkeys(shape.actions))
    yield "| subject | " + " | ".join(actions) + " |"
    yield "| --- |" + " --- |" * len(actions)
    there = {subject: written[subject] for subject in subjects if subject in written}
    for subject, one in there.items():
        cells = [markdown(one.members(action), CELL) or "nothing else" for action in actions]
        yield f"| {markdown(subject, CELL)} | " + " | ".join(cells) + " |"
    common = set.intersection(*({*one.examples} for one in there.values()))
    if not common:
        return
    scenario = min(common, key=_simplest)
    yield ""
    yield f"For example in `{scenario}`:"
    yield ""
    for subject, one in there.items():
        for action in actions:
            yield f"    {subject}  {_example(one.examples[scenario][action])}"


def _virtual(one: Trace) -> tuple[int, int]:
    """How many virtual contexts were entered, and how many updates name one as their parent."""
    entered = [
        each for each in one.moments if isinstance(each, Ran) and each.virtual and each.event == "start"
    ]
    requests = [each for each in one.moments if isinstance(each, Requested)]
    return len(entered), sum(sent.parent_virtual for request in requests for sent in request.sent)


def _paths(example: Mapping[str, Update]) -> set[str]:
    return {one.path for one in example.values()}


def _example(update: Update) -> str:
    """An update as it was sent, less what is another one each time."""
    raw = dict(update.raw)
    for name in ("Id", "ParentId", "Type", "SubType"):
        raw.pop(name, None)
    error = raw.get("Error")
    if isinstance(error, dict) and "StackTrace" in error:
        raw["Error"] = error | {"StackTrace": "..."}
    text = json.dumps(raw, ensure_ascii=True)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _actions(updates: Iterable[Update]) -> tuple[str, ...]:
    """The actions in order; what was retried more than once as if it had been once."""
    found: list[str] = []
    for update in updates:
        found.append(update.action)
        if found[-4:] == ["RETRY", "START", "RETRY", "START"]:
            del found[-2:]
    return tuple(found)


def _simplest(name: str) -> tuple[int, str]:
    return len(name), name
