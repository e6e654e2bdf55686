"""Values that JSON can't say, for scenarios on what an SDK does with them: `{odd: nan}`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

KINDS = ("nan", "unserialisable", "date", "bytes")


def is_odd(template: Any) -> bool:
    """Whether the template stands for such a value."""
    return isinstance(template, dict) and len(template) == 1 and template.get("odd") in KINDS


def value(template: dict[str, Any]) -> Any:
    """The value that the template stands for."""
    kind = template["odd"]
    if kind == "nan":
        return float("nan")
    if kind == "date":
        return datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    if kind == "bytes":
        return bytes([0, 1, 254, 255])
    return object()
