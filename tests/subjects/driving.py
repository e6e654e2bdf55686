"""What tests of processes share: pools of scripts, and events for them."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import os
import shlex
import sys
import time
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from conformance.subjects.install import Installed, install
from conformance.subjects.pool import Event, Pool
from conformance.subjects.subject import Subject

HERE = Path(__file__).parent
BROKEN = HERE / "broken"
ARN = "arn:aws:lambda:us-west-2:123456789012:function:scenario:$LATEST"
SECONDS = 60.0  # no test takes so long; one that hangs must say so
T = TypeVar("T")
_numbers = itertools.count(1)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a test's coroutine, within bounds."""
    return asyncio.run(asyncio.wait_for(work, SECONDS))


def left_open(work: Coroutine[Any, Any, None]) -> list[str]:
    """Run a test's coroutine, and what it leaves open: the loop ends with its last line."""
    with warnings.catch_warnings(record=True) as leaks:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(work)
        gc.collect()
    return [str(leak.message) for leak in leaks]


def script(path: Path, *arguments: str) -> Installed:
    """A subject that is a Python script."""
    return install(Subject.parse("broken=" + shlex.join([sys.executable, str(path), *arguments])))


@asynccontextmanager
async def pool_of(installed: Installed) -> AsyncIterator[Pool]:
    """A pool that is closed in the end."""
    pool = Pool(installed, "http://127.0.0.1:1/gateway", "http://127.0.0.1:1/lab")
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def broken() -> AsyncIterator[Pool]:
    """A pool of subjects that do what each event says."""
    async with pool_of(script(BROKEN / "subject.py")) as pool:
        yield pool


def event(what: str, **fields: Any) -> Event:
    """An event that tells a subject what to do."""
    body = json.dumps({"do": what}).encode()
    return Event(f"request-{next(_numbers)}", ARN, body, 1_900_000_000_000, **fields)


async def pid_of(pool: Pool) -> int:
    """The process that the pool gives the next event to."""
    answer = await pool.invoke(event("pid"))
    return int(answer.body or "")


async def gone(pid: int) -> bool:
    """Whether a process ends; it does so at once, but not at the instant when it is killed."""
    return await _comes(lambda: not alive(pid))


async def removed(directory: Path) -> bool:
    """Whether a directory is removed."""
    return await _comes(lambda: not directory.exists())


async def _comes(state: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if state():
            return True
        await asyncio.sleep(0.01)
    return False


def alive(pid: int) -> bool:
    """Whether there is such a process, other than as a zombie that nobody has asked for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc").is_dir()
