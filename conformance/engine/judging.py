"""Where a run is judged: in this process, or in one of its own beside the event loop.

Judging is computing, and some recordings are large: on the loop that drives the SDKs it would hold up their
answers, and no signal would be heard meanwhile. So a session gives its recordings to a process that has the
collator, and that process alone; what it emits comes back as it happens. It is a fork, made before there is
any loop or thread, so that nothing is imported twice and what judges need not be picklable.

The protocol: each side sends pickled messages, each after its length in eight bytes. To the process go
`_Open`, then `_Take` and `_Missing` in any number, then `_Finish`; from it come events, and last `Totals` or
`_Failed`.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import struct
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from conformance.engine.collator import Collator, Totals
from conformance.engine.events import Listener
from conformance.errors import ConformanceError, EnvironmentFault
from conformance.subjects import guard
from conformance.verdict.finding import Finding
from conformance.wire.recording import Recording, SubjectInfo

MOST_WAITING = 64 * 2**20
"""Bytes of recordings that may wait for the process: beyond it the lab waits for the judging."""

_LENGTH = struct.Struct("!Q")

Make = Callable[[tuple[SubjectInfo, ...], Listener], Collator]
"""Makes the collator: given the subjects that run, and what it emits to."""

Keep = Callable[[Recording, int], None]


class Judging(Protocol):
    """What a session gives its recordings to."""

    async def begin(self, subjects: tuple[SubjectInfo, ...]) -> None:
        """Say which subjects will run."""

    async def take(self, recording: Recording, repeat: int) -> None:
        """Judge the recording of one run as soon as all that it needs is there."""

    async def missing(self, scenario: str, subject: str, repeat: int, finding: Finding | None) -> None:
        """There will be no recording of that run."""

    async def finish(self, *, complete: bool) -> Totals:
        """Judge all that is left. `complete`: the ledger is asked too whether it still holds."""

    async def stop(self, seconds: float) -> Totals:
        """Give the verdicts that can be had in so many seconds, and end."""


class Here:
    """Judges in this process, at once."""

    def __init__(self, make: Make, emit: Listener, keep: Keep) -> None:
        """Nothing is judged yet; `keep` is given each recording before it is judged."""
        self._make = make
        self._emit = emit
        self._keep = keep
        self._collator = make((), emit)

    async def begin(self, subjects: tuple[SubjectInfo, ...]) -> None:
        """Make the collator for these subjects."""
        self._collator = self._make(subjects, self._emit)

    async def take(self, recording: Recording, repeat: int) -> None:
        """Judge it now, or when the reference's is there."""
        self._keep(recording, repeat)
        self._collator.take(recording, repeat)

    async def missing(self, scenario: str, subject: str, repeat: int, finding: Finding | None) -> None:
        """There will be no recording of that run."""
        self._collator.missing(scenario, subject, repeat, finding)

    async def finish(self, *, complete: bool) -> Totals:
        """Give the last verdicts."""
        return self._collator.finish(complete=complete)

    async def stop(self, seconds: float) -> Totals:
        """Give the last verdicts: nothing is under way."""
        del seconds
        return self._collator.finish()


@dataclass(frozen=True)
class _Open:
    subjects: tuple[SubjectInfo, ...]


@dataclass(frozen=True)
class _Take:
    recording: Recording
    repeat: int


@dataclass(frozen=True)
class _Missing:
    scenario: str
    subject: str
    repeat: int
    finding: Finding | None


@dataclass(frozen=True)
class _Finish:
    complete: bool


@dataclass(frozen=True)
class _Failed:
    """The process can't go on: an error to be told as it is, or the traceback of one of ours."""

    error: ConformanceError | None
    trace: str


class Apart:
    """Judges in a process of its own. It is begun before there is a loop or a thread.

    Raises, whatever is asked of it:
        EnvironmentFault: the process has ended, and nobody asked it to.
    """

    def __init__(self, make: Make, emit: Listener, keep: Keep) -> None:
        """Start the process; `keep` is called in it, with each recording before it is judged."""
        self._emit = emit
        self._totals: asyncio.Future[Totals] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        own, theirs = socket.socketpair()
        self._socket = own
        self._pid = os.fork()
        if self._pid == 0:
            own.close()
            _serve(theirs, make, keep)
        theirs.close()
        with suppress(OSError):  # it does so itself, but perhaps not yet
            os.setpgid(self._pid, self._pid)
        guard.watch(self._pid)

    async def begin(self, subjects: tuple[SubjectInfo, ...]) -> None:
        """Connect to the process."""
        self._totals = asyncio.get_running_loop().create_future()
        reader, self._writer = await asyncio.open_connection(sock=self._socket)
        self._writer.transport.set_write_buffer_limits(high=MOST_WAITING)
        self._reading = asyncio.create_task(self._read(reader, self._totals))
        await self._send(_Open(subjects))

    async def take(self, recording: Recording, repeat: int) -> None:
        """Hand it over; wait while too much waits there."""
        await self._send(_Take(recording, repeat))

    async def missing(self, scenario: str, subject: str, repeat: int, finding: Finding | None) -> None:
        """There will be no recording of that run."""
        await self._send(_Missing(scenario, subject, repeat, finding))

    async def finish(self, *, complete: bool) -> Totals:
        """Wait for the last verdict."""
        await self._send(_Finish(complete))
        totals = await self._last()
        await self._end()
        return totals

    async def stop(self, seconds: float) -> Totals:
        """Wait for the last verdict, but not longer than that: then the process is killed."""
        try:
            async with asyncio.timeout(seconds):
                return await self.finish(complete=False)
        except (TimeoutError, EnvironmentFault):
            return Totals()
        finally:
            await self._end()

    async def _send(self, message: object) -> None:
        if self._writer is None:  # interrupted before anything was begun
            return
        if self._totals and self._totals.done():
            self._totals.result()  # it has failed: say so
        self._writer.write(_packed(message))
        with suppress(ConnectionError):  # then the reading side says what became of it
            await self._writer.drain()

    async def _last(self) -> Totals:
        return await asyncio.shield(self._totals) if self._totals else Totals()

    async def _read(self, reader: asyncio.StreamReader, totals: asyncio.Future[Totals]) -> None:
        try:
            while not isinstance(message := await _received(reader), Totals | _Failed):
                self._emit(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            hint = "see whether memory is short; the recordings of `--out` can be judged by `judge`"
            totals.set_exception(EnvironmentFault("the process that judges has ended", hint=hint))
        except Exception as error:  # noqa: BLE001 (whoever listens: what was asked for next tells of it)
            totals.set_exception(error)
        else:
            if isinstance(message, Totals):
                totals.set_result(message)
            else:
                totals.set_exception(message.error or RuntimeError(message.trace))
        totals.exception()  # nobody may be left who asks

    async def _end(self) -> None:
        """End the process, whatever it does, and leave nothing of it."""
        if self._pid:
            guard.kill(self._pid)
            os.waitpid(self._pid, 0)  # noqa: ASYNC222 (it has just been killed)
            guard.forget(self._pid)
            self._pid = 0
        if self._reading:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._writer:
            self._writer.transport.abort()  # closing waits for what is unsent, which nobody will read
        self._socket.close()


def start(make: Make, emit: Listener, keep: Keep) -> Judging:
    """Judge in a process of its own, or here where threads run: a fork would take their locks along."""
    return Apart(make, emit, keep) if threading.active_count() == 1 else Here(make, emit, keep)


def _packed(message: object) -> bytes:
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


async def _received(reader: asyncio.StreamReader) -> Any:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return pickle.loads(await reader.readexactly(length))  # noqa: S301 (our own fork wrote it)


def _serve(connection: socket.socket, make: Make, keep: Keep) -> None:
    """Be the process: judge what comes until it ends. It never returns."""
    try:
        os.setpgid(0, 0)  # the terminal's Ctrl-C is not for it: who made it says when it ends
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _judge_all(connection, make, keep)
    except (EOFError, ConnectionError):
        pass  # nobody is there any more who would want to know
    except BaseException as error:  # noqa: BLE001 (told by the process that made this one)
        told = error if isinstance(error, ConformanceError) else None
        with suppress(OSError):
            connection.sendall(_packed(_Failed(told, traceback.format_exc())))
            while connection.recv(2**16):  # what is left unread would take the message back
                pass
    finally:
        os._exit(0)  # nothing of what was forked with it is its own to clean up


def _judge_all(connection: socket.socket, make: Make, keep: Keep) -> None:
    incoming = connection.makefile("rb")

    def emit(event: object) -> None:
        connection.sendall(_packed(event))

    collator = make((), emit)
    while True:
        (length,) = _LENGTH.unpack(_whole(incoming.read(_LENGTH.size), _LENGTH.size))
        message = pickle.loads(_whole(incoming.read(length), length))  # noqa: S301 (who forked it wrote it)
        match message:
            case _Open(subjects):
                collator = make(subjects, emit)
            case _Take(recording, repeat):
                keep(recording, repeat)
                collator.take(recording, repeat)
                del recording
            case _Missing(scenario, subject, repeat, finding):
                collator.missing(scenario, subject, repeat, finding)
            case _Finish(complete):
                emit(collator.finish(complete=complete))
                return
        del message


def _whole(content: bytes, length: int) -> bytes:
    if len(content) < length:
        raise EOFError
    return content
