"""The scenarios that a command line selects, and the ledger that goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from conformance.errors import ScenarioError, UsageError
from conformance.scenario.load import Found, InvalidScenarioError, find

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


def problems(found: Found) -> tuple[ScenarioError, ...]:
    """All that is wrong with the files that can't be used, each with its own line."""
    return tuple(
        problem
        for error in found.errors
        for problem in (error.problems if isinstance(error, InvalidScenarioError) else (error,))
    )


def ledger_file(root: Path | None) -> Path:
    """The ledger of a folder of scenarios; one that has none shares the suite's own."""
    own = (root or SCENARIOS) / LEDGER
    return own if own.is_file() else SCENARIOS / LEDGER
