"""The side channel: how a harness gets its program, asks leave for its bodies, and tells what they did.

Every request is keyed by the invocation's request id: {base}/invocations/{request id}/{what}.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from conformance.lab.bodies import NeverTrueError
from conformance.lab.recorder import OpenInvocation
from conformance.lab.run import Run

DONE = 204


class SideChannel:
    """Hands requests on to the run and invocation that they concern."""

    def __init__(self, invocation_of: Callable[[str], tuple[Run, OpenInvocation] | None]) -> None:
        """`invocation_of` finds a run and its invocation by request id."""
        self._invocation_of = invocation_of

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        parts = request.path.strip("/").split("/")
        found = self._invocation_of(parts[1]) if len(parts) == 3 and parts[0] == "invocations" else None  # noqa: PLR2004
        if found is None:
            return _json(404, {"error": f"no invocation under {request.path}"})
        run, invocation = found
        run.recorder.instrumented = True
        if parts[2] == "program" and request.method == "GET":
            return _json(200, run.program(invocation))
        try:
            told = json.loads(await request.content.read())
            return await self._take(parts[2], run, invocation, told)
        except NeverTrueError as error:
            return _json(409, {"error": str(error)})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return _json(400, {"error": f"{parts[2]}: {type(error).__name__}: {error}"})
        except ConnectionError:  # who was about to tell has died: it told nothing
            return web.Response()

    async def _take(
        self, what: str, run: Run, invocation: OpenInvocation, told: Mapping[str, Any]
    ) -> web.StreamResponse:
        match what:
            case "bodies":
                return _json(200, {"run": await run.bodies.begin(invocation, told)})
            case "effects":
                run.bodies.tell(invocation, told)
                return web.Response(status=DONE)
            case "crash":
                await run.bodies.may_crash(invocation, told)
                return _json(200, {})
            case "reports":
                run.report(invocation, told)
                return web.Response(status=DONE)
            case _:
                return _json(404, {"error": f"there is no {what}"})


def _json(status: int, value: Any) -> web.Response:
    return web.Response(status=status, content_type="application/json", body=json.dumps(value).encode())
