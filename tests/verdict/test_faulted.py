"""Parity under faults: it says where they struck other requests, and compares all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.verdict import expect, faulted
from conformance.verdict.case import Case
from conformance.verdict.parity import check
from conformance.wire.recording import Outcome
from tests.verdict.recordings import Maker, with_fields

if TYPE_CHECKING:
    from conformance.wire.recording import Recording

CRASH = "crash-after"
DOCUMENT: dict[str, Any] = {
    "title": "made by hand",
    "covers": [],
    "handler": [{"note": 1}, {"step": {"name": "a", "returns": 1, "as": "a"}}, {"return": {"$eval": "a"}}],
    "faults": [{"fault": CRASH, "of": "a", "action": "START"}],
}


def together() -> Recording:
    """One that writes the step's START and SUCCEED in one request, which is struck: its body runs once."""
    made = _begun()
    made.effect("handler/1", "step", "start", attempt=1)
    made.checkpoint(*_step(made, "START"), *_step(made, "SUCCEED"), fault=CRASH)
    return _again(made)


def apart(*, repeats: int = 1, notes: int = 1) -> Recording:
    """One that writes START alone, which is struck (`repeats` times): its body runs afterwards."""
    made = _begun(notes)
    for _ in range(repeats - 1):
        made.checkpoint(*_step(made, "START"), status=500, fault=CRASH)
    made.checkpoint(*_step(made, "START"), fault=CRASH)
    made.answer(None, Outcome.EXIT)
    made.invoke()
    made.effect("handler/0", "note", "start", detail=1)
    made.effect("handler/1", "step", "start", attempt=1)
    made.checkpoint(*_step(made, "SUCCEED"))
    made.succeed("1")
    return made.done()


def _begun(notes: int = 1) -> Maker:
    made = Maker("js", DOCUMENT)
    made.invoke()
    for _ in range(notes):
        made.effect("handler/0", "note", "start", detail=1)
    return made


def _again(made: Maker) -> Recording:
    made.answer(None, Outcome.EXIT)
    made.invoke()
    made.effect("handler/0", "note", "start", detail=1)
    made.succeed("1")
    return made.done()


def _step(made: Maker, action: str) -> list[dict[str, Any]]:
    payload = {"Payload": "1"} if action == "SUCCEED" else {}
    return [made.update("1", "STEP", action, Name="a", **payload)]


def rules(seen: Recording, wanted: Recording) -> list[str]:
    return sorted({one.rule for one in check(Case.of(seen), Case.of(wanted))})


def test_requests_of_other_updates_are_other_disturbances() -> None:
    assert faulted.requests(Case.of(apart())) == [["1:STEP.START"]]
    assert faulted.requests(Case.of(apart())) == faulted.requests(Case.of(apart(repeats=3)))
    assert faulted.requests(Case.of(together())) == [["1:STEP.START", "1:STEP.SUCCEED"]]
    assert rules(together(), apart()) == ["body-attempts", "faults-apart", "invocation-boundary"]


def test_what_is_only_delayed_is_not_disturbed() -> None:
    def delayed(recording: Recording) -> Recording:
        faults = [DOCUMENT["faults"][0] | {"fault": "delay", "seconds": 1}]
        return replace(recording, document={**recording.document, "faults": faults})

    assert rules(delayed(together()), delayed(apart())) == ["body-attempts", "invocation-boundary"]


def test_in_the_same_request_a_fault_explains_nothing() -> None:
    late = apart()
    shifted = replace(late, effects=(*late.effects[:-1], replace(late.effects[-1], invocation=1)))
    assert rules(shifted, late) == ["body-runs"]


@pytest.mark.parametrize(("action", "rule"), [("START", "name"), ("SUCCEED", "payload")])
def test_what_updates_carry_is_compared_wherever_faults_struck(action: str, rule: str) -> None:
    fields, nth = ({"Name": "b"}, 0) if action == "START" else ({"Payload": "2"}, 1)
    assert rule in rules(with_fields(apart(), nth, **fields), together())


def test_notes_of_a_process_that_a_fault_ended_may_be_lost() -> None:
    assert rules(apart(notes=0), apart()) == []
    assert faulted.cut_short(Case.of(apart())) == {1}
    unstruck = replace(apart(), exchanges=tuple(replace(e, fault=None) for e in apart().exchanges))
    assert faulted.cut_short(Case.of(unstruck)) == set()


@pytest.mark.parametrize(
    ("semantics", "fault", "told"),
    [
        ("at-least-once", CRASH, []),
        ("at-least-once", "crash-before", []),
        ("at-least-once", "lose-response", ["body-runs"]),
        ("at-most-once", CRASH, ["body-runs"]),
    ],
)
def test_whether_a_body_began_whose_process_ended_at_its_start_is_not_compared(
    semantics: str, fault: str, told: list[str]
) -> None:
    document = {
        **DOCUMENT,
        "handler": [{"step": {"name": "a", "semantics": semantics, "returns": 1, "as": "a"}}],
        "faults": [DOCUMENT["faults"][0] | {"fault": fault}],
        "expect": {"bodies": {"a": 1}},
    }

    def crashing(*, begins: bool) -> Recording:
        made = Maker("js", document)
        made.invoke()
        if begins:
            made.effect("handler/0", "step", "start", attempt=1)
        made.checkpoint(*_step(made, "START"), fault=fault)
        made.answer(None, Outcome.EXIT)
        made.invoke()
        made.effect("handler/0", "step", "start", attempt=1)
        made.checkpoint(*_step(made, "SUCCEED"))
        made.succeed("1")
        return made.done()

    twice, once = crashing(begins=True), crashing(begins=False)
    assert rules(twice, once) == rules(once, twice) == told
    case = Case.of(twice)
    counted = expect.check(case.scenario, case.recording, case.stream)
    assert [one.rule for one in counted] == (["expected-bodies"] if told else [])


@pytest.mark.parametrize(("number", "told"), [(1, []), (2, ["logs"])])
def test_lines_of_a_process_that_a_fault_ended_may_be_lost(number: int, told: list[str]) -> None:
    quiet = apart()
    line = {"level": "info", "message": "m"}
    said = replace(quiet.effects[0], kind="log", invocation=number, detail=line)
    talking = replace(quiet, effects=(*quiet.effects, said))
    assert rules(talking, quiet) == rules(quiet, talking) == told


@pytest.mark.parametrize(
    ("number", "beside", "told"),
    [
        (1, [], ["body-runs"]),
        (1, [{"parallel": {"branches": [[], []]}}], []),
        (2, [{"parallel": {"branches": [[], []]}}], ["body-runs"]),
    ],
    ids=["sequential", "concurrent", "afterwards"],
)
def test_how_far_concurrent_bodies_had_come_when_a_fault_ended_their_process_is_a_race(
    number: int, beside: list[dict[str, Any]], told: list[str]
) -> None:
    step = {"step": {"name": "a", "semantics": "at-most-once", "returns": 1, "as": "a"}}
    document = DOCUMENT | {"handler": [{"note": 1}, step, *beside]}
    once = replace(apart(), document=document)
    ran = replace(once.effects[-1], invocation=number)
    twice = replace(once, effects=(*once.effects, ran))
    assert rules(twice, once) == rules(once, twice) == told


def test_a_later_update_of_the_same_kind_is_another_one() -> None:
    def crashing(nth: int) -> Recording:
        made = Maker("js", DOCUMENT)
        made.invoke()
        for attempt in range(3):
            fault = CRASH if attempt == nth else None
            made.checkpoint(*_step(made, "START"), *_step(made, "RETRY"), fault=fault)
        made.succeed("1")
        return made.done()

    assert faulted.requests(Case.of(crashing(0))) == [["1:STEP.RETRY", "1:STEP.START"]]
    assert faulted.requests(Case.of(crashing(2))) == [["1:STEP.RETRY#3", "1:STEP.START#3"]]
