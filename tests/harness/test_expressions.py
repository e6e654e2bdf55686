"""All walks give the same value for whatever is admitted: the judge's, and each harness's."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.scenario import budget as judges
from conformance.scenario import evaluation
from conformance.scenario import expressions as admitted
from conformance.scenario.trees import Tree, compiled
from python_sdk import expressions
from python_sdk.budget import Budget, ExpressionError
from python_sdk.values import equal, number_text
from tests.harness.subjects import JS, installed

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
LIMITS = asdict(judges.EVALUATION)


class Node:
    """The JavaScript harness's evaluator, in a process that stays."""

    def __init__(self) -> None:
        subject = installed(JS)
        self._process = subprocess.Popen(  # noqa: S603 - the subject's own Node
            [subject.command[0], str(HERE / "evaluator.mjs")],
            env=subject.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def evaluate(self, tree: Tree, values: dict[str, Any]) -> dict[str, Any]:
        """Its answer: {value} or {failure}."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"tree": tree, "values": values, "limits": LIMITS}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    running = Node()
    yield running
    running.close()


def in_python(tree: Tree, values: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": expressions.evaluate(tree, values, Budget(LIMITS))}
    except ExpressionError as error:
        return {"failure": type(error).__name__, "message": str(error)}


def in_judge(tree: Tree, values: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": evaluation.value(tree, values, judges.Budget())}
    except admitted.ExpressionError as error:
        return {"failure": type(error).__name__, "message": str(error)}


def same(one: Any, other: Any) -> bool:
    return equal(one, other, Budget(LIMITS))


def assert_same(node: Node, template: Any, values: dict[str, Any]) -> dict[str, Any]:
    tree = compiled(template)
    before = json.dumps([tree, values])
    python, judge, js = in_python(tree, values), in_judge(tree, values), node.evaluate(tree, values)
    assert json.dumps([tree, values]) == before
    for other in (judge, js):
        assert python.get("failure") == other.get("failure"), (tree, values, python, other)
        assert same(python.get("value"), other.get("value")), (tree, values, python, other)
    return python


VALUES: dict[str, Any] = {
    "n": 3,
    "half": 1.5,
    "two": 2.0,
    "yes": True,
    "none": None,
    "text": "aé😀b",
    "xs": [3, 1, 2],
    "mixed": [1, True, "1", None],
    "deep": {"xs": [[1], [2, 3]], "o": {"k": 1}},
    "objects": [{"a": 1, "l": [1]}, {"b": 2, "l": [2]}],
}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ({"$eval": "1 == yes"}, False),
        ({"$eval": "[1] == [yes]"}, False),
        ({"$eval": "n in [yes, 3]"}, True),
        ({"$eval": "1 in mixed[1:2]"}, False),
        ({"$eval": "two == 2"}, True),
        ({"$eval": "n > half"}, True),
        ({"$eval": "n <= half"}, False),
        ("${two}", "2"),
        ("${half * 2}", "3"),
        ("${n * half}", "4.5"),
        ("${none}", ""),
        ("${yes}", "true"),
        ({"$eval": "str(none)"}, "null"),
        ({"$eval": "str(two)"}, "2"),
        ({"$eval": "len(text)"}, 4),
        ({"$eval": "text[2]"}, "😀"),
        ({"$eval": "text[1:3]"}, "é😀"),
        ({"$eval": "xs[-1]"}, 2),
        ({"$eval": "xs[two]"}, 2),
        ({"$eval": "xs[0:two]"}, [3, 1]),
        ({"$eval": "repeat('ab', n)"}, "ababab"),
        ({"$eval": "range(n, 0, -1)"}, [3, 2, 1]),
        ({"$eval": "range(0, two)"}, [0, 1]),
        ({"$eval": "join(mixed, ',')"}, "1,true,1,null"),
        ({"$eval": "join([two, half], 1)"}, "211.5"),
        ({"$eval": "split('a1b', 1)"}, ["a", "b"]),
        ({"$reverse": {"$eval": "xs"}}, [2, 1, 3]),
        ({"$mergeDeep": {"$eval": "objects"}}, {"a": 1, "b": 2, "l": [1, 2]}),
        ({"$flatten": {"$eval": "deep.xs"}}, [1, 2, 3]),
        ({"$map": {"$eval": "xs"}, "each(x, i)": {"$eval": "x * i"}}, [0, 1, 4]),
        ({"$map": {"$eval": "deep.o"}, "each(v, k)": {"k": {"$eval": "k"}}}, {"k": "k"}),
        ({"$reduce": {"$eval": "xs"}, "initial": 0, "each(a, x)": {"$eval": "a + x"}}, 6),
        ({"$if": "n > 5", "then": 1}, None),
        ([{"$if": "n > 5", "then": 1}, 2], [2]),
        ({"$switch": {"n == 3": "three", "$default": "other"}}, "three"),
        ({"$let": {"y": {"$eval": "n"}}, "in": {"$eval": "y + 1"}}, 4),
        ({"$$eval": "n"}, {"$eval": "n"}),
        ("$${n}", "${n}"),
        ({"$eval": "typeof(none)"}, "null"),
        ({"$eval": "'a' < 'b'"}, True),
        ({"$eval": "'\uffff' < '😀'"}, False),  # by UTF-16, as JavaScript has it
        ({"$eval": "defined('n') && !(defined('m'))"}, True),
        ({"$eval": "max(n, half, two)"}, 3),
        ({"$eval": "ceil(half) - floor(half)"}, 1),
    ],
)
def test_values(node: Node, template: Any, value: Any) -> None:
    assert same(assert_same(node, template, VALUES)["value"], value)


@pytest.mark.parametrize(
    "expression",
    [
        "missing",
        "deep.missing",
        "xs[-4]",
        "xs[3]",
        "xs[half]",
        "xs[yes]",
        "xs['a']",
        "text[none]",
        "n < text",
        "yes < 2",
        "n + text",
        "yes + 1",
        "none.a",
        "n()",
        "len",
        "len(n)",
        "repeat('a', -1)",
        "repeat('a', half)",
        "repeat(n, 1)",
        "range(0, n, 0)",
        "range(yes, n)",
        "join(n, ',')",
        "join([xs], ',')",
        "split(n, ',')",
        "n in n",
        "n in text",
        "min(yes, 1)",
        "deep.o[0]",
        "-text",
    ],
)
def test_failures(node: Node, expression: str) -> None:
    assert "failure" in assert_same(node, {"$eval": expression}, VALUES)


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
    assert_same(node, template, values)
