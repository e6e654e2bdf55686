"""Where, in a row of versions, something begins or ends: found by halves, past what can't be tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """Where it changes: `before` and `after` are places in the row, and those between could not be tried."""

    before: int
    after: int
    tried: tuple[int, ...]

    @property
    def untried(self) -> tuple[int, ...]:
        """The places between, any of which it may be."""
        return tuple(range(self.before + 1, self.after))


def search(count: int, probe: Callable[[int], bool | None]) -> Turn:
    """Find neighbours of which the first is as the row begins, and the second is not.

    Args:
        count: how long the row is; its two ends must be unlike.
        probe: whether a place is as the end of the row is; None where it can't be told.
    """
    before, after = 0, count - 1
    known: dict[int, bool | None] = {before: False, after: True}
    tried: list[int] = []
    while True:
        middle = (before + after) // 2
        between = [at for at in range(before + 1, after) if at not in known]
        if not between:
            return Turn(before, after, tuple(tried))
        at = min(between, key=lambda one: (abs(one - middle), one))
        tried.append(at)
        known[at] = found = probe(at)
        if found is True:
            after = at
        elif found is False:
            before = at
