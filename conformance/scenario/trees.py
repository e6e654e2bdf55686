"""Templates made trees: what every harness and the judge evaluate, with nothing left to parse.

A tree is a JSON array: its kind, then what the kind takes. docs/values.md is the reference of all kinds,
written for somebody who has another language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

from conformance.scenario import syntax

Tree: TypeAlias = "list[Any]"
"""`[kind, ...]`."""

NOTHING: Tree = ["nothing"]
NULL: Tree = ["const", None]
_START = re.compile(r"\$?\$\{")
_EACH = re.compile(r"each\((.*)\)")


def compiled(template: Any) -> Tree:
    """The tree of a template that was admitted.

    Raises:
        ExpressionError: An expression in it can't be parsed.
    """
    if isinstance(template, dict) and template.keys() == {NON_JSON}:
        return ["non_json", template[NON_JSON]]
    return _template(template)


NON_JSON = "non_json"
"""The key that stands for a value that JSON can't say."""


@lru_cache(maxsize=4096)
def interpolation_parts(text: str) -> tuple[str | syntax.Node, ...]:
    """The pieces of a text: what stands for itself, and the expressions of its `${...}`.

    Raises:
        ExpressionError: Something in `${...}` isn't an expression.
    """
    parts: list[str | syntax.Node] = []
    while (found := _START.search(text)) is not None:
        parts.append(text[: found.start()])
        text = text[found.end() :]
        if found.group() == "$${":
            parts.append("${")
        else:
            node, end = syntax.parse_prefix(text)
            parts.append(node)
            text = text[end + 1 :]
    return (*parts, text)


_LONGEST = 200


def written(tree: Tree) -> str:
    """A tree as a person would write it, or nearly so, cut to size."""
    text = _written(tree)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _written(tree: Tree) -> str:  # noqa: C901, PLR0911 - a case a kind of node
    match tree:
        case ["const", value]:
            return json.dumps(value, ensure_ascii=False)
        case ["name", name]:
            return str(name)
        case ["get", of, name]:
            return f"{_written(of)}.{name}"
        case ["index", of, key]:
            return f"{_written(of)}[{_written(key)}]"
        case ["slice", of, start, end]:
            bounds = ["" if bound == NULL else _written(bound) for bound in (start, end)]
            return f"{_written(of)}[{':'.join(bounds)}]"
        case ["call", name, *arguments]:
            return f"{name}({', '.join(map(_written, arguments))})"
        case ["!", ["!", operand]]:  # a condition
            return _written(operand)
        case [sign, left, right] if not sign[0].isalpha() or sign == "in":
            return f"({_written(left)} {sign} {_written(right)})"
        case ["array", *items]:
            return f"[{', '.join(map(_written, items))}]"
        case ["object", *pairs]:
            return "{" + ", ".join(f"{key}: {_written(item)}" for key, item in pairs) + "}"
        case ["text", *parts]:
            texts = [part[1] if part[0] == "const" else f"${{{_written(part)}}}" for part in parts]
            return json.dumps("".join(map(str, texts)), ensure_ascii=False)
        case [kind, *parts]:
            inner = [_written(part) if _is_tree(part) else json.dumps(part) for part in parts]
            return f"{kind}({', '.join(inner)})"
    return json.dumps(tree)


def _is_tree(part: Any) -> bool:
    return isinstance(part, list) and bool(part) and isinstance(part[0], str) and len(part) > 1


# -- templates -------------------------------------------------------------------------------------------


def _template(template: Any) -> Tree:
    if isinstance(template, str):
        return _text(template) if "${" in template else ["const", template]
    if isinstance(template, list):
        return _array([_template(item) for item in template])
    if isinstance(template, dict):
        for key in template:
            if key in _OPERATORS:
                return _OPERATORS[key](template)
        return _object([[_key(key), _template(value)] for key, value in template.items()])
    return ["const", template]


def _key(key: str) -> str:
    return key[1:] if key.startswith("$$") else key


def _array(items: list[Tree]) -> Tree:
    if all(item[0] == "const" for item in items):
        return ["const", [item[1] for item in items]]
    return ["array", *items]


def _object(pairs: list[Any]) -> Tree:
    if all(item[0] == "const" for _, item in pairs):
        return ["const", {key: item[1] for key, item in pairs}]
    return ["object", *pairs]


def _text(text: str) -> Tree:
    parts: list[Tree] = []
    plain = ""
    for part in interpolation_parts(text):
        if isinstance(part, str):
            plain += part
            continue
        if plain:
            parts.append(["const", plain])
        plain = ""
        parts.append(_node(part))
    if not parts:
        return ["const", plain]
    return ["text", *parts, ["const", plain]] if plain else ["text", *parts]


def _eval(template: dict[str, Any]) -> Tree:
    return _source(template["$eval"])


def _if(template: dict[str, Any]) -> Tree:
    ways = [_template(template[key]) if key in template else NOTHING for key in ("then", "else")]
    return ["if", _source(template["$if"]), *ways]


def _let(template: dict[str, Any]) -> Tree:
    values = [[key, _template(value)] for key, value in template["$let"].items()]
    return ["let", values, _template(template["in"])]


def _each(template: dict[str, Any]) -> tuple[list[str], Tree]:
    [(names, body)] = [
        (match.group(1), value) for key, value in template.items() if (match := _EACH.fullmatch(key))
    ]
    return [name.strip() for name in names.split(",")], _template(body)


def _map(template: dict[str, Any]) -> Tree:
    return ["map", _template(template["$map"]), *_each(template)]


def _reduce(template: dict[str, Any]) -> Tree:
    return ["reduce", _template(template["$reduce"]), ["const", template["initial"]], *_each(template)]


def _switch(template: dict[str, Any]) -> Tree:
    cases = template["$switch"]
    default = _template(cases["$default"]) if "$default" in cases else NOTHING
    return [
        "switch",
        default,
        *([_source(key), _template(value)] for key, value in cases.items() if key != "$default"),
    ]


def _of_one(operator: str) -> Callable[[dict[str, Any]], Tree]:
    return lambda template: [operator[1:], _template(template[operator])]


_OPERATORS: dict[str, Callable[[dict[str, Any]], Tree]] = {
    "$eval": _eval,
    "$if": _if,
    "$let": _let,
    "$map": _map,
    "$reduce": _reduce,
    "$switch": _switch,
} | {name: _of_one(name) for name in ("$flatten", "$flattenDeep", "$merge", "$mergeDeep", "$reverse")}


# -- expressions -----------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _source(source: str) -> Tree:
    return _node(syntax.parse(source))


def _node(node: syntax.Node) -> Tree:  # noqa: C901, PLR0911 - a case a kind of node
    match node:
        case syntax.Constant(value):
            return ["const", value]
        case syntax.Name(name):
            return ["name", name]
        case syntax.Property(of, name):
            return ["get", _node(of), name]
        case syntax.Index(of, key):
            return ["index", _node(of), _node(key)]
        case syntax.Slice(of, start, end):
            bounds = [NULL if bound is None else _node(bound) for bound in (start, end)]
            return ["slice", _node(of), *bounds]
        case syntax.Call(function, arguments):
            return ["call", function, *map(_node, arguments)]
        case syntax.Unary("!", operand):
            return ["!", _node(operand)]
        case syntax.Unary("-", syntax.Constant(int() as number)) if not isinstance(number, bool):
            return ["const", -number]
        case syntax.Unary(sign, operand):  # -x is 0 - x, and so fails for what is no number
            return [sign, ["const", 0], _node(operand)]
        case syntax.Binary(sign, left, right):
            return [sign, _node(left), _node(right)]
        case syntax.ListOf(items):
            return _array([_node(item) for item in items])
        case syntax.ObjectOf(pairs):
            return _object([[key, _node(item)] for key, item in pairs])
