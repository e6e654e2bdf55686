"""A heartbeat that any number of coroutines may wait for."""

from __future__ import annotations

import asyncio


class Pulse:
    """Something happened in a run. A beat that comes while the driver is busy is kept for it."""

    def __init__(self) -> None:
        """Nobody waits, nothing was missed."""
        self._waiters: set[asyncio.Future[None]] = set()
        self._missed = False

    def beat(self) -> None:
        """Wake up everybody who waits."""
        self._missed = True
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def next(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncio.timeout cancels a task
        """Wait for the next beat, at most `timeout` seconds."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        await asyncio.wait((waiter,), timeout=timeout)
        self._waiters.discard(waiter)

    async def next_or_missed(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        """Wait for the next beat, unless one was missed since this was last asked."""
        if not self._missed:
            await self.next(timeout)
        self._missed = False
