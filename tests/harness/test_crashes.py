"""A body that is to crash waits for its end alone: nothing else waits behind it, in either harness."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.recording import Outcome
from tests.harness.subjects import JS, PYTHON, recordings

BESIDE: dict[str, Any] = {
    "handler": [
        {
            "parallel": {
                "branches": [
                    [{"step": {"name": "dies", "attempts": [{"crashes": True}, {"returns": 1}]}}],
                    [
                        {"step": {"name": "first", "returns": 1, "after": {"op": "dies", "is": "running"}}},
                        {"note": "between"},
                        {"step": {"name": "second", "returns": 2}},
                    ],
                ]
            }
        },
        {"return": "done"},
    ]
}


@pytest.mark.parametrize("subject", [PYTHON, JS])
def test_others_go_on_beside_a_body_that_waits_to_be_killed(subject: str) -> None:
    recording = recordings(subject, {"beside": BESIDE})["beside"]
    assert (recording.complete, recording.reports) == (True, ())
    assert [invocation.outcome for invocation in recording.invocations] == [Outcome.EXIT, Outcome.RESPONSE]
    told = [(one.kind, one.event, one.at) for one in recording.effects if one.invocation == 1]
    assert ("note", "start", "handler/0/branches/1/1") in told
    assert ("step", "end", "handler/0/branches/1/2") in told
    assert ("step", "end", "handler/0/branches/0/0") not in told
