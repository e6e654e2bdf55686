"""Two neighbouring versions: which causes went and which came, and in which scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Shown = Mapping[str, frozenset[str]]
"""The names of the causes that a version shows, by scenario; one in which it shows none may be left out."""


@dataclass(frozen=True)
class Moved:
    """A cause that one of two versions shows and the other does not, and where; scenarios are sorted."""

    cause: str
    scenarios: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """What a version changed: the widest first."""

    went: tuple[Moved, ...]
    came: tuple[Moved, ...]


def changes(before: Shown, after: Shown) -> Changes:
    """What the later one of two versions changed."""
    return Changes(went=_less(before, after), came=_less(after, before))


def _less(one: Shown, other: Shown) -> tuple[Moved, ...]:
    found: dict[str, list[str]] = {}
    for scenario in sorted(one):
        for cause in one[scenario] - other.get(scenario, frozenset()):
            found.setdefault(cause, []).append(scenario)
    moved = [Moved(cause, tuple(scenarios)) for cause, scenarios in found.items()]
    return tuple(sorted(moved, key=lambda each: (-len(each.scenarios), each.cause)))
