"""Recordings with something needless or too large, and such in which all has a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.verdict.invariants.needless import MOST_POLLS, MOST_UPDATES
from tests.verdict.breaking import STEP, Broken, document
from tests.verdict.recordings import Maker

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.recording import Recording

WAIT = {"wait": {"name": "w", "seconds": 5}}
LARGE = "x" * 400_000


def _polls(count: int, *, pending: bool = True, **more: Any) -> Callable[[], Recording]:
    """So many empty checkpoints, with a wait pending or after its end."""

    def make() -> Recording:
        made = Maker("js", document(WAIT, **more))
        made.invoke()
        if pending:
            made.send("1", "WAIT", "START", Name="w", WaitOptions={"WaitSeconds": 5})
        for _ in range(count):
            made.checkpoint()
        made.answer({"Status": "PENDING"})
        return made.done(complete=False)

    return make


def _reads(*markers: str, given: str | None = "m", status: int = 200) -> Callable[[], Recording]:
    """Reads of the state from markers, of which the invocation's input gives one."""

    def make() -> Recording:
        made = Maker("js", document(STEP))
        made.invoke()
        event = json.loads(made.current["input"])
        event["InitialExecutionState"]["NextMarker"] = given
        made.current["input"] = json.dumps(event)
        for marker in markers:
            made.checkpoint()
            made.exchanges[-1] = replace(
                made.exchanges[-1],
                operation="GetDurableExecutionState",
                request=json.dumps({"Marker": marker}),
                response="{}",
                status=status,
            )
        made.succeed("1")
        return made.done()

    return make


def _request(count: int, payload: str = "1", *, same: bool = False) -> Callable[[], Recording]:
    """A request of so many steps' ends, or of START and end of one."""

    def make() -> Recording:
        made = Maker("js", document(*[STEP] * count))
        made.invoke()
        if same:
            made.checkpoint(
                made.update("1", "STEP", "START"), made.update("1", "STEP", "SUCCEED", Payload=payload * 2)
            )
        else:
            made.checkpoint(
                *(made.update(str(n + 1), "STEP", "SUCCEED", Payload=payload) for n in range(count))
            )
        made.succeed("1")
        return made.done()

    return make


def _invoked(times: int) -> Recording:
    """An execution with one wait, and so many invocations."""
    made = Maker("js", document(WAIT))
    made.invoke()
    made.send("1", "WAIT", "START", Name="w", WaitOptions={"WaitSeconds": 5})
    for _ in range(times - 1):
        made.pending(5)
        made.invoke()
    made.succeed("1")
    return made.done()


BROKEN = (
    Broken(
        "polls_have_a_reason",
        "poll-without-reason",
        "invocation 1:request 2",
        _polls(1, pending=False),
        "an empty checkpoint",
        "none",
    ),
    Broken(
        "polls_have_a_reason",
        "polls-too-often",
        f"invocation 1:request {MOST_POLLS + 3}",
        _polls(MOST_POLLS + 2),
        MOST_POLLS + 1,
        f"{MOST_POLLS} at most",
    ),
    Broken("reads_follow_a_marker", "read-without-marker", "invocation 1:request 2.Marker", _reads("n")),
    Broken("reads_follow_a_marker", "read-without-marker", "invocation 1:request 3.Marker", _reads("m", "m")),
    Broken(
        "reads_follow_a_marker",
        "read-without-marker",
        "invocation 1:request 2.Marker",
        _reads("m", given=None),
        "m",
        "no read",
    ),
    Broken(
        "requests_are_bounded",
        "request-too-large",
        "request 2.Updates",
        _request(MOST_UPDATES + 1),
        MOST_UPDATES + 1,
        MOST_UPDATES,
    ),
    Broken("requests_are_bounded", "request-too-large", "request 2.bytes", _request(2, LARGE)),
    Broken("invocations_have_a_reason", "invocation-needless", "invocation 3", lambda: _invoked(3), 3, 2),
)

ALLOWED: tuple[tuple[str, Callable[[], Recording]], ...] = (
    ("polls_have_a_reason", _polls(MOST_POLLS)),
    ("polls_have_a_reason", _polls(1, pending=False, faults=[{"fault": "throttle", "checkpoint": 1}])),
    ("reads_follow_a_marker", _reads("m")),
    ("reads_follow_a_marker", _reads("m", "m", status=500)),
    ("requests_are_bounded", _request(MOST_UPDATES)),
    ("requests_are_bounded", _request(1, LARGE * 2)),
    ("requests_are_bounded", _request(1, LARGE, same=True)),
    ("invocations_have_a_reason", lambda: _invoked(2)),
)
