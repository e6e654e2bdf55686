"""What operators and functions give, as docs/values.md says it, and the values that they take.

A value of which nothing is known is `UNKNOWN`: what is made of it is unknown too.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

from conformance.scenario.budget import Budget, size
from conformance.scenario.syntax import MAX_SAFE, ExpressionError
from conformance.scenario.unknown import UNKNOWN

_SURROGATE = re.compile("[\ud800-\udfff]")
_LEAST_POWER = -6  # of ten, where JavaScript writes 0.000001 and Python 1e-06


def _is_number(given: Any) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool)


def _is_json(given: Any) -> bool:
    return given is None or isinstance(given, (bool, int, float, str, list, dict))


def _number(given: Any) -> Any:
    if not _is_number(given):
        raise ExpressionError("something that is not a number where one is wanted")
    return _safe(given)


def _safe(number: float) -> float:
    if not abs(number) <= MAX_SAFE:
        raise ExpressionError(f"{number} is beyond the safe integers", f"at most {MAX_SAFE} (2^53 - 1)")
    return int(number) if isinstance(number, float) and number.is_integer() else number


def as_integer(given: Any) -> int:
    """The integer that a value is; an ExpressionError for another one."""
    number = _number(given)
    if not isinstance(number, int):
        raise ExpressionError(f"{number} where a whole number is wanted")
    return number


def as_list(given: Any) -> list[Any]:
    """The list that a value is; an ExpressionError for another one."""
    if not isinstance(given, list):
        raise ExpressionError("something that is not a list where one is wanted")
    return given


def as_dict(given: Any) -> dict[str, Any]:
    """The mapping that a value is; an ExpressionError for another one."""
    if not isinstance(given, dict):
        raise ExpressionError("something that is not a mapping where one is wanted")
    return given


def as_text(given: Any, budget: Budget) -> str:
    """The text that a value is, counted as read; an ExpressionError for another one."""
    if not isinstance(given, str):
        raise ExpressionError("something that is not text where text is wanted")
    if not given.isascii() and _SURROGATE.search(given):
        raise ExpressionError("a text with half a character (a lone surrogate) in it")
    budget.byte(size(given))
    return given


def made(text: str, budget: Budget) -> str:
    """A text that was made, counted in bytes."""
    budget.byte(size(text))
    return text


def truth(given: Any) -> Any:
    """Whether a value counts as true; `UNKNOWN` where that is not known."""
    if given is UNKNOWN:
        return UNKNOWN
    if not _is_json(given):
        raise ExpressionError("a condition that is no JSON value")
    return bool(given)


def text_of(given: Any, budget: Budget, null: str = "null") -> str:
    """A scalar as text, numbers as JavaScript writes them."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if given is None:
        return null
    if _is_number(given):
        return number_text(_safe(given))
    if isinstance(given, (list, dict)):
        raise ExpressionError("a list or mapping as text", "give one of its items")
    return as_text(given, budget)


def number_text(number: float) -> str:
    """A number as JavaScript writes it."""
    if isinstance(number, int) or number.is_integer():
        return str(int(number))
    mantissa, _, exponent = repr(number).partition("e")
    if not exponent:
        return mantissa
    power = int(exponent)
    if _LEAST_POWER <= power < 0:
        sign = "-" if mantissa.startswith("-") else ""
        return f"{sign}0.{'0' * (-power - 1)}{mantissa.lstrip('-').replace('.', '')}"
    return f"{mantissa}e{power:+d}"


def units(text: str) -> bytes:
    """What texts are ordered by: their UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def joined(texts: list[str], separator: str, budget: Budget) -> str:
    """Texts with a separator between them, counted before they are joined."""
    budget.byte(sum(map(size, texts)) + size(separator) * max(len(texts) - 1, 0))
    return separator.join(texts)


# -- operators -------------------------------------------------------------------------------------------


def _equal(left: Any, right: Any, budget: Budget, depth: int = 0) -> Any:
    """Equality of JSON values: true is not 1, 2.0 is 2. Unknown where an unknown part decides."""
    budget.step()
    budget.depth(depth)
    if not (_is_json(left) and _is_json(right)):
        return UNKNOWN
    if _is_number(left) and _is_number(right):
        return _safe(left) == _safe(right)
    if isinstance(left, str) and isinstance(right, str):
        return made(left, budget) == right
    pairs = _pairs(left, right)
    if pairs is None:
        return left is right
    same = True
    for one, other in pairs:
        alike = _equal(one, other, budget, depth + 1)
        if alike is False:
            return False
        same = same and alike is True
    return same or UNKNOWN


def _pairs(left: Any, right: Any) -> list[tuple[Any, Any]] | None:
    """What must be equal in two lists or mappings, in order; None if they can't be."""
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return list(zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        return [(left[key], right[key]) for key in sorted(left, key=units)]
    return None


def _differs(left: Any, right: Any, budget: Budget) -> Any:
    same = _equal(left, right, budget)
    return same if same is UNKNOWN else not same


def _in(item: Any, collection: Any, budget: Budget) -> Any:
    if isinstance(collection, str):
        return as_text(item, budget) in as_text(collection, budget)
    if isinstance(collection, dict):
        return as_text(item, budget) in collection
    result: Any = False
    for other in as_list(collection):
        same = _equal(item, other, budget)
        if same is True:
            return True
        result = result if same is False else UNKNOWN
    return result


def _ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Budget], bool]:
    def ordered(left: Any, right: Any, budget: Budget) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return holds(units(as_text(left, budget)), units(as_text(right, budget)))
        return holds(_number(left), _number(right))

    return ordered


def _plus(left: Any, right: Any, budget: Budget) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return joined([as_text(left, budget), as_text(right, budget)], "", budget)
    return _safe(_number(left) + _number(right))


def _minus(left: Any, right: Any, _budget: Budget) -> Any:
    return _safe(_number(left) - _number(right))


def _times(left: Any, right: Any, _budget: Budget) -> Any:
    return _safe(_number(left) * _number(right))


def _index(of: Any, key: Any, budget: Budget) -> Any:
    if isinstance(of, dict):
        return of.get(as_text(key, budget))
    collection = as_text(of, budget) if isinstance(of, str) else as_list(of)
    index = as_integer(key)
    if not -len(collection) <= index < len(collection):
        raise ExpressionError(f"index {index} is out of bounds")
    found = collection[index]
    return made(found, budget) if isinstance(of, str) else found


BINARY: dict[str, Callable[[Any, Any, Budget], Any]] = {
    "==": _equal,
    "!=": _differs,
    "in": _in,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "+": _plus,
    "-": _minus,
    "*": _times,
    "index": _index,
}


# -- lists and mappings ----------------------------------------------------------------------------------


def _not(given: Any, _budget: Budget) -> bool:
    return not truth(given)


def _reverse(of: Any, budget: Budget) -> list[Any]:
    budget.step(len(as_list(of)))
    return as_list(of)[::-1]


def _flatten(of: Any, budget: Budget) -> Any:
    flat: list[Any] = []
    for item in as_list(of):
        if item is UNKNOWN:
            return UNKNOWN
        inner = item if isinstance(item, list) else [item]
        budget.step(1 + len(inner))
        flat += inner
    return flat


def _flatten_deep(of: Any, budget: Budget) -> Any:
    flat: list[Any] = []

    def add(items: list[Any], depth: int) -> None:
        budget.depth(depth)
        for item in items:
            budget.step()
            if isinstance(item, list):
                add(item, depth + 1)
            else:
                flat.append(item)

    add(as_list(of), 1)
    return UNKNOWN if any(item is UNKNOWN for item in flat) else flat


def _merge(of: Any, budget: Budget) -> Any:
    merged: dict[str, Any] = {}
    for item in as_list(of):
        if item is UNKNOWN:
            return UNKNOWN
        budget.step(1 + len(as_dict(item)))
        merged |= item
    return merged


def _merge_deep(of: Any, budget: Budget) -> Any:
    merged: Any = {}
    for item in as_list(of):
        if item is UNKNOWN:
            return UNKNOWN
        merged = _merged(merged, as_dict(item), budget, 1)
    return merged


def _merged(left: Any, right: Any, budget: Budget, depth: int) -> Any:
    budget.step()
    budget.depth(depth)
    if isinstance(left, list) and isinstance(right, list):
        budget.step(len(left) + len(right))
        return left + right
    if isinstance(left, dict) and isinstance(right, dict):
        budget.step(len(left) + len(right))
        both = {
            key: _merged(left[key], right[key], budget, depth + 1)
            for key in sorted(right, key=units)
            if key in left
        }
        return {**left, **right, **both}
    return UNKNOWN if left is UNKNOWN and isinstance(right, (list, dict)) else right


UNARY: dict[str, Callable[[Any, Budget], Any]] = {
    "!": _not,
    "reverse": _reverse,
    "flatten": _flatten,
    "flattenDeep": _flatten_deep,
    "merge": _merge,
    "mergeDeep": _merge_deep,
}


# -- functions -------------------------------------------------------------------------------------------


def _ascii(given: Any, budget: Budget) -> str:
    text = as_text(given, budget)
    if not text.isascii():
        raise ExpressionError("case of letters beyond ASCII", "languages' tables differ")
    return text


def _range(budget: Budget, start: Any, stop: Any, step: Any = 1) -> list[int]:
    if as_integer(step) == 0:
        raise ExpressionError("a `range` in steps of 0")
    numbers = range(as_integer(start), as_integer(stop), as_integer(step))
    budget.step(len(numbers))
    return list(numbers)


def _repeat(budget: Budget, text: Any, times: Any) -> str:
    count = as_integer(times)
    if count < 0:
        raise ExpressionError(f"`repeat` {count} times")
    budget.byte(size(as_text(text, budget)) * count)
    return str(text) * count


def _join(budget: Budget, items: Any, separator: Any) -> Any:
    if any(item is UNKNOWN for item in as_list(items)):
        return UNKNOWN
    budget.step(len(items))
    between = _separator(separator, budget)
    return joined([text_of(item, budget) for item in items], between, budget)


def _separator(given: Any, budget: Budget) -> str:
    return number_text(_safe(given)) if _is_number(given) else as_text(given, budget)


def _split(budget: Budget, text: Any, separator: Any) -> list[str]:
    whole, between = as_text(text, budget), _separator(separator, budget)
    parts = whole.split(between) if between else list(whole)
    budget.step(len(parts))
    budget.byte(sum(map(size, parts)))
    return parts


def _len(budget: Budget, given: Any) -> int:
    return len(as_text(given, budget)) if isinstance(given, str) else len(as_list(given))


def _typeof(_budget: Budget, given: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    kind = "null" if given is None else kinds.get(type(given))
    if kind is None:
        raise ExpressionError("`typeof` of what is no JSON value")
    return kind


CALLED: dict[str, Callable[..., Any]] = {
    "abs": lambda _, number: abs(_number(number)),
    "ceil": lambda _, number: math.ceil(_number(number)),
    "floor": lambda _, number: math.floor(_number(number)),
    "join": _join,
    "len": _len,
    "lowercase": lambda budget, text: made(_ascii(text, budget).lower(), budget),
    "max": lambda _, *numbers: max(map(_number, numbers)),
    "min": lambda _, *numbers: min(map(_number, numbers)),
    "range": _range,
    "repeat": _repeat,
    "split": _split,
    "str": lambda budget, given: made(text_of(given, budget), budget),
    "typeof": _typeof,
    "uppercase": lambda budget, text: made(_ascii(text, budget).upper(), budget),
}
