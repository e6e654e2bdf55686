"""Ranges of SDK versions, such as `>=3.0.0,<3.1`: every part must hold."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PART = re.compile(r"(>=|<=|==|<|>)\s*(\d+(?:\.\d+)*)")
_VERSION = re.compile(r"(\d+(?:\.\d+)*)")
_COMPARE: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Versions:
    """A range of released versions. A pre-release or a checkout counts as the release it is named after."""

    text: str
    parts: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def parse(cls, text: str) -> Versions:
        """Read a range.

        Raises:
            ValueError: a part is not an operator and a release.
        """
        parts = []
        for part in text.split(","):
            hit = _PART.fullmatch(part.strip())
            if hit is None:
                raise ValueError(f"{part.strip()!r} is not an operator (>=, <=, ==, <, >) and a version")
            parts.append((hit[1], _numbers(hit[2])))
        return cls(text, tuple(parts))

    def hold(self, version: str) -> bool:
        """Whether a version is in the range; one that does not begin with numbers is in none."""
        hit = _VERSION.match(version)
        if hit is None:
            return False
        numbers = _numbers(hit[1])
        return all(_COMPARE[sign](*_aligned(numbers, bound)) for sign, bound in self.parts)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _aligned(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Pad with zeros: 3.1 and 3.1.0 are one version."""
    length = max(len(one), len(other))
    return one + (0,) * (length - len(one)), other + (0,) * (length - len(other))
