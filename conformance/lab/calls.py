"""Calls of the subject's functions: each one becomes an invocation of the recording."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from aws_durable_execution_sdk_python_testing.token import CheckpointToken

from conformance.errors import EnvironmentFault
from conformance.lab import frames
from conformance.lab.clock import SECOND, VirtualClock, micros
from conformance.lab.control import Control
from conformance.lab.emulator import ACCOUNT, REGION
from conformance.lab.invoker import Call, Invoker, Reply
from conformance.lab.recorder import OpenInvocation, Recorder
from conformance.subjects.event import Answer, Event
from conformance.wire.recording import ExecutionRecord, Outcome

DEADLINE_SECONDS = 900
"""How far ahead an invocation's deadline lies in real time, as Lambda's longest: an SDK decides by it."""

POLL_SLACK = 0.005
"""Seconds by which a poll may be early: an SDK rounds timestamps and timers to milliseconds."""


@dataclass
class Calls:
    """The invocations of one run."""

    pool: Invoker
    recorder: Recorder
    clock: VirtualClock
    control: Control
    plain: list[ExecutionRecord] = field(
        default_factory=list
    )  # plain targets, each as an execution of its own
    _by_request: dict[str, OpenInvocation] = field(default_factory=dict)
    _by_token: dict[str, OpenInvocation] = field(default_factory=dict)

    def of_request(self, request_id: str) -> OpenInvocation | None:
        """The invocation with that request id."""
        return self._by_request.get(request_id)

    def in_flight(self, execution: str | None = None) -> list[OpenInvocation]:
        """The invocations that still run: of one execution or of all."""
        return [
            invocation
            for invocation in self.recorder.opened
            if invocation.in_flight and execution in (None, invocation.execution)
        ]

    def of_token(self, token: str | None, execution: str) -> OpenInvocation | None:
        """Whose request carries this checkpoint token; without one, the execution's invocation in flight."""
        try:
            parsed = CheckpointToken.from_str(token or "")
        except (ValueError, KeyError, TypeError):
            parsed = None
        if parsed is not None and (invocation := self._by_token.get(parsed.invocation_id)) is not None:
            return invocation
        in_flight = self.in_flight(execution)
        return in_flight[0] if in_flight else None

    async def invoke(self, call: Call) -> Reply:
        """Call a function and wait for its answer.

        Raises:
            EnvironmentFault: No process can be started; the run is told as well.
        """
        invocation = self._open(call)
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{call.function}:$LATEST"
        left: list[str] = []
        event = LateEvent(invocation, call, arn, left.append)
        invocation.task = asyncio.ensure_future(self.pool.invoke(event))
        try:
            answer = await invocation.task
        except asyncio.CancelledError:
            if invocation.killed is None:
                invocation.task.cancel()
                raise
            answer = Answer(invocation.killed, None, "\n".join(left))
        except EnvironmentFault as fault:
            self.control.fail(fault)
            raise
        self._end(invocation, call, answer)
        return Reply(answer, invocation.request_id)

    def _open(self, call: Call) -> OpenInvocation:
        durable = call.operation is None
        execution = call.execution if durable else f"{call.execution}#{call.operation}"
        token = call.event.get("CheckpointToken") if durable else None
        invocation = OpenInvocation(
            number=len(self.recorder.opened) + 1,
            ordinal=1 + sum(invocation.execution == execution for invocation in self.recorder.opened),
            seq=self.recorder.next(),
            execution=execution,
            function=call.function,
            request_id=str(uuid.uuid4()),
            token_id=CheckpointToken.from_str(token).invocation_id if token else None,
            start=self.clock.micros,
        )
        self.recorder.opened.append(invocation)
        self._by_request[invocation.request_id] = invocation
        if invocation.token_id:
            self._by_token[invocation.token_id] = invocation
        return invocation

    def _end(self, invocation: OpenInvocation, call: Call, answer: Answer) -> None:
        if not invocation.input:
            _taken(
                invocation, call
            )  # it was killed before a process took it: the recording shows what it was to get
        invocation.end = self.clock.micros
        invocation.ended_seq = self.recorder.next()
        invocation.outcome = answer.outcome
        invocation.output = answer.body
        if answer.stderr:
            self.recorder.stderr.append(answer.stderr)
        if call.operation is not None:
            self.plain.append(_plain_record(invocation, call, answer))
        self.control.pulse.beat()


def _taken(invocation: OpenInvocation, call: Call) -> str:
    """A process takes the invocation: from now on its real time counts. The event in the subject's frame."""
    invocation.real_start = time.monotonic()
    invocation.skew = frames.skew(invocation.start / SECOND)
    event = frames.event(call.event, invocation.skew) if invocation.token_id else call.event
    invocation.input = json.dumps(event)
    return invocation.input


class LateEvent(Event):
    """An event whose body and deadline are made when a process takes it.

    An invocation may have to wait for a process to start, and that must not count as time that has passed in
    it.
    """

    def __init__(
        self, invocation: OpenInvocation, call: Call, function_arn: str, left: Callable[[str], None]
    ) -> None:
        """`left` is told what a process wrote that was killed before it answered."""
        super().__init__(invocation.request_id, function_arn, b"", 0, call.tenant)
        del self.__dict__["body"], self.__dict__["deadline_ms"]
        self.__dict__.update(_invocation=invocation, _call=call, _left=left)

    @cached_property
    def body(self) -> bytes:
        """The invocation's input."""
        return _taken(self.__dict__["_invocation"], self.__dict__["_call"]).encode()

    @cached_property
    def deadline_ms(self) -> int:
        """When Lambda would end it: always as long after it began."""
        return int((time.time() + DEADLINE_SECONDS) * 1000)

    @property
    def retries_sent(self) -> int:
        """How many requests had to be sent again."""
        invocation: OpenInvocation = self.__dict__["_invocation"]
        return invocation.retries_sent

    def left(self, written: str) -> None:
        """Its process was killed before it answered."""
        left: Callable[[str], None] = self.__dict__["_left"]
        left(written)


def limit(invocation: OpenInvocation) -> int:
    """Until when, in virtual microseconds, what is due may fire when the SDK polls in an invocation."""
    return invocation.start + micros(time.monotonic() - invocation.real_start + POLL_SLACK)


def passes_at(invocation: OpenInvocation, due: int) -> float:
    """When, in monotonic seconds, `due` lies no more ahead of the invocation."""
    return invocation.real_start + (due - invocation.start) / SECOND


def _plain_record(invocation: OpenInvocation, call: Call, answer: Answer) -> ExecutionRecord:
    """A plain target's one invocation as an execution: it has no durable execution of its own."""
    succeeded = answer.outcome is Outcome.RESPONSE
    error = None
    if not succeeded:
        error = {"ErrorMessage": answer.body or f"the process ended: {answer.outcome}"}
    return ExecutionRecord(
        arn=invocation.execution,
        function=call.function,
        parent=call.execution,
        parent_operation=call.operation,
        input=invocation.input,
        status="SUCCEEDED" if succeeded else "FAILED",
        result=answer.body if succeeded else None,
        error=error,
        history=(),
    )
