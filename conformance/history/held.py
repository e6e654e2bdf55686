"""A run of versions held against what is pinned for them, and what the command's exit code is then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.errors import Exit
from conformance.history.changes import changes
from conformance.history.matrix import Matrix, Sdk, versions
from conformance.history.pins import Difference, Pins
from conformance.verdict.finding import Verdict


@dataclass(frozen=True)
class Held:
    """One version beside what is pinned: `beside` is the version whose pins these are, None where none are.

    `slow` are scenarios for which this machine was too slow, and `unjudged` others that say nothing of the
    SDK though no pin says so. `outside` counts those that no pin covers: there, as with `run`, whatever the
    ledger does not know is a difference.
    """

    subject: str
    beside: str | None
    differences: tuple[Difference, ...]
    slow: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    outside: int = 0

    @property
    def exit(self) -> Exit:
        """What it comes to: as pinned, or not."""
        if self.slow or self.unjudged:
            return Exit.ENVIRONMENT
        return Exit.FINDING if self.differences else Exit.AS_EXPECTED


def held(matrix: Matrix, pinned: Callable[[str], Pins], *, whole: bool = False) -> tuple[Held, ...]:
    """Every version of a matrix beside what is pinned for it, or for the nearest one that is older.

    Args:
        matrix: what was run.
        pinned: gives an SDK's pins.
        whole: whether every scenario that there is was run.
    """
    return tuple(
        _held(sdk, subject, known.get(subject), pinned(sdk.name), whole=whole)
        for known in [_releases(matrix)]
        for sdk in matrix.sdks
        for subject in sdk.subjects
    )


def _releases(matrix: Matrix) -> Mapping[str, str]:
    return versions(matrix.subjects)


def _held(sdk: Sdk, subject: str, version: str | None, pins: Pins, *, whole: bool) -> Held:
    cells = {name: cell for name in sdk.scenarios if (cell := sdk.cells.get((name, subject))) is not None}
    slow = tuple(name for name, cell in cells.items() if cell.slow)
    shown = {name: cell.causes for name, cell in cells.items() if cell.causes and not cell.slow}
    asked = [name for name in cells if name not in slow]
    newest = next(reversed([*pins.versions]), None)
    beside = newest if version is None else pins.nearest(version)
    covered = pins.covers(beside, asked) if beside else frozenset[str]()
    differences = pins.against(beside, shown, asked, whole=whole) if beside else ()
    bad = {
        name: causes
        for name, causes in shown.items()
        if name not in covered and cells[name].verdict not in _EXCUSED
    }
    differences += tuple(Difference(one.cause, one.scenarios, new=True) for one in changes({}, bad).came)
    told = {name for one in differences if one.new for name in one.scenarios}
    unjudged = tuple(
        name for name in asked if not cells[name].judged and (name in told or name not in covered)
    )
    return Held(subject, beside, differences, slow, unjudged, len(asked) - len(covered))


_EXCUSED = frozenset({Verdict.KNOWN_DIVERGENCE, Verdict.UNSUPPORTED})
"""What may be where nothing is pinned: as with `run`, whatever the ledger does not know is a finding."""
