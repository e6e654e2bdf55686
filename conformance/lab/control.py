"""Whether a run goes on: what every part of it may ask, and may say."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.lab.pulse import Pulse


@dataclass
class Control:
    """One run's end, as its parts see it: made before all of them, and knowing none."""

    pulse: Pulse = field(default_factory=Pulse)  # beats whenever something happened in the run
    stopped: bool = False
    fault: BaseException | None = None  # what the suite itself could not do

    def stop(self) -> None:
        """End the run as soon as possible."""
        self.stopped = True
        self.pulse.beat()

    def fail(self, fault: BaseException) -> None:
        """End the run: something the suite needs is broken."""
        self.fault = self.fault or fault
        self.stop()
