"""What the scenario alone does not tell: the SDK's or the service's business."""

from __future__ import annotations

from typing import Any


class Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        """Short, for test failures."""
        return "UNKNOWN"


UNKNOWN = Unknown()


class Nothing:
    """The type of `NOTHING`."""

    def __repr__(self) -> str:
        """Short, for test failures."""
        return "NOTHING"


NOTHING = Nothing()
"""What a body gives that ends without returning: None in one language, undefined in another."""


def is_known(value: Any) -> bool:
    """Whether no part of a value is unknown."""
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(is_known(item) for item in value)
    return value is not UNKNOWN
