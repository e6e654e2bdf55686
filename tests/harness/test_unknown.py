"""The judge's walk over values that are not all known: what it still knows is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.scenario.budget import Budget
from conformance.scenario.evaluation import value
from conformance.scenario.syntax import ExpressionError
from conformance.scenario.trees import compiled
from conformance.scenario.unknown import UNKNOWN
from tests.harness.any_tree import NAMES, json_values, trees
from tests.harness.walks import same

if TYPE_CHECKING:
    from conformance.scenario.trees import Tree

SCOPE: dict[str, Any] = {"u": UNKNOWN, "o": {"k": 1, "u": UNKNOWN}, "xs": [1, UNKNOWN], "n": 3, "t": "ab"}


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ({"$eval": "u"}, UNKNOWN),
        ({"$eval": "u.x"}, UNKNOWN),
        ({"$eval": "u + 1"}, UNKNOWN),
        ({"$eval": "o.k"}, 1),
        ({"$eval": "o.u"}, UNKNOWN),
        ({"$eval": "o"}, {"k": 1, "u": UNKNOWN}),
        ({"$eval": "xs[0]"}, 1),
        ({"$eval": "xs[1]"}, UNKNOWN),
        ({"$eval": "len(xs)"}, 2),
        ({"$eval": "len(u)"}, UNKNOWN),
        ({"a": {"$eval": "n"}, "b": {"$eval": "u"}}, {"a": 3, "b": UNKNOWN}),
        ([{"$eval": "u"}, 1], [UNKNOWN, 1]),
        ("${n} ${u}", UNKNOWN),
        ({"$eval": "u == 1"}, UNKNOWN),
        ({"$eval": "xs == [1, 2]"}, UNKNOWN),
        ({"$eval": "xs == [2, 2]"}, False),
        ({"$eval": "xs == [1]"}, False),
        ({"$eval": "xs != [2, 2]"}, True),
        ({"$eval": "1 in xs"}, True),
        ({"$eval": "2 in xs"}, UNKNOWN),
        ({"$eval": "'k' in o"}, True),
        ({"$eval": "n == 4 && u"}, False),
        ({"$eval": "u && n == 4"}, UNKNOWN),
        ({"$eval": "n == 3 || u"}, True),
        ({"$eval": "!u"}, UNKNOWN),
        ({"$eval": "!o"}, False),
        ({"$if": "u", "then": 1, "else": 2}, UNKNOWN),
        ({"$if": "n == 3", "then": 1, "else": {"$eval": "u"}}, 1),
        ([{"$if": "u", "then": 1}, 2], UNKNOWN),
        ({"a": {"$if": "u", "then": 1}, "b": 2}, UNKNOWN),
        ([{"$if": "u", "then": 1, "else": 2}, 2], [UNKNOWN, 2]),
        ({"$switch": {"u": 1, "$default": 2}}, UNKNOWN),
        ({"$let": {"x": {"$eval": "u"}, "y": 1}, "in": {"$eval": "[x, y]"}}, [UNKNOWN, 1]),
        ({"$map": {"$eval": "xs"}, "each(x)": {"$eval": "x"}}, [1, UNKNOWN]),
        ({"$map": {"$eval": "xs"}, "each(x)": {"$if": "x == 1", "then": 1}}, UNKNOWN),
        ({"$map": {"$eval": "xs"}, "each(x)": {"$eval": "n"}}, [3, 3]),
        ({"$map": {"$eval": "u"}, "each(x)": 1}, UNKNOWN),
        ({"$reduce": {"$eval": "xs"}, "initial": 0, "each(s, x)": {"$eval": "s + x"}}, UNKNOWN),
        ({"$reduce": {"$eval": "xs"}, "initial": 0, "each(s, x)": {"$eval": "s + 1"}}, 2),
        ({"$merge": [{"$eval": "o"}, {"k": 2}]}, {"k": 2, "u": UNKNOWN}),
        ({"$merge": [{"$eval": "u"}, {"k": 2}]}, UNKNOWN),
        ({"$mergeDeep": [{"a": {"$eval": "u"}}, {"a": [1]}]}, {"a": UNKNOWN}),
        ({"$mergeDeep": [{"a": {"$eval": "u"}}, {"a": 1}]}, {"a": 1}),
        ({"$flatten": {"$eval": "xs"}}, UNKNOWN),
        ({"$reverse": {"$eval": "xs"}}, [UNKNOWN, 1]),
        ({"$eval": "defined('u')"}, True),
        ({"$eval": "join(xs, ',')"}, UNKNOWN),
        ({"$eval": "typeof(u)"}, UNKNOWN),
        ({"$eval": "typeof(o)"}, "object"),
        ({"non_json": "nan"}, UNKNOWN),
    ],
)
def test_what_is_known(template: Any, wanted: Any) -> None:
    assert value(compiled(template), SCOPE, Budget()) == wanted


def test_what_fails_whatever_is_unknown() -> None:
    for source in ("u + missing", "n.x", "[u, t - 1]"):
        with pytest.raises(ExpressionError):
            value(compiled({"$eval": source}), SCOPE, Budget())


@st.composite
def masked(draw: st.DrawFn, true: Any) -> Any:
    """The value, with parts of it unknown."""
    if draw(st.integers(0, 3)) == 0:
        return UNKNOWN
    if isinstance(true, list):
        return [draw(masked(item)) for item in true]
    if isinstance(true, dict):
        return {key: draw(masked(item)) for key, item in true.items()}
    return true


def agrees(known: Any, true: Any) -> bool:
    """Whether all that is known of a value is so."""
    if known is UNKNOWN:
        return True
    if isinstance(known, list) and isinstance(true, list):
        return len(known) == len(true) and all(map(agrees, known, true))
    if isinstance(known, dict) and isinstance(true, dict):
        return known.keys() == true.keys() and all(agrees(known[key], true[key]) for key in known)
    return same(known, true)


@given(trees(), st.fixed_dictionaries(dict.fromkeys(NAMES, json_values)), st.data())
@settings(max_examples=1500, deadline=None)
def test_what_it_knows_is_so(tree: Tree, scope: dict[str, Any], data: st.DataObject) -> None:
    try:
        true = value(tree, scope, Budget())
    except ExpressionError:
        return
    half = {name: data.draw(masked(item)) for name, item in scope.items()}
    assert agrees(value(tree, half, Budget()), true), half
