"""Values that JSON can't say, for scenarios on what an SDK does with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS: dict[str, Callable[[], Any]] = {
    "nan": lambda: float("nan"),
    "unserialisable": object,
    "date": lambda: datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
    "bytes": lambda: bytes([0, 1, 254, 255]),
}
"""What makes each, by its name in a scenario."""


def value(kind: str) -> Any:
    """Make one."""
    return KINDS[kind]()
