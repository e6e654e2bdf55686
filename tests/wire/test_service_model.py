"""The wire's schema: the bounds are the service's own, and every kind of breach is seen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conformance.wire import service_model as model

START = {"Id": "a1", "Type": "STEP", "Action": "START"}


def _request(*updates: dict[str, Any]) -> dict[str, Any]:
    return {"CheckpointToken": "abc=", "Updates": list(updates)}


def test_schemas_are_schemas() -> None:
    for operation in (model.CHECKPOINT, model.STATE):
        Draft202012Validator.check_schema(model.request_schema(operation))
        Draft202012Validator.check_schema(model.response_schema(operation))
    Draft202012Validator.check_schema(model.output_schema())


@pytest.mark.parametrize(
    "update",
    [
        START,
        START
        | {"ParentId": "b", "Name": "n m", "SubType": "Step", "StepOptions": {"NextAttemptDelaySeconds": 1}},
        {
            "Id": "x" * 64,
            "Type": "CONTEXT",
            "Action": "FAIL",
            "Error": {"ErrorType": "E", "StackTrace": ["a"]},
        },
        START | {"CallbackOptions": {"TimeoutSeconds": 0}, "ChainedInvokeOptions": {"FunctionName": "f"}},
    ],
)
def test_good_requests(update: dict[str, Any]) -> None:
    assert not list(model.request_breaches(model.CHECKPOINT, _request(update)))


@pytest.mark.parametrize(
    ("update", "place", "wanted"),
    [
        ({"Type": "STEP", "Action": "START"}, (), "required: Id"),
        (START | {"Id": "x" * 65}, ("Id",), "maxLength 64"),
        (START | {"Id": ""}, ("Id",), "minLength 1"),
        (START | {"Id": "a b"}, ("Id",), "pattern [a-zA-Z0-9-_]+"),
        (START | {"Id": "a\n"}, ("Id",), "pattern [a-zA-Z0-9-_]+"),
        (START | {"ParentId": None}, ("ParentId",), "type string"),
        (START | {"Name": "é"}, ("Name",), "pattern [\\x20-\\x7E]+"),
        (START | {"Name": "n" * 257}, ("Name",), "maxLength 256"),
        (START | {"SubType": "s" * 33}, ("SubType",), "maxLength 32"),
        (START | {"Type": "PAUSE"}, ("Type",), "one of EXECUTION, CONTEXT"),
        (START | {"Action": "STOP"}, ("Action",), "one of START, SUCCEED"),
        (START | {"WaitOptions": {"WaitSeconds": 0}}, ("WaitOptions", "WaitSeconds"), "minimum 1"),
        (START | {"WaitOptions": {"WaitSeconds": 31622401}}, ("WaitOptions", "WaitSeconds"), "maximum"),
        (START | {"WaitOptions": {"WaitSeconds": 1.5}}, ("WaitOptions", "WaitSeconds"), "type integer"),
        (
            START | {"ContextOptions": {"ReplayChildren": 1}},
            ("ContextOptions", "ReplayChildren"),
            "type boolean",
        ),
        (START | {"Payload": {}}, ("Payload",), "type string"),
        (START | {"Error": {"ErrorCode": "x"}}, ("Error",), "no members beyond"),
        (START | {"Stamp": 1}, (), "no members beyond"),
    ],
)
def test_breaches_of_a_request(update: dict[str, Any], place: tuple[str, ...], wanted: str) -> None:
    breach, *_ = model.request_breaches(model.CHECKPOINT, _request(START, update))
    assert breach.place == ("Updates", 1, *place)
    assert breach.wanted.startswith(wanted)


def test_breaches_of_the_whole_request() -> None:
    assert [b.wanted for b in model.request_breaches(model.CHECKPOINT, None)] == ["type object"]
    assert [b.wanted for b in model.request_breaches(model.CHECKPOINT, {})] == ["required: CheckpointToken"]
    assert not list(
        model.request_breaches(model.STATE, {"CheckpointToken": "abc", "Marker": "m", "MaxItems": "100"})
    )
    assert [b.place for b in model.request_breaches(model.STATE, {"CheckpointToken": "abc", "MaxItems": "x"})]


def test_nulls_in_an_answer_are_members_that_are_not_there() -> None:
    operation = {"Id": "a", "Type": "STEP", "StartTimestamp": 1.5, "Status": "STARTED"}
    answer = {"CheckpointToken": "a", "NewExecutionState": {"Operations": [operation | {"ParentId": None}]}}
    assert not list(model.response_breaches(model.CHECKPOINT, answer))
    odd = {"CheckpointToken": "a", "NewExecutionState": {"Operations": [operation | {"Status": "DONE"}]}}
    assert [b.place[-1] for b in model.response_breaches(model.CHECKPOINT, odd)] == ["Status"]


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        ({"Status": "SUCCEEDED", "Result": "1"}, None),
        ({"Status": "SUCCEEDED"}, None),
        ({"Status": "FAILED", "Error": {}}, None),
        ({"Status": "PENDING"}, None),
        ({"Status": "FAILED"}, "required: Error"),
        ({"Status": "PENDING", "Result": "1"}, "no members beyond Status"),
        ({"Status": "SUCCEEDED", "Result": 1}, "type string"),
        ({"Status": "RETRY"}, "one of SUCCEEDED, FAILED, PENDING"),
        ({}, "required: Status"),
        ([], "type object"),
    ],
)
def test_outputs(output: Any, wanted: str | None) -> None:
    assert [breach.wanted for breach in model.output_breaches(output)] == ([wanted] if wanted else [])


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(-2, 2)
    | st.sampled_from(["", "a", "STEP", "START", "é", "x" * 65])
)
NAMES = st.sampled_from(
    ["Id", "Type", "Action", "Name", "WaitOptions", "WaitSeconds", "Error", "ErrorType", "StackTrace", "Odd"]
)
SOME = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=10,
)


@given(SOME)
def test_what_is_remembered_changes_no_verdict(value: Any) -> None:
    """The walk over objects and lists agrees with jsonschema on the whole."""
    whole = Draft202012Validator(model.request_schema(model.CHECKPOINT))
    for updates in ([value], value, [START, value if isinstance(value, dict) else START | {"Name": value}]):
        body = {"CheckpointToken": "abc", "Updates": updates}
        assert (list(model.request_breaches(model.CHECKPOINT, body)) == []) is whole.is_valid(body)
