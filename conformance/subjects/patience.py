"""Waiting for a process on a busy machine: time for which it was kept from the CPU does not count."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.subjects.usage import Meter

TICK_SECONDS = 0.5
MOST_SECONDS = 1.5 * TICK_SECONDS
"""What a tick counts for at most: what made it late kept the process from its answer, too."""

AT_MOST = 10.0
"""How many times as long is waited by the clock, whatever the machine gave the process."""


async def patiently(awaited: asyncio.Future[Any], meter: Meter | None, seconds: float) -> bool:
    """Wait until a future is done, or its process has had that many seconds of the machine.

    Args:
        awaited: what the process is to bring about; it is not cancelled.
        meter: of the process; None where it has none, so that only the clock counts.
        seconds: in which the process was not kept from the CPU, and this process not from its own.

    Returns:
        Whether it is done.
    """
    began = last = time.monotonic()
    kept = meter.read().kept if meter else 0.0
    had = 0.0
    while had < seconds and last - began < AT_MOST * seconds:
        await asyncio.wait((awaited,), timeout=min(TICK_SECONDS, seconds - had))
        if awaited.done():
            return True
        now, kept_now = time.monotonic(), meter.read().kept if meter else 0.0
        had += max(min(now - last, MOST_SECONDS) - max(kept_now - kept, 0.0), 0.0)
        last, kept = now, kept_now
    return awaited.done()
