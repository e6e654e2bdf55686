"""The subject's frame: every timestamp is moved, and nothing else."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import json
import time
from typing import Any

import botocore.loaders  # type: ignore[import-untyped]
import pytest
from botocore.model import ServiceModel, Shape  # type: ignore[import-untyped]

from conformance.lab import frames
from conformance.lab.clock import BASE
from conformance.subjects.event import Answer, Event
from conformance.wire.recording import Recording
from tests.lab.fake import FAKE, PENDING, Bench, Fake, Handler, run, scenario, succeeded, wait

MODEL = ServiceModel(botocore.loaders.Loader().load_service_model("lambda", "service-2"))


def timestamps(shape: Shape, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Where a shape holds timestamps; lists are passed through."""
    if shape.type_name == "timestamp":
        return {path}
    if shape.type_name == "list":
        return timestamps(shape.member, path)
    if shape.type_name == "structure":
        return {
            found for name, member in shape.members.items() for found in timestamps(member, (*path, name))
        }
    return set()


def test_the_places_within_an_operation_are_the_models() -> None:
    assert timestamps(MODEL.shape_for("Operation")) == set(frames.OPERATION)


@pytest.mark.parametrize("name", [*frames.OPERATIONS, *frames.FIELDS])
def test_the_places_within_a_response_are_the_models(name: str) -> None:
    found = timestamps(MODEL.operation_model(name).output_shape)
    if name in frames.OPERATIONS:
        assert found == {(*frames.OPERATIONS[name], *path) for path in frames.OPERATION}
    else:
        assert found == set(frames.FIELDS[name])


def test_the_skew_makes_the_virtual_present_the_real_one() -> None:
    skew = frames.skew(3600)
    assert BASE.timestamp() + 3600 - skew == pytest.approx(time.time(), abs=0.1)
    assert skew * 1000 == round(skew * 1000)


def test_only_timestamps_are_moved() -> None:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    operation = {
        "Id": "StartTimestamp",
        "StartTimestamp": at,
        "WaitDetails": {"ScheduledEndTimestamp": at},
        "StepDetails": {"Result": "1767225600"},
        "ContextDetails": None,
    }
    body = {"CheckpointToken": "t", "NewExecutionState": {"Operations": [operation], "NextMarker": "m"}}
    before = copy.deepcopy(body)
    moved = frames.response("CheckpointDurableExecution", body, 10)
    assert body == before
    earlier = at - dt.timedelta(seconds=10)
    wanted = operation | {"StartTimestamp": earlier, "WaitDetails": {"ScheduledEndTimestamp": earlier}}
    assert moved == {"CheckpointToken": "t", "NewExecutionState": {"Operations": [wanted], "NextMarker": "m"}}
    assert frames.response("GetDurableExecutionHistory", body, 10) is body


def test_a_subject_sees_its_own_time_and_the_recording_keeps_the_services() -> None:
    seen: list[Any] = []

    async def looks(handler: Handler) -> Any:
        if "w" not in handler.operations:
            await handler.checkpoint(wait("w", 7200))
            seen.append(handler.operations["w"]["WaitDetails"]["ScheduledEndTimestamp"] - time.time())
            return PENDING
        seen.append(handler.operations["w"]["EndTimestamp"] / 1000 - time.time())
        seen.append(handler.event.deadline_ms / 1000 - time.time())
        return succeeded()

    recording = run(looks)
    assert seen == pytest.approx([7200, 0, 900], abs=0.5)
    first, second = recording.invocations
    assert second.skew - first.skew == pytest.approx(7200, abs=0.5)
    (exchange,) = recording.exchanges
    (operation,) = json.loads(exchange.response)["NewExecutionState"]["Operations"]
    assert operation["WaitDetails"]["ScheduledEndTimestamp"] == pytest.approx(
        BASE.timestamp() + 7200, abs=0.001
    )
    assert exchange.skew == pytest.approx(first.skew, abs=0.5)


def test_a_process_that_is_slow_within_an_invocation_has_its_waits_ahead_of_it() -> None:
    ahead: list[float] = []

    async def slow(handler: Handler) -> Any:
        if "w" in handler.operations:
            return succeeded()
        await asyncio.sleep(0.6)
        await handler.checkpoint(wait("w", 1))
        ahead.append(handler.operations["w"]["WaitDetails"]["ScheduledEndTimestamp"] - time.time())
        return PENDING

    run(slow)
    assert ahead == pytest.approx([1], abs=0.3)


def test_the_time_that_a_process_takes_to_start_is_not_the_invocations() -> None:
    ahead: list[float] = []

    async def waits(handler: Handler) -> Any:
        await handler.checkpoint(wait("w", 1))
        ahead.append(handler.operations["w"]["WaitDetails"]["ScheduledEndTimestamp"] - time.time())
        await handler.checkpoint()
        return PENDING if handler.status("w") == "STARTED" else succeeded()

    class Slow(Fake):
        async def invoke(self, event: Event) -> Answer:
            await asyncio.sleep(1.2)
            return await super().invoke(event)

    async def once() -> Recording:
        async with Bench() as bench:
            pool = Slow(bench.lab, waits, bench.session)
            return await bench.lab.run(scenario(), FAKE, pool)

    recording = asyncio.run(once())
    assert ahead[0] == pytest.approx(1, abs=0.2)
    assert len(recording.invocations) == 2
