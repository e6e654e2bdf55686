"""JSON values: one spelling of numbers, equality that knows booleans from numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.verdict.comparison import differences
from conformance.wire.values import ABSENT, brief, parse, plain, same

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (2, 2.0, True),
        (True, 1, False),
        (False, 0, False),
        (None, False, False),
        ([1, 2.0], [1.0, 2], True),
        ([True], [1], False),
        ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}, True),
        ({"a": None}, {}, False),
        ("1", 1, False),
        ([1], [1, 2], False),
    ],
)
def test_equality(one: Any, other: Any, equal: bool) -> None:  # noqa: FBT001
    assert same(one, other) is equal
    assert same(other, one) is equal
    assert (not list(differences(plain(one), plain(other)))) is equal


@given(JSON)
def test_parsing_gives_numbers_one_spelling(value: Any) -> None:
    assert same(parse(json.dumps(value)), value)
    assert plain(parse(json.dumps(value))) == parse(json.dumps(value))


@given(JSON, JSON)
def test_differences_are_none_exactly_between_equal_values(one: Any, other: Any) -> None:
    one, other = plain(one), plain(other)
    assert not list(differences(one, one))
    assert bool(list(differences(one, other))) is not same(one, other)


def test_each_difference_has_its_place() -> None:
    seen = {"a": [1, {"b": True}], "c": 1}
    wanted = {"a": [1, {"b": 1}, 3], "d": 1}
    assert list(differences(seen, wanted)) == [
        (("a", 1, "b"), True, 1),
        (("a", 2), ABSENT, 3),
        (("c",), 1, ABSENT),
        (("d",), ABSENT, 1),
    ]


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "nope", "", '{"a":'])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own
        parse(text)


def test_messages_show_long_values_cut_in_the_middle() -> None:
    assert brief(ABSENT) == ABSENT
    assert brief({"a": "é"}) == '{"a": "é"}'
    assert len(brief("x" * 1000)) < 200
