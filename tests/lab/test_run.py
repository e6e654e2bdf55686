"""A run, with fakes in place of an SDK."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from typing import Any

import aiohttp
import pytest

from conformance.errors import EnvironmentFault
from conformance.lab.observed import Observed
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


def test_a_process_that_dies_is_called_again_after_the_back_off() -> None:
    async def dies_once(handler: Handler) -> Any:
        if not handler.operations.get("a"):
            await handler.checkpoint(update("STEP", "START", "a"))
            raise Died
        return succeeded()

    recording = run(dies_once)
    assert outcomes(recording) == [Outcome.EXIT, Outcome.RESPONSE]
    first, second = recording.invocations
    assert 5 <= second.time - first.time < 5.01
    assert recording.seconds < 2


@pytest.mark.parametrize("seconds", [5, 60])
def test_a_back_off_is_over_when_its_execution_was_invoked_for_another_reason(seconds: int) -> None:
    async def dies_at_the_invoke(handler: Handler) -> Any:
        if handler.function == "echo":
            return {"x": 1}
        if "i" not in handler.operations:
            await handler.checkpoint(invoke("i", "echo", "1"))
            raise Died
        if "w" not in handler.operations:
            await handler.checkpoint(wait("w", seconds))
        return succeeded() if handler.status("w") == "SUCCEEDED" else PENDING

    recording = run(dies_at_the_invoke, functions={"echo": {"durable": False, "handler": []}})
    assert [(one.function, round(one.time)) for one in recording.invocations] == [
        ("scenario", 0),
        ("echo", 0),
        ("scenario", 0),
        ("scenario", seconds),
    ]
    assert recording.complete


def test_what_is_due_at_the_moment_of_a_back_off_is_done_before() -> None:
    async def dies_before_it_waits(handler: Handler) -> Any:
        if "w" not in handler.operations:
            await handler.checkpoint(update("STEP", "START", "a"))
            await handler.checkpoint(wait("w", 5))
            raise Died
        return succeeded(handler.status("w"))

    recording = run(dies_before_it_waits)
    assert recording.executions[0].result == '"SUCCEEDED"'
    assert len(recording.invocations) == 2


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize(("payload", "given"), [(None, None), ("null", None), ("{}", {}), ("1", 1)])
def test_a_target_whose_invoke_has_no_payload_is_given_null(
    durable: bool,  # noqa: FBT001
    payload: str | None,
    given: Any,
) -> None:
    async def invokes(handler: Handler) -> Any:
        if handler.function == "echo":
            if durable:
                (execution,) = handler.input["InitialExecutionState"]["Operations"]
                return succeeded(json.loads(execution["ExecutionDetails"]["InputPayload"]))
            return handler.input
        if "i" not in handler.operations:
            await handler.checkpoint(invoke("i", "echo", payload))
            return PENDING
        return succeeded(handler.operations["i"]["ChainedInvokeDetails"]["Result"])

    recording = run(invokes, functions={"echo": {"durable": durable, "handler": []}})
    assert recording.executions[0].result == json.dumps(json.dumps(given))


def test_five_failures_in_a_row_end_the_execution() -> None:
    async def always(_handler: Handler) -> Any:
        raise RuntimeError("no")

    recording = run(always)
    assert outcomes(recording) == [Outcome.ERROR] * 5
    assert recording.complete
    assert recording.executions[0].status == "FAILED"
    assert recording.executions[0].error is not None
    assert '"errorMessage": "no"' in recording.executions[0].error["ErrorMessage"]


def test_output_that_is_no_output_ends_the_execution_at_once() -> None:
    async def odd(_handler: Handler) -> Any:
        return [1]

    recording = run(odd)
    assert outcomes(recording) == [Outcome.RESPONSE]
    assert recording.executions[0].status == "FAILED"


def test_pending_with_nothing_pending_is_tried_three_times() -> None:
    async def pending(_handler: Handler) -> Any:
        return PENDING

    recording = run(pending)
    assert len(recording.invocations) == 3
    assert recording.executions[0].status == "FAILED"


def test_a_retry_waits_in_virtual_time() -> None:
    async def retries(handler: Handler) -> Any:
        match handler.status("a"):
            case None:
                await handler.checkpoint(update("STEP", "START", "a"))
                await handler.checkpoint(
                    update(
                        "STEP", "RETRY", "a",
                        StepOptions={"NextAttemptDelaySeconds": 7}, Error={"ErrorMessage": "x"},
                    )
                )  # fmt: skip
                return PENDING
            case status:
                assert status == "READY"
                return succeeded()

    recording = run(retries)
    assert (
        recording.invocations[1].time == 7 + recording.invocations[0].time
        or recording.invocations[1].time > 7
    )
    assert recording.complete


def test_an_execution_that_nothing_will_wake_is_said_to_be_stuck() -> None:
    async def waits(handler: Handler) -> Any:
        await handler.checkpoint(update("CALLBACK", "START", "cb"))
        return PENDING

    recording = run(waits)
    assert not recording.complete
    assert recording.executions[0].status == "RUNNING"
    (report,) = recording.reports
    assert report.kind is ReportKind.LAB
    assert "CALLBACK cb" in report.message
    assert recording.seconds < 2


def test_a_handler_that_hangs_is_killed_at_the_limit() -> None:
    async def never(_handler: Handler) -> Any:
        await asyncio.Event().wait()

    recording = run(never, limit=0.3)
    assert not recording.complete
    assert outcomes(recording) == [Outcome.HANG]
    assert 0.3 <= recording.seconds < 1


def test_invocations_of_a_run_do_not_overlap_and_polls_fire_what_has_really_passed() -> None:
    async def polls(handler: Handler) -> Any:
        await handler.checkpoint(wait("w", 1))
        await handler.checkpoint()
        assert handler.status("w") == "STARTED"
        await asyncio.sleep(1.05)
        await handler.checkpoint(update("STEP", "START", "a"))
        assert handler.status("w") == "STARTED"  # only a poll lets time pass
        await handler.checkpoint()
        assert handler.status("w") == "SUCCEEDED"
        return succeeded()

    recording = run(polls)
    assert outcomes(recording) == [Outcome.RESPONSE]
    assert recording.complete


def test_time_stands_still_for_an_invocation_beside_one_that_polls() -> None:
    async def beside(handler: Handler) -> Any:
        if handler.function == "echo":
            if "w" not in handler.operations:
                await handler.checkpoint(wait("w", 1))
                await asyncio.sleep(1.5)
                await handler.checkpoint(update("STEP", "START", "a"))
                assert handler.status("w") == "STARTED"
                return PENDING
            return succeeded()
        await handler.checkpoint(invoke("i", "echo", "1"), wait("w", 1))
        for _ in range(50):
            await handler.checkpoint()
            if handler.status("i") == "SUCCEEDED":
                break
            await asyncio.sleep(0.1)
        return succeeded(handler.status("i"))

    recording = run(beside, functions=FUNCTIONS)
    assert recording.complete
    assert recording.executions[0].result == '"SUCCEEDED"'
    assert [(invocation.function, round(invocation.time)) for invocation in recording.invocations] == [
        ("scenario", 0),
        ("echo", 0),
        ("echo", 1),
    ]


def callback(name: str = "cb", **options: int) -> dict[str, Any]:
    return update("CALLBACK", "START", name, SubType="Callback", CallbackOptions=options)


async def awaits_callback(handler: Handler) -> Any:
    if handler.status("cb") in (None, "STARTED"):
        if "cb" not in handler.operations:
            await handler.checkpoint(callback(TimeoutSeconds=60))
        return PENDING
    details = handler.operations["cb"]["CallbackDetails"]
    return succeeded([handler.status("cb"), details.get("Result"), details.get("Error")])


def test_outside_actors_answer_callbacks_in_virtual_time() -> None:
    recording = run(
        awaits_callback, outside=[{"callback": "cb", "after": 30, "succeed": {"payload": {"a": 1}}}]
    )
    assert recording.complete
    assert not recording.reports
    assert json.loads(recording.executions[0].result or "") == ["SUCCEEDED", '{"a": 1}', None]
    assert 30 <= recording.invocations[1].time < 30.01


def test_a_callback_that_nobody_answers_times_out_in_virtual_time() -> None:
    recording = run(awaits_callback)
    status, _result, error = json.loads(recording.executions[0].result or "")
    assert status == "TIMED_OUT"
    assert error["ErrorType"] == "Callback.Timeout"
    assert 60 <= recording.invocations[1].time < 60.01


def test_an_actor_wakes_an_execution_that_also_waits_on_a_timer() -> None:
    async def both(handler: Handler) -> Any:
        if "w" not in handler.operations:
            await handler.checkpoint(callback(), wait("w", 100))
            return PENDING
        if handler.status("w") == "STARTED":
            return PENDING
        return succeeded(handler.status("cb"))

    recording = run(both, outside=[{"callback": "cb", "after": 10, "fail": {"type": "T", "message": "m"}}])
    assert [round(invocation.time) for invocation in recording.invocations] == [0, 10, 100]
    assert recording.executions[0].result == '"FAILED"'


def test_an_actor_acts_before_a_timer_of_the_same_moment() -> None:
    async def same(handler: Handler) -> Any:
        if "w" not in handler.operations:
            await handler.checkpoint(callback(TimeoutSeconds=10), wait("w", 10))
            return PENDING
        return succeeded([handler.status("cb"), handler.status("w")])

    recording = run(same, outside=[{"callback": "cb", "after": 10, "succeed": None}])
    assert json.loads(recording.executions[0].result or "") == ["SUCCEEDED", "SUCCEEDED"]
    assert len(recording.invocations) == 2


def test_heartbeats_put_the_heartbeat_timeout_off() -> None:
    async def beats(handler: Handler) -> Any:
        if "cb" not in handler.operations:
            await handler.checkpoint(callback(HeartbeatTimeoutSeconds=10))
        if handler.status("cb") == "STARTED":
            return PENDING
        return succeeded(handler.operations["cb"]["CallbackDetails"]["Error"]["ErrorType"])

    outside = [{"callback": "cb", "after": after, "heartbeat": True} for after in (8, 16)]
    recording = run(beats, outside=outside)
    assert recording.executions[0].result == '"Callback.Heartbeat"'
    assert 26 <= recording.invocations[1].time < 26.01


def test_stop_ends_an_execution() -> None:
    outside = [{"stop": {"type": "Stopped", "message": "enough"}, "after": 3}]
    recording = run(awaits_callback, outside=outside)
    assert recording.complete
    execution = recording.executions[0]
    assert (execution.status, execution.error) == (
        "STOPPED",
        {"ErrorType": "Stopped", "ErrorMessage": "enough"},
    )
    assert len(recording.invocations) == 1


def test_an_action_that_never_finds_its_callback_is_reported_by_name() -> None:
    recording = run(step_and_wait, outside=[{"callback": "nobody", "after": 1, "succeed": None}])
    assert recording.complete
    (report,) = recording.reports
    assert "'nobody'" in report.message


def invoke(name: str, function: str, payload: str | None = None) -> dict[str, Any]:
    options = {"ChainedInvokeOptions": {"FunctionName": function}}
    given = {} if payload is None else {"Payload": payload}
    return update("CHAINED_INVOKE", "START", name, SubType="ChainedInvoke", **options, **given)


async def parent_and_targets(handler: Handler) -> Any:
    match handler.function:
        case "echo":
            if "w" not in handler.operations:
                await handler.checkpoint(wait("w", 1))
                return PENDING
            first = handler.input["InitialExecutionState"]["Operations"][0]
            return succeeded(json.loads(first["ExecutionDetails"]["InputPayload"]))
        case "plain":
            return {"got": handler.input}
        case "failing":
            raise ValueError("no")
    if "i" not in handler.operations:
        target = json.loads(
            handler.input["InitialExecutionState"]["Operations"][0]["ExecutionDetails"]["InputPayload"]
        )
        await handler.checkpoint(invoke("i", target, '{"x": 1}'))
    if handler.status("i") == "STARTED":
        return PENDING
    return succeeded([handler.status("i"), handler.operations["i"]["ChainedInvokeDetails"]])


FUNCTIONS = {
    "echo": {"handler": []},
    "plain": {"durable": False, "handler": []},
    "failing": {"durable": False, "handler": []},
    "unknown": {"unknown": True},
}


def test_a_durable_target_is_an_execution_of_its_own() -> None:
    recording = run(parent_and_targets, functions=FUNCTIONS, input="echo")
    assert recording.complete
    parent, child = recording.executions
    assert json.loads(parent.result or "") == ["SUCCEEDED", {"Result": '{"x": 1}'}]
    assert (child.function, child.parent, child.parent_operation, child.input) == (
        "echo",
        parent.arn,
        "i",
        '{"x": 1}',
    )
    assert [invocation.function for invocation in recording.invocations] == [
        "scenario",
        "echo",
        "echo",
        "scenario",
    ]
    spans = [(invocation.seq, invocation.ended_seq or 0) for invocation in recording.invocations]
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(spans))


def test_a_plain_target_is_one_invocation() -> None:
    recording = run(parent_and_targets, functions=FUNCTIONS, input="plain")
    parent, target = recording.executions
    assert json.loads(parent.result or "") == ["SUCCEEDED", {"Result": '{"got": {"x": 1}}'}]
    assert (target.parent, target.parent_operation, target.status) == (parent.arn, "i", "SUCCEEDED")
    assert [invocation.execution for invocation in recording.invocations] == [
        parent.arn,
        target.arn,
        parent.arn,
    ]


def test_a_plain_target_that_fails_fails_the_operation() -> None:
    recording = run(parent_and_targets, functions=FUNCTIONS, input="failing")
    status, details = json.loads(recording.executions[0].result or "")
    assert status == "FAILED"
    assert details["Error"] == {"ErrorType": "ValueError", "ErrorMessage": "no"}


def test_an_unknown_target_fails_in_the_checkpoint() -> None:
    recording = run(parent_and_targets, functions=FUNCTIONS, input="unknown")
    status, details = json.loads(recording.executions[0].result or "")
    assert status == "FAILED"
    assert details["Error"]["ErrorType"] == "ResourceNotFoundException"
    assert len(recording.invocations) == 1


def test_refused_requests_are_recorded_and_named_in_a_header() -> None:
    async def stale(handler: Handler) -> Any:
        before = handler.token
        await handler.checkpoint(update("STEP", "START", "a"))
        handler.token = before
        answer = await handler.checkpoint(update("STEP", "SUCCEED", "a"))
        return succeeded([handler.statuses, handler.headers["x-amzn-errortype"], answer])

    recording = run(stale)
    statuses, named, answer = json.loads(recording.executions[0].result or "")
    assert statuses == [200, 400]
    assert named == "InvalidParameterValueException"
    assert answer["message"] == "Invalid checkpoint token"
    assert [exchange.status for exchange in recording.exchanges] == [200, 400]
    assert [exchange.invocation for exchange in recording.exchanges] == [1, 1]


def test_runs_of_one_lab_are_concurrent_and_apart() -> None:
    async def together() -> list[Recording]:
        async with Bench() as bench:
            return await asyncio.gather(*(bench.run(step_and_wait, input=number) for number in range(8)))

    for number, recording in enumerate(asyncio.run(together())):
        assert recording.complete
        assert recording.executions[0].input == str(number)
        assert len(recording.exchanges) == 3
        assert [round(invocation.time) for invocation in recording.invocations] == [0, 3600]


def test_a_durable_target_runs_though_its_caller_has_ended() -> None:
    async def leaves(handler: Handler) -> Any:
        if handler.function == "scenario":
            await handler.checkpoint(invoke("i", "echo", "1"))
            return succeeded("gone")
        return await parent_and_targets(handler)

    recording = run(leaves, functions=FUNCTIONS)
    assert [(execution.function, execution.result) for execution in recording.executions] == [
        ("scenario", '"gone"'),
        ("echo", "1"),
    ]
    assert recording.complete
    assert [invocation.function for invocation in recording.invocations] == ["scenario", "echo", "echo"]


def test_a_callback_of_a_target_is_found_as_well() -> None:
    async def asks(handler: Handler) -> Any:
        if handler.function == "echo":
            return await awaits_callback(handler)
        return await parent_and_targets(handler)

    outside = [{"callback": "cb", "after": 4, "succeed": {"raw": "x"}}]
    recording = run(asks, functions=FUNCTIONS, input="echo", outside=outside)
    assert recording.complete
    assert recording.executions[1].result == '["SUCCEEDED", "x", null]'


def test_a_process_that_can_not_start_is_the_environments_fault() -> None:
    async def absent(_handler: Handler) -> Any:
        raise EnvironmentFault("no such interpreter")

    with pytest.raises(EnvironmentFault, match="no such interpreter"):
        run(absent)


def test_a_failing_of_the_lab_is_never_the_subjects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Observed, "take", lambda *_: 1 / 0)

    async def survives(handler: Handler) -> Any:
        with contextlib.suppress(aiohttp.ClientError):
            await step_and_wait(handler)
        return succeeded()

    with pytest.raises(ZeroDivisionError):
        run(survives)


def test_garbage_is_refused_and_recorded() -> None:
    async def garbles(handler: Handler) -> Any:
        path = f"{handler.lab.gateway_url}/2025-12-01/durable-executions/"
        for url, body in (
            (f"{path}{handler.arn.replace('/', '%2F')}/checkpoint", b"\xff{"),
            (f"{path}{handler.arn.replace('/', '%2F')}/checkpoint", b"[1]"),
            (f"{path}{handler.arn.replace('/', '%2F')}/checkpoint", b'{"CheckpointToken": 1}'),
            (f"{path}nobody/checkpoint", b"{}"),
            (f"{path}x/y/z", b"{}"),
            (f"{handler.lab.gateway_url}/2025-12-01/durable-execution-callbacks/WzFd/succeed", b""),
        ):
            async with handler.session.post(url, data=body) as response:
                handler.statuses.append(response.status)
        return succeeded(handler.statuses)

    recording = run(garbles)
    statuses = json.loads(recording.executions[0].result or "")
    assert statuses[3:] == [404, 404, 404]
    assert all(400 <= status < 600 for status in statuses[:3])
    assert [(exchange.status, exchange.invocation) for exchange in recording.exchanges] == [
        (status, 1) for status in statuses[:3]
    ]
