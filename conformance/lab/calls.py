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
from conformance.lab.emulator import ACCOUNT, REGION
from conformance.lab.invoker import Call, Invoker, Reply
from conformance.lab.recorder import Flight, Recorder
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
    landed: Callable[[Flight], None]
    failed: Callable[[BaseException], None]
    plain: list[ExecutionRecord] = field(
        default_factory=list
    )  # plain targets, each as an execution of its own
    _by_request: dict[str, Flight] = field(default_factory=dict)
    _by_token: dict[str, Flight] = field(default_factory=dict)

    def of_request(self, request_id: str) -> Flight | None:
        """The invocation with that request id."""
        return self._by_request.get(request_id)

    def in_flight(self, execution: str | None = None) -> list[Flight]:
        """The invocations that still run: of one execution or of all."""
        return [
            flight
            for flight in self.recorder.flights
            if flight.in_flight and execution in (None, flight.execution)
        ]

    def of_token(self, token: str | None, execution: str) -> Flight | None:
        """Whose request carries this checkpoint token; without one, the execution's invocation in flight."""
        try:
            parsed = CheckpointToken.from_str(token or "")
        except (ValueError, KeyError, TypeError):
            parsed = None
        if parsed is not None and (flight := self._by_token.get(parsed.invocation_id)) is not None:
            return flight
        flying = self.in_flight(execution)
        return flying[0] if flying else None

    async def invoke(self, call: Call) -> Reply:
        """Call a function and wait for its answer.

        Raises:
            EnvironmentFault: No process can be started; the run is told as well.
        """
        flight = self._take_off(call)
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{call.function}:$LATEST"
        event = LateEvent(
            flight.request_id, arn, call.tenant, lambda: _board(flight, call), lambda: flight.wear
        )
        flight.task = asyncio.ensure_future(self.pool.invoke(event))
        try:
            answer = await flight.task
        except asyncio.CancelledError:
            if flight.killed is None:
                flight.task.cancel()
                raise
            answer = Answer(flight.killed, None, "")
        except EnvironmentFault as fault:
            self.failed(fault)
            raise
        self._land(flight, call, answer)
        return Reply(answer, flight.request_id)

    def _take_off(self, call: Call) -> Flight:
        durable = call.operation is None
        execution = call.execution if durable else f"{call.execution}#{call.operation}"
        token = call.event.get("CheckpointToken") if durable else None
        flight = Flight(
            number=len(self.recorder.flights) + 1,
            ordinal=1 + sum(flight.execution == execution for flight in self.recorder.flights),
            seq=self.recorder.next(),
            execution=execution,
            function=call.function,
            request_id=str(uuid.uuid4()),
            token_id=CheckpointToken.from_str(token).invocation_id if token else None,
            start=self.clock.micros,
        )
        self.recorder.flights.append(flight)
        self._by_request[flight.request_id] = flight
        if flight.token_id:
            self._by_token[flight.token_id] = flight
        return flight

    def _land(self, flight: Flight, call: Call, answer: Answer) -> None:
        if not flight.input:
            _board(
                flight, call
            )  # it was killed before a process took it: the recording shows what it was to get
        flight.end = self.clock.micros
        flight.ended_seq = self.recorder.next()
        flight.outcome = answer.outcome
        flight.output = answer.body
        if answer.stderr:
            self.recorder.stderr.append(answer.stderr)
        if call.operation is not None:
            self.plain.append(_plain_record(flight, call, answer))
        self.landed(flight)


def _board(flight: Flight, call: Call) -> str:
    """A process takes the invocation: from now on its real time counts. The event in the subject's frame."""
    flight.real_start = time.monotonic()
    flight.skew = frames.skew(flight.start / SECOND)
    event = frames.event(call.event, flight.skew) if flight.token_id else call.event
    flight.input = json.dumps(event)
    return flight.input


class LateEvent(Event):
    """An event whose body and deadline are made when a process takes it.

    An invocation may have to wait for a process to start, and that must not count as time that has passed in
    it.
    """

    def __init__(
        self,
        request_id: str,
        function_arn: str,
        tenant: str | None,
        board: Callable[[], str],
        wear: Callable[[], int],
    ) -> None:
        """`board` gives the body as JSON text, `wear` how many requests had to be sent again."""
        super().__init__(request_id, function_arn, b"", 0, tenant)
        del self.__dict__["body"], self.__dict__["deadline_ms"]
        self.__dict__["_board"] = board
        self.__dict__["_wear"] = wear

    @cached_property
    def body(self) -> bytes:
        """The invocation's input."""
        board: Callable[[], str] = self.__dict__["_board"]
        return board().encode()

    @cached_property
    def deadline_ms(self) -> int:
        """When Lambda would end it: always as long after it began."""
        return int((time.time() + DEADLINE_SECONDS) * 1000)

    @property
    def wear(self) -> int:
        """How many requests had to be sent again."""
        wear: Callable[[], int] = self.__dict__["_wear"]
        return wear()


def limit(flight: Flight) -> int:
    """Until when, in virtual microseconds, what is due may fire when the SDK polls in an invocation."""
    return flight.start + micros(time.monotonic() - flight.real_start + POLL_SLACK)


def passes_at(flight: Flight, due: int) -> float:
    """When, in monotonic seconds, `due` lies no more ahead of the invocation."""
    return flight.real_start + (due - flight.start) / SECOND


def _plain_record(flight: Flight, call: Call, answer: Answer) -> ExecutionRecord:
    """A plain target's one invocation as an execution: it has no durable execution of its own."""
    succeeded = answer.outcome is Outcome.RESPONSE
    error = None
    if not succeeded:
        error = {"ErrorMessage": answer.body or f"the process ended: {answer.outcome}"}
    return ExecutionRecord(
        arn=flight.execution,
        function=call.function,
        parent=call.execution,
        parent_operation=call.operation,
        input=flight.input,
        status="SUCCEEDED" if succeeded else "FAILED",
        result=answer.body if succeeded else None,
        error=error,
        history=(),
    )
