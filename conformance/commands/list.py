"""`conformance list`: which scenarios there are."""

from __future__ import annotations

import argparse
import json
import sys

from conformance.commands import selection, shared
from conformance.errors import Exit


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
        sys.stdout.write(json.dumps({"schema": 1, "scenarios": rows}, indent=2, ensure_ascii=False) + "\n")
    else:
        width = max((len(one.id) for one in found.scenarios), default=0)
        for one in found.scenarios:
            sys.stdout.write(f"{one.id.ljust(width)}  {one.title}\n")
    for error in selection.problems(found):
        sys.stderr.write(f"error: {error}\n")
    return Exit.USAGE if found.errors else Exit.AS_EXPECTED
