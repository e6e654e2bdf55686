"""What a run shows inside virtual contexts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.quality.coverage.inside import INSIDES, Inside, shown
from conformance.wire.recording import Recording
from conformance.wire.stream import canonical
from tests.verdict.recordings import Maker

STEP = {"step": {"name": "s", "returns": 1}}


def child(*do: dict[str, Any], virtual: bool = True) -> dict[str, Any]:
    return {"child": {"name": "c", "virtual": virtual, "do": list(do)}}


def flat(kind: str) -> dict[str, Any]:
    return {"map": {"name": "m", "items": [1], "nesting": kind, "do": [STEP]}}


def ran(sdk: str, handler: dict[str, Any], path: str, *events: tuple[str, str]) -> Recording:
    """A recording whose history has events of the operation at `path`."""
    made = Maker(sdk, {"title": "t", "covers": [], "handler": [handler], "expect": {}})
    made.invoke()
    made.send(path, "STEP", "START")
    made.answer({"Status": "SUCCEEDED", "Result": "1"})
    recording = made.done()
    id_ = next(update.raw["Id"] for update in canonical(recording).all)
    history = tuple({"EventType": word, "SubType": subtype, "Id": id_} for word, subtype in events)
    return replace(recording, executions=(replace(recording.executions[0], history=history),))


@pytest.mark.parametrize("sdk", ["python", "js"])
@pytest.mark.parametrize(
    ("handler", "path", "where"),
    [
        (child(STEP), "1.1", "virtual"),
        (child(child(STEP)), "1.1.1", "virtual-in-virtual"),
        (child(child(STEP), virtual=False), "1.1.1", "virtual"),
        (flat("FLAT"), "1[0].1", "flat-branch"),
        (flat("NESTED"), "1[0].1", None),
        (child(STEP, virtual=False), "1.1", None),
        (STEP, "1", None),
    ],
)
def test_where(sdk: str, handler: dict[str, Any], path: str, where: str | None) -> None:
    recording = ran(sdk, handler, path, ("StepStarted", "Step"), ("StepFailed", "Step"))
    wanted = {Inside("step", where, "failure")} if where else set()
    assert shown(recording, canonical(recording)) == wanted


def test_what_has_not_ended_shows_nothing() -> None:
    recording = ran("js", child(STEP), "1.1", ("StepStarted", "Step"))
    assert shown(recording, canonical(recording)) == frozenset()


def test_a_kind_that_can_not_stand_there_shows_nothing() -> None:
    recording = ran("js", child(STEP), "1.1", ("CallbackSucceeded", "Callback"))
    assert shown(recording, canonical(recording)) == frozenset()


def test_the_table_has_everything_but_failing_waits() -> None:
    assert len(INSIDES) == 57
    assert Inside("wait", "virtual", "failure") not in INSIDES
