"""Our subset of JSON-e: what the two published evaluators must be given so that they agree.

JSON-e's Python and JavaScript differ in what a value's type decides while an expression runs:
`1 == true`, `1 < 1.5`, `"${2.0}"`, an index before the start, the order of texts. JavaScript's
`$reverse` changes what it is given. What can be told from the text alone was refused before anything
ran; the rest is settled here, in both languages alike.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from jsone import builtins, interpreter, shared  # type: ignore[import-untyped] # it has no types

# By its name in full: the package has a function of this name.
_render: Any = import_module("jsone.render")

_SAFE = 2**53
_LEAST_POWER = -6  # of ten, where JavaScript writes 0.000001 and Python 1e-06


class ExpressionError(shared.JSONTemplateError):  # type: ignore[misc] # json-e has no types
    """An expression that means nothing for the values that it met."""


def whole(value: Any) -> Any:
    """The value with its numbers integers where they have no fraction: JSON knows one kind of number."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _SAFE else value
    if type(value) is list:
        return [whole(item) for item in value]
    if type(value) is dict:
        return {key: whole(item) for key, item in value.items()}
    return value


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


def text(value: Any) -> str:
    """A scalar as an interpolation and `str` write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    raise ExpressionError("only scalars have a text")


def equal(left: Any, right: Any) -> bool:
    """Equality of JSON values: true is not 1, 2.0 is 2."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(value, right[key]) for key, value in left.items())
    return bool(left == right)


def compare(left: Any, right: Any) -> int:
    """Order of two numbers, or of two strings by their UTF-16 code units."""
    if is_number(left) and is_number(right):
        return int(left > right) - int(left < right)
    if isinstance(left, str) and isinstance(right, str):
        one, two = left.encode("utf-16-be", "surrogatepass"), right.encode("utf-16-be", "surrogatepass")
        return int(one > two) - int(one < two)
    raise ExpressionError("only two numbers or two strings have an order")


def is_number(value: Any) -> bool:
    """Whether the value is a number: true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_integer(value: Any) -> bool:
    """Whether the value is a whole number."""
    return is_number(value) and float(value).is_integer()


class _Interpreter(interpreter.Interpreter):  # type: ignore[misc] # json-e has no types
    def visit(self, node: Any) -> Any:
        value = super().visit(node)
        return whole(value) if isinstance(value, float) else value

    def visit_BinOp(self, node: Any) -> Any:  # noqa: N802 - json-e's own name
        kind = node.token.kind
        if kind in ("==", "!="):
            return equal(self.visit(node.left), self.visit(node.right)) == (kind == "==")
        if kind in (">", "<", ">=", "<="):
            order = compare(self.visit(node.left), self.visit(node.right))
            return {">": order > 0, "<": order < 0, ">=": order >= 0, "<=": order <= 0}[kind]
        if node.token.value == "in":
            left, right = self.visit(node.left), self.visit(node.right)
            if isinstance(right, list):
                return any(equal(left, item) for item in right)
            if isinstance(right, str | dict) and isinstance(left, str):
                return left in right
            raise ExpressionError("`in` wants a value and an array, or a string and an object or a string")
        return super().visit_BinOp(node)

    def visit_ValueAccess(self, node: Any) -> Any:  # noqa: N802 - json-e's own name
        value = self.visit(node.arr)
        if isinstance(value, dict):
            return super().visit_ValueAccess(node)
        if not isinstance(value, str | list):
            raise ExpressionError("only objects, arrays and strings have parts")
        left = self.visit(node.left) if node.left else 0
        right = self.visit(node.right) if node.right else None
        if not is_integer(left) or not (right is None or is_integer(right)):
            raise ExpressionError("an array's or string's parts are found by integers")
        if node.isInterval:
            return value[left : len(value) if right is None else right]
        if not -len(value) <= left < len(value):
            raise ExpressionError("index out of bounds")
        return value[left]


def _repeat(string: Any, times: Any) -> str:
    if not isinstance(string, str) or not is_integer(times) or times < 0:
        raise ExpressionError("repeat(string, times) wants a string and a count")
    return string * int(times)


def _range(start: Any, stop: Any, step: Any = 1) -> list[int]:
    if not (is_integer(start) and is_integer(stop) and is_integer(step)) or step == 0:
        raise ExpressionError("range(start, stop, step) wants integers and a step that is not 0")
    return list(range(start, stop, step))


def _join(values: Any, separator: Any) -> str:
    if not isinstance(values, list) or not (isinstance(separator, str) or is_number(separator)):
        raise ExpressionError("join(array, separator) wants an array, and a string or number")
    return text(separator).join(map(text, values))


def _split(string: Any, separator: Any) -> list[str]:
    if not isinstance(string, str) or not (isinstance(separator, str) or is_number(separator)):
        raise ExpressionError("split(string, separator) wants a string, and a string or number")
    return string.split(text(separator)) if separator != "" else list(string)


FUNCTIONS: dict[str, Any] = {
    "repeat": _repeat,
    "range": _range,
    "join": _join,
    "split": _split,
}
"""Functions of ours, and those of JSON-e that would differ."""

_BUILTINS: dict[str, Any] = {**builtins.build(), **FUNCTIONS}


def _let(template: dict[str, Any], context: dict[str, Any]) -> Any:
    if template.get("in") is None:
        raise ExpressionError("$let wants an `in` that is not null")
    return _LET(template, context)


_LET: Any = _render.operators["$let"]


def install() -> None:
    """Let JSON-e, in this process, use what is here."""
    _render.Interpreter = _Interpreter
    _render.to_str = text
    _render.operators["$let"] = _let
    _BUILTINS["str"] = text


def rendered(template: Any, context: dict[str, Any]) -> Any:
    """Render a template: null when it deletes itself."""
    value = _render.renderValue(template, {**_BUILTINS, **context})
    if value is shared.DeleteMarker:
        return None
    if _render.containsFunctions(value):
        raise ExpressionError("the value holds a function that was not called")
    return value
