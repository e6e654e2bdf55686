"""`conformance quality`: how good the suite itself is, as a page: coverage, mutants, ledger."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from conformance.engine.files import ledger_file
from conformance.errors import Exit, UsageError
from conformance.quality import page
from conformance.verdict.ledger import Ledger


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    for name, of in (
        ("coverage", "`conformance coverage --json`"),
        ("mutants", "`conformance mutants --json`"),
        ("source", "`conformance mutants --source python --json`"),
    ):
        command.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"what {of} printed")


def execute(given: argparse.Namespace) -> Exit:
    """Print the page; what was not measured is said to be so."""
    measured = page.Measured(
        ledger=Ledger.load(ledger_file(None)).entries,
        coverage=_read(given.coverage),
        mutants=_read(given.mutants),
        source=_read(given.source),
    )
    sys.stdout.write("\n".join(page.lines(measured)) + "\n")
    return Exit.AS_EXPECTED


def _read(file: Path | None) -> Any:
    if file is None:
        return None
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"no report can be read here: {error}", where=str(file)) from error
