"""`conformance list`: which scenarios there are."""

from __future__ import annotations

import argparse
import sys

from conformance.commands import selection, shared
from conformance.errors import Exit
from conformance.report import escape


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    shared.patterns(command)
    shared.as_json(command)


def execute(given: argparse.Namespace) -> Exit:
    """Print each scenario's id and title; files that can't be used are named on standard error."""
    found = selection.scenarios(given.scenarios, given.patterns)
    if given.json:
        rows = [
            {
                "id": one.id,
                "title": one.title,
                "file": found.lines[one.id].file,
                "covers": list(one.covers),
                "links": list(one.links),
                "aws": one.aws.id if one.aws else None,
            }
            for one in found.scenarios
        ]
        sys.stdout.write(escape.json_text({"schema": 1, "scenarios": rows}))
    else:
        width = max((len(escape.console(one.id)) for one in found.scenarios), default=0)
        for one in found.scenarios:
            sys.stdout.write(f"{escape.console(one.id).ljust(width)}  {escape.console(one.title)}\n")
    for error in selection.problems(found):
        sys.stderr.write(escape.told([f"error: {error}"]))
    return Exit.USAGE if found.errors else Exit.AS_EXPECTED
