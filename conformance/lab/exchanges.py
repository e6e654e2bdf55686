"""Requests of a subject to the service: answered by the emulator's own handlers, and recorded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
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
from conformance.lab.faults import (
    CRASH_BEFORE,
    LOSE_RESPONSE,
    NO_TOKEN,
    PAGINATE,
    STALE_TOKEN,
    Faults,
    Injection,
    outdated,
)
from conformance.lab.holding import Holding
from conformance.lab.observed import Observed
from conformance.lab.polls import Polls
from conformance.lab.recorder import OpenInvocation, Recorder
from conformance.wire.recording import Exchange, Outcome, ReportKind
from conformance.wire.service_model import malformed

MOST_KEPT_BYTES = 256 * 1024 * 1024
"""Bytes of requests that one run takes, all of them being kept."""

MOST_UPDATES = 5000
"""Updates that one request may have: twenty times those at which AWS's SDKs end one."""

NOT_ANSWERED = 0
"""The status that the recording gives to a request which no service ever saw."""

CHECKPOINT = "CheckpointDurableExecution"
STATE = "GetDurableExecutionState"

NAMES: dict[type[routes.Route], str] = {
    routes.CheckpointDurableExecutionRoute: CHECKPOINT,
    routes.GetDurableExecutionStateRoute: STATE,
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

    @property
    def again(self) -> bool:
        """Whether the client says that it has sent this before: `amz-sdk-request: attempt=2; max=3`."""
        parts = (part.partition("=") for part in self.headers.get("amz-sdk-request", "").split(";"))
        return any(name.strip() == "attempt" and value.strip() not in ("", "1") for name, _, value in parts)

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
    except (UnknownRouteError, KeyError, ValueError, TypeError):
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

    root: str
    stack: Stack
    calls: Calls
    recorder: Recorder
    observed: Observed
    faults: Faults
    polls: Polls
    active: Callable[[], None]
    quiet: Callable[[], Awaitable[None]]
    holding: Holding | None = None
    open: int = 0
    kept: int = 0  # bytes of requests
    pages: dict[str, Any] = field(default_factory=dict)  # by marker: operations that a fault put on their own

    async def serve(self, request: Request) -> Response | None:
        """Answer a request and record the exchange; None when the connection is to be dropped instead."""
        if (size := len(request.body)) > MOST_KEPT_BYTES - self.kept:
            return self.refuse(request, f"a run may send {MOST_KEPT_BYTES} bytes in all")
        self.kept += size
        parsed = self._http(request)
        if isinstance(parsed, HTTPResponse) and parsed.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return self.refuse(request, f"a request may have {MOST_UPDATES} updates")
        body = parsed.body if isinstance(parsed, HTTPRequest) and isinstance(parsed.body, dict) else {}
        token = body.get("CheckpointToken") or request.query.get("CheckpointToken", [None])[0]
        invocation = self.calls.of_token(token, request.execution)
        updates = body.get("Updates") or []
        injection = self._injection(request, updates)
        self._look_for_retry(request, invocation)
        if (
            request.operation == CHECKPOINT
            and not updates
            and invocation is not None
            and invocation.in_flight
        ):
            await self.polls.poll(invocation)
        else:
            self.active()
        time, seq = self.stack.clock.seconds, self.recorder.next()
        answer = self._answer(request, parsed, injection)
        if (
            request.operation == CHECKPOINT
            and answer.status_code < HTTPStatus.BAD_REQUEST
            and not injection.has(CRASH_BEFORE)
        ):
            self.observed.take(request.execution, updates, self.stack.clock.micros)
        # The clock has stood still while the invocation went on: with the skew of its beginning a wait of a
        # second would end in the past of a process that was slow to ask for it.
        skew = frames.skew(self.stack.clock.seconds) if invocation and invocation.skew else 0.0
        served = answer.body_to_bytes() if answer.body else b""
        self.recorder.exchanges.append(
            Exchange(
                seq=seq,
                invocation=invocation.number if invocation else None,
                execution=request.execution,
                operation=request.operation,
                time=time,
                skew=skew,
                request=request.text(),
                status=answer.status_code,
                response=served.decode(),
                fault=str(injection) or None,
            )
        )
        if invocation is not None and (_retryable(answer.status_code) or injection.has(LOSE_RESPONSE)):
            invocation.retries_sent += 1
        if injection.deadly and any(map(_begins_a_body, updates)):
            await self.quiet()  # whether the body had begun by then must not be a race
        await self._withhold(len(self.recorder.exchanges) - 1, updates, injection)
        return self._deliver(_response(answer, request.operation, skew, served), invocation, injection)

    def _look_for_retry(self, request: Request, invocation: OpenInvocation | None) -> None:
        """Report a request that a client sends again though nobody has given it a reason to.

        AWS's clients say in a header which attempt a request is. They try again after an answer that asks for
        it, and when none comes in time; the service has taken the first request then, and what the second one
        is answered is nobody's fault but the machine's.
        """
        if invocation is None or not request.again:
            return
        invocation.sent_again += 1
        if invocation.sent_again == invocation.retries_sent + 1:
            message = (
                f"the client of invocation {invocation.number} sent a {request.operation} again, "
                "without an answer in the time that it waits for one"
            )
            self.recorder.report(ReportKind.MACHINE, message, invocation)

    def refuse(self, request: Request, message: str) -> Response:
        """Refuse a request as too large, and record that without what it held."""
        invocation = self.calls.of_token(None, request.execution)
        answer = HTTPResponse.create_json(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"Type": "RequestTooLargeException", "message": message}
        )
        served = answer.body_to_bytes()
        self.active()
        self.recorder.exchanges.append(
            Exchange(
                seq=self.recorder.next(),
                invocation=invocation.number if invocation else None,
                execution=request.execution,
                operation=request.operation,
                time=self.stack.clock.seconds,
                skew=0.0,
                request="",
                status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                response=served.decode(),
            )
        )
        return _response(answer, request.operation, 0.0, served)

    async def _withhold(self, number: int, updates: list[dict[str, Any]], injection: Injection) -> None:
        """Keep an answer back as a fault says and as the run does; the recording says when it went out."""
        if injection.delay:
            await asyncio.sleep(injection.delay)
        held = self.holding is not None and await self.holding.hold(updates)
        if held or injection.delay:
            self.active()
            exchanges = self.recorder.exchanges
            exchanges[number] = replace(exchanges[number], answered=self.recorder.next())

    def _injection(self, request: Request, updates: list[dict[str, Any]]) -> Injection:
        """The faults that touch a request of the scenario's own execution."""
        if request.execution == self.root and request.operation == STATE:
            return self.faults.next_read()
        if request.execution == self.root and request.operation == CHECKPOINT and updates:
            return self.faults.next(updates)
        return Injection()

    def _answer(
        self, request: Request, parsed: HTTPRequest | HTTPResponse, injection: Injection
    ) -> HTTPResponse:
        """The emulator's answer, or what a fault puts in its place."""
        if isinstance(parsed, HTTPResponse):
            return parsed
        if injection.has(CRASH_BEFORE):
            return HTTPResponse(NOT_ANSWERED, {}, {})
        refusal = injection.refusal()
        if refusal is not None:
            return HTTPResponse.create_json(refusal.status, refusal.body())
        if injection.has(STALE_TOKEN):
            parsed = HTTPRequest.from_bytes(outdated(request.body), None, request.method, request.route)
        return self._served(request, parsed, injection)

    def _served(self, request: Request, parsed: HTTPRequest, injection: Injection) -> HTTPResponse:
        """The emulator's answer, as a fault leaves it."""
        marker = request.query.get("Marker", [""])[0]
        if marker in self.pages:
            whole = replace(parsed, query_params={**parsed.query_params, "Marker": []})
            return self._changed(self._handle(request, whole), Operations=self.pages[marker], NextMarker=None)
        answer = self._handle(request, parsed)
        if injection.has(NO_TOKEN):
            return self._changed(answer, CheckpointToken=None)
        if injection.has(PAGINATE):
            return self._paged(answer)
        return answer

    def _paged(self, answer: HTTPResponse) -> HTTPResponse:
        """The answer to a checkpoint with what is new on a page of its own."""
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            return answer
        marker = f"page-{len(self.pages) + 1}"
        self.pages[marker] = answer.body["NewExecutionState"]["Operations"]
        return self._changed(answer, NewExecutionState={"Operations": [], "NextMarker": marker})

    @staticmethod
    def _changed(answer: HTTPResponse, **members: Any) -> HTTPResponse:
        """A good answer with other members; None leaves one out."""
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            return answer
        body = {**answer.body, **members}
        return replace(answer, body={key: value for key, value in body.items() if value is not None})

    @staticmethod
    def _deliver(
        response: Response, invocation: OpenInvocation | None, injection: Injection
    ) -> Response | None:
        if injection.deadly:
            if invocation is not None:
                invocation.kill(Outcome.EXIT)
            return None
        return None if injection.has(LOSE_RESPONSE) else response

    def _http(self, request: Request) -> HTTPRequest | HTTPResponse:
        """The request as the emulator's handlers take it; the refusal of one that can't be parsed."""
        query = dict(request.query)
        try:
            if isinstance(request.route, routes.BytesPayloadRoute):
                return HTTPRequest.from_raw_bytes(
                    request.body, request.method, request.route, dict(request.headers), query
                )
            parsed = HTTPRequest.from_bytes(
                request.body, None, request.method, request.route, dict(request.headers), query
            )
        except AwsApiException as error:
            return HTTPResponse.create_error_from_exception(error)
        except (ValueError, RecursionError) as error:  # numbers or nesting beyond what JSON is read to
            return _unreadable(f"{type(error).__name__}: {error}")
        if request.operation == CHECKPOINT and len(_listed(parsed.body)) > MOST_UPDATES:
            return HTTPResponse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {}, {})
        if request.operation == CHECKPOINT and (breach := malformed(CHECKPOINT, parsed.body)) is not None:
            where = ".".join(map(str, breach.place)) or "the body"
            return _unreadable(f"{where} is not {breach.wanted}")
        return parsed

    def _handle(self, request: Request, parsed: HTTPRequest) -> HTTPResponse:
        try:
            return self.stack.handlers[type(request.route)].handle(request.route, parsed)
        except AwsApiException as error:
            return HTTPResponse.create_error_from_exception(error)
        except Exception as error:  # noqa: BLE001 - as the emulator's own server answers it
            if request.operation == CHECKPOINT:  # what it breaks on is in what it was sent
                return _unreadable(f"{type(error).__name__}: {error}")
            return HTTPResponse.create_error_from_exception(ServiceException(str(error)))


def _unreadable(message: str) -> HTTPResponse:
    """The refusal of a request that no service could read: as AWS's REST JSON services word it."""
    return HTTPResponse.create_json(
        HTTPStatus.BAD_REQUEST, {"Type": "SerializationException", "message": message}
    )


def _begins_a_body(update: Mapping[str, Any]) -> bool:
    """Whether an update is a START beside which an SDK may run the body already."""
    return update.get("Type") == "STEP" and update.get("Action") == "START"


def _listed(body: Any) -> list[Any]:
    """The updates of a request, as far as they are a list."""
    updates = body.get("Updates") if isinstance(body, dict) else None
    return updates if isinstance(updates, list) else []


def _retryable(status: int) -> bool:
    """Whether AWS's clients may send a request again that was answered so."""
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _response(answer: HTTPResponse, operation: str, skew: float, served: bytes) -> Response:
    headers = dict(answer.headers)
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        # The service names its errors in a header, and both SDKs' clients look nowhere else.
        headers["x-amzn-errortype"] = str(answer.body.get("Type", "ServiceException"))
        return Response(answer.status_code, headers, served)
    framed = frames.response(operation, answer.body, skew)
    if framed is answer.body:
        return Response(answer.status_code, headers, served)
    return Response(
        answer.status_code, headers, HTTPResponse(answer.status_code, headers, framed).body_to_bytes()
    )
