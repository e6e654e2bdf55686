"""How long an execution takes on the lab's virtual clock, which moves only while nothing is in flight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.oracle.delays import Interval
    from conformance.oracle.plan import Lifecycle


@dataclass
class Span:
    """The seconds that a reading has surely come to, and those that it has come to at most.

    Whatever stands in branches counts for the latter alone: they may run at once, or be left behind.
    """

    least: float = 0
    most: float = 0

    def take(self, delay: Interval | None) -> None:
        """So much more passes; None: nobody knows how much."""
        least, most = (0.0, math.inf) if delay is None else delay
        self.least += least
        self.most += most

    def take_rounds(self, lifecycle: Lifecycle) -> None:
        """A body is run as its lifecycle says; one whose process dies is put off by the service."""
        for each in lifecycle.rounds:
            self.take(each.delay)
        if lifecycle.runs is None or len(lifecycle.runs) != len(lifecycle.rounds) + 1:
            self.take(None)
