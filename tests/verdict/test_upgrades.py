"""The verdict on an execution that changed hands: a table of what can become of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.verdict.case import Case
from conformance.verdict.upgrades.departures import blended
from conformance.verdict.upgrades.judge import judged, points, unusable
from conformance.verdict.upgrades.resumption import Resumed, Resumption
from conformance.wire.recording import (
    ExecutionRecord,
    Handover,
    Outcome,
    Recording,
    Report,
    ReportKind,
    SubjectInfo,
)
from tests.verdict.recordings import ARN, Maker, edited, mapped, with_fields, without

OLD, NEW = SubjectInfo("python@2.1.0", "python", "2.1.0"), SubjectInfo("python@3.0.0", "python", "3.0.0")
TWO_STEPS: dict[str, Any] = {
    "title": "Two steps with a wait between and a note of what the first gave",
    "handler": [
        {"step": {"name": "a", "returns": 1, "as": "a"}},
        {"wait": {"name": "pause", "seconds": 5}},
        {"note": {"$eval": "a"}},
        {"step": {"name": "b", "returns": 2, "as": "b"}},
        {"wait": {"name": "rest", "seconds": 5}},
        {"return": {"$eval": "a + b"}},
    ],
    "expect": {"status": "SUCCEEDED", "result": 3},
}
CHANGED = {
    "ErrorType": "aws_durable_execution_sdk_python.exceptions.NonDeterministicExecutionError",
    "ErrorMessage": "Non-deterministic operation identity at id='x': type checkpoint='Wait' current='Step'",
}
REFUSED = {
    "ErrorType": "aws_durable_execution_sdk_python.exceptions.CheckpointError",
    "ErrorMessage": "Inconsistent parent operation id.",
}


def two_steps(
    *,
    result: str = "3",
    noted: tuple[int, int] = (1, 1),
    again: bool = False,
    b: str | None = "2",
    error: dict[str, Any] | None = None,
) -> Recording:
    """What a version does; what it does otherwise it does in the second invocation, or in the third."""
    made = Maker("python", TWO_STEPS)
    made.invoke()
    made.step("1", "handler/0", "1", name="a")
    made.send("2", "WAIT", "START", Name="pause", WaitOptions={"WaitSeconds": 5})
    made.pending(5)
    made.invoke()
    if again:
        made.effect("handler/0", "step", "start", attempt=1)
        made.effect("handler/0", "step", "end", attempt=1, detail={"outcome": "returned"})
    if error is not None:
        made.answer({"Status": "FAILED", "Error": error})
        return made.done()
    made.effect("handler/2", "note", "start", detail=noted[0])
    if b is not None:
        made.step("3", "handler/3", b, name="b")
    made.send("4", "WAIT", "START", Name="rest", WaitOptions={"WaitSeconds": 5})
    made.pending(5)
    made.invoke()
    made.effect("handler/2", "note", "start", detail=noted[1])
    made.succeed(result)
    return made.done()


def by(recording: Recording, subject: SubjectInfo) -> Recording:
    return replace(recording, subject=subject)


def resumed(
    mixed: Recording,
    *,
    after: int = 1,
    first: Recording | None = None,
    second: Recording | None = None,
) -> Resumed:
    alone = two_steps()
    handed = replace(by(mixed, OLD), handover=Handover(after, NEW))
    return judged(Case.of(handed), Case.of(by(first or alone, OLD)), Case.of(by(second or alone, NEW)))


def stopped(kind: ReportKind, message: str) -> Recording:
    made = two_steps()
    return replace(made, complete=False, reports=(Report(99, kind, message),))


def hanging() -> Recording:
    made = two_steps()
    first, second, _ = made.invocations
    return replace(
        made, complete=False, invocations=(first, replace(second, outcome=Outcome.HANG, output=None))
    )


def invoked(times: int) -> Recording:
    """Whatever it runs, with so many executions of another function."""
    made = two_steps()
    child = ExecutionRecord(f"{ARN}-x", "other", ARN, None, None, "SUCCEEDED", "1", None, ())
    return replace(
        made, executions=(*made.executions, *(replace(child, arn=f"{ARN}-{n}") for n in range(times)))
    )


@pytest.mark.parametrize(
    ("mixed", "verdict", "rules"),
    [
        (two_steps(), Resumption.RESUMES, []),
        (two_steps(error=CHANGED), Resumption.REFUSED, ["outcome", "body-left-out"]),
        (two_steps(error=REFUSED), Resumption.REFUSED, ["outcome", "body-left-out"]),
        (two_steps(error=CHANGED, again=True), Resumption.WRONG, ["outcome", "body-again"]),
        (
            two_steps(error={"ErrorType": "TypeError", "ErrorMessage": "no"}),
            Resumption.WRONG,
            ["outcome", "body-left-out"],
        ),
        (two_steps(result="4"), Resumption.WRONG, ["outcome"]),
        (two_steps(again=True), Resumption.WRONG, ["body-again"]),
        (two_steps(noted=(7, 7)), Resumption.WRONG, ["value-changed"]),
        (two_steps(b="5"), Resumption.WRONG, ["value-changed"]),
        (two_steps(b=None), Resumption.WRONG, ["body-left-out", "operation-left-out"]),
        (without(two_steps(), 5), Resumption.WRONG, ["operation-left-out"]),
        (with_fields(two_steps(), 3, ParentId="ab" * 32), Resumption.WRONG, ["parent-changed"]),
        (with_fields(two_steps(), 3, Id="ab" * 32), Resumption.WRONG, ["operation-again"]),
        (invoked(1), Resumption.WRONG, ["execution-again"]),
        (hanging(), Resumption.HANGS, []),
        (stopped(ReportKind.LAB, "nothing will ever wake it"), Resumption.HANGS, []),
        (stopped(ReportKind.EXPRESSION, "a + b: a is null"), Resumption.WRONG, ["value-changed"]),
        (stopped(ReportKind.MACHINE, "too slow"), Resumption.HARNESS_ERROR, []),
        (stopped(ReportKind.HARNESS, "no such statement"), Resumption.HARNESS_ERROR, []),
    ],
)
def test_what_becomes_of_it(mixed: Recording, verdict: Resumption, rules: list[str]) -> None:
    one = resumed(mixed)
    told = [each.rule for each in one.departures]
    assert (one.verdict, [rule for rule in dict.fromkeys(told) if rule in rules]) == (verdict, rules)
    assert bool(told) is bool(rules)
    assert all(each.message for each in one.departures)


def test_a_departure_says_both_sides() -> None:
    (first,) = resumed(two_steps(again=True)).departures
    assert first.path == "effect:handler/0"
    assert (first.seen, first.alone) == (2, (1, 1))
    assert first.message == "the body at handler/0 runs twice, alone once"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (two_steps(result="4"), two_steps()),
        (two_steps(), two_steps(error={"ErrorType": "TypeError", "ErrorMessage": "no"})),
    ],
)
def test_where_the_versions_differ_alone_nothing_is_called_wrong(first: Recording, second: Recording) -> None:
    one = resumed(two_steps(), first=first, second=second)
    assert one.verdict is Resumption.INCOMPARABLE
    assert "the versions differ alone at output." in one.reason
    assert "resumed it ends as python@" in one.reason
    other = resumed(two_steps(result="5"), first=first, second=second)
    assert other.verdict is Resumption.INCOMPARABLE
    assert other.reason.endswith("resumed it ends as neither, SUCCEEDED 5")


def test_what_hangs_is_told_even_where_the_versions_differ_alone() -> None:
    assert resumed(hanging(), first=two_steps(result="4")).verdict is Resumption.HANGS


def test_what_one_version_never_ends_says_nothing_of_the_upgrade() -> None:
    one = resumed(hanging(), second=hanging())
    assert (one.verdict, one.reason) == (
        Resumption.INCOMPARABLE,
        "python@3.0.0 alone does not come to its end: invocation 2 never answers",
    )


def test_what_only_one_version_does_may_be_done_or_left_out() -> None:
    more = two_steps(again=True)
    for mixed in (two_steps(), more):
        assert resumed(mixed, second=more).verdict is Resumption.RESUMES


def test_a_version_that_races_with_itself_is_no_measure() -> None:
    """The second invocation is still the old version's here: what it did otherwise is nobody's upgrade."""
    one = resumed(two_steps(again=True), after=2)
    assert one.verdict is Resumption.INCOMPARABLE
    assert one.reason.endswith("before it handed over: effect:handler/0")


def test_a_run_that_never_changed_hands_is_not_judged() -> None:
    assert resumed(two_steps(), after=3).verdict is Resumption.INCOMPARABLE


def test_a_body_that_was_cut_off_may_run_again() -> None:
    """Its process died: the body's end is not there, and what interrupts it is not the upgrade."""

    def cut(made: Recording) -> Recording:
        ends = [one for one in made.effects if one.event == "end"]
        return replace(made, effects=tuple(one for one in made.effects if one is not ends[-2]))

    again = two_steps(again=True)
    assert resumed(again).verdict is Resumption.WRONG
    assert resumed(cut(again)).verdict is Resumption.RESUMES


LEFT: dict[str, Any] = {
    **mapped("python").document,
    "handler": [
        {"map": {**mapped("python").document["handler"][0]["map"], "max_concurrency": 2}},
        {"wait": {"name": "pause", "seconds": 5}},
        {"return": 1},
    ],
}


def left_behind(*, later: bool, counted: bool = False) -> Recording:
    """A map that is complete without one of its branches; which writes its step's end or doesn't."""
    made = Maker("python", LEFT, scenario="map/left")
    made.invoke()
    made.send("1", "CONTEXT", "START", Name="m", SubType="Map")
    made.effect("handler/0", "branch", "start", (0,))
    made.send("1[0]", "CONTEXT", "START", "1", Name="map-item-0", SubType="MapIteration")
    made.send("1[0].1", "STEP", "START", "1[0]", Name="s")
    if later:
        made.effect("handler/0/do/0", "step", "start", (0,), attempt=1)
        made.send("1[0].1", "STEP", "SUCCEED", "1[0]", Name="s", Payload="20")
    status = "SUCCEEDED" if counted else "STARTED"
    made.send(
        "1",
        "CONTEXT",
        "SUCCEED",
        Name="m",
        SubType="Map",
        Payload=json.dumps({"all": [{"index": 0, "status": status}], "completionReason": "MIN_SUCCESSFUL"}),
    )
    made.send("2", "WAIT", "START", Name="pause", WaitOptions={"WaitSeconds": 5})
    made.pending(5)
    made.invoke()
    made.succeed("1")
    return made.done()


@pytest.mark.parametrize(
    ("counted", "verdict"), [(False, Resumption.RESUMES), (True, Resumption.INCOMPARABLE)]
)
def test_what_a_branch_does_that_was_left_behind_is_a_race(*, counted: bool, verdict: Resumption) -> None:
    alone = left_behind(later=False, counted=counted)
    one = resumed(left_behind(later=True, counted=counted), first=alone, second=alone)
    assert one.verdict is verdict


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": 1, "b": 4}, True),
        ({"a": 1, "b": 5}, False),
        ({"a": 1}, False),
        ({"a": 1, "b": 4, "c": 0}, False),
        ([1, 4], False),
        (None, False),
    ],
)
def test_a_value_may_be_made_of_both_member_by_member(value: Any, *, expected: bool) -> None:
    assert blended(value, {"a": 1, "b": 2}, {"a": 3, "b": 4}) is expected
    assert blended([value], [{"a": 1, "b": 2}], [{"a": 3, "b": 4}]) is expected


def test_true_is_not_one() -> None:
    assert not blended(True, 1, 1)  # noqa: FBT003 - a value of JSON


def test_a_run_can_change_hands_after_each_invocation_but_the_last() -> None:
    assert [*points(two_steps())] == [1, 2]
    assert [*points(mapped("python"))] == []


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        (ReportKind.UNSUPPORTED, Resumption.UNSUPPORTED),
        (ReportKind.HARNESS, Resumption.HARNESS_ERROR),
        (ReportKind.LAB, None),
    ],
)
def test_what_a_version_can_not_do_alone_is_said(kind: ReportKind, verdict: Resumption | None) -> None:
    found = unusable(stopped(kind, "why"))
    assert (found and found[0]) == verdict


def test_payloads_are_read_in_the_dialect_of_who_wrote_them() -> None:
    """Up to 1.7.0 an error's type is written bare, from 2.0.0 on with its module: both mean the same."""
    seven = SubjectInfo("python@1.7.0", "python", "1.7.0")
    made = two_steps()

    def failing(kind: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
        error = {"ErrorType": kind, "ErrorMessage": "no"}
        return lambda updates: [
            {key: value for key, value in updates[0].items() if key != "Payload"}
            | {"Action": "FAIL", "Error": error}
        ]

    bare, qualified = (edited(made, failing(kind), 4) for kind in ("Boom", "scenario.Boom"))
    handed = replace(by(qualified, seven), handover=Handover(1, NEW))
    one = judged(Case.of(handed), Case.of(by(bare, seven)), Case.of(by(qualified, NEW)))
    assert one.verdict is Resumption.RESUMES
    unknown = replace(by(edited(made, failing("other.Boom"), 4), seven), handover=Handover(1, NEW))
    other = judged(Case.of(unknown), Case.of(by(bare, seven)), Case.of(by(qualified, NEW)))
    assert [each.rule for each in other.departures] == ["value-changed"]
