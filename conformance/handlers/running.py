"""Running handlers: each requirement in the lab, as many at once as are wanted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from conformance.errors import ConformanceError
from conformance.handlers.assigned import Assigned
from conformance.handlers.function import Function
from conformance.handlers.judging import judge
from conformance.handlers.processes import Processes, Surroundings
from conformance.handlers.result import Outcome, Status
from conformance.handlers.setting import scenario
from conformance.handlers.table_server import TableServer
from conformance.lab.lab import Lab
from conformance.subjects.install import Installed
from conformance.subjects.launching import launcher
from conformance.subjects.pool import starting


@dataclass(frozen=True)
class Handlers:
    """Handlers that are run with one SDK; `tell` is given each outcome as it comes."""

    installed: Installed
    jobs: int
    tell: Callable[[Outcome], None]

    async def run(self, rows: Iterable[Assigned]) -> tuple[Outcome, ...]:
        """Run what has a handler; the outcomes are in the order of the rows."""
        turn = asyncio.Semaphore(self.jobs)
        async with Lab() as lab, TableServer() as tables:
            starter = starting(self.installed, lab.gateway_url, lab.url, launcher())
            around = Surroundings(self.installed, starter, lab.gateway_url, lab.url, tables.url)
            try:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(self._one(row, lab, around, turn)) for row in rows]
            finally:
                await starter.close()
        return tuple(task.result() for task in tasks)

    async def _one(self, row: Assigned, lab: Lab, around: Surroundings, turn: asyncio.Semaphore) -> Outcome:
        if row.function is None:
            outcome = Outcome(row, Status.NO_HANDLER if row.lacks is None else Status.NOT_IMPLEMENTED)
        else:
            async with turn:
                outcome = await self._judged(row, row.function, lab, around)
        self.tell(outcome)
        return outcome

    async def _judged(self, row: Assigned, function: Function, lab: Lab, around: Surroundings) -> Outcome:
        began = time.monotonic()
        processes = Processes(function, row.beside or {}, around)
        try:
            given = scenario(row)
            recording = await lab.run(given, self.installed.info, processes, function=function.name)
        except ConformanceError as error:
            problem = f"{function.name} ({function.handler}): {error.message}"
            return Outcome(row, Status.ERROR, time.monotonic() - began, (problem,))
        finally:
            await processes.close()
        return await asyncio.to_thread(judge, row, given, recording, processes.lines)
