"""What a tree comes to, given the values of names: the judge's walk, as docs/values.md says it.

It goes one step further than a harness's: a name may be `UNKNOWN`, the SDK's or the service's business. What
is computed of it is unknown itself; what isn't stays known.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.scenario.budget import LEAST, Budget, BudgetError, measured, size
from conformance.scenario.syntax import MAX_SAFE, ExpressionError
from conformance.scenario.trees import Tree
from conformance.scenario.unknown import UNKNOWN

Names = Mapping[str, Any]


class _Nothing:
    """The value of an `if` or `switch` of which no case holds: it leaves no trace in a list or mapping."""


_NOTHING: Final = _Nothing()
_SURROGATE = re.compile("[\ud800-\udfff]")
_LEAST_POWER = -6  # of ten, where JavaScript writes 0.000001 and Python 1e-06


def value(tree: Tree, names: Names, budget: Budget) -> Any:
    """The value of a tree; `UNKNOWN`, or with unknown parts, where it follows from what isn't known.

    Raises:
        ExpressionError: It fails; a `BudgetError` when it computes too much.
    """
    try:
        result = _walk(tree, names, budget)
    except RecursionError:
        raise BudgetError("an expression nested deeper than the stack of this process", LEAST) from None
    return None if result is _NOTHING else measured(result, budget.limits)


def _walk(tree: Tree, names: Names, budget: Budget) -> Any:
    budget.step()
    kind = tree[0]
    if kind == "const":
        return tree[1]
    if kind in _BINARY:
        left, right = _value(tree[1], names, budget), _value(tree[2], names, budget)
        return UNKNOWN if UNKNOWN in (left, right) else _BINARY[kind](left, right, budget)
    if kind in _OF_ONE:
        of = _value(tree[1], names, budget)
        return UNKNOWN if of is UNKNOWN else _OF_ONE[kind](of, budget)
    if kind not in _KINDS:
        raise ExpressionError(f"`{kind}` is not a kind of node")
    return _KINDS[kind](tree, names, budget)


def _value(tree: Tree, names: Names, budget: Budget) -> Any:
    result = _walk(tree, names, budget)
    if result is _NOTHING:
        raise ExpressionError("a value is wanted where no case holds")
    return result


# -- nodes -----------------------------------------------------------------------------------------------


def _name(tree: Tree, names: Names, _budget: Budget) -> Any:
    try:
        return names[tree[1]]
    except KeyError:
        raise ExpressionError(f"`{tree[1]}` is not in scope") from None


def _get(tree: Tree, names: Names, budget: Budget) -> Any:
    of = _value(tree[1], names, budget)
    if of is UNKNOWN:
        return UNKNOWN
    if not isinstance(of, dict):
        raise ExpressionError(f"`.{tree[2]}` of something that has no properties")
    if tree[2] not in of:
        raise ExpressionError(f"there is no property `{tree[2]}`")
    return of[tree[2]]


def _slice(tree: Tree, names: Names, budget: Budget) -> Any:
    of, start, end = (_value(part, names, budget) for part in tree[1:])
    if UNKNOWN in (of, start, end):
        return UNKNOWN
    bounds = slice(*(None if bound is None else _integer(bound) for bound in (start, end)))
    if isinstance(of, str):
        return _made(_read(of, budget)[bounds], budget)
    cut = _list(of)[bounds]
    budget.step(len(cut))
    return cut


def _array(tree: Tree, names: Names, budget: Budget) -> Any:
    items = []
    for part in tree[1:]:
        item = _walk(part, names, budget)
        if item is UNKNOWN and _may_vanish(part):
            return UNKNOWN
        if item is not _NOTHING:
            items.append(item)
    return items


def _object(tree: Tree, names: Names, budget: Budget) -> Any:
    pairs = {}
    for key, part in tree[1:]:
        item = _walk(part, names, budget)
        if item is UNKNOWN and _may_vanish(part):
            return UNKNOWN
        if item is not _NOTHING:
            pairs[key] = item
    return pairs


def _may_vanish(tree: Tree) -> bool:
    """Whether a tree may come to nothing: then even how many items there are is unknown."""
    match tree:
        case ["nothing"]:
            return True
        case ["if", _, *ways]:
            return any(map(_may_vanish, ways))
        case ["switch", default, *cases]:
            return _may_vanish(default) or any(_may_vanish(case) for _, case in cases)
        case ["let", _, body]:
            return _may_vanish(body)
        case _:
            return False


def _texts(tree: Tree, names: Names, budget: Budget) -> Any:
    parts = [_value(part, names, budget) for part in tree[1:]]
    if any(part is UNKNOWN for part in parts):
        return UNKNOWN
    return _joined([_text(part, budget, null="") for part in parts], "", budget)


def _and(tree: Tree, names: Names, budget: Budget) -> Any:
    left = _truth(_value(tree[1], names, budget))
    return left if left is not True else _truth(_value(tree[2], names, budget))


def _or(tree: Tree, names: Names, budget: Budget) -> Any:
    left = _truth(_value(tree[1], names, budget))
    return left if left is not False else _truth(_value(tree[2], names, budget))


def _if(tree: Tree, names: Names, budget: Budget) -> Any:
    holds = _truth(_value(tree[1], names, budget))
    return UNKNOWN if holds is UNKNOWN else _walk(tree[2 if holds else 3], names, budget)


def _let(tree: Tree, names: Names, budget: Budget) -> Any:
    bound = {name: _walk(part, names, budget) for name, part in tree[1]}
    if any(bound[name] is UNKNOWN and _may_vanish(part) for name, part in tree[1]):
        return UNKNOWN
    more = {name: item for name, item in bound.items() if item is not _NOTHING}
    return _walk(tree[2], _scope(names, more), budget)


def _map(tree: Tree, names: Names, budget: Budget) -> Any:
    of, (item_name, *other), body = _value(tree[1], names, budget), tree[2], tree[3]
    if of is UNKNOWN:
        return UNKNOWN
    if isinstance(of, list):
        given = ({item_name: item} | dict.fromkeys(other, index) for index, item in enumerate(of))
        found = [_walk(body, _scope(names, more), budget) for more in given]
        if any(item is UNKNOWN for item in found) and _may_vanish(body):
            return UNKNOWN
        return [item for item in found if item is not _NOTHING]
    merged: dict[str, Any] = {}
    for key in sorted(_dict(of), key=_units):
        more = {item_name: of[key], other[0]: key} if other else {item_name: {"key": key, "val": of[key]}}
        made = _walk(body, _scope(names, more), budget)
        if made is UNKNOWN:
            return UNKNOWN
        if made is not _NOTHING:
            budget.step(len(_dict(made)))
            merged |= made
    return merged


def _reduce(tree: Tree, names: Names, budget: Budget) -> Any:
    of, total = _value(tree[1], names, budget), _value(tree[2], names, budget)
    (sum_name, item_name, *other), body = tree[3], tree[4]
    if of is UNKNOWN:
        return UNKNOWN
    for index, item in enumerate(_list(of)):
        more = {sum_name: total, item_name: item} | dict.fromkeys(other, index)
        made = _walk(body, _scope(names, more), budget)
        if made is UNKNOWN and _may_vanish(body):
            return UNKNOWN
        total = total if made is _NOTHING else made
    return total


def _switch(tree: Tree, names: Names, budget: Budget) -> Any:
    holding = []
    for condition, case in tree[2:]:
        holds = _truth(_value(condition, names, budget))
        if holds is UNKNOWN:
            return UNKNOWN
        if holds:
            holding.append(case)
    if len(holding) > 1:
        raise ExpressionError("several conditions of a `$switch` hold")
    return _walk(holding[0] if holding else tree[1], names, budget)


def _call(tree: Tree, names: Names, budget: Budget) -> Any:
    arguments = [_value(part, names, budget) for part in tree[2:]]
    if any(argument is UNKNOWN for argument in arguments):
        return UNKNOWN
    if tree[1] == "defined":
        return _read(arguments[0], budget) in names
    if tree[1] not in _FUNCTIONS:
        raise ExpressionError(f"`{tree[1]}` is not a function")
    return _FUNCTIONS[tree[1]](budget, *arguments)


def _scope(names: Names, more: dict[str, Any]) -> Names:
    return _Inner(names, more)


class _Inner(dict[str, Any]):
    """Names bound within an expression, in front of those around it."""

    def __init__(self, around: Names, bound: dict[str, Any]) -> None:
        super().__init__(bound)
        self._around = around

    def __missing__(self, name: str) -> Any:
        return self._around[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._around


# -- what operators are given ----------------------------------------------------------------------------


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


def _integer(given: Any) -> int:
    number = _number(given)
    if not isinstance(number, int):
        raise ExpressionError(f"{number} where a whole number is wanted")
    return number


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise ExpressionError("something that is not a list where one is wanted")
    return given


def _dict(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ExpressionError("something that is not a mapping where one is wanted")
    return given


def _read(given: Any, budget: Budget) -> str:
    if not isinstance(given, str):
        raise ExpressionError("something that is not text where text is wanted")
    if not given.isascii() and _SURROGATE.search(given):
        raise ExpressionError("a text with half a character (a lone surrogate) in it")
    budget.byte(size(given))
    return given


def _made(text: str, budget: Budget) -> str:
    budget.byte(size(text))
    return text


def _truth(given: Any) -> Any:
    if given is UNKNOWN:
        return UNKNOWN
    if not _is_json(given):
        raise ExpressionError("a condition that is no JSON value")
    return bool(given)


def _text(given: Any, budget: Budget, null: str = "null") -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if given is None:
        return null
    if _is_number(given):
        return number_text(_safe(given))
    if isinstance(given, (list, dict)):
        raise ExpressionError("a list or mapping as text", "give one of its items")
    return _read(given, budget)


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


def _units(text: str) -> bytes:
    """What texts are ordered by: their UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def _joined(texts: list[str], separator: str, budget: Budget) -> str:
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
        return _made(left, budget) == right
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
        return [(left[key], right[key]) for key in sorted(left, key=_units)]
    return None


def _differs(left: Any, right: Any, budget: Budget) -> Any:
    same = _equal(left, right, budget)
    return same if same is UNKNOWN else not same


def _in(item: Any, collection: Any, budget: Budget) -> Any:
    if isinstance(collection, str):
        return _read(item, budget) in _read(collection, budget)
    if isinstance(collection, dict):
        return _read(item, budget) in collection
    result: Any = False
    for other in _list(collection):
        same = _equal(item, other, budget)
        if same is True:
            return True
        result = result if same is False else UNKNOWN
    return result


def _ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Budget], bool]:
    def ordered(left: Any, right: Any, budget: Budget) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return holds(_units(_read(left, budget)), _units(_read(right, budget)))
        return holds(_number(left), _number(right))

    return ordered


def _plus(left: Any, right: Any, budget: Budget) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return _joined([_read(left, budget), _read(right, budget)], "", budget)
    return _safe(_number(left) + _number(right))


def _minus(left: Any, right: Any, _budget: Budget) -> Any:
    return _safe(_number(left) - _number(right))


def _times(left: Any, right: Any, _budget: Budget) -> Any:
    return _safe(_number(left) * _number(right))


def _index(of: Any, key: Any, budget: Budget) -> Any:
    if isinstance(of, dict):
        return of.get(_read(key, budget))
    collection = _read(of, budget) if isinstance(of, str) else _list(of)
    index = _integer(key)
    if not -len(collection) <= index < len(collection):
        raise ExpressionError(f"index {index} is out of bounds")
    found = collection[index]
    return _made(found, budget) if isinstance(of, str) else found


_BINARY: dict[str, Callable[[Any, Any, Budget], Any]] = {
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
    return not _truth(given)


def _reverse(of: Any, budget: Budget) -> list[Any]:
    budget.step(len(_list(of)))
    return _list(of)[::-1]


def _flatten(of: Any, budget: Budget) -> Any:
    flat: list[Any] = []
    for item in _list(of):
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

    add(_list(of), 1)
    return UNKNOWN if any(item is UNKNOWN for item in flat) else flat


def _merge(of: Any, budget: Budget) -> Any:
    merged: dict[str, Any] = {}
    for item in _list(of):
        if item is UNKNOWN:
            return UNKNOWN
        budget.step(1 + len(_dict(item)))
        merged |= item
    return merged


def _merge_deep(of: Any, budget: Budget) -> Any:
    merged: Any = {}
    for item in _list(of):
        if item is UNKNOWN:
            return UNKNOWN
        merged = _merged(merged, _dict(item), budget, 1)
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
            for key in sorted(right, key=_units)
            if key in left
        }
        return {**left, **right, **both}
    return UNKNOWN if left is UNKNOWN and isinstance(right, (list, dict)) else right


_OF_ONE: dict[str, Callable[[Any, Budget], Any]] = {
    "!": _not,
    "reverse": _reverse,
    "flatten": _flatten,
    "flattenDeep": _flatten_deep,
    "merge": _merge,
    "mergeDeep": _merge_deep,
}


# -- functions -------------------------------------------------------------------------------------------


def _ascii(given: Any, budget: Budget) -> str:
    text = _read(given, budget)
    if not text.isascii():
        raise ExpressionError("case of letters beyond ASCII", "languages' tables differ")
    return text


def _range(budget: Budget, start: Any, stop: Any, step: Any = 1) -> list[int]:
    if _integer(step) == 0:
        raise ExpressionError("a `range` in steps of 0")
    numbers = range(_integer(start), _integer(stop), _integer(step))
    budget.step(len(numbers))
    return list(numbers)


def _repeat(budget: Budget, text: Any, times: Any) -> str:
    count = _integer(times)
    if count < 0:
        raise ExpressionError(f"`repeat` {count} times")
    budget.byte(size(_read(text, budget)) * count)
    return str(text) * count


def _join(budget: Budget, items: Any, separator: Any) -> Any:
    if any(item is UNKNOWN for item in _list(items)):
        return UNKNOWN
    budget.step(len(items))
    between = _separator(separator, budget)
    return _joined([_text(item, budget) for item in items], between, budget)


def _separator(given: Any, budget: Budget) -> str:
    return number_text(_safe(given)) if _is_number(given) else _read(given, budget)


def _split(budget: Budget, text: Any, separator: Any) -> list[str]:
    whole, between = _read(text, budget), _separator(separator, budget)
    parts = whole.split(between) if between else list(whole)
    budget.step(len(parts))
    budget.byte(sum(map(size, parts)))
    return parts


def _len(budget: Budget, given: Any) -> int:
    return len(_read(given, budget)) if isinstance(given, str) else len(_list(given))


def _typeof(_budget: Budget, given: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    kind = "null" if given is None else kinds.get(type(given))
    if kind is None:
        raise ExpressionError("`typeof` of what is no JSON value")
    return kind


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": lambda _, number: abs(_number(number)),
    "ceil": lambda _, number: math.ceil(_number(number)),
    "floor": lambda _, number: math.floor(_number(number)),
    "join": _join,
    "len": _len,
    "lowercase": lambda budget, text: _made(_ascii(text, budget).lower(), budget),
    "max": lambda _, *numbers: max(map(_number, numbers)),
    "min": lambda _, *numbers: min(map(_number, numbers)),
    "range": _range,
    "repeat": _repeat,
    "split": _split,
    "str": lambda budget, given: _made(_text(given, budget), budget),
    "typeof": _typeof,
    "uppercase": lambda budget, text: _made(_ascii(text, budget).upper(), budget),
}

_KINDS: dict[str, Callable[[Tree, Names, Budget], Any]] = {
    "name": _name,
    "get": _get,
    "slice": _slice,
    "array": _array,
    "object": _object,
    "text": _texts,
    "&&": _and,
    "||": _or,
    "if": _if,
    "let": _let,
    "map": _map,
    "reduce": _reduce,
    "switch": _switch,
    "call": _call,
    "nothing": lambda _tree, _names, _budget: _NOTHING,
    "non_json": lambda _tree, _names, _budget: UNKNOWN,
}

KINDS = frozenset({"const", *_BINARY, *_OF_ONE, *_KINDS})
"""The kinds of nodes that there are."""

FUNCTIONS = frozenset({"defined", *_FUNCTIONS})
"""The functions that there are."""
