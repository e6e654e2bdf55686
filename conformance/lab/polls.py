"""SDKs that poll: a checkpoint without updates lets pass what is due by real time, and nothing else does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from conformance.lab.bodies import Bodies
from conformance.lab.calls import Calls, limit
from conformance.lab.control import Control
from conformance.lab.recorder import OpenInvocation
from conformance.lab.scheduler import VirtualScheduler


@dataclass
class Polls:
    """The polls of one run that are under way."""

    scheduler: VirtualScheduler
    calls: Calls
    bodies: Bodies
    control: Control
    _polling: set[OpenInvocation] = field(default_factory=set)

    async def poll(self, invocation: OpenInvocation) -> None:
        """The SDK polls in the course of an invocation: fire what is due by its real time.

        Not before the invocations beside it have ended, are held or poll too: time stands still for them.
        """
        self._polling.add(invocation)
        self.control.pulse.beat()
        try:
            while not self.control.stopped and any(map(self._on_its_own, self.calls.in_flight())):
                await self.control.pulse.next()
            until = limit(invocation)
            while not self.control.stopped and self.scheduler.start_next(until):  # noqa: ASYNC110 - not waiting:
                await asyncio.sleep(0)  # what was started takes its first turn
        finally:
            self._polling.discard(invocation)

    def _on_its_own(self, invocation: OpenInvocation) -> bool:
        return invocation not in self._polling and not self.bodies.held(invocation)
