"""Sees to it that no subject outlives the suite: not on Ctrl-C, not when the suite is killed."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

_REAPER = Path(__file__).with_name("reaper.py")
_reaper: subprocess.Popen[str] | None = None
_lock = threading.Lock()  # installations are watched from threads of their own


def watch(what: int | Path) -> None:
    """Have a process group killed, or a directory removed, when the suite ends, however it ends."""
    _tell(f"+{what}")


def forget(what: int | Path) -> None:
    """Leave alone what has ended: a group's number may be another's soon."""
    _tell(f"-{what}")


def kill(group: int) -> None:
    """Kill a process group, if there still is one."""
    with suppress(ProcessLookupError, PermissionError):  # the latter is what macOS says of a group of zombies
        os.killpg(group, signal.SIGKILL)


def _tell(line: str) -> None:
    with _lock, suppress(OSError):  # somebody killed it; there is nobody else to tell
        reaper = _reaper or _start()
        if reaper.stdin:
            reaper.stdin.write(f"{line}\n")
            reaper.stdin.flush()


def _start() -> subprocess.Popen[str]:
    global _reaper  # noqa: PLW0603 - one for the whole process: what it watches over ends with that
    _reaper = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", str(_REAPER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # out of reach of the terminal's Ctrl-C
    )
    atexit.register(_finish, _reaper, os.getpid())
    return _reaper


def _finish(reaper: subprocess.Popen[str], owner: int) -> None:
    if os.getpid() == owner:  # and not a fork of it
        with suppress(OSError):
            reaper.communicate()
