"""A subject under a debugger, which stops in the harness for longer than any limit, and lets it go on."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from conformance.errors import UsageError
from conformance.sdks import registry as records
from conformance.subjects import debugging
from conformance.subjects.subject import Subject

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
SECONDS = 120
HELD_SECONDS = 2.5
SCENARIO = """\
title: A step, with no patience
limit: 0.5
covers: [step-result-checkpointed]
handler:
  - step: {name: first, returns: 1, as: first}
  - wait: {name: pause, seconds: 5}
  - return: {$eval: first}
expect: {status: SUCCEEDED, result: 1}
"""


def line(path: Path, text: str) -> int:
    """The number of the line of a file that has this text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, each in enumerate(lines, start=1) if text in each)


class Adapter:
    """A client of the Debug Adapter Protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._sent = 0

    def send(self, command: str, **arguments: object) -> None:
        self._sent += 1
        request = {"seq": self._sent, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(request).encode()
        self._writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def until(self, **wanted: object) -> dict[str, Any]:
        while True:
            header = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            length = int(header.partition("Content-Length: ")[2].split()[0])
            message: dict[str, Any] = json.loads(await self._reader.readexactly(length))
            if wanted.items() <= message.items():
                return message

    def close(self) -> None:
        self._writer.close()


async def reached(connect: Callable[[], Awaitable[T]]) -> T:
    """What connecting gives, once somebody listens there."""
    while True:
        try:
            return await connect()
        except (OSError, aiohttp.ClientError):
            await asyncio.sleep(0.1)


async def stop_in_python(port: int) -> None:
    file = ROOT / "python_sdk" / "interpreter.py"
    adapter = Adapter(*await reached(lambda: asyncio.open_connection("127.0.0.1", port)))
    adapter.send("initialize", adapterID="test")
    adapter.send("attach", justMyCode=False)
    await adapter.until(event="initialized")
    place = {"line": line(file, "def interpret") + 2}
    adapter.send("setBreakpoints", source={"path": str(file)}, breakpoints=[place])
    adapter.send("configurationDone")
    stopped = await adapter.until(event="stopped")
    await asyncio.sleep(HELD_SECONDS)
    adapter.send("setBreakpoints", source={"path": str(file)}, breakpoints=[])
    adapter.send("continue", threadId=stopped["body"]["threadId"])
    await adapter.until(command="continue", success=True)
    adapter.close()


async def stop_in_node(port: int) -> None:
    file = ROOT / "js_harness" / "interpreter.mjs"

    async def target() -> str:
        async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
            return str((await answer.json())[0]["webSocketDebuggerUrl"])

    async with aiohttp.ClientSession() as session, session.ws_connect(await reached(target)) as inspector:

        async def send(number: int, method: str, **parameters: object) -> None:
            await inspector.send_json({"id": number, "method": method, "params": parameters})

        await send(1, "Debugger.enable")
        where = {"url": file.as_uri(), "lineNumber": line(file, "async function interpret") + 1}
        await send(2, "Debugger.setBreakpointByUrl", **where)
        await send(3, "Runtime.runIfWaitingForDebugger")
        async for message in inspector:
            if json.loads(message.data).get("method") == "Debugger.paused":
                break
        else:
            pytest.fail("it never came to the breakpoint")
        await asyncio.sleep(HELD_SECONDS)
        await send(4, "Debugger.disable")


@pytest.mark.parametrize(
    ("sdk", "spelled", "client"),
    [("python", "--debug-python={port}", stop_in_python), ("js", "--debug=js={port}", stop_in_node)],
)
def test_a_debugger_attaches_and_nobody_hurries_it(
    sdk: str, spelled: str, client: Callable[[int], Awaitable[None]], tmp_path: Path
) -> None:
    (tmp_path / "patient.yaml").write_text(SCENARIO, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    async def debug() -> tuple[int | None, str, str]:
        run = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "conformance", "run", str(tmp_path / "patient.yaml")),
            *("--subject", sdk, "--reference", sdk, spelled.format(port=port)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(SECONDS):
                await client(port)
                said, told = await run.communicate()
        finally:
            if run.returncode is None:
                run.kill()
                await run.communicate()
        return run.returncode, said.decode(), told.decode()

    code, said, told = asyncio.run(debug())
    assert code == 0, said + told
    assert f"waits for a debugger at 127.0.0.1:{port}" in told


PYTHONS = (Subject.parse("js"), Subject.parse("python"), Subject.parse("python+mutant:phantom-fail"))


def test_a_subject_is_named_by_its_id_or_where_there_is_one_by_its_sdk() -> None:
    port = debugging.Port.parse
    assert debugging.ports([port("js=5678")], PYTHONS) == {"js@2.4.0": 5678}
    assert debugging.ports([port("python@3.0.0=1")], PYTHONS) == {"python@3.0.0": 1}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (["ruby=1"], "no subject of this run"),
        (["python=1"], "several subjects"),
        (["js=1", "python@3.0.0=1"], "port 1 is given twice"),
    ],
)
def test_what_can_t_be_debugged_is_said_before_anything_runs(wanted: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        debugging.ports([debugging.Port.parse(one) for one in wanted], PYTHONS)


def test_a_subject_without_a_record_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="no record says how mine is debugged"):
        debugging.debugger(Subject.parse("mine=./bootstrap"))


@pytest.mark.parametrize("text", ["5678", "python=", "python=0", "python=65536", "python=-1", "=1"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|subject"):
        debugging.Port.parse(text)


def test_records_say_where_the_port_goes() -> None:
    for name in debugging.names():
        record = records.record(name)
        assert record is not None
        assert record.debugger is not None
        assert any("{port}" in one for one in record.debugger.arguments)
