"""The emulator's private seams: what the lab overrides, calls or stands in for has not changed.

A mismatch means that the pinned emulator has changed there: read the new source beside the lab's part that is
named, mend that if need be, and only then take the new digest over (the failure shows it).
"""

# ruff: noqa: SLF001 - private members are what this is about

from __future__ import annotations

import hashlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest
from aws_durable_execution_sdk_python_testing import child_dispatcher, executor, invoker, scheduler
from aws_durable_execution_sdk_python_testing.checkpoint.core import CheckpointCore
from aws_durable_execution_sdk_python_testing.execution import Execution
from aws_durable_execution_sdk_python_testing.web import routes, server
from aws_durable_execution_sdk_python_testing.worker import execution_worker, lane, registry

from conformance.lab.exchanges import NAMES

SEAMS: list[tuple[Any, str, str]] = [
    # what, its digest, and which part of the lab leans on it
    (executor.Executor.__init__, "d8310cf2d3cf", "emulator: the pools that are replaced"),
    (executor.Executor._invoke_execution, "667db98cc7b8", "emulator: overridden"),
    (executor.Executor._create_execution, "35180e29103b", "emulator: overridden"),
    (executor.Executor._launch_execution, "500914e8fef3", "emulator: overridden"),
    (
        executor.Executor._begin_invocation,
        "01340676d952",
        "emulator: the gate's own way with a request while INVOKING",
    ),
    (executor.Executor._invoke_handler, "b7f242b827c5", "lanes: awaits done futures and the pool's"),
    (executor.Executor.on_chained_invoke_started, "d1eec6db5514", "emulator: overridden"),
    (executor.Executor._dispatch_chained_invoke, "2e21248d4c79", "lanes: awaits the pools' futures"),
    (executor.Executor._start_child_execution, "76d5e8e762ba", "emulator: runs inline"),
    (
        executor.Executor._schedule_earliest_pending,
        "bef7ec614464",
        "scheduler: cancels a wake-up that has not started",
    ),
    (executor.Executor._fire_due_and_invoke_handler, "8e2483a2c2eb", "scheduler: one task, without a pause"),
    (executor.Executor._retry_invocation, "6624828455a6", "scheduler: the back-off is a timer"),
    (executor.Executor.shutdown, "ddd026bea7f3", "run: closes the inline pools"),
    (CheckpointCore.apply, "ebbf1079a17e", "clock: completes what is due by now"),
    (Execution.complete_due_operations, "444e5ba99f92", "emulator: operations_due looks for the same"),
    (registry.ExecutionRegistry, "5a6439d86c84", "lanes: get_or_create is overridden"),
    (execution_worker.ExecutionWorker, "121ed56f0e0d", "lanes: over an inline lane"),
    (lane.SerialTaskLane.submit, "41c903644868", "lanes: what an inline lane stands in for"),
    (lane.SerialTaskLane.stop, "4516b998a09d", "lanes: what an inline lane stands in for"),
    (scheduler.Scheduler.call_later, "b67effd67e24", "scheduler: what a virtual one stands in for"),
    (scheduler.Event, "1738a8b57334", "scheduler: what a signal stands in for"),
    (invoker.LambdaInvoker.__init__, "95a130834230", "invoker: called without a client"),
    (invoker.LambdaInvoker.create_invocation_input, "20edc3bca784", "invoker: overridden"),
    (invoker.LambdaInvoker.invoke, "cc705ed9dd73", "invoker: overridden"),
    (invoker.LambdaInvoker.inherit_endpoint, "bd7ec656cce7", "invoker: inherited"),
    (invoker.InvokeResponse, "51f1ab15e916", "invoker: makes the response"),
    (child_dispatcher.EndpointChildDispatcher, "5d7a2baed3fa", "invoker: dispatch is overridden"),
    (child_dispatcher.invoke_function, "96a560a466e4", "invoker: called with an answered client"),
    (
        server.WebServer._create_endpoint_handlers,
        "a809553e4dd9",
        "emulator: called on something that only has an executor",
    ),
    (server.RequestHandler._handle_request, "f6e967cf2ec0", "exchanges: what it stands in for"),
]


def digest(what: Any) -> str:
    return hashlib.sha256(inspect.getsource(what).encode()).hexdigest()[:12]


@pytest.mark.parametrize(("what", "known", "part"), SEAMS, ids=[what.__qualname__ for what, _, _ in SEAMS])
def test_a_seam_is_what_the_lab_was_written_against(what: Any, known: str, part: str) -> None:
    assert digest(what) == known, f"{what.__qualname__} has changed; see {part}"


def test_the_emulator_is_the_pinned_one() -> None:
    assert version("aws-durable-execution-sdk-python-testing") == "1.4.0"


def test_every_operation_on_one_execution_is_served() -> None:
    about_one = {
        kind
        for kind in routes.Route.__subclasses__() + routes.BytesPayloadRoute.__subclasses__()
        if {"arn", "callback_id"} & set(kind.__dataclass_fields__)
    }
    assert set(NAMES) == about_one
