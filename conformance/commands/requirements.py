"""`conformance requirements`: the ids that `covers` may name, what each asks for, and who covers it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from conformance.commands import selection, shared
from conformance.errors import Exit, UsageError
from conformance.report import escape
from conformance.scenario.catalogue import Requirement, requirements

NAMED = 6  # scenarios that are named of those that cover one


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "words", nargs="*", metavar="WORD", help="only those whose id, section or text has every word"
    )
    shared.scenarios(command)
    shared.as_json(command)


def execute(given: argparse.Namespace) -> Exit:
    """Print each requirement with the scenarios that cover it."""
    asked = [word.lower() for word in given.words]
    chosen = [one for one in requirements().values() if all(word in _text(one) for word in asked)]
    if not chosen:
        raise UsageError(
            f"no requirement has {' and '.join(given.words)}", hint="`conformance requirements` has all"
        )
    covered: dict[str, list[str]] = {}
    for scenario in selection.scenarios(given.scenarios, ()).scenarios:
        for id_ in scenario.covers:
            covered.setdefault(id_, []).append(scenario.id)
    if given.json:
        rows = [{**asdict(one), "scenarios": covered.get(one.id, [])} for one in chosen]
        document = {"schema": 1, "requirements": rows}
        sys.stdout.write(escape.json_text(document))
        return Exit.AS_EXPECTED
    for one in chosen:
        names = covered.get(one.id, [])
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        sys.stdout.write(f"{one.id} ({one.level}, {one.section})\n  {one.says}\n")
        sys.stdout.write(
            f"  covered by {', '.join(names[:NAMED])}{more}\n" if names else "  covered by none\n"
        )
    return Exit.AS_EXPECTED


def _text(one: Requirement) -> str:
    return f"{one.id} {one.section} {one.level} {one.says}".lower()
