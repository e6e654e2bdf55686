"""Which statement a name in `after:` stands for, and in which branches."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from conformance.lab.statement_index import StatementIndex
from conformance.scenario.statements import Body
from tests.lab.fake import Handler, run, scenario, succeeded

DOCUMENT: list[dict[str, Any]] = [
    {"step": {"name": "s", "attempts": [{"returns": 1}, {"returns": 2}]}},
    {
        "map": {
            "name": "m",
            "items": [1, 2],
            "do": [
                {"step": {"name": "first", "returns": 1}},
                {"step": {"name": "second", "attempts": [{"returns": 1, "after": "first"}]}},
            ],
        }
    },
    {
        "parallel": {
            "name": "p",
            "branches": [
                {"name": "left", "do": [{"step": {"name": "l", "returns": 1}}]},
                [{"step": {"name": "r", "attempts": [{"returns": 1, "after": "left"}]}}],
            ],
        }
    },
    {"if": True, "then": [{"wait": {"name": "w", "seconds": 1}}], "else": [{"return": 1}]},
    {"try": [{"child": {"name": "c", "do": [{"return": 1}]}}], "catch": [{"note": 1}]},
    {"with_retry": {"name": "wr", "retry": "none", "do": [{"step": {"name": "inner", "returns": 1}}]}},
    {"step": {"attempts": [{"do": [{"step": {"name": "deep", "returns": 1}}]}]}},
]

PLACES = StatementIndex.of(
    scenario(handler=DOCUMENT, functions={"f": {"handler": [{"wait": {"name": "fw", "seconds": 1}}]}})
)


@pytest.mark.parametrize(
    ("name", "at", "within"),
    [
        ("s", "handler/0", ()),
        ("first", "handler/1/do/0", ("handler/1",)),
        ("left", "handler/2/branches/0", ("handler/2/branches/0",)),
        ("l", "handler/2/branches/0/0", ("handler/2/branches/0",)),
        ("w", "handler/3/then/0", ()),
        ("c", "handler/4/try/0", ()),
        ("inner", "handler/5/do/0", ("handler/5",)),
        ("deep", "handler/6/attempts/0/do/0", ()),
        ("fw", "functions/f/0", ()),
    ],
)
def test_names_have_places(name: str, at: str, within: tuple[str, ...]) -> None:
    (place,) = PLACES.by_name[name]
    assert (place.at, place.within) == (at, within)


def test_what_two_places_share() -> None:
    by_at = PLACES.by_at
    assert by_at["handler/1/do/0"].shares(by_at["handler/1/do/1"]) == 1
    assert by_at["handler/2/branches/0/0"].shares(by_at["handler/2/branches/1/0"]) == 0
    assert by_at["handler/0"].shares(by_at["handler/1/do/1"]) == 0


def test_the_last_body_repeats() -> None:
    assert [PLACES.body("handler/0", run) for run in (1, 2, 3)] == [
        Body(returns=1),
        Body(returns=2),
        Body(returns=2),
    ]
    assert PLACES.body("handler/1", 1) is None
    assert PLACES.body("nowhere", 1) is None


async def ended(handler: Handler, number: int, at: str, index: int) -> None:
    """Tell that the body or branch at a place has ended."""
    await handler.tell("effects", number=number, at=at, indexes=[index], kind="step", event="end")


def test_a_body_in_a_map_waits_for_the_same_item() -> None:
    async def items(handler: Handler) -> Any:
        order: list[str] = []

        async def second(index: int) -> None:
            await handler.tell("turns", at="handler/1/do/1", indexes=[index], kind="step", attempt=1)
            order.append(f"second {index}")

        waiting = [asyncio.create_task(second(index)) for index in (0, 1)]
        for index in (1, 0):
            await ended(handler, 2 - index, "handler/1/do/0", index)
            await asyncio.sleep(0.05)
            order.append(f"first {index}")
        await asyncio.gather(*waiting)
        return succeeded(order)

    recording = run(items, handler=DOCUMENT)
    assert json.loads(recording.executions[0].result or "") == ["second 1", "first 1", "second 0", "first 0"]


@pytest.mark.parametrize("at", ["handler/2", "handler/2/branches/0"])
def test_a_body_may_wait_for_a_branch(at: str) -> None:
    async def branches(handler: Handler) -> Any:
        held = asyncio.create_task(
            handler.tell("turns", at="handler/2/branches/1/0", indexes=[1], kind="step", attempt=1)
        )
        await ended(handler, 1, "handler/2", 1)
        await asyncio.sleep(0.05)
        assert not held.done()
        await ended(handler, 2, at, 0)
        await held
        return succeeded()

    assert run(branches, handler=DOCUMENT).complete
