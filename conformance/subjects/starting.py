"""How a subject's process comes to be: started from its command, or forked from one that has imported all.

A Python SDK takes longer to import than most scenarios to run, and a pool starts many processes of it: those
that bodies and faults kill are replaced. So one process of the pool, the template, imports once and forks the
others (`preforked.py`). A fork is a process like any other: its own session, environment, directory, output
and status; seeds, threads and connections begin in it. A command of the user's own is always started as it
is, and so is everything where a template can't be had.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from conformance.errors import EnvironmentFault
from conformance.subjects import guard
from conformance.subjects.launching import Launcher
from conformance.subjects.spawner import Running, Spawner, connected

SCRIPT = Path(__file__).with_name("preforked.py")
READY_SECONDS = 30.0


class Starter(Protocol):
    """What starts processes."""

    @property
    def launcher(self) -> Launcher:
        """What runs them, and has the network in which they run."""

    async def start(self, cwd: Path, own: Mapping[str, str], output: int) -> Running:
        """Start one, `own` being the environment variables that others do not share.

        Raises:
            OSError: it can't be started.
            EnvironmentFault: nothing can be.
        """

    async def close(self) -> None:
        """Leave nothing of what was needed to start them."""


class Commands:
    """Starts each process from its command."""

    def __init__(self, launcher: Launcher, command: tuple[str, ...], environment: Mapping[str, str]) -> None:
        """Every process has this environment and its own."""
        self.launcher = launcher
        self._command = command
        self._environment = environment

    async def start(self, cwd: Path, own: Mapping[str, str], output: int) -> Running:
        """Start one."""
        return await self.launcher.launch(self._command, cwd, {**self._environment, **own}, output)

    async def close(self) -> None:
        """Leave nothing of what ran them."""
        await self.launcher.close()


class Debugged:
    """Starts a process that waits for a debugger wherever there is none, and every other one as usual."""

    def __init__(self, waiting: Starter, otherwise: Starter) -> None:
        """`waiting` starts those that wait, which have the one port that there is."""
        self.launcher = otherwise.launcher
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
        self,
        launcher: Launcher,
        interpreter: str,
        modules: tuple[str, ...],
        environment: Mapping[str, str],
        otherwise: Starter,
    ) -> None:
        """Nothing is started yet. `modules` are imported once, the first of them is what runs."""
        self.launcher = launcher
        self._command = (interpreter, "-P", str(SCRIPT), *modules)
        self._environment = environment
        self._otherwise = otherwise
        self._template: asyncio.Task[Spawner | None] | None = None

    async def start(self, cwd: Path, own: Mapping[str, str], output: int) -> Running:
        """Fork one."""
        if self._template is None:
            self._template = asyncio.create_task(self._prepare(output))
        template = await asyncio.shield(self._template)
        if template is not None:
            with suppress(ConnectionError):
                return await template.spawn({"cwd": str(cwd), "environment": dict(own)}, (output,))
        return await self._otherwise.start(cwd, own, output)

    async def close(self) -> None:
        """End the template. Its forks must have ended."""
        if self._template is not None:
            self._template.cancel()
            with suppress(asyncio.CancelledError, EnvironmentFault):
                template = await self._template
                if template is not None:
                    await _end(template)
        await self._otherwise.close()

    async def _prepare(self, output: int) -> Spawner | None:
        """Start the template; what its imports print goes where the first process's output goes."""
        own, theirs = connected()
        output = os.dup(output)
        environment = {**self._environment, "HOME": "/nonexistent"}  # each fork has its own
        try:
            process = await self.launcher.launch(
                self._command, Path("/"), environment, output, theirs.fileno()
            )
        except OSError:
            own.close()
            return None
        except BaseException:
            own.close()
            raise
        finally:
            theirs.close()
            os.close(output)
        guard.watch(process.pid)
        template = Spawner(process, own)
        try:
            async with asyncio.timeout(READY_SECONDS):
                await template.ready()
        except (ConnectionError, TimeoutError):
            await _end(template)
            return None
        except asyncio.CancelledError:
            await _end(template)
            raise
        return template


async def _end(template: Spawner) -> None:
    await template.close()
    guard.forget(template.pid)


def starter(
    launcher: Launcher, command: tuple[str, ...], preload: tuple[str, ...], environment: Mapping[str, str]
) -> Starter:
    """What starts the processes of a pool; those that preload something are forked."""
    commands = Commands(launcher, command, environment)
    return Forks(launcher, command[0], preload, environment, commands) if preload else commands
