"""The scenarios that a command line selects, and the ledger that goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from conformance.errors import UsageError
from conformance.scenario.load import Found, find

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
LEDGER = "divergences.yaml"


def scenarios(root: Path | None, patterns: Sequence[str]) -> Found:
    """The scenarios below `root`, the suite's own by default, that match any pattern; all without patterns.

    Raises:
        UsageError: there is no such folder, or a pattern, or all of them together, select nothing.
    """
    folder = root or SCENARIOS
    if not folder.is_dir():
        raise UsageError("no such folder of scenarios", where=str(folder))
    found = find(folder, tuple(patterns))
    if not found.scenarios and not found.errors:
        raise UsageError("no scenario is selected", where=str(folder), cure="see `conformance list`")
    return found


def ledger_file(root: Path | None) -> Path:
    """The ledger of a folder of scenarios; one that has none shares the suite's own."""
    own = (root or SCENARIOS) / LEDGER
    return own if own.is_file() else SCENARIOS / LEDGER
