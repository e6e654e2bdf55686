"""What the lint of a scenario's binding says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.engine.admitted import RULES
from conformance.errors import ScenarioError
from conformance.scenario.load import load
from conformance.scenario.model import Scenario
from conformance.verdict import aws

HEARTBEAT: dict[str, Any] = {
    "aws": {"id": "4-5", "variables": {"CB_NAME": "name000001", "CB_PAYLOAD": "payload00001"}},
    "input": "name000001",
    "outside": [
        {"callback": "name000001", "after": 0, "heartbeat": True},
        {"callback": "name000001", "after": 1, "succeed": {"payload": "payload00001"}},
    ],
}
FAILURE: dict[str, Any] = {
    "aws": {"id": "4-6", "variables": {"CB_NAME": "name000001"}},
    "input": "name000001",
    "outside": [
        {"callback": "name000001", "after": 1, "fail": {"type": "RejectedError", "message": "not approved"}}
    ],
}


def bound(document: dict[str, Any], **changes: Any) -> list[str]:
    whole = {"title": "t", "covers": [], "handler": [], **document, **changes}
    return aws.check_binding(Scenario.from_document("aws/made", whole))


def actions(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**action, **change} for action, change in zip(HEARTBEAT["outside"], changes, strict=True)]


def test_a_scenario_that_names_no_requirement_is_bound_to_none() -> None:
    assert bound({}) == []


@pytest.mark.parametrize("document", [HEARTBEAT, FAILURE])
def test_what_is_bound_is_silent(document: dict[str, Any]) -> None:
    assert bound(document) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"aws": {"id": "4-50"}}, "AWS has no core requirement 4-50; did you mean 4-5?"),
        ({"aws": {"id": "99-999"}}, "AWS has no core requirement 99-999"),
        ({"aws": {"id": "4-5", "variables": {"CB_NAME": "name000001"}}}, "variable CB_PAYLOAD has no value"),
        (
            {"aws": {"id": "4-5", "variables": {**HEARTBEAT["aws"]["variables"], "MORE": "x"}}},
            "the requirement has no variable MORE",
        ),
        (
            {"aws": {"id": "4-5", "variables": {"CB_NAME": "short", "CB_PAYLOAD": "payload00001"}}},
            "wants 10 of a-z and 0-9",
        ),
        (
            {"aws": {"id": "4-5", "variables": {"CB_NAME": "Name-00001", "CB_PAYLOAD": "payload00001"}}},
            "wants 10 of a-z and 0-9",
        ),
        ({"input": "another"}, 'the input is "another"; the requirement sends "name000001"'),
        ({"outside": []}, "there are 0 outside actions; the requirement has 2"),
        ({"outside": HEARTBEAT["outside"][::-1]}, "it is `succeed`, and `heartbeat` in the requirement"),
        (
            {"outside": actions({"callback": "other"}, {})},
            "action 1: it is done to 'other', and to 'name000001'",
        ),
        ({"outside": actions({}, {"after": 0})}, "action 2: it is done after 0 seconds, and not before 1.0"),
        ({"outside": actions({}, {"succeed": {"payload": 1}})}, "it sends [1], and "),
        ({"outside": actions({}, {"succeed": {"raw": "payload00001"}})}, 'it sends {"raw": '),
        ({"outside": actions({}, {"succeed": None})}, "it sends [], and "),
    ],
)
def test_what_is_not_bound_is_told(changes: dict[str, Any], said: str) -> None:
    assert said in bound(HEARTBEAT, **changes)[0]


def test_a_scenario_without_input_is_told_what_is_sent() -> None:
    document = {key: value for key, value in HEARTBEAT.items() if key != "input"}
    assert bound(document) == ['the scenario has no input; the requirement sends "name000001"']


@pytest.mark.parametrize("field", ["type", "message"])
def test_an_error_is_sent_field_by_field(field: str) -> None:
    error = {"type": "RejectedError", "message": "not approved", field: "other"}
    outside = [{"callback": "name000001", "after": 1, "fail": error}]
    (told,) = bound(FAILURE, outside=outside)
    assert '"other"' in told
    assert "action 1: it sends" in told


def test_a_file_that_is_not_bound_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "made.yaml"
    file.write_text(
        "title: t\ncovers: [wait-seconds]\naws: {id: 4-50}\nhandler:\n  - return: 1\nexpect: {}\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError, match=r"made\.yaml:3: AWS has no core requirement 4-50"):
        load(file, tmp_path, more=RULES)
    assert load(file, tmp_path).aws is not None  # the language itself knows nothing of AWS's package
