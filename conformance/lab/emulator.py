"""AWS's own emulator, composed from its parts: one stack for one run.

The parts are those that the emulator's `WebRunner.start` puts together, with the lab's own clock, scheduler,
lanes, invoker and pools in place of those that need threads and the wall clock. What is overridden of the
emulator's private methods, and why:

* `Executor._invoke_execution`: a request to invoke an execution whose handler is running leaves its mark at
  once, as the handler's gate would; in the queue it would outlive the invocation and cause one too many.
  The back-off after a failed invocation comes after whatever is due at the same moment, and is over when the
  execution is invoked for another reason: the invocation that it was to repeat has been made up for.
* `Executor._dispatch_pool`, `_target_pool`, `_invocation_pool`: calls on the event loop in place of threads.
* `Executor.on_chained_invoke_started`: the execution of a durable target begins with the checkpoint that asks
  for it, even if its caller ends in the same invocation; only its invocations wait their turn.
  A target whose invoke carried no payload is given null in place of the emulator's `{}`.
* `Executor._create_execution`: every execution is made known to the run.
* `Executor._launch_execution`: an execution whose timeout is `UNLIMITED` gets no timer, since a run that
  can't go on must be seen to be stuck and not time out after a virtual year.
* `ExecutionRegistry.get_or_create` (see `lanes`), `WebServer._create_endpoint_handlers` (only called).

tests/lab/test_emulator_seams.py fails when the emulator changes under any of them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from aws_durable_execution_sdk_python.lambda_service import OperationStatus
from aws_durable_execution_sdk_python_testing.checkpoint.processor import CheckpointProcessor
from aws_durable_execution_sdk_python_testing.child_dispatcher import FunctionConfigs
from aws_durable_execution_sdk_python_testing.execution import Execution
from aws_durable_execution_sdk_python_testing.executor import Executor
from aws_durable_execution_sdk_python_testing.model import StartDurableExecutionInput
from aws_durable_execution_sdk_python_testing.stores.memory import InMemoryExecutionStore
from aws_durable_execution_sdk_python_testing.web.handlers import EndpointHandler
from aws_durable_execution_sdk_python_testing.web.routes import Route
from aws_durable_execution_sdk_python_testing.web.serialization import JSONSerializer
from aws_durable_execution_sdk_python_testing.web.server import WebServer
from aws_durable_execution_sdk_python_testing.worker.status import InvocationState

from conformance.lab.clock import RESOLUTION, SECOND, VirtualClock, moment
from conformance.lab.control import Control
from conformance.lab.invoker import Invoke, PlainTargets, PoolInvoker
from conformance.lab.lanes import InlinePool, registry
from conformance.lab.scheduler import Timer, VirtualScheduler

ACCOUNT = "123456789012"
REGION = "us-west-2"
EMULATOR = "aws_durable_execution_sdk_python_testing"
INVOCATION_TIMEOUT = 1_000_000
"""Real seconds after which the emulator gives an invocation up: never; a run's own limit comes first."""

UNLIMITED = 31_622_400
"""The service's longest execution timeout in seconds, which here means none."""

NOTHING_GIVEN = "null"
"""What a target is given whose invoke carried no payload, as JSON text.

The emulator gives `{}`. The service is not known to: an execution that is started without input has the
input null, and of AWS's own conformance handlers Java's invoke with null, which its SDK sends as no payload,
targets that read a text, which `{}` is not and null is.
"""

BEHIND = RESOLUTION / SECOND / 2
"""Seconds that a back-off comes after its time, so that what is due at the same moment is done before."""

PAGE_BYTES = 5 * 1024 * 1024
"""How many bytes of payload the emulator puts into one page of state, as the service does."""


def silence() -> None:
    """Keep the emulator from logging what a scenario provokes on purpose; recordings say it all."""
    for name in (EMULATOR, "aws_durable_execution_sdk_python"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False


class LabExecutor(Executor):
    """The emulator's executor on one event loop and virtual time."""

    def __init__(self, *, arrived: Callable[[str], None], targets: PlainTargets, **parts: Any) -> None:
        """Take the parts of `Executor`; `arrived` is told the ARN of every execution that is created."""
        super().__init__(child_dispatcher=targets, **parts)
        self._arrived = arrived
        self._backoffs: dict[str, Timer] = {}  # what failed invocations wait for, by execution
        self._targets = targets
        inline = cast("Any", InlinePool())
        self._dispatch_pool = inline
        self._target_pool = inline
        self._invocation_pool = inline

    def on_chained_invoke_started(
        self,
        execution_arn: str,
        operation_id: str,
        function_name: str,
        tenant_id: str | None,
        payload: str | None,
    ) -> None:
        """Dispatch a chained invoke; that of a durable target at once, as only its invocations wait.

        A target whose invoke has no payload is given null, not `{}` (NOTHING_GIVEN says why).
        """
        payload = NOTHING_GIVEN if payload is None else payload
        if not self._targets.durable(function_name):
            super().on_chained_invoke_started(execution_arn, operation_id, function_name, tenant_id, payload)
            return
        scheduler = cast("VirtualScheduler", self._scheduler)
        scheduler.start_now(
            self._dispatch_chained_invoke(execution_arn, operation_id, function_name, tenant_id, payload)
        )

    def _create_execution(
        self,
        input: StartDurableExecutionInput,  # noqa: A002 - the emulator's name
        parent_execution_arn: str | None = None,
    ) -> Execution:
        execution = super()._create_execution(input, parent_execution_arn)
        self._arrived(execution.durable_execution_arn)
        return execution

    def _launch_execution(self, execution: Execution, timeout_seconds: int) -> None:
        super()._launch_execution(execution, 0 if timeout_seconds >= UNLIMITED else timeout_seconds)

    def _invoke_execution(self, execution_arn: str, delay: float = 0) -> None:
        if delay == 0 and self._invocation_gate(execution_arn) is InvocationState.INVOKING:
            self._store.load(execution_arn).needs_reinvoke = True
            return
        overtaken = self._backoffs.pop(execution_arn, None)
        if overtaken is not None:
            overtaken.cancel()
        scheduler = cast("VirtualScheduler", self._scheduler)
        timer = scheduler.call_later(self._invoke_handler(execution_arn), delay + (BEHIND if delay else 0))
        if delay:
            self._backoffs[execution_arn] = timer


@dataclass(frozen=True)
class Stack:
    """One emulator: what a run needs of it."""

    clock: VirtualClock
    scheduler: VirtualScheduler
    store: InMemoryExecutionStore
    executor: LabExecutor
    handlers: dict[type[Route], EndpointHandler]

    @classmethod
    def build(  # noqa: PLR0913 - the seams to the rest of a run
        cls,
        *,
        functions: dict[str, int | None],
        clock: VirtualClock,
        invoke: Invoke,
        arrived: Callable[[str], None],
        control: Control,
        page_bytes: int = PAGE_BYTES,
        no_state: bool = False,
    ) -> Stack:
        """Compose an emulator.

        Args:
            functions: The targets of chained invokes that the service knows: how many seconds an execution of
                each may take, None for one that is not durable.
            clock: What it takes for the time.
            invoke: Calls a function of the subject.
            arrived: Told the ARN of every execution that is created.
            control: Hears of it whenever the scheduler has something new to do or has done something, and of
                what an emulator's callback raised.
            page_bytes: How many bytes of payload fit on a page of state.
            no_state: Whether an invocation is given no state, only a marker to read it by.
        """
        scheduler = VirtualScheduler(clock, control.pulse.beat, control.fail)
        as_theirs = cast("Any", scheduler)
        store = InMemoryExecutionStore()
        lanes = registry(store, as_theirs)
        executor = LabExecutor(
            arrived=arrived,
            store=store,
            scheduler=as_theirs,
            invoker=PoolInvoker(invoke, page_bytes, no_state=no_state),
            checkpoint_processor=CheckpointProcessor(store, as_theirs, clock=clock),
            max_invocation_page_bytes=page_bytes,
            invocation_timeout_seconds=INVOCATION_TIMEOUT,
            registry=lanes,
            clock=clock,
            targets=PlainTargets(_configs(functions), invoke, INVOCATION_TIMEOUT),
            region=REGION,
        )
        server = cast("Any", SimpleNamespace(executor=executor))
        return cls(clock, scheduler, store, executor, WebServer._create_endpoint_handlers(server))  # noqa: SLF001

    def start(self, function: str, payload: str | None) -> str:
        """Start an execution of `function` with `payload` as JSON text; its ARN."""
        started = self.executor.start_execution(
            StartDurableExecutionInput(
                account_id=ACCOUNT,
                function_name=function,
                function_qualifier="$LATEST",
                execution_name=function,
                execution_timeout_seconds=UNLIMITED,
                execution_retention_period_days=1,
                input=payload,
            )
        )
        return str(started.execution_arn)

    def operations_due(self) -> Iterator[int]:
        """When each operation that waits for time to pass is due, in virtual microseconds."""
        for execution in self.store.list_all():
            for operation in () if execution.is_complete else execution.operations:
                wait, step = operation.wait_details, operation.step_details
                due = None
                if operation.status is OperationStatus.STARTED and wait is not None:
                    due = wait.scheduled_end_timestamp
                elif operation.status is OperationStatus.PENDING and step is not None:
                    due = step.next_attempt_timestamp
                if due is not None:
                    yield moment(due)

    def history(self, arn: str) -> tuple[dict[str, Any], ...]:
        """The execution's history with data, as plain JSON, in order."""
        response = self.executor.get_execution_history(arn, include_execution_data=True, max_items=1_000_000)
        events = plain(response.to_dict())["Events"]
        return tuple(events)


def plain(value: Any) -> Any:
    """A response of the emulator as the JSON that it would send: dates as seconds since 1970."""
    return json.loads(JSONSerializer().to_bytes(value))


def _configs(functions: dict[str, int | None]) -> FunctionConfigs:
    return FunctionConfigs.from_dict({name: _config(timeout) for name, timeout in functions.items()})


def _config(timeout: int | None) -> dict[str, Any]:
    if timeout is None:
        return {}
    return {"DurableConfig": {"ExecutionTimeout": timeout, "RetentionPeriodInDays": 1}}
