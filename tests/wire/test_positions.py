"""Where a program's operations can stand, whatever path its control flow takes."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.scenario.model import Scenario
from conformance.wire.positions import ROUNDS, Role, inner_layout, layout


def _names(handler: list[dict[str, Any]]) -> dict[int, list[str]]:
    body = Scenario.from_document(
        "a/b", {"title": "t", "covers": [], "handler": handler, "expect": {}}
    ).handler
    return {ordinal: [_name(slot) for slot in slots] for ordinal, slots in layout(body).items()}


def _name(slot: Any) -> str:
    rounds = "".join(f"#{number}" for number in slot.rounds)
    return f"{slot.statement.name if slot.role is Role.OWN else slot.role}{rounds}"


def _step(name: str) -> dict[str, Any]:
    return {"step": {"name": name, "returns": 1}}


@pytest.mark.parametrize(
    ("handler", "wanted"),
    [
        ([], {}),
        ([_step("a"), {"let": {"x": 1}}, {"note": 1}, _step("b")], {1: ["a"], 2: ["b"]}),
        (
            [{"if": True, "then": [_step("a"), _step("b")], "else": [_step("c")]}, _step("d")],
            {1: ["a", "c"], 2: ["b", "d"], 3: ["d"]},
        ),
        ([{"if": True, "then": [_step("a")]}, _step("d")], {1: ["a", "d"], 2: ["d"]}),
        ([{"if": True, "then": [_step("a"), {"return": 1}]}, _step("d")], {1: ["a", "d"]}),
        (
            [{"try": [_step("a"), _step("b")], "catch": [_step("c")]}, _step("d")],
            {1: ["a", "c"], 2: ["b", "c", "d"], 3: ["c", "d"], 4: ["d"]},
        ),
        ([{"try": [{"raise": {"type": "E", "message": ""}}], "catch": [_step("c")]}], {1: ["c"]}),
        ([_step("a"), {"return": 1}, _step("b")], {1: ["a"]}),
        (
            [{"with_retry": {"retry": {"delays": [1]}, "wrap": False, "do": [_step("a")]}}, _step("b")],
            {1: ["a#1", "backoff#1"], 2: ["backoff#1", "a#2", "b"], 3: ["a#2", "b"], 4: ["b"]},
        ),
        (
            [
                {
                    "with_retry": {
                        "retry": {"delays": [1]},
                        "wrap": False,
                        "do": [
                            {"if": True, "then": [_step("a"), {"return": 1}]},
                            {"raise": {"type": "E", "message": ""}},
                        ],
                    }
                },
                _step("b"),
                {"return": 1},
                _step("c"),
            ],
            {1: ["a#1", "backoff#1"], 2: ["backoff#1", "a#2", "b"], 3: ["a#2", "b"], 4: ["b"]},
        ),
        (
            [{"child": {"name": "c", "do": [_step("a"), {"on_root": [_step("x"), _step("y")]}]}}, _step("b")],
            {1: ["c"], 2: ["x", "b"], 3: ["y", "b"], 4: ["b"]},
        ),
        (
            [{"map": {"name": "m", "items": [1, 2], "do": [{"on_root": [_step("x")]}]}}, _step("b")],
            {1: ["m"], 2: ["x", "b"], 3: ["x", "b"], 4: ["b"]},
        ),
        (
            [{"step": {"name": "s", "retry": "none", "do": [_step("x")]}}, _step("b")],
            {1: ["s"], 2: ["x", "b"], 3: ["b"]},
        ),
        (
            [
                {
                    "step": {
                        "name": "s",
                        "retry": {"delays": [1]},
                        "attempts": [{"do": [_step("x")]}, {"do": [_step("y")]}],
                    }
                },
                _step("b"),
            ],
            {1: ["s"], 2: ["x", "y", "b"], 3: ["y", "b"], 4: ["b"]},
        ),
        (
            [{"child": {"name": "c", "do": [{"step": {"name": "s", "do": [_step("x")]}}]}}, _step("b")],
            {1: ["c"], 2: ["b"]},
        ),
        (
            [
                {
                    "child": {
                        "name": "c",
                        "do": [{"step": {"name": "s", "do": [{"on_root": [_step("x")]}]}}],
                    }
                },
                _step("b"),
            ],
            {1: ["c"], 2: ["x", "b"], 3: ["b"]},
        ),
        (
            [{"with_retry": {"name": "r", "retry": {"delays": [1]}, "do": [_step("a")]}}, _step("b")],
            {1: ["r"], 2: ["b"]},
        ),
    ],
)
def test_layouts(handler: list[dict[str, Any]], wanted: dict[int, list[str]]) -> None:
    found = {ordinal: sorted(names) for ordinal, names in _names(handler).items()}
    assert found == {ordinal: sorted(names) for ordinal, names in wanted.items()}


def test_a_body_is_followed_as_often_as_it_may_run_in_one_invocation() -> None:
    check = {"wait_for_condition": {"name": "w", "check": {"do": [_step("x")]}, "until": {"$eval": "state"}}}
    found = _names([check | {}, _step("b")])
    assert found[1] == ["w"]
    assert all({"x", "b"} == set(found[ordinal]) for ordinal in range(2, ROUNDS + 2))
    assert found[ROUNDS + 2] == ["b"]
    assert ROUNDS + 3 not in found


def test_a_with_retry_of_its_own_context_has_its_rounds_inside() -> None:
    document = {"handler": [{"with_retry": {"retry": "none", "do": [_step("a")]}}]}
    (statement,) = Scenario.from_document(
        "a/b", {"title": "t", "covers": [], "expect": {}} | document
    ).handler
    assert {n: [_name(slot) for slot in slots] for n, slots in inner_layout(statement).items()} == {
        1: ["a#1"]
    }


def test_a_strategy_that_never_ends_is_followed_only_so_far() -> None:
    handler = [
        {
            "with_retry": {
                "retry": {"fixed": {"delay": 1, "attempts": 1000000}},
                "wrap": False,
                "do": [_step("a")],
            }
        }
    ]
    assert 100 < len(_names(handler)) < 200
