"""The emulator's serial lanes without threads.

A lane runs the operations of one execution one at a time, in order. On one event loop every operation is a
plain call, so a lane only has to keep one that is submitted from within another until that one has ended.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor as FutureExecutor
from typing import Any

from aws_durable_execution_sdk_python_testing.stores.base import ExecutionStore
from aws_durable_execution_sdk_python_testing.worker.execution_worker import ExecutionWorker
from aws_durable_execution_sdk_python_testing.worker.registry import ExecutionRegistry


def settled(fn: Callable[[], Any]) -> asyncio.Future[Any]:
    """Call `fn` now; a done future of what came of it. Awaiting that takes no turn of the event loop."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    _settle(future, fn)
    return future


def _settle(future: asyncio.Future[Any], fn: Callable[[], Any]) -> None:
    try:
        future.set_result(fn())
    except Exception as error:  # noqa: BLE001 - handed on to whoever asks for the result
        future.set_exception(error)
        future.exception()  # some submitters never look: asyncio need not complain about those


class InlineLane:
    """The surface of the emulator's `SerialTaskLane`: submit and stop."""

    def __init__(self) -> None:
        """An idle lane."""
        self._waiting: deque[tuple[asyncio.Future[Any], Callable[[], Any]]] = deque()
        self._busy = False
        self._stopped = False

    def submit(self, fn: Callable[[], Any]) -> asyncio.Future[Any]:
        """Run `fn`: at once, or as soon as the operation has ended in whose course it was submitted.

        Raises:
            RuntimeError: The lane was stopped; the registry answers that by making another.
        """
        if self._stopped:
            raise RuntimeError("the lane is stopped")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((future, fn))
        if not self._busy:
            self._drain()
        return future

    def stop(self, *, wait: bool = True) -> None:
        """Take nothing more; what was submitted still runs."""
        del wait
        self._stopped = True

    def _drain(self) -> None:
        self._busy = True
        try:
            while self._waiting:
                _settle(*self._waiting.popleft())
        finally:
            self._busy = False


class InlineRegistry(ExecutionRegistry):
    """The emulator's registry of workers, each over an inline lane.

    Overrides `ExecutionRegistry.get_or_create` and uses its private `_workers` and `_store`, `_scheduler`.
    """

    def get_or_create(self, execution_arn: str) -> ExecutionWorker:
        """The execution's worker, made when there is none."""
        worker = self._workers.get(execution_arn)
        if worker is None:
            lane: Any = InlineLane()
            worker = ExecutionWorker(execution_arn, self._store, self._scheduler, self, lane)
            self._workers[execution_arn] = worker
        return worker


def registry(store: ExecutionStore, scheduler: Any) -> InlineRegistry:
    """A registry for one run."""
    return InlineRegistry(store, scheduler)


class InlinePool(FutureExecutor):
    """Stands for the emulator's thread pools: calls at once.

    A call that returns a future stands for work that goes on: the future is then what `submit` gives.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """A future of what `fn` returns, or the one that it returns."""
        future = settled(lambda: fn(*args, **kwargs))
        started = None if future.exception() else future.result()
        return started if asyncio.isfuture(started) else future
