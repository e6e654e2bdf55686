"""`conformance validate`: whether scenario files can be used."""

from __future__ import annotations

import argparse
import sys

from conformance.commands import selection
from conformance.errors import Exit, ScenarioError
from conformance.report.text import counted
from conformance.scenario.load import load


def execute(given: argparse.Namespace) -> Exit:
    """Check the files named, or all; say of each bad one where it is wrong and what would be right."""
    if given.files:
        root = given.scenarios or selection.SCENARIOS
        good, errors = 0, []
        for file in given.files:
            try:
                load(file, root if file.resolve().is_relative_to(root.resolve()) else file.parent)
            except ScenarioError as error:
                errors.append(error)
            else:
                good += 1
    else:
        found = selection.scenarios(given.scenarios, ())
        good, errors = len(found.scenarios), [*found.errors]
    for error in errors:
        sys.stderr.write(f"error: {error}\n")
    sys.stdout.write(f"{counted(good, 'scenario')} valid, {len(errors)} not\n")
    return Exit.USAGE if errors else Exit.AS_EXPECTED
