"""A matrix as plain JSON values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.history.changes import Moved
from conformance.history.held import Held
from conformance.history.matrix import Matrix, Sdk, Step

SCHEMA = 1


def serializable(matrix: Matrix, held: Iterable[Held], faults: Iterable[str]) -> dict[str, Any]:
    """All of it: every cell, what each version changed, and how it stands to its pins."""
    return {
        "schema": SCHEMA,
        "reference": matrix.reference,
        "sdks": {sdk.name: _sdk(sdk) for sdk in matrix.sdks},
        "pinned": [_held(one) for one in held],
        "faults": [*faults],
    }


def _sdk(sdk: Sdk) -> dict[str, Any]:
    return {
        "versions": [*sdk.subjects],
        "scenarios": {scenario: _scenario(sdk, scenario) for scenario in sdk.scenarios},
        "steps": [_step(one) for one in sdk.steps],
        "causes": [
            {
                "cause": one.cause,
                "first": one.first,
                "last": one.last,
                "versions": one.versions,
                "scenarios": [*one.scenarios],
            }
            for one in sdk.spans
        ],
    }


def _scenario(sdk: Sdk, scenario: str) -> dict[str, Any]:
    cells = {subject: sdk.cells.get((scenario, subject)) for subject in sdk.subjects}
    return {
        "first_passing": sdk.first_passing(scenario),
        "holds_from": sdk.holds_from(scenario),
        "versions": {
            subject: {"verdict": cell.verdict.value, "causes": sorted(cell.causes)}
            for subject, cell in cells.items()
            if cell is not None
        },
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "before": step.before,
        "after": step.after,
        "supported": [*step.supported],
        "fixed": [*step.fixed],
        "broken": [*step.broken],
        "different": [*step.different],
        "judged_otherwise": [*step.judged_otherwise],
        "went": [_moved(one) for one in step.changes.went],
        "came": [_moved(one) for one in step.changes.came],
    }


def _moved(one: Moved) -> dict[str, Any]:
    return {"cause": one.cause, "scenarios": [*one.scenarios]}


def _held(held: Held) -> dict[str, Any]:
    return {
        "subject": held.subject,
        "beside": held.beside,
        "as_pinned": not (held.differences or held.slow or held.unjudged),
        "differences": [
            {"cause": one.cause, "new": one.new, "scenarios": [*one.scenarios]} for one in held.differences
        ],
        "too_slow": [*held.slow],
        "unjudged": [*held.unjudged],
        "outside": held.outside,
    }
