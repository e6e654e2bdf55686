"""Structure where a serialiser fails, a process dies or a fault strikes: what still follows is still held."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.oracle import attempts
from conformance.oracle.flow import Failure, Lost, Returned
from conformance.oracle.values import UNKNOWN, Scope
from conformance.scenario.statements import Step
from conformance.wire.recording import Outcome
from tests.verdict.recordings import Maker
from tests.verdict.structure.worlds import (
    RAISE,
    caught,
    child,
    each,
    judged,
    plan_of,
    scenario,
    spoken,
    step,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable


UNWRITABLE = step("s", 1, serdes="fail-write")
UNREADABLE = (
    step("s", 1, serdes={"fail-read": {"invocation": 2}}),
    {"wait": {"name": "w", "seconds": 5}},
    step("t", 1),
)
DIED = attempts.interrupted(Scope(dialect=spoken("python")))
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


def test_what_follows_a_result_that_cannot_be_read_is_each_sdks_own() -> None:
    assert rules(*UNREADABLE) == []

    def cut(sent: list[dict[str, Any]], _maker: Maker) -> None:
        del sent[3:]

    assert rules(*UNREADABLE, change=cut) == []
    assert rules(*UNREADABLE, change=with_members("2", "START", Name="other")) == []
    assert rules(*UNREADABLE, change=without("1", "SUCCEED"))[0] == "lifecycle-missing"
    assert rules(*UNREADABLE, change=with_members("1", "START", Name="other"))[0] == "name-wrong"


CALLBACK = {"callback": {"name": "cb", "serdes": "fail-read", "as": "cb"}}
AWAITED = (CALLBACK, {"await": {"callback": "cb", "as": "told"}}, step("t", 1), {"return": 1})
APPROVED = {"wait_for_callback": {"name": "w", "submitter": {"returns": None}, "serdes": "fail-read"}}
ANSWERS = [
    {"callback": "cb", "after": 5, "succeed": {"payload": 1}},
    {"of": "w", "after": 5, "succeed": {"payload": 1}},
]
MAPPED = each("m", [1], {"return": 1}, item_serdes="fail-read")


@pytest.mark.parametrize(
    ("handler", "failing"),
    [
        ((step("s", 1, serdes="fail-read"),), "1"),
        ((child("c", {"return": 1}, serdes="fail-read"),), "1"),
        ((child("c", step("s", 1, serdes="fail-read"), {"return": 1}),), "1"),
        ((MAPPED,), "1[0]"),
        ((MAPPED,), "1"),
        ((child("c", *AWAITED),), "1"),
        ((APPROVED,), "1.2"),
        ((APPROVED,), "1"),
    ],
    ids=["step", "child", "around", "item", "batch", "around a callback", "submitter", "wait_for_callback"],
)
def test_what_cannot_be_read_may_fail_its_operation_and_those_around_it(
    handler: tuple[dict[str, Any], ...], failing: str
) -> None:
    made = scenario(*handler, outside=ANSWERS)
    for status in ("SUCCEEDED", "FAILED"):
        assert judged(made, written(made, status=status)) == []
    error = {"ErrorType": "SerDesError", "ErrorMessage": "no"}
    failed = with_members(failing, "SUCCEED", Action="FAIL", Payload=None, Error=error)
    assert judged(made, written(made, change=failed, status="FAILED")) == []


def test_a_callback_that_cannot_be_read_is_an_operation_all_the_same() -> None:
    made = scenario(*AWAITED, outside=ANSWERS)
    assert judged(made, written(made, status="FAILED")) == []
    unnamed = written(made, change=with_members("1", "START", Name="other"), status="FAILED")
    assert [one.rule for one in judged(made, unnamed)] == ["name-wrong"]


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
        ([1, 1, 2], True, [DIED], 2),
        ([1, 1, 2], False, [Failure(UNKNOWN, UNKNOWN, UNKNOWN)], 2),
        ([1, 3], True, [BOOM, DIED], 3),
        ([None, None], True, [], UNKNOWN),
    ],
)
def test_the_attempts_that_were_told_give_the_rounds(
    told: list[int | None], *, careful: bool, failures: list[Failure], value: Any
) -> None:
    (statement,) = scenario({"step": RETRIED}).handler
    assert isinstance(statement, Step)
    seen = attempts.as_seen(
        statement.bodies, statement.retry, Scope(dialect=spoken("python")), told, at_most_once=careful
    )
    assert [each.failure for each in seen.lifecycle.rounds] == failures
    assert [each.delay for each in seen.lifecycle.rounds] == [(3, 3), (4, 4)][: len(failures)]
    assert seen.lifecycle.value == value


CAREFUL = step("s", 7, semantics="at-most-once", retry="none", **{"as": "s"})
CUT = {"ErrorType": "StepInterruptedError", "ErrorMessage": "it was cut off"}


def interrupted(
    statement: dict[str, Any], *, error: dict[str, Any], dies: bool = True, runs: int = 0
) -> list[str]:
    """Judge a step that ends with `error`, in an invocation of its own if the first one `dies`."""
    faults = [{"fault": "crash-after", "of": "s", "action": "START"}]
    made = scenario(caught(statement, then=({"return": {"$eval": "e.type"}},)), faults=faults)
    maker = Maker("js", made.document)
    maker.invoke()
    maker.send("1", "STEP", "START", Name="s")
    for _ in range(runs):
        maker.effect("handler/0/try/0", "step", "start", attempt=1)
    if dies:
        maker.answer(None, Outcome.EXIT)
        maker.invoke()
    maker.send("1", "STEP", "FAIL", Name="s", Error=error)
    maker.succeed(f'"{error["ErrorType"]}"')
    return [one.rule for one in judged(made, maker.done())]


@pytest.mark.parametrize("runs", [0, 1])
def test_a_step_may_end_because_its_process_died(runs: int) -> None:
    assert interrupted(CAREFUL, error=CUT, runs=runs) == []


@pytest.mark.parametrize(
    ("statement", "error", "dies"),
    [
        (CAREFUL, CUT, False),
        (CAREFUL, CUT | {"ErrorType": "Boom"}, True),
        (step("s", 7, retry="none"), CUT, True),
        (step("s", 7, semantics="at-most-once", retry={"delays": [1]}), CUT, True),
    ],
    ids=["nothing died", "of something else", "at-least-once", "another attempt is granted"],
)
def test_a_step_does_not_end_so_for_nothing(
    statement: dict[str, Any], error: dict[str, Any], *, dies: bool
) -> None:
    assert "lifecycle-unexpected" in interrupted(statement, error=error, dies=dies, runs=1)


@pytest.mark.parametrize(
    ("limit", "outcome", "found"),
    [
        (2, Outcome.ERROR, []),
        (2, Outcome.EXIT, []),
        (2, Outcome.RESPONSE, ["body-runs"]),
        (1, Outcome.ERROR, ["body-runs"]),
    ],
)
def test_what_runs_beside_an_error_that_escapes_may_run_again(
    limit: int, outcome: Outcome, found: list[str]
) -> None:
    made = scenario(each("m", [1, 2], step("s"), max_concurrency=limit))
    recording = written(made)
    (whole,) = recording.invocations
    cut = replace(whole, number=1, outcome=outcome, output='{"Status": "PENDING"}')
    again = replace(recording.effects[0], invocation=2)
    twice = replace(
        recording, invocations=(cut, replace(whole, number=2)), effects=(*recording.effects, again)
    )
    assert [one.rule for one in judged(made, twice)] == found


def polls(*check: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    given = {"name": "c", "initial": 0, "check": {"attempts": list(check)}, "until": {"$eval": "state >= 2"}}
    return {"wait_for_condition": given | {"delay": 1, "as": "c"}}, {"return": {"$eval": "c"}}


def test_a_state_is_not_told_once_a_process_died_in_a_later_check() -> None:
    more, dies = {"returns": {"$eval": "state + 1"}}, {"crashes": True}
    assert plan_of(scenario(*polls(dies, more, more))).flow == Returned(2)
    assert isinstance(plan_of(scenario(*polls(more, dies, more))).flow, Lost)
