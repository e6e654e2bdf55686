"""Judging takes time in proportion to what was recorded, whatever there is much of.

Not seconds are counted but the lines of this suite that run, so nothing here depends on the machine.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import conformance
from conformance.scenario.model import Scenario
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from tests.bench.growing import GROWING, waits
from tests.verdict.recordings import Maker
from tests.verdict.structure.worlds import written

if TYPE_CHECKING:
    from types import FrameType

    from conformance.wire.recording import Recording

HERE = str(Path(conformance.__file__).parent)
SMALL, LARGE = 40, 160
MOST = LARGE / SMALL * 1.15
"""What is quadratic takes sixteen times as many lines, what is cubic sixty-four."""


def lines(recording: Recording, reference: Recording | None) -> int:
    """How many lines of the suite's own run while a recording is judged."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace if frame.f_code.co_filename.startswith(HERE) else None

    sys.settrace(trace)
    try:
        judge(recording, reference, Ledger())
    finally:
        sys.settrace(None)
    return count


def made(name: str, size: int) -> Scenario:
    """The scenario of that size."""
    return Scenario.from_document(f"growing/{name}", GROWING[name](size))


def waited(size: int, sdk: str) -> Recording:
    """A recording of as many waits, each ended by the service between two invocations."""
    maker = Maker(sdk, waits(size), scenario="growing/waits")
    for number in range(1, size + 1):
        maker.invoke()
        maker.send(str(number), "WAIT", "START", Name=f"w{number - 1}", WaitOptions={"WaitSeconds": 1})
        maker.answer({"Status": "PENDING"})
    maker.invoke()
    maker.answer({"Status": "SUCCEEDED"})
    return maker.done()


@pytest.mark.parametrize("name", ["steps", "flat", "nested"])
def test_operations(name: str) -> None:
    few, many = (
        lines(written(made(name, size), "python"), written(made(name, size), "js")) for size in (SMALL, LARGE)
    )
    assert many < few * MOST


def test_invocations() -> None:
    few, many = (lines(waited(size, "python"), waited(size, "js")) for size in (SMALL, LARGE))
    assert many < few * MOST


def test_nested_virtual_contexts_cost_their_depth_once_more_and_no_worse() -> None:
    """Everything in a context is looked up in all that are around it: that much is in the recording."""
    few, many = (
        lines(written(made("virtual", size), "python"), written(made("virtual", size), "js"))
        for size in (15, 60)
    )
    assert many < few * 16 * 0.75
