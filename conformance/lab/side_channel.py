"""The side channel: how a harness says what it is, gets its program and its bodies' turns, and tells of them.

A subject has a base URL of its own, {lab}/subjects/{id}; below it are `hello` and, for each invocation by its
request id, `invocations/{request id}/{what}`. What is said of an invocation that has ended is dropped and
noted (410): no process can do anything to a scenario that it is not in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from conformance.lab import request_body
from conformance.lab.bodies import GoneError
from conformance.lab.recorder import OpenInvocation
from conformance.lab.run import Run
from conformance.protocol.messages import Ask, EffectMessage, Hello, ProtocolError, ReportMessage, read

DONE = 204
LONGEST_PATH = 200
"""Characters of a path that is not there which the answer repeats."""

MOST_BYTES = 32 * 1024 * 1024
"""Bytes of one message: twice those of the longest value that may be computed, since JSON may escape it."""


MOST_EFFECTS = 100_000
"""Effects that one run keeps: a hundred times what the largest scenario tells."""


class SideChannel:
    """Hands messages on to the run and invocation that they concern."""

    def __init__(self, runs_of: Callable[[str], Iterable[Run]]) -> None:
        """`runs_of` finds the runs of a subject that are under way, by its id."""
        self._runs_of = runs_of
        self.hellos: dict[str, Hello] = {}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        match request.method, *request.raw_path.strip("/").split("/"):
            case "POST", "subjects", subject, "hello":
                path = ["hello"]
            case _, "subjects", subject, "invocations", request_id, what:
                path = ["invocations", request_id, what]
            case _:
                return _json(404, {"error": f"there is no {request.raw_path[:LONGEST_PATH]}"})
        try:
            body = await request_body.read(request, MOST_BYTES)
        except ConnectionError:  # who was about to tell has died: it told nothing
            return web.Response()
        return await self._serve(request.method, unquote(subject), path, body)

    async def _serve(
        self, method: str, subject: str, path: list[str], body: bytes | None
    ) -> web.StreamResponse:
        if path == ["hello"]:
            return _too_large() if body is None else self._hello(subject, body)
        found = self._invocation(subject, path[1])
        if found is None or not found[1].in_flight:
            self._drop(subject, path, body or b"(too much to read)")
            return _json(HTTPStatus.GONE, {"error": "that invocation has ended"})
        run, invocation = found
        run.recorder.instrumented = True
        if body is None:
            run.refuse(invocation, ProtocolError(f"{path[2]}: a message of more than {MOST_BYTES} bytes"))
            return _too_large()
        try:
            return await self._about(run, invocation, subject, (method, path[2]), body)
        except GoneError as error:
            return _json(HTTPStatus.GONE, {"error": str(error)})
        except ProtocolError as error:
            run.refuse(invocation, error)
            return _json(400, {"error": str(error)})

    async def _about(
        self, run: Run, invocation: OpenInvocation, subject: str, what: tuple[str, str], body: bytes
    ) -> web.StreamResponse:
        """A message about an invocation in flight."""
        if what == ("GET", "program"):
            return self._program(run, invocation, subject)
        if what[0] != "POST":
            return _json(404, {"error": f"there is no {' '.join(what)}"})
        try:
            message = read(what[1], body)
        except KeyError:
            return _json(404, {"error": f"there is no {' '.join(what)}"})
        match message:
            case Ask():
                return _json(200, await run.bodies.begin(invocation, message))
            case EffectMessage() if len(run.recorder.effects) >= MOST_EFFECTS:
                raise ProtocolError(f"effects: more than {MOST_EFFECTS} effects are told in one run")
            case EffectMessage():
                await run.bodies.tell(invocation, message)
            case ReportMessage():
                run.report(invocation, message)
            case Hello():
                raise ProtocolError("hello: it is said once a process, not of an invocation")
        return web.Response(status=DONE)

    def _program(self, run: Run, invocation: OpenInvocation, subject: str) -> web.StreamResponse:
        hello = self.hellos.get(subject)
        if hello is None:
            raise ProtocolError("program: the harness asks for it without having said hello")
        if not run.admits(hello):
            raise GoneError("the run is over: the scenario needs what this harness hasn't got")
        return _json(200, run.program(invocation))

    def _hello(self, subject: str, body: bytes) -> web.StreamResponse:
        try:
            message = read("hello", body)
        except ProtocolError as error:
            return _json(400, {"error": str(error)})
        if isinstance(message, Hello) and self.hellos.setdefault(subject, message) != message:
            return _json(409, {"error": "another process of this subject said something else of itself"})
        return web.Response(status=DONE)

    def _invocation(self, subject: str, request_id: str) -> tuple[Run, OpenInvocation] | None:
        for run in self._runs_of(subject):
            invocation = run.calls.of_request(request_id)
            if invocation is not None:
                return run, invocation
        return None

    def _drop(self, subject: str, path: list[str], body: bytes) -> None:
        """Note it in its own run's recording, or else in those that it could have disturbed."""
        found = self._invocation(subject, path[1])
        said = f"{path[2]} of an invocation that had ended: {body[:200].decode(errors='replace')}"
        for run in [found[0]] if found else self._runs_of(subject):
            run.recorder.drop(said)


def _too_large() -> web.Response:
    return _json(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": f"a message may have {MOST_BYTES} bytes"})


def _json(status: int, value: Any) -> web.Response:
    return web.Response(status=status, content_type="application/json", body=json.dumps(value).encode())
