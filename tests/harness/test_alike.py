"""Real runs through both harnesses: the same results and the same effects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.programs import ALIKE
from tests.harness.subjects import JS, PYTHON, recordings

if TYPE_CHECKING:
    from conformance.wire.recording import Effect, Recording

Pair = tuple["dict[str, Recording]", "dict[str, Recording]"]


@pytest.fixture(scope="module")
def pair() -> Pair:
    documents = {title: document for title, (document, _) in ALIKE.items()}
    return recordings(PYTHON, documents), recordings(JS, documents)


def told(effect: Effect) -> Any:
    return [
        effect.at,
        effect.indexes,
        effect.kind,
        effect.event,
        effect.attempt,
        effect.run,
        _detail(effect.detail),
    ]


def _detail(detail: Any) -> Any:
    """What an effect says, but for which callback: the service gives each an id of its own.

    And but for a size that can't be said: what a body without a return gives is the language's own.
    """
    if not isinstance(detail, dict):
        return detail
    given = {"callback_id": "given"} if "callback_id" in detail else {}
    return {key: value for key, value in detail.items() if (key, value) != ("size", None)} | given


@pytest.mark.parametrize("title", ALIKE)
def test_same_results(pair: Pair, title: str) -> None:
    for recording in (run[title] for run in pair):
        assert [report.message for report in recording.reports] == []
        execution = recording.executions[0]
        assert (execution.status, execution.error) == ("SUCCEEDED", None), recording.stderr
        assert json.loads(execution.result or "null") == ALIKE[title][1]


# JavaScript's SDK throws into the branch that goes on ("Operation 1-2-1 not found"), Python's leaves it be.
ORPHANED = "an SDK that goes on after its batch is complete"


@pytest.mark.parametrize("title", [title for title in ALIKE if title != ORPHANED])
def test_same_effects(pair: Pair, title: str) -> None:
    python, js = ([told(effect) for effect in run[title].effects] for run in pair)
    if "branches" in json.dumps(ALIKE[title][0]):
        # What runs at the same time has no order.
        python, js = (sorted(effects, key=json.dumps) for effects in (python, js))
    assert python == js
