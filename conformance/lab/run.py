"""One run: a scenario, a subject's pool, and what came of them as a recording."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from aws_durable_execution_sdk_python_testing.execution import Execution
from msgspec import UnsetType

from conformance.lab.actors import Actors
from conformance.lab.bodies import Bodies
from conformance.lab.calls import Calls
from conformance.lab.clock import VirtualClock
from conformance.lab.control import Control
from conformance.lab.driver import Driver
from conformance.lab.emulator import PAGE_BYTES, UNLIMITED, Stack
from conformance.lab.exchanges import Exchanges
from conformance.lab.faults import Faults
from conformance.lab.holding import Holding
from conformance.lab.invoker import Invoker
from conformance.lab.observed import Observed
from conformance.lab.polls import Polls
from conformance.lab.progress import TICK_SECONDS, End, Progress
from conformance.lab.recorder import OpenInvocation, Recorder
from conformance.lab.statement_index import StatementIndex
from conformance.protocol.features import Need, lacking
from conformance.protocol.messages import Hello, ProtocolError, ReportMessage
from conformance.scenario.model import Scenario
from conformance.scenario.program import MAIN, program
from conformance.scenario.statements import ABSENT, Absent
from conformance.wire.recording import (
    SCHEMA,
    ExecutionRecord,
    FailedExpression,
    Handover,
    Outcome,
    Recording,
    ReportKind,
    SubjectInfo,
)


class Run:
    """A run from its start to its recording. It must be made and used on one event loop."""

    def __init__(  # noqa: PLR0913 - what a run is made of
        self,
        scenario: Scenario,
        subject: SubjectInfo,
        pool: Invoker,
        delays: Callable[[], float] | None = None,
        slowness: float = 1.0,
        *,
        hold_each: bool = False,
        function: str = MAIN,
        handover: Handover | None = None,
    ) -> None:
        """Compose an emulator and start the scenario's execution in it; nothing moves before `record`.

        Args:
            scenario: What to run.
            subject: Who runs it.
            pool: The subject's processes.
            delays: How many real seconds the gateway holds a request; asked once a request.
            hold_each: Whether the answer to each update is held that something depends on: see `holding`.
            function: What the scenario's own function is called.
            handover: Where another subject takes over; `pool` is then a `Relay` of both.
            slowness: By how much slower this machine computes than limits were chosen for.
        """
        self.delays = delays
        self.scenario = scenario
        self.subject = subject
        self.handover = handover
        self.subjects = frozenset({subject.id, handover.to.id if handover else subject.id})
        self.arns: set[str] = set()
        self.recorder = Recorder()
        self.control = Control()
        self._began = time.monotonic()
        self._programs: dict[str, dict[str, Any]] = {}
        self._lacks: Need | Absent | None = ABSENT  # not looked at yet
        clock, observed = VirtualClock(), Observed()
        self._faults = faults = Faults(scenario.faults)
        self.calls = Calls(pool, self.recorder, clock, self.control)
        functions = {
            name: (function.timeout or UNLIMITED) if function.durable else None
            for name, function in scenario.functions.items()
            if not function.unknown
        }
        self.stack = Stack.build(
            functions=functions,
            clock=clock,
            invoke=self.calls.invoke,
            arrived=self.arns.add,
            control=self.control,
            page_bytes=1 if faults.paginate else PAGE_BYTES,
            no_state=faults.no_state,
        )
        self.progress = Progress(pool, self.calls.in_flight, scenario.limit * slowness)
        self.bodies = Bodies(
            StatementIndex.of(scenario), self.stack, observed, self.recorder, self.control, self.progress
        )
        payload = None if scenario.input is ABSENT else json.dumps(scenario.input)
        self.root = self.stack.start(function, payload)
        self.exchanges = Exchanges(
            root=self.root,
            stack=self.stack,
            calls=self.calls,
            recorder=self.recorder,
            observed=observed,
            faults=faults,
            polls=Polls(self.stack.scheduler, self.calls, self.bodies, self.control),
            active=self.bodies.activity,
            quiet=self.bodies.quiet,
            holding=Holding.of(scenario, self.bodies.quiet) if hold_each else None,
        )
        self.driver = Driver(
            root=self.root,
            stack=self.stack,
            calls=self.calls,
            exchanges=self.exchanges,
            actors=Actors(self.root, observed, self.stack.executor, list(scenario.outside)),
            bodies=self.bodies,
            recorder=self.recorder,
            control=self.control,
            progress=self.progress,
        )

    def program(self, invocation: OpenInvocation) -> dict[str, Any]:
        """The program that an invocation runs."""
        if invocation.function not in self._programs:
            self._programs[invocation.function] = program(self.scenario, invocation.function)
        return self._programs[invocation.function] | {"invocation": invocation.ordinal}

    def admits(self, hello: Hello) -> bool:
        """Whether harness and SDK can do all that the scenario needs; if not, the run ends as unsupported."""
        if self._lacks is ABSENT:
            self._lacks = lacking(self.scenario, frozenset(hello.features))
            if self._lacks is not None:
                lacks = self._lacks
                message = hello.refusal(lacks.feature)
                self.recorder.report(ReportKind.UNSUPPORTED, message, at=lacks.at, feature=lacks.feature)
                self.control.stop()
        return self._lacks is None

    def report(self, invocation: OpenInvocation, told: ReportMessage) -> None:
        """A harness says why it can't go on: the run ends."""
        self.recorder.report(ReportKind(told.kind), told.message, invocation, told.at, _failed(told))
        self.control.stop()

    def refuse(self, invocation: OpenInvocation, error: ProtocolError) -> None:
        """A harness said what the protocol forbids: the run ends."""
        self.recorder.report(ReportKind.HARNESS, f"the harness breaks the protocol: {error}", invocation)
        self.control.stop()

    async def record(self) -> Recording:
        """Drive the run to its end and give its recording.

        Raises:
            EnvironmentFault: The suite itself could not do its part, such as starting a process.
        """
        end = None
        try:
            end = await self._drive()
        finally:
            await self._close(_outcome(end))
        if self.control.fault is not None:
            raise self.control.fault
        if end is End.MACHINE:
            self.recorder.report(ReportKind.MACHINE, f"{end.value}: {self.progress}")
        ended = end is None and not self.control.stopped
        if ended:  # otherwise what they wait for had no time to come
            self.driver.missed_actions()
            self._missed_faults()
        return self._recording(complete=ended and self.driver.finished)

    async def _drive(self) -> End | None:
        """Drive the run to its end, or until its progress says that it must be ended."""
        driving = asyncio.ensure_future(self.driver.drive())
        try:
            while True:
                await asyncio.wait((driving,), timeout=TICK_SECONDS)
                end = self.progress.tick()
                if driving.done():
                    driving.result()
                    return None
                if end is not None:
                    return end
        finally:
            driving.cancel()
            await asyncio.wait((driving,))

    def _missed_faults(self) -> None:
        """Report the faults that never struck: what the scenario is there for did not happen."""
        for number, awaited in self._faults.missed().items():
            name = self.scenario.faults[number].fault
            self.recorder.report(
                ReportKind.SCENARIO, f"{name} never strikes: it is for {awaited}", at=f"faults/{number}"
            )

    async def _close(self, outcome: Outcome) -> None:
        """Kill what still runs, and wait until it is gone."""
        self.stack.executor.shutdown()  # first: what is killed now must not change any execution
        for invocation in self.calls.in_flight():
            invocation.kill(outcome)
        running = list(self.stack.scheduler.running)
        if running:
            await asyncio.wait(running, timeout=5)
        await self.stack.scheduler.close()

    def _recording(self, *, complete: bool) -> Recording:
        return Recording(
            schema=SCHEMA,
            scenario=self.scenario.id,
            document=self.scenario.document,
            subject=self.subject,
            executions=(*map(self._execution, self.stack.store.list_all()), *self.calls.plain),
            invocations=self.recorder.invocations(),
            exchanges=tuple(self.recorder.exchanges),
            effects=self.recorder.ordered_effects(),
            reports=tuple(self.recorder.reports),
            complete=complete,
            seconds=time.monotonic() - self._began,
            held_seconds=self.recorder.held_seconds,
            stderr=self.recorder.tail(),
            instrumented=self.recorder.instrumented,
            held=self.exchanges.holding is not None,
            handover=self.handover,
        )

    def _execution(self, execution: Execution) -> ExecutionRecord:
        arn = execution.durable_execution_arn
        parent, error = execution.parent_execution_arn, None
        if execution.result is not None and execution.result.error is not None:
            error = dict(execution.result.error.to_dict())
        return ExecutionRecord(
            arn=arn,
            function=execution.start_input.function_name,
            parent=parent,
            parent_operation=self._parent_operation(parent, arn),
            input=execution.start_input.get_normalized_input(),  # type: ignore[no-untyped-call] # the emulator's
            status=execution.current_status().value,
            result=execution.result.result if execution.result else None,
            error=error,
            history=self.stack.history(arn),
        )

    def _parent_operation(self, parent: str | None, arn: str) -> str | None:
        if parent is None:
            return None
        children = self.stack.store.load(parent).chained_invoke_children
        return next((operation for operation, child in children.items() if child == arn), None)


def _outcome(end: End | None) -> Outcome:
    """What becomes of an invocation that is open when its run is ended."""
    if end is None:
        return Outcome.EXIT
    return Outcome.HANG if end.hangs else Outcome.CUT


def _failed(told: ReportMessage) -> FailedExpression | None:
    if isinstance(told.expression, UnsetType):
        return None
    given = told.expression
    return FailedExpression(tuple(given.tree), given.indexes, given.budget, dict(given.names))
