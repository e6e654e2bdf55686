"""Outside actors: which callback an action means, and what it sends."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from conformance.wire.recording import ReportKind
from tests.lab.fake import PENDING, Handler, run, succeeded, update


async def three(handler: Handler) -> Any:
    """Two callbacks of one name and that of a wait_for_callback; ends when all have been answered."""
    if "a" not in handler.operations:
        await handler.checkpoint(
            update("CALLBACK", "START", "a") | {"Name": "cb"},
            update("CALLBACK", "START", "b") | {"Name": "cb"},
            update("CONTEXT", "START", "w", SubType="WaitForCallback"),
            update("CALLBACK", "START", "c", ParentId="w") | {"Name": "inner"},
        )
        return PENDING
    answers = [handler.operations[name] for name in "abc"]
    if any(answer["Status"] == "STARTED" for answer in answers):
        return PENDING
    return succeeded([[answer["Status"], answer["CallbackDetails"].get("Result")] for answer in answers])


def test_actions_find_their_callbacks_by_name_number_and_wait_for_callback() -> None:
    outside = [
        {"of": "w", "after": 1, "succeed": {"raw": "of"}},
        {"callback": "cb", "nth": 2, "after": 2, "succeed": {"raw": "second"}},
        {"callback": "cb", "after": 3, "succeed": {"raw": "first"}},
    ]
    recording = run(three, outside=outside)
    assert json.loads(recording.executions[0].result or "") == [
        ["SUCCEEDED", "first"],
        ["SUCCEEDED", "second"],
        ["SUCCEEDED", "of"],
    ]
    assert [round(invocation.time) for invocation in recording.invocations] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("succeed", "sent"),
    [
        ({"payload": {"status": "approved"}}, '{"status": "approved"}'),
        ({"raw": "{}"}, "{}"),
        (None, None),
        ({"payload": None}, "null"),
    ],
)
def test_what_a_success_sends(succeed: Any, sent: str | None) -> None:
    outside = [{"nth": nth, "succeed": succeed} for nth in (1, 2, 3)]
    recording = run(three, outside=outside)
    assert json.loads(recording.executions[0].result or "") == [["SUCCEEDED", sent]] * 3


def test_a_failure_sends_only_what_is_given() -> None:
    async def one(handler: Handler) -> Any:
        if "cb" not in handler.operations:
            await handler.checkpoint(update("CALLBACK", "START", "cb"), update("CALLBACK", "START", "bare"))
            return PENDING
        return succeeded(
            [handler.operations[name]["CallbackDetails"].get("Error") for name in ("cb", "bare")]
        )

    error = {"type": "T", "message": "m", "data": "d", "stack": ["s"]}
    outside = [{"callback": "cb", "fail": error}, {"callback": "bare", "fail": {}}]
    recording = run(one, outside=outside)
    full, bare = json.loads(recording.executions[0].result or "")
    assert full == {"ErrorType": "T", "ErrorMessage": "m", "ErrorData": "d", "StackTrace": ["s"]}
    assert not bare


def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    outside = [{"nth": nth, "after": after, "succeed": None} for after in (1, 2) for nth in (1, 2, 3)]
    recording = run(three, outside=outside)
    assert recording.complete
    assert len(recording.invocations) == 2
    assert not recording.reports


def test_an_act_that_the_service_refuses_is_reported_by_name() -> None:
    outside = [{"nth": 1, "after": after, "succeed": None} for after in (1, 2)]
    outside += [{"nth": nth, "after": 3, "succeed": None} for nth in (2, 3)]
    recording = run(three, outside=outside)
    assert recording.complete
    (report,) = recording.reports
    assert report.kind is ReportKind.LAB
    assert report.message.startswith("outside: the service refused it: succeed callback no. 1: ")


def test_no_action_is_missed_in_a_run_that_was_given_up() -> None:
    async def unsupported(handler: Handler) -> Any:
        await handler.tell("reports", kind="unsupported", message="no callbacks", at="handler/0")
        await asyncio.Event().wait()

    recording = run(unsupported, outside=[{"nth": 1, "succeed": None}])
    assert [report.kind for report in recording.reports] == [ReportKind.UNSUPPORTED]
