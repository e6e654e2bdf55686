"""Templates: what is admitted, and what the judge's walk makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from conformance.scenario import scope
from conformance.scenario.budget import EVALUATION, BudgetError
from conformance.scenario.expressions import ExpressionError, admit, check, evaluate
from tests.scenario.refusals import EXPRESSION, TEMPLATE

REFUSED = {name: {"$eval": source} for name, source in EXPRESSION.items()} | TEMPLATE


@pytest.mark.parametrize("name", REFUSED)
def test_refusal(name: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(ExpressionError) as caught:
        check(REFUSED[name])
    assert str(caught.value) == snapshot


SCOPE: dict[str, Any] = {"a": 3, "b": [1, 2, 3], "o": {"k": "v", "n": None}, "t": "text", "yes": True}

VALUES = [
    ({"$eval": "1 + 2 * 3 - -(4)"}, 11),
    ({"$eval": "(1 + 2) * 3"}, 9),
    ({"$eval": "10 - 4 - 3"}, 3),
    ({"$eval": "a == 3 && !(a != 3) || false"}, True),
    ({"$eval": "b[0] + b[-1]"}, 4),
    ({"$eval": "b[1:]"}, [2, 3]),
    ({"$eval": "t[:2]"}, "te"),
    ({"$eval": "t[0]"}, "t"),
    ({"$eval": "o.k + o['k']"}, "vv"),
    ({"$eval": "o['missing']"}, None),
    ({"$eval": "[1, 'x', null, {y: true}]"}, [1, "x", None, {"y": True}]),
    ({"$eval": "2 in b"}, True),
    ({"$eval": "'k' in o"}, True),
    ({"$eval": "'ex' in t"}, True),
    ({"$eval": "o.n == null"}, True),
    ({"$eval": "yes"}, True),
    ({"$eval": "len(b) + len(t)"}, 7),
    ({"$eval": "min(3, 1, 2) + max(1, a)"}, 4),
    ({"$eval": "range(0, 6, 2)"}, [0, 2, 4]),
    ({"$eval": "join(b, '-')"}, "1-2-3"),
    ({"$eval": "split('a,b', ',')"}, ["a", "b"]),
    ({"$eval": "uppercase(t) + lowercase('A')"}, "TEXTa"),
    ({"$eval": "str(a) + str(null) + str(yes)"}, "3nulltrue"),
    ({"$eval": "typeof(b) + typeof(null)"}, "arraynull"),
    ({"$eval": "defined('a') && !(defined('z'))"}, True),
    ({"$eval": "abs(-a)"}, 3),
    ("no expression", "no expression"),
    ("a is ${a}, ${o.n}!", "a is 3, !"),
    ("${yes}$${a}", "true${a}"),
    ("${'}'}", "}"),
    ({"$if": "a > 1", "then": {"$eval": "a"}}, 3),
    ({"k": {"$if": "a > 5", "then": 1}, "l": [{"$if": "a > 5", "then": 1}, 2]}, {"l": [2]}),
    ({"$if": "a > 5", "then": 1}, None),
    ({"$let": {"x": {"$eval": "a"}}, "in": {"$eval": "x + 1"}}, 4),
    ({"$map": {"$eval": "b"}, "each(x)": {"$eval": "x * x"}}, [1, 4, 9]),
    ({"$map": {"$eval": "b"}, "each(x, i)": {"$eval": "x * i"}}, [0, 2, 6]),
    ({"$map": {"x": 1}, "each(v, k)": {"k": {"$eval": "k"}, "v": {"$eval": "v"}}}, {"k": "x", "v": 1}),
    ({"$map": {"x": 1}, "each(p)": {"k": {"$eval": "p.key"}}}, {"k": "x"}),
    ({"$reduce": {"$eval": "b"}, "initial": 0, "each(s, x)": {"$eval": "s + x"}}, 6),
    ({"$reduce": {"$eval": "b"}, "initial": 0, "each(s, x, i)": {"$eval": "s + x * i"}}, 8),
    ({"$switch": {"a == 3": "three", "$default": "other"}}, "three"),
    ({"$switch": {"a == 4": "four", "$default": "other"}}, "other"),
    ({"$merge": [{"a": 1}, {"b": 2}, {"a": 3}]}, {"a": 3, "b": 2}),
    ({"$mergeDeep": [{"a": {"b": [1]}}, {"a": {"b": [2], "c": 3}}]}, {"a": {"b": [1, 2], "c": 3}}),
    ({"$flatten": [[1], 2, [[3]]]}, [1, 2, [3]]),
    ({"$flattenDeep": [[1], 2, [[3]]]}, [1, 2, 3]),
    ({"$reverse": [1, 2]}, [2, 1]),
    ({"$$escaped": 1}, {"$escaped": 1}),
]


@pytest.mark.parametrize(("template", "value"), VALUES)
def test_value(template: Any, value: Any) -> None:
    check(template)
    assert evaluate(template, SCOPE) == value


def test_repeat_is_ours() -> None:
    assert evaluate({"$eval": "repeat('ab', a)"}, SCOPE) == "ababab"


SPRUNG: dict[str, tuple[str, dict[str, Any]]] = {
    "beyond safe": ("x + 1", {"x": 2**53 - 1}),
    "product beyond safe": ("x * x", {"x": 2**40}),
    "index before the start": ("x[y]", {"x": [1], "y": -2}),
    "index by a boolean": ("x[y]", {"x": [1, 2], "y": True}),
    "index beyond": ("x[y]", {"x": [1], "y": 1}),
    "property of a list": ("x.y", {"x": []}),
    "no such property": ("x.y", {"x": {}}),
    "not in scope": ("z", {}),
    "text of a list": ("join(x, ',')", {"x": [[]]}),
    "too long": ("repeat(x, y)", {"x": "ab", "y": EVALUATION.bytes}),
    "repeat below zero": ("repeat(x, y)", {"x": "ab", "y": -1}),
    "too many": ("range(0, x)", {"x": 10**9}),
    "no step": ("range(0, 3, x)", {"x": 0}),
    "case beyond ascii": ("uppercase(x)", {"x": "ß"}),
    "minus of text": ("-(x)", {"x": "a"}),
    "text plus number": ("x + 1", {"x": "a"}),
    "boolean plus": ("x + 1", {"x": True}),
    "slice by text": ("x[y:]", {"x": [1], "y": "a"}),
    "slice of a number": ("x[0:1]", {"x": 1}),
    "length of a mapping": ("len(x)", {"x": {}}),
    "in a number": ("1 in x", {"x": 1}),
}


@pytest.mark.parametrize("name", SPRUNG)
def test_a_value_that_makes_it_fail(name: str) -> None:
    source, scope = SPRUNG[name]
    check({"$eval": source})
    with pytest.raises(ExpressionError):
        evaluate({"$eval": source}, scope)


EXPLODING: dict[str, Any] = {
    "maps in maps": {
        "$map": {"$eval": "range(0, 99999)"},
        "each(x)": {"$map": {"$eval": "range(0, 99999)"}, "each(y)": {"$eval": "x"}},
    },
    "text that doubles": {
        "$reduce": {"$eval": "range(0, 60)"},
        "initial": "ab",
        "each(s, x)": {"$eval": "s + s"},
    },
    "lists that double": {
        "$reduce": {"$eval": "range(0, 60)"},
        "initial": [1],
        "each(s, x)": {"$eval": "[s, s]"},
    },
    "long texts in a list": {"$map": {"$eval": "range(0, 9999)"}, "each(x)": {"$eval": "repeat('a', 9999)"}},
}


@pytest.mark.parametrize("name", EXPLODING)
def test_nothing_explodes(name: str) -> None:
    check(EXPLODING[name])
    with pytest.raises(BudgetError):
        evaluate(EXPLODING[name], {})


def test_several_cases_of_a_switch() -> None:
    with pytest.raises(ExpressionError, match="several"):
        evaluate({"$switch": {"a > 1": 1, "a > 2": 2}}, SCOPE)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"non_json": "nan"}, None),
        ({"non_json": "NaN"}, "`non_json: NaN` is no value that a harness has"),
        ([{"non_json": "nan"}], "a non_json value within another"),
        ({"non_json": "nan", "even": 1}, None),
    ],
)
def test_odd_values(template: Any, message: str | None) -> None:
    assert [problem.message for problem in admit(template).problems] == ([message] if message else [])


def test_names_that_must_be_in_scope() -> None:
    template = {
        "x": {"$let": {"inner": {"$eval": "outer"}}, "in": "${inner} ${free}"},
        "y": {"$map": {"$eval": "xs"}, "each(v, i)": {"$eval": "v + i + w"}},
    }
    assert {name for _, name in admit(template).uses} == {"outer", "free", "xs", "w"}


@given(st.text(alphabet="ab01 ()[]{}.,:'\"+-*/!=<>&|$", max_size=30))
def test_nothing_breaks_admission(source: str) -> None:
    for template in ({"$eval": source}, source, f"${{{source}}}"):
        assert all(problem.message for problem in admit(template).problems)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text("abc $", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_plain_json_stands_for_itself(value: Any) -> None:
    try:
        check(value)
    except ExpressionError:
        return
    assert _same(evaluate(value, {}), value)


def _same(one: Any, other: Any) -> bool:
    """Equal, and of the same kinds: 1 is not true."""
    return one == other and repr(one) == repr(other)


# -- what would be too much is refused before anything runs ----------------------------------------------

TOO_MUCH: dict[str, tuple[Any, str]] = {
    "range that can be seen": ({"$eval": "range(0, 1000000000)"}, "a `range` of 1000000000 items"),
    "range backwards": ({"$eval": "range(0, -1000000000, -1)"}, "a `range` of 1000000000 items"),
    "range within": (
        {"$map": {"$eval": "range(input, 1)"}, "each(x)": {"$eval": "range(0, 9999999)"}},
        "9999999",
    ),
    "long chain": ({"$eval": "+".join("1" * 200)}, "more than 64 operations in one another"),
    "long path": ({"$eval": "input" + ".a" * 200}, "more than 64 operations in one another"),
    "a chain in a text": (f"${{{'+'.join('1' * 200)}}}", "more than 64 operations in one another"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much_is_refused(name: str) -> None:
    template, message = TOO_MUCH[name]
    with pytest.raises(ExpressionError, match=message):
        check(template)


def test_too_deep_is_refused() -> None:
    template: Any = "${1}"
    for _ in range(150):
        template = [template]
    with pytest.raises(ExpressionError, match="a value nested deeper than 100"):
        check(template)


@pytest.mark.parametrize("name", EXPLODING)
def test_what_needs_no_run_to_explode_is_refused_with_its_line(name: str) -> None:
    small = {"note": {"$eval": "len(range(0, 1000))"}}
    handler = [small, {"step": {"name": "s", "returns": EXPLODING[name]}}, {"return": EXPLODING[name]}]
    [first, *_] = scope.problems({"title": "t", "covers": [], "handler": handler})
    assert first.path[:4] == ("handler", 1, "step", "returns")
    assert "used up" in first.message


def test_what_needs_the_input_alone_is_computed_too() -> None:
    document = {
        "title": "t",
        "covers": [],
        "input": {"n": 10**9},
        "handler": [{"return": {"$eval": "range(0, input.n)"}}],
    }
    assert [problem.path for problem in scope.problems(document)] == [("handler", 0, "return")]
    assert scope.problems(document | {"input": {"n": 3}}) == []
    functions = {"f": {"handler": document["handler"]}}
    assert scope.problems({**document, "handler": [], "functions": functions}) == []


def test_what_fails_where_nobody_may_go_is_admitted() -> None:
    handler = [{"if": False, "then": [{"return": {"$eval": "input.x"}}]}]
    assert scope.problems({"title": "t", "covers": [], "input": 1, "handler": handler}) == []
