"""JSON values as the comparison sees them: 2 and 2.0 are one number, true and 1 are two things."""

from __future__ import annotations

import json
from typing import Any

ABSENT = "<absent>"
"""What findings show where a field was not there at all, which is not the same as null."""


def number(value: float) -> int | float:
    """Give an integral float as the integer it is, since JSON does not know the difference."""
    return int(value) if value.is_integer() and abs(value) < 2**63 else value


def plain(value: Any) -> Any:
    """Give a JSON value with every number in its one spelling."""
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def parse(text: str) -> Any:
    """Read JSON text, numbers in their one spelling; ValueError for what is no JSON, as NaN is none."""
    return json.loads(text, parse_float=_float, parse_constant=_refuse)


def json_or(text: str | None, otherwise: Any = None) -> Any:
    """Read JSON text as it is; `otherwise` for none and for what is no JSON."""
    try:
        return otherwise if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return otherwise


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: numbers by value, booleans only with booleans, members in any order."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def brief(value: Any, limit: int = 120) -> str:
    """One line for a message: JSON, cut in the middle when it is long."""
    text = value if value == ABSENT else json.dumps(value, ensure_ascii=False, default=str)
    half = limit // 2
    return text if len(text) <= limit else f"{text[:half]} ... {text[-half:]}"


def _float(text: str) -> int | float:
    return number(float(text))


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
