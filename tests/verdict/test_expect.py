"""The scenario's own words, each with an outcome that keeps them and one that does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.scenario.model import Scenario
from conformance.verdict.expect import check
from conformance.verdict.finding import Layer
from conformance.wire.recording import Recording
from conformance.wire.stream import canonical
from tests.verdict.recordings import MAP, VIRTUAL, Maker, mapped, virtual


def judged(recording: Recording, expect: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Rule, seen and wanted of each finding."""
    recording = replace(recording, document=recording.document | {"expect": expect})
    scenario = Scenario.from_document(recording.scenario, recording.document)
    findings = check(scenario, recording, canonical(recording, scenario))
    assert all(finding.layer is Layer.EXPECT for finding in findings)
    return [(finding.rule, finding.seen, finding.wanted) for finding in findings]


def failed(error: dict[str, str]) -> Recording:
    """An execution that failed at once."""
    made = Maker("python", VIRTUAL)
    made.invoke()
    made.answer({"Status": "FAILED", "Error": error})
    return made.done()


def returned(result: str | None) -> Recording:
    """An execution that ended at once."""
    made = Maker("js", VIRTUAL)
    made.invoke()
    made.answer({"Status": "SUCCEEDED"} if result is None else {"Status": "SUCCEEDED", "Result": result})
    return made.done()


BOOM = {"ErrorType": "scenario.Boom", "ErrorMessage": "no"}


@pytest.mark.parametrize(
    ("recording", "kept", "broken", "finding"),
    [
        (
            virtual("js"),
            {"status": "SUCCEEDED"},
            {"status": "FAILED"},
            ("expected-status", "SUCCEEDED", "FAILED"),
        ),
        (virtual("js"), {"result": 21.0}, {"result": 22}, ("expected-result", 21, 22)),
        (virtual("js"), {"result": 21}, {"result": "21"}, ("expected-result", 21, "21")),
        (returned("1"), {"result": 1}, {"result": True}, ("expected-result", 1, True)),
        (returned("true"), {"result": True}, {"result": 1}, ("expected-result", True, 1)),
        (returned(None), {"result": None}, {"result": 0}, ("expected-result", None, 0)),
        (
            returned('{"a": [1]}'),
            {"result": {"a": [1]}},
            {"result": {"a": []}},
            ("expected-result", {"a": [1]}, {"a": []}),
        ),
        (
            failed(BOOM),
            {"error": {"type": "Boom"}},
            {"error": {"type": "Bang"}},
            ("expected-error-type", "Boom", "Bang"),
        ),
        (
            failed(BOOM),
            {"error": {"message": "no"}},
            {"error": {"message": "yes"}},
            ("expected-error-message", "no", "yes"),
        ),
        (
            virtual("js"),
            {"operations": {"STEP": 2, "CONTEXT": 0, "WAIT": 1}},
            {"operations": {"CONTEXT": 1}},
            ("expected-operations", 0, 1),
        ),
        (
            mapped("python"),
            {"operations": {"CONTEXT": 3}},
            {"operations": {"STEP": 1}},
            ("expected-operations", 2, 1),
        ),
        (virtual("js"), {"invocations": 2}, {"invocations": 1}, ("expected-invocations", 2, 1)),
        (
            virtual("js"),
            {"bodies": {"a": 1, "b": 1, "c": 0}},
            {"bodies": {"a": 2}},
            ("expected-bodies", 1, 2),
        ),
        (mapped("js"), {"bodies": {"s": 2}}, {"bodies": {"s": 1}}, ("expected-bodies", 2, 1)),
    ],
)
def test_each_expectation(
    recording: Recording, kept: dict[str, Any], broken: dict[str, Any], finding: tuple[str, Any, Any]
) -> None:
    assert judged(recording, kept) == []
    assert judged(recording, broken) == [finding]


def test_computed_names_are_read_from_the_wire() -> None:
    recording = mapped("js")
    mapping: dict[str, Any] = MAP["handler"][0]["map"]
    handler = [{"map": mapping | {"do": [{"step": {"name": "${'s'}", "returns": 1}}]}}]
    recording = replace(recording, document=recording.document | {"handler": handler})
    assert judged(recording, {"bodies": {"s": 2}}) == []


def test_bodies_are_not_expected_of_a_subject_that_tells_of_none() -> None:
    silent = replace(virtual("js"), effects=())
    assert judged(silent, {"bodies": {"a": 1}}) == [("expected-bodies", 0, 1)]
    assert judged(replace(silent, instrumented=False), {"bodies": {"a": 1}, "result": 21}) == []


def test_one_of_several_outcomes() -> None:
    recording = virtual("js")
    wrong, right = {"result": 20}, {"result": 21, "status": "SUCCEEDED"}
    assert judged(recording, {"any_of": [wrong, right]}) == []
    [(rule, seen, wanted)] = judged(recording, {"any_of": [wrong, {"status": "FAILED"}]})
    assert rule == "expected-any-of"
    assert seen == [[{"path": "output.Result", "seen": 21}], [{"path": "output.Status", "seen": "SUCCEEDED"}]]
    assert wanted == [
        [{"path": "output.Result", "wanted": 20}],
        [{"path": "output.Status", "wanted": "FAILED"}],
    ]


def test_with_another_status_the_result_is_not_said_to_be_wrong_as_well() -> None:
    assert [rule for rule, _, _ in judged(failed(BOOM), {"status": "SUCCEEDED", "result": 1})] == [
        "expected-status"
    ]


def test_an_execution_that_never_began() -> None:
    recording = replace(virtual("js"), executions=(), exchanges=(), invocations=(), effects=())
    assert judged(recording, {"status": "SUCCEEDED"}) == [("expected-status", "NOT STARTED", "SUCCEEDED")]


def test_a_large_result_is_in_the_executions_own_update() -> None:
    made = Maker("js", VIRTUAL)
    made.invoke()
    made.checkpoint({"Id": "x", "Type": "EXECUTION", "Action": "SUCCEED", "Payload": '"large"'})
    made.answer({"Status": "SUCCEEDED", "Result": ""})
    assert judged(made.done(), {"result": "large"}) == []
