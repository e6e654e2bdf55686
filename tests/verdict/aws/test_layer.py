"""What the layer says of a recording, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.scenario.model import Scenario
from conformance.verdict import aws
from conformance.verdict.aws import layer
from conformance.verdict.finding import Blame, Layer
from conformance.wire.recording import Outcome, Recording
from tests.verdict.aws.made import invocation, recording

STEP = {"SubType": "Step", "Id": "a"}
LINE = {"level": "info", "message": "Greeting step started for: greeted1"}
LAST = {"level": "info", "message": "Greeting step completed with: Hello, greeted1!"}


def scenario(id_: str = "1-7", **variables: str) -> Scenario:
    bound = {"id": id_, "variables": variables or {"INPUT_1": "greeted1"}}
    return Scenario.from_document("aws/made", {"title": "t", "covers": [], "handler": [], "aws": bound})


def greeted(**changes: Any) -> Recording:
    """A recording that is all that requirement 1-7 asks for."""
    given: dict[str, Any] = {
        "history": [
            {"EventType": "StepStarted", **STEP, "StepStartedDetails": {}},
            {"EventType": "StepSucceeded", **STEP, "StepSucceededDetails": {}},
            {"EventType": "InvocationCompleted"},
        ],
        "invocations": (invocation(1, Outcome.RESPONSE, 0.1),),
        "logs": ({**LINE}, {**LAST}),
        "result": '"Hello, greeted1!"',
        **changes,
    }
    return recording(given.pop("history"), **given)


def test_what_is_asked_for_is_silent() -> None:
    assert aws.check(scenario(), greeted()) == []


def test_a_scenario_of_no_requirement_is_not_judged() -> None:
    plain = Scenario.from_document("own/made", {"title": "t", "covers": [], "handler": []})
    assert aws.check(plain, greeted(status="FAILED")) == []


@pytest.mark.parametrize(
    ("changes", "rule", "path", "seen", "wanted"),
    [
        ({"history": []}, "history", "history[3]", None, None),
        (
            {
                "history": [
                    {"EventType": "StepStarted", **STEP, "StepStartedDetails": {}},
                    {"EventType": "StepSucceeded", "SubType": "Step", "Id": "b", "StepSucceededDetails": {}},
                    {"EventType": "InvocationCompleted"},
                ]
            },
            "history",
            "history[3].Id",
            "b",
            "a",
        ),
        ({"status": "FAILED"}, "result", "output.Status", "FAILED", "SUCCEEDED"),
        ({"result": '"Hello!"'}, "result", "output.Result", "Hello!", "Hello, greeted1!"),
        ({"result": "Hello!"}, "result", "output.Result", "Hello!", "Hello, greeted1!"),
        ({"result": None}, "result", "output.Result", None, "Hello, greeted1!"),
    ],
)
def test_what_is_not_asked_for_is_a_finding(
    changes: dict[str, Any], rule: str, path: str, seen: Any, wanted: Any
) -> None:
    found = {(one.rule, one.path): one for one in aws.check(scenario(), greeted(**changes))}
    finding = found[rule, path]
    assert (finding.layer, finding.blame) == (Layer.AWS, Blame.UNDETERMINED)
    assert finding.seen == seen
    assert wanted is None or finding.wanted == wanted


def test_an_event_that_is_missing_says_what_was_wanted() -> None:
    found = aws.check(scenario(), greeted(history=[], invocations=()))
    assert [(one.path, one.wanted["EventType"]) for one in found] == [
        ("history[2]", "StepStarted"),
        ("history[3]", "StepSucceeded"),
        ("history[4]", "InvocationCompleted"),
    ]


def test_each_error_of_the_matcher_is_one_finding() -> None:
    history = [
        {"EventType": "StepStarted", "SubType": "Other", "Id": "a"},
        {"EventType": "StepSucceeded", **STEP, "StepSucceededDetails": {}},
        {"EventType": "InvocationCompleted"},
    ]
    found = aws.check(scenario(), greeted(history=history))
    assert [(one.path, one.seen, one.wanted) for one in found] == [
        ("history[2].SubType", "Other", "Step"),
        ("history[2].StepStartedDetails", None, {}),
    ]


@pytest.mark.parametrize(
    ("logs", "said"),
    [
        ((LINE,), "expected exactly 1 match(es), got 0"),
        ((LINE, LINE, LAST), "expected exactly 1 match(es), got 2"),
        ((LINE, LAST, {"level": "error", "message": "oh"}), "expected exactly 0 match(es), got 1"),
        (({**LINE, "execution": "run/other"}, LAST), "expected exactly 1 match(es), got 0"),
    ],
)
def test_lines_are_counted(logs: tuple[dict[str, Any], ...], said: str) -> None:
    (finding,) = aws.check(scenario(), greeted(logs=tuple({**line} for line in logs)))
    assert finding.rule == "logs"
    assert said in finding.message


def test_lines_are_counted_only_where_the_subject_tells_of_them() -> None:
    silent = greeted(logs=())
    assert [one.rule for one in aws.check(scenario(), silent)] == ["logs", "logs"]
    assert aws.check(scenario(), replace(silent, instrumented=False)) == []


def test_a_result_is_looked_at_only_where_there_is_one() -> None:
    failed = greeted(status="FAILED", result='"other"')
    assert [one.path for one in aws.check(scenario(), failed)] == ["output.Status"]


def test_a_requirement_without_a_result_is_content_with_any() -> None:
    history = [
        {"EventType": "WaitStarted", "SubType": "Wait", "Id": "a", "WaitStartedDetails": {"Duration": 60}}
    ]
    waiting = recording(
        [*history, {"EventType": "InvocationCompleted"}],
        invocations=(invocation(1, Outcome.RESPONSE, 0.1),),
        status="FAILED",
    )
    assert aws.check(scenario("2-4"), waiting) == []


def test_an_execution_that_never_began_is_no_success() -> None:
    (finding,) = aws.check(scenario(), replace(greeted(), executions=()))
    assert (finding.rule, finding.path) == ("result", "output.Status")


def test_a_requirement_that_does_not_exist_is_no_fault_of_an_sdk() -> None:
    (finding,) = aws.check(scenario("1-99"), greeted())
    assert (finding.layer, finding.blame) == (Layer.HARNESS, Blame.HARNESS)


def test_without_the_package_nothing_is_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer, "available", lambda: False)
    (finding,) = aws.check(scenario(), greeted())
    assert (finding.layer, finding.rule) == (Layer.HARNESS, "aws-requirement")
    assert "`conformance run aws/step` does that" in finding.message
