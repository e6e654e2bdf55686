"""`conformance doctor`: whether this machine is ready, and with --subject how far a harness is."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from conformance.commands import shared
from conformance.doctor import machine
from conformance.errors import Exit
from conformance.report import escape
from conformance.report.text import counted, value
from conformance.subjects.subject import Subject

if TYPE_CHECKING:
    from conformance.doctor.ladder import Climb, Tried

MARKS = {"held": "✓", "failed": "✗", "not had": "-", "not tried": "·"}


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "--subject", metavar="S", help="take this subject's harness up the ladder, such as NAME=COMMAND"
    )
    shared.sandbox(command)


def execute(given: argparse.Namespace) -> Exit:
    """Look at the machine, or take a subject up: of a rung that fails, say what was wanted and what came."""
    return (
        _machine() if given.subject is None else _subject(Subject.parse(given.subject), sandbox=given.sandbox)
    )


def _machine() -> Exit:
    ready = True
    for check in machine.checks():
        mark = "✓" if check.good else "✗" if check.needed else "-"
        _say(f"{mark} {check.what:<16} {escape.console(check.seen)}")
        if not check.good and check.hint:
            _say(f"{'':<18} {escape.console(check.hint)}")
        ready &= check.good or not check.needed
    _say("")
    _say("This machine is ready." if ready else "This machine is not ready: mend what has a ✗.")
    return Exit.AS_EXPECTED if ready else Exit.ENVIRONMENT


def _subject(subject: Subject, *, sandbox: bool = True) -> Exit:
    import asyncio  # noqa: PLC0415 - the machine is looked at without the lab, which takes long to load

    from conformance.doctor.ladder import Climb  # noqa: PLC0415 - as above

    climb = Climb(tell=_tell, sandbox=sandbox)
    _say(f"{subject.id}: the ladder of docs/harness.md")
    asyncio.run(climb.climb(subject))
    for line in _summary(climb):
        _say(line)
    return Exit.FINDING if climb.failed else Exit.AS_EXPECTED


def _tell(tried: Tried) -> None:
    reason = f"  ({escape.console(tried.reason)})" if tried.reason else ""
    _say(f"{MARKS[tried.step]} {tried.title}{f', {tried.step}' if tried.reason else ''}{reason}")
    for miss in tried.misses:
        _say(f"    {escape.console(miss.what)}")
        _say(f"      wanted  {escape.console(value(miss.wanted))}")
        came = miss.came if isinstance(miss.came, str) else value(miss.came)
        for number, line in enumerate(escape.lines(came)):
            _say(f"      {'came' if number == 0 else '':<8}{line}")


def _summary(climb: Climb) -> Iterator[str]:
    from conformance.doctor.ladder import Step  # noqa: PLC0415 - as above

    yield ""
    if climb.hello is not None:
        hello = climb.hello
        yield (
            f"{hello.sdk.name} {hello.sdk.version}, profile {hello.profile}: "
            f"{counted(len(hello.features), 'feature')}"
        )
        if climb.missing:
            yield f"  of its profile it has not got: {', '.join(climb.missing)}"
    counts = Counter(one.step for one in climb.tried)
    parts = [f"{counts[step]} {step}" for step in Step if step in counts]
    yield f"{counted(len(climb.tried), 'rung')}: {', '.join(parts)}"
    failed = next((one for one in climb.tried if one.step is Step.FAILED), None)
    if failed is not None:
        yield f"The first that fails: {failed.title}. Begin there; what stands on it was not tried."


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
