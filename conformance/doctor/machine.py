"""Whether this machine is ready: what every run needs, and what only some SDKs do."""

from __future__ import annotations

import importlib.metadata
import platform
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, node, sandbox
from conformance.subjects.sandbox import Way

PYTHON = (3, 11)
DISK_BYTES = 2 * 1024**3
"""What environments of a few SDKs and the recordings of a run take."""

OPEN_FILES = 1024
EMULATOR = "aws-durable-execution-sdk-python-testing"
TIMEOUT_SECONDS = 20
MADE_BY = {Way.BUBBLEWRAP: "bubblewrap", Way.NAMESPACES: "this suite", Way.NONE: "nothing"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `needed` says whether a run of the default subjects needs it."""

    what: str
    good: bool
    seen: str
    hint: str = ""
    needed: bool = True


def checks() -> Iterator[Check]:
    """Look at everything, one thing after the other."""
    for look in _LOOKS:
        yield look()


def _python() -> Check:
    wanted = ".".join(map(str, PYTHON))
    hint = f"run this suite with Python {wanted} or later"
    return Check("Python", sys.version_info >= PYTHON, platform.python_version(), hint)


def _emulator() -> Check:
    try:
        seen = importlib.metadata.version(EMULATOR)
    except importlib.metadata.PackageNotFoundError:
        return Check("AWS's emulator", good=False, seen="not installed", hint=f"pip install {EMULATOR}")
    return Check("AWS's emulator", good=True, seen=seen)


def _node() -> Check:
    try:
        found = node.find()
    except EnvironmentFault as fault:
        return Check("Node", good=False, seen=fault.message, hint=fault.hint or "")
    return Check("Node", good=True, seen=f"{found.version}, {found.path}")


def _cache() -> Check:
    directory = cache.directory()
    probe = directory / f".doctor-{platform.node()}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        hint = f"make it writable, or set ${cache.ENVIRONMENT_VARIABLE} to another directory"
        return Check("cache directory", good=False, seen=f"{directory}: {error.strerror}", hint=hint)
    return Check("cache directory", good=True, seen=str(directory))


def _disk() -> Check:
    place = next(path for path in (cache.directory(), *cache.directory().parents) if path.exists())
    free = shutil.disk_usage(place).free
    hint = (
        f"free some, or set ${cache.ENVIRONMENT_VARIABLE} to another disk; {DISK_BYTES >> 30} GB are enough"
    )
    return Check("disk", free >= DISK_BYTES, f"{free / 1024**3:.1f} GB free at {place}", hint)


def _loopback() -> Check:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            pass
    except OSError as error:
        return Check("loopback", good=False, seen=str(error), hint="let programs listen on 127.0.0.1")
    return Check("loopback", good=True, seen="a server can listen on 127.0.0.1")


def _files() -> Check:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Check("open files", soft >= OPEN_FILES, f"{soft} (at most {hard})", f"ulimit -n {OPEN_FILES}")


def _sandbox() -> Check:
    refused = {}
    for way in sandbox.ways():
        refusal = sandbox.refusal(way)
        if refusal is None and way is not Way.NONE:
            return Check(
                "sandbox", good=True, seen=f"subjects run in one, made by {MADE_BY[way]}", needed=False
            )
        refused[MADE_BY[way]] = refusal
    seen = "; ".join(f"{by} can't: {why}" for by, why in refused.items() if why)
    hint = (
        "subjects run with your rights: they can read your files, reach the network and signal your processes"
    )
    return Check("sandbox", good=False, seen=f"none; {seen or 'only Linux has it'}", hint=hint, needed=False)


def _tool(name: str, arguments: list[str], use: str) -> Check:
    path = shutil.which(name)
    said = None if path is None else _ran([path, *arguments])
    return Check(name, said is not None, said or "not on PATH", f"only {use} needs it", needed=False)


def _cargo() -> Check:
    return _tool("cargo", ["--version"], "a harness in Rust")


def _java() -> Check:
    return _tool("java", ["-version"], "a harness in Java")


def _ran(command: list[str]) -> str | None:
    """The first line that a command says; None if it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - a tool of this machine, found on PATH
            command,
            capture_output=True,
            check=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            stdin=subprocess.DEVNULL,
            cwd=Path("/"),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0] if lines else ""


_LOOKS: tuple[Callable[[], Check], ...] = (
    _python,
    _emulator,
    _node,
    _cache,
    _disk,
    _loopback,
    _files,
    _sandbox,
    _cargo,
    _java,
)
