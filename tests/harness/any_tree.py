"""Any values, and any trees, those too that no notation gives: for Hypothesis."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from conformance.scenario.trees import Tree

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

KEYS = ("a", "b", "__proto__", "1", "\ud83d", "😀", "\uffff")
# As JSON gives them: there two halves side by side are the one character that they make.
texts = st.text("aZ,é😀\uffff\ud83d\ude00", max_size=4).map(lambda text: json.loads(json.dumps(text)))
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
