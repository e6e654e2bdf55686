"""Installing a subject: what it takes to start its process."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import EnvironmentFault, UsageError
from conformance.subjects import registry
from conformance.wire.recording import SubjectInfo

if TYPE_CHECKING:
    from conformance.subjects.subject import Subject

UNKNOWN_VERSION = "unknown"


@dataclass(frozen=True)
class Installed:
    """A subject that can be started: its real version, its command, the environment variables of its own.

    `written` are directories of its own that it can write to in a sandbox, beside those of each process.
    `cwd` None means an empty directory, which every process gets for itself. `preload` are the modules that
    its processes can share, if they can: the first of them is what its command runs. `debugged` is the
    command of a process that waits for a debugger, None where the subject is not debugged.
    """

    subject: Subject
    info: SubjectInfo
    command: tuple[str, ...]
    environment: dict[str, str]
    cwd: Path | None = None
    preload: tuple[str, ...] = ()
    debugged: tuple[str, ...] | None = None
    written: tuple[Path, ...] = ()


def install(subject: Subject) -> Installed:
    """Install a subject, or find it installed: then within milliseconds and without starting anything.

    Raises:
        EnvironmentFault: it can't be had: no such version, no network, a failing build, no such command.
    """
    if subject.command is not None:
        return _own(subject, subject.command)
    sdk = registry.sdk(subject.sdk)
    made = registry.of(sdk).install(subject, sdk)
    info = SubjectInfo(subject.id, subject.sdk, made.version)
    environment = _environment(made, subject)
    return Installed(subject, info, made.command, environment, preload=made.preload, written=made.written)


def install_runtime(subject: Subject) -> Installed:
    """Install a subject's SDK for handlers that are run as they are.

    Raises:
        EnvironmentFault: it can't be had.
        UsageError: the suite has nothing that runs handlers with it.
    """
    runtime = None
    if subject.command is None:
        sdk = registry.sdk(subject.sdk)
        made = registry.of(sdk).install(subject, sdk)
        runtime = made.runtime
    if runtime is None:
        raise UsageError(
            f"{subject.id}: handlers can't be run as they are with this SDK",
            hint="the suite has a runtime for those from PyPI and npm",
        )
    info = SubjectInfo(subject.id, subject.sdk, made.version)
    environment = _environment(made, subject)
    return Installed(
        subject, info, runtime.command, environment, preload=runtime.preload, written=made.written
    )


def _environment(made: registry.Installation, subject: Subject) -> dict[str, str]:
    fault = {"CONFORMANCE_MUTANT": subject.mutant} if subject.mutant else {}
    return {**made.environment, **fault}


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
            hint=f"give a path from {cwd}, or a program on PATH",
        )
    subject = replace(subject, cwd=cwd)
    info = SubjectInfo(subject.id, subject.sdk, subject.version or UNKNOWN_VERSION, subject.record)
    return Installed(subject, info, (program, *command[1:]), {"PATH": path}, cwd)
