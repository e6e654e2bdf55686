"""What updates carry, how executions end, how often bodies run: as predicted, or with one thing wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.wire.values import ABSENT
from tests.verdict.recordings import Maker
from tests.verdict.structure.worlds import (
    RAISE,
    Update,
    caught,
    child,
    each,
    failing,
    judged,
    plan_of,
    scenario,
    step,
    virtual,
    written,
)

BOOM = {"type": "Boom", "message": "no"}
RETRIED = {
    "step": {"name": "s", "attempts": [{"raises": BOOM}, {"returns": {"a": [1]}}], "retry": {"delays": [3]}}
}
POLLED = {
    "wait_for_condition": {
        "name": "c",
        "initial": 1,
        "check": {"returns": {"$eval": "state * 2"}},
        "until": {"$eval": "state > 3"},
        "delays": [5, 9],
    }
}
CALLED = {"invoke": {"name": "i", "function": "echo", "payload": {"n": 1}, "tenant": "t"}}
ECHO = {"functions": {"echo": {"handler": [{"return": {"$eval": "input"}}]}}}
CALLBACK = {"callback": {"name": "cb", "as": "cb", "timeout": {"minutes": 1}, "heartbeat_timeout": 20}}
BATCH = each(
    "m",
    [1, 2],
    {"if": {"$eval": "item == 2"}, "then": [RAISE]},
    {"return": {"$eval": "item"}},
    completion={"tolerated_failure_count": 1},
)


def changed(
    handler: list[dict[str, Any]], path: str, action: str, member: str, value: Any, **more: Any
) -> list[Any]:
    """Seen and wanted of the one finding about a member of an update that was given another value."""
    made = scenario(*handler, **more)

    def change(sent: list[Update], maker: Maker) -> None:
        update = next(each for each in sent if each["Id"] == maker.id(path) and each["Action"] == action)
        outer, _, inner = member.partition(".")
        if inner and outer != "Payload":
            update[outer] = update[outer] | {inner: value}
        elif value is None:
            del update[outer]
        else:
            update[outer] = (
                value if not isinstance(value, list | dict) or outer != "Payload" else json.dumps(value)
            )

    assert judged(made, written(made, "js")) == []
    [finding] = judged(made, written(made, "js", change))
    assert finding.rule == "content-wrong"
    assert finding.path.startswith(f"{path}:")
    return [finding.path.partition(f".{action}.")[2], finding.seen, finding.wanted]


@pytest.mark.parametrize(
    ("handler", "path", "action", "member", "value", "told"),
    [
        ([step("s", 2)], "1", "SUCCEED", "Payload", "3", ["Payload", 3, 2]),
        ([step("s", 1)], "1", "SUCCEED", "Payload", "true", ["Payload", True, 1]),
        ([step("s", [1])], "1", "SUCCEED", "Payload", None, ["Payload", ABSENT, [1]]),
        ([failing("s")], "1", "FAIL", "Error.ErrorType", "Bang", ["Error.ErrorType", "Bang", "Boom"]),
        ([failing("s")], "1", "FAIL", "Error.ErrorMessage", "yes", ["Error.ErrorMessage", "yes", "no"]),
        ([RETRIED], "1", "RETRY", "Error.ErrorType", "Bang", ["Error.ErrorType", "Bang", "Boom"]),
        (
            [RETRIED],
            "1",
            "RETRY",
            "StepOptions.NextAttemptDelaySeconds",
            4,
            ["StepOptions.NextAttemptDelaySeconds", 4, 3],
        ),
        ([RETRIED], "1", "RETRY", "StepOptions", None, ["StepOptions.NextAttemptDelaySeconds", None, 3]),
        ([POLLED], "1", "RETRY", "Payload", "7", ["Payload", 7, 2]),
        (
            [POLLED],
            "1",
            "RETRY",
            "StepOptions.NextAttemptDelaySeconds",
            9,
            ["StepOptions.NextAttemptDelaySeconds", 9, 5],
        ),
        ([POLLED], "1", "SUCCEED", "Payload", "8", ["Payload", 8, 4]),
        (
            [{"wait": {"minutes": 2}}],
            "1",
            "START",
            "WaitOptions.WaitSeconds",
            2,
            ["WaitOptions.WaitSeconds", 2, 120],
        ),
        (
            [{"wait": {"minutes": 2}}],
            "1",
            "START",
            "WaitOptions",
            None,
            ["WaitOptions.WaitSeconds", None, 120],
        ),
        (
            [CALLBACK],
            "1",
            "START",
            "CallbackOptions.TimeoutSeconds",
            61,
            ["CallbackOptions.TimeoutSeconds", 61, 60],
        ),
        (
            [CALLBACK],
            "1",
            "START",
            "CallbackOptions.HeartbeatTimeoutSeconds",
            0,
            ["CallbackOptions.HeartbeatTimeoutSeconds", 0, 20],
        ),
        (
            [CALLED],
            "1",
            "START",
            "ChainedInvokeOptions.FunctionName",
            "x",
            ["ChainedInvokeOptions.FunctionName", "x", "echo"],
        ),
        (
            [CALLED],
            "1",
            "START",
            "ChainedInvokeOptions.TenantId",
            "x",
            ["ChainedInvokeOptions.TenantId", "x", "t"],
        ),
        ([CALLED], "1", "START", "Payload", {"n": 2}, ["Payload", {"n": 2}, {"n": 1}]),
        ([child("c", {"return": 5})], "1", "SUCCEED", "Payload", "6", ["Payload", 6, 5]),
        ([child("c")], "1", "SUCCEED", "Payload", "6", ["Payload", 6, None]),
        (
            [caught(child("c", failing("s")))],
            "1",
            "FAIL",
            "Error.ErrorType",
            "Boom",
            ["Error.ErrorType", "Boom", "StepError"],
        ),
        (
            [child("c", {"return": 5})],
            "1",
            "SUCCEED",
            "ContextOptions",
            {"ReplayChildren": True},
            ["ContextOptions.ReplayChildren", True, False],
        ),
    ],
)
def test_what_an_update_carries(  # noqa: PLR0913, PLR0917 - a table's columns
    handler: list[dict[str, Any]], path: str, action: str, member: str, value: Any, told: list[Any]
) -> None:
    assert changed(handler, path, action, member, value, **ECHO) == told


ITEMS = [
    {"index": 0, "status": "SUCCEEDED", "result": 1},
    {
        "index": 1,
        "status": "FAILED",
        "error": {"ErrorType": "Y", "Cause": {"ErrorType": "Boom"}, "ErrorMessage": "no"},
    },
]


@pytest.mark.parametrize(
    ("items", "reason", "told"),
    [
        (ITEMS[:1], "ALL_COMPLETED", ["Payload.all", 1, 2]),
        ([ITEMS[0] | {"result": 2}, ITEMS[1]], "ALL_COMPLETED", ["Payload.all[0].result", 2, 1]),
        ([ITEMS[0] | {"index": 1}, ITEMS[1]], "ALL_COMPLETED", ["Payload.all[0].index", 1, 0]),
        (
            [ITEMS[0], ITEMS[1] | {"status": "STARTED"}],
            "ALL_COMPLETED",
            ["Payload.all[1].status", "STARTED", "FAILED"],
        ),
        (
            ITEMS,
            "MIN_SUCCESSFUL_REACHED",
            ["Payload.completionReason", "MIN_SUCCESSFUL_REACHED", "ALL_COMPLETED"],
        ),
        (
            [ITEMS[0], ITEMS[1] | {"error": {"ErrorType": "Y", "ErrorMessage": "no"}}],
            "ALL_COMPLETED",
            ["Payload.all[1].error.ErrorType", ["Y"], "Boom"],
        ),
        (
            [ITEMS[0], ITEMS[1] | {"error": {"ErrorType": "Boom"}}],
            "ALL_COMPLETED",
            ["Payload.all[1].error.ErrorMessage", None, "no"],
        ),
    ],
)
def test_what_a_batchs_result_says(items: list[Any], reason: str, told: list[Any]) -> None:
    payload = {"all": items, "completionReason": reason}
    assert changed([BATCH], "1", "SUCCEED", "Payload", payload) == told


def test_a_batchs_causes_are_looked_through() -> None:
    made = scenario(BATCH)

    def change(sent: list[Update], maker: Maker) -> None:
        end = next(each for each in sent if each["Id"] == maker.id("1") and each["Action"] == "SUCCEED")
        end["Payload"] = json.dumps({"all": ITEMS, "completionReason": "ALL_COMPLETED"})

    assert judged(made, written(made, "js", change)) == []


def test_no_batch_result_at_all() -> None:
    assert changed([BATCH], "1", "SUCCEED", "Payload", "7") == ["Payload", 7, "a batch result"]


RACE = each(
    "m",
    [1, 2],
    step("s", {"$eval": "item"}, **{"as": "s"}),
    {"return": {"$eval": "s"}},
    completion={"min_successful": 1},
)


def raced(*items: dict[str, Any], without: tuple[str, ...] = ()) -> list[tuple[str, Any, Any]]:
    """Findings about a race whose result says this; `without` are operations that are not on the wire."""
    made = scenario(RACE)

    def change(sent: list[Update], maker: Maker) -> None:
        gone = {maker.id(path) for path in without}
        sent[:] = [each for each in sent if each["Id"] not in gone]
        sent[-1]["Payload"] = json.dumps({"all": items, "completionReason": "MIN_SUCCESSFUL_REACHED"})

    return [(each.rule, each.path, each.wanted) for each in judged(made, written(made, "js", change))]


def test_of_a_race_the_result_says_which_branches_must_be_there() -> None:
    one, two = ({"index": index, "status": "SUCCEEDED", "result": index + 1} for index in range(2))
    started = {"index": 1, "status": "STARTED"}
    assert raced(one, two) == []
    assert raced(one, started) == []
    assert raced(one, without=("1[1]", "1[1].1")) == []
    assert raced(one, two, without=("1[1]", "1[1].1")) == [("operation-missing", "1[1]:CONTEXT", "CONTEXT")]
    assert raced(one) == [("content-wrong", "1:CONTEXT.SUCCEED.Payload.all", [0, 1])]
    assert raced(one, two | {"result": 9}) == [
        ("content-wrong", "1:CONTEXT.SUCCEED.Payload.all[1].result", 2)
    ]


def test_a_flat_branch_has_begun_once_something_in_it_is_on_the_wire() -> None:
    flat = {"map": RACE["map"] | {"nesting": "FLAT"}}
    made = scenario(flat, {"wait": {"seconds": 1}})

    def told(*items: dict[str, Any]) -> list[str]:
        def change(sent: list[Update], maker: Maker) -> None:
            [end] = [each for each in sent if each["Id"] == maker.id("1") and each["Action"] == "SUCCEED"]
            end["Payload"] = json.dumps({"all": items, "completionReason": "MIN_SUCCESSFUL_REACHED"})

        return [each.path for each in judged(made, written(made, "js", change))]

    one, two = {"index": 0, "status": "SUCCEEDED", "result": 1}, {"index": 1, "status": "STARTED"}
    assert told(one, two) == []
    assert told(one) == ["1:CONTEXT.SUCCEED.Payload.all"]


@pytest.mark.parametrize(
    ("retry", "least", "most"),
    [
        (None, 1, 5),
        ({"exponential": {"attempts": 2, "initial": 10, "jitter": "none"}}, 10, 10),
        ({"exponential": {"attempts": 2, "initial": 10, "jitter": "half"}}, 5, 10),
        ({"exponential": {"attempts": 2, "initial": 10, "max": 4}}, 1, 4),
        ({"linear": {"attempts": 2, "initial": 3, "jitter": "NONE"}}, 3, 3),
        ("linear", 1, 1),
        ({"fixed": {"delay": 6, "attempts": 2}}, 6, 6),
    ],
)
def test_a_delay_lies_in_its_legal_interval(retry: Any, least: int, most: int) -> None:
    given = {} if retry is None else {"retry": retry}
    handler = {"step": {"name": "s", "attempts": [{"raises": BOOM}, {"returns": 1}], **given}}
    [told] = plan_of(scenario(handler)).operations["1"].lifecycle.rounds
    assert list(told.delay or ()) == [least, most]
    wanted: Any = least if least == most else [least, most]
    member = "StepOptions.NextAttemptDelaySeconds"
    assert changed([handler], "1", "RETRY", member, most + 1) == [member, most + 1, wanted]


def delays_of(retry: dict[str, Any]) -> list[Any]:
    """The delays of a step that never succeeds."""
    rounds = plan_of(scenario({"step": {"raises": BOOM, "retry": retry}})).operations["1"].lifecycle.rounds
    return [each.delay for each in rounds]


def test_delays_grow_and_are_bounded() -> None:
    retry = {"exponential": {"attempts": 5, "initial": 1, "rate": 3, "max": 10, "jitter": "none"}}
    assert delays_of(retry) == [(1, 1), (3, 3), (9, 9), (10, 10)]
    retry = {"linear": {"attempts": 4, "initial": 2, "increment": 5, "jitter": "none"}}
    assert delays_of(retry) == [(2, 2), (7, 7), (12, 12)]


@pytest.mark.parametrize(
    ("handler", "answer", "told"),
    [
        ([{"return": 5}], {"status": "SUCCEEDED", "result": "6"}, ("output.Result", 6, 5)),
        ([step("s")], {"status": "SUCCEEDED", "result": "6"}, ("output.Result", 6, None)),
        ([{"return": 5}], {"status": "FAILED"}, ("output.Status", "FAILED", "SUCCEEDED")),
        ([RAISE], {"status": "SUCCEEDED", "result": "6"}, ("output.Status", "SUCCEEDED", "FAILED")),
        (
            [RAISE],
            {"status": "FAILED", "error": {"ErrorType": "scenario.Bang", "ErrorMessage": "no"}},
            ("output.Error.ErrorType", "Bang", "Boom"),
        ),
        (
            [RAISE],
            {"status": "FAILED", "error": {"ErrorType": "Boom"}},
            ("output.Error.ErrorMessage", "", "no"),
        ),
        (
            [virtual("v", RAISE)],
            {"status": "FAILED", "error": {"ErrorType": "Boom", "ErrorMessage": "no"}},
            ("output.Error.ErrorType", "Boom", "ChildContextError"),
        ),
    ],
)
def test_how_the_execution_ends(
    handler: list[dict[str, Any]], answer: dict[str, Any], told: tuple[str, Any, Any]
) -> None:
    made = scenario(*handler)
    recording = written(made)
    assert judged(made, recording) == []
    ended = replace(recording.executions[0], **({"result": None, "error": None} | answer))
    [finding] = judged(made, replace(recording, executions=(ended,)))
    assert finding.rule == "outcome-wrong"
    assert (finding.path, finding.seen, finding.wanted) == told


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"class": "CallbackError", "id": "c-1"}, None),
        ({"class": "CallbackError"}, None),
        ({"class": "Other", "id": "c-1"}, {"class": "CallbackError", "id": "<anything>"}),
        ({"id": "c-1"}, {"class": "CallbackError", "id": "<anything>"}),
        ({"class": "CallbackError", "id": "c-1", "more": 1}, {"class": "CallbackError", "id": "<anything>"}),
    ],
)
def test_of_a_result_what_is_known_is_judged(said: dict[str, str], wanted: Any) -> None:
    told = {"$eval": "{class: 'CallbackError', id: e.cause}"}
    made = scenario({"try": [RAISE], "catch": [{"return": told}]})
    recording = written(made)
    ended = replace(recording.executions[0], result=json.dumps(said))
    found = judged(made, replace(recording, executions=(ended,)))
    assert [each.wanted for each in found] == ([] if wanted is None else [wanted])


def test_the_last_answer_is_how_the_execution_ends() -> None:
    made = scenario(CALLBACK, {"return": 5})
    recording = written(made)
    pending = replace(recording.invocations[-1], output='{"Status": "PENDING"}')
    [finding] = judged(made, replace(recording, invocations=(pending,)))
    assert (finding.rule, finding.seen, finding.wanted) == ("outcome-wrong", "PENDING", "SUCCEEDED")


def test_a_result_too_large_for_the_output_is_not_in_it() -> None:
    made = scenario({"return": {"$eval": "repeat('x', 9)"}})
    recording = written(made)
    ended = replace(recording.executions[0], result="")
    assert judged(made, replace(recording, executions=(ended,))) == []


@pytest.mark.parametrize("runs", [0, 1, 3])
def test_how_often_a_body_runs(runs: int) -> None:
    made = scenario(RETRIED)
    recording = written(made)
    first, second = recording.effects
    effects = (first, second, replace(second, run=3))[:runs]
    [finding] = judged(made, replace(recording, effects=effects))
    assert (finding.rule, finding.path, finding.seen, finding.wanted) == ("body-runs", "1:STEP", runs, 2)
    assert judged(made, replace(recording, effects=effects, instrumented=False)) == []


def test_which_attempts_a_body_is_told() -> None:
    made = scenario(RETRIED)
    recording = written(made)
    first, second = recording.effects
    [finding] = judged(made, replace(recording, effects=(first, replace(second, attempt=1))))
    assert (finding.rule, finding.seen, finding.wanted) == ("body-attempts", [1, 1], [1, 2])


def test_values_that_went_through_a_serialiser_are_not_judged() -> None:
    made = scenario(
        {"step": {"name": "s", "returns": "a", "serdes": "upper", "as": "s"}}, {"return": {"$eval": "s"}}
    )

    def change(sent: list[Update], _maker: Maker) -> None:
        sent[1]["Payload"] = "A"

    assert judged(made, written(made, "js", change)) == []


def test_odd_values_are_undetermined() -> None:
    made = scenario({"step": {"name": "s", "returns": {"non_json": "nan"}}}, step("t"))
    assert plan_of(made).undetermined("2") is not None


def test_a_context_used_out_of_its_place_leaves_it_undetermined() -> None:
    made = scenario({"child": {"name": "c", "do": [{"on_root": [step("a")]}, step("b")]}}, step("t"))
    assert plan_of(made).undetermined("2") is not None
