"""Evaluates the trees of a program: one function a kind of node, as docs/values.md has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from python_sdk import non_json, values
from python_sdk.budget import Budget, BudgetError, ExpressionError, measured

if TYPE_CHECKING:
    from collections.abc import Callable

Tree: TypeAlias = list[Any]
Names: TypeAlias = dict[str, Any]

_NOTHING: Final = (
    object()
)  # an `if` or `switch` of which no case holds: it leaves no trace in a list or object


def evaluate(tree: Tree, names: Names, budget: Budget) -> Any:
    """The tree's value where `names` are in scope; neither is changed.

    Raises:
        ExpressionError: It fails for these values; a `BudgetError` when it computes too much.
    """
    try:
        value = _walk(tree, names, budget)
    except RecursionError:
        raise BudgetError("an expression is nested deeper than the stack of this process") from None
    return None if value is _NOTHING else measured(value, budget.limits)


def names_in(tree: Any) -> list[str]:
    """The names that a tree reads, those that it binds itself among them."""
    if not isinstance(tree, list) or not tree or tree[0] == "const":
        return []
    if tree[0] == "name":
        return [tree[1]]
    return list(dict.fromkeys(name for part in tree for name in names_in(part)))


def _walk(tree: Tree, names: Names, budget: Budget) -> Any:
    budget.step()
    kind = tree[0]
    if kind in values.BINARY:
        return values.BINARY[kind](_value(tree[1], names, budget), _value(tree[2], names, budget), budget)
    if kind in values.UNARY:
        return values.UNARY[kind](_value(tree[1], names, budget), budget)
    if kind not in KINDS:
        raise ExpressionError(f"this harness knows no node {kind!r}")
    return KINDS[kind](tree, names, budget)


def _value(tree: Tree, names: Names, budget: Budget) -> Any:
    value = _walk(tree, names, budget)
    if value is _NOTHING:
        raise ExpressionError("a value is wanted where no case holds")
    return value


def _name(tree: Tree, names: Names, _: Budget) -> Any:
    if tree[1] not in names:
        raise ExpressionError(f"{tree[1]} is not in scope")
    return names[tree[1]]


def _get(tree: Tree, names: Names, budget: Budget) -> Any:
    of = values.mapping(_value(tree[1], names, budget))
    if tree[2] not in of:
        raise ExpressionError(f"there is no property {tree[2]}")
    return of[tree[2]]


def _slice(tree: Tree, names: Names, budget: Budget) -> Any:
    of, start, end = (_value(part, names, budget) for part in tree[1:])
    bounds = slice(*(None if bound is None else values.integer(bound) for bound in (start, end)))
    if isinstance(of, str):
        return values.made(values.read(of, budget)[bounds], budget)
    cut = values.array(of)[bounds]
    budget.step(len(cut))
    return cut


def _array(tree: Tree, names: Names, budget: Budget) -> list[Any]:
    items = [_walk(part, names, budget) for part in tree[1:]]
    return [item for item in items if item is not _NOTHING]


def _object(tree: Tree, names: Names, budget: Budget) -> dict[str, Any]:
    return _pairs(tree[1:], names, budget)


def _pairs(pairs: list[Any], names: Names, budget: Budget) -> dict[str, Any]:
    given = {key: _walk(part, names, budget) for key, part in pairs}
    return {key: value for key, value in given.items() if value is not _NOTHING}


def _text(tree: Tree, names: Names, budget: Budget) -> str:
    parts = [_value(part, names, budget) for part in tree[1:]]
    return values.joined([values.text(part, budget, null="") for part in parts], "", budget)


def _and(tree: Tree, names: Names, budget: Budget) -> bool:
    return values.truth(_value(tree[1], names, budget)) and values.truth(_value(tree[2], names, budget))


def _or(tree: Tree, names: Names, budget: Budget) -> bool:
    return values.truth(_value(tree[1], names, budget)) or values.truth(_value(tree[2], names, budget))


def _if(tree: Tree, names: Names, budget: Budget) -> Any:
    return _walk(tree[2 if values.truth(_value(tree[1], names, budget)) else 3], names, budget)


def _let(tree: Tree, names: Names, budget: Budget) -> Any:
    return _walk(tree[2], names | _pairs(tree[1], names, budget), budget)


def _map(tree: Tree, names: Names, budget: Budget) -> Any:
    of, (first, *second), body = _value(tree[1], names, budget), tree[2], tree[3]
    if isinstance(of, list):
        inner = ({first: item} | dict.fromkeys(second, index) for index, item in enumerate(of))
        results = [_walk(body, names | more, budget) for more in inner]
        return [result for result in results if result is not _NOTHING]
    merged: dict[str, Any] = {}
    for key in sorted(values.mapping(of), key=values.units):
        more = {first: of[key], second[0]: key} if second else {first: {"key": key, "val": of[key]}}
        result = _walk(body, names | more, budget)
        if result is not _NOTHING:
            budget.step(len(values.mapping(result)))
            merged |= result
    return merged


def _reduce(tree: Tree, names: Names, budget: Budget) -> Any:
    of, total = _value(tree[1], names, budget), _value(tree[2], names, budget)
    (first, second, *third), body = tree[3], tree[4]
    for index, item in enumerate(values.array(of)):
        more = {first: total, second: item} | dict.fromkeys(third, index)
        result = _walk(body, names | more, budget)
        total = total if result is _NOTHING else result
    return total


def _switch(tree: Tree, names: Names, budget: Budget) -> Any:
    holding = [case for condition, case in tree[2:] if values.truth(_value(condition, names, budget))]
    if len(holding) > 1:
        raise ExpressionError("several conditions of a switch hold")
    return _walk(holding[0] if holding else tree[1], names, budget)


def _call(tree: Tree, names: Names, budget: Budget) -> Any:
    arguments = [_value(part, names, budget) for part in tree[2:]]
    if tree[1] == "defined":
        return values.read(arguments[0], budget) in names
    if tree[1] not in values.FUNCTIONS:
        raise ExpressionError(f"this harness knows no function {tree[1]!r}")
    return values.FUNCTIONS[tree[1]](budget, *arguments)


KINDS: dict[str, Callable[[Tree, Names, Budget], Any]] = {
    "const": lambda tree, _names, _budget: tree[1],
    "nothing": lambda _tree, _names, _budget: _NOTHING,
    "non_json": lambda tree, _names, _budget: non_json.value(tree[1]),
    "name": _name,
    "get": _get,
    "slice": _slice,
    "array": _array,
    "object": _object,
    "text": _text,
    "&&": _and,
    "||": _or,
    "if": _if,
    "let": _let,
    "map": _map,
    "reduce": _reduce,
    "switch": _switch,
    "call": _call,
}
"""What evaluates a node that is no operator, by its kind."""
