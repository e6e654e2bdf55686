"""`conformance schemas`: write the harness protocol's JSON Schemas anew."""

from __future__ import annotations

import argparse
import sys

from conformance.errors import Exit
from conformance.protocol.schemas import texts


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument("--check", action="store_true", help="write nothing: say which are out of date")


def execute(given: argparse.Namespace) -> Exit:
    """Write every schema that has changed, or say that it has."""
    stale = [
        (path, text)
        for path, text in texts()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if not given.check:
            path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.name} {'is out of date' if given.check else 'written'}\n")
    return Exit.FINDING if stale and given.check else Exit.AS_EXPECTED
