"""Contexts used out of their place: what an SDK makes of them is open, but not everything about them."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.oracle.flow import Lost
from conformance.oracle.reading import BodyRuns
from conformance.verdict.structure import predict
from tests.verdict.recordings import Maker
from tests.verdict.structure.worlds import (
    Update,
    child,
    each,
    judged,
    plan_of,
    rules,
    scenario,
    step,
    virtual,
    written,
)

BODY: dict[str, Any] = {"do": [step("a"), {"return": 1}]}
OUTER: dict[str, Any] = {"step": {"name": "c", **BODY}}
UNTIL = {"initial": 0, "until": {"$eval": "state"}, "delay": 1}


@pytest.mark.parametrize(
    "statement",
    [
        OUTER,
        {"step": {"name": "c", "attempts": [{"raises": {"type": "Boom"}}, BODY], "retry": {"delays": [1]}}},
        {"wait_for_callback": {"name": "c", "submitter": BODY}},
        {"wait_for_condition": {"name": "c", "check": BODY, **UNTIL}},
    ],
)
def test_a_body_that_calls_operations_leaves_what_follows_undetermined(statement: dict[str, Any]) -> None:
    plan = plan_of(scenario(step("s"), statement, step("t")))
    assert plan.operations["2"].names == {"c"}
    assert [plan.undetermined(path) is not None for path in ("1", "2", "3")] == [False, False, True]
    assert isinstance(plan.flow, Lost)


def test_a_body_seen_to_call_operations_leaves_it_undetermined_too() -> None:
    statement = {"step": {"name": "c", "attempts": [BODY, {"returns": 1}], "retry": {"delays": [1]}}}
    plan = predict(scenario(statement), seen=BodyRuns({("handler/0", ()): [1, 2]}))
    assert isinstance(plan.flow, Lost)


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("statement", [OUTER, child("c", {"on_root": [step("a")]})])
def test_a_batch_does_not_go_on_past_what_may_end_the_execution(
    statement: dict[str, Any], limit: int
) -> None:
    plan = plan_of(scenario(each("m", [1, 2], statement, max_concurrency=limit, nesting="FLAT"), step("t")))
    assert isinstance(plan.flow, Lost)
    assert None in plan.operations["1"].lifecycle.terminals
    assert plan.undetermined("2") is not None


@pytest.mark.parametrize(("parent", "found"), [(None, []), ("1", ["parent-wrong"])])
def test_what_a_body_calls_reports_to_the_nearest_context_on_the_wire(
    parent: str | None, found: list[str]
) -> None:
    made = scenario(virtual("v", OUTER))

    def astray(sent: list[Update], maker: Maker) -> None:
        sent.append(maker.update("1.2", "STEP", "START", parent, SubType="Step", Name="a"))

    assert rules(judged(made, written(made, change=astray))) == found


@pytest.mark.parametrize(
    ("member", "value", "found"), [("Name", "b", "name-wrong"), ("SubType", "Wait", "subtype-wrong")]
)
def test_the_operation_whose_body_it_is_is_judged_as_any(member: str, value: str, found: str) -> None:
    made = scenario(OUTER)

    def change(sent: list[Update], _maker: Maker) -> None:
        sent[0][member] = value

    assert found in rules(judged(made, written(made, change=change)))
