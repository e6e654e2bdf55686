"""What operators and functions make of values: docs/values.md, in Python."""

from __future__ import annotations

import math
import operator
import re
from typing import TYPE_CHECKING, Any

from python_sdk.budget import Budget, ExpressionError, size

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 2**53 - 1
"""The greatest integer that every language can compute with."""

_HALF = re.compile("[\ud800-\udfff]")
_LEAST_POWER = -6  # of ten, where JavaScript writes 0.000001 and Python 1e-06


def whole(value: Any) -> Any:
    """The value with its numbers integers where they have no fraction: JSON knows one kind of number."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= MOST else value
    if type(value) is list:
        return [whole(item) for item in value]
    if type(value) is dict:
        return {key: whole(item) for key, item in value.items()}
    return value


def truth(value: Any) -> bool:
    """Whether a condition holds: not for null, false, 0, an empty text, list or object."""
    if value is not None and not isinstance(value, bool | int | float | str | list | dict):
        raise ExpressionError("a condition wants a JSON value")
    return bool(value)


def is_number(value: Any) -> bool:
    """Whether the value is a number: true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Any) -> Any:
    """A number that can be computed with; integers are ints."""
    if not is_number(value) or not abs(value) <= MOST:
        raise ExpressionError("a number within the safe integers is wanted")
    return whole(value)


def integer(value: Any) -> int:
    """A whole number."""
    if not isinstance(number(value), int):
        raise ExpressionError("a whole number is wanted")
    return int(value)


def array(value: Any) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise ExpressionError("a list is wanted")
    return value


def mapping(value: Any) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise ExpressionError("an object is wanted")
    return value


def read(value: Any, budget: Budget) -> str:
    """A text of whole characters, which costs its bytes."""
    if not isinstance(value, str) or (not value.isascii() and _HALF.search(value)):
        raise ExpressionError("a text is wanted, without half characters")
    return made(value, budget)


def made(text: str, budget: Budget) -> str:
    """A text that was made, which costs its bytes."""
    budget.byte(size(text))
    return text


def text(value: Any, budget: Budget, null: str = "null") -> str:
    """A scalar as an interpolation and `str` write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return null
    return number_text(number(value)) if is_number(value) else read(value, budget)


def number_text(value: float) -> str:
    """A number as JavaScript writes it."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    power = int(exponent)
    if _LEAST_POWER <= power < 0:
        sign = "-" if mantissa.startswith("-") else ""
        return f"{sign}0.{'0' * (-power - 1)}{mantissa.lstrip('-').replace('.', '')}"
    return f"{mantissa}e{power:+d}"


def joined(texts: list[str], separator: str, budget: Budget) -> str:
    """Texts in one, which is paid before it is made."""
    budget.byte(sum(map(size, texts)) + size(separator) * max(len(texts) - 1, 0))
    return separator.join(texts)


def units(key: str) -> bytes:
    """What texts are ordered by: their UTF-16 code units."""
    return key.encode("utf-16-be", "surrogatepass")


# -- operators of two values


def equal(left: Any, right: Any, budget: Budget, depth: int = 0) -> bool:
    """Equality of JSON values: true is not 1, 2.0 is 2."""
    budget.step()
    budget.depth(depth)
    if is_number(left) and is_number(right):
        return bool(number(left) == number(right))
    if isinstance(left, str) and isinstance(right, str):
        return made(left, budget) == right
    if isinstance(left, list) and isinstance(right, list):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(equal(*pair, budget, depth + 1) for pair in pairs)
    if isinstance(left, dict) and isinstance(right, dict):
        keys = sorted(left, key=units)
        return left.keys() == right.keys() and all(
            equal(left[key], right[key], budget, depth + 1) for key in keys
        )
    return left is right


def _contains(item: Any, collection: Any, budget: Budget) -> bool:
    if isinstance(collection, str):
        return read(item, budget) in read(collection, budget)
    if isinstance(collection, dict):
        return read(item, budget) in collection
    return any(equal(item, other, budget) for other in array(collection))


def _ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Budget], bool]:
    def ordered(left: Any, right: Any, budget: Budget) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return holds(units(read(left, budget)), units(read(right, budget)))
        return holds(number(left), number(right))

    return ordered


def _plus(left: Any, right: Any, budget: Budget) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return joined([read(left, budget), read(right, budget)], "", budget)
    return number(number(left) + number(right))


def _index(of: Any, key: Any, budget: Budget) -> Any:
    if isinstance(of, dict):
        return of.get(read(key, budget))
    values = read(of, budget) if isinstance(of, str) else array(of)
    if not -len(values) <= integer(key) < len(values):
        raise ExpressionError(f"index {key} is out of bounds")
    value = values[integer(key)]
    return made(value, budget) if isinstance(of, str) else value


BINARY: dict[str, Callable[[Any, Any, Budget], Any]] = {
    "==": equal,
    "!=": lambda left, right, budget: not equal(left, right, budget),
    "in": _contains,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "+": _plus,
    "-": lambda left, right, _: number(number(left) - number(right)),
    "*": lambda left, right, _: number(number(left) * number(right)),
    "index": _index,
}
"""Operators of two values, by the kinds of their nodes."""


# -- operators of one value


def _reverse(value: Any, budget: Budget) -> list[Any]:
    budget.step(len(array(value)))
    return array(value)[::-1]


def _flatten(value: Any, budget: Budget) -> list[Any]:
    flat: list[Any] = []
    for item in array(value):
        inner = item if isinstance(item, list) else [item]
        budget.step(1 + len(inner))
        flat += inner
    return flat


def _flatten_deep(value: Any, budget: Budget) -> list[Any]:
    flat: list[Any] = []

    def add(items: list[Any], depth: int) -> None:
        budget.depth(depth)
        for item in items:
            budget.step()
            if isinstance(item, list):
                add(item, depth + 1)
            else:
                flat.append(item)

    add(array(value), 1)
    return flat


def _merge(value: Any, budget: Budget) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for item in array(value):
        budget.step(1 + len(mapping(item)))
        merged |= item
    return merged


def _merge_deep(value: Any, budget: Budget) -> dict[str, Any]:
    def merge(left: Any, right: Any, depth: int) -> Any:
        budget.step()
        budget.depth(depth)
        if isinstance(left, list) and isinstance(right, list):
            budget.step(len(left) + len(right))
            return left + right
        if isinstance(left, dict) and isinstance(right, dict):
            budget.step(len(left) + len(right))
            shared = sorted(left.keys() & right.keys(), key=units)
            return left | right | {key: merge(left[key], right[key], depth + 1) for key in shared}
        return right

    merged: Any = {}
    for item in array(value):
        merged = merge(merged, mapping(item), 1)
    return dict(merged)


UNARY: dict[str, Callable[[Any, Budget], Any]] = {
    "!": lambda value, _: not truth(value),
    "reverse": _reverse,
    "flatten": _flatten,
    "flattenDeep": _flatten_deep,
    "merge": _merge,
    "mergeDeep": _merge_deep,
}
"""Operators of one value, by the kinds of their nodes."""


# -- functions


def _ascii(value: Any, budget: Budget) -> str:
    if not read(value, budget).isascii():
        raise ExpressionError("only letters of ASCII have a case that all languages agree on")
    return str(value)


def _range(budget: Budget, start: Any, stop: Any, step: Any = 1) -> list[int]:
    if integer(step) == 0:
        raise ExpressionError("a range wants a step that is not 0")
    numbers = range(integer(start), integer(stop), integer(step))
    budget.step(len(numbers))
    return list(numbers)


def _repeat(budget: Budget, value: Any, times: Any) -> str:
    if integer(times) < 0:
        raise ExpressionError("repeat wants a count")
    budget.byte(size(read(value, budget)) * integer(times))
    return str(value) * integer(times)


def _separator(value: Any, budget: Budget) -> str:
    return number_text(number(value)) if is_number(value) else read(value, budget)


def _join(budget: Budget, values: Any, separator: Any) -> str:
    budget.step(len(array(values)))
    between = _separator(separator, budget)
    return joined([text(item, budget) for item in values], between, budget)


def _split(budget: Budget, value: Any, separator: Any) -> list[str]:
    given, between = read(value, budget), _separator(separator, budget)
    parts = given.split(between) if between else list(given)
    budget.step(len(parts))
    budget.byte(sum(map(size, parts)))
    return parts


def _len(budget: Budget, value: Any) -> int:
    return len(read(value, budget)) if isinstance(value, str) else len(array(value))


def _typeof(_: Budget, value: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    kind = "null" if value is None else kinds.get(type(value))
    if kind is None:
        raise ExpressionError("typeof wants a JSON value")
    return kind


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": lambda _, value: abs(number(value)),
    "ceil": lambda _, value: math.ceil(number(value)),
    "floor": lambda _, value: math.floor(number(value)),
    "join": _join,
    "len": _len,
    "lowercase": lambda budget, value: made(_ascii(value, budget).lower(), budget),
    "max": lambda _, *values: max(map(number, values)),
    "min": lambda _, *values: min(map(number, values)),
    "range": _range,
    "repeat": _repeat,
    "split": _split,
    "str": lambda budget, value: made(text(value, budget), budget),
    "typeof": _typeof,
    "uppercase": lambda budget, value: made(_ascii(value, budget).upper(), budget),
}
"""Functions, by name; `defined` looks at the scope and is a node's own business."""
