"""The suite's end of a process that starts others: what it is asked for, and what is heard of its processes.

Two scripts are at the other end, `supervisor.py` and `preforked.py`. A request is one message, a JSON object,
with file descriptors beside it; the next one is sent when it has been answered. What is told is one JSON
object a line: `{"ready": true}` at first, `{"pid": 7}` by each process that has begun, itself, and the
answers `{"started": 7}`, `{"errno": 2}` or `{"socket": true}`, the last with a descriptor; and `{"ended": 7,
"status": 0}` once a process is gone, the status as `subprocess` has it.

The numbers told are those of the teller's own PID namespace. The number that a process has here is what the
kernel says of who sent `{"pid": 7}`, where there are such namespaces (Linux); elsewhere it is the same.
"""

from __future__ import annotations

import array
import asyncio
import errno
import json
import os
import signal
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from conformance.subjects import guard

LONGEST = 65536  # bytes that are read at once
MOST_DESCRIPTORS = 4
CLOSE_SECONDS = 2.0
T = TypeVar("T")
_SENDER = struct.Struct("3i")  # pid, uid, gid: the kernel's `struct ucred`
_ROOM = socket.CMSG_SPACE(_SENDER.size) + socket.CMSG_SPACE(MOST_DESCRIPTORS * array.array("i").itemsize)
_CREDENTIALS = getattr(socket, "SCM_CREDENTIALS", None)


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


class Child:
    """A process that a spawner has started."""

    def __init__(self, pid: int) -> None:
        """`pid` is its number here."""
        self.pid = pid
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def returncode(self) -> int | None:
        """How it ended, None while it has not."""
        return self.ended.result() if self.ended.done() else None

    async def wait(self) -> int:
        """Wait until it has ended."""
        return await asyncio.shield(self.ended)


@dataclass(frozen=True)
class _Answer:
    child: Child | None = None
    error: int = 0
    descriptors: tuple[int, ...] = ()


def connected() -> tuple[socket.socket, socket.socket]:
    """A connection for a spawner: the suite's end, and the other's."""
    own, theirs = socket.socketpair()
    own.setblocking(False)  # noqa: FBT003 - socket's own way
    if _CREDENTIALS is not None:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return own, theirs


class Spawner:
    """A process that starts others, and those that it has started."""

    def __init__(self, process: Running, connection: socket.socket) -> None:
        """Listen to a process that has the other end of the connection as its standard input."""
        self._process = process
        self._connection = connection
        self._children: dict[int, Child] = {}  # by the number that it gives them
        self._lock = asyncio.Lock()  # one request at a time: answers have the order of requests
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[_Answer] = self._loop.create_future()
        self._rest = b""
        self._over = asyncio.Event()
        self._loop.add_reader(connection.fileno(), self._readable)

    @property
    def pid(self) -> int:
        """Its own number."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether there is nobody at the other end any more."""
        return self._over.is_set()

    async def ready(self) -> None:
        """Wait until it can start processes.

        Raises:
            ConnectionError: it never will.
        """
        await self._answer

    async def spawn(self, wanted: Mapping[str, Any], descriptors: Sequence[int]) -> Child:
        """Have it start a process. Given up meanwhile, the process is killed as soon as it is there.

        Raises:
            ConnectionError: it has ended.
            OSError: the process can't be started.
        """
        spawning = asyncio.ensure_future(self._spawned(wanted, descriptors))
        return await _unless_given_up(spawning, lambda child: guard.kill(child.pid))

    async def opened(self, wanted: Mapping[str, Any]) -> socket.socket:
        """Have it make a socket. Given up meanwhile, it is closed as soon as it is there.

        Raises:
            ConnectionError: it has ended.
            OSError: there can be no such socket.
        """
        making = asyncio.ensure_future(self._made(wanted))
        return await _unless_given_up(making, lambda made: made.close())

    async def close(self) -> None:
        """End it and what it has started, and wait until nothing is left of it."""
        async with self._lock:  # what was asked for has come
            left = [child.ended for child in self._children.values()]
        for child in self._children.values():
            guard.kill(child.pid)
        if left:
            await asyncio.wait(left, timeout=CLOSE_SECONDS)
        if not self.ended:
            self._connection.shutdown(socket.SHUT_WR)  # then it ends what its processes have left, and itself
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            guard.kill(self._process.pid)
            await self._process.wait()
        await self._over.wait()

    async def _spawned(self, wanted: Mapping[str, Any], descriptors: Sequence[int]) -> Child:
        child = (await self._ask(wanted, descriptors)).child
        if child is None:  # killed before it could say a word
            raise OSError(errno.ESRCH, os.strerror(errno.ESRCH))
        return child

    async def _made(self, wanted: Mapping[str, Any]) -> socket.socket:
        (descriptor,) = (await self._ask(wanted, ())).descriptors
        return socket.socket(fileno=descriptor)

    async def _ask(self, wanted: Mapping[str, Any], descriptors: Sequence[int]) -> _Answer:
        copies = [os.dup(each) for each in descriptors]  # whoever asks may close them while others are served
        try:
            async with self._lock:
                if self.ended:
                    raise ConnectionResetError("the process that starts others has ended")
                self._answer = self._loop.create_future()
                try:
                    socket.send_fds(self._connection, [json.dumps(wanted).encode()], copies)
                except BrokenPipeError as error:
                    raise ConnectionResetError("the process that starts others has ended") from error
                answer = await self._answer
        finally:
            for each in copies:
                os.close(each)
        if answer.error:
            raise OSError(answer.error, os.strerror(answer.error))
        return answer

    def _readable(self) -> None:
        """Hear what is told, until there is nobody who would."""
        try:
            chunk, beside, *_ = self._connection.recvmsg(LONGEST, _ROOM)
        except BlockingIOError:
            return
        except OSError:
            chunk, beside = b"", []  # reset, which is an end as well
        if not chunk:
            self._end()
            return
        sender, descriptors = _beside(beside)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._heard(json.loads(line), sender, descriptors)

    def _heard(self, told: dict[str, Any], sender: int | None, descriptors: tuple[int, ...]) -> None:
        if "ended" in told:
            if child := self._children.pop(told["ended"], None):
                child.ended.set_result(told["status"])
        elif "pid" in told:
            self._children[told["pid"]] = Child(told["pid"] if sender is None else sender)
        elif not self._answer.done():
            child = self._children.get(told.get("started", 0))
            self._answer.set_result(_Answer(child, told.get("errno", 0), descriptors))

    def _end(self) -> None:
        self._loop.remove_reader(self._connection.fileno())
        self._connection.close()
        if not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the process that starts others has ended"))
            self._answer.exception()  # nobody may be waiting any more
        for child in self._children.values():  # nobody else hears of their ends
            guard.kill(child.pid)
            child.ended.set_result(-signal.SIGKILL)
        self._children.clear()
        self._over.set()


async def _unless_given_up(coming: asyncio.Future[T], undo: Callable[[T], None]) -> T:
    """What is coming; if nobody waits for it any more, it is undone when it has come."""
    try:
        return await asyncio.shield(coming)
    except asyncio.CancelledError:
        coming.add_done_callback(
            lambda came: None if came.cancelled() or came.exception() else undo(came.result())
        )
        raise


def _beside(parts: Sequence[tuple[int, int, bytes]]) -> tuple[int | None, tuple[int, ...]]:
    """Who sent a message, as far as the kernel says so, and the descriptors that came with it."""
    sender, descriptors = None, array.array("i")
    for level, kind, data in parts:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
        elif level == socket.SOL_SOCKET and kind == _CREDENTIALS:
            sender = _SENDER.unpack_from(data)[0]
    return sender, tuple(descriptors)
