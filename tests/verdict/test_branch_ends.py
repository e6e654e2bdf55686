"""How branches ended is asked as of an invocation: what a later replay does is nothing to it."""

from __future__ import annotations

from conformance.verdict.branch_ends import BranchEnds
from conformance.wire.recording import Effect

BATCH = ("execution", "handler/0", ())


def end(number: int, invocation: int, index: int, outcome: str, **more: int) -> Effect:
    return Effect(
        seq=number,
        execution="execution",
        invocation=invocation,
        at="handler/0",
        indexes=(index,),
        kind="branch",
        event="end",
        attempt=None,
        run=1,
        detail={"outcome": outcome, **more},
    )


def test_a_replay_that_goes_another_way_is_left_out() -> None:
    ends = BranchEnds.of(
        [
            end(1, 1, 0, "returned", size=300),
            end(2, 1, 1, "raised"),
            end(3, 2, 0, "raised"),
        ]
    )
    first = ends.until(BATCH, 1)
    assert [(one.returned, one.size) for one in first] == [(True, 300), (False, 0)]
    assert [one.returned for one in ends.until(BATCH, 2)] == [False, False]
    assert [one.returned for one in ends.until(BATCH, None)] == [False, False]
    assert ends.until(("execution", "handler/1", ()), 1) == []
