"""Every invariant holds on good recordings, and each has a recording that breaks it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.verdict.case import Case
from conformance.verdict.finding import Layer
from conformance.verdict.invariants import INVARIANTS
from conformance.wire.recording import Outcome, Recording
from tests.verdict import broken_bodies, broken_durability, broken_needless, broken_wire
from tests.verdict.breaking import CHILD, RULES, STEP, Broken, document, found
from tests.verdict.recordings import Maker, edited, mapped, virtual, without

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES = (broken_wire, broken_bodies, broken_durability, broken_needless)
BROKEN = tuple(broken for table in TABLES for broken in table.BROKEN)
ALLOWED = [allowed for table in TABLES for allowed in table.ALLOWED]


@pytest.mark.parametrize("sdk", ["python", "js"])
@pytest.mark.parametrize("make", [virtual, mapped])
def test_good_recordings_break_nothing(sdk: str, make: Callable[[str], Recording]) -> None:
    case = Case.of(make(sdk))
    assert [finding for invariant in INVARIANTS for finding in invariant(case)] == []


def test_each_invariant_names_its_source() -> None:
    for invariant in INVARIANTS:
        assert "Source: " in (invariant.__doc__ or ""), invariant.__name__


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.rule} at {broken.path}")
def test_breaking_it_is_found(broken: Broken) -> None:
    findings = [
        f for f in found(broken.make(), broken.invariant) if (f.rule, f.path) == (broken.rule, broken.path)
    ]
    assert len(findings) == 1, found(broken.make(), broken.invariant)
    (finding,) = findings
    assert finding.layer is Layer.INVARIANT
    assert finding.message
    if broken.seen is not None or broken.wanted is not None:
        assert (finding.seen, finding.wanted) == (broken.seen, broken.wanted)


def test_every_invariant_has_a_recording_that_breaks_it() -> None:
    assert {broken.invariant for broken in BROKEN} == set(RULES)


@pytest.mark.parametrize(("invariant", "make"), ALLOWED)
def test_what_is_allowed_is_not_found(invariant: str, make: Callable[[], Recording]) -> None:
    assert found(make(), invariant) == []


def _dies_at(fault: str) -> Recording:
    made = Maker("js", document(STEP, STEP, faults=[{"fault": fault, "checkpoint": 1}]))
    made.invoke()
    made.checkpoint(made.update("1", "STEP", "START"), fault=fault)
    made.answer(None, Outcome.EXIT)
    return made.done()


@pytest.mark.parametrize("fault", ["error", "throttle", "lose-response", "oversize", "stale-token"])
def test_a_process_does_not_die_of_what_the_service_does_wrong(fault: str) -> None:
    findings = found(_dies_at(fault), "invocations_answer")
    assert [(finding.rule, finding.path) for finding in findings] == [("process-exits", "invocation 1")]


@pytest.mark.parametrize("fault", ["crash-before", "crash-after"])
def test_a_process_may_die_where_the_fault_ends_it(fault: str) -> None:
    assert found(_dies_at(fault), "invocations_answer") == []


def test_faults_that_the_scenario_asked_for_are_not_the_subjects() -> None:
    faulty = document(STEP, STEP, faults=[{"fault": "lose-response", "checkpoint": 1}])
    made = Maker("js", faulty)
    made.invoke()
    made.checkpoint(made.update("1", "STEP", "START"), fault="lose-response")
    made.token -= 1  # the subject never saw the new one and tries again with the old
    made.checkpoint(made.update("1", "STEP", "START"), status=400)
    made.answer(None, Outcome.ERROR)
    recording = made.done()
    for invariant in ("tokens_form_a_chain", "requests_are_taken", "invocations_answer"):
        assert found(recording, invariant) == []


def test_without_a_token_nothing_is_left_but_pending() -> None:
    sent = broken_wire.sending(("2", "STEP", "START"))()
    last = sent.exchanges[-1]
    answer = {key: value for key, value in json.loads(last.response).items() if key != "CheckpointToken"}
    cut = replace(sent, exchanges=(*sent.exchanges[:-1], replace(last, response=json.dumps(answer))))
    assert found(sent, "pending_has_a_reason") != []
    assert found(cut, "pending_has_a_reason") == []


def test_a_body_whose_operation_is_in_doubt_is_left_alone() -> None:
    """Two statements of one name can stand at one ordinal: neither is held against the other's updates."""
    made = Maker("js", document({"if": {"$eval": "input.x"}, "then": [STEP], "else": [STEP]}))
    made.invoke()
    made.send("1", "STEP", "START", Name="s")
    made.send("1", "STEP", "SUCCEED", Name="s")
    made.effect("handler/0/else/0", "step", "start", attempt=1)
    made.succeed("1")
    assert found(made.done(), "checkpointed_bodies_stay_done") == []


def test_a_missing_update_is_not_invented() -> None:
    """Taking a START away is seen by the rule for it and by no token or batch rule."""
    recording = without(virtual("js"), 0)
    rules = {f.rule for invariant in INVARIANTS for f in invariant(Case.of(recording))}
    assert rules == {"start-missing", "token-unknown"}


def test_swapped_parents_inside_a_request() -> None:
    def swap(updates: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return list(reversed(updates))

    made = Maker("python", document(CHILD))
    made.invoke()
    made.checkpoint(made.update("1", "CONTEXT", "START"), made.update("1.1", "STEP", "START", "1"))
    made.pending(0)
    recording = made.done()
    assert found(recording, "parent_is_open") == []
    assert [f.path for f in found(edited(recording, swap, 0), "parent_is_open")] == [
        "1.1:STEP.START.ParentId"
    ]


TRANSIENT = {"type": "Transient", "message": "no", "retryable": True}
POLLS = {"wait_for_condition": {"initial": 0, "check": {"raises": TRANSIENT}, "until": True, "delay": 1}}
READS = {"step": {"returns": 1, "serdes": {"fail-read": {"invocation": 2, "retryable": True}}}}


@pytest.mark.parametrize(
    ("statement", "invocation", "kind", "asked_for"),
    [
        ({"raise": TRANSIENT}, 1, "scenario.Transient", True),
        (POLLS, 1, "Transient", True),
        ({"raise": TRANSIENT}, 1, "Other", False),
        ({"raise": TRANSIENT}, 1, None, False),
        ({"step": {"raises": TRANSIENT}}, 1, "Transient", False),
        (READS, 1, "SerDesError", False),
        (READS, 2, "SerDesError", True),
    ],
)
def test_an_error_may_escape_that_is_to_have_the_invocation_repeated(
    statement: dict[str, Any], invocation: int, kind: str | None, *, asked_for: bool
) -> None:
    made = Maker("python", document(statement))
    for _ in range(invocation - 1):
        made.invoke()
        made.answer({"Status": "PENDING"})
    made.invoke()
    made.answer(kind and {"errorType": kind, "errorMessage": "no"}, Outcome.ERROR)
    rules = [one.rule for one in found(made.done(complete=False), "invocations_answer")]
    assert rules == ([] if asked_for else ["invocation-error"])
