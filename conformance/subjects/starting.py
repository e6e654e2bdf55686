"""How a subject's process comes to be: started from its command, or forked from one that has imported all.

A Python SDK takes longer to import than most scenarios to run, and a pool starts many processes of it: those
that bodies and faults kill are replaced. So one process of the pool, the template, imports once and forks the
others (`preforked.py`). A fork is a process like any other: its own session, environment, directory, output
and status; seeds, threads and connections begin in it. A command of the user's own is always started as it
is, and so is everything where a template can't be had.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from conformance.subjects import guard

SCRIPT = Path(__file__).with_name("preforked.py")
READY_SECONDS = 30.0
CLOSE_SECONDS = 2.0


class Running(Protocol):
    """A process that was started; its group has its number."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """How it ended, None while it has not: its status, or the number of the signal, negated."""

    async def wait(self) -> int:
        """Wait until it has ended; how."""


class Starter(Protocol):
    """What starts processes."""

    async def start(self, cwd: Path, own: Mapping[str, str], output: int) -> Running:
        """Start one, `own` being the environment variables that others do not share.

        Raises:
            OSError: it can't be started.
        """

    async def close(self) -> None:
        """Leave nothing of what was needed to start them."""


class Commands:
    """Starts each process from its command."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str]) -> None:
        """Every process has this environment and its own."""
        self._command = command
        self._environment = environment

    async def start(self, cwd: Path, own: Mapping[str, str], output: int) -> Running:
        """Start one."""
        return await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env={**self._environment, **own},
            start_new_session=True,
        )

    async def close(self) -> None:
        """There is nothing."""


class Debugged:
    """Starts a process that waits for a debugger wherever there is none, and every other one as usual."""

    def __init__(self, waiting: Starter, otherwise: Starter) -> None:
        """`waiting` starts those that wait, which have the one port that there is."""
        self._waiting = waiting
        self._otherwise = otherwise
        self._lock = asyncio.Lock()
        self._running: Running | None = None

    async def start(self, cwd: Path, own: Mapping[str, str], output: int) -> Running:
        """Start one."""
        async with self._lock:
            if self._running is not None and self._running.returncode is None:
                return await self._otherwise.start(cwd, own, output)
            self._running = await self._waiting.start(cwd, own, output)
            return self._running

    async def close(self) -> None:
        """Leave nothing of either way."""
        await self._waiting.close()
        await self._otherwise.close()


class Forks:
    """Forks each process from a template, which is made with the first; where that fails, starts them."""

    def __init__(
        self, interpreter: str, modules: tuple[str, ...], environment: Mapping[str, str], otherwise: Commands
    ) -> None:
        """Nothing is started yet. `modules` are imported once, the first of them is what runs."""
        self._command = (interpreter, "-P", str(SCRIPT))
        self._modules = modules
        self._environment = environment
        self._otherwise = otherwise
        self._template: asyncio.Task[_Template | None] | None = None

    async def start(self, cwd: Path, own: Mapping[str, str], output: int) -> Running:
        """Fork one."""
        if self._template is None:
            self._template = asyncio.create_task(self._prepare(output))
        template = await asyncio.shield(self._template)
        if template is not None:
            with suppress(ConnectionError):
                return await template.fork(cwd, own, output)
        return await self._otherwise.start(cwd, own, output)

    async def close(self) -> None:
        """End the template. Its forks must have ended."""
        if self._template is None:
            return
        self._template.cancel()
        with suppress(asyncio.CancelledError):
            template = await self._template
            if template is not None:
                await template.close()

    async def _prepare(self, output: int) -> _Template | None:
        """Start the template; what its imports print goes where the first process's output goes."""
        own, theirs = socket.socketpair()
        output = os.dup(output)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                str(theirs.fileno()),
                *self._modules,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={**self._environment, "HOME": "/nonexistent"},  # each fork has its own
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except OSError:
            own.close()
            return None
        finally:
            theirs.close()
            os.close(output)
        guard.watch(process.pid)
        template = _Template(process, own)
        try:
            async with asyncio.timeout(READY_SECONDS):
                await template.ready()
        except (ConnectionError, TimeoutError):
            await template.close()
            return None
        except asyncio.CancelledError:
            await template.close()
            raise
        return template


def starter(command: tuple[str, ...], preload: tuple[str, ...], environment: Mapping[str, str]) -> Starter:
    """What starts the processes of a pool; those that preload something are forked."""
    commands = Commands(command, environment)
    return Forks(command[0], preload, environment, commands) if preload else commands


class _Fork:
    """A process that the template has forked."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def returncode(self) -> int | None:
        return self.ended.result() if self.ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self.ended)


def _kill(forking: asyncio.Future[_Fork]) -> None:
    if not forking.cancelled() and not forking.exception():
        guard.kill(forking.result().pid)


class _Template:
    """The process that forks, and its forks."""

    def __init__(self, process: asyncio.subprocess.Process, connection: socket.socket) -> None:
        connection.setblocking(False)  # noqa: FBT003 - socket's own way
        self._process = process
        self._connection = connection
        self._forks: dict[int, _Fork] = {}
        self._lock = asyncio.Lock()  # one request at a time: answers have the order of requests
        self._answer: asyncio.Future[_Fork | None] = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read())

    async def ready(self) -> None:
        """Wait until it can fork.

        Raises:
            ConnectionError: it never will.
        """
        await self._answer

    async def fork(self, cwd: Path, own: Mapping[str, str], output: int) -> _Fork:
        """Have it fork one.

        Raises:
            ConnectionError: it has ended.
        """
        forking = asyncio.ensure_future(self._forked(cwd, own, output))
        try:
            return await asyncio.shield(forking)
        except asyncio.CancelledError:
            forking.add_done_callback(_kill)  # it comes all the same
            raise

    async def _forked(self, cwd: Path, own: Mapping[str, str], output: int) -> _Fork:
        async with self._lock:
            if self._reading.done():
                raise ConnectionResetError("the template has ended")
            self._answer = asyncio.get_running_loop().create_future()
            request = json.dumps({"cwd": str(cwd), "environment": dict(own)}).encode()
            socket.send_fds(self._connection, [request], [output])
            fork = await self._answer
        assert fork is not None  # noqa: S101 - only readiness has no process
        return fork

    async def close(self) -> None:
        """End it and what it has forked, and wait until nothing is left of it."""
        async with self._lock:  # what was asked for has come
            left = [fork.ended for fork in self._forks.values()]
        for fork in self._forks.values():
            guard.kill(fork.pid)
        if left:
            await asyncio.wait(left, timeout=CLOSE_SECONDS)
        guard.kill(self._process.pid)
        await self._process.wait()
        guard.forget(self._process.pid)
        await self._reading

    async def _read(self) -> None:
        """Hear of forks and of their ends, until there is nobody who would tell."""
        loop = asyncio.get_running_loop()
        rest = b""
        try:
            while chunk := await loop.sock_recv(self._connection, 65536):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._heard(json.loads(line))
        except OSError:
            pass  # reset, which is an end as well
        finally:
            self._connection.close()
            if not self._answer.done():
                self._answer.set_exception(ConnectionResetError("the template has ended"))
                self._answer.exception()  # nobody may be waiting any more
            for fork in self._forks.values():  # nobody else hears of their ends
                guard.kill(fork.pid)
                fork.ended.set_result(-signal.SIGKILL)
            self._forks.clear()

    def _heard(self, told: dict[str, Any]) -> None:
        if "status" in told:
            self._forks.pop(told["pid"]).ended.set_result(told["status"])
        elif "pid" in told:
            fork = self._forks[told["pid"]] = _Fork(told["pid"])
            self._answer.set_result(fork)
        else:
            self._answer.set_result(None)
