"""The `conformance` command: what can be said, and where it is done.

Each command lives in a module of `conformance.commands` that is imported only when it is asked for, so that
`conformance list` does not wait for the emulator to load.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from conformance import __version__
from conformance.errors import ConformanceError, Exit

DESCRIPTION = """Runs durable functions, written once as data, through the published AWS Lambda durable
execution SDKs and judges what they put on the wire."""

EXITS = """exit codes, the gravest that applies: 0 as expected; 1 a finding; 2 usage or a scenario that
can't be used; 3 a harness or the environment; 130 interrupted"""

PATTERN = "a scenario's id, a part of ids, or a glob over them, such as 'virtual/*'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    given = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a subject wrote may be no legal text
    command = import_module(f"conformance.commands.{given.command}")
    try:
        code: Exit = command.execute(given)
    except ConformanceError as error:
        sys.stderr.write(f"error: {error}\n")
        return int(error.exit)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output went away; Python would complain of that on its way out
        return int(Exit.AS_EXPECTED)
    return int(code)


def parser() -> argparse.ArgumentParser:
    """All that can be said on the command line."""
    whole = argparse.ArgumentParser(prog="conformance", description=DESCRIPTION, epilog=EXITS)
    whole.add_argument("--version", action="version", version=f"conformance {__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run scenarios with subjects and judge them", epilog=EXITS)
    _patterns(run)
    _subjects(run)
    run.add_argument("--jobs", type=_positive, default=4, metavar="N", help="runs at a time (4)")
    run.add_argument("--strict", action="store_true", help="compare without any policy")
    run.add_argument(
        "--repeat", type=_positive, default=1, metavar="N", help="each scenario N times, with the same stream"
    )
    run.add_argument("--order", choices=["file", "reversed"], default="file", help="of the scenarios (file)")
    run.add_argument(
        "--delays", type=int, metavar="SEED", help="delay the service's answers at random, up to 50 ms"
    )
    run.add_argument("--all", action="store_true", dest="listed", help="name good verdicts too")
    _reports(run)
    run.add_argument("--out", type=Path, metavar="DIR", help="keep the recordings for `conformance judge`")

    judge = commands.add_parser("judge", help="judge saved recordings again, without any SDK", epilog=EXITS)
    judge.add_argument("directory", type=Path, metavar="DIR", help="what `run --out` wrote")
    judge.add_argument("patterns", nargs="*", metavar="PATTERN", help=PATTERN)
    judge.add_argument(
        "--scenarios", type=Path, metavar="DIR", help="whose ledger to judge by, the suite's own unless given"
    )
    judge.add_argument("--strict", action="store_true", help="compare without any policy")
    judge.add_argument("--all", action="store_true", dest="listed", help="name good verdicts too")
    _reports(judge)

    listing = commands.add_parser("list", help="name the scenarios")
    _patterns(listing)
    _json_switch(listing)

    validate = commands.add_parser("validate", help="check scenario files")
    validate.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="all scenarios when none is given"
    )
    _scenarios(validate)

    coverage = commands.add_parser("coverage", help="what the scenarios cover, from runs that showed it")
    coverage.add_argument(
        "directory", nargs="?", type=Path, metavar="DIR", help="recordings to look at; runs all if none"
    )
    _scenarios(coverage)
    _subjects(coverage)
    coverage.add_argument("--jobs", type=_positive, default=4, metavar="N", help="runs at a time (4)")
    _json_switch(coverage)

    mutants = commands.add_parser(
        "mutants", help="make things wrong on purpose and tell who notices", epilog=EXITS
    )
    _patterns(mutants)
    mutants.add_argument(
        "--from", type=Path, dest="directory", metavar="DIR", help="recordings to start from; runs if none"
    )
    mutants.add_argument("--only", choices=["recordings", "live"], help="mutants of one kind")
    mutants.add_argument(
        "--each", type=_positive, default=15, metavar="N", help="scenarios a mutant is tried on (15)"
    )
    mutants.add_argument("--complete", action="store_true", help="try every mutant on every scenario")
    mutants.add_argument("--jobs", type=_positive, default=4, metavar="N", help="runs at a time (4)")
    _json_switch(mutants)

    divergences = commands.add_parser(
        "divergences", help="print the ledger of known divergences, or entries for new ones", epilog=EXITS
    )
    divergences.add_argument(
        "directory",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="recordings: count what each entry accounts for",
    )
    divergences.add_argument(
        "--propose",
        action="store_true",
        help="write entries for new findings to standard output; without DIR all scenarios are run",
    )
    _scenarios(divergences)
    _subjects(divergences)
    divergences.add_argument("--jobs", type=_positive, default=4, metavar="N", help="runs at a time (4)")
    _json_switch(divergences)
    return whole


def _patterns(command: argparse.ArgumentParser) -> None:
    command.add_argument("patterns", nargs="*", metavar="PATTERN", help=PATTERN)
    _scenarios(command)


def _scenarios(command: argparse.ArgumentParser) -> None:
    command.add_argument("--scenarios", type=Path, metavar="DIR", help="the suite's own unless given")


def _subjects(command: argparse.ArgumentParser) -> None:
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


def _reports(command: argparse.ArgumentParser) -> None:
    for kind in ("json", "junit", "html"):
        command.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"write a {kind.upper()} report")


def _json_switch(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number
