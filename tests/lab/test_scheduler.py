"""Virtual time: the clock, the scheduler, lanes and pools."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from conformance.lab.clock import BASE, SECOND, VirtualClock, micros, moment
from conformance.lab.lanes import InlineLane, InlinePool
from conformance.lab.pulse import Pulse
from conformance.lab.scheduler import VirtualScheduler


def test_reads_of_the_clock_are_distinct_and_in_order() -> None:
    clock = VirtualClock()
    stamps = [clock.now() for _ in range(100)]
    assert stamps[0] == BASE
    assert stamps == sorted(set(stamps))


@given(some.integers(0, 10**13), some.integers(-(10**13), 10**13))
def test_a_timer_that_is_armed_for_a_date_is_due_at_that_date(now: int, ahead: int) -> None:
    clock = VirtualClock()
    clock.advance(now)
    wake = BASE + dt.timedelta(microseconds=now + ahead)
    assert clock.micros + micros(clock.arm(wake)) == max(now + ahead, now)
    assert moment(wake) == now + ahead


def test_time_never_goes_back() -> None:
    clock = VirtualClock()
    clock.advance(5 * SECOND)
    clock.advance(2 * SECOND)
    assert clock.seconds == 5


def scheduled(
    code: Callable[[VirtualScheduler], Awaitable[None]],
) -> tuple[VirtualScheduler, list[BaseException]]:
    """Run `code` with a scheduler; what was raised in its callbacks."""
    faults: list[BaseException] = []
    scheduler = VirtualScheduler(VirtualClock(), lambda: None, faults.append)
    asyncio.run(code(scheduler))  # type: ignore[arg-type] # an async def's result is a coroutine
    return scheduler, faults


@given(some.lists(some.integers(0, 5), max_size=8))
def test_callbacks_start_in_order_of_their_moment_and_then_of_their_coming(delays: list[int]) -> None:
    order: list[int] = []

    async def code(scheduler: VirtualScheduler) -> None:
        for position, delay in enumerate(delays):
            scheduler.call_later(lambda position=position: order.append(position), delay)  # type: ignore[misc]
        while scheduler.start_next(2**60):
            await asyncio.gather(*scheduler.running)

    scheduled(code)
    assert order == sorted(range(len(delays)), key=lambda position: (delays[position], position))


def test_what_was_cancelled_never_starts_and_what_has_started_can_not_be_cancelled() -> None:
    ran: list[str] = []

    async def code(scheduler: VirtualScheduler) -> None:
        dropped = scheduler.call_later(lambda: ran.append("dropped"), 1)
        kept = scheduler.call_later(lambda: ran.append("kept"), 2)
        assert dropped.cancel()
        assert dropped.done()
        assert scheduler.next_due() == kept.due == 2 * SECOND
        assert scheduler.start_next(2 * SECOND)
        assert not kept.cancel()
        assert not kept.done()
        await asyncio.sleep(0)
        assert kept.done()
        assert not kept.cancelled()
        assert scheduler.next_due() is None

    scheduled(code)
    assert ran == ["kept"]


def test_nothing_starts_before_its_moment() -> None:
    async def code(scheduler: VirtualScheduler) -> None:
        scheduler.call_later(lambda: None, 1)
        assert not scheduler.start_next(SECOND - 1)
        assert scheduler.last_due(SECOND - 1) is None
        assert scheduler.last_due(SECOND) == SECOND

    scheduled(code)


def test_a_callback_that_raises_is_told_of() -> None:
    async def breaks() -> None:
        raise KeyError("x")

    async def code(scheduler: VirtualScheduler) -> None:
        scheduler.call_later(breaks)
        scheduler.start_next(0)
        await asyncio.gather(*scheduler.running)

    _, faults = scheduled(code)
    assert [type(fault) for fault in faults] == [KeyError]


def test_closing_cancels_what_runs() -> None:
    async def code(scheduler: VirtualScheduler) -> None:
        scheduler.call_later(asyncio.Event().wait)
        scheduler.call_later(lambda: None, 1)
        scheduler.start_next(0)
        await asyncio.sleep(0)
        await scheduler.close()
        await asyncio.sleep(0)
        assert not scheduler.running
        assert scheduler.next_due() is None

    scheduled(code)


def test_repetition_is_refused() -> None:
    async def code(scheduler: VirtualScheduler) -> None:
        with pytest.raises(ValueError, match="once"):
            scheduler.call_later(lambda: None, 1, count=None)

    scheduled(code)


def test_a_lane_runs_what_is_submitted_within_a_task_after_it() -> None:
    async def code() -> None:
        lane, order = InlineLane(), list[str]()

        def outer() -> str:
            inner = lane.submit(lambda: order.append("inner"))
            assert not inner.done()
            order.append("outer")
            return "done"

        assert lane.submit(outer).result() == "done"
        assert order == ["outer", "inner"]
        failed = lane.submit(lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            failed.result()
        assert await asyncio.wrap_future(lane.submit(lambda: 1)) == 1
        lane.stop(wait=False)
        with pytest.raises(RuntimeError):
            lane.submit(lambda: None)

    asyncio.run(code())


def test_a_pool_gives_what_was_returned_or_the_work_that_was_started() -> None:
    async def code() -> None:
        pool, loop = InlinePool(), asyncio.get_running_loop()

        async def work() -> int:
            await asyncio.sleep(0)
            return 2

        executor: Any = pool
        assert await loop.run_in_executor(executor, lambda: 1) == 1
        started: Any = await loop.run_in_executor(executor, lambda: asyncio.ensure_future(work()))
        assert started == 2
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(executor, lambda: 1 / 0)

    asyncio.run(code())


def test_a_beat_wakes_all_who_wait_and_one_that_was_missed_counts() -> None:
    async def code() -> None:
        pulse = Pulse()
        pulse.beat()
        await pulse.next_or_missed(None)
        waiting = [asyncio.ensure_future(pulse.next()), asyncio.ensure_future(pulse.next_or_missed(None))]
        await asyncio.sleep(0)
        assert not any(waiter.done() for waiter in waiting)
        pulse.beat()
        await asyncio.gather(*waiting)
        await pulse.next_or_missed(0.01)

    asyncio.run(code())
