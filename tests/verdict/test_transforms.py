"""Transforms: each gives exactly one value, or says that it has nothing to say."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.verdict.transforms import NOT_THAT, TRANSFORMS, Facts
from conformance.wire.values import ABSENT


@pytest.mark.parametrize(
    ("name", "argument", "wanted", "seen"),
    [
        ("absent-to", {"ReplayChildren": False}, ABSENT, {"ReplayChildren": False}),
        ("absent-to", None, ABSENT, None),
        ("absent-to", 1, None, NOT_THAT),
        ("absent-to", 1, {}, NOT_THAT),
        ("to-absent", {}, {}, ABSENT),
        ("to-absent", {}, ABSENT, NOT_THAT),
        ("to-absent", 1, True, NOT_THAT),
        ("exactly", {"wanted": 1, "seen": 0}, 1, 0),
        ("exactly", {"wanted": 1, "seen": 0}, 2, NOT_THAT),
        ("exactly", {"wanted": 1, "seen": 0}, True, NOT_THAT),
        ("exactly", [{"wanted": 1, "seen": 0}, {"wanted": "a", "seen": "b"}], "a", "b"),
        ("value-of-text", None, '"a"', "a"),
        ("value-of-text", None, '{"a": [1]}', {"a": [1]}),
        ("value-of-text", None, ['"a"', "1"], ["a", 1]),
        ("value-of-text", None, ['"a"', "b"], NOT_THAT),
        ("value-of-text", None, [], NOT_THAT),
        ("value-of-text", None, "plain", NOT_THAT),
        ("value-of-text", None, 1, NOT_THAT),
        ("value-of-text", None, ABSENT, NOT_THAT),
        ("logged-once", None, [{"a": 1, "invocations": [2, 3]}], [{"a": 1, "invocations": [2]}]),
        ("logged-once", None, [{"invocations": [1]}, {"invocations": [1, 1]}], [{"invocations": [1]}] * 2),
        ("logged-once", None, [{"a": 1, "times": 2}], NOT_THAT),
        ("logged-once", None, [{"invocations": []}], NOT_THAT),
        ("logged-once", None, ABSENT, NOT_THAT),
    ],
)
def test_transforms(name: str, argument: Any, wanted: Any, seen: Any) -> None:
    given = TRANSFORMS[name](wanted, argument, Facts())
    assert given is NOT_THAT if seen is NOT_THAT else given == seen


SAYS = {"ErrorMessage": 'no {word} at <{place}>, "{name}" ({id})', "ErrorType": "E"}


def _said(message: str) -> dict[str, str]:
    return {"ErrorMessage": message, "ErrorType": "E"}


@pytest.mark.parametrize(
    ("message", "fits"),
    [
        ('no step at <1[0].2>, "a b" (1-2)', True),
        ('no step at <1>2>, "a" (undefined)', True),
        ('no step at <1>, "a" (1_2)', False),
        ('no step at <one>, "a" (1)', False),
        ('no big step at <1>, "a" (1)', False),
        ('no step at <1>, "a" (1).', False),
    ],
)
def test_a_text_reads_as_given_but_for_places_and_names(message: str, fits: bool) -> None:  # noqa: FBT001
    seen = _said(message)
    assert (TRANSFORMS["says"](ABSENT, SAYS, Facts(seen=seen)) == seen) is fits
    assert (TRANSFORMS["says"](ABSENT, [{"a": 1}, SAYS], Facts(seen=seen)) == seen) is fits
    assert (TRANSFORMS["unsaid"](seen, SAYS, Facts()) == ABSENT) is fits


def test_where_the_other_says_something_too_nothing_is_said() -> None:
    seen = _said('no step at <1>, "a" (1)')
    assert TRANSFORMS["says"](seen, SAYS, Facts(seen=seen)) is NOT_THAT
    assert TRANSFORMS["says"](ABSENT, SAYS, Facts(seen={**seen, "more": 1})) is NOT_THAT
    assert TRANSFORMS["unsaid"](ABSENT, SAYS, Facts()) is NOT_THAT


def test_a_text_may_stand_instead_of_another() -> None:
    pairs = [{"wanted": "no", "seen": "yes"}, {"wanted": "at <{place}>: {rest}", "seen": "in {word}"}]
    facts = Facts(seen="in step")
    assert TRANSFORMS["instead"]("at <1.2>: another, and so on", pairs, facts) == "in step"
    assert TRANSFORMS["instead"]("at <1.2>: ", pairs, facts) is NOT_THAT
    assert TRANSFORMS["instead"]("at <1.2>: a", pairs, Facts(seen="in a step")) is NOT_THAT
    assert TRANSFORMS["instead"](ABSENT, pairs, facts) is NOT_THAT


@pytest.mark.parametrize(
    ("less", "more", "begins"),
    [
        (ABSENT, 1, True),
        (None, {"a": 1}, True),
        (1, 3, True),
        (3, 1, False),
        (1, 1, False),
        ([1], [1, 2], True),
        ([], [1], True),
        ([2], [1, 2], False),
        ([1, 2], [1, 2], False),
        (True, 3, False),
        ("a", "ab", False),
    ],
)
def test_what_was_not_come_to_is_less_than_what_was(less: Any, more: Any, begins: bool) -> None:  # noqa: FBT001
    assert (TRANSFORMS["not-reached"](more, None, Facts(seen=less, broke_off=True)) is less) is begins
    assert (TRANSFORMS["goes-on"](less, None, Facts(seen=more, other_broke_off=True)) is more) is begins
    assert TRANSFORMS["not-reached"](more, None, Facts(seen=less, other_broke_off=True)) is NOT_THAT
    assert TRANSFORMS["goes-on"](less, None, Facts(seen=more, broke_off=True)) is NOT_THAT


def test_of_several_pairs_the_one_that_was_seen_counts() -> None:
    pairs = [{"wanted": "", "seen": "a"}, {"wanted": "", "seen": "b"}]
    assert TRANSFORMS["exactly"]("", pairs, Facts(seen="b")) == "b"
    assert TRANSFORMS["exactly"]("", pairs, Facts(seen="c")) == "a"


INTERRUPTED = {
    "wanted": "The step was cut off.",
    "seen": "Step operation_id=<{path}> name={name} was cut off",
}
CHANGED = [
    {"wanted": "Expected {was}, got {is}.", "seen": "was='{was}' is='{is}'"},
    {"wanted": "({n}) and ({n})", "seen": "{n}"},
    {"wanted": "<{path}> failed", "seen": "failed"},
]


@pytest.mark.parametrize(
    ("argument", "wanted", "seen"),
    [
        (INTERRUPTED, "The step was cut off.", "Step operation_id=<1[0].2> name=n was cut off"),
        (INTERRUPTED, "The step was cut off", NOT_THAT),
        (INTERRUPTED, ABSENT, NOT_THAT),
        (INTERRUPTED, 5, NOT_THAT),
        (CHANGED, "Expected a.b, got c.", "was='a.b' is='c'"),
        (CHANGED, "(3) and (3)", "3"),
        (CHANGED, "(3) and (4)", NOT_THAT),
        (CHANGED, "<1[0].2> failed", "failed"),
        (CHANGED, "<1[0].3> failed", NOT_THAT),
    ],
)
def test_messages_are_reworded_word_for_word(argument: Any, wanted: Any, seen: Any) -> None:
    given = TRANSFORMS["reworded"](wanted, argument, Facts(path="1[0].2", name="n"))
    assert given is NOT_THAT if seen is NOT_THAT else given == seen
