"""A recording: all that one subject did in one scenario, as plain JSON.

It is the only thing that passes from the lab to the judging, so that judging again never runs an SDK.
Sequence numbers (`seq`) are one total order over a recording: invocations, exchanges, effects and reports are
numbered from one counter.

Times are seconds of virtual (service) time since the run began. What was sent to the subject is in the
subject's frame: every timestamp less `skew` seconds, the service's time less the real one just then; both
frames can therefore be had from a recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar

SCHEMA = 1


class Outcome(StrEnum):
    """How an invocation ended, as the Lambda Runtime API sees it."""

    RESPONSE = "response"  # the runtime posted a response
    ERROR = "error"  # the runtime posted an invocation error
    EXIT = "exit"  # the process ended before it answered
    HANG = "hang"  # no answer, though the machine gave it all the time that the scenario's limit allows
    CUT = "cut"  # the run was ended while it went on: nothing is known of it
    GARBAGE = "garbage"  # an answer that breaks the Runtime API


class ReportKind(StrEnum):
    """What a harness or the lab says about the run itself."""

    UNSUPPORTED = "unsupported"  # this SDK version can't do a statement of the program
    HARNESS = "harness"  # the harness failed: a statement it doesn't know, a message that was refused
    EXPRESSION = "expression"  # an expression of the scenario failed on the values that it met
    LAB = "lab"  # the lab can't go on: a held body that can never be released, an actor with no callback
    SUBJECT = "subject"  # the subject misbehaved as a process
    SCENARIO = "scenario"  # the scenario asks for what never happens: a fault that strikes nothing
    MACHINE = "machine"  # the machine was too slow for the run to come to an end
    DROPPED = "dropped"  # what a process said of an invocation that had ended: noted, and never judged


def is_success(status: int) -> bool:
    """Whether an HTTP status says that a request was taken."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


@dataclass(frozen=True)
class SubjectInfo:
    """Which SDK at which version: `id` as the user named it, `sdk` a record's name or one of the user's own.

    `record` is the text of the SDK's record where it came with the subject and is none of the suite's.
    """

    id: str
    sdk: str
    version: str
    record: str | None = None


@dataclass(frozen=True)
class Handover:
    """Where another subject took a run over: all invocations beyond number `after` are `to`'s."""

    after: int
    to: SubjectInfo


@dataclass(frozen=True)
class ExecutionRecord:
    """One durable execution: the first is the scenario's own, others are targets of chained invokes."""

    arn: str
    function: str
    parent: str | None  # ARN of the execution that invoked this one
    parent_operation: str | None  # id of the CHAINED_INVOKE operation there
    input: str | None  # the execution's input as JSON text
    status: str  # RUNNING, SUCCEEDED, FAILED, TIMED_OUT, STOPPED
    result: str | None
    error: dict[str, Any] | None  # ErrorObject in the wire's spelling
    history: tuple[dict[str, Any], ...]  # GetDurableExecutionHistory events, with execution data


@dataclass(frozen=True)
class Invocation:
    """One call of the handler: what it was given and what it answered."""

    number: int  # from 1, in order of start, over the whole recording
    seq: int
    ended_seq: int | None
    execution: str
    function: str
    request_id: str
    time: float
    ended_time: float | None
    skew: float
    input: str  # the event as sent, in the subject's frame
    outcome: Outcome | None  # None: still running when the recording ended
    output: str | None  # the body of the response or of the error

    @property
    def answered(self) -> bool:
        """Whether its process lived to answer: all that it had to tell of bodies has been told."""
        return self.outcome in (Outcome.RESPONSE, Outcome.ERROR)


@dataclass(frozen=True)
class Exchange:
    """One request of the subject to the service and the answer it got."""

    seq: int
    invocation: int | None  # number of the invocation in whose course it was sent; None if it can't be told
    execution: str
    operation: str  # the service model's name: CheckpointDurableExecution, GetDurableExecutionState, ...
    time: float
    skew: float
    request: str  # body as sent; for a GET the query as a JSON object
    status: int
    response: str  # body as the service answered it, in the service's frame
    fault: str | None = None  # name of the injected fault that touched it
    answered: int | None = None  # where the answer was held: the sequence number at which it went out

    @property
    def taken(self) -> bool:
        """Whether the service took it."""
        return is_success(self.status)


@dataclass(frozen=True)
class Effect:
    """A body that ran, as reported by the harness on the side channel.

    `at` is the statement's place in the program, `indexes` the map or parallel branch indexes (from 0) that
    lead to it, outermost first, so that (`execution`, `at`, `indexes`) names one operation of the program.
    """

    seq: int
    invocation: int
    execution: str
    at: str
    indexes: tuple[int, ...]
    kind: str  # step, check, submitter, branch, child, handler, callback, note, log
    event: str  # start or end; a callback (its creation), note or log has start only
    attempt: int | None  # as the SDK counts, from 1
    run: int  # how many times this body has begun, from 1, counted by the lab over crashes
    detail: Any = None
    """note: the value; log: {level, message}; end: {outcome: returned or raised, and what else is known}.

    The end of a branch, child or handler that returned has the `size` of the value as JSON, in bytes; that of
    a submitter, and a callback, the `callback_id` that the SDK gave.
    """

    @property
    def place(self) -> str:
        """Its `at` and `indexes` in one, as findings name it: `handler/0/do/0[1]`."""
        return self.at + "".join(f"[{index}]" for index in self.indexes)


@dataclass(frozen=True)
class FailedExpression:
    """An expression that failed in a harness: its tree (docs/values.md), and what it read of the scope.

    `names` are values as JSON, or as the harness's language writes what JSON can't, cut to size; `budget`
    says that it failed for computing too much.
    """

    tree: tuple[Any, ...]
    indexes: tuple[int, ...]
    budget: bool
    names: dict[str, Any]


@dataclass(frozen=True)
class Report:
    """Something a harness or the lab said about the run itself.

    `expression` is there where it is one that failed, `feature` where that is what a version does not have.
    """

    seq: int
    kind: ReportKind
    message: str
    invocation: int | None = None
    at: str | None = None
    expression: FailedExpression | None = None
    feature: str | None = None


@dataclass(frozen=True)
class Recording:
    """All that judging needs."""

    schema: int
    scenario: str  # id
    document: dict[str, Any]  # as loaded: `Scenario.from_document(id, document)` makes the scenario of it
    subject: SubjectInfo
    executions: tuple[ExecutionRecord, ...]
    invocations: tuple[Invocation, ...]
    exchanges: tuple[Exchange, ...]
    effects: tuple[Effect, ...]
    reports: tuple[Report, ...]
    complete: bool  # the scenario's execution reached a terminal status and the lab went quiet, in time
    seconds: float  # real time
    held_seconds: float  # real time spent waiting inside held invocations
    stderr: str  # the last lines the subject's processes wrote while it ran
    instrumented: bool = True
    """Whether the subject used the side channel: one that did not tells of no body."""
    held: bool = False
    """Whether the gateway held the answer to each update that something depends on: see `lab.holding`."""
    handover: Handover | None = None
    """Where the run went over from `subject` to another one; None where it did not."""

    def subject_of(self, invocation: int | None) -> SubjectInfo:
        """Who handled an invocation, by its number; of what belongs to none, the run's first subject."""
        handover = self.handover
        if handover is None or invocation is None or invocation <= handover.after:
            return self.subject
        return handover.to

    @property
    def spoken(self) -> int:
        """Characters of all its requests and answers."""
        return sum(len(exchange.request) + len(exchange.response) for exchange in self.exchanges)

    def of(self, execution: str) -> Part:
        """What it holds of one execution."""
        return self._parts.get(execution, _NOTHING)

    @cached_property
    def _parts(self) -> Mapping[str, Part]:
        invocations = _grouped(self.invocations)
        exchanges = _grouped(self.exchanges)
        effects = _grouped(self.effects)
        return {
            arn: Part(invocations.get(arn, ()), exchanges.get(arn, ()), effects.get(arn, ()))
            for arn in dict.fromkeys((*invocations, *exchanges, *effects))
        }


@dataclass(frozen=True)
class Part:
    """What a recording holds of one execution, each in the recording's order."""

    invocations: tuple[Invocation, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    effects: tuple[Effect, ...] = ()


_NOTHING = Part()
_Of = TypeVar("_Of", Invocation, Exchange, Effect)


def _grouped(items: Iterable[_Of]) -> dict[str, tuple[_Of, ...]]:
    groups: dict[str, list[_Of]] = {}
    for item in items:
        groups.setdefault(item.execution, []).append(item)
    return {arn: tuple(own) for arn, own in groups.items()}
