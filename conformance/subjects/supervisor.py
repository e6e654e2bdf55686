"""Starts a subject's processes and ends all that they leave: a script, run with the suite's interpreter.

    python -I -S supervisor.py [adopt]

Its standard input is a socket, on which `spawner.py` says what is spoken. It is asked for a process by
`{"command": [...], "cwd": "/", "environment": {...}}`, with the descriptor of its output and perhaps one for
its standard input; and, since it may be in a network of its own, for sockets of that network's loopback by
`{"listen": PORT}` (0: a free one) or `{"connect": PORT}`. A process is a session of its own.

When the socket is closed, this ends, and nothing is left of what its processes started, in whatever session
or group: as the first process of a PID namespace it takes all others with it. Where it is not that, `adopt`
has it take over whatever loses its parent (Linux), so that it can kill all that is below it.
"""

# ruff: noqa: PTH123, PTH208 - pathlib takes longer to import than all that is done here

from __future__ import annotations

import errno
import json
import os
import resource
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any

LONGEST = 65536  # bytes of a request
HOST = "127.0.0.1"
BACKLOG = 512
MEMORY_BYTES = 4 * 1024**3
"""Bytes that a process may have of its own (the kernel's RLIMIT_DATA): many times what a scenario takes."""

END_SECONDS = 2.0
SET_CHILD_SUBREAPER = 36  # of prctl(2)


def main() -> int:
    """Serve until the socket is closed."""
    connection = socket.socket(fileno=os.dup(0))
    if "adopt" in sys.argv[1:]:
        import ctypes  # noqa: PLC0415 - slow to import

        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)
    connection.sendall(b'{"ready": true}\n')
    Supervisor(connection).serve()
    _end_all()
    return 0


class Supervisor:
    """What starts processes when it is asked to, and tells of their ends."""

    def __init__(self, connection: socket.socket) -> None:
        """`connection` leads to who asks."""
        self._connection = connection
        self._running: set[int] = set()
        self._ended, wakeup = socket.socketpair()
        for end in (self._ended, wakeup):
            end.setblocking(False)  # noqa: FBT003 - socket's own way
        self._wakeup = wakeup
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)

    def serve(self) -> None:
        """Do what is asked for until nobody asks any more."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            selector.register(self._ended, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._ended in ready:
                    with suppress(BlockingIOError):
                        self._ended.recv(4096)
                    self._tell_ended()
                if self._connection in ready and not self._asked():
                    return

    def _asked(self) -> bool:
        """Do one thing that is asked for; whether there was any."""
        try:
            message, descriptors, *_ = socket.recv_fds(self._connection, LONGEST, 2)
        except OSError:
            return False
        if not message:
            return False
        try:
            wanted = json.loads(message)
            if "command" in wanted:
                self._tell({"started": self._start(wanted, descriptors)})
            else:
                self._give(wanted)
        except OSError as error:
            self._tell({"errno": error.errno or errno.EIO})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _give(self, wanted: dict[str, Any]) -> None:
        with socket.socket() as made:
            if "listen" in wanted:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                made.bind((HOST, wanted["listen"]))
                made.listen(BACKLOG)
            else:
                made.connect((HOST, wanted["connect"]))
            socket.send_fds(self._connection, [b'{"socket": true}\n'], [made.fileno()])

    def _start(self, wanted: dict[str, Any], descriptors: list[int]) -> int:
        """Start a process; its number, once it runs its command.

        Raises:
            OSError: It can't run that.
        """
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._become(wanted, descriptors, writing)
        os.close(writing)
        self._running.add(pid)
        with open(reading, "rb") as failure:
            number = failure.read()  # comes to its end when the command runs, or the process is gone
        if number:
            raise OSError(int(number), os.strerror(int(number)))
        return pid

    def _become(self, wanted: dict[str, Any], descriptors: list[int], failure: int) -> None:
        """Be the process that was asked for. It has told its number before it runs anything."""
        try:
            signal.set_wakeup_fd(-1)
            for each in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(each, signal.SIG_DFL)
            os.setsid()
            output, *given = descriptors
            for descriptor, number in zip((output, output, *given), (1, 2, 0), strict=False):
                os.dup2(descriptor, number)
            for descriptor in descriptors:
                os.close(descriptor)
            _bound_memory()
            os.chdir(wanted["cwd"])
            self._tell({"pid": os.getpid()})
            os.execvpe(wanted["command"][0], wanted["command"], wanted["environment"])  # noqa: S606 - as asked
        except OSError as error:
            os.write(failure, str(error.errno or errno.EIO).encode())
        finally:
            os._exit(127)

    def _tell_ended(self) -> None:
        with suppress(ChildProcessError):  # there is none any more
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] in self._running:  # and not something that lost its parent
                    self._running.discard(ended[0])
                    self._tell({"ended": ended[0], "status": os.waitstatus_to_exitcode(ended[1])})

    def _tell(self, told: dict[str, Any]) -> None:
        with suppress(OSError):  # it has gone, which the next read says
            self._connection.sendall(json.dumps(told).encode() + b"\n")


def _bound_memory() -> None:
    with suppress(OSError, ValueError):  # a lower bound than this is set already
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))


def _end_all() -> None:
    """Kill all that is below this process, those too that come to it when their parents die."""
    if os.getpid() == 1:
        return  # then the kernel does it
    deadline = time.monotonic() + END_SECONDS
    with suppress(ChildProcessError):  # then there is nothing any more
        while time.monotonic() < deadline:
            for pid in _below(os.getpid()):
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            time.sleep(0.001)


def _below(parent: int) -> list[int]:
    """The processes below one, as far as the system tells; the deepest last."""
    children: dict[int, list[int]] = {}
    with suppress(OSError):
        for name in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError), open(f"/proc/{name}/stat", "rb") as stat:
                above = int(stat.read().rpartition(b")")[2].split()[1])
                children.setdefault(above, []).append(int(name))
    found = [parent]
    for pid in found:
        found += children.get(pid, [])
    return found[1:]


if __name__ == "__main__":
    sys.exit(main())
