"""Forks Python subjects that have imported what they need: a script, run with the subject's interpreter.

    python -P preforked.py MODULE...

It imports the modules and then waits at its standard input, a socket, on which `spawner.py` says what is
spoken. A process is asked for by `{"cwd": "/", "environment": {...}}`, the variables being its own, with the
file descriptor for its output. The process is a session of its own, calls `main()` of the first module, and
ends with what that returns. When the socket is closed, this ends, and what is left of its processes.

Whatever the import of a module raises is left for the process to meet: then it can say so itself.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import Any

LONGEST = 65536  # bytes of a request


def main() -> int:
    """Serve until the socket is closed; the status of this process, or of one that it has become."""
    connection = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for module in sys.argv[1:]:
        with suppress(Exception):
            import_module(module)
    if threading.active_count() > 1:
        return 1  # a fork would be without these threads: processes must be started one by one
    gc.collect()
    gc.freeze()  # what is shared stays so: the collector of a process need not write to it
    _silence()
    connection.sendall(b'{"ready": true}\n')
    return _Server(connection, sys.argv[1]).serve()


def _silence() -> None:
    """Let go of the output: what importing had to say is said, and a process's output ends with it alone."""
    sys.stdout.flush()
    sys.stderr.flush()
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)


class _Server:
    def __init__(self, connection: socket.socket, module: str) -> None:
        self._connection = connection
        self._module = module
        self._running: set[int] = set()
        self._ended, wakeup = socket.socketpair()
        self._wakeup = wakeup
        for end in (self._ended, wakeup):
            end.setblocking(False)  # noqa: FBT003 - socket's own way
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)

    def serve(self) -> int:
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            selector.register(self._ended, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._ended in ready:
                    with suppress(BlockingIOError):
                        self._ended.recv(4096)
                    self._tell_ended()
                if self._connection in ready:
                    message, descriptors, *_ = socket.recv_fds(self._connection, LONGEST, 1)
                    if not message:
                        self._end_all()
                        return 0
                    wanted = json.loads(message)
                    if (pid := self._fork(descriptors[0])) == 0:
                        return self._become(wanted, selector)
                    self._running.add(pid)
                    self._tell({"started": pid})

    def _fork(self, output: int) -> int:
        """Fork; come back in the parent once the child is a session of its own and has its output."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            for number in (1, 2):
                os.dup2(output, number)
            os.close(output)
            self._tell({"pid": os.getpid()})
            os.close(writing)
            return 0
        os.close(writing)
        os.close(output)
        os.read(reading, 1)  # comes to its end when the child has closed its side, or is gone
        os.close(reading)
        return pid

    def _become(self, wanted: dict[str, Any], selector: selectors.BaseSelector) -> int:
        """Be the process that was asked for."""
        selector.close()
        for each in (self._connection, self._ended, self._wakeup):
            each.close()
        os.environ.update(wanted["environment"])
        os.chdir(wanted["cwd"])
        status: int = import_module(self._module).main()
        return status

    def _end_all(self) -> None:
        for pid in self._running:
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)

    def _tell_ended(self) -> None:
        with suppress(ChildProcessError):  # there is none any more
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                self._running.discard(ended[0])
                self._tell({"ended": ended[0], "status": os.waitstatus_to_exitcode(ended[1])})

    def _tell(self, told: dict[str, Any]) -> None:
        with suppress(OSError):  # it has gone, which the next read says
            self._connection.sendall(json.dumps(told).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
