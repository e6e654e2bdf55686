"""Running a package manager, and saying in one error what went wrong when it fails."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from conformance.errors import EnvironmentFault
from conformance.subjects import guard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SECONDS = 900.0
LINES = 12

_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|Network is unreachable|"
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|"
    r"spurious network error|Could not resolve host|"
    r"\(from versions: none\)"  # all that pip says when it was told not to try again
)
_MISSING = re.compile(
    r"No matching distribution found|\bETARGET\b|\bE404\b|No matching version found|"
    r"Could not find artifact|was not found in|candidate versions found which didn't match"
)
_BUILD = re.compile(
    r"metadata-generation-failed|Failed building wheel|Failed to build|BackendUnavailable|could not compile"
)

_PASSED = re.compile(
    r"PATH|HOME|TMPDIR|LANG|LC_\w+|XDG_(CACHE|CONFIG|DATA)_HOME|PIP_\w+|npm_config_\w+|"
    r"CARGO_(HOME|(HTTP|NET|SOURCE)_\w+)|RUSTUP_(HOME|TOOLCHAIN)|JAVA_HOME|MAVEN_(ARGS|OPTS)|"
    r"SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|(https?|no|all)_proxy",
    re.IGNORECASE,
)

_lock = threading.Lock()
_running: set[int] = set()  # process groups of package managers, which install in threads
_stopped = threading.Event()


def stop() -> None:
    """End every installation that is under way, and begin no other: the suite is ending.

    What they had made is removed by those who wait for them, as after any failure.
    """
    with _lock:
        _stopped.set()
        for group in _running:
            guard.kill(group)


def pip(subject: str) -> list[str]:
    """This interpreter's pip, as a command.

    Raises:
        EnvironmentFault: it has none, as an environment that another tool made.
    """
    if importlib.util.find_spec("pip") is None:
        raise EnvironmentFault(
            f"{sys.executable} has no pip to install it with", where=subject, hint="python -m ensurepip"
        )
    return [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def environment() -> dict[str, str]:
    """What a package manager, and a build that it runs, gets of the user's environment.

    Where programs and certificates are, which registry to ask and by which proxy, and the user's directories:
    nothing else that may be there, such as credentials of a cloud or of a repository's host.
    """
    return {name: value for name, value in os.environ.items() if _PASSED.fullmatch(name)}


def run(command: Sequence[str], *, subject: str, cwd: Path, environment: Mapping[str, str]) -> str:
    """Run a package manager's command to its end, and give what it wrote.

    Args:
        command: its arguments, the program first.
        subject: id of the subject that it installs, for the error.
        cwd: where to run it.
        environment: all of its environment variables.

    Raises:
        EnvironmentFault: it failed, with its last lines and a hint for the likely cause; or it was stopped.
    """
    with _lock:
        if _stopped.is_set():
            raise EnvironmentFault("its installation was stopped", where=subject)
        try:
            process = subprocess.Popen(  # noqa: S603
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise EnvironmentFault(
                f"can't run {command[0]}: {error.strerror}", where=subject, hint="install it"
            ) from error
        _running.add(process.pid)
        guard.watch(process.pid)
    with process:
        output = _finish(process, subject)
    if _stopped.is_set():
        raise EnvironmentFault("its installation was stopped", where=subject)
    if process.returncode:
        raise fault(subject, _text(output), "can't be installed")
    return _text(output)


def _finish(process: subprocess.Popen[bytes], subject: str) -> bytes:
    try:
        return process.communicate(timeout=SECONDS)[0]
    except subprocess.TimeoutExpired as error:
        guard.kill(process.pid)
        raise fault(subject, _text(error.output), f"not installed after {SECONDS:.0f} s") from error
    finally:
        with _lock:
            _running.discard(process.pid)
            guard.forget(process.pid)


def fault(subject: str, output: str, problem: str) -> EnvironmentFault:
    """Word an installation's failure: what failed, the last lines, and the hint that they suggest."""
    lines = [line for line in output.splitlines() if line.strip()][-LINES:]
    if _NETWORK.search(output):
        problem, hint = (
            f"{problem}: the package index can't be reached",
            "it needs the network once; then it is kept",
        )
    elif _MISSING.search(output):
        problem, hint = f"{problem}: there is no such version", "name a version that is published"
    elif _BUILD.search(output):
        problem, hint = (
            f"{problem}: its build failed",
            "build it as its own instructions say, and name what that makes",
        )
    else:
        hint = "see its last lines"
    return EnvironmentFault("\n".join([problem, *(f"  {line}" for line in lines)]), where=subject, hint=hint)


def _text(output: bytes | str | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""
