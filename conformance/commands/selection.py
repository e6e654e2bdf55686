"""The scenarios that a command line selects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from conformance.engine.admitted import RULES, Admitted
from conformance.engine.files import SCENARIOS
from conformance.errors import ScenarioError, UsageError
from conformance.scenario.load import Found, InvalidScenarioError, find


def scenarios(root: Path | None, patterns: Sequence[str]) -> Found:
    """The scenarios below `root`, the suite's own by default, that match any pattern; all without patterns.

    Raises:
        UsageError: there is no such folder, or a pattern, or all of them together, select nothing.
    """
    folder = _seen_from_here(root or SCENARIOS)
    if not folder.is_dir():
        raise UsageError("no such folder of scenarios", where=str(folder))
    known = Admitted()
    found = find(folder, tuple(patterns), known, RULES)
    known.save()
    if not found.scenarios and not found.errors:
        raise UsageError("no scenario is selected", where=str(folder), cure="see `conformance list`")
    return found


def _seen_from_here(folder: Path) -> Path:
    """The path from the working directory, where that is shorter: as annotations and people want it."""
    try:
        return folder.resolve().relative_to(Path.cwd())
    except ValueError:
        return folder


def problems(found: Found) -> tuple[ScenarioError, ...]:
    """All that is wrong with the files that can't be used, each with its own line."""
    return tuple(
        problem
        for error in found.errors
        for problem in (error.problems if isinstance(error, InvalidScenarioError) else (error,))
    )
