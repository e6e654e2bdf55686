"""The gateway: what stands for the Lambda service in front of the runs' emulators.

One HTTP server serves all runs; a request finds its run by the execution that it is addressed to. The
emulator's own server is not used: it takes one connection a request and refuses the sixth in a row.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from aiohttp import web

from conformance.lab.exchanges import Response, parse
from conformance.lab.run import Run

NOT_FOUND = Response(
    404,
    {"Content-Type": "application/json", "x-amzn-errortype": "ResourceNotFoundException"},
    json.dumps({"Type": "ResourceNotFoundException", "Message": "no such durable execution"}).encode(),
)


class Gateway:
    """Hands requests on to the run that they concern."""

    def __init__(self, run_of: Callable[[str], Run | None]) -> None:
        """`run_of` finds the run of an execution by its ARN."""
        self._run_of = run_of

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            body = await request.content.read()
        except ConnectionError:  # who was about to ask has died: nothing was asked
            return web.Response()
        asked = parse(request.method, request.raw_path, request.headers, body)
        run = self._run_of(asked.execution) if asked else None
        if asked is None or run is None:
            return _http(NOT_FOUND)
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


def _http(response: Response) -> web.Response:
    return web.Response(status=response.status, headers=response.headers, body=response.body)
