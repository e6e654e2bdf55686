"""`conformance aws`: AWS's own conformance handlers, run as they are and judged with AWS's requirements."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from conformance import machine
from conformance.commands import shared
from conformance.errors import Exit, UsageError
from conformance.report import escape
from conformance.report.files import writable
from conformance.report.text import counted
from conformance.sdks import registry as records
from conformance.subjects.subject import Subject
from conformance.verdict.aws.requirements import available


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "patterns", nargs="*", metavar="WORD", help="only this requirement or theme, such as 1-3 or step"
    )
    command.add_argument(
        "--handlers",
        type=Path,
        required=True,
        metavar="DIR",
        help="the directory of the SAM templates, or one of them",
    )
    command.add_argument(
        "--sdk",
        metavar="S",
        help="the SDK under them, such as python@2.1.0 or js@PATH; else that of the templates' Runtime",
    )
    shared.jobs(command)
    command.add_argument("--json", type=Path, metavar="FILE", help="write a JSON report")
    command.add_argument(
        "--junit", type=Path, metavar="FILE", help="write a JUnit report, named as AWS's own"
    )


def execute(given: argparse.Namespace) -> Exit:
    """Run every requirement that has a handler, tell of each that fails, and give the gravest."""
    if not available():
        raise UsageError(
            "AWS's conformance package is not installed", hint="requirements-aws.lock says how it is"
        )
    from conformance.handlers import assigned  # noqa: PLC0415 - all this needs the lab, which takes long to load
    from conformance.handlers.result import Outcome, Status  # noqa: PLC0415 - as above
    from conformance.handlers.running import Handlers  # noqa: PLC0415 - as above
    from conformance.handlers.template import templates  # noqa: PLC0415 - as above
    from conformance.lab.emulator import ACCOUNT, REGION  # noqa: PLC0415 - as above
    from conformance.report import aws  # noqa: PLC0415 - as above
    from conformance.subjects.install import install_runtime  # noqa: PLC0415 - as above

    machine.open_files()
    found = templates(given.handlers, REGION, ACCOUNT)
    rows = assigned.chosen(assigned.assigned(found), given.patterns)
    runtimes = {each.runtime for one in found for each in one.functions.values() if each.runtime}
    subject = Subject.parse(given.sdk or _sdk(runtimes))
    for path in filter(None, (given.json, given.junit)):
        writable(path)
    began, done = time.monotonic(), 0
    total = sum(row.function is not None for row in rows)

    def tell(outcome: Outcome) -> None:
        nonlocal done
        if outcome.assigned.function is not None:
            done += 1
            mark = "✓" if outcome.status is Status.PASSED else "✗"
            sys.stderr.write(f"{mark} {outcome.assigned.requirement} ({done}/{total})\n")

    sys.stderr.write(
        escape.told([f"conformance aws · {subject.id} · {counted(total, 'handler')} · {given.handlers}"])
    )
    installed = install_runtime(subject)
    outcomes = asyncio.run(Handlers(installed, given.jobs, tell).run(rows))
    run = aws.Ran(
        installed.info, str(given.handlers), outcomes, assigned.others(found), time.monotonic() - began
    )
    for line in aws.lines(run):
        sys.stdout.write(f"{line}\n")
    if given.json:
        _write(given.json, escape.json_text(aws.document(run)))
    if given.junit:
        _write(given.junit, aws.junit(run))
    if run.count(Status.ERROR):
        return Exit.ENVIRONMENT
    return Exit.FINDING if run.count(Status.FAILED) else Exit.AS_EXPECTED


def _sdk(runtimes: set[str]) -> str:
    """The SDK whose record says that its functions run in the templates' Runtime.

    Raises:
        UsageError: that is none, or not one.
    """
    fitting = {
        name
        for name in records.names()
        if (record := records.record(name)) is not None
        and record.runtime is not None
        and any(each.startswith(record.runtime) for each in runtimes)
    }
    if len(fitting) != 1:
        raise UsageError(
            f"the templates' Runtime ({', '.join(sorted(runtimes)) or 'none'}) does not say which SDK it is",
            hint="name it with --sdk",
        )
    return fitting.pop()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
