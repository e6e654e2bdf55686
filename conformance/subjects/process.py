"""One process of a subject: started, driven through its Runtime API, watched, ended."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING

from conformance.errors import EnvironmentFault
from conformance.subjects import guard
from conformance.subjects.event import Answer
from conformance.subjects.output import Output, Tail
from conformance.subjects.patience import patiently
from conformance.subjects.runtime_api import Listener, Reply, RuntimeApi
from conformance.subjects.usage import Meter, Usage
from conformance.wire.recording import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.subjects.event import Event
    from conformance.subjects.install import Installed
    from conformance.subjects.launching import Launcher
    from conformance.subjects.spawner import Running
    from conformance.subjects.starting import Starter

START_SECONDS = 30.0
"""In which a process must ask for its first event, not counting time that it was kept from the CPU."""

RETURN_SECONDS = 5.0
"""In which it must ask for the next one after an answer, counted alike."""

FAULT_LINES = 15

MOST_RETRIES_SENT = 20
"""How many requests a process may have been made to send again before another one takes its place.

AWS's clients keep count for as long as they live, and send no request again once it has been too often. That
must not be what a scenario finds: botocore's and the JavaScript client's have 500 points, and one more
attempt costs up to 14, so after 35.
"""


class State(Enum):
    """What a process is about."""

    STARTING = "starting"
    FREE = "free"  # it waits for an event
    BUSY = "busy"
    RETURNING = "returning"  # it has answered, and not asked for its next event yet
    ENDING = "ending"  # it has been killed, and is not gone yet
    ENDED = "ended"


class Process:
    """One process, told apart from its pool's others by its own port, directory and output.

    Attributes:
        state: what it is about.
        served: whether it has ever been given an event.
    """

    def __init__(
        self,
        installed: Installed,
        directory: Path,
        launcher: Launcher,
        everyone: Tail,
        changed: Callable[[Process], None],
    ) -> None:
        """Prepare a process.

        Args:
            installed: what to start.
            directory: made for it and removed after it; its HOME and its temporary files are there.
            launcher: has the network in which it will run.
            everyone: takes the lines that it writes, with those of its pool's others.
            changed: called with it when it has become free, and when it has ended after that.
        """
        loop = asyncio.get_running_loop()
        self.state = State.STARTING
        self.served = False
        self._installed = installed
        self._directory = directory
        self._changed = changed
        self._output = Output(loop, everyone)
        listener = Listener(self._free, self._answered, self._init_error, self._output.say)
        self._api = RuntimeApi(listener, launcher)
        self._launcher = launcher
        self._process: Running | None = None
        self._meter: Meter | None = None
        self._end: asyncio.Task[None] | None = None
        self._started: asyncio.Future[str] = loop.create_future()  # "" or what was wrong
        self._answer: asyncio.Future[Answer] = loop.create_future()
        self._event: Event | None = None
        self._retries_sent = 0
        self._mark = 0
        self._overdue: asyncio.Task[None] | None = None

    async def start(self, starter: Starter) -> None:
        """Start it and wait until it asks for its first event. If that fails, nothing of it is left.

        Args:
            starter: starts it, with the environment that all of the pool have.

        Raises:
            EnvironmentFault: it could not be started, ended, said that it can't start, or took too long.
        """
        try:
            await self._launch(starter)
            if self._installed.debugged is not None:
                problem = await self._started
            elif await patiently(self._started, self._meter, START_SECONDS):
                problem = self._started.result()
            else:
                problem = f"has not asked for an invocation within {START_SECONDS:.0f} s of the machine"
        except OSError as error:
            problem = f"can't be started: {error.strerror or error}"
        except BaseException:  # cancelled, or nothing can be started at all
            await self.stop()
            raise
        if problem:
            await self.stop()
            raise self._fault(problem)

    async def _launch(self, starter: Starter) -> None:
        home, temporary = self._directory / "home", self._directory / "tmp"
        home.mkdir(parents=True)
        temporary.mkdir()
        await self._api.start()
        own = {
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "HOME": str(home),
            "TMPDIR": str(temporary),
        }
        process = await starter.start(self._installed.cwd or home, own, self._output.writing)
        guard.watch(process.pid)
        self._process = process
        self._meter = Meter(process.pid)
        self._output.close_writing()
        self._end = asyncio.create_task(self._watch(process))

    @property
    def free(self) -> bool:
        """Whether it can be given an event now."""
        return self.state is State.FREE and self._api.free

    def begin(self, event: Event) -> None:
        """Give it an event. It must be free."""
        self._api.hand(event)
        self._event = event
        self.state = State.BUSY
        self.served = True
        self._mark = self._output.tail.mark()
        self._answer = asyncio.get_running_loop().create_future()

    def usage(self, request_id: str) -> Usage | None:
        """What it has had of the machine so far; None if that request's event is not the one at hand."""
        if self._event is None or self._event.request_id != request_id or self.state is not State.BUSY:
            return None
        return self._meter.read() if self._meter else None

    async def answer(self) -> Answer:
        """Wait for what becomes of its event. Cancelled before that is known, it is killed."""
        answer = self._answer
        try:
            return await answer
        except asyncio.CancelledError:
            if answer.cancelled():
                self._output.drain()
                if self._event is not None:
                    self._event.left(self._output.tail.since(self._mark))
                self.kill()
            raise

    def kill(self) -> None:
        """End it and all that it has started, at once. Its pool hears of it when it is over."""
        if self.state is not State.ENDED:
            self.state = State.ENDING
        if self._process and self._process.returncode is None:
            guard.kill(self._process.pid)

    async def stop(self) -> None:
        """End it and wait until nothing is left of it."""
        self.kill()
        if self._end:
            await asyncio.shield(self._end)
        else:
            await self._clear()

    async def _watch(self, process: Running) -> None:
        await process.wait()
        guard.kill(process.pid)  # what it has started itself
        guard.forget(process.pid)
        if self.state is State.BUSY:
            await self._api.settle()
        ending = _ending(process.returncode)
        begun = self._started.done() and not self._started.cancelled() and not self._started.result()
        if not self._started.done():
            self._started.set_result(f"{ending} before it asked for an invocation")
        self._resolve(Reply(Outcome.EXIT, None, f"{ending} before it answered"))
        await self._clear()
        if begun:
            self._changed(self)

    async def _clear(self) -> None:
        self.state = State.ENDED
        if self._overdue:
            self._overdue.cancel()
        await self._api.close()
        self._output.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _free(self) -> None:
        if self.state not in (State.STARTING, State.RETURNING, State.FREE):
            return
        self.state = State.FREE
        if self._overdue:
            self._overdue.cancel()
        if not self._started.done():
            self._started.set_result("")
        # The pool may give it an event at once, so not before the Runtime API has seen to the request.
        self._changed(self)

    def _init_error(self, body: str) -> None:
        if not self._started.done():
            self._started.set_result(f"says that it can't start: {_said(body)}")

    def _answered(self, reply: Reply) -> None:
        self._resolve(reply)
        self._retries_sent += self._event.retries_sent if self._event else 0
        sound = reply.outcome in (Outcome.RESPONSE, Outcome.ERROR) and self._retries_sent < MOST_RETRIES_SENT
        if self._answer.cancelled() or not sound:
            self.kill()
        else:
            self.state = State.RETURNING
            if self._installed.debugged is None:
                self._overdue = asyncio.create_task(self._end_when_overdue())

    async def _end_when_overdue(self) -> None:
        """End it if it does not come back for its next event, unless this is cancelled because it has."""
        await patiently(asyncio.get_running_loop().create_future(), self._meter, RETURN_SECONDS)
        self.kill()

    def _resolve(self, reply: Reply) -> None:
        if not self._answer.done():
            self._output.drain()
            written = self._output.tail.since(self._mark)
            self._answer.set_result(Answer(reply.outcome, reply.body, written, reply.detail))

    def _fault(self, problem: str) -> EnvironmentFault:
        lines = self._output.tail.since().splitlines()[-FAULT_LINES:]
        return EnvironmentFault(
            "\n".join([problem, *(f"  {line}" for line in lines)]),
            where=self._installed.subject.id,
            hint=f"its command is {' '.join(self._installed.command)}{self._launcher.hint}",
        )


def _said(body: str) -> str:
    try:
        error = json.loads(body)
        return f"{error['errorType']}: {error['errorMessage']}"
    except (ValueError, KeyError, TypeError):  # in a form of its own
        return body[:2000]


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):  # a signal that Python has no name for
            return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended with exit code {code}"
