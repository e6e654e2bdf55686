"""`conformance atlas`: what each operation writes in each outcome, SDK by SDK, from recordings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance.engine.directory import recordings
from conformance.errors import Exit, UsageError
from conformance.report import atlas


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument("directory", type=Path, metavar="DIR", help="what `run --out` wrote")
    command.add_argument("--check", type=Path, metavar="PAGE", help="write nothing: say whether PAGE is that")


def execute(given: argparse.Namespace) -> Exit:
    """Print the page, in Markdown.

    Raises:
        UsageError: there are no recordings.
    """
    made = atlas.of(kept.recording for kept in recordings(given.directory, 1))
    if not made.subjects:
        raise UsageError("there are no recordings here", where=str(given.directory), hint="run ... --out DIR")
    text = "".join(f"{line}\n" for line in atlas.lines(made))
    if given.check is None:
        sys.stdout.write(text)
        return Exit.AS_EXPECTED
    if given.check.read_text(encoding="utf-8") == text:
        return Exit.AS_EXPECTED
    sys.stdout.write(f"{given.check} is out of date: make atlas\n")
    return Exit.FINDING
