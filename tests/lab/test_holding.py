"""Answers that are held: whoever does not wait for them is seen to go on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from conformance.lab import holding
from conformance.verdict.finding import Verdict
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording
from tests.lab.fake import FAKE, Bench, Code, Fake, Handler, scenario, succeeded, update

HANDLER = [{"child": {"name": "c", "do": [{"return": 1}]}}, {"step": {"name": "s", "returns": 1}}]
CAREFUL = [{"step": {"name": "s", "semantics": "at-most-once", "returns": 1}}]


def held(code: Code, handler: list[dict[str, Any]]) -> Recording:
    """A run in which each answer is held that something depends on."""

    async def once() -> Recording:
        async with Bench() as bench:
            fake = Fake(bench.lab, code, bench.session)
            return await bench.lab.run(scenario(handler=handler), FAKE, fake, hold_each=True)

    return asyncio.run(once())


def child_then_step(*, waits: bool) -> Code:
    """A subject that ends a child, and begins the body after it before or after that is taken."""

    async def code(handler: Handler) -> Any:
        await handler.checkpoint(update("CONTEXT", "START", "c"))
        ending = asyncio.create_task(handler.checkpoint(update("CONTEXT", "SUCCEED", "c")))
        if waits:
            await ending
        await handler.body("handler/1")
        await ending
        await handler.checkpoint(update("STEP", "START", "s"), update("STEP", "SUCCEED", "s"))
        return succeeded()

    return code


@pytest.mark.parametrize("waits", [True, False])
def test_the_answer_to_an_end_goes_out_once_the_subject_stands_still(waits: bool) -> None:  # noqa: FBT001
    recording = held(child_then_step(waits=waits), HANDLER)
    assert recording.held
    assert recording.complete
    start, end, both = recording.exchanges
    assert start.answered is None
    assert end.answered is not None
    assert both.answered is not None
    (begins,) = (effect.seq for effect in recording.effects)
    assert end.seq < begins
    assert (begins > end.answered) is waits
    assert recording.seconds >= 2 * holding.SECONDS


@pytest.mark.parametrize(("handler", "starts"), [(CAREFUL, 1), (HANDLER, 0)], ids=["careful", "not"])
def test_a_start_is_held_where_a_step_is_to_run_at_most_once(
    handler: list[dict[str, Any]], starts: int
) -> None:
    async def begins(handler: Handler) -> Any:
        await handler.checkpoint(update("STEP", "START", "s"))
        return succeeded()

    recording = held(begins, handler)
    assert sum(exchange.answered is not None for exchange in recording.exchanges) == starts


def test_of_a_held_run_nothing_but_that_is_judged() -> None:
    async def nonsense(handler: Handler) -> Any:
        await handler.checkpoint(update("STEP", "SUCCEED", "s"))
        return succeeded()

    result = judge(held(nonsense, HANDLER), None, Ledger())
    assert (result.verdict, result.findings) == (Verdict.CONFORMS, ())


def test_no_more_answers_are_held_than_tell_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MOST", 1)

    async def two(handler: Handler) -> Any:
        for name in ("a", "b"):
            await handler.checkpoint(update("STEP", "START", name), update("STEP", "SUCCEED", name))
        return succeeded()

    assert [exchange.answered is not None for exchange in held(two, HANDLER).exchanges] == [True, False]
