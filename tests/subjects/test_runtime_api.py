"""The Runtime API's server as such: what it leaves behind when it is closed."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest

from conformance.subjects.launching import Direct
from conformance.subjects.runtime_api import Listener, RuntimeApi
from tests.subjects.driving import left_open

NOBODY = Listener(lambda: None, lambda _: None, lambda _: None, lambda _: None)
AT_ONCE = struct.pack("ii", 1, 0)  # a connection is reset when it is closed


@pytest.mark.parametrize("gone", [False, True], ids=["still there", "gone"])
def test_closing_drops_the_connections_that_were_made(*, gone: bool) -> None:
    async def work(turns: int) -> None:
        api = RuntimeApi(NOBODY, Direct())
        await api.start()
        host, _, port = api.address.partition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            if gone:
                connection.close()
            for _ in range(turns):
                await asyncio.sleep(0)
            async with asyncio.timeout(10):
                await api.close()

    for turns in range(12):  # more than it takes until the server waits for a first request
        assert left_open(work(turns)) == [], f"closed after {turns} turns of the loop"
