"""Installing a subject: what it takes to start its process."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import EnvironmentFault
from conformance.subjects import js_install, python_install
from conformance.wire.recording import SubjectInfo

if TYPE_CHECKING:
    from conformance.subjects.subject import Subject

UNKNOWN_VERSION = "unknown"


@dataclass(frozen=True)
class Installed:
    """A subject that can be started: its real version, its command, the environment variables of its own.

    `cwd` None means an empty directory, which every process gets for itself. `preload` are the modules that
    its processes can share, of a Python subject alone: the first of them is what its command runs.
    """

    subject: Subject
    info: SubjectInfo
    command: tuple[str, ...]
    environment: dict[str, str]
    cwd: Path | None = None
    preload: tuple[str, ...] = ()


def install(subject: Subject) -> Installed:
    """Install a subject, or find it installed: then within milliseconds and without starting anything.

    Raises:
        EnvironmentFault: it can't be had: no such version, no network, a failing build, no such command.
    """
    if subject.command is not None:
        return _own(subject, subject.command)
    if subject.sdk == "python":
        version, command, environment = python_install.install(subject)
    else:
        version, command, environment = js_install.install(subject)
    if subject.mutant:
        environment = {**environment, "CONFORMANCE_MUTANT": subject.mutant}
    info = SubjectInfo(subject.id, subject.sdk, version)
    preload = python_install.PRELOAD if subject.sdk == "python" else ()
    return Installed(subject, info, command, environment, preload=preload)


def _own(subject: Subject, command: tuple[str, ...]) -> Installed:
    # Found as the user's shell would find it, and given their PATH for what it starts itself.
    cwd = subject.cwd or Path.cwd()
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    name = command[0]
    program = shutil.which(str(cwd / name) if os.sep in name else name, path=path)
    if program is None:
        raise EnvironmentFault(
            f"its command {name!r} is not there, or can't be run",
            where=subject.id,
            cure=f"give a path from {cwd}, or a program on PATH",
        )
    subject = replace(subject, cwd=cwd)
    info = SubjectInfo(subject.id, subject.sdk, subject.version or UNKNOWN_VERSION)
    return Installed(subject, info, (program, *command[1:]), {"PATH": path}, cwd)
