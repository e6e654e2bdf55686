"""A subject under a debugger: how its first process is started so that one can attach, and waits for it.

How that is said differs by SDK, so its record says it. Only one process at a time is started so: it has
the port; others that a run needs beside it are started as ever. Nobody hurries a process that stands at a
breakpoint: it may take as long as it likes to start and to go on, and the lab is without limits as well.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import EnvironmentFault, UsageError
from conformance.sdks import registry as records
from conformance.sdks.record_file import parse
from conformance.subjects import cache

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.sdks.record import Debugger, Record
    from conformance.subjects.install import Installed
    from conformance.subjects.subject import Subject

LOWEST, HIGHEST = 1, 65535
FORM = "write SUBJECT=PORT, such as python=5678 or python@3.0.0=5678"


@dataclass(frozen=True)
class Port:
    """Which subject is debugged, by its id or its SDK's name, and at which port of 127.0.0.1."""

    subject: str
    number: int

    @classmethod
    def parse(cls, text: str) -> Port:
        """Read `SUBJECT=PORT`.

        Raises:
            ValueError: it is not that.
        """
        subject, _, number = text.rpartition("=")
        if not subject:
            raise ValueError(f"{text!r} names no subject: {FORM}")
        return cls(subject, port(number))


def port(text: str) -> int:
    """Read a port's number.

    Raises:
        ValueError: it is none.
    """
    if not text.isdecimal() or not LOWEST <= int(text) <= HIGHEST:
        raise ValueError(f"{text!r} is no port: a number from {LOWEST} to {HIGHEST}")
    return int(text)


def names() -> tuple[str, ...]:
    """The SDKs whose record says how they are debugged."""
    known = ((name, records.record(name)) for name in records.names())
    return tuple(name for name, record in known if record is not None and record.debugger is not None)


def ports(wanted: Iterable[Port], subjects: Sequence[Subject]) -> Mapping[str, int]:
    """The port of each subject that is debugged, by its id.

    Raises:
        UsageError: there is no such subject in the run, or several; or nothing says how it is debugged; or a
            port is given twice.
    """
    found: dict[str, int] = {}
    for one in wanted:
        fitting = [subject for subject in subjects if one.subject in (subject.id, subject.sdk, subject.name)]
        if len(fitting) != 1:
            problem = "is no subject of this run" if not fitting else "is several subjects of this run"
            raise UsageError(
                f"--debug: {one.subject!r} {problem}",
                hint=f"name one of {', '.join(subject.id for subject in fitting or subjects)}",
            )
        if one.number in found.values():
            raise UsageError(f"--debug: port {one.number} is given twice", hint="give each a port of its own")
        debugger(fitting[0])
        found[fitting[0].id] = one.number
    return found


def debugger(subject: Subject) -> Debugger:
    """How a subject is started to be debugged.

    Raises:
        UsageError: nothing says how.
    """
    record: Record | None
    record = parse(subject.record, subject.id) if subject.record else records.record(subject.sdk)
    if record is None or record.debugger is None:
        raise UsageError(
            f"--debug: no record says how {subject.id} is debugged",
            hint="put `debugger` into its record, or start it with a debugger in its own command",
        )
    return record.debugger


def debugged(installed: Installed, number: int) -> Installed:
    """The same subject, whose first process waits for a debugger at that port.

    Raises:
        UsageError: nothing says how that is done.
        EnvironmentFault: what it needs for that is not installed.
    """
    how = debugger(installed.subject)
    program, *rest = installed.command
    arguments = [one.replace("{port}", str(number)) for one in how.arguments]
    environment = dict(installed.environment)
    if how.module is not None:
        paths = [environment.get("PYTHONPATH", ""), str(_apart(how.module, installed.subject.id))]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return replace(installed, environment=environment, preload=(), debugged=(program, *arguments, *rest))


def _apart(module: str, subject: str) -> Path:
    """A directory with a module of this environment in it, and nothing else of this environment."""
    found = find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise EnvironmentFault(
            f"it takes {module} to debug it, which is not installed here",
            where=subject,
            hint=f"pip install {module}, or install this suite with its extra: durable-conformance[debug]",
        )
    source = Path(found.submodule_search_locations[0])
    place = cache.directory() / "debuggers" / cache.digest(str(source).encode())[:16]
    place.mkdir(parents=True, exist_ok=True)
    if not (place / module).exists():
        (place / module).symlink_to(source)
    return place
