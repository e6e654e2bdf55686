"""What a process has had of the machine: the CPU time that it used, and how long it was kept from the CPU.

A process that is silent may stand still, compute, or be ready to run and not be let; only the first two say
something about it. CPU time comes from psutil; being kept from the CPU is what Linux counts a thread as time
on the run queue (`schedstat`, second number, nanoseconds). Where the system does not tell, that is 0.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

NANOSECONDS = 1_000_000_000
LOOK_AGAIN_SECONDS = 1.0
"""How old a list of the processes that a process has started may be: making one reads all of /proc."""


@dataclass(frozen=True)
class Usage:
    """CPU time used and time kept from the CPU, in seconds since the process began, of all its threads."""

    cpu: float = 0.0
    kept: float = 0.0

    def __sub__(self, other: Usage) -> Usage:
        """What came between two readings; what has ended in between takes its own share with it."""
        return Usage(max(self.cpu - other.cpu, 0.0), max(self.kept - other.kept, 0.0))

    def __add__(self, other: Usage) -> Usage:
        """What both had."""
        return Usage(self.cpu + other.cpu, self.kept + other.kept)


@dataclass
class Meter:
    """Reads what a process and all that it has started have used."""

    pid: int
    _family: tuple[psutil.Process, ...] = ()
    _listed: float = field(default=-LOOK_AGAIN_SECONDS)  # when, in monotonic seconds

    def read(self) -> Usage:
        """All that they have had so far; nothing of those that are gone."""
        now = time.monotonic()
        if now - self._listed >= LOOK_AGAIN_SECONDS:
            self._listed = now
            with suppress(psutil.Error):
                parent = psutil.Process(self.pid)
                self._family = (parent, *parent.children(recursive=True))
        return sum(map(_of, self._family), Usage())


def _of(process: psutil.Process) -> Usage:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return Usage()
    return Usage(times.user + times.system, _kept(process.pid))


def _kept(pid: int) -> float:
    total = 0
    with suppress(OSError, ValueError, IndexError):  # no Linux, or just gone
        for thread in Path(f"/proc/{pid}/task").iterdir():
            total += int((thread / "schedstat").read_text(encoding="ascii").split()[1])
    return total / NANOSECONDS
