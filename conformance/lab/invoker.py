"""How the emulator calls a function of the subject.

The emulator's invoker blocks a thread for as long as a handler runs. This one starts the call and gives a
future back, which `lanes.InlinePool` hands on: the emulator awaits it as it would await its thread. What an
answer means (a function error, an output that is no output) is decided by the emulator's own code.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from aws_durable_execution_sdk_python.execution import DurableExecutionInvocationInput, InitialExecutionState
from aws_durable_execution_sdk_python_testing.child_dispatcher import (
    ChainedInvokeRequest,
    ChildOutcome,
    DispatchResult,
    EndpointChildDispatcher,
    FunctionConfigs,
    RunInvocation,
    invoke_function,
    parse_function_target,
)
from aws_durable_execution_sdk_python_testing.exceptions import DurableFunctionsTestError
from aws_durable_execution_sdk_python_testing.execution import Execution, OperationPaginatorState
from aws_durable_execution_sdk_python_testing.invoker import InvokeResponse, LambdaInvoker

from conformance.subjects.event import Answer, Event
from conformance.subjects.usage import Usage
from conformance.wire.recording import Outcome


class Invoker(Protocol):
    """A pool of subject processes, as the lab uses it. Cancelling an `invoke` kills the process it ran in."""

    async def invoke(self, event: Event) -> Answer:
        """Call the handler once and wait for its answer."""
        ...

    def usage(self, request_id: str) -> Usage | None:
        """What the process has had of the machine that handles that request; None while none does."""
        ...


@dataclass(frozen=True)
class Call:
    """One call of a function of the subject.

    `event` is the invocation's input as the service knows it; `execution` the ARN of the durable execution.
    For a plain target `operation` is the CHAINED_INVOKE operation, `execution` the caller's, and `event` the
    payload.
    """

    function: str
    execution: str
    event: Any
    tenant: str | None
    operation: str | None = None


@dataclass(frozen=True)
class Reply:
    """The answer to a call and the id of the request."""

    answer: Answer
    request_id: str


Invoke = Callable[[Call], Awaitable[Reply]]


class PoolInvoker(LambdaInvoker):
    """The emulator's invoker over a pool of subject processes."""

    def __init__(self, invoke: Invoke, page_bytes: int, *, no_state: bool = False) -> None:
        """Call functions by `invoke`; `page_bytes` of payload fit into the state that it is given.

        With `no_state` it is given none, only a marker, as the service does with an input of nearly 6 MB
        (https://github.com/aws/aws-durable-execution-sdk-js/issues/442).
        """
        super().__init__(lambda_client=None, max_page_bytes=page_bytes)
        self._invoke = invoke
        self._no_state = no_state

    def create_invocation_input(self, execution: Execution) -> DurableExecutionInvocationInput:
        """As the emulator's, or with all of the state to be read."""
        first = OperationPaginatorState.pin(execution)._encode_marker(0)  # noqa: SLF001 - as the emulator's own
        made = super().create_invocation_input(execution)
        return (
            replace(made, initial_execution_state=InitialExecutionState([], first))
            if self._no_state
            else made
        )

    def invoke(  # noqa: PLR0913, PLR0917 - the emulator's signature
        self,
        function_name: str,
        input: DurableExecutionInvocationInput,  # noqa: A002 - the emulator's name
        endpoint_url: str | None = None,
        tenant_id: str | None = None,
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> InvokeResponse:
        """Start the call. The emulator gets a future of its response, by way of the inline pool."""
        del endpoint_url, account_id, region_name
        name = function_name.partition(":")[0]
        call = Call(name, input.durable_execution_arn, input.to_json_dict(), tenant_id)
        return cast("InvokeResponse", asyncio.ensure_future(self._respond(call)))

    async def _respond(self, call: Call) -> InvokeResponse:
        reply = await self._invoke(call)
        if reply.answer.outcome is not Outcome.RESPONSE:
            raise DurableFunctionsTestError(f"Lambda invocation failed with status 200: {fault(reply)}")
        return InvokeResponse.from_payload((reply.answer.body or "").encode(), reply.request_id)


class PlainTargets(EndpointChildDispatcher):
    """The emulator's dispatcher of chained invokes; plain targets are called by way of the pool."""

    def __init__(self, configs: FunctionConfigs, invoke: Invoke, timeout: int) -> None:
        """Dispatch to the functions of `configs`."""
        super().__init__(configs, lambda _arn: None, timeout)
        self._configs = configs
        self._invoke = invoke
        self._timeout = timeout

    def durable(self, function_name: str) -> bool:
        """Whether a target, as its caller names it, is a durable function."""
        target = parse_function_target(function_name)
        config = self._configs.lookup(target.name, target.qualifier)
        return config is not None and config.is_durable

    def dispatch(self, request: ChainedInvokeRequest) -> DispatchResult:
        """As the emulator; a plain target's invocation is a future of its outcome."""
        result = super().dispatch(request)
        if not isinstance(result, RunInvocation):
            return result
        return RunInvocation(lambda: cast("ChildOutcome", asyncio.ensure_future(self._run(request))))

    async def _run(self, request: ChainedInvokeRequest) -> ChildOutcome:
        payload = "null" if request.payload is None else request.payload
        call = Call(
            request.function_name,
            request.parent_execution_arn,
            json.loads(payload),
            request.tenant_id,
            request.operation_id,
        )
        reply = await self._invoke(call)
        client = cast("Any", _Answered(reply))
        return invoke_function(client, request.invoke_identifier(), payload, request.tenant_id, self._timeout)


class _Answered:
    """A Lambda client whose one invocation has been answered already."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def invoke(self, **_arguments: Any) -> dict[str, Any]:
        answer = self._reply.answer
        if answer.outcome is Outcome.RESPONSE:
            return {"StatusCode": 200, "Payload": io.BytesIO((answer.body or "").encode())}
        body = fault(self._reply).encode()
        return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": io.BytesIO(body)}


def fault(reply: Reply) -> str:
    """The body of a function error: the runtime's own, or what Lambda says of a process that has gone."""
    answer = reply.answer
    if answer.outcome is Outcome.ERROR and answer.body:
        return answer.body
    text = f"RequestId: {reply.request_id} Error: Runtime exited"
    return json.dumps({"errorType": "Runtime.ExitError", "errorMessage": text})
