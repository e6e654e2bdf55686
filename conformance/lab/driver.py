"""Drives a run: decides what may happen next, and when virtual time moves on.

While an invocation or an exchange is under way nothing else starts: what an invocation asks for (a chained
child, the next invocation of another execution) waits until it has ended, so that no outcome hangs on how
fast a process is. Then outside actors act, then what is due starts, one thing after another; and only when
nothing at all is left to do at this moment does time move on to the next one.

There are two ways in which something may start beside an invocation. The SDK polls (a checkpoint without
updates): what is due by the time that has really passed since its invocation began may then fire. And every
body that runs is held back by the scenario: what they wait for may need exactly that.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from conformance.lab.actors import Actors, describe
from conformance.lab.bodies import Bodies
from conformance.lab.calls import Calls, limit, passes_at
from conformance.lab.clock import RESOLUTION
from conformance.lab.control import Control
from conformance.lab.emulator import Stack
from conformance.lab.exchanges import Exchanges
from conformance.lab.progress import TICK_SECONDS, Progress
from conformance.lab.recorder import Recorder
from conformance.wire.recording import ReportKind

SETTLE_SECONDS = 0.25
"""How long a subject with held bodies must have stood still before what is due already is started."""

OVERDUE_SECONDS = 1.0
"""How long a timer must be overdue by real time before it fires beside held invocations that do not poll."""

PATIENCE_SECONDS = 3.0
"""How long it must have stood still, with nothing to come, before a hold is known to be for ever."""


@dataclass
class Driver:
    """The loop of one run."""

    root: str
    stack: Stack
    calls: Calls
    exchanges: Exchanges
    actors: Actors
    bodies: Bodies
    recorder: Recorder
    control: Control
    progress: Progress

    @property
    def finished(self) -> bool:
        """Whether the scenario's execution has ended."""
        return bool(self.stack.store.load(self.root).is_complete)

    async def drive(self) -> None:
        """Run until everything has ended, nothing can happen any more, or the run was stopped."""
        while not self.control.stopped:
            self.bodies.release()
            if self.stack.scheduler.running or self.exchanges.open:
                await self.control.pulse.next_or_missed(self._look_after_holds())
                continue
            if all(execution.is_complete for execution in self.stack.store.list_all()):
                return
            if not self._step():
                self._stuck()
                return
            await asyncio.sleep(0)  # what was started takes its first turn

    def _step(self) -> bool:
        """Do the one thing that is next while nothing is under way; False when there is none."""
        clock, scheduler = self.stack.clock, self.stack.scheduler
        due, action = scheduler.next_due(), self.actors.next()
        if action is not None and action[0] <= clock.micros:
            refusal = self.actors.act(action[1])
            if refusal is not None:
                self.recorder.report(ReportKind.LAB, f"outside: the service refused it: {refusal}")
            return True
        if due is not None and due <= clock.micros:
            return scheduler.start_next(clock.micros)
        moments = [moment for moment in (due, action[0] if action else None) if moment is not None]
        if not moments:
            return False
        moment = min(moments)
        clock.advance(max(moment, *self._due_by(moment + RESOLUTION)))
        return True

    def _due_by(self, until: int) -> tuple[int, int]:
        """When the last timer and the last operation are due that are due until then; 0 for none.

        The emulator has one timer an execution, for the operation that is due first.
        """
        timers = self.stack.scheduler.last_due(until) or 0
        return timers, max((due for due in self.stack.operations_due() if due <= until), default=0)

    def _stuck(self) -> None:
        if self.finished:
            return
        waiting = [
            f"{operation.operation_type.value} {operation.name or operation.operation_id}"
            for operation in self.stack.store.load(self.root).operations[1:]
            if operation.end_timestamp is None
        ]
        what = f"; still open: {', '.join(waiting)}" if waiting else ""
        self.recorder.report(
            ReportKind.LAB, f"the execution is suspended and nothing will ever wake it{what}"
        )

    def missed_actions(self) -> None:
        """Report the outside actions that never found their callback."""
        for action in self.actors.lost():
            self.recorder.report(ReportKind.LAB, f"outside: {describe(action)}: no such callback was created")

    def _look_after_holds(self) -> float | None:
        """Start what held bodies may wait for, or give them up; seconds until it is worth looking again."""
        in_flight = self.calls.in_flight()
        if self.exchanges.open or not in_flight or not self.bodies.all_held(in_flight):
            return None
        due, still = self.stack.scheduler.next_due(), self.progress.still
        left = SETTLE_SECONDS - still
        if due is not None and due > self.stack.clock.micros:
            overdue = min(passes_at(invocation, due) for invocation in in_flight) + OVERDUE_SECONDS
            left = max(left, overdue - time.monotonic())
        if due is not None and left < self.progress.limit:
            if left > 0:
                return max(left, TICK_SECONDS)
            self.stack.scheduler.start_next(max(limit(invocation) for invocation in in_flight))
            self.bodies.activity()
            return SETTLE_SECONDS
        if (left := PATIENCE_SECONDS - still) > 0:
            return max(left, TICK_SECONDS)
        self.bodies.give_up()
        return None
