"""Virtual time of one run.

Time is a whole number of microseconds since the run began. It moves on only when the run is told to, so that
what an SDK is slow at never shows in a timestamp. Every read of the clock as a date takes one microsecond:
the emulator orders its history by timestamps, and two events of one instant must not change places.
`RESOLUTION` is what such reads may add up to within one invocation; two moments closer together than that are
one moment.
"""

from __future__ import annotations

import datetime as dt

BASE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""When every run begins, in the service's frame: fixed, so that two recordings can be laid side by side."""

SECOND = 1_000_000
RESOLUTION = 10_000


def micros(seconds: float) -> int:
    """Seconds as whole microseconds."""
    return round(seconds * SECOND)


def moment(stamp: dt.datetime) -> int:
    """A date of the service's as virtual microseconds."""
    return (stamp - BASE) // dt.timedelta(microseconds=1)


class VirtualClock:
    """The emulator's `Clock`, over virtual time."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.micros = 0

    @property
    def seconds(self) -> float:
        """Seconds since the run began; reading them takes no time."""
        return self.micros / SECOND

    def now(self) -> dt.datetime:
        """The present as the emulator stamps it, each time a microsecond later."""
        present = BASE + dt.timedelta(microseconds=self.micros)
        self.micros += 1
        return present

    def arm(self, wake: dt.datetime) -> float:
        """Seconds from now until `wake`, 0 when it has passed; the scheduler takes virtual seconds."""
        gap = wake - BASE - dt.timedelta(microseconds=self.micros)
        return max(gap.total_seconds(), 0.0)

    def advance(self, to: int) -> None:
        """Move on to a moment, in microseconds; time never goes back."""
        self.micros = max(self.micros, to)
