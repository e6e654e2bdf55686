"""What runs the commands of a pool: a supervisor in a sandbox, one without, or this process itself.

On Linux a pool has a supervisor that starts its processes, so that what they leave behind ends with it: in
the best sandbox that can be had, with a network of its own. Elsewhere this process starts them.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from conformance.errors import EnvironmentFault
from conformance.subjects import guard, sandbox
from conformance.subjects.sandbox import View, Way
from conformance.subjects.spawner import Running, Spawner, connected

SUPERVISOR = Path(__file__).with_name("supervisor.py")
HOST = "127.0.0.1"
BACKLOG = 512
READY_SECONDS = 30.0
Made = Callable[[Callable[[int], Awaitable[socket.socket]]], Awaitable[None]]
NOTHING = asyncio.subprocess.DEVNULL


class Launcher(Protocol):
    """What runs commands, and gives sockets of the network in which they run."""

    @property
    def hint(self) -> str:
        """What is to be added where a command is named that came to nothing."""

    async def launch(
        self,
        command: tuple[str, ...],
        cwd: Path,
        environment: Mapping[str, str],
        output: int,
        given: int = NOTHING,
    ) -> Running:
        """Run a command as a session of its own; `output` takes both streams, `given` is its standard input.

        Raises:
            OSError: it can't be run.
            EnvironmentFault: nothing can be.
        """

    async def listen(self, port: int = 0) -> socket.socket:
        """A socket that listens on the loopback interface; 0 is a free port."""

    async def connect(self, port: int) -> socket.socket:
        """A socket that is connected with a port of the loopback interface."""

    async def close(self) -> None:
        """Leave nothing of what was run."""


class Direct:
    """Runs commands from this process, in its own network."""

    hint = ""

    async def launch(
        self,
        command: tuple[str, ...],
        cwd: Path,
        environment: Mapping[str, str],
        output: int,
        given: int = NOTHING,
    ) -> Running:
        """Run a command."""
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=given,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env=environment,
            start_new_session=True,
        )

    async def listen(self, port: int = 0) -> socket.socket:
        """A socket that listens."""
        return socket.create_server((HOST, port), backlog=BACKLOG)

    async def connect(self, port: int) -> socket.socket:
        """A connected socket."""
        return socket.create_connection((HOST, port))

    async def close(self) -> None:
        """There is nothing."""


class Supervised:
    """Runs commands by a supervisor, which is made when it is first needed."""

    def __init__(
        self,
        ways: tuple[Way, ...],
        view: Callable[[], View],
        made: Made | None = None,
        without: Callable[[str], None] | None = None,
    ) -> None:
        """Nothing is started yet.

        Args:
            ways: of making a sandbox, the best first; those that are refused are passed over.
            view: what commands are to see; asked for once they are about to.
            made: called when there is a network of the commands' own, before any of them runs, with what
                makes a socket that listens to one of its ports.
            without: told what was said by all that were refused, where no sandbox could be made.
        """
        self._ways = ways
        self._view = view
        self._made = made
        self._without = without
        self._supervisor: asyncio.Task[Spawner] | None = None
        self._outside = Direct()
        self.way = Way.NONE  # the one that was taken
        self.refused: dict[Way, str] = {}  # the others, and what was said

    @property
    def hint(self) -> str:
        """What a sandbox may have kept from a command."""
        return "" if self.way is Way.NONE else "; it ran in a sandbox: try --no-sandbox"

    async def launch(
        self,
        command: tuple[str, ...],
        cwd: Path,
        environment: Mapping[str, str],
        output: int,
        given: int = NOTHING,
    ) -> Running:
        """Run a command."""
        spawner = await self._ready()
        wanted = {"command": command, "cwd": str(cwd), "environment": dict(environment)}
        try:
            return await spawner.spawn(wanted, (output,) if given == NOTHING else (output, given))
        except ConnectionError as error:
            raise EnvironmentFault("what starts its processes has been killed") from error

    async def listen(self, port: int = 0) -> socket.socket:
        """A socket that listens where the commands run."""
        spawner = await self._ready()
        if self.way is Way.NONE:
            return await self._outside.listen(port)
        return await spawner.opened({"listen": port})

    async def connect(self, port: int) -> socket.socket:
        """A socket that is connected where the commands run."""
        spawner = await self._ready()
        if self.way is Way.NONE:
            return await self._outside.connect(port)
        return await spawner.opened({"connect": port})

    async def close(self) -> None:
        """End the supervisor, and with it all that is below it."""
        if self._supervisor is None:
            return
        self._supervisor.cancel()
        with suppress(asyncio.CancelledError, EnvironmentFault):
            await (await self._supervisor).close()

    async def _ready(self) -> Spawner:
        if self._supervisor is None:
            self._supervisor = asyncio.create_task(self._begin())
        return await asyncio.shield(self._supervisor)

    async def _begin(self) -> Spawner:
        """Start a supervisor in the best sandbox there is.

        Raises:
            EnvironmentFault: It can't be started without any either.
        """
        spawner = await self._made_one()
        if self.way is not Way.NONE and self._made:
            try:
                await self._made(lambda port: spawner.opened({"listen": port}))
            except BaseException:
                await spawner.close()
                raise
        return spawner

    async def _made_one(self) -> Spawner:
        view = self._view()
        for way in self._ways:
            try:
                spawner = await _supervisor(way, view)
            except OSError as error:
                self.refused[way] = error.strerror or str(error)
            else:
                self.way = way
                if way is Way.NONE and self._made and self._without:
                    self._without("; ".join(f"{by.value}: {why}" for by, why in self.refused.items()))
                return spawner
        said = "; ".join(self.refused.values())
        raise EnvironmentFault(f"what starts its processes can't be started: {said}")


async def _supervisor(way: Way, view: View) -> Spawner:
    """Start a supervisor, and wait until it is there.

    Raises:
        OSError: It never is, with what it said.
    """
    inside = (sys.executable, "-I", "-S", str(SUPERVISOR), *(("adopt",) if way is Way.NONE else ()))
    own, theirs = connected()
    with tempfile.TemporaryFile() as said:
        try:
            process = await asyncio.create_subprocess_exec(
                *sandbox.command(way, view, inside),
                stdin=theirs.fileno(),
                stdout=said,
                stderr=said,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath)},
                start_new_session=True,
            )
        except BaseException:
            own.close()
            raise
        finally:
            theirs.close()
        spawner = Spawner(process, own)
        try:
            async with asyncio.timeout(READY_SECONDS):
                await spawner.ready()
        except (ConnectionError, TimeoutError) as error:
            guard.kill(process.pid)
            await spawner.close()
            said.seek(0)
            text = said.read(sandbox.SAID).decode(errors="replace").strip()
            raise OSError(errno.EPERM, text or "it has ended without a word") from error
        except asyncio.CancelledError:
            await spawner.close()
            raise
    return spawner


def launcher(
    view: Callable[[], View] = View, made: Made | None = None, without: Callable[[str], None] | None = None
) -> Launcher:
    """What runs the commands of a pool; as for `Supervised`; without `made` there is no sandbox."""
    if not sys.platform.startswith("linux"):
        if made and without:
            without("only Linux has one")
        return Direct()
    return Supervised(sandbox.ways() if made else (Way.NONE,), view, made, without)
