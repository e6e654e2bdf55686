"""The emulator's scheduler over virtual time, on the caller's event loop.

It has the surface of `aws_durable_execution_sdk_python_testing.scheduler.Scheduler` that an `Executor` uses,
and no thread: `call_later` only writes down what is due when. Who drives a run (`driver`) decides when
something that is due may start; what has started is never cancelled, so a wake-up that has completed a wait
can't be lost before it has also asked for the next invocation.
"""

from __future__ import annotations

import asyncio
import heapq
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.lab.clock import VirtualClock, micros


@dataclass(eq=False)
class Timer:
    """A callback and when it is due: what `call_later` returns in place of a future."""

    due: int
    order: int
    func: Callable[[], Any]
    state: str = "waiting"  # waiting, started, done, cancelled

    def __lt__(self, other: Timer) -> bool:
        """By the moment; what was written down first goes first."""
        return (self.due, self.order) < (other.due, other.order)

    def cancel(self) -> bool:
        """Drop the callback if it has not started; whether that was so."""
        if self.state != "waiting":
            return False
        self.state = "cancelled"
        return True

    def done(self) -> bool:
        """Whether it has ended or was dropped."""
        return self.state in {"done", "cancelled"}

    def cancelled(self) -> bool:
        """Whether it was dropped."""
        return self.state == "cancelled"


class Signal:
    """The emulator's completion event of an execution. Nothing blocks on it here: a run looks at statuses."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        """Pass an exception on to `failed`."""
        self._failed = failed
        self._set = False

    def set(self) -> None:
        """The execution has ended."""
        self._set = True

    def set_exception(self, exception: Exception) -> None:
        """A scheduled callback of the execution raised."""
        self._set = True
        self._failed(exception)

    def wait(self, timeout: float | None = None, *, clear_on_set: bool = True) -> bool:  # noqa: ARG002
        """Whether the execution has ended; returns at once."""
        return self._set

    def remove(self) -> None:
        """Nothing to release."""


class VirtualScheduler:
    """What is due when, and what is running."""

    def __init__(
        self, clock: VirtualClock, changed: Callable[[], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Call `changed` whenever something was added or has ended, `failed` when a callback raised."""
        self._clock = clock
        self._changed = changed
        self._failed = failed
        self._heap: list[Timer] = []
        self._count = 0
        self.running: set[asyncio.Task[None]] = set()

    def call_later(
        self,
        func: Callable[[], Any],
        delay: float = 0,
        count: int | None = 1,
        completion_event: Signal | None = None,
    ) -> Timer:
        """Write down that `func` (a function or coroutine function) is due in `delay` virtual seconds.

        Raises:
            ValueError: A repetition is asked for, which no part of the emulator in use does.
        """
        if count != 1:
            raise ValueError("a virtual timer fires once")
        del completion_event  # a callback that raises ends the run, whichever execution it was for
        self._count += 1
        timer = Timer(self._clock.micros + max(micros(delay), 0), self._count, func)
        heapq.heappush(self._heap, timer)
        self._changed()
        return timer

    def create_event(self) -> Signal:
        """A completion event."""
        return Signal(self._failed)

    def next_due(self) -> int | None:
        """When the next callback is due, in microseconds; None when there is none."""
        while self._heap and self._heap[0].cancelled():
            heapq.heappop(self._heap)
        return self._heap[0].due if self._heap else None

    def last_due(self, until: int) -> int | None:
        """When the last of the callbacks is due that are due until then."""
        return max(
            (timer.due for timer in self._heap if timer.due <= until and not timer.done()), default=None
        )

    def start_next(self, until: int) -> bool:
        """Start the first callback due until then and move the clock on to it; False if there is none."""
        due = self.next_due()
        if due is None or due > until:
            return False
        timer = heapq.heappop(self._heap)
        self._clock.advance(timer.due)
        self._start(timer)
        return True

    def start_now(self, func: Callable[[], Any]) -> None:
        """Start a callback at once, whatever else is under way."""
        self._count += 1
        self._start(Timer(self._clock.micros, self._count, func))

    def _start(self, timer: Timer) -> None:
        timer.state = "started"
        task = asyncio.get_running_loop().create_task(self._run(timer))
        self.running.add(task)
        task.add_done_callback(self._ended)

    async def _run(self, timer: Timer) -> None:
        try:
            result = timer.func()
            if inspect.isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001 - the emulator failed: the run ends with it
            self._failed(error)
        finally:
            timer.state = "done"

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        self._changed()

    async def close(self) -> None:
        """Cancel what is running and drop what is due."""
        self._heap.clear()
        tasks = list(self.running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
