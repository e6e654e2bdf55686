"""The body of a request to one of the lab's servers, read up to a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web


async def read(request: web.BaseRequest, most: int) -> bytes | None:
    """A request's body; None if it has more than `most` bytes, the rest of it unread.

    Raises:
        ConnectionError: Its sender has died.
    """
    content = bytearray()
    async for chunk in request.content.iter_any():
        content += chunk
        if len(content) > most:
            return None
    return bytes(content)
