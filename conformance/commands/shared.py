"""Options that several commands share, said and explained once."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from conformance.engine.files import SCENARIOS
from conformance.engine.part import Part

A_CORE = 4
MOST_JOBS = 32
PATTERN = "a scenario's id, a part of ids, or a glob over them, such as 'virtual/*'"


def patterns(command: argparse.ArgumentParser) -> None:
    """Which scenarios, out of which folder."""
    named = command.add_argument("patterns", nargs="*", metavar="PATTERN", help=PATTERN)
    setattr(named, "completer", ids)  # noqa: B010 (argcomplete's own way to be told, which types do not know)
    scenarios(command)


def ids(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """The ids of scenarios that begin so, by the names of their files alone: for a shell that completes."""
    folder = parsed_args.scenarios or SCENARIOS
    found = (path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))
    return sorted(one for one in found if one.startswith(prefix))


def scenarios(command: argparse.ArgumentParser) -> None:
    """The folder of scenarios, with its ledger."""
    command.add_argument("--scenarios", type=Path, metavar="DIR", help="the suite's own unless given")


def subjects(command: argparse.ArgumentParser) -> None:
    """Which SDKs at which versions."""
    command.add_argument(
        "--subject",
        action="append",
        dest="subjects",
        metavar="S",
        help="such as python@3.0.0, js@2.3.0, python@PATH, python@3.0.0+mutant:NAME, NAME=COMMAND",
    )
    command.add_argument(
        "--reference", metavar="S", help="the subject that the others are compared with (js)"
    )


def sandbox(command: argparse.ArgumentParser) -> None:
    """Whether subjects are kept from the machine."""
    command.add_argument(
        "--no-sandbox",
        action="store_false",
        dest="sandbox",
        help="run subjects with your rights, in no namespaces of their own",
    )


def jobs(command: argparse.ArgumentParser) -> None:
    """How many runs at a time."""
    default = usual_jobs()
    command.add_argument(
        "--jobs",
        type=positive,
        default=default,
        metavar="N",
        help=f"runs at a time ({default} on this machine: {A_CORE} a core, {MOST_JOBS} at most)",
    )


def shard(command: argparse.ArgumentParser) -> None:
    """Which part of a run."""
    command.add_argument(
        "--shard",
        type=_part,
        metavar="I/N",
        help="only the Ith of N parts; `judge DIR...` makes one run of all parts again",
    )


def _part(text: str) -> Part:
    try:
        return Part.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def usual_jobs() -> int:
    """How many runs at a time keep this machine's cores busy.

    SDKs sleep at the end of each invocation, Python's for up to 100 ms: with four runs a core others compute
    meanwhile. On two cores eight runs at a time took three quarters of the time of four, and more gained
    nothing but memory.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(A_CORE * cores, MOST_JOBS)


def judging(command: argparse.ArgumentParser) -> None:
    """How to judge and what to tell of it."""
    command.add_argument("--strict", action="store_true", help="take another spelling for a difference too")
    command.add_argument("--all", action="store_true", dest="listed", help="name good verdicts too")
    command.add_argument(
        "-v", "--verbose", action="store_true", help="tell all causes in full, and the known divergences"
    )
    for kind, name in {"json": "JSON", "junit": "JUnit", "html": "HTML", "sarif": "SARIF"}.items():
        command.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"write a {name} report")
    command.add_argument("--markdown", type=Path, metavar="FILE", help="write a summary in Markdown")
    command.add_argument(
        "--table",
        type=Path,
        metavar="FILE",
        help="write a table in Markdown: each scenario with each subject",
    )


def baseline(command: argparse.ArgumentParser, *, subjects: bool = True) -> None:
    """What the run is compared with."""
    command.add_argument(
        "--baseline",
        metavar="B",
        help="tell only what is new beside B: recordings or a JSON report of an earlier run"
        + (", or a subject that runs beside the others, such as python@3.0.0" if subjects else ""),
    )


def as_json(command: argparse.ArgumentParser) -> None:
    """Data for programs instead of words for people."""
    command.add_argument("--json", action="store_true", help="print JSON")


def positive(text: str) -> int:
    """A whole number from 1.

    Raises:
        ArgumentTypeError: it is less.
    """
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number
