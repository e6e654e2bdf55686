"""Each mend of the emulator's history, by itself."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from conformance.verdict.aws import history
from conformance.wire.recording import Outcome
from tests.verdict.aws.made import BEGAN, invocation, recording

COMPLETED = {"EventType": "InvocationCompleted"}


def kinds(events: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(event["EventId"], event["EventType"]) for event in events]


def test_an_invocation_that_died_stands_between_what_it_wrote_and_what_the_next_one_wrote() -> None:
    died = recording(
        [
            {"EventType": "StepStarted", "Id": "a", "EventTimestamp": BEGAN + 0.000002},
            {"EventType": "StepFailed", "Id": "a", "EventTimestamp": BEGAN + 5.000004},
            {**COMPLETED, "EventTimestamp": BEGAN + 5.000005},
        ],
        invocations=(invocation(1, Outcome.EXIT, 0.000003), invocation(2, Outcome.RESPONSE, 5.000005)),
    )
    assert kinds(history.mended(died, [history.failed_invocations])) == [
        (1, "ExecutionStarted"),
        (2, "StepStarted"),
        (3, "InvocationCompleted"),
        (4, "StepFailed"),
        (5, "InvocationCompleted"),
    ]


def test_an_invocation_that_died_last_stands_last() -> None:
    died = recording([], invocations=(invocation(1, Outcome.ERROR, 1.0),))
    assert kinds(history.mended(died, [history.failed_invocations]))[-1] == (2, "InvocationCompleted")


@pytest.mark.parametrize("outcome", [None, Outcome.RESPONSE])
def test_an_invocation_that_answered_or_goes_on_is_not_put_in(outcome: Outcome | None) -> None:
    whole = recording([COMPLETED], invocations=(invocation(1, outcome, 1.0),))
    assert len(history.mended(whole, [history.failed_invocations])) == 2


def test_another_execution_is_another_history() -> None:
    other = recording([], invocations=(invocation(1, Outcome.EXIT, 1.0, execution="run/other"),))
    assert len(history.mended(other)) == 1


def test_an_invocation_says_which_it_was() -> None:
    whole = recording([COMPLETED], invocations=(invocation(1, Outcome.RESPONSE, 2.0),))
    assert history.mended(whole)[1]["InvocationCompletedDetails"] == {
        "RequestId": "request-1",
        "StartTimestamp": BEGAN + 2.0,
        "EndTimestamp": BEGAN,
    }


@pytest.mark.parametrize(
    ("outcome", "output", "payload"),
    [
        (
            Outcome.EXIT,
            None,
            {"ErrorType": "Runtime.ExitError", "ErrorMessage": "RequestId: request-1 Error: Runtime exited"},
        ),
        (
            Outcome.ERROR,
            '{"errorType": "Boom", "errorMessage": "no"}',
            {"ErrorType": "Boom", "ErrorMessage": "no"},
        ),
    ],
)
def test_an_invocation_says_how_it_failed(
    outcome: Outcome, output: str | None, payload: dict[str, str]
) -> None:
    died = recording([], invocations=(invocation(1, outcome, 1.0, output),))
    error = history.mended(died)[1]["InvocationCompletedDetails"]["Error"]
    assert error == {"Payload": payload, "Truncated": False}


def test_invocations_that_can_not_be_told_apart_are_left_alone() -> None:
    unclear = recording([COMPLETED, COMPLETED], invocations=(invocation(1, Outcome.RESPONSE, 1.0),))
    assert all("InvocationCompletedDetails" not in event for event in history.mended(unclear))


@pytest.mark.parametrize(
    ("options", "details"),
    [
        ({"TimeoutSeconds": 5, "HeartbeatTimeoutSeconds": 2}, {"Timeout": 5, "HeartbeatTimeout": 2}),
        ({"TimeoutSeconds": 0, "HeartbeatTimeoutSeconds": 3}, {"HeartbeatTimeout": 3}),
        ({}, {}),
    ],
)
def test_a_callback_says_its_timeouts(options: dict[str, int], details: dict[str, int]) -> None:
    created = recording(
        [{"EventType": "CallbackStarted", "Id": "a", "CallbackStartedDetails": {"CallbackId": "c"}}],
        updates=({"Id": "a", "Type": "CALLBACK", "Action": "START", "CallbackOptions": options},),
    )
    assert history.mended(created)[1]["CallbackStartedDetails"] == {"CallbackId": "c", **details}


def test_a_checkpoint_that_was_refused_says_nothing() -> None:
    refused = recording(
        [{"EventType": "CallbackStarted", "Id": "a", "CallbackStartedDetails": {}}],
        updates=({"Id": "a", "Action": "START", "CallbackOptions": {"TimeoutSeconds": 5}, "status": 400},),
    )
    assert history.mended(refused)[1]["CallbackStartedDetails"] == {}


@pytest.mark.parametrize(
    ("there", "options", "details"),
    [
        ({}, {}, {"Input": {"Truncated": False}, "ExecutedVersion": "$LATEST"}),
        (
            {"Input": {"Payload": "1", "Truncated": False}},
            {"TenantId": "t"},
            {"Input": {"Payload": "1", "Truncated": False}, "ExecutedVersion": "$LATEST", "TenantId": "t"},
        ),
    ],
)
def test_an_invoke_says_version_tenant_and_input(
    there: dict[str, Any], options: dict[str, str], details: dict[str, Any]
) -> None:
    invoked = recording(
        [{"EventType": "ChainedInvokeStarted", "Id": "a", "ChainedInvokeStartedDetails": there}],
        updates=({"Id": "a", "Action": "START", "ChainedInvokeOptions": options},),
    )
    assert history.mended(invoked)[1]["ChainedInvokeStartedDetails"] == details


def test_a_success_says_which_attempt_it_was() -> None:
    retried = recording(
        [
            {"EventType": "StepFailed", "Id": "a", "StepFailedDetails": {}},
            {"EventType": "StepSucceeded", "Id": "a", "StepSucceededDetails": {"Result": {"Payload": "2"}}},
        ],
        updates=(
            {"Id": "a", "Action": "START"},
            {"Id": "a", "Action": "RETRY"},
            {"Id": "a", "Action": "SUCCEED", "Payload": "1"},
        ),
    )
    _, failed, succeeded = history.mended(retried)
    assert failed["StepFailedDetails"] == {}
    assert succeeded["StepSucceededDetails"] == {
        "Result": {"Payload": "2"},
        "RetryDetails": {"CurrentAttempt": 2},
    }


def test_a_condition_that_goes_on_says_with_which_state() -> None:
    polled = recording(
        [{"EventType": "StepSucceeded", "Id": "a", "StepSucceededDetails": {"Result": {"Truncated": False}}}],
        updates=({"Id": "a", "Action": "RETRY", "Payload": "1"},),
    )
    assert history.mended(polled)[1]["StepSucceededDetails"] == {
        "Result": {"Truncated": False, "Payload": "1"},
        "RetryDetails": {"CurrentAttempt": 1},
    }


def test_attempts_that_can_not_be_told_apart_are_left_alone() -> None:
    unclear = recording(
        [{"EventType": "StepSucceeded", "Id": "a", "StepSucceededDetails": {}}],
        updates=({"Id": "a", "Action": "RETRY"}, {"Id": "a", "Action": "SUCCEED"}),
    )
    assert history.mended(unclear)[1]["StepSucceededDetails"] == {}


def test_the_recording_stays_as_it_was() -> None:
    whole = recording([COMPLETED], invocations=(invocation(1, Outcome.RESPONSE, 1.0),))
    before = copy.deepcopy(whole)
    history.mended(whole)
    assert whole == before
