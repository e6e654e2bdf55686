"""What a hostile subject reaches of the machine: nothing, in every sandbox that this machine gives.

Each row is code that a subject runs, and what must come of it. The machine that these tests are for gives
namespaces; where it doesn't, the rows about what holds without them are left.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from conformance.engine.stack import real
from conformance.errors import EnvironmentFault
from conformance.scenario.model import Scenario
from conformance.subjects import sandbox
from conformance.subjects.event import Event
from conformance.subjects.launching import Supervised
from conformance.subjects.pool import Pool
from conformance.subjects.sandbox import Needs, View, Way
from conformance.subjects.supervisor import MEMORY_BYTES
from tests.subjects.driving import ARN, gone, run, script

PRYING = Path(__file__).with_name("prying.py")
CHECKOUT = Path(__file__).parents[2]


@dataclass
class Served:
    """The sockets by which the processes of a pool reach the suite from a network of their own."""

    sockets: dict[str, socket.socket] = field(default_factory=dict)

    async def serve(self, url: str, listening: socket.socket) -> None:
        """Keep one."""
        self.sockets[url] = listening


@asynccontextmanager
async def prying(way: Way, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pool]:
    """A pool of subjects that pry, kept from the machine in that way."""
    monkeypatch.setattr(sandbox, "ways", lambda: (way,))
    served = Served()
    pool = Pool(script(PRYING), "http://127.0.0.1:4001", "http://127.0.0.1:4002", served.serve)
    try:
        yield pool
    finally:
        await pool.close()
        for each in served.sockets.values():
            each.close()


async def found(pool: Pool, code: str) -> Any:
    """What a subject's code finds."""
    answer = await pool.invoke(Event("r", ARN, json.dumps({"code": code}).encode(), 1_900_000_000_000))
    return json.loads(answer.body or "null")


def ways() -> list[Way]:
    """Those that this machine gives."""
    return [way for way in sandbox.ways() if way is not Way.NONE and sandbox.refusal(way) is None]


@pytest.fixture(params=ways(), ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """A way of being kept from the machine."""
    one: Way = request.param
    return one


OPENS = "import os\nos.close(os.open({path!r}, os.O_RDONLY))\nfound = 'open'"
WRITES = "found = open({path!r}, 'w').write('x')"
CONNECTS = "import socket\nsocket.create_connection(('{host}', {port}), 5)\nfound = 'connected'"
UNMOUNTS = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
found = [libc.umount2(path.encode(), 2) for path in {paths}]
nested = subprocess.run(["unshare", "-Urm", "umount", "-l", {paths}[0]], capture_output=True)
found.append(nested.returncode and -1)
"""


def test_the_users_files_are_not_there(way: Way, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text("of the user", encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))

    async def work() -> None:
        async with prying(way, monkeypatch) as pool:
            assert await found(pool, OPENS.format(path=str(home / "secret"))) == "FileNotFoundError"
            assert await found(pool, f"import os\nfound = os.listdir({str(home)!r})") == "FileNotFoundError"
            assert await found(pool, UNMOUNTS.format(paths=["/tmp", "/root", "/run"])) == [-1] * 4  # noqa: S108
            assert await found(pool, OPENS.format(path=str(home / "secret"))) == "FileNotFoundError"

    run(work())


def test_the_checkout_can_be_read_and_not_written(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with prying(way, monkeypatch) as pool:
            assert await found(pool, OPENS.format(path=str(CHECKOUT / "pyproject.toml"))) == "open"
            for path in (CHECKOUT / "pyproject.toml", CHECKOUT / "new", Path("/etc/new"), Path("/new")):
                assert await found(pool, WRITES.format(path=str(path))) == "OSError"  # read-only
                assert path.name != "new" or not path.exists()

    run(work())


def test_it_can_write_to_its_own_places(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os, tempfile\nfound = [open(os.path.join(d, 'x'), 'w').write('x') for d in {places}]"
    places = "(os.environ['HOME'], os.environ['TMPDIR'], '/tmp', '/dev/shm')"

    async def work() -> None:
        async with prying(way, monkeypatch) as pool:
            assert await found(pool, code.format(places=places)) == [1, 1, 1, 1]

    run(work())
    assert not Path("/tmp/x").exists()  # noqa: S108 - it had one of its own
    assert not Path("/dev/shm/x").exists()  # noqa: S108


def test_no_network_but_its_own(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
            abstract.bind(f"\0conformance-{os.getpid()}")
            abstract.listen()
            port = server.getsockname()[1]
            async with prying(way, monkeypatch) as pool:
                assert (
                    await found(pool, CONNECTS.format(host="127.0.0.1", port=port))
                    == "ConnectionRefusedError"
                )
                assert await found(pool, CONNECTS.format(host="192.0.2.1", port=80)) == "OSError"  # no route
                assert await found(pool, CONNECTS.format(host="127.0.0.1", port=4001)) == "connected"
                code = "import socket\nsocket.socket(socket.AF_UNIX).connect({name!r})"
                name = f"\0conformance-{os.getpid()}"
                assert await found(pool, code.format(name=name)) == "ConnectionRefusedError"
                interfaces = "import socket\nfound = [name for _, name in socket.if_nameindex()]"
                assert await found(pool, interfaces) == ["lo"]

    run(work())


def test_no_process_but_its_own(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import os\nfound = [open(f'/proc/{n}/cmdline').read() for n in os.listdir('/proc') if n.isdigit()]"
    )

    async def work() -> None:
        async with prying(way, monkeypatch) as pool, prying(way, monkeypatch) as other:
            assert await found(other, "found = 1") == 1
            seen = await found(pool, code)
            assert len(seen) == 2  # what starts it, and itself
            assert "pytest" not in "".join(seen)
            for number in (os.getpid(), os.getppid()):
                assert await found(pool, f"import os\nos.kill({number}, 0)") in (
                    "ProcessLookupError",
                    "PermissionError",
                )
            await found(pool, "import os, signal\nos.kill(1, signal.SIGKILL)\nfound = 1")
            answer = asyncio.ensure_future(found(pool, "import os, signal\nos.kill(-1, signal.SIGKILL)"))
            await answer
            assert await found(pool, "found = 2") == 2
            assert await found(other, "found = 3") == 3

    run(work())


def test_it_has_no_privileges(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "found = [line.split()[1] for line in open('/proc/self/status') if line[:6] in ('CapEff', 'NoNewP')]"
    )

    async def work() -> None:
        async with prying(way, monkeypatch) as pool:
            assert await found(pool, code) == ["0" * 16, "1"]
            assert await found(pool, "import os\nfound = os.listdir('/dev')") != []
            raw = "import os\nfound = [d for d in os.listdir('/dev') if d[:2] in ('sd', 'vd', 'nv', 'me')]"
            assert await found(pool, raw) == []

    run(work())


LEAVES = """
import os, sys, time
pid = os.fork()
if pid == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in range(3):
        os.close(number)
    os.environ.clear()
    time.sleep(600)
os.waitpid(pid, 0)
found = [int(n) for n in os.listdir('/proc') if n.isdigit()]
"""


@pytest.mark.parametrize("how", [*ways(), Way.NONE], ids=str)
def test_nothing_survives_not_even_what_left_its_session(how: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = f"left-by-{os.getpid()}-{how.value}"
    code = LEAVES.replace(
        "time.sleep(600)", f"os.execvp(sys.executable, [{marked!r}, '-c', 'import time; time.sleep(600)'])"
    )

    async def work() -> None:
        async with prying(how, monkeypatch) as pool:
            await found(pool, code)
            left = await _named(marked)
            assert left
        assert all([await gone(pid) for pid in left])

    run(work())


async def _named(name: str) -> list[int]:
    """The processes with that first word."""
    for _ in range(200):
        if named := [pid for pid in _processes() if _first_word(pid) == name]:
            return named
        await asyncio.sleep(0.05)
    return []


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _first_word(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
    except OSError:
        return ""


DUMB = Path(__file__).parents[1] / "subjects" / "dumb_subject.py"
DOCUMENT = {
    "title": "One step",
    "handler": [{"step": {"name": "a", "returns": 1, "as": "a"}}, {"return": {"$eval": "a"}}],
}


def test_the_service_is_reached_from_there(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "ways", lambda: (way,))

    async def work() -> None:
        installed = script(DUMB)
        stack = real()
        async with stack.lab() as lab:
            pool = stack.pool(installed, lab)
            try:
                scenario = Scenario.from_document("one", DOCUMENT)
                recording = await lab.run(scenario, installed.info, pool)
            finally:
                await pool.close()
        assert (recording.executions[0].status, recording.executions[0].result) == ("SUCCEEDED", "1")

    run(work())


def test_where_one_is_refused_the_next_is_taken_and_what_was_said_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fails = (sys.executable, "-c", "import sys; sys.exit('the kernel says no')")
    monkeypatch.setattr(sandbox, "command", lambda way, _view, inside: inside if way is Way.NONE else fails)

    async def work() -> None:
        said: list[str] = []

        async def made(_listen: object) -> None:
            pytest.fail("there is no network of its own")

        supervised = Supervised((Way.BUBBLEWRAP, Way.NAMESPACES, Way.NONE), View, made, said.append)
        (await supervised.listen()).close()
        assert supervised.way is Way.NONE
        assert supervised.refused == dict.fromkeys((Way.BUBBLEWRAP, Way.NAMESPACES), "the kernel says no")
        assert supervised.hint == ""
        assert said == ["bubblewrap: the kernel says no; namespaces: the kernel says no"]
        await supervised.close()
        alone = Supervised((Way.NAMESPACES,), View)
        with pytest.raises(EnvironmentFault, match="can't be started: the kernel says no"):
            await alone.listen()
        await alone.close()

    run(work())


def test_what_is_wanted_of_the_home_is_shown_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    for folder in (".local/bin", "tools/node/bin", "project/src", ".ssh"):
        (home / folder).mkdir(parents=True)
    (home / "project" / "main.py").touch()
    program = home / "tools" / "node" / "bin" / "node"
    program.touch()
    monkeypatch.setenv("HOME", str(home))

    def shown(*command: str, cwd: Path | None = None, path: str = "") -> set[str]:
        seen = sandbox.view(Needs(command, {"PATH": path}, cwd))
        own = str(home)
        return {path.removeprefix(own + "/") for path in seen.shown if path.startswith(own)}

    assert shown(str(program)) == {"tools/node"}
    assert shown("sh", "src/run.sh", cwd=home / "project") == {"project"}
    assert shown("sh", str(home / "project" / "main.py")) == {"project"}
    assert shown("sh", path=f"{home}/.local/bin:/usr/bin") == {".local/bin"}
    assert shown("env", f"PYTHONPATH=/usr/lib:{home}/project/src", "python") == {"project/src"}
    assert shown("sh", f"--prefix={home}/tools") == {"tools"}
    assert shown("sh", cwd=home) == set()  # all of it would be to hide nothing


def test_a_process_that_cannot_be_started_in_there_is_told_how_to_be_without(
    way: Way, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sandbox, "ways", lambda: (way,))
    secret = tmp_path / "start"
    secret.write_text("", encoding="utf-8")

    async def work() -> None:
        installed = script(PRYING)
        elsewhere = replace(installed, command=("sh", "-c", f"cat {secret}"), cwd=None)
        served = Served()
        pool = Pool(elsewhere, "http://127.0.0.1:4001", "http://127.0.0.1:4002", served.serve)
        with pytest.raises(EnvironmentFault, match="No such file") as refused:
            await pool.warm(1)
        assert refused.value.hint is not None
        assert refused.value.hint.endswith("it ran in a sandbox: try --no-sandbox")
        await pool.close()
        for each in served.sockets.values():
            each.close()

    run(work())


def test_its_memory_is_bounded(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import resource\nfound = resource.getrlimit(resource.RLIMIT_DATA)"

    async def work() -> None:
        async with prying(way, monkeypatch) as pool:
            assert await found(pool, code) == [MEMORY_BYTES, MEMORY_BYTES]
            assert await found(pool, "found = len(b'x' * 5 * 1024**3)") == "MemoryError"

    run(work())


READS = """
import os, sys
try:
    sys.stdout.write(str(len(open(f"/proc/{os.getppid()}/environ", "rb").read())))
except OSError as error:
    sys.stdout.write(type(error).__name__)
"""
SUITE = """
import subprocess, sys
from conformance import machine
if {private}:
    machine.keep_private()
print(subprocess.run([sys.executable, "-c", {reads!r}], capture_output=True, text=True).stdout, end="")
"""
ORDINARY = """
import ctypes, os, sys
for capability in (19, 21, 38):  # SYS_PTRACE, SYS_ADMIN and PERFMON: as if this was not root
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(sys.executable, [sys.executable, "-c", {suite!r}])
"""


@pytest.mark.parametrize(("private", "seen"), [(False, r"\d+"), (True, "PermissionError")])
def test_another_process_of_the_user_cannot_read_the_suites_environment(*, private: bool, seen: str) -> None:
    code = ORDINARY.format(suite=SUITE.format(private=private, reads=READS))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert re.fullmatch(seen, done.stdout)
