"""All walks give the same value for whatever trees they are given: the judge's, and each harness's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.scenario import expressions as admitted
from conformance.scenario.trees import Tree, compiled
from python_sdk.values import number_text
from tests.harness.walks import LIMITS, Node, in_judge, in_python, same

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    running = Node()
    yield running
    running.close()


def assert_same(node: Node, tree: Tree, scope: dict[str, Any], limits: dict[str, int] = LIMITS) -> None:
    before = json.dumps([tree, scope])
    python, judge, js = (walk(tree, scope, limits) for walk in (in_python, in_judge, node.evaluate))
    assert json.dumps([tree, scope]) == before
    for other in (judge, js):
        assert python.get("failure") == other.get("failure"), (tree, scope, python, other)
        assert same(python.get("value"), other.get("value")), (tree, scope, python, other)


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=300, deadline=None)
def test_numbers_are_written_alike(node: Node, number: float) -> None:
    if abs(number) < 2**53:
        assert node.evaluate(compiled("${x}"), {"x": number}) == {"value": number_text(number)}


NAMES = ("a", "b", "c")
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([0.5, 1.5, 2.0, 1e-7])
    | st.text("ab😀é", max_size=4)
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)
signs = st.sampled_from(["+", "-", "*", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "in"])
literals = st.sampled_from(
    ["0", "1", "2", "-1", "'a'", "''", "'😀'", "null", "true", "false", "[]", "{}", *NAMES]
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    unary = st.sampled_from(["!", "-", "+"])
    functions = st.sampled_from(["abs", "ceil", "floor", "len", "lowercase", "str", "typeof", "uppercase"])
    pairs = st.sampled_from(["join", "split", "repeat", "range", "min", "max"])
    return st.one_of(
        st.builds("({} {} {})".format, inner, signs, inner),
        st.builds("{}({})".format, unary, inner),
        st.builds("{}{}".format, unary, inner),
        st.builds("{} {} {}".format, inner, signs, inner),
        st.builds("{}({})".format, functions, inner),
        st.builds("{}({}, {})".format, pairs, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}[{}:{}]".format, inner, inner, inner),
        st.builds("{}.{}".format, st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{a: {}}}".format, inner),
        st.builds("defined('{}')".format, st.sampled_from(NAMES)),
    )


sources = st.recursive(literals, grown, max_leaves=6)


def templated(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
        st.builds(lambda c, t, e: {"$if": c, "then": t, "else": e}, sources, inner, inner),
        st.builds(lambda c, t: {"$if": c, "then": t}, sources, inner),
        st.builds(lambda v, i: {"$let": {"x": v}, "in": i}, inner, inner),
        st.builds(lambda v, e: {"$map": v, "each(a)": e}, inner, inner),
        st.builds(lambda v, e: {"$map": v, "each(a, b)": e}, inner, inner),
        st.builds(lambda v, e: {"$reduce": v, "initial": 1, "each(a, b)": e}, inner, inner),
        st.builds(lambda c, v, d: {"$switch": {c: v, "$default": d}}, sources, inner, inner),
        st.builds(
            lambda o, v: {o: v},
            st.sampled_from(["$flatten", "$flattenDeep", "$merge", "$mergeDeep", "$reverse"]),
            inner,
        ),
    )


templates = st.recursive(
    scalars
    | st.builds(lambda source: {"$eval": source}, sources)
    | st.builds(lambda source: f"<${{{source}}}>", sources),
    templated,
    max_leaves=4,
)


@given(templates, st.fixed_dictionaries(dict.fromkeys(NAMES, json_values)))
@settings(max_examples=500, deadline=None)
def test_walks_agree_about_what_is_admitted(node: Node, template: Any, values: dict[str, Any]) -> None:
    admission = admitted.admit(template)
    if admission.problems:
        return
    assert_same(node, compiled(template), values)


# -- trees that no notation gives, and budgets that are short ----------------------------------------------

KEYS = ("a", "b", "__proto__", "1", "\ud83d", "😀", "\uffff")
texts = st.text("aZ,é😀\uffff\ud83d\ude00", max_size=4)
constants = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
PARTS = dict.fromkeys(("==", "!=", "in", "<", "<=", ">", ">=", "+", "-", "*", "index", "&&", "||"), 2) | {
    **dict.fromkeys(("!", "reverse", "flatten", "flattenDeep", "merge", "mergeDeep"), 1),
    **dict.fromkeys(("slice", "if"), 3),
}
"""Kinds of nodes that take so many trees and nothing else."""

GIVEN = dict.fromkeys(("abs", "ceil", "floor", "len", "str", "typeof", "lowercase", "defined"), 1) | {
    **dict.fromkeys(("join", "split", "repeat", "max"), 2),
    "range": 3,
}
"""Functions that are given so many values."""


@st.composite
def trees(draw: st.DrawFn, height: int = 3) -> Tree:  # noqa: C901, PLR0911 - a case a kind of node
    """Any tree."""

    def several(count: int) -> list[Tree]:
        return [draw(trees(height - 1)) for _ in range(count)]

    def pairs() -> list[Any]:
        keys = draw(st.lists(st.sampled_from(KEYS), max_size=2, unique=True))
        return [[key, *several(1)] for key in keys]

    leaves = ("const", "const", "name", "nothing")
    more = ("get", "array", "text", "object", "let", "map", "reduce", "switch", "call")
    kind = draw(st.sampled_from(leaves if height == 0 else (*leaves, *PARTS, *more)))
    match kind:
        case "const":
            return [kind, draw(constants)]
        case "name":
            return [kind, draw(st.sampled_from(NAMES))]
        case "nothing":
            return [kind]
        case "get":
            return [kind, *several(1), draw(st.sampled_from(KEYS))]
        case "array" | "text":
            return [kind, *several(draw(st.integers(0, 2)))]
        case "object":
            return [kind, *pairs()]
        case "let":
            return [kind, pairs(), *several(1)]
        case "map":
            return [kind, *several(1), draw(st.sampled_from([["a"], ["a", "b"]])), *several(1)]
        case "reduce":
            return [kind, *several(2), draw(st.sampled_from([["a", "b"], ["a", "b", "c"]])), *several(1)]
        case "switch":
            return [kind, *several(1), several(2), several(2)]
        case "call":
            name = draw(st.sampled_from(sorted(GIVEN)))
            return [kind, name, *several(GIVEN[name])]
        case _:
            return [kind, *several(PARTS[kind])]


@given(
    trees(),
    st.fixed_dictionaries(dict.fromkeys(NAMES, json_values | texts)),
    st.sampled_from([LIMITS, {"steps": 20, "bytes": 20, "depth": 2}]),
)
@settings(max_examples=1500, deadline=None)
def test_walks_agree_about_any_tree(
    node: Node, tree: Tree, values: dict[str, Any], limits: dict[str, int]
) -> None:
    assert_same(node, tree, values, limits)
