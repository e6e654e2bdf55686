"""The AWS Lambda Runtime API (2018-06-01), one server for each process.

A port of its own tells for every request which process sent it, so that nothing that one process does can
touch the invocation of another. As on Lambda, a process has one invocation at a time, and asking for the next
one is what says that it is free.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
from aiohttp import web

from conformance.wire.recording import Outcome

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from conformance.subjects.event import Event

LIMIT = 6 * 1024 * 1024  # bytes of an answer, as on Lambda
TOO_LARGE = "Function.ResponseSizeTooLarge"  # Lambda's own name for an answer over the limit
_PREFIX = "/2018-06-01/runtime/"
_NO_HTTP = "UNKNOWN"  # what aiohttp calls the method of a request that it could not parse
_SETTLE_SECONDS = 1.0
_DROP_SECONDS = 0.1  # aiohttp takes 0 for no limit
_TURNS = 4  # of the loop, until a connection is accepted, has a transport, and the server is told of it

# aiohttp logs what a subject sends that is no HTTP; here it is said among the subject's own lines.
_SILENT = logging.getLogger(__name__)
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


@dataclass(frozen=True)
class Reply:
    """How an invocation ended, as far as the Runtime API saw it."""

    outcome: Outcome
    body: str | None
    detail: str = ""


class Network(Protocol):
    """Gives sockets of the loopback interface on which the process is."""

    async def listen(self, port: int = 0) -> socket.socket:
        """One that listens; 0 is a free port."""

    async def connect(self, port: int) -> socket.socket:
        """One that is connected with a port."""


@dataclass(frozen=True)
class Listener:
    """Who is told what a process does: each is called at once, in the order in which things happen."""

    free: Callable[[], None]  # it asks for its next event
    answered: Callable[[Reply], None]  # the invocation at hand is over
    init_error: Callable[[str], None]  # it could not initialise itself; the body of what it says
    say: Callable[[str], None]  # it sent something that breaks the Runtime API


class RuntimeApi:
    """One process's server. `address` is its host:port once it has started."""

    def __init__(self, listener: Listener, network: Network) -> None:
        """Prepare a server that tells `listener`, where `network` gives it sockets."""
        self.address = ""
        self._network = network
        self._listener = listener
        self._next: asyncio.Future[Event] | None = None
        self._event: Event | None = None
        self._initialised = False
        self._server = web.Server(
            self._handle,
            request_factory=self._request,
            handler_cancellation=True,
            logger=_SILENT,
            access_log=None,
            auto_decompress=False,
        )
        self._socket: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port of the loopback interface."""
        # Started apart: cancelled while it starts a server too, create_server would leave the socket open.
        loop = asyncio.get_running_loop()
        listening = await self._network.listen()
        self._socket = await loop.create_server(self._server, sock=listening, start_serving=False)
        await self._socket.start_serving()
        host, port = self._socket.sockets[0].getsockname()
        self.address = f"{host}:{port}"

    async def close(self) -> None:
        """Stop listening and drop every connection, those too that a process made just before it ended."""
        self._event = None
        if self._socket:
            await _turns()  # asyncio would leave open what it has accepted and not yet told of
            self._socket.close()
            await self._server.shutdown(_DROP_SECONDS)
            await self._socket.wait_closed()
            await _turns()
            self._socket = None

    @property
    def free(self) -> bool:
        """Whether the process waits for an event."""
        return self._next is not None and not self._next.done()

    def hand(self, event: Event) -> None:
        """Give the process, which must be free, its event."""
        if self._next is None or self._next.done():
            raise RuntimeError("handed an event to a process that does not wait for one")
        self._event = event
        self._next.set_result(event)

    async def settle(self) -> None:
        """Wait until all that a process sent before it ended has been handled.

        Its last answer may still lie in a socket's buffer. A connection of our own is accepted after all of
        the process's; when it has been served and the others have come to their end, nothing is left.
        Bounded, since something that the process started may hold a connection open.
        """
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_SETTLE_SECONDS):
                _, _, port = self.address.partition(":")
                reader, writer = await asyncio.open_connection(sock=await self._network.connect(int(port)))
                writer.write(b"GET / HTTP/1.1\r\nHost: settle\r\nConnection: close\r\n\r\n")
                await reader.read()
                writer.close()
                while self._event and self._server.connections:  # noqa: ASYNC110 - aiohttp has no event
                    await asyncio.sleep(0.001)

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        if message.method == _NO_HTTP:
            self._garbage("it sent something that is not HTTP")
        return web.BaseRequest(message, payload, protocol, writer, task, asyncio.get_running_loop())

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        match request.method, *request.path.removeprefix(_PREFIX).split("/"):
            case "GET", "invocation", "next":
                return await self._give()
            case "POST", "invocation", request_id, "response":
                return await self._take(request, request_id, Outcome.RESPONSE)
            case "POST", "invocation", request_id, "error":
                return await self._take(request, request_id, Outcome.ERROR)
            case "POST", "init", "error":
                return await self._init_error(request)
        called = f"{request.method} {request.path[:200]}"
        if request.path != "/":  # that is our own connection, see settle
            self._listener.say(f"runtime api: {called} is not part of it")
        return _refusal(404, "NotFound", called)

    async def _give(self) -> web.StreamResponse:
        self._initialised = True
        if self._event:
            self._garbage("it asked for the next invocation without having answered this one")
            return _refusal(403, "InvalidStateTransition", "the invocation before has not been answered")
        if self._next:
            self._next.cancel()  # of a connection that was given up
        waiting = self._next = asyncio.get_running_loop().create_future()
        self._listener.free()
        try:
            event = await waiting
        finally:
            if self._next is waiting:
                self._next = None
        headers = {
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
            "Lambda-Runtime-Tenant-Id": event.tenant,
            "Lambda-Runtime-Trace-Id": event.trace,
        }
        given = {name: value for name, value in headers.items() if value is not None}
        return web.Response(body=event.body, headers=given, content_type="application/json")

    async def _take(self, request: web.BaseRequest, request_id: str, outcome: Outcome) -> web.StreamResponse:
        if not self._at_hand(request_id):
            return self._unknown(request_id)
        content = await self._read(request)
        if not self._at_hand(request_id):
            return self._unknown(request_id)  # another request answered it while this one was read
        if content is None:
            message = f"the answer is larger than {LIMIT} bytes"
            error = json.dumps({"errorType": TOO_LARGE, "errorMessage": message})
            self._end(Reply(Outcome.ERROR, error, f"{message}, which Lambda refuses"))
            return _refusal(413, "RequestEntityTooLarge", message)
        try:
            self._end(Reply(outcome, content.decode()))
        except UnicodeDecodeError as error:
            self._garbage(f"its answer is not UTF-8: {error}")
            return _refusal(400, "InvalidRequest", "not UTF-8")
        return _json(202, {"status": "OK"})

    async def _init_error(self, request: web.BaseRequest) -> web.StreamResponse:
        content = await self._read(request)
        if self._initialised:
            self._listener.say("runtime api: an initialisation error after it had asked for an invocation")
            return _refusal(403, "InvalidStateTransition", "initialised before")
        self._listener.init_error((content or b"").decode(errors="replace"))
        return _json(202, {"status": "OK"})

    async def _read(self, request: web.BaseRequest) -> bytes | None:
        """Give a request's body; None if it is too large, the rest of it unread."""
        content = bytearray()
        try:
            async for chunk in request.content.iter_any():
                content += chunk
                if len(content) > LIMIT:
                    return None
        except asyncio.CancelledError:
            if self._event:
                self._listener.say("runtime api: an answer broke off")  # it may well send it again
            raise
        except aiohttp.ClientPayloadError as error:
            self._garbage(f"its answer is not HTTP: {error}")
        return bytes(content)

    def _at_hand(self, request_id: str) -> bool:
        return self._event is not None and self._event.request_id == request_id

    def _unknown(self, request_id: str) -> web.StreamResponse:
        self._listener.say(
            f"runtime api: an answer to {request_id[:200]}, which is not the invocation at hand"
        )
        return _refusal(400, "InvalidRequestID", "not the invocation at hand")

    def _garbage(self, detail: str) -> None:
        self._listener.say(f"runtime api: {detail}")
        if self._event:
            self._end(Reply(Outcome.GARBAGE, None, detail))

    def _end(self, reply: Reply) -> None:
        self._event = None
        self._listener.answered(reply)


async def _turns() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)


def _refusal(status: int, kind: str, message: str) -> web.Response:
    return _json(status, {"errorType": kind, "errorMessage": message})


def _json(status: int, document: dict[str, str]) -> web.Response:
    return web.Response(status=status, body=json.dumps(document).encode(), content_type="application/json")
