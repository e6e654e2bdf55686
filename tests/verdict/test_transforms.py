"""Transforms: each gives exactly one value, or says that it has nothing to say."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.scenario.model import Scenario
from conformance.verdict.transforms import NOT_THAT, TRANSFORMS, Facts
from conformance.wire.identity import Candidate
from conformance.wire.positions import Role, Slot
from conformance.wire.values import ABSENT

MODULES = {"StepError": "sdk.exceptions", "otherwise": "scenario"}


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
        ("qualified", MODULES, "Boom", "scenario.Boom"),
        ("qualified", MODULES, "StepError", "sdk.exceptions.StepError"),
        ("qualified", MODULES, "a.Boom", NOT_THAT),
        ("qualified", MODULES, ABSENT, NOT_THAT),
        ("qualified", MODULES, None, NOT_THAT),
        (
            "innermost-cause",
            MODULES,
            {"ErrorType": "ChildContextError", "Cause": {"ErrorType": "StepError", "ErrorMessage": "no"}},
            {"ErrorType": "sdk.exceptions.StepError", "ErrorMessage": "no"},
        ),
        (
            "innermost-as",
            {"wanted": "StepError", "seen": "sdk.Check"},
            {"ErrorType": "ChildContextError", "Cause": {"ErrorType": "StepError", "ErrorMessage": "no"}},
            {"ErrorType": "sdk.Check", "ErrorMessage": "no"},
        ),
        (
            "innermost-as",
            {"wanted": "StepError", "seen": "sdk.Check"},
            {"ErrorType": "ChildContextError", "Cause": {"ErrorType": "Boom", "ErrorMessage": "no"}},
            NOT_THAT,
        ),
        ("innermost-as", {"wanted": "StepError", "seen": "sdk.Check"}, {"ErrorType": "StepError"}, NOT_THAT),
        ("innermost-cause", MODULES, {"ErrorType": "Boom"}, NOT_THAT),
        ("innermost-cause", MODULES, ABSENT, NOT_THAT),
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


def _inside(role: Role) -> tuple[Candidate, ...]:
    document = {"title": "t", "handler": [{"wait_for_callback": {"submitter": {"returns": None}}}]}
    (statement,) = Scenario.from_document("a/b", document).handler
    return (Candidate(Slot(statement, role), (), None),)


@pytest.mark.parametrize(
    ("facts", "wanted", "seen"),
    [
        (Facts(_inside(Role.SUBMITTER), context_name="w"), ABSENT, "w submitter"),
        (Facts(_inside(Role.SUBMITTER)), ABSENT, "submitter"),
        (Facts(_inside(Role.SUBMITTER), context_name="w"), "other", NOT_THAT),
        (Facts(_inside(Role.OWN), context_name="w"), ABSENT, NOT_THAT),
        (Facts(context_name="w"), ABSENT, NOT_THAT),
    ],
)
def test_names_inside_a_wait_for_callback(facts: Facts, wanted: Any, seen: Any) -> None:
    given = TRANSFORMS["outer-name"](wanted, " submitter", facts)
    assert given is NOT_THAT if seen is NOT_THAT else given == seen


@pytest.mark.parametrize(
    ("facts", "wanted", "seen"),
    [
        (Facts(_inside(Role.OWN)), '{"a": 1.0}', {"a": 1}),
        (Facts(_inside(Role.OWN)), "plain", NOT_THAT),
        (Facts(_inside(Role.OWN)), {"a": 1}, NOT_THAT),
        (Facts(), '{"a": 1}', NOT_THAT),
    ],
)
def test_a_callbacks_text_is_parsed_only_there(facts: Facts, wanted: Any, seen: Any) -> None:
    given = TRANSFORMS["parsed-text"](wanted, None, facts)
    assert given is NOT_THAT if seen is NOT_THAT else given == seen


def _facts(retry: dict[str, Any], attempt: int) -> Facts:
    step = {"step": {"raises": {"type": "E", "message": ""}, "retry": {"exponential": retry}}}
    document = {"title": "t", "covers": [], "handler": [step], "expect": {}}
    (statement,) = Scenario.from_document("a/b", document).handler
    return Facts((Candidate(Slot(statement), (), None),), attempt)


@pytest.mark.parametrize(
    ("attempt", "wanted", "seen"),
    [(1, 1, 1), (2, 2, 2), (3, 2, 3), (4, 3, 4), (5, 5, 6), (6, 8, 8), (3, 3, NOT_THAT), (3, True, NOT_THAT)],
)
def test_back_off_is_rounded_up(attempt: int, wanted: Any, seen: Any) -> None:
    facts = _facts({"initial": 1, "rate": 1.5, "jitter": "NONE"}, attempt)
    assert TRANSFORMS["ceiled-backoff"](wanted, None, facts) == seen


@pytest.mark.parametrize(
    "retry",
    [
        {"initial": 1, "rate": 1.5},
        {"initial": 1, "rate": 1.5, "jitter": "FULL"},
        {"rate": 1.5, "jitter": "NONE"},
        {"initial": {"$eval": "input.n"}, "rate": 1.5, "jitter": "NONE"},
    ],
)
def test_back_off_that_the_program_does_not_fix_is_left_alone(retry: dict[str, Any]) -> None:
    assert TRANSFORMS["ceiled-backoff"](2, None, _facts(retry, 3)) is NOT_THAT
    assert TRANSFORMS["ceiled-backoff"](2, None, Facts()) is NOT_THAT


def test_the_maximum_is_kept() -> None:
    retry = {"initial": 1, "rate": 1.5, "max": 2, "jitter": "NONE"}
    assert TRANSFORMS["ceiled-backoff"](2, None, _facts(retry, 5)) == 2


CUT = {"message": "It was cut off.", "modules": MODULES}


@pytest.mark.parametrize(
    ("wanted", "told", "seen"),
    [
        ("It was cut off.", "step 1 was cut off", "step 1 was cut off"),
        ("It was cut off.", None, NOT_THAT),
        ("It failed.", "step 1 was cut off", NOT_THAT),
        (ABSENT, "step 1 was cut off", NOT_THAT),
        (
            {
                "ErrorType": "ChildContextError",
                "Cause": {"ErrorType": "E", "ErrorMessage": "It was cut off."},
            },
            "step 1 was cut off",
            {"ErrorType": "scenario.E", "ErrorMessage": "step 1 was cut off"},
        ),
        ({"ErrorType": "E", "ErrorMessage": "It was cut off."}, "step 1 was cut off", NOT_THAT),
        ({"ErrorType": "E", "Cause": {"ErrorMessage": "It failed."}}, "step 1 was cut off", NOT_THAT),
    ],
)
def test_which_step_was_cut_off(wanted: Any, told: str | None, seen: Any) -> None:
    given = TRANSFORMS["cut-off"](wanted, CUT, Facts(cut_off=told))
    assert given is NOT_THAT if seen is NOT_THAT else given == seen


@pytest.mark.parametrize(
    ("submitter", "role", "wanted", "seen"),
    [
        ({"returns": [1]}, Role.SUBMITTER, ABSENT, [1]),
        ({"attempts": [{"raises": {"type": "E"}}, {"returns": "x"}]}, Role.SUBMITTER, ABSENT, "x"),
        ({"attempts": [{"crashes": True}, {"returns": 1}, {"returns": 2}]}, Role.SUBMITTER, ABSENT, 1),
        ({"returns": {"$eval": "input"}}, Role.SUBMITTER, ABSENT, NOT_THAT),
        ({"raises": {"type": "E"}}, Role.SUBMITTER, ABSENT, NOT_THAT),
        ({"returns": None}, Role.SUBMITTER, ABSENT, NOT_THAT),
        ({"returns": [1]}, Role.CALLBACK, ABSENT, NOT_THAT),
        ({"returns": [1]}, Role.SUBMITTER, None, NOT_THAT),
    ],
)
def test_what_a_submitter_returned(submitter: dict[str, Any], role: Role, wanted: Any, seen: Any) -> None:
    document = {"title": "made up", "handler": [{"wait_for_callback": {"submitter": submitter}}]}
    (statement,) = Scenario.from_document("made/up", document).handler
    facts = Facts(candidates=(Candidate(Slot(statement, role), (), None),))
    given = TRANSFORMS["submitted"](wanted, None, facts)
    assert given is NOT_THAT if seen is NOT_THAT else given == seen
    assert TRANSFORMS["submitted"](wanted, None, Facts()) is NOT_THAT


@pytest.mark.parametrize(("serdes", "seen"), [("wrap", {"wrapped": [1]}), ("nothing", NOT_THAT)])
def test_what_a_submitter_returned_as_its_serialiser_writes_it(serdes: str, seen: Any) -> None:
    waiting = {"submitter": {"returns": [1]}, "serdes": serdes}
    (statement,) = Scenario.from_document(
        "a/b", {"title": "t", "handler": [{"wait_for_callback": waiting}]}
    ).handler
    facts = Facts(candidates=(Candidate(Slot(statement, Role.SUBMITTER), (), None),))
    given = TRANSFORMS["submitted"](ABSENT, None, facts)
    assert given is NOT_THAT if seen is NOT_THAT else given == seen
