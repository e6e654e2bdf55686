"""The table of parameters: each value in each place, in a first run and in a replay, and what is missing.

Pairwise: every value of a parameter in every kind of place, and every value and every place in a scenario
that is replayed after it. Three at once is more than is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from conformance.quality.coverage.domains import AROUND, NEVER_REPLAYED, PLACED, PLACES
from conformance.quality.coverage.uses import Use


@dataclass(frozen=True, order=True)
class Pair:
    """One thing that is asked for: a value of a parameter, where or when."""

    parameter: str
    value: str | None
    place: str | None = None
    replayed: bool = False

    def __str__(self) -> str:
        """Such as `step.retry: fixed in a FLAT branch`, `wait.name: empty text, replayed`."""
        value = "" if self.value is None else f": {self.value}"
        place = "" if self.place is None else f" in {self.place}" if self.place != "root" else " at the root"
        return f"{self.parameter}{value}{place}{', replayed' if self.replayed else ''}"


def _asked() -> Iterator[Pair]:
    for word, fields in PLACED.items():
        for field, values in fields.items():
            parameter = f"{word}.{field}"
            for value in values:
                yield from (Pair(parameter, value, place) for place in PLACES)
                yield Pair(parameter, value, None, replayed=True)
            for place in PLACES:
                if (parameter, place) not in NEVER_REPLAYED:
                    yield Pair(parameter, None, place, replayed=True)
    for parameter, values in AROUND.items():
        yield from (Pair(parameter, value) for value in values)


ASKED = tuple(_asked())
"""All that is asked for."""


@dataclass(frozen=True)
class Parameters:
    """How many scenarios show each thing that is asked for."""

    shown: Mapping[Pair, int]

    @classmethod
    def of(cls, used: Iterable[Iterable[Use]]) -> Parameters:
        """Count what scenarios use, each given as its uses."""
        counts: dict[Pair, int] = defaultdict(int)
        for each in used:
            for pair in {pair for use in each for pair in _shown(use)}:
                counts[pair] += 1
        return cls({pair: counts[pair] for pair in ASKED})

    def gaps(self) -> tuple[Pair, ...]:
        """What no scenario shows."""
        return tuple(pair for pair, count in self.shown.items() if not count)

    def values(self) -> dict[str, dict[str, int]]:
        """By parameter, its values: in how many scenarios the most common place has each."""
        table: dict[str, dict[str, int]] = defaultdict(dict)
        for pair, count in self.shown.items():
            if pair.value is not None:
                table[pair.parameter][pair.value] = max(count, table[pair.parameter].get(pair.value, 0))
        return dict(table)


def _shown(use: Use) -> Iterator[Pair]:
    yield Pair(use.parameter, use.value)
    if use.place is None:
        return
    yield Pair(use.parameter, use.value, use.place)
    if use.replayed:
        yield Pair(use.parameter, use.value, None, replayed=True)
        yield Pair(use.parameter, None, use.place, replayed=True)


def lines(table: Parameters) -> Iterator[str]:
    """The table in words: a parameter a line, how many of its pairs are there, and its values."""
    pairs: dict[str, list[bool]] = defaultdict(list)
    for pair, count in table.shown.items():
        pairs[pair.parameter].append(bool(count))
    for parameter, values in table.values().items():
        there = pairs[parameter]
        told = ", ".join(f"{value} {count}" for value, count in values.items())
        yield f"{parameter}: {sum(there)} of {len(there)} ({told})"
