"""Processes that are forked from one that has imported all: each is one of its own, and nothing is left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.subjects import guard
from conformance.subjects.launching import Direct, Launcher, Supervised
from conformance.subjects.sandbox import View, Way
from conformance.subjects.spawner import Running
from conformance.subjects.starting import Commands, Forks, Starter, starter

MODULE = """
import json, os, random, sys, time
IMPORTED = os.getpid()
def main():
    open(f"{os.getpid()}.pid", "w").close()
    told = {"pid": os.getpid(), "imported": IMPORTED, "cwd": os.getcwd(), "mine": os.environ.get("MINE"),
            "home": os.environ.get("HOME"), "group": os.getpgid(0), "session": os.getsid(0),
            "random": random.random(), "fds": sorted(os.listdir("/dev/fd"), key=int)}
    print(json.dumps(told), flush=True)
    print("a warning", file=sys.stderr, flush=True)
    if os.environ.get("MINE") == "stays":
        time.sleep(600)
    return int(os.environ.get("STATUS", "0"))
"""
THREADED = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"


class Machine:
    """Starts processes of a module that says what it is."""

    def __init__(self, folder: Path, launcher: Launcher, module: str = MODULE) -> None:
        (folder / "told.py").write_text(module, encoding="utf-8")
        self.folder = folder
        self.environment = {"PYTHONPATH": str(folder), "PATH": os.defpath}
        self.command = (sys.executable, "-c", "import sys, told; sys.exit(told.main())")
        self.launcher = launcher
        commands = Commands(launcher, self.command, self.environment)
        self.starter: Starter = Forks(launcher, sys.executable, ("told",), self.environment, commands)

    async def start(self, **own: str) -> tuple[Running, asyncio.StreamReader]:
        """A process and what it writes."""
        reading, writing = os.pipe()
        process = await self.starter.start(self.folder, {"HOME": str(self.folder), **own}, writing)
        os.close(writing)
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb"))
        return process, reader

    async def told(self, **own: str) -> tuple[Running, dict[str, Any]]:
        """A process and what it says of itself; by then it has ended, unless it stays."""
        process, reader = await self.start(**own)
        line: dict[str, Any] = json.loads(await reader.readline())
        if own.get("MINE") != "stays":
            await process.wait()
        return process, line


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def everything() -> View:
    return View()


@pytest.fixture(params=["this process", "a supervisor"])
def launcher(request: pytest.FixtureRequest) -> Launcher:
    """What runs commands."""
    return Direct() if request.param == "this process" else Supervised((Way.NONE,), everything)


@asynccontextmanager
async def machine(folder: Path, launcher: Launcher, module: str = MODULE) -> AsyncIterator[Machine]:
    made = Machine(folder, launcher, module)
    try:
        yield made
    finally:
        await made.starter.close()
        await launcher.close()


def run(act: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(act(), 60))


def test_each_is_a_process_of_its_own_though_its_modules_are_shared(
    tmp_path: Path, launcher: Launcher
) -> None:
    async def act() -> None:
        async with machine(tmp_path, launcher) as made:
            (one, first), (two, second) = await made.told(MINE="1"), await made.told(MINE="2", STATUS="7")
            assert (one.returncode, two.returncode) == (0, 7)
            assert first["imported"] == second["imported"] not in (first["pid"], second["pid"])
            for process, told, mine in ((one, first, "1"), (two, second, "2")):
                assert told["pid"] == told["group"] == told["session"] == process.pid
                assert (told["mine"], told["cwd"], told["home"]) == (mine, str(tmp_path), str(tmp_path))
                assert told["fds"] == ["0", "1", "2", "3"]  # the last is that of the listing itself
            assert first["random"] != second["random"]
        assert gone(first["imported"])

    run(act)


def test_what_it_writes_to_either_stream_is_its_own(tmp_path: Path, launcher: Launcher) -> None:
    async def act() -> None:
        async with machine(tmp_path, launcher) as made:
            process, reader = await made.start(MINE="1")
            await process.wait()
            assert (await reader.readline()).startswith(b"{")
            assert await reader.readline() == b"a warning\n"
            assert (await made.told(MINE="2"))[1]["mine"] == "2"

    run(act)


def test_one_that_is_killed_says_by_what(tmp_path: Path, launcher: Launcher) -> None:
    async def act() -> None:
        async with machine(tmp_path, launcher) as made:
            process, _ = await made.told(MINE="stays")
            assert process.returncode is None
            guard.kill(process.pid)
            assert await process.wait() == process.returncode == -signal.SIGKILL

    run(act)


def test_many_at_once_each_get_their_own(tmp_path: Path, launcher: Launcher) -> None:
    async def act() -> None:
        async with machine(tmp_path, launcher) as made:
            told = await asyncio.gather(*(made.told(MINE=str(number)) for number in range(12)))
            assert [line["mine"] for _, line in told] == [str(number) for number in range(12)]
            assert all(process.pid == line["pid"] for process, line in told)

    run(act)


def test_closing_leaves_nothing_of_those_that_still_run(tmp_path: Path, launcher: Launcher) -> None:
    async def act() -> None:
        async with machine(tmp_path, launcher) as made:
            (process, told) = await made.told(MINE="stays")
        assert process.returncode == -signal.SIGKILL
        assert gone(told["pid"])
        assert gone(told["imported"])

    run(act)


def test_a_start_that_is_given_up_leaves_no_process(tmp_path: Path, launcher: Launcher) -> None:
    async def act() -> None:
        async with machine(tmp_path, launcher) as made:
            await made.told(MINE="first")
            starts = [asyncio.create_task(made.told(MINE="stays")) for _ in range(3)]
            await asyncio.sleep(0)
            for start in starts:
                start.cancel()
            await asyncio.gather(*starts, return_exceptions=True)
            _, told = await made.told(MINE="last")
            assert told["mine"] == "last"

    run(act)
    assert all(gone(int(path.stem)) for path in tmp_path.glob("*.pid"))


def test_where_the_template_dies_its_forks_do_and_commands_are_started(
    tmp_path: Path, launcher: Launcher
) -> None:
    async def act() -> None:
        async with machine(tmp_path, launcher) as made:
            process, told = await made.told(MINE="stays")
            os.kill(told["imported"], signal.SIGKILL)
            assert await process.wait() == -signal.SIGKILL
            _, alone = await made.told(MINE="2")
            assert alone["imported"] == alone["pid"]

    run(act)


@pytest.mark.parametrize("module", [THREADED + MODULE, "import os\nos._exit(3)\n"])
def test_what_cannot_be_forked_is_started(module: str, tmp_path: Path, launcher: Launcher) -> None:
    async def act() -> None:
        async with machine(tmp_path, launcher, module) as made:
            if "main" not in module:
                process, _ = await made.start()
                assert await process.wait() == 3
                return
            _, told = await made.told(MINE="1")
            assert told["imported"] == told["pid"]

    run(act)


def test_an_import_that_fails_is_left_to_the_process(tmp_path: Path, launcher: Launcher) -> None:
    async def act() -> None:
        async with machine(tmp_path, launcher, "raise RuntimeError('broken SDK')\n") as made:
            process, reader = await made.start()
            assert await process.wait() == 1
            assert b"RuntimeError: broken SDK" in await reader.read()

    run(act)


def test_only_what_preloads_is_forked() -> None:
    assert isinstance(starter(Direct(), ("node", "main.mjs"), (), {}), Commands)
    assert isinstance(starter(Direct(), ("python", "-m", "told"), ("told",), {}), Forks)
