"""The canonical stream: what a recording says on the checkpoint wire, free of how it was cut into requests.

Every update of every CheckpointDurableExecution request is one `Update`, in the order of arrival, its ids
decoded to typed paths and its payload to a value. Updates that the service refused are kept and marked:
nothing that follows from the stream of accepted ones may count them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.sdks import registry
from conformance.vocabulary import SubType
from conformance.wire import payloads
from conformance.wire.identity import EXECUTION, Identity, Position, Said, decode
from conformance.wire.payloads import Form
from conformance.wire.program import Program, function_body, statements_within
from conformance.wire.values import parse, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.scenario.model import Scenario
    from conformance.sdks.dialect import Dialect
    from conformance.wire.recording import Exchange, ExecutionRecord, Recording, SubjectInfo

CHECKPOINT = "CheckpointDurableExecution"
STATE = "GetDurableExecutionState"
UNNAMED = "?"
"""The path of an update without an id."""

TERMINAL = frozenset({"SUCCEED", "FAIL", "CANCEL"})


@dataclass(frozen=True)
class Update:
    """One update, decoded.

    `fields` holds the wire's optional members by their own names, decoded: Payload (a value), Error,
    ContextOptions, StepOptions, WaitOptions, CallbackOptions, ChainedInvokeOptions; what was not sent is not
    in it. A member that is not of the kind it should be is left as it is: the schema layer says so.
    """

    seq: int  # of the exchange
    index: int  # within the request
    execution: str  # ARN
    invocation: int | None  # number
    time: float  # virtual seconds
    accepted: bool
    path: str  # typed path; `execution` for the execution's own; `?..` for an id that no position gives
    parent: str  # typed path of ParentId, `root` when there is none
    occurrence: int  # from 1: the how-manieth update of this path and action, refused ones counted apart
    id: str
    parent_id: str | None
    type: str
    action: str
    subtype: str | None
    name: str | None
    fields: Mapping[str, Any]
    form: Form | None  # how the payload was written; None without one
    raw: Mapping[str, Any]
    repeated: bool = False
    """Whether the service had answered the same request before: it says nothing new."""

    @property
    def label(self) -> str:
        """Where a finding about it points: `1.2:STEP.START`, a repetition as `1.2:STEP.RETRY#2`."""
        again = f"#{self.occurrence}" if self.occurrence > 1 else ""
        return f"{self.path}:{self.type}.{self.action}{again}"

    @property
    def terminal(self) -> bool:
        """Whether it ends its operation."""
        return self.action in TERMINAL


@dataclass(frozen=True)
class Stream:
    """All updates of a recording in order of arrival, and how their ids were decoded, by execution."""

    all: tuple[Update, ...]
    identities: Mapping[str, Identity]
    main: str  # ARN of the scenario's own execution; empty if it never began
    sequential: bool

    @cached_property
    def accepted(self) -> tuple[Update, ...]:
        """The updates that the service took, in the order in which it took them."""
        return tuple(update for update in self.all if update.accepted)

    @cached_property
    def operations(self) -> Mapping[str, tuple[Update, ...]]:
        """Accepted updates by typed path, each in order, paths in order of appearance."""
        groups: dict[str, list[Update]] = {}
        for update in self.accepted:
            groups.setdefault(update.path, []).append(update)
        return {path: tuple(updates) for path, updates in groups.items()}

    def place(self, update: Update) -> Position | None:
        """Give the program's position that an update is about, if its id is that of one."""
        return self.identities[update.execution].places.get(update.id)

    def of(self, execution: str) -> tuple[Update, ...]:
        """Accepted updates of one execution."""
        return tuple(update for update in self.told(execution) if update.accepted)

    def told(self, execution: str) -> tuple[Update, ...]:
        """All updates of one execution, refused ones too."""
        return self._by_execution.get(execution, ())

    @cached_property
    def _by_execution(self) -> Mapping[str, tuple[Update, ...]]:
        groups: dict[str, list[Update]] = {}
        for update in self.all:
            groups.setdefault(update.execution, []).append(update)
        return {arn: tuple(updates) for arn, updates in groups.items()}

    def ordered(self) -> tuple[Update, ...]:
        """Accepted updates in an order without chance: as they came, or operation by operation."""
        if self.sequential:
            return self.accepted
        paths = sorted(self.operations, key=path_key)
        return tuple(update for path in paths for update in self.operations[path])


def path_key(path: str) -> tuple[Any, ...]:
    """Sort key of typed paths: tree order, parents first, numbers as numbers, odd paths last."""
    return tuple(
        (_RANK[separator], int(part), "") if part.isdecimal() else (max(_RANK.values()) + 1, 0, part)
        for separator, part in _PART.findall(path)
    )


_PART = re.compile(r"([.\[>]?)([^.\[\]>]+)\]?")
_RANK = {"": 0, ".": 0, "[": 0, ">": 1}


def canonical(recording: Recording, scenario: Scenario | None = None) -> Stream:
    """Bring a recording into canonical form; `scenario` only spares making it from the document."""
    if scenario is None:
        from conformance.scenario.model import Scenario as Model  # noqa: PLC0415 - only when none is at hand

        scenario = Model.from_document(recording.scenario, recording.document)
    requests = [_Request.of(exchange) for exchange in recording.exchanges if exchange.operation == CHECKPOINT]
    dialect = spoken(recording.subject)
    identities = _identities(recording, scenario, requests, dialect)
    main = recording.executions[0].arn if recording.executions else ""
    return Stream(
        all=tuple(_updates(requests, identities, recording)),
        identities=identities,
        main=main,
        sequential=not _concurrent(scenario),
    )


def spoken(subject: SubjectInfo) -> Dialect:
    """The dialect of a recording's subject: of the record that came with it, or of the suite's own."""
    return registry.dialect(subject.sdk, subject.version, subject.record)


@dataclass(frozen=True)
class _Request:
    """A checkpoint request, parsed as far as it can be: what is odd in it is the schema layer's affair."""

    exchange: Exchange
    token: str | None
    client_token: str | None
    updates: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, exchange: Exchange) -> _Request:
        try:
            body = json.loads(exchange.request)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return cls(exchange, None, None, ())
        updates = body.get("Updates")
        listed = updates if isinstance(updates, list) else []
        kept = tuple(update for update in listed if isinstance(update, dict))
        return cls(exchange, _text(body, "CheckpointToken"), _text(body, "ClientToken"), kept)

    @property
    def taken(self) -> bool:
        return self.exchange.taken


def _identities(
    recording: Recording, scenario: Scenario, requests: list[_Request], dialect: Dialect
) -> dict[str, Identity]:
    ids: dict[str, set[str]] = {execution.arn: set() for execution in recording.executions}
    said: dict[str, dict[str, Said]] = defaultdict(dict)
    for request in requests:
        of_execution = ids.setdefault(request.exchange.execution, set())
        for update in request.updates:
            if update.get("Type") != "EXECUTION":
                of_execution.update(str(update[key]) for key in ("Id", "ParentId") if update.get(key))
                what = Said(str(update.get("Type")), _subtype(update, dialect), _text(update, "Name"))
                said[request.exchange.execution].setdefault(str(update.get("Id")), what)
    records = {execution.arn: execution for execution in recording.executions}
    identities: dict[str, Identity] = {}
    for arn, wanted in ids.items():
        program = _program(recording, scenario, arn, records.get(arn))
        prefix = _prefix(arn, records, identities)
        identities[arn] = decode(program, dialect, wanted, prefix, said=said[arn])
    return identities


def _program(recording: Recording, scenario: Scenario, arn: str, record: ExecutionRecord | None) -> Program:
    main = not recording.executions or arn == recording.executions[0].arn
    branches: dict[tuple[str, tuple[int, ...]], int] = {}
    for effect in recording.of(arn).effects:
        if effect.kind == "branch" and effect.indexes:
            batch = (effect.at, effect.indexes[:-1])
            branches[batch] = max(branches.get(batch, -1), effect.indexes[-1])
    return Program(
        body=function_body(scenario, record.function if record else "", main=main),
        input=scenario.input if main else _input(record),
        invocations=len(recording.of(arn).invocations) or 1,
        branches=branches,
    )


def _input(record: ExecutionRecord | None) -> Any:
    try:
        return parse(record.input) if record and record.input is not None else None
    except ValueError:
        return None


def _prefix(arn: str, records: Mapping[str, ExecutionRecord], identities: Mapping[str, Identity]) -> str:
    """Begin a chained execution's paths with the invoke's: a recording has parents before children."""
    record = records.get(arn)
    if record is None or record.parent is None:
        return ""
    parent = identities.get(record.parent)
    return f"{parent.path(record.parent_operation)}>" if parent else "?>"


def _concurrent(scenario: Scenario) -> bool:
    """Whether two branches may run at once, by the scenario alone: both sides must agree on it."""
    programs = [Program(scenario.handler, scenario.input)]
    programs += [Program(function.handler) for function in scenario.functions.values()]
    return any(
        program.concurrent(statement) for program in programs for statement in statements_within(program.body)
    )


def _updates(
    requests: list[_Request], identities: Mapping[str, Identity], recording: Recording
) -> Iterator[Update]:
    counts: dict[tuple[str, str, bool], int] = {}
    dialects: dict[str, Dialect] = {}
    answered: dict[tuple[str, str | None, str], _Request] = {}
    for request in requests:
        exchange, identity = request.exchange, identities[request.exchange.execution]
        before = _repeats(request, answered)
        accepted = request.taken and before is None
        subject = recording.subject_of(exchange.invocation)
        dialect = dialects.get(subject.id) or dialects.setdefault(subject.id, spoken(subject))
        for index, raw in enumerate(request.updates):
            path = _path(identity, raw)
            key = (path, str(raw.get("Action")), accepted)
            counts[key] = counts.get(key, 0) + 1
            yield _update(
                exchange,
                index,
                raw,
                identity,
                path=path,
                occurrence=counts[key],
                accepted=accepted,
                repeated=before is not None and before.updates == request.updates,
                dialect=dialect,
            )


def _path(identity: Identity, raw: Mapping[str, Any]) -> str:
    if raw.get("Type") == "EXECUTION":
        return identity.prefix + EXECUTION
    return identity.path(_text(raw, "Id")) if _text(raw, "Id") else UNNAMED


def _repeats(request: _Request, answered: dict[tuple[str, str | None, str], _Request]) -> _Request | None:
    """The request by which the service had answered this very one: it answers again and applies nothing."""
    if request.client_token is None or not request.taken:
        return None
    key = (request.exchange.execution, request.token, request.client_token)
    known = answered.get(key)
    answered.setdefault(key, request)
    return known


def _update(  # noqa: PLR0913 - the parts of one update, all of them needed
    exchange: Exchange,
    index: int,
    raw: dict[str, Any],
    identity: Identity,
    *,
    path: str,
    occurrence: int,
    accepted: bool,
    repeated: bool,
    dialect: Dialect,
) -> Update:
    fields: dict[str, Any] = {}
    form = None
    for key, value in raw.items():
        if key in _IDENTITY_FIELDS or value is None:
            continue
        if key == "Payload" and isinstance(value, str):
            payload = payloads.read(
                value, dialect, _text(raw, "SubType"), summary=_replays_children(raw), names=identity.named
            )
            fields[key], form = payload.value, payload.form
        elif key == "Error" and isinstance(value, dict):
            fields[key] = payloads.error(value, dialect, identity.named)
        else:
            fields[key] = plain(value)
    parent_id = _text(raw, "ParentId")
    return Update(
        seq=exchange.seq,
        index=index,
        execution=exchange.execution,
        invocation=exchange.invocation,
        time=exchange.time,
        accepted=accepted,
        path=path,
        parent=identity.path(parent_id),
        occurrence=occurrence,
        id=_text(raw, "Id") or "",
        parent_id=parent_id,
        type=str(raw.get("Type")),
        action=str(raw.get("Action")),
        subtype=_subtype(raw, dialect),
        name=_text(raw, "Name"),
        fields=fields,
        form=form,
        raw=raw,
        repeated=repeated,
    )


def _subtype(raw: dict[str, Any], dialect: Dialect) -> str | None:
    """What kind of operation it is: a with_retry's context, however it is called, is a child context."""
    said = _text(raw, "SubType")
    return SubType.CHILD if said is not None and said == dialect.with_retry_subtype else said


_IDENTITY_FIELDS = frozenset({"Id", "ParentId", "Type", "Action", "SubType", "Name"})


def _text(raw: Mapping[str, Any], key: str) -> str | None:
    value = raw.get(key)
    return value if isinstance(value, str) else None


def _replays_children(raw: Mapping[str, Any]) -> bool:
    options = raw.get("ContextOptions")
    return isinstance(options, dict) and options.get("ReplayChildren") is True
