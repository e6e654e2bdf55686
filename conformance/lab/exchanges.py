"""Requests of a subject to the service: answered by the emulator's own handlers, recorded whatever comes of them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from aws_durable_execution_sdk_python_testing.exceptions import (
    AwsApiException,
    ServiceException,
    UnknownRouteError,
)
from aws_durable_execution_sdk_python_testing.token import CallbackToken
from aws_durable_execution_sdk_python_testing.web import routes
from aws_durable_execution_sdk_python_testing.web.models import HTTPRequest, HTTPResponse

from conformance.lab import frames
from conformance.lab.calls import Calls
from conformance.lab.emulator import Stack
from conformance.lab.recorder import Flight, Recorder
from conformance.lab.seen import Seen
from conformance.wire.recording import Exchange

CHECKPOINT = "CheckpointDurableExecution"

NAMES: dict[type[routes.Route], str] = {
    routes.CheckpointDurableExecutionRoute: CHECKPOINT,
    routes.GetDurableExecutionStateRoute: "GetDurableExecutionState",
    routes.GetDurableExecutionRoute: "GetDurableExecution",
    routes.GetDurableExecutionHistoryRoute: "GetDurableExecutionHistory",
    routes.StopDurableExecutionRoute: "StopDurableExecution",
    routes.CallbackSuccessRoute: "SendDurableExecutionCallbackSuccess",
    routes.CallbackFailureRoute: "SendDurableExecutionCallbackFailure",
    routes.CallbackHeartbeatRoute: "SendDurableExecutionCallbackHeartbeat",
}
"""The service model's names of the operations that concern one execution."""

_ROUTER = routes.Router()


@dataclass(frozen=True)
class Request:
    """A request of a subject, addressed to one execution."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: bytes
    route: routes.Route
    operation: str
    execution: str

    def text(self) -> str:
        """What the recording keeps: the body; of a request without one, the query as a JSON object."""
        if self.method == "GET":
            return json.dumps({name: values[0] for name, values in self.query.items()})
        return self.body.decode(errors="replace")


@dataclass(frozen=True)
class Response:
    """The answer as it goes to the subject."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def parse(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request | None:
    """A request, by the emulator's own router; None when it is addressed to no execution.

    Args:
        method: GET, POST, ...
        target: The request's path and query, as sent.
        headers: Its headers.
        body: Its body.
    """
    url = urlsplit(target)
    try:
        route = _ROUTER.find_route(url.path, method)
        operation = NAMES[type(route)]
        execution = _execution(route)
    except (UnknownRouteError, KeyError, ValueError):
        return None
    return Request(method, headers, parse_qs(url.query), body, route, operation, execution)


def _execution(route: routes.Route) -> str:
    arn = getattr(route, "arn", None)
    if arn is not None:
        return str(arn)
    return CallbackToken.from_str(route.callback_id).execution_arn  # type: ignore[attr-defined] # all others have one


@dataclass
class Exchanges:
    """Serves the requests of one run."""

    stack: Stack
    calls: Calls
    recorder: Recorder
    seen: Seen
    poll: Callable[[Flight], Awaitable[None]]
    open: int = 0

    async def serve(self, request: Request) -> Response:
        """Answer a request and record the exchange."""
        parsed = self._http(request)
        body = parsed.body if isinstance(parsed, HTTPRequest) and isinstance(parsed.body, dict) else {}
        token = body.get("CheckpointToken") or request.query.get("CheckpointToken", [None])[0]
        flight = self.calls.of_token(token, request.execution)
        updates = body.get("Updates") or []
        if request.operation == CHECKPOINT and not updates and flight is not None and flight.in_flight:
            await self.poll(flight)
        time, seq = self.stack.clock.seconds, self.recorder.next()
        answer = parsed if isinstance(parsed, HTTPResponse) else self._handle(request, parsed)
        if request.operation == CHECKPOINT and answer.status_code < 300:  # noqa: PLR2004 - HTTP's success
            self.seen.take(request.execution, updates, self.stack.clock.micros)
        skew = flight.skew if flight else 0.0
        served = answer.body_to_bytes() if answer.body else b""
        self.recorder.exchanges.append(
            Exchange(
                seq=seq,
                invocation=flight.number if flight else None,
                execution=request.execution,
                operation=request.operation,
                time=time,
                skew=skew,
                request=request.text(),
                status=answer.status_code,
                response=served.decode(),
            )
        )
        return _response(answer, request.operation, skew, served)

    def _http(self, request: Request) -> HTTPRequest | HTTPResponse:
        """The request as the emulator's handlers take it; the refusal of one that can't be parsed."""
        query = dict(request.query)
        try:
            if isinstance(request.route, routes.BytesPayloadRoute):
                return HTTPRequest.from_raw_bytes(
                    request.body, request.method, request.route, dict(request.headers), query
                )
            return HTTPRequest.from_bytes(
                request.body, None, request.method, request.route, dict(request.headers), query
            )
        except AwsApiException as error:
            return HTTPResponse.create_error_from_exception(error)

    def _handle(self, request: Request, parsed: HTTPRequest) -> HTTPResponse:
        try:
            return self.stack.handlers[type(request.route)].handle(request.route, parsed)
        except AwsApiException as error:
            return HTTPResponse.create_error_from_exception(error)
        except Exception as error:  # noqa: BLE001 - as the emulator's own server answers it
            return HTTPResponse.create_error_from_exception(ServiceException(str(error)))


def _response(answer: HTTPResponse, operation: str, skew: float, served: bytes) -> Response:
    headers = dict(answer.headers)
    if answer.status_code >= 400:  # noqa: PLR2004 - HTTP's errors
        # The service names its errors in a header, and both SDKs' clients look nowhere else.
        headers["x-amzn-errortype"] = str(answer.body.get("Type", "ServiceException"))
        return Response(answer.status_code, headers, served)
    framed = frames.response(operation, answer.body, skew)
    if framed is answer.body:
        return Response(answer.status_code, headers, served)
    return Response(
        answer.status_code, headers, HTTPResponse(answer.status_code, headers, framed).body_to_bytes()
    )
