"""The tables on a port of the loopback interface, where a handler's own client finds them."""

from __future__ import annotations

import json
from http import HTTPStatus
from types import TracebackType
from typing import Self

from aiohttp import web

from conformance.handlers.table import Tables

HOST = "127.0.0.1"
CONTENT = "application/x-amz-json-1.0"


class TableServer:
    """Serves one set of tables."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._tables = Tables()
        self._server = web.ServerRunner(
            web.Server(self._answer, access_log=None),
            access_log=None,
            shutdown_timeout=0.1,
        )
        self.url = ""

    async def __aenter__(self) -> Self:
        """Start it on a free port."""
        await self._server.setup()
        await web.TCPSite(self._server, HOST, 0).start()
        self.url = f"http://{HOST}:{self._server.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        await self._server.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        try:
            asked = json.loads(await request.read())
        except ValueError:
            asked = None
        if isinstance(asked, dict):
            status, body = self._tables.answer(request.headers.get("X-Amz-Target", ""), asked)
        else:
            status, body = HTTPStatus.BAD_REQUEST, {"message": "the request's body is no JSON object"}
        return web.Response(status=status, body=json.dumps(body).encode(), content_type=CONTENT)
