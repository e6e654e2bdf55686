"""Traces: a recording decoded for people, as what happened in its order.

A trace is small and plain: ids are typed paths and names, values are cut with their size told. Reports draw
it; nothing is judged by it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from conformance.scenario.model import Scenario
from conformance.scenario.statements import ABSENT, Statement
from conformance.wire.identity import ROOT, Position
from conformance.wire.positions import Role, Slot
from conformance.wire.program import Program, statements_within
from conformance.wire.recording import Effect, Exchange, Invocation, Recording, is_success
from conformance.wire.stream import CHECKPOINT, STATE, Update, canonical
from conformance.wire.values import json_or

LONGEST = 240
"""Characters of a value that a trace keeps."""

LONGEST_OUTPUT = 8_000
"""Characters of what the processes wrote that a trace keeps: its end, where the error is."""


@dataclass(frozen=True)
class Sent:
    """One update of a request. `details` has what it carries, by the wire's own names."""

    label: str  # as findings name it: 1.1:STEP.START
    path: str
    type: str
    subtype: str | None
    action: str
    name: str | None
    parent: str  # typed path, `root` at the root
    parent_name: str | None  # of the context that ParentId names
    parent_virtual: bool  # whether that one is virtual, which no update may name
    details: tuple[tuple[str, str], ...]
    accepted: bool


@dataclass(frozen=True)
class Invoked:
    """An invocation began."""

    seq: int
    invocation: int
    time: float
    function: str
    known: int | None  # operations in the state that it was given, itself not counted; None: can't be read


@dataclass(frozen=True)
class Requested:
    """A request and its answer. `says` is what the service said of one that it refused."""

    seq: int
    invocation: int | None
    time: float
    operation: str
    status: int
    fault: str | None
    says: str
    sent: tuple[Sent, ...]

    @property
    def refused(self) -> bool:
        """Whether the service did not take it."""
        return not is_success(self.status)


@dataclass(frozen=True)
class Ran:
    """A body, context or branch of the program began or ended, or the program said something."""

    seq: int
    invocation: int
    place: str  # as findings name it: handler/0/do/0[1]
    kind: str  # step, check, submitter, branch, child, handler, callback, note, log
    event: str  # start or end
    name: str | None
    virtual: bool | None  # whether it is a context that owns no operation; None where only the run decides
    attempt: int | None
    says: str  # how it ended, what was noted or logged


@dataclass(frozen=True)
class Answered:
    """An invocation ended. `status` is the answer's, or how the process ended."""

    seq: int
    invocation: int
    time: float
    status: str
    says: str  # the result or the error


@dataclass(frozen=True)
class Said:
    """The harness or the lab said something about the run itself."""

    seq: int
    invocation: int | None
    kind: str
    says: str


Moment: TypeAlias = Invoked | Requested | Ran | Answered | Said


@dataclass(frozen=True)
class Trace:
    """One recording: what happened, in order, and what the subject's processes wrote."""

    subject: str
    status: str  # of the scenario's own execution
    moments: tuple[Moment, ...]
    stderr: str
    document: Mapping[str, Any]  # the scenario that ran


def trace(recording: Recording) -> Trace:
    """Decode a recording. What can't be decoded (the judge says so) has no names and no updates."""
    names: _Names | _Nameless
    try:
        names = _Names(recording)
    except Exception:  # noqa: BLE001 (whatever is odd about a recording, what is known of it is shown)
        names = _Nameless()
    sent: dict[int, list[Sent]] = defaultdict(list)
    for update in names.updates:
        sent[update.seq].append(names.sent(update))
    moments: list[Moment] = [
        *(moment for invocation in recording.invocations for moment in _invocation(invocation)),
        *(_exchange(exchange, tuple(sent[exchange.seq])) for exchange in recording.exchanges),
        *(names.ran(effect) for effect in recording.effects),
        *(Said(one.seq, one.invocation, one.kind, _cut(one.message)) for one in recording.reports),
    ]
    return Trace(
        subject=recording.subject.id,
        status=recording.executions[0].status if recording.executions else "never began",
        moments=tuple(sorted(moments, key=lambda moment: moment.seq)),
        stderr=_end(recording.stderr),
        document=recording.document,
    )


class _Names:
    """Names of operations and bodies, by the ids and places of one recording."""

    def __init__(self, recording: Recording) -> None:
        scenario = Scenario.from_document(recording.scenario, recording.document)
        self._stream = canonical(recording, scenario)
        self.updates = self._stream.all
        bodies = [scenario.handler, *(function.handler for function in scenario.functions.values())]
        self._statements: Mapping[str, Statement] = {
            one.at: one for body in bodies for one in statements_within(body)
        }
        self._program = Program((), scenario.input, len(recording.invocations) or 1)

    def sent(self, update: Update) -> Sent:
        """An update with the names of what it is about."""
        places = self._stream.identities[update.execution].places
        parent = places.get(update.parent_id) if update.parent_id else None
        return Sent(
            label=update.label,
            path=update.path,
            type=update.type,
            subtype=update.subtype,
            action=update.action,
            name=update.name,
            parent=update.parent,
            parent_name=_name(parent),
            parent_virtual=update.parent != ROOT and parent is not None and parent.virtual is True,
            details=tuple((key, _short(value)) for key, value in update.fields.items()),
            accepted=update.accepted,
        )

    def ran(self, effect: Effect) -> Ran:
        """A body with its name and what its context owns."""
        statement = self._statements.get(effect.at)
        name = getattr(statement, "name", ABSENT)
        return _ran(effect, name if isinstance(name, str) else None, self._virtual(statement, effect.kind))

    def _virtual(self, statement: Statement | None, kind: str) -> bool | None:
        if statement is None or kind not in ("child", "branch"):
            return False
        role = Role.BRANCH if kind == "branch" else Role.OWN
        return self._program.virtual(Slot(statement, role))


class _Nameless:
    """What stands for the names where a recording can't be decoded."""

    updates: tuple[Update, ...] = ()

    def sent(self, update: Update) -> Sent:
        """There are no updates."""
        raise LookupError(update.label)

    def ran(self, effect: Effect) -> Ran:
        """A body by its place alone."""
        return _ran(effect, None, None)


def _ran(effect: Effect, name: str | None, virtual: bool | None) -> Ran:  # noqa: FBT001 (a member of what it makes)
    return Ran(
        seq=effect.seq,
        invocation=effect.invocation,
        place=effect.place,
        kind=effect.kind,
        event=effect.event,
        name=name,
        virtual=virtual,
        attempt=effect.attempt,
        says=_outcome(effect),
    )


def _name(place: Position | None) -> str | None:
    """The name that the scenario gives to what stands at a place."""
    if place is None or not place.candidates or place.branch:
        return None
    name = getattr(place.candidates[0].slot.statement, "name", ABSENT)
    return name if isinstance(name, str) else None


def _invocation(one: Invocation) -> Iterator[Moment]:
    yield Invoked(one.seq, one.number, one.time, one.function, _known(one.input))
    if one.ended_seq is not None:
        status, says = _answer(one)
        ended = one.time if one.ended_time is None else one.ended_time
        yield Answered(one.ended_seq, one.number, ended, status, says)


def _known(event: str) -> int | None:
    state = _member(json_or(event), "InitialExecutionState")
    operations = _member(state, "Operations")
    if not isinstance(operations, list):
        return None
    return len([one for one in operations if _member(one, "Type") != "EXECUTION"])


def _answer(one: Invocation) -> tuple[str, str]:
    output = json_or(one.output)
    status = _member(output, "Status")
    if one.outcome != "response" or not isinstance(status, str):
        return str(one.outcome or "no answer"), _cut(one.output or "")
    said = [output[key] for key in ("Result", "Error") if output.get(key) is not None]
    return status, " ".join(value if isinstance(value, str) else _short(value) for value in said)[:LONGEST]


def _exchange(one: Exchange, sent: tuple[Sent, ...]) -> Requested:
    refused = not one.taken
    says = ""
    if refused:
        body = json_or(one.response)
        message = _member(body, "message") or _member(body, "Message")
        says = _cut(message if isinstance(message, str) else one.response)
    elif one.operation == STATE:
        operations = _member(json_or(one.response), "Operations")
        says = f"{len(operations)} operations" if isinstance(operations, list) else ""
    elif one.operation == CHECKPOINT and not sent:
        says = "nothing to write: it asks what is new"
    return Requested(one.seq, one.invocation, one.time, one.operation, one.status, one.fault, says, sent)


def _outcome(effect: Effect) -> str:
    detail = effect.detail
    if effect.kind == "log" and isinstance(detail, dict):
        return _cut(f"{detail.get('level')}: {detail.get('message')}")
    if effect.event == "end" and isinstance(detail, dict):
        return str(detail.get("outcome", ""))
    return "" if detail is None else _short(detail)


def _member(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _short(value: Any) -> str:
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _end(text: str) -> str:
    """The last lines of a text, as many as a trace keeps."""
    if len(text) <= LONGEST_OUTPUT:
        return text
    return f"… ({len(text)} characters in all)\n{text[-LONGEST_OUTPUT:].partition(chr(10))[2]}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
