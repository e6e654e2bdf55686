"""The bodies that run in a subject: counted, held back, and told of."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NoReturn

from aws_durable_execution_sdk_python.lambda_service import Operation, OperationStatus, OperationType

from conformance.lab.control import Control
from conformance.lab.emulator import Stack
from conformance.lab.observed import Observed
from conformance.lab.progress import TICK_SECONDS, Progress
from conformance.lab.recorder import OpenInvocation, Recorder
from conformance.lab.statement_index import IndexedStatement, StatementIndex
from conformance.protocol.messages import Ask, BodyKind, EffectMessage, ProtocolError
from conformance.scenario.program import turn
from conformance.scenario.statements import After
from conformance.wire.recording import Effect, Outcome, ReportKind

COUNTED = frozenset(kind.value for kind in BodyKind)
"""Kinds of effects that are bodies, whose runs are counted over crashes."""

MOST_EFFECTS = 50_000
"""How many effects a run may have: the largest program that is admitted tells some thousands."""

ONGOING = frozenset({OperationStatus.STARTED, OperationStatus.PENDING, OperationStatus.READY})
QUIET_SECONDS = 0.3
"""How long the gateway must have been silent before a crash: longer than either SDK keeps an update back."""


UNTAKEN_SECONDS = 10.0
"""How long it must have been silent before a START that is waited for is known not to come: longer than a
fault delays an answer.
"""


class GoneError(Exception):
    """What is asked for will never be: the invocation has ended, or the run is given up."""


@dataclass(frozen=True)
class Begun:
    """A body or function as the harness names it."""

    at: str
    indexes: tuple[int, ...]
    kind: str
    attempt: int | None

    @classmethod
    def of(cls, told: Ask | EffectMessage) -> Begun:
        """From a message of the side channel."""
        return cls(told.at, told.indexes, told.kind.value, told.attempt)


@dataclass(eq=False)
class Hold:
    """A body that may not go on yet."""

    invocation: OpenInvocation
    begun: Begun
    after: After
    free: asyncio.Future[None]
    since: float

    def __str__(self) -> str:
        """Say what it waits for."""
        attempt = f" (attempt {self.after.attempt})" if self.after.attempt is not None else ""
        return f"the body at {self.begun.at} is held until {self.after.op!r} is {self.after.state}{attempt}"


@dataclass
class Bodies:
    """All bodies of one run."""

    places: StatementIndex
    stack: Stack
    observed: Observed
    recorder: Recorder
    control: Control
    progress: Progress
    holds: list[Hold] = field(default_factory=list)
    last_request: float = 0.0  # in the seconds in which the subject stood still
    _runs: Counter[tuple[str, str, tuple[int, ...]]] = field(default_factory=Counter)
    _crashing: dict[tuple[OpenInvocation, str, tuple[int, ...]], str] = field(default_factory=dict)
    _running: dict[OpenInvocation, Counter[tuple[str, tuple[int, ...]]]] = field(default_factory=dict)
    _effects: list[tuple[str, str, tuple[int, ...], str, int | None]] = field(default_factory=list)

    async def begin(self, invocation: OpenInvocation, ask: Ask) -> dict[str, Any]:
        """A body wants to begin: wait until it may; its turn, as the harness gets it.

        To others that wait for it, it runs from now on, held back or not.

        Raises:
            GoneError: It never may.
            ProtocolError: There is no such body.
        """
        begun = Begun.of(ask)
        if (first := self.places.body(begun.at, 1)) is None:
            raise ProtocolError(f"turns: no statement at {begun.at} has a body")
        key = (invocation.execution, begun.at, begun.indexes)
        self._runs[key] += 1
        run = self._runs[key]
        self._effects.append((*key, "start", begun.attempt))
        self.activity()
        body = self.places.body(begun.at, run) or first
        if body.after is not None and not self._true(invocation, begun, body.after):
            await self._hold(invocation, begun, body.after)
        self._running.setdefault(invocation, Counter())[begun.at, begun.indexes] += 1
        if body.crashes is not None:
            self._crashing[invocation, begun.at, begun.indexes] = body.crashes
        self._note(invocation, begun, "start", None, None)
        return turn(body, run)

    async def tell(self, invocation: OpenInvocation, told: EffectMessage) -> None:
        """Take an effect that the harness tells of. A body that is to crash never hears that it was taken.

        Raises:
            GoneError: Its process was killed.
        """
        begun = Begun.of(told)
        if told.event == "end" and (crash := self._crashing.get((invocation, begun.at, begun.indexes))):
            await self._crash(invocation, begun, crash)
        if told.event == "end" and invocation in self._running:
            self._running[invocation][begun.at, begun.indexes] -= 1
        self._note(invocation, begun, told.event, told.detail, told.number)

    async def _crash(self, invocation: OpenInvocation, begun: Begun, when: str) -> NoReturn:
        """Kill the process once the START of every body that runs is applied and the gateway is quiet.

        Every body that runs is a STEP on the wire, so all are applied when the execution has as many STEPs
        under way as bodies running. One that the service does not take, or that its SDK never sends, is
        waited for as long as it could still come.

        Raises:
            GoneError: Always: nobody is left to answer.
        """
        asked = self.progress.idle
        while invocation.in_flight and not self._all_started(invocation):
            if (left := self._until_silent(asked, UNTAKEN_SECONDS)) <= 0:
                if when != "started":
                    break
                message = f"the body at {begun.at} is to crash once its START was applied, which it never is"
                self.recorder.report(ReportKind.LAB, message, invocation, begun.at)
                self.control.stop()
                break
            await self.control.pulse.next(max(left, TICK_SECONDS))
        while invocation.in_flight and (left := self._until_silent(asked, QUIET_SECONDS)) > 0:
            await self.control.pulse.next(max(left, TICK_SECONDS))
        invocation.kill(Outcome.EXIT)
        await self._until_ended(invocation)
        raise GoneError("its process was killed")

    async def quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """Wait until the subject has stood still for so long since something last came of the run."""
        while (left := seconds - self.progress.still) > 0:
            await self.control.pulse.next(max(left, TICK_SECONDS))

    def activity(self) -> None:
        """Something happened in the run: holds may come true."""
        self.progress.moved()
        self.control.pulse.beat()

    def requested(self) -> None:
        """A request of a subject begins or ends: the gateway is not quiet."""
        self.last_request = self.progress.idle
        self.control.pulse.beat()

    def release(self) -> None:
        """Let go on what has come true, and forget the bodies of invocations that have ended."""
        for invocation in [invocation for invocation in self._running if not invocation.in_flight]:
            del self._running[invocation]
            self.progress.moved()
        for hold in list(self.holds):
            if not hold.invocation.in_flight:
                self._free(hold, GoneError("the invocation has ended"))
                self.progress.moved()
            elif self._true(hold.invocation, hold.begun, hold.after):
                self._free(hold)
                self.progress.moved()

    def all_held(self, invocations: list[OpenInvocation]) -> bool:
        """Whether there are held bodies and every body that runs in these invocations is held."""
        return bool(self.holds) and not any(
            count > 0 for invocation in invocations for count in self._running.get(invocation, {}).values()
        )

    def held(self, invocation: OpenInvocation) -> bool:
        """Whether an invocation has held bodies and every body that runs in it is held."""
        return self.all_held([invocation]) and any(hold.invocation is invocation for hold in self.holds)

    def give_up(self) -> None:
        """Nothing can come true any more: report every hold by name, and end the run."""
        for hold in list(self.holds):
            self.recorder.report(
                ReportKind.LAB, f"{hold}, which can't happen", hold.invocation, hold.begun.at
            )
            self._free(hold, GoneError(str(hold)))
        self.control.stop()

    async def _hold(self, invocation: OpenInvocation, begun: Begun, after: After) -> None:
        free: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.holds.append(Hold(invocation, begun, after, free, time.monotonic()))
        self.control.pulse.beat()
        try:
            await free
        except GoneError:
            await self._until_ended(invocation)
            raise

    async def _until_ended(self, invocation: OpenInvocation) -> None:
        """Wait until an invocation's process has been killed: it must not hear an answer before."""
        while invocation.in_flight:
            await self.control.pulse.next()

    def _free(self, hold: Hold, error: GoneError | None = None) -> None:
        self.holds.remove(hold)
        self.recorder.held_seconds += time.monotonic() - hold.since
        if hold.free.done():
            return
        if error is None:
            hold.free.set_result(None)
        else:
            hold.free.set_exception(error)

    def _note(
        self, invocation: OpenInvocation, begun: Begun, event: str, detail: Any, number: int | None
    ) -> None:
        if len(self.recorder.effects) >= MOST_EFFECTS:
            raise ProtocolError(f"effects: more than {MOST_EFFECTS} in one run")
        run = self._runs[invocation.execution, begun.at, begun.indexes] if begun.kind in COUNTED else 1
        effect = Effect(
            seq=self.recorder.next(),
            invocation=invocation.number,
            execution=invocation.execution,
            at=begun.at,
            indexes=begun.indexes,
            kind=begun.kind,
            event=event,
            attempt=begun.attempt,
            run=run,
            detail=detail,
        )
        self.recorder.effects.append((number, effect))
        self._effects.append((invocation.execution, begun.at, begun.indexes, event, begun.attempt))
        self.activity()

    def _true(self, invocation: OpenInvocation, begun: Begun, after: After) -> bool:
        if after.state != "checkpointed" and self._told(invocation, begun, after):
            return True
        return any(
            self._reached(operation, after) for operation in self._operations(invocation.execution, after.op)
        )

    def _told(self, invocation: OpenInvocation, begun: Begun, after: After) -> bool:
        """Whether an effect of what is waited for has been told, in the same branches as the held body."""
        wanted = "start" if after.state == "running" else "end"
        mine = self.places.by_at.get(begun.at)
        return any(
            execution == invocation.execution
            and event == wanted
            and after.attempt in (None, attempt)
            and _is_at(place, at, indexes)
            and indexes[: place.shares(mine) if mine else 0]
            == begun.indexes[: place.shares(mine) if mine else 0]
            for place in self.places.by_name.get(after.op, [])
            for execution, at, indexes, event, attempt in self._effects
        )

    def _operations(self, execution: str, name: str) -> list[Operation]:
        wanted = {operation.id for operation in self.observed.named(name, execution)}
        stored = self.stack.store.load(execution).operations if wanted else []
        return [operation for operation in stored if operation.operation_id in wanted]

    def _reached(self, operation: Operation, after: After) -> bool:
        if after.state == "running":
            # A step's body tells of itself; by the wire alone only one is known whose name is computed.
            return operation.operation_type is not OperationType.STEP or after.op not in self.places.by_name
        if after.attempt is not None and operation.step_details is not None:
            return operation.step_details.attempt >= after.attempt
        return operation.status not in ONGOING

    def _until_silent(self, since: float, seconds: float) -> float:
        """How long it takes until the gateway has been silent for so many seconds, beginning with `since`.

        Seconds are those in which the subject stood still: what a slow machine keeps it from sending may yet
        come.
        """
        return max(since, self.last_request) + seconds - self.progress.idle

    def _all_started(self, invocation: OpenInvocation) -> bool:
        if invocation.token_id is None:
            return True  # a plain function has no operations
        running = sum(count > 0 for count in self._running.get(invocation, {}).values())
        started = sum(
            operation.operation_type is OperationType.STEP and operation.status is OperationStatus.STARTED
            for operation in self.stack.store.load(invocation.execution).operations
        )
        return started >= running


def _is_at(place: IndexedStatement, at: str, indexes: tuple[int, ...]) -> bool:
    if place.branch is None:
        return at == place.at
    parallel = place.at.rpartition("/branches/")[0]
    return at == place.at or (at == parallel and indexes[-1:] == (place.branch,))
