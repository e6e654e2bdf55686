"""What a case knows of its scenario comes from the typed statements, not from its text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.verdict.case import Case
from conformance.verdict.invariants.bodies import ended_attempts_ran, replay_sees_the_same
from conformance.verdict.invariants.invocations import invocations_answer
from conformance.wire.recording import Outcome, Report, ReportKind
from tests.verdict.recordings import Maker

CRASHES = {"crashes": True}
READS = {"fail-read": {"invocation": 1}}


def case(handler: list[Any], **more: Any) -> Case:
    made = Maker("js", {"title": "t", "covers": [], "handler": handler, **more})
    made.invoke()
    made.answer(None, Outcome.EXIT)
    return Case.of(made.done())


def step(**body: Any) -> dict[str, Any]:
    return {"step": {"name": "s", **body}}


@pytest.mark.parametrize(
    ("handler", "more", "deadly"),
    [
        ([step(**CRASHES)], {}, True),
        ([step(attempts=[{"returns": 1}, CRASHES])], {}, True),
        ([{"child": {"do": [{"wait_for_callback": {"submitter": CRASHES}}]}}], {}, True),
        ([{"step": {"do": [step(**CRASHES)]}}], {}, True),
        ([step(returns=1)], {"functions": {"f": {"handler": [step(**CRASHES)]}}}, True),
        ([step(returns=1)], {"faults": [{"fault": "crash-before"}]}, True),
        ([step(returns=1)], {"input": {"crashes": True}}, False),
        ([step(returns={"crashes": "quiet"})], {}, False),
        ([{"let": {"crashes": 1}}], {}, False),
    ],
)
def test_a_process_may_end_where_a_body_crashes(
    handler: list[Any],
    more: dict[str, Any],
    deadly: bool,  # noqa: FBT001
) -> None:
    given = case(handler, **more)
    assert given.deadly is deadly
    assert given.disturbed is deadly
    assert bool([*invocations_answer(given)]) is not deadly


@pytest.mark.parametrize(
    ("missed", "disturbed"), [((), True), (("faults/0",), True), (("faults/0", "faults/1"), False)]
)
def test_faults_that_never_strike_upset_nothing(missed: tuple[str, ...], *, disturbed: bool) -> None:
    faults = [{"fault": "error", "checkpoint": 1}, {"fault": "error", "checkpoint": 2}]
    made = Maker("js", {"title": "t", "covers": [], "handler": [step(returns=1)], "faults": faults})
    made.invoke()
    made.answer({"errorType": "E", "errorMessage": "no"}, Outcome.ERROR)
    reports = tuple(Report(90, ReportKind.SCENARIO, "error never strikes", at=at) for at in missed)
    given = Case.of(replace(made.done(), reports=reports))
    assert given.disturbed is disturbed
    assert bool([*invocations_answer(given)]) is not disturbed


@pytest.mark.parametrize(
    ("handler", "more", "fails"),
    [
        ([step(returns=1, serdes="fail-write")], {}, True),
        ([step(returns=1, serdes=READS)], {}, True),
        ([{"map": {"items": [1], "item_serdes": READS, "do": []}}], {}, True),
        ([{"invoke": {"function": "f", "result_serdes": READS}}], {}, True),
        ([step(returns=1, serdes="json")], {}, False),
        ([step(returns=READS)], {}, False),
        ([step(returns=1)], {"input": "fail-write"}, False),
    ],
)
def test_a_serialiser_fails_where_a_statement_names_one(
    handler: list[Any],
    more: dict[str, Any],
    fails: bool,  # noqa: FBT001
) -> None:
    assert case(handler, **more).serialiser_fails is fails


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ({"$eval": "input.invocation"}, True),
        ("invocation", True),
        ({"$eval": "[invocation]"}, False),
        ({"$eval": "n"}, False),
    ],
)
def test_a_note_that_uses_the_invocation_s_number_is_not_held_to_its_first_value(
    value: Any,
    held: bool,  # noqa: FBT001
) -> None:
    let = {"let": {"n": {"$eval": "invocation + 1"}}}
    made = Maker("js", {"title": "t", "covers": [], "handler": [let, {"note": value}]})
    for number in (1, 2):
        made.invoke()
        made.effect("handler/1", "note", "start", detail=number)
        made.pending(1)
    assert bool([*replay_sees_the_same(Case.of(replace(made.done(), document=made.document)))]) is held


def test_a_body_that_misuse_runs_on_the_root_s_context_has_no_known_operation() -> None:
    """Its operation is the root's next one, and what the harness tells of it has the branch's index."""
    branch = [{"on_root": [step(returns=1)]}, {"return": 1}]
    parallel = {"parallel": {"max_concurrency": 1, "branches": [branch]}}
    made = Maker("python", {"title": "t", "covers": [], "handler": [parallel]})
    made.invoke()
    made.send("1", "CONTEXT", "START", SubType="Parallel")
    made.send("1[0]", "CONTEXT", "START", "1", SubType="ParallelBranch")
    made.step("2", "handler/0/branches/0/0/on_root/0", "1", name="s", indexes=(0,))
    made.answer({"Status": "FAILED", "Error": {}})
    given = Case.of(made.done())
    assert given.stream.place(given.stream.all[-1]) is not None
    assert [*ended_attempts_ran(given)] == []
