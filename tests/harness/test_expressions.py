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
from tests.harness.any_tree import NAMES, json_values, scalars, texts, trees
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
