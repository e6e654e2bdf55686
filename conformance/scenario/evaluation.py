"""What a tree comes to, given the values of names: the judge's walk, as docs/values.md says it.

It goes one step further than a harness's: a name may be `UNKNOWN`, the SDK's or the service's business. What
is computed of it is unknown itself; what isn't stays known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.scenario.budget import LEAST, Budget, BudgetError, measured
from conformance.scenario.operators import (
    BINARY,
    CALLED,
    UNARY,
    as_dict,
    as_integer,
    as_list,
    as_text,
    joined,
    made,
    text_of,
    truth,
    units,
)
from conformance.scenario.syntax import ExpressionError
from conformance.scenario.trees import Tree
from conformance.scenario.unknown import UNKNOWN

Names = Mapping[str, Any]


class _Nothing:
    """The value of an `if` or `switch` of which no case holds: it leaves no trace in a list or mapping."""


_NOTHING: Final = _Nothing()


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
    if kind in BINARY:
        left, right = _value(tree[1], names, budget), _value(tree[2], names, budget)
        return UNKNOWN if UNKNOWN in (left, right) else BINARY[kind](left, right, budget)
    if kind in UNARY:
        of = _value(tree[1], names, budget)
        return UNKNOWN if of is UNKNOWN else UNARY[kind](of, budget)
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
    bounds = slice(*(None if bound is None else as_integer(bound) for bound in (start, end)))
    if isinstance(of, str):
        return made(as_text(of, budget)[bounds], budget)
    cut = as_list(of)[bounds]
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
    return joined([text_of(part, budget, null="") for part in parts], "", budget)


def _and(tree: Tree, names: Names, budget: Budget) -> Any:
    left = truth(_value(tree[1], names, budget))
    return left if left is not True else truth(_value(tree[2], names, budget))


def _or(tree: Tree, names: Names, budget: Budget) -> Any:
    left = truth(_value(tree[1], names, budget))
    return left if left is not False else truth(_value(tree[2], names, budget))


def _if(tree: Tree, names: Names, budget: Budget) -> Any:
    holds = truth(_value(tree[1], names, budget))
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
    for key in sorted(as_dict(of), key=units):
        more = {item_name: of[key], other[0]: key} if other else {item_name: {"key": key, "val": of[key]}}
        made = _walk(body, _scope(names, more), budget)
        if made is UNKNOWN:
            return UNKNOWN
        if made is not _NOTHING:
            budget.step(len(as_dict(made)))
            merged |= made
    return merged


def _reduce(tree: Tree, names: Names, budget: Budget) -> Any:
    of, total = _value(tree[1], names, budget), _value(tree[2], names, budget)
    (sum_name, item_name, *other), body = tree[3], tree[4]
    if of is UNKNOWN:
        return UNKNOWN
    for index, item in enumerate(as_list(of)):
        more = {sum_name: total, item_name: item} | dict.fromkeys(other, index)
        made = _walk(body, _scope(names, more), budget)
        if made is UNKNOWN and _may_vanish(body):
            return UNKNOWN
        total = total if made is _NOTHING else made
    return total


def _switch(tree: Tree, names: Names, budget: Budget) -> Any:
    holding = []
    for condition, case in tree[2:]:
        holds = truth(_value(condition, names, budget))
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
        return as_text(arguments[0], budget) in names
    if tree[1] not in CALLED:
        raise ExpressionError(f"`{tree[1]}` is not a function")
    return CALLED[tree[1]](budget, *arguments)


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

KINDS = frozenset({"const", *BINARY, *UNARY, *_KINDS})
"""The kinds of nodes that there are."""

FUNCTIONS = frozenset({"defined", *CALLED})
"""The functions that there are."""
