"""What a run has had of the machine, and since when nothing has come of it: how a hang is told from slowness.

Every tick adds its seconds to what they were: the subject stood still, it computed, it was ready to run and
was kept from the CPU, or this process was late itself. Only standing still and computing say something about
the subject. Seconds of a tick that comes late are not counted beyond what it should have taken: what kept
this process kept the subject from its answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from conformance.lab.invoker import Invoker
from conformance.lab.recorder import OpenInvocation
from conformance.subjects.usage import Usage

TICK_SECONDS = 0.05
MOST_SECONDS = 1.5 * TICK_SECONDS
"""What a tick counts for at most."""

COMPUTING = 2.0
"""How many of its limits a subject may compute without a word before it is known to do so for ever."""

ENDLESS = 3.0
"""How many of its limits a run may have of the machine, however much happens in it."""

PATIENCE = 20.0
"""How many of its limits a run may take by the clock, whatever the machine gave it."""


class End(Enum):
    """Why a run is ended before it has come to its end."""

    STILL = "the subject stood still"
    COMPUTING = "the subject computed without a word"
    ENDLESS = "the run went on and on"
    MACHINE = "the machine was too slow to tell"

    @property
    def hangs(self) -> bool:
        """Whether an invocation that is open then never answers."""
        return self in (End.STILL, End.COMPUTING)


@dataclass
class Progress:
    """The account of one run. All figures are seconds.

    Attributes:
        limit: the scenario's, stretched by how slow this machine computes.
        idle: in all, in which the subject stood still.
        computed: in all, of CPU time that the subject used.
        kept: in all, in which it was ready to run and was kept from the CPU.
        had: in all, in which neither the subject nor this process was kept from the CPU.
    """

    pool: Invoker
    in_flight: Callable[[], list[OpenInvocation]]
    limit: float
    idle: float = 0.0
    computed: float = 0.0
    kept: float = 0.0
    had: float = 0.0
    _idle_then: float = 0.0
    _computed_then: float = 0.0
    now: Callable[[], float] = time.monotonic
    _began: float = field(init=False)
    _last: float = field(init=False)
    _readings: dict[str, Usage] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The run begins."""
        self._began = self._last = self.now()

    def moved(self) -> None:
        """Something came of the run: updates, an effect, the beginning or the end of an invocation."""
        self._idle_then, self._computed_then = self.idle, self.computed

    @property
    def still(self) -> float:
        """How long the subject has stood still since something came of the run."""
        return self.idle - self._idle_then

    @property
    def elapsed(self) -> float:
        """How long the run has lasted by the clock."""
        return self._last - self._began

    def tick(self) -> End | None:
        """Add what has passed since the last tick; whether the run is to be ended, and why."""
        now = self.now()
        counted = min(now - self._last, MOST_SECONDS)
        self._last = now
        open_ = self.in_flight()
        shares = [share for one in open_ if (share := self._share(one.request_id)) is not None]
        if shares:
            share = sum(shares, Usage())
            self.computed += share.cpu
            self.kept += share.kept
            self.idle += max(counted - share.cpu - share.kept, 0.0)
            self.had += max(counted - max(one.kept for one in shares), 0.0)
        elif not open_:
            self.had += counted
        return self._end()

    def _share(self, request_id: str) -> Usage | None:
        """What a process had since the last tick; None while none handles the request."""
        reading = self.pool.usage(request_id)
        if reading is None:
            return None
        before = self._readings.get(request_id, reading)
        self._readings[request_id] = reading
        return reading - before

    def _end(self) -> End | None:
        if self.still >= self.limit:
            return End.STILL
        if self.computed - self._computed_then >= COMPUTING * self.limit:
            return End.COMPUTING
        if self.had >= ENDLESS * self.limit:
            return End.ENDLESS
        if self.elapsed >= PATIENCE * self.limit:
            return End.MACHINE
        return None

    def __str__(self) -> str:
        """Say how the time was spent, for the report of a run that was cut off."""
        return (
            f"of {self.elapsed:.1f} s the run had {self.had:.1f} s of the machine: the subject computed for "
            f"{self.computed:.1f} s, stood still for {self.idle:.1f} s and was kept from the CPU for "
            f"{self.kept:.1f} s"
        )
