"""The processes of one subject: as many as are wanted at once, kept warm, replaced when they die."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from conformance.subjects import guard, sandbox
from conformance.subjects.event import Answer, Event
from conformance.subjects.launching import launcher
from conformance.subjects.output import Tail
from conformance.subjects.process import Process, State
from conformance.subjects.sandbox import Needs
from conformance.subjects.starting import Commands, Debugged, Starter, starter
from conformance.subjects.usage import Usage

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

    from conformance.subjects.install import Installed
    from conformance.subjects.launching import Launcher
    from conformance.subjects.sandbox import View

    Serve = Callable[[str, socket.socket], Awaitable[None]]

__all__ = ["Answer", "Event", "Pool"]

_REGION = "us-west-2"

# A process's environment is this and no more: what Lambda gives, dummy credentials, no metadata service.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIDCONFORMANCE",
    "AWS_SECRET_ACCESS_KEY": "conformance",
    "AWS_SESSION_TOKEN": "conformance",
    "AWS_REGION": _REGION,
    "AWS_DEFAULT_REGION": _REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_LAMBDA_FUNCTION_NAME": "scenario",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/scenario",
    "AWS_LAMBDA_LOG_STREAM_NAME": "conformance",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
}


def starting(installed: Installed, gateway_url: str, lab_url: str, runs: Launcher) -> Starter:
    """What starts the processes of a subject, each with the environment that they share; `runs` runs them."""
    environment = {
        **ENVIRONMENT,
        **installed.environment,
        "AWS_ENDPOINT_URL_LAMBDA": gateway_url,
        "CONFORMANCE_LAB": f"{lab_url}/subjects/{quote(installed.info.id, safe='')}",
    }
    made = starter(runs, installed.command, installed.preload, environment)
    if installed.debugged is not None:
        return Debugged(Commands(runs, installed.debugged, environment), made)
    return made


class Pool:
    """The processes of one subject.

    A process has one invocation at a time. One is added whenever an invocation finds none free, since an
    invocation may be held open while another one of the same subject has to run.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what to start, whom it reaches, and how
        self,
        installed: Installed,
        gateway_url: str,
        lab_url: str,
        serve: Serve | None = None,
        own: Starter | None = None,
        without: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare a pool; nothing is started yet.

        Args:
            installed: what to start.
            gateway_url: base URL of what stands for the Lambda service.
            lab_url: base URL of the lab's side channel.
            serve: has one of these be served by another socket too; without it there is no sandbox, since the
                processes could not reach them from a network of their own.
            own: what starts its processes, where that is not one made for it alone.
            without: told why, where a sandbox was wanted and there is none.
        """
        self._installed = installed
        self._serve = serve
        self._urls = (gateway_url, lab_url)
        self._starter: Starter = own or starting(
            installed, gateway_url, lab_url, launcher(self._view, self._admit if serve else None, without)
        )
        self._processes: list[Process] = []
        self._waiting: deque[tuple[Event, asyncio.Future[Process]]] = deque()
        self._starts: set[asyncio.Task[None]] = set()
        self._tail = Tail()
        self._count = 0
        self._kept = 0  # how many to keep running
        self._closed = False
        self._directory: Path | None = None

    @property
    def stderr(self) -> str:
        """The last 50 lines that its processes wrote."""
        return self._tail.since()

    @property
    def size(self) -> int:
        """How many processes there are, those that are starting included."""
        return len(self._processes)

    async def warm(self, count: int) -> None:
        """Have at least `count` processes, and replace those that die from then on.

        Raises:
            EnvironmentFault: one can't start.
        """
        self._refuse_closed()
        self._kept = max(self._kept, count)
        starts = [self._start() for _ in range(count - self.size)]
        for start in asyncio.as_completed(starts):
            await start

    async def invoke(self, event: Event) -> Answer:
        """Have a process handle an event, to whatever end. Cancelled, that process is killed and replaced.

        Raises:
            EnvironmentFault: no process was free, and a new one can't start.
        """
        self._refuse_closed()
        given: asyncio.Future[Process] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, given))
        self._dispatch()
        try:
            process = await given
        except asyncio.CancelledError:
            if given.done() and not given.cancelled() and not given.exception():
                given.result().kill()  # the event had just been given to it
            raise
        return await process.answer()

    def usage(self, request_id: str) -> Usage | None:
        """What the process has had of the machine that handles that request; None while none does."""
        return next((had for one in self._processes if (had := one.usage(request_id)) is not None), None)

    async def close(self) -> None:
        """End every process, and wait until nothing is left of any."""
        self._closed = True
        processes = (
            *self._processes,
        )  # a start that is cancelled leaves the list before its process is gone
        for process in processes:
            process.kill()
        for _, given in self._waiting:
            given.cancel()
        self._waiting.clear()
        for start in self._starts:
            start.cancel()
        await asyncio.gather(*self._starts, return_exceptions=True)
        await asyncio.gather(*(process.stop() for process in processes))
        await self._starter.close()
        if self._directory:
            shutil.rmtree(self._directory, ignore_errors=True)
            guard.forget(self._directory)
            self._directory = None

    def _refuse_closed(self) -> None:
        if self._closed:
            raise RuntimeError("the pool is closed")

    def _dispatch(self) -> None:
        """Give waiting events to free processes, and start processes for those that are left."""
        while self._waiting:
            event, given = self._waiting[0]
            if not given.done():
                free = next((process for process in self._processes if process.free), None)
                if free is None:
                    break
                free.begin(event)
                given.set_result(free)
            self._waiting.popleft()
        if self._closed:
            return
        states = [process.state for process in self._processes]
        coming = states.count(State.STARTING) + states.count(State.RETURNING)
        lacking = sum(not given.done() for _, given in self._waiting) - coming
        for _ in range(max(lacking, self._kept - len(states))):
            self._start()

    def _start(self) -> asyncio.Task[None]:
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="conformance-"))
            guard.watch(self._directory)
        self._count += 1
        directory = self._directory / str(self._count)
        process = Process(self._installed, directory, self._starter.launcher, self._tail, self._changed)
        self._processes.append(process)
        start = asyncio.create_task(process.start(self._starter))
        self._starts.add(start)
        start.add_done_callback(lambda done: self._begun(process, done))
        return start

    def _begun(self, process: Process, start: asyncio.Task[None]) -> None:
        self._starts.discard(start)
        if start.cancelled():
            self._lose(process)
        elif fault := start.exception():
            self._lose(process)
            self._kept = 0  # what can't start is not worth starting again before it is asked for
            waiting = next((given for _, given in self._waiting if not given.done()), None)
            if waiting:
                waiting.set_exception(fault)
            self._dispatch()

    def _view(self) -> View:
        """What its processes are to see of the machine."""
        one, written = self._installed, tuple(filter(None, [self._directory]))
        return sandbox.view(Needs(one.command, one.environment, one.cwd, (*written, *one.written)))

    async def _admit(self, listen: Callable[[int], Awaitable[socket.socket]]) -> None:
        """Have the service and the side channel be reached from a network of the processes' own."""
        assert self._serve is not None  # noqa: S101 - else there is no such network
        for url in self._urls:
            await self._serve(url, await listen(urlsplit(url).port or 0))

    def _lose(self, process: Process) -> None:
        if process in self._processes:
            self._processes.remove(process)

    def _changed(self, process: Process) -> None:
        if process.state is State.ENDED:
            self._lose(process)
            if not process.served:
                self._kept = 0  # it asked for an event and died without one; starting it again may never end
        self._dispatch()
