"""`conformance validate`: whether scenario files can be used."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance.commands import selection, shared
from conformance.engine.admitted import RULES
from conformance.errors import Exit, ScenarioError
from conformance.report import escape
from conformance.report.text import counted
from conformance.scenario.load import Found, load
from conformance.scenario.model import Scenario


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="all scenarios when none is given"
    )
    shared.scenarios(command)


def execute(given: argparse.Namespace) -> Exit:
    """Check the files named, or all; say of each bad one where it is wrong and what would be right."""
    found = _named(given.files) if given.files else selection.scenarios(given.scenarios, ())
    for problem in selection.problems(found):
        sys.stderr.write(escape.told([f"error: {problem}"]))
    sys.stdout.write(f"{counted(len(found.scenarios), 'scenario')} valid, {len(found.errors)} not\n")
    return Exit.USAGE if found.errors else Exit.AS_EXPECTED


def _named(files: list[Path]) -> Found:
    scenarios: list[Scenario] = []
    errors: list[ScenarioError] = []
    for file in files:
        try:
            scenarios.append(load(file, file.parent, more=RULES))
        except ScenarioError as error:
            errors.append(error)
    return Found(tuple(scenarios), tuple(errors))
