"""Structure where a serialiser fails, a process dies or a fault strikes: what still follows is still held."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.scenario.statements import Step
from conformance.verdict.structure import attempts
from conformance.verdict.structure.flow import Failure
from conformance.verdict.structure.values import UNKNOWN, Scope
from conformance.wire.recording import Outcome
from tests.verdict.structure.worlds import RAISE, caught, child, judged, scenario, step, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.verdict.recordings import Maker

UNWRITABLE = step("s", 1, serdes="fail-write")
UNREADABLE = (
    step("s", 1, serdes={"fail-read": {"invocation": 2}}),
    {"wait": {"name": "w", "seconds": 5}},
    step("t", 1),
)
BOOM = Failure("Boom", "Boom", "no")
RETRIED = {
    "name": "s",
    "attempts": [{"raises": {"type": "Boom", "message": "no"}}, {"returns": {"$eval": "attempt"}}],
    "retry": {"delays": [3, 4]},
}


def rules(
    *handler: Any, change: Callable[[list[dict[str, Any]], Maker], None] | None = None, status: str = "FAILED"
) -> list[str]:
    made = scenario(*handler)
    return [one.rule for one in judged(made, written(made, change=change, status=status))]


def without(path: str, action: str) -> Callable[[list[dict[str, Any]], Maker], None]:
    def change(sent: list[dict[str, Any]], maker: Maker) -> None:
        sent[:] = [one for one in sent if (one["Id"], one["Action"]) != (maker.id(path), action)]

    return change


def with_members(path: str, action: str, **members: Any) -> Callable[[list[dict[str, Any]], Maker], None]:
    def change(sent: list[dict[str, Any]], maker: Maker) -> None:
        for one in sent:
            if (one["Id"], one["Action"]) == (maker.id(path), action):
                one.update(members)

    return change


def test_a_result_that_cannot_be_written_fails_its_operation() -> None:
    assert rules(UNWRITABLE) == []
    assert rules(UNWRITABLE, change=without("1", "FAIL")) == ["lifecycle-missing"]
    succeeding = with_members("1", "FAIL", Action="SUCCEED")
    assert rules(UNWRITABLE, change=succeeding) == ["lifecycle-unexpected"]


def test_an_execution_that_the_service_gave_up_need_not_have_ended_its_operations() -> None:
    made = scenario(UNWRITABLE)
    cut = written(made, change=without("1", "FAIL"), status="FAILED")
    (last,) = cut.invocations
    assert judged(made, replace(cut, invocations=(replace(last, outcome=Outcome.ERROR),))) == []


def test_what_follows_a_result_that_cannot_be_read_may_be_missing_but_not_wrong() -> None:
    assert rules(*UNREADABLE) == []

    def cut(sent: list[dict[str, Any]], _maker: Maker) -> None:
        del sent[3:]

    assert rules(*UNREADABLE, change=cut) == []
    assert rules(*UNREADABLE, change=without("1", "SUCCEED"))[0] == "lifecycle-missing"
    assert rules(*UNREADABLE, change=with_members("2", "START", Name="other")) == ["name-wrong"]


@pytest.mark.parametrize("first", [step("a", 1), child("a", {"return": 1}), caught(child("a", RAISE))])
def test_nothing_follows_what_has_not_ended(first: dict[str, Any]) -> None:
    made = scenario(first, step("b", 1))
    end = "FAIL" if "try" in first else "SUCCEED"
    found = judged(made, written(made, change=without("1", end), status="RUNNING", complete=False))
    assert [one.rule for one in found] == ["lifecycle-missing"]


@pytest.mark.parametrize(
    ("told", "careful", "failures", "value"),
    [
        ([1, 2], True, [BOOM], 2),
        ([1, 1], False, [], 1),
        ([1, 1, 2], True, [attempts.INTERRUPTED], 2),
        ([1, 1, 2], False, [Failure(UNKNOWN, UNKNOWN, UNKNOWN)], 2),
        ([1, 3], True, [BOOM, attempts.INTERRUPTED], 3),
        ([None, None], True, [], UNKNOWN),
    ],
)
def test_the_attempts_that_were_told_give_the_rounds(
    told: list[int | None], *, careful: bool, failures: list[Failure], value: Any
) -> None:
    (statement,) = scenario({"step": RETRIED}).handler
    assert isinstance(statement, Step)
    seen = attempts.as_seen(statement.bodies, statement.retry, Scope(), told, at_most_once=careful)
    assert [each.failure for each in seen.lifecycle.rounds] == failures
    assert [each.delay for each in seen.lifecycle.rounds] == [(3, 3), (4, 4)][: len(failures)]
    assert seen.lifecycle.value == value
