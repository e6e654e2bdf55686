"""`conformance findings`: what was found in the SDKs, in their maintainers' terms, as a page in Markdown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance.engine.files import SCENARIOS, ledger_file
from conformance.errors import Exit, UsageError
from conformance.report.findings import Known, render
from conformance.report.upstream import Upstream, findings
from conformance.scenario.catalogue import requirements
from conformance.sdks import registry
from conformance.verdict.ledger import Ledger


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument("--sdk", metavar="NAME", help="only those of this SDK")
    command.add_argument(
        "--into", type=Path, metavar="FILE", help="write the page there, not to standard output"
    )


def execute(given: argparse.Namespace) -> Exit:
    """Write the page."""
    found = findings(Ledger.load(ledger_file()).entries)
    if given.sdk is not None:
        if given.sdk not in registry.names():
            raise UsageError(f"there is no SDK {given.sdk!r}", hint=f"one of {', '.join(registry.names())}")
        found = tuple(one for one in found if one.sdk == given.sdk)
    text = page(found)
    if given.into is None:
        sys.stdout.write(text)
    else:
        given.into.write_text(text, encoding="utf-8")
    return Exit.AS_EXPECTED


def page(found: tuple[Upstream, ...]) -> str:
    """The page of these findings."""
    return render(found, Known(_title, _size, _source))


def _title(sdk: str) -> str:
    record = registry.record(sdk)
    return record.title if record else sdk


def _source(id_: str) -> str:
    one = requirements()[id_]
    return f"`{id_}` ({one.section}, {one.level}): {one.says}"


def _size(scenario: str) -> int:
    path = SCENARIOS / f"{scenario}.yaml"
    return path.stat().st_size if path.is_file() else sys.maxsize
