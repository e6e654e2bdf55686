"""What an expression comes to, given the values of names.

Each place where JSON-e's two evaluators part is refused here, with what was seen: see `expressions` for the
list.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

from conformance.scenario import syntax
from conformance.scenario.syntax import MAX_SAFE, ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_TEXT = 16 * 1024 * 1024
"""Characters that `repeat` may give."""

MAX_ITEMS = 100_000
"""Items that `range` may give."""

MAX_STEPS = 300_000
"""Steps that evaluating one template may take, and parts that its value may have."""


class Scope(dict[str, Any]):
    """The values of names, and the steps left to one evaluation: `$map`s in `$map`s come to an end."""

    def __init__(self, names: Mapping[str, Any], left: list[int] | None = None) -> None:
        """Begin with all steps, or go on with what is left of an evaluation's."""
        super().__init__(names)
        self.left = [MAX_STEPS] if left is None else left

    def binding(self, names: Mapping[str, Any]) -> Scope:
        """The same evaluation with more names."""
        return Scope({**self, **names}, self.left)

    def spend(self, steps: int = 1) -> None:
        """Take steps.

        Raises:
            ExpressionError: None are left.
        """
        self.left[0] -= steps
        if self.left[0] < 0:
            raise ExpressionError(f"a value that takes more than {MAX_STEPS} steps", "compute less at once")


def bounded(given: Any) -> Any:
    """`given`, if it isn't too large: a list that holds a list twice, and so on, grows beyond all bounds.

    Raises:
        ExpressionError: It has too many parts, or too much text.
    """
    parts = 0
    rest = [given]
    while rest:
        item = rest.pop()
        parts += 1 + (len(item) // 16 if isinstance(item, str) else 0)
        if parts > MAX_TEXT // 8:
            raise ExpressionError("a value that is too large", f"at most some {MAX_TEXT} characters in all")
        if isinstance(item, dict):
            rest.extend(item.values())
        elif isinstance(item, list):
            rest.extend(item)
    return given


def value(node: syntax.Node, scope: Scope) -> Any:  # noqa: C901, PLR0911 - a case a kind of node
    """The JSON value of an expression.

    Raises:
        ExpressionError: It fails, or the evaluators would not agree about it.
    """
    scope.spend()
    match node:
        case syntax.Constant(constant):
            return constant
        case syntax.Name(name):
            if name not in scope:
                raise ExpressionError(f"`{name}` is not in scope")
            return scope[name]
        case syntax.Property(of, name):
            given = wanted(value(of, scope), dict, f"`.{name}` of something that has no properties")
            if name not in given:
                raise ExpressionError(f"there is no property `{name}`")
            return given[name]
        case syntax.Index(of, key):
            return _index(value(of, scope), value(key, scope))
        case syntax.Slice(of, start, end):
            bounds = [None if bound is None else value(bound, scope) for bound in (start, end)]
            return _slice(value(of, scope), *bounds)
        case syntax.Call(function, arguments):
            return _call(function, arguments, scope)
        case syntax.Unary(sign, operand):
            return _unary(sign, value(operand, scope))
        case syntax.Binary(sign, left, right):
            return _binary(sign, left, right, scope)
        case syntax.ListOf(items):
            return [value(item, scope) for item in items]
        case syntax.ObjectOf(pairs):
            return {key: value(item, scope) for key, item in pairs}


def wanted(given: Any, kind: type, message: str) -> Any:
    """`given`, if it is of that kind.

    Raises:
        ExpressionError: It is not.
    """
    if not isinstance(given, kind) or (kind is int and isinstance(given, bool)):
        raise ExpressionError(message)
    return given


def as_text(given: Any, null: str = "null") -> str:
    """A value as text.

    Raises:
        ExpressionError: There is no text for it that both evaluators write.
    """
    if given is None:
        return null
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, float):
        raise ExpressionError(f"the fraction {given} as text", "the evaluators write it differently")
    if isinstance(given, (list, dict)):
        raise ExpressionError("a list or mapping as text", "give one of its items")
    return str(given)


def _number(given: Any) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool)


def _safe(number: float) -> float:
    if not math.isfinite(number) or abs(number) > MAX_SAFE:
        raise ExpressionError(f"{number} is beyond the safe integers", f"at most {MAX_SAFE} (2^53 - 1)")
    return number


def _index(of: Any, key: Any) -> Any:
    if isinstance(of, dict):
        return of.get(wanted(key, str, "the key of a mapping is text"))
    if not isinstance(of, (list, str)):
        raise ExpressionError("`[...]` of something that is not a list, a mapping or text")
    wanted(key, int, "an index is a whole number")
    if not -1 <= key < len(of) or not of:
        raise ExpressionError(f"index {key} is out of bounds")
    return of[key]


def _slice(of: Any, start: Any, end: Any) -> Any:
    if not isinstance(of, (list, str)):
        raise ExpressionError("`[a:b]` of something that is not a list or text")
    for bound in (start, end):
        if bound is not None:
            wanted(bound, int, "the bounds of `[a:b]` are whole numbers")
    return of[0 if start is None else start : end]


def _unary(sign: str, given: Any) -> Any:
    if sign == "!":
        return not given
    if not _number(given):
        raise ExpressionError(f"`{sign}` of something that is not a number")
    return -given if sign == "-" else given


def _binary(sign: str, left: syntax.Node, right: syntax.Node, scope: Scope) -> Any:
    first = value(left, scope)
    if sign == "||":
        return bool(first or value(right, scope))
    if sign == "&&":
        return bool(first and value(right, scope))
    second = value(right, scope)
    if sign in ("==", "!="):
        _comparable(first, second)
        return (first == second) is (sign == "==")
    if sign == "in":
        return _contains(first, second)
    return _arithmetic(sign, first, second)


def _arithmetic(sign: str, first: Any, second: Any) -> Any:
    texts = isinstance(first, str) and isinstance(second, str)
    if not (texts or (_number(first) and _number(second))) or (texts and sign in "-*"):
        raise ExpressionError(f"`{sign}` takes two numbers" + ("" if sign in "-*" else " or two texts"))
    if sign not in "+-*" and type(first) is not type(second):
        raise ExpressionError(f"`{sign}` between {first} and {second}", "Python compares only the like")
    if texts and len(first) + len(second) > MAX_TEXT:
        raise ExpressionError(f"a text of {len(first) + len(second)} characters", f"at most {MAX_TEXT}")
    result = _ARITHMETIC[sign](first, second)
    return _safe(result) if _number(result) else result


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def _contains(item: Any, collection: Any) -> bool:
    if isinstance(collection, (dict, str)):
        return wanted(item, str, "`in` a mapping or text looks for text") in collection
    for other in wanted(collection, list, "`in` looks into a list, a mapping or text"):
        _comparable(item, other)
    return item in collection


def _comparable(first: Any, second: Any) -> None:
    """Refuse what Python calls equal and JavaScript does not: a boolean and a number, at any depth."""
    if isinstance(first, list) and isinstance(second, list):
        for one, other in zip(first, second, strict=False):
            _comparable(one, other)
    elif isinstance(first, dict) and isinstance(second, dict):
        for key in first.keys() & second.keys():
            _comparable(first[key], second[key])
    elif isinstance(first, bool) is not isinstance(second, bool) and first == second:
        raise ExpressionError(
            f"{first!r} compared with {second!r}", "1 == true holds in Python only; compare like with like"
        )


# -- functions -------------------------------------------------------------------------------------------


def _call(function: str, arguments: tuple[syntax.Node, ...], scope: Scope) -> Any:
    given = [value(argument, scope) for argument in arguments]
    if function == "defined":
        return wanted(given[0], str, "`defined` takes a name as text") in scope
    if function not in _FUNCTIONS:
        raise ExpressionError(f"`{function}` is not a function of the subset")
    result = _FUNCTIONS[function](*given)
    scope.spend(len(result) // 64 if isinstance(result, (str, list)) else 0)
    return result


def _numbers(*given: Any) -> tuple[Any, ...]:
    if not all(_number(item) for item in given):
        raise ExpressionError("something that is not a number where one is wanted")
    return given


def _text(given: Any) -> str:
    text: str = wanted(given, str, "something that is not text where text is wanted")
    return text


def _ascii(given: Any) -> str:
    text = _text(given)
    if not text.isascii():
        raise ExpressionError("case of letters beyond ASCII", "the evaluators' tables may differ")
    return text


def _range(*bounds: Any) -> list[int]:
    for bound in bounds:
        wanted(bound, int, "`range` takes whole numbers")
    if len(bounds) > 2 and bounds[2] == 0:  # noqa: PLR2004 - start, stop, step
        raise ExpressionError("a `range` in steps of 0")
    numbers = range(*bounds)
    if len(numbers) > MAX_ITEMS:
        raise ExpressionError(f"a `range` of {len(numbers)} items", f"at most {MAX_ITEMS}")
    return list(numbers)


def _repeat(text: Any, times: Any) -> str:
    count: int = wanted(times, int, "`repeat` takes text and a whole number")
    if count < 0 or len(_text(text)) * count > MAX_TEXT:
        raise ExpressionError(f"`repeat` of {len(text)} characters {count} times", f"at most {MAX_TEXT}")
    return _text(text) * count


def _join(items: Any, separator: Any) -> str:
    for item in wanted(items, list, "`join` takes a list"):
        if isinstance(item, bool) or not isinstance(item, (str, int)):
            raise ExpressionError(
                f"`join` of {item!r}", "texts and whole numbers; the rest is written differently"
            )
    return as_text(separator).join([str(item) for item in items])


def _split(text: Any, separator: Any) -> list[str]:
    if separator == "":
        raise ExpressionError("`split` at nothing", "the evaluators count characters differently")
    return _text(text).split(as_text(separator))


def _len(given: Any) -> int:
    if not isinstance(given, (str, list)):
        raise ExpressionError("`len` takes text or a list")
    return len(given)


def _typeof(given: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(given), "null")


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": lambda number: abs(_numbers(number)[0]),
    "ceil": lambda number: math.ceil(_numbers(number)[0]),
    "floor": lambda number: math.floor(_numbers(number)[0]),
    "join": _join,
    "len": _len,
    "lowercase": lambda text: _ascii(text).lower(),
    "max": lambda *numbers: max(_numbers(*numbers)),
    "min": lambda *numbers: min(_numbers(*numbers)),
    "range": _range,
    "repeat": _repeat,
    "split": _split,
    "str": as_text,
    "typeof": _typeof,
    "uppercase": lambda text: _ascii(text).upper(),
}
