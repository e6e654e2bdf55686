"""A handler that runs on after its answer does nothing to the scenarios after it, in either harness."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.recording import Outcome, Recording, ReportKind
from tests.harness.subjects import JS, PYTHON, recordings

OTHERS = 50

NOTES = [{"note": number} for number in range(5)]

RUNNING_ON: dict[str, list[dict[str, Any]]] = {
    # JavaScript's SDK ends the execution for this, while the handler goes on.
    "astray": [
        {"child": {"do": [{"on_root": [{"step": {"name": "astray", "returns": 1}}]}, *NOTES]}},
        *NOTES,
    ],
    # The batch is over with the first branch, and so is the handler, while the other one goes on telling.
    "telling": [
        {
            "parallel": {
                "branches": [
                    [{"return": 1}],
                    [*NOTES * 20, {"step": {"name": "left", "returns": 1}}, *NOTES * 20],
                ],
                "completion": {"min_successful": 1},
            }
        },
        {"return": 1},
    ],
}

OTHER = {"handler": [{"step": {"name": "s", "returns": 1, "as": "a"}}, {"return": {"$eval": "a"}}]}


@pytest.fixture(scope="module", params=[PYTHON, JS])
def run(request: pytest.FixtureRequest) -> dict[str, Recording]:
    """One that runs on before each of so many others, with one process."""
    documents: dict[str, dict[str, Any]] = {}
    kinds = list(RUNNING_ON)
    for number in range(OTHERS):
        kind = kinds[number % len(kinds)]
        documents[f"{kind} {number}"] = {"handler": RUNNING_ON[kind], "limit": 20}
        documents[f"other {number}"] = OTHER
    return recordings(request.param, documents)


def test_the_others_are_as_they_are_alone(run: dict[str, Recording]) -> None:
    for title, recording in run.items():
        if title.startswith("other"):
            assert recording.complete, (title, recording.reports)
            assert [invocation.outcome for invocation in recording.invocations] == [Outcome.RESPONSE], title
            assert (recording.executions[0].result, len(recording.exchanges) <= 2) == ("1", True), title
            assert {report.kind for report in recording.reports} <= {ReportKind.DROPPED}, recording.reports
            places = {effect.at for effect in recording.effects}
            assert places == {"handler", "handler/0"}, title


def test_those_that_run_on_end_all_the_same(run: dict[str, Recording]) -> None:
    for title, recording in run.items():
        if not title.startswith("other"):
            assert recording.invocations[-1].outcome is Outcome.RESPONSE, title
            assert {report.kind for report in recording.reports} <= {ReportKind.DROPPED}, recording.reports
