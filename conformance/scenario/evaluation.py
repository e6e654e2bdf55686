"""What a template comes to: JSON-e's meaning, for the subset that `expressions` admits.

Where the evaluators of the two harnesses would give different values, or one of them would fail, this one
refuses. So a value that it gives is what both harnesses compute.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.scenario import syntax
from conformance.scenario.interpreter import Scope, as_text, bounded
from conformance.scenario.interpreter import value as _node
from conformance.scenario.interpreter import wanted as _wanted
from conformance.scenario.syntax import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_START = re.compile(r"\$?\$\{")
_EACH = re.compile(r"each\((.*)\)")


class _Deleted:
    """The value of an `$if` or `$switch` of which no case holds: it leaves no trace in a list or mapping."""


_DELETED: Final = _Deleted()


def evaluate(template: Any, scope: Mapping[str, Any]) -> Any:
    """The JSON value that `template` stands for, given the values of names.

    Raises:
        ExpressionError: It fails in an evaluator, or the evaluators would not agree about it.
    """
    value = _template(template, Scope(scope))
    return None if value is _DELETED else bounded(value)


def interpolation_parts(text: str) -> Iterator[str | syntax.Node]:
    """The pieces of a text: what stands for itself, and the expressions of its `${...}`.

    Raises:
        ExpressionError: Something in `${...}` isn't an expression.
    """
    while (found := _START.search(text)) is not None:
        yield text[: found.start()]
        text = text[found.end() :]
        if found.group() == "$${":
            yield "${"
        else:
            node, end = syntax.parse_prefix(text)
            yield node
            text = text[end + 1 :]
    yield text


# -- templates -------------------------------------------------------------------------------------------


def _template(template: Any, scope: Scope) -> Any:
    scope.spend()
    if isinstance(template, str):
        return _text(template, scope)
    if isinstance(template, list):
        return [value for item in template if (value := _template(item, scope)) is not _DELETED]
    if isinstance(template, dict):
        for key in template:
            if key in _OPERATORS:
                return _OPERATORS[key](template, scope)
        values = {_key(key): _template(value, scope) for key, value in template.items()}
        return {key: value for key, value in values.items() if value is not _DELETED}
    return template


def _key(key: str) -> str:
    return key[1:] if key.startswith("$$") else key


def _text(text: str, scope: Scope) -> str:
    if "${" not in text:
        return text
    return "".join(
        part if isinstance(part, str) else as_text(_node(part, scope), null="")
        for part in interpolation_parts(text)
    )


def _eval(template: dict[str, Any], scope: Scope) -> Any:
    return _node(syntax.parse(template["$eval"]), scope)


def _if(template: dict[str, Any], scope: Scope) -> Any:
    key = "then" if _node(syntax.parse(template["$if"]), scope) else "else"
    return _template(template[key], scope) if key in template else _DELETED


def _let(template: dict[str, Any], scope: Scope) -> Any:
    values = _template(template["$let"], scope)
    return _template(template["in"], scope.binding(values))


def _each(template: dict[str, Any]) -> tuple[Any, list[str]]:
    for key, value in template.items():
        if match := _EACH.fullmatch(key):
            return value, [name.strip() for name in match.group(1).split(",")]
    raise ExpressionError("no `each(...)`")


def _map(template: dict[str, Any], scope: Scope) -> Any:
    value = _template(template["$map"], scope)
    body, names = _each(template)
    if isinstance(value, list):
        given = ({names[0]: item} | dict.fromkeys(names[1:], index) for index, item in enumerate(value))
        results = [_template(body, scope.binding(bound)) for bound in given]
        return [result for result in results if result is not _DELETED]
    merged: dict[str, Any] = {}
    for key, item in _wanted(value, dict, "`$map` takes a list or a mapping").items():
        bound = {names[0]: item, names[1]: key} if len(names) > 1 else {names[0]: {"key": key, "val": item}}
        result = _template(body, scope.binding(bound))
        if result is not _DELETED:
            merged |= _wanted(result, dict, "`$map` over a mapping makes mappings")
    return merged


def _reduce(template: dict[str, Any], scope: Scope) -> Any:
    value = _wanted(_template(template["$reduce"], scope), list, "`$reduce` takes a list")
    body, names = _each(template)
    total = template["initial"]
    for index, item in enumerate(value):
        bound = {names[0]: total, names[1]: item} | dict.fromkeys(names[2:], index)
        result = _template(body, scope.binding(bound))
        total = total if result is _DELETED else result
    return total


def _switch(template: dict[str, Any], scope: Scope) -> Any:
    cases = template["$switch"]
    holding = [
        value
        for condition, value in cases.items()
        if condition != "$default" and _node(syntax.parse(condition), scope)
    ]
    if len(holding) > 1:
        raise ExpressionError("several conditions of a `$switch` hold")
    if not holding and "$default" in cases:
        holding = [cases["$default"]]
    return _template(holding[0], scope) if holding else _DELETED


def _flatten(template: dict[str, Any], scope: Scope) -> Any:
    value = _wanted(_template(template["$flatten"], scope), list, "`$flatten` takes a list")
    return [inner for item in value for inner in (item if isinstance(item, list) else [item])]


def _flatten_deep(template: dict[str, Any], scope: Scope) -> Any:
    def flat(value: Any) -> Iterator[Any]:
        if isinstance(value, list):
            for item in value:
                yield from flat(item)
        else:
            yield value

    return list(
        flat(_wanted(_template(template["$flattenDeep"], scope), list, "`$flattenDeep` takes a list"))
    )


def _reverse(template: dict[str, Any], scope: Scope) -> Any:
    return _wanted(_template(template["$reverse"], scope), list, "`$reverse` takes a list")[::-1]


def _mappings(value: Any, operator: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ExpressionError(f"`{operator}` takes a list of mappings")
    return value


def _merge(template: dict[str, Any], scope: Scope) -> Any:
    merged: dict[str, Any] = {}
    for item in _mappings(_template(template["$merge"], scope), "$merge"):
        merged |= item
    return merged


def _merge_deep(template: dict[str, Any], scope: Scope) -> Any:
    def merge(left: Any, right: Any) -> Any:
        if isinstance(left, list) and isinstance(right, list):
            return left + right
        if isinstance(left, dict) and isinstance(right, dict):
            both = {key: merge(left[key], right[key]) for key in right if key in left}
            return {**left, **right, **both}
        return right

    merged: Any = {}
    for item in _mappings(_template(template["$mergeDeep"], scope), "$mergeDeep"):
        merged = merge(merged, item)
    return merged


_OPERATORS: dict[str, Callable[[dict[str, Any], Scope], Any]] = {
    "$eval": _eval,
    "$flatten": _flatten,
    "$flattenDeep": _flatten_deep,
    "$if": _if,
    "$let": _let,
    "$map": _map,
    "$merge": _merge,
    "$mergeDeep": _merge_deep,
    "$reduce": _reduce,
    "$reverse": _reverse,
    "$switch": _switch,
}
