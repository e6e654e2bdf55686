"""The gateway: what stands for the Lambda service in front of the runs' emulators.

One HTTP server serves all runs; a request finds its run by the execution that it is addressed to. The
emulator's own server is not used: it takes one connection a request and refuses the sixth in a row.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import replace

from aiohttp import web

from conformance.lab import request_body
from conformance.lab.exchanges import Response, parse
from conformance.lab.run import Run

NOT_FOUND = Response(
    404,
    {"Content-Type": "application/json", "x-amzn-errortype": "ResourceNotFoundException"},
    json.dumps({"Type": "ResourceNotFoundException", "Message": "no such durable execution"}).encode(),
)


MOST_BYTES = 16 * 1024 * 1024
"""Bytes of a request's body: the longest payload of the service's model, 6 MiB, twice over and some more,
since JSON may escape it."""

LONGEST_PATH = 200
"""Characters that a note repeats of a path that is not there."""


class Gateway:
    """Hands requests on to the run that they concern."""

    def __init__(
        self, run_of: Callable[[str], Run | None], runs: Callable[[], Iterable[Run]] = tuple
    ) -> None:
        """`run_of` finds the run of an execution by its ARN; `runs` gives all that are under way."""
        self._run_of = run_of
        self._runs = runs

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. Of one that concerns no run, nothing but its path is looked at."""
        asked = parse(request.method, request.raw_path, request.headers, b"")
        run = self._run_of(asked.execution) if asked else None
        if asked is None or run is None:
            self._note(request)
            return _http(NOT_FOUND, last=True)
        try:
            body = await request_body.read(request, MOST_BYTES)
        except ConnectionError:  # who was about to ask has died: nothing was asked
            return web.Response()
        if body is None:
            return _http(run.exchanges.refuse(asked, f"a request may have {MOST_BYTES} bytes"), last=True)
        asked = replace(asked, body=body)
        exchanges = run.exchanges
        exchanges.open += 1
        run.bodies.requested()
        try:
            if run.delays is not None:
                await asyncio.sleep(run.delays())
            response = await exchanges.serve(asked)
        except Exception as fault:  # noqa: BLE001 - the lab's own failing, never the subject's: the run ends with it
            run.control.fail(fault)
            response = None
        finally:
            exchanges.open -= 1
            run.bodies.requested()
        if response is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return _http(response)

    def _note(self, request: web.BaseRequest) -> None:
        """Note a request that concerns no run in all that it may have come from: nobody says who sent it."""
        said = f"a request to the service for nothing of this run: {request.method} {request.raw_path}"
        for run in self._runs():
            run.recorder.drop(said[:LONGEST_PATH])


def _http(response: Response, *, last: bool = False) -> web.Response:
    """The answer; after the `last` one of a connection, whose body was not read, it is closed."""
    answer = web.Response(status=response.status, headers=response.headers, body=response.body)
    if last:
        answer.force_close()
    return answer
