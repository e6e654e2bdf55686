"""`conformance divergences`: the ledger, in a maintainer's words."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from conformance.errors import Exit
from conformance.places import ledger_file
from conformance.verdict.entries import Entry
from conformance.verdict.ledger import Ledger
from conformance.verdict.versions import Versions


def execute(given: argparse.Namespace) -> Exit:
    """Print every entry."""
    entries = Ledger.load(ledger_file(given.scenarios)).entries
    if given.json:
        rows = [
            {
                "id": entry.id,
                "title": entry.title,
                "what": entry.what,
                "link": entry.link,
                "findings": [asdict(spot) for spot in entry.spots],
                "subjects": _ranges(entry.subjects),
                "reference": _ranges(entry.reference),
                "witnesses": list(entry.witnesses),
            }
            for entry in entries
        ]
        sys.stdout.write(json.dumps({"schema": 1, "divergences": rows}, indent=2, ensure_ascii=False) + "\n")
    else:
        for entry in entries:
            sys.stdout.write("\n".join(_words(entry)) + "\n\n")
        sys.stdout.write(f"{len(entries)} known divergences\n")
    return Exit.AS_EXPECTED


def _words(entry: Entry) -> Iterator[str]:
    yield f"{entry.id}: {entry.title}"
    yield f"  {entry.what}"
    between = ", ".join(f"{sdk} {versions}" for sdk, versions in _ranges(entry.subjects).items())
    against = ", ".join(f"{sdk} {versions}" for sdk, versions in _ranges(entry.reference).items())
    yield f"  {between}, against {against}" if against else f"  {between}"
    yield f"  shown by {', '.join(entry.witnesses)}"
    yield f"  {entry.link}"


def _ranges(versions: Mapping[str, Versions]) -> dict[str, str]:
    return {sdk: held.text for sdk, held in versions.items()}
