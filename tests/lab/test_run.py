"""A run, with fakes in place of an SDK."""

from __future__ import annotations

import json
from typing import Any

from conformance.wire.recording import Outcome, Recording, ReportKind
from tests.lab.fake import PENDING, Bench, Died, Handler, run, succeeded, update, wait


def outcomes(recording: Recording) -> list[Outcome | None]:
    return [invocation.outcome for invocation in recording.invocations]


async def step_and_wait(handler: Handler) -> Any:
    if "w" not in handler.operations:
        await handler.checkpoint(update("STEP", "START", "a", SubType="Step"))
        await handler.checkpoint(update("STEP", "SUCCEED", "a", SubType="Step", Payload="1"))
        await handler.checkpoint(wait("w", 3600))
        return PENDING
    assert handler.status("w") == "SUCCEEDED"
    return succeeded({"a": 1})


def test_a_wait_takes_virtual_time_only() -> None:
    recording = run(step_and_wait, input={"n": 1})
    assert recording.complete
    assert recording.seconds < 2
    (execution,) = recording.executions
    assert (execution.status, execution.result, execution.input) == ("SUCCEEDED", '{"a": 1}', '{"n": 1}')
    first, second = recording.invocations
    assert 3600 <= second.time - first.time < 3601
    assert [exchange.invocation for exchange in recording.exchanges] == [1, 1, 1]
    assert [event["EventType"] for event in execution.history] == [
        "ExecutionStarted",
        "StepStarted",
        "StepSucceeded",
        "WaitStarted",
        "InvocationCompleted",
        "WaitSucceeded",
        "InvocationCompleted",
        "ExecutionSucceeded",
    ]
