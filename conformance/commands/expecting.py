"""Writing down what scenarios must expect, where all their subjects agree that it is not what they say."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from conformance.engine.collected import Collected
from conformance.engine.expectations import corrections
from conformance.errors import ScenarioError
from conformance.report.text import value
from conformance.scenario.edit import changed
from conformance.scenario.model import Scenario


def update(run: Collected, scenarios: Iterable[Scenario]) -> int:
    """Change the files, telling of each value; give how many were changed.

    What a person must decide (outcomes that a scenario allows, or what is not there to change) is told.
    """
    documents = {one.id: one.document for one in scenarios}
    count = 0
    for one in corrections(run, documents):
        path, place = Path(one.file), ".".join(map(str, one.path))
        if not one.path or one.path[-1] == "any_of":
            sys.stderr.write(f"not changed: {one.file}: which outcomes are allowed is yours to say\n")
            continue
        try:
            text = changed(path.read_text(encoding="utf-8"), one.path, one.value, file=one.file)
        except ScenarioError as error:
            sys.stderr.write(f"not changed: {error}\n")
            continue
        path.write_text(text, encoding="utf-8")
        sys.stderr.write(f"{one.file}: {place} is {value(one.value)} now, was {value(one.was)}\n")
        count += 1
    if not count:
        sys.stderr.write("no expectation was changed: all subjects must agree, and no other rule object\n")
    return count
