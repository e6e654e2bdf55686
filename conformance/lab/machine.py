"""How fast this machine is: a small calculation of known cost, timed by the CPU time that it takes.

Other processes make a calculation later, not longer in CPU time; a slow processor, an emulated one or one
that is throttled makes it longer. That is the factor by which limits are stretched.
"""

from __future__ import annotations

from time import process_time

ROUNDS = 100_000
REFERENCE_SECONDS = 0.005
"""CPU seconds that the calculation takes on the machines that limits were chosen for; less counts as this."""

TRIES = 3


def slowness() -> float:
    """By how much slower this machine computes than limits were chosen for; 1.0 at least."""
    return max(1.0, min(_once() for _ in range(TRIES)) / REFERENCE_SECONDS)


def _once() -> float:
    began = process_time()
    total = 0
    for number in range(ROUNDS):
        total ^= number
    return process_time() - began
