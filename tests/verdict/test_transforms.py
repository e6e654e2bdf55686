"""Transforms: each gives exactly one value, or says that it has nothing to say."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.scenario.model import Scenario
from conformance.verdict.transforms import NOT_THAT, TRANSFORMS, Facts
from conformance.wire.identity import Candidate
from conformance.wire.positions import Slot
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
        ("innermost-cause", MODULES, {"ErrorType": "Boom"}, NOT_THAT),
        ("innermost-cause", MODULES, ABSENT, NOT_THAT),
    ],
)
def test_transforms(name: str, argument: Any, wanted: Any, seen: Any) -> None:
    given = TRANSFORMS[name](wanted, argument, Facts())
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
