"""Running a package manager, and saying in one error what went wrong when it fails."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from conformance.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SECONDS = 900.0
LINES = 12

_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|Network is unreachable|"
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT"
)
_MISSING = re.compile(r"No matching distribution found|\bETARGET\b|\bE404\b|No matching version found")
_BUILD = re.compile(r"metadata-generation-failed|Failed building wheel|Failed to build|BackendUnavailable")


def run(command: Sequence[str], *, subject: str, cwd: Path, environment: Mapping[str, str]) -> None:
    """Run a package manager's command to its end.

    Args:
        command: its arguments, the program first.
        subject: id of the subject that it installs, for the error.
        cwd: where to run it.
        environment: all of its environment variables.

    Raises:
        EnvironmentFault: it failed; with its last lines and a cure for the likely cause.
    """
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
    except OSError as error:
        raise EnvironmentFault(
            f"can't run {command[0]}: {error.strerror}", where=subject, cure="install it"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise fault(subject, _text(error.output), f"not installed after {SECONDS:.0f} s") from error
    if done.returncode:
        raise fault(subject, _text(done.stdout), "can't be installed")


def fault(subject: str, output: str, problem: str) -> EnvironmentFault:
    """Word an installation's failure: what failed, the last lines, and the cure that they suggest."""
    lines = [line for line in output.splitlines() if line.strip()][-LINES:]
    if _NETWORK.search(output):
        problem, cure = (
            f"{problem}: the package index can't be reached",
            "it needs the network once; then it is kept",
        )
    elif _MISSING.search(output):
        problem, cure = f"{problem}: there is no such version", "name a version that is published"
    elif _BUILD.search(output):
        problem, cure = (
            f"{problem}: its build failed",
            "build it as its own instructions say, and name what that makes",
        )
    else:
        cure = "see its last lines"
    return EnvironmentFault("\n".join([problem, *(f"  {line}" for line in lines)]), where=subject, cure=cure)


def _text(output: bytes | str | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""
