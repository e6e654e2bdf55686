"""Faults: which requests they touch, and what comes of each in a run."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as some

from conformance.lab.faults import NAMES, Faults
from conformance.scenario.setting import FaultSpec
from conformance.wire.recording import Outcome, Recording, ReportKind
from tests.lab.fake import PENDING, Bench, Handler, run, succeeded, update, wait


@given(
    some.lists(
        some.builds(
            FaultSpec,
            some.sampled_from(sorted(NAMES)),
            checkpoint=some.none() | some.integers(1, 9),
            times=some.integers(1, 4),
        ),
        max_size=4,
    )
)
def test_each_request_is_touched_by_the_faults_that_name_its_number(specs: list[FaultSpec]) -> None:
    faults = Faults(tuple(specs))
    for number in range(1, 13):
        wanted = [
            spec.fault
            for spec in specs
            if (spec.checkpoint is None and spec.fault not in {"paginate", "no-state"})
            or (
                spec.fault != "no-state"
                and spec.checkpoint
                and number in range(spec.checkpoint, spec.checkpoint + spec.times)
            )
        ]
        assert str(faults.next([{}])) == "+".join(wanted)
    assert faults.paginate == any(spec.fault == "paginate" and spec.checkpoint is None for spec in specs)
    assert str(faults.next_read()) == ""


@pytest.mark.parametrize("fault", ["crash-before", "crash-after"])
def test_a_process_dies_at_a_start_only_once_the_body_beside_it_had_its_time(fault: str) -> None:
    async def body_beside_start(handler: Handler) -> Any:
        starting = asyncio.create_task(handler.checkpoint(update("STEP", "START", "a")))
        await asyncio.sleep(0.1)  # by then the request has long been there
        await handler.body("handler/0")
        await starting
        return succeeded()

    recording = run(body_beside_start, handler=[{"step": {"name": "a", "returns": 1}}], faults=[
        {"fault": fault, "checkpoint": 1}
    ])  # fmt: skip
    assert [(effect.invocation, effect.run) for effect in recording.effects] == [(1, 1), (2, 2)]


@pytest.mark.parametrize(
    ("fault", "awaited"),
    [
        ({"fault": "throttle", "checkpoint": 99}, "request 99 with updates, of 2"),
        ({"fault": "error", "of": "a", "action": "RETRY"}, "an update RETRY of 'a', and none was sent"),
        ({"fault": "throttle", "state": 2}, "read 2 of the state, of 0"),
    ],
)
def test_a_fault_that_strikes_nothing_is_told_as_the_scenarios_error(
    fault: dict[str, Any], awaited: str
) -> None:
    strikes = {"fault": "delay", "checkpoint": 1, "seconds": 0}
    recording = run(two_steps, faults=[strikes, fault])
    (report,) = recording.reports
    assert (report.kind, report.at) == (ReportKind.SCENARIO, "faults/1")
    assert report.message == f"{fault['fault']} never strikes: it is for {awaited}"


def test_a_fault_finds_the_update_that_it_names_in_whatever_request() -> None:
    faults = Faults((FaultSpec("throttle", of="a", action="SUCCEED", times=2),))
    batches = [
        [("a", "START")],
        [("b", "SUCCEED"), ("a", "FAIL")],
        [("a", "START"), ("a", "SUCCEED")],
        [("b", "SUCCEED")],
        [("a", "SUCCEED")],
        [("a", "SUCCEED")],
    ]
    told = [
        str(faults.next([{"Name": name, "Action": action} for name, action in batch])) for batch in batches
    ]
    assert told == ["", "", "throttle", "", "throttle", ""]


def test_a_fault_finds_the_read_that_it_counts() -> None:
    faults = Faults((FaultSpec("error", state=2), FaultSpec("delay", state=1, times=2)))
    assert [str(faults.next_read()) for _ in range(3)] == ["delay", "error+delay", ""]
    assert str(faults.next([{}])) == ""


async def two_steps(handler: Handler) -> Any:
    """Does what is not done yet, and says what it saw."""
    seen: list[Any] = []
    for name in ("a", "b"):
        if name not in handler.operations:
            try:
                answer = await handler.checkpoint(update("STEP", "START", name))
            except aiohttp.ClientError as error:
                answer = await handler.checkpoint(update("STEP", "START", name))
                seen.append(type(error).__name__)
            seen.append(
                [handler.statuses[-1], handler.headers.get("x-amzn-errortype"), "CheckpointToken" in answer]
            )
    return succeeded(seen)


def faulty(fault: str, checkpoint: int = 1, **more: Any) -> Recording:
    return run(two_steps, faults=[{"fault": fault, "checkpoint": checkpoint} | more])


def result(recording: Recording) -> Any:
    return json.loads(recording.executions[0].result or "null")


GOOD = [200, None, True]


@pytest.mark.parametrize(
    ("fault", "more", "first"),
    [
        ("error", {}, [500, "ServiceException", False]),
        ("error", {"status": 503}, [503, "ServiceException", False]),
        ("error", {"status": 400}, [400, "InvalidParameterValueException", False]),
        ("error", {"status": 404}, [404, "ResourceNotFoundException", False]),
        ("error", {"status": 502, "type": "KMSDisabledException"}, [502, "KMSDisabledException", False]),
        ("throttle", {}, [429, "TooManyRequestsException", False]),
        ("oversize", {}, [400, "InvalidParameterValueException", False]),
        ("stale-token", {}, [400, "InvalidParameterValueException", False]),
    ],
)
def test_refused_requests_are_not_applied(fault: str, more: dict[str, Any], first: list[Any]) -> None:
    recording = faulty(fault, **more)
    assert result(recording) == [first, GOOD]
    assert [(exchange.status, exchange.fault) for exchange in recording.exchanges] == [
        (first[0], fault),
        (200, None),
    ]
    (execution,) = recording.executions
    assert [event["EventType"] for event in execution.history if event["EventType"] == "StepStarted"] == [
        "StepStarted"
    ]


@pytest.mark.parametrize(
    ("fault", "more", "retries_sent"),
    [
        ("error", {}, 1),
        ("error", {"status": 503}, 1),
        ("error", {"times": 2}, 2),
        ("throttle", {}, 1),
        ("lose-response", {}, 1),
        ("error", {"status": 400}, 0),
        ("stale-token", {}, 0),
        ("no-token", {}, 0),
        ("delay", {"seconds": 0}, 0),
    ],
)
def test_what_a_process_had_to_send_again_is_told_to_its_pool(
    fault: str, more: dict[str, Any], retries_sent: int
) -> None:
    async def sent() -> int:
        async with Bench() as bench:
            await bench.run(two_steps, faults=[{"fault": fault, "checkpoint": 1} | more])
            return sum(event.retries_sent for event in bench.fake.events)

    assert asyncio.run(sent()) == retries_sent


@pytest.mark.parametrize(
    ("faults", "reports"),
    [
        ([], [ReportKind.MACHINE]),
        ([{"fault": "error", "checkpoint": 1}], []),
        ([{"fault": "throttle", "checkpoint": 1}], []),
    ],
)
def test_a_request_that_is_sent_again_without_a_reason_is_the_machine_s_fault(
    faults: list[dict[str, Any]], reports: list[ReportKind]
) -> None:
    async def sends_again(handler: Handler) -> Any:
        if "a" not in handler.operations or not handler.statuses:
            token = handler.token
            await handler.checkpoint(update("STEP", "START", "a"))
            handler.token, handler.attempt = token, 2
            await handler.checkpoint(update("STEP", "START", "a"))
        return succeeded(None)

    recording = run(sends_again, faults=faults)
    assert [report.kind for report in recording.reports] == reports


def test_a_crash_before_leaves_the_request_unapplied() -> None:
    recording = faulty("crash-before")
    assert [invocation.outcome for invocation in recording.invocations] == [Outcome.EXIT, Outcome.RESPONSE]
    assert [exchange.status for exchange in recording.exchanges] == [0, 200, 200]
    assert result(recording) == [GOOD, GOOD]


def test_a_crash_after_leaves_it_applied() -> None:
    recording = faulty("crash-after")
    assert [invocation.outcome for invocation in recording.invocations] == [Outcome.EXIT, Outcome.RESPONSE]
    assert result(recording) == [GOOD]
    assert recording.exchanges[0].status == 200


def test_a_lost_response_was_applied() -> None:
    recording = faulty("lose-response", 2)
    assert result(recording) == [
        GOOD,
        "ServerDisconnectedError",
        [400, "InvalidParameterValueException", False],
    ]
    assert [exchange.fault for exchange in recording.exchanges] == [None, "lose-response", None]


def test_a_response_without_token() -> None:
    recording = faulty("no-token")
    assert result(recording)[0] == [200, None, False]
    assert "CheckpointToken" not in json.loads(recording.exchanges[0].response)


def test_a_delay_holds_the_response_in_real_time() -> None:
    recording = faulty("delay", seconds=0.4)
    assert result(recording) == [GOOD, GOOD]
    assert 0.4 <= recording.seconds < 2
    assert recording.invocations[0].ended_time == pytest.approx(0, abs=0.001)


def test_times_counts_requests_in_a_row() -> None:
    recording = faulty("error", 1, times=2)
    assert [status for status, _, _ in result(recording)] == [500, 500]


def test_pagination_gives_one_operation_a_page() -> None:
    async def pages(handler: Handler) -> Any:
        if "w" not in handler.operations and not handler.input["InitialExecutionState"].get("NextMarker"):
            await handler.checkpoint(update("STEP", "START", "a"), wait("w", 1))
            return PENDING
        state = handler.input["InitialExecutionState"]
        names = [operation["Id"] for operation in state["Operations"]]
        marker = state["NextMarker"]
        while marker:
            path = f"/2025-12-01/durable-executions/{handler.arn.replace('/', '%2F')}/state"
            params = {"CheckpointToken": handler.token, "Marker": marker}
            async with handler.session.get(handler.lab.gateway_url + path, params=params) as response:
                page = await response.json(content_type=None)
            names += [operation["Id"] for operation in page["Operations"]]
            marker = page.get("NextMarker")
        return succeeded(names[1:])

    recording = run(pages, faults=[{"fault": "paginate"}])
    assert result(recording) == ["a", "w"]
    reads = [exchange for exchange in recording.exchanges if exchange.operation == "GetDurableExecutionState"]
    assert len(reads) == 2
    assert json.loads(reads[0].request)["Marker"] == "1:1"
    assert [exchange.invocation for exchange in reads] == [2, 2]


def test_an_invocation_may_be_given_no_state_at_all() -> None:
    async def bare(handler: Handler) -> Any:
        state = handler.input["InitialExecutionState"]
        status, page = await reads(handler, state["NextMarker"])
        [execution] = page["Operations"]
        return succeeded([state["Operations"], status, execution["ExecutionDetails"]["InputPayload"]])

    assert result(run(bare, faults=[{"fault": "no-state"}], input={"n": 1})) == [[], 200, '{"n": 1}']


async def reads(handler: Handler, marker: str) -> tuple[int, dict[str, Any]]:
    path = f"/2025-12-01/durable-executions/{handler.arn.replace('/', '%2F')}/state"
    params = {"CheckpointToken": handler.token, "Marker": marker}
    async with handler.session.get(handler.lab.gateway_url + path, params=params) as response:
        return response.status, await response.json(content_type=None)


def test_what_a_checkpoint_brings_may_come_on_a_page_of_its_own() -> None:
    async def paged(handler: Handler) -> Any:
        answer = await handler.checkpoint(update("STEP", "START", "a"))
        state = answer["NewExecutionState"]
        status, page = await reads(handler, state["NextMarker"])
        spent, handler.token = handler.token, "spent"
        refused, _ = await reads(handler, state["NextMarker"])
        handler.token = spent
        told = [operation["Id"] for operation in page["Operations"]]
        return succeeded([state["Operations"], status, told, page.get("NextMarker"), refused])

    recording = run(paged, faults=[{"fault": "paginate", "checkpoint": 1}])
    assert result(recording) == [[], 200, ["a"], None, 400]
    assert [exchange.fault for exchange in recording.exchanges] == ["paginate", None, None]


def test_a_read_of_the_state_may_fail() -> None:
    async def twice(handler: Handler) -> Any:
        return succeeded([(await reads(handler, ""))[0] for _ in range(2)])

    recording = run(twice, faults=[{"fault": "throttle", "state": 1}])
    assert result(recording) == [429, 200]
