"""Parity: each difference is one finding, with its place and both sides."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.sdks.registry import dialect
from conformance.verdict import meanings
from conformance.verdict.case import Case
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.verdict.parity import check
from conformance.wire.recording import Effect, Outcome
from conformance.wire.values import ABSENT
from tests.verdict.recordings import (
    MAP,
    VERSIONS,
    Maker,
    edited,
    mapped,
    operation_id,
    virtual,
    with_fields,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.recording import Recording

Row = tuple[str, str, Any, Any]
SPOKEN = {sdk: dialect(sdk, version) for sdk, version in VERSIONS.items()}


def compare(seen: Recording, wanted: Recording, *, strict: bool = False) -> list[Row]:
    findings: list[Finding] = check(Case.of(seen), Case.of(wanted), strict=strict)
    assert all((one.layer, one.blame) == (Layer.PARITY, Blame.UNDETERMINED) for one in findings)
    assert all(one.message for one in findings)
    return [(one.rule, one.path, one.seen, one.wanted) for one in findings]


def test_the_same_work_in_both_sdks_is_parity() -> None:
    assert compare(virtual("python"), virtual("js")) == []
    assert compare(virtual("js"), virtual("python")) == []


def test_a_map_means_the_same_however_it_is_spelt() -> None:
    assert compare(mapped("python"), mapped("js")) == []
    assert compare(mapped("js"), mapped("python")) == []
    spelt = compare(mapped("python"), mapped("js"), strict=True)
    context = "1{}:CONTEXT.SUCCEED.ContextOptions"
    assert spelt == [
        ("context-options", context.format(place), {"ReplayChildren": False}, ABSENT)
        for place in ("", "[0]", "[1]")
    ]


FIELDS: tuple[tuple[int, dict[str, Any], Row], ...] = (
    (1, {"Payload": "21"}, ("payload", "1.1:STEP.SUCCEED.Payload", 21, 20)),
    (1, {"Payload": "[1]"}, ("payload", "1.1:STEP.SUCCEED.Payload", [1], 20)),
    (1, {"Payload": "x"}, ("payload", "1.1:STEP.SUCCEED.Payload", {"$text": "x"}, 20)),
    (1, {"Payload": None}, ("payload", "1.1:STEP.SUCCEED.Payload", ABSENT, 20)),
    (0, {"Name": "z"}, ("name", "1.1:STEP.START.Name", "z", "a")),
    (0, {"SubType": None}, ("sub-type", "1.1:STEP.START.SubType", ABSENT, "Step")),
    (4, {"WaitOptions": {"WaitSeconds": 6}}, ("wait-options", "2:WAIT.START.WaitOptions.WaitSeconds", 6, 5)),
    (1, {"Error": {"ErrorType": "E"}}, ("error", "1.1:STEP.SUCCEED.Error", {"ErrorType": "E"}, ABSENT)),
)


@pytest.mark.parametrize(("nth", "fields", "row"), FIELDS, ids=lambda each: str(each)[:40])
def test_a_changed_field_is_one_finding(nth: int, fields: dict[str, Any], row: Row) -> None:
    rows = compare(with_fields(virtual("js"), nth, **fields), virtual("js"))
    assert [one for one in rows if one[0] != "payload-encoding"] == [row]


def test_numbers_have_no_type_but_booleans_are_no_numbers() -> None:
    wanted = with_fields(virtual("js"), 1, Payload='{"n": 2, "t": true}')
    assert compare(with_fields(virtual("js"), 1, Payload='{"t": true, "n": 2.0}'), wanted) == []
    rows = compare(with_fields(virtual("js"), 1, Payload='{"n": 2, "t": 1}'), wanted)
    assert rows == [("payload", "1.1:STEP.SUCCEED.Payload.t", 1, True)]


def test_a_dropped_and_a_wrong_parent() -> None:
    dropped = compare(with_fields(mapped("js"), 2, ParentId=None), mapped("js"))
    assert dropped == [("parent-id", "1[0].1:STEP.START.ParentId", "root", "1[0]")]
    wrong = compare(virtual("python", parent="1"), virtual("js"))
    assert [row[:2] for row in wrong] == [
        ("parent-id", "1.2.1:STEP.START.ParentId"),
        ("parent-id", "1.2.1:STEP.SUCCEED.ParentId"),
    ]


def test_missing_and_extra_updates() -> None:
    rows = compare(without(virtual("js"), 0), virtual("js"))
    assert rows == [
        ("update-missing", "1.1:STEP.START", ABSENT, {"Name": "a", "SubType": "Step", "ParentId": "root"}),
    ]
    rows = compare(virtual("js"), without(virtual("js"), 4))
    assert [row[:2] for row in rows] == [("update-extra", "2:WAIT.START")]


def test_refused_updates_are_not_compared() -> None:
    recording = virtual("js")
    refused = replace(recording.exchanges[0], status=400, seq=0)
    again = replace(recording, exchanges=(refused, *recording.exchanges))
    assert compare(again, recording) == []


def _swapped(recording: Recording) -> Recording:
    """The two steps' requests the other way round, tokens kept in their places."""
    requests = [json.loads(each.request) for each in recording.exchanges]
    updates = [request["Updates"] for request in requests]
    updates = [*updates[2:4], *updates[0:2], *updates[4:]]
    exchanges = tuple(
        replace(each, request=json.dumps(request | {"Updates": moved}))
        for each, request, moved in zip(recording.exchanges, requests, updates, strict=True)
    )
    return replace(recording, exchanges=exchanges)


def test_sequential_updates_in_another_order_are_one_finding() -> None:
    rows = compare(_swapped(virtual("js")), virtual("js"))
    assert rows == [("update-order", "1.2.1:STEP.START", "1.2.1:STEP.START", "1.1:STEP.START")]


def test_concurrent_updates_have_no_order_between_operations() -> None:
    statement = {key: value for key, value in MAP["handler"][0]["map"].items() if key != "max_concurrency"}
    document = MAP | {"handler": [{"map": statement}, *MAP["handler"][1:]]}
    one = replace(mapped("js"), document=document)
    moved = (one.exchanges[0], *one.exchanges[5:9], *one.exchanges[1:5], one.exchanges[9])
    assert compare(replace(one, exchanges=moved), one) == []
    assert compare(replace(mapped("js"), exchanges=moved), mapped("js")) != []


def _later(sdk: str) -> Recording:
    """As `virtual`, but the second step comes an invocation later."""
    made = Maker(sdk, virtual(sdk).document, input='{"n": 2}')
    made.invoke()
    made.step("1.1", "handler/0/do/0", "20", name="a")
    made.pending(1)
    made.invoke()
    made.step("1.2.1", "handler/0/do/1/do/0", "21", name="b")
    made.send("2", "WAIT", "START", Name="pause", WaitOptions={"WaitSeconds": 5})
    made.pending(5)
    made.invoke()
    made.succeed("21")
    return made.done()


def test_a_shift_between_invocations_is_told_once() -> None:
    assert compare(_later("python"), virtual("js")) == [
        ("invocation-boundary", "1.2.1:STEP.START.invocation", 2, 1),
        ("output-invocations", "output.Invocations", 3, 2),
        (
            "body-attempts",
            "effect:handler/0/do/1/do/0",
            [{"attempt": 1, "invocation": 2}],
            [{"attempt": 1, "invocation": 1}],
        ),
    ]


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ({"status": "FAILED"}, ("output-status", "output.Status", "FAILED", "SUCCEEDED")),
        ({"result": "[21]"}, ("output-result", "output.Result", [21], 21)),
        ({"result": None}, ("output-result", "output.Result", ABSENT, 21)),
        ({"error": {"ErrorType": "E"}}, ("output-error", "output.Error", {"ErrorType": "E"}, ABSENT)),
    ],
)
def test_outputs(fields: dict[str, Any], row: Row) -> None:
    recording = virtual("js")
    changed = replace(recording, executions=(replace(recording.executions[0], **fields),))
    assert compare(changed, recording) == [row]


WAITING: dict[str, Any] = {"handler": [{"wait": {"name": "w", "seconds": 5}}], "covers": []}


def escaped(*errors: Any, sdk: str = "js") -> Recording:
    """One error after the other escapes; the last one for good."""
    made = Maker(sdk, WAITING)
    for error in errors:
        made.invoke()
        made.send("1", "WAIT", "START", Name="w", WaitOptions={"WaitSeconds": 5})
        made.answer(error, Outcome.ERROR)
    done = made.done()
    quoted = f"Lambda invocation failed with status 200: {done.invocations[-1].output}"
    return failed(done, {"ErrorType": "DurableFunctionsTestError", "ErrorMessage": quoted})


def failed(recording: Recording, error: dict[str, Any] | None) -> Recording:
    changed = replace(recording.executions[0], status="FAILED", error=error)
    return replace(recording, executions=(changed,))


def escaping(name: Any, message: Any, *stack: str) -> dict[str, Any]:
    return {"errorType": name, "errorMessage": message, "stackTrace": [*stack]}


A, B = escaping("A", "no", "a.js:1"), escaping("B", "no")
NAME, MESSAGE = "escapes[{}].errorType", "escapes[{}].errorMessage"


@pytest.mark.parametrize(
    ("seen", "wanted", "rows"),
    [
        ((A, B), (A, B), []),
        ((A, B), (A, A), [("escape-type", NAME.format(1), "B", "A")]),
        ((escaping("A", "no."), B), (A, B), [("escape-message", MESSAGE.format(0), "no.", "no")]),
        ((escaping("A", "no", "b.py:2"),), (A,), []),
        ((escaping("A", None),), (A,), [("escape-message", MESSAGE.format(0), None, "no")]),
        (({"errorType": "A"},), (A,), [("escape-message", MESSAGE.format(0), None, "no")]),
        (
            (escaping("A", [True]),),
            (escaping("A", [1]),),
            [("escape-message", MESSAGE.format(0), [True], [1])],
        ),
        (
            (B, A),
            (B,),
            [
                ("escape-type", NAME.format(1), "A", ABSENT),
                ("escape-message", MESSAGE.format(1), "no", ABSENT),
            ],
        ),
        (
            (B,),
            (B, {}),
            [
                ("escape-type", NAME.format(1), ABSENT, None),
                ("escape-message", MESSAGE.format(1), ABSENT, None),
            ],
        ),
    ],
)
def test_errors_that_escape_are_compared_by_name_and_message(
    seen: tuple[Any, ...], wanted: tuple[Any, ...], rows: list[Row]
) -> None:
    told = compare(escaped(*seen), escaped(*wanted))
    assert [row for row in told if row[0].startswith("escape-")] == rows
    assert (told == rows) is (len(seen) == len(wanted))


def test_an_error_that_escapes_as_no_object_is_none_of_the_others() -> None:
    recording = escaped(A)
    odd = replace(recording, invocations=(replace(recording.invocations[0], output='"no object"'),))
    assert [row for row in compare(odd, recording) if row[0].startswith("escape-")] == [
        ("escape-type", NAME.format(0), "no object", "A"),
        ("escape-message", MESSAGE.format(0), None, "no"),
    ]


def test_ids_in_the_message_of_an_error_that_escapes_are_paths_and_nothing_else_is_touched() -> None:
    def of(sdk: str, words: str = "step <{}> failed at 10:45 with token 00c0ffee00c0ffee") -> Recording:
        message = words.format(operation_id("1", sdk))
        return escaped(escaping("A", message), sdk=sdk)

    assert compare(of("python"), of("js")) == []
    ((rule, _, seen, wanted),) = compare(of("python"), of("js", "step <{}> failed"))
    assert rule == "escape-message"
    assert (seen, wanted) == ("step <<1>> failed at 10:45 with token 00c0ffee00c0ffee", "step <<1>> failed")


def test_an_executions_error_that_quotes_the_one_that_escaped_last_is_not_compared_once_more() -> None:
    """What the service puts around it is no SDK's; all that is an SDK's in it is what escaped."""
    assert [row[0] for row in compare(escaped(B), escaped(A))] == ["escape-type"]
    quoted = escaped(A).executions[0].error
    assert quoted is not None
    assert [row[0] for row in compare(failed(escaped(A), quoted | {"ErrorType": "Other"}), escaped(A))] == []


@pytest.mark.parametrize("error", [None, {"ErrorType": "A", "ErrorMessage": "no"}, {"ErrorType": "T"}])
def test_an_executions_error_that_does_not_quote_it_is_compared(error: dict[str, Any] | None) -> None:
    wanted = {"ErrorType": "B", "ErrorMessage": "no"}
    told = compare(failed(escaped(A), error), failed(escaped(A), wanted))
    assert {row[0] for row in told} <= {"output-error", "output-error-type", "output-error-message"}
    assert told


def gone(message: str) -> Recording:
    """The process ends without an answer, for good."""
    made = Maker("js", WAITING)
    made.invoke()
    made.answer(None, Outcome.EXIT)
    return failed(made.done(), {"ErrorType": "T", "ErrorMessage": message})


def test_what_the_service_says_of_a_process_that_has_gone_is_not_compared() -> None:
    assert compare(gone("request-1 ended"), gone("Lambda: request-1 exited")) == []
    told = compare(gone("the execution timed out"), gone("request-1 ended"))
    assert [row[0] for row in told] == ["output-error"]


def test_bodies_that_run_more_or_less_often() -> None:
    recording = virtual("js")
    again = replace(recording, effects=(*recording.effects, recording.effects[0]))
    run = {"attempt": 1, "invocation": 1}
    assert compare(again, recording) == [("body-runs", "effect:handler/0/do/0", [run, run], [run])]
    assert compare(recording, again) == [("body-runs", "effect:handler/0/do/0", [run], [run, run])]
    second = replace(recording, effects=(replace(recording.effects[0], attempt=2), *recording.effects[1:]))
    assert [row[0] for row in compare(second, recording)] == ["body-attempts"]


def _noted(*values: int, limit: int) -> Recording:
    """A note beside a batch, on as many passes as there are values."""
    statement = {"map": {"items": [1, 2], "max_concurrency": limit, "do": []}}
    made = Maker("js", {"title": "made by hand", "covers": [], "handler": [{"note": 1}, statement]})
    made.invoke()
    for value in values:
        made.effect("handler/0", "note", "start", detail=value)
    made.succeed("null")
    return made.done()


def test_passes_are_counted_where_invocations_are() -> None:
    assert [row[0] for row in compare(_noted(1, 1, limit=1), _noted(1, limit=1))] == ["body-runs"]
    assert compare(_noted(1, 1, limit=2), _noted(1, limit=2)) == []
    assert [row[0] for row in compare(_noted(1, 2, limit=2), _noted(1, limit=2))] == ["body-runs"]


Said = tuple[int, str, str]
"""A line that came out: in which invocation, its level and its message."""


def _logged(*said: Said, limit: int = 1) -> Recording:
    """Two invocations, and what the second of a batch's branches logs in them."""
    statement = {"map": {"items": [1, 2], "max_concurrency": limit, "do": [{"log": {"message": "m"}}]}}
    made = Maker("js", {"title": "made by hand", "covers": [], "handler": [statement]})
    for invocation in (1, 2):
        made.invoke()
        for number, level, message in said:
            if number == invocation:
                detail = {"level": level, "message": message}
                made.effect("handler/0/do/0", "log", "start", (1,), detail=detail)
        made.answer({"Status": "PENDING"}) if invocation == 1 else made.succeed("null")
    return made.done()


ONCE: Said = (1, "info", "m")


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ([], []),
        ([ONCE, ONCE], [{"level": "info", "message": "m", "invocations": [1, 1]}]),
        ([ONCE, (2, "info", "m")], [{"level": "info", "message": "m", "invocations": [1, 2]}]),
        ([(2, "info", "m")], [{"level": "info", "message": "m", "invocations": [2]}]),
        ([(1, "error", "m")], [{"level": "error", "message": "m", "invocations": [1]}]),
        ([(1, "info", "n")], [{"level": "info", "message": "n", "invocations": [1]}]),
    ],
    ids=["lost", "doubled", "again on replay", "late", "another level", "another message"],
)
def test_lines_that_do_not_come_out_alike(seen: list[Said], told: list[dict[str, Any]]) -> None:
    wanted = [{"level": "info", "message": "m", "invocations": [1]}]
    assert compare(_logged(*seen), _logged(ONCE)) == [("logs", "log:handler/0/do/0[1]", told, wanted)]
    assert compare(_logged(ONCE), _logged(*seen)) == [("logs", "log:handler/0/do/0[1]", wanted, told)]
    assert compare(_logged(*seen), _logged(*seen)) == []


def test_lines_are_counted_where_the_scenario_is_concurrent() -> None:
    late, other = (2, "info", "m"), (1, "info", "n")
    assert compare(_logged(late, limit=2), _logged(ONCE, limit=2)) == []
    assert compare(_logged(ONCE, other, limit=2), _logged(other, ONCE, limit=2)) == []
    assert compare(_logged(ONCE, late, limit=2), _logged(ONCE, limit=2)) == [
        (
            "logs",
            "log:handler/0/do/0[1]",
            [{"level": "info", "message": "m", "times": 2}],
            [{"level": "info", "message": "m", "times": 1}],
        )
    ]


def test_attempts_that_an_sdk_does_not_tell_are_not_compared() -> None:
    recording = virtual("js")
    silent = replace(recording, effects=tuple(replace(effect, attempt=None) for effect in recording.effects))
    assert compare(silent, recording) == []
    assert [row[0] for row in compare(replace(silent, effects=silent.effects[2:]), recording)] == [
        "body-runs"
    ]


def test_a_subject_that_tells_of_no_body_is_not_compared_by_them() -> None:
    recording = virtual("js")
    silent = replace(recording, effects=())
    assert {row[0] for row in compare(silent, recording)} == {"body-runs"}
    apart = replace(silent, instrumented=False)
    assert compare(apart, recording) == compare(recording, apart) == []
    mute = replace(_logged(), instrumented=False)
    assert compare(mute, _logged(ONCE)) == compare(_logged(ONCE), mute) == []


def _item_error(error: dict[str, Any]) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    def change(updates: list[dict[str, Any]]) -> list[dict[str, Any]]:
        result = json.loads(updates[0]["Payload"])
        result["all"][1] = {"index": 1, "status": "FAILED", "error": error}
        return [updates[0] | {"Payload": json.dumps(result)}]

    return change


def test_an_items_error_is_the_innermost_of_its_causes() -> None:
    one = {"ErrorType": "Boom", "ErrorMessage": "no"}
    other = {"ErrorType": "ChildContextError", "ErrorMessage": "no", "Cause": one}
    written = [edited(mapped("js"), _item_error(error), -1) for error in (one, other)]
    assert compare(*written) == []
    assert meanings.item_error(other, SPOKEN["python"]).kind == "ChildContextError"


def test_an_items_error_that_means_another_is_told() -> None:
    where = "1:CONTEXT.SUCCEED.Payload.all[1].error"
    wanted = edited(mapped("js"), _item_error({"ErrorType": "Boom", "ErrorMessage": "no"}), -1)
    kind = edited(mapped("js"), _item_error({"ErrorType": "Bang", "ErrorMessage": "no"}), -1)
    assert compare(kind, wanted) == [("payload", f"{where}.ErrorType", "Bang", "Boom")]
    text = edited(mapped("js"), _item_error({"ErrorType": "Boom", "ErrorMessage": "yes"}), -1)
    assert compare(text, wanted) == [("payload", f"{where}.ErrorMessage", "yes", "no")]


ROLES = [
    ("StepError", "StepError", True),
    ("WaitForConditionError", "StepError", True),  # a condition that fails is a StepError in one
    ("WaitForConditionError", "Error", True),
    ("WaitForConditionError", "ChildContextError", False),
    ("ChildContextError", "StepError", False),
    ("StepError", "Boom", False),
]


@pytest.mark.parametrize(("python", "js", "same"), ROLES)
def test_an_sdks_own_classes_are_compared_by_what_they_say(python: str, js: str, same: bool) -> None:  # noqa: FBT001
    document = {"title": "t", "handler": [{"child": {"name": "c", "do": [{"note": 1}]}}]}
    made = {"python": f"aws_durable_execution_sdk_python.exceptions.{python}", "js": js}
    both = {}
    for sdk, kind in made.items():
        maker = Maker(sdk, document)
        maker.invoke()
        maker.send("1", "CONTEXT", "START", Name="c")
        maker.send("1", "CONTEXT", "FAIL", Name="c", Error={"ErrorType": kind, "ErrorMessage": "no"})
        maker.answer({"Status": "FAILED", "Error": {"ErrorType": kind, "ErrorMessage": "no"}})
        both[sdk] = maker.done()
    rules = {row[0] for row in compare(both["python"], both["js"])}
    assert rules == (set() if same else {"error-type", "output-error-type"})


EXHAUSTED = "wait_for_condition exhausted 3 attempts before the condition was met"
SENTENCES = [
    (EXHAUSTED, "waitForCondition exceeded maximum attempts (3)", True),
    (EXHAUSTED, "waitForCondition exceeded maximum attempts (4)", False),
    (EXHAUSTED, "another thing altogether", False),
    ("no", "no", True),
]


@pytest.mark.parametrize(("python", "js", "same"), SENTENCES)
def test_an_sdks_own_sentences_are_compared_by_what_they_say(python: str, js: str, same: bool) -> None:  # noqa: FBT001
    both = [
        meanings.error({"ErrorMessage": text}, SPOKEN[sdk]) for sdk, text in (("python", python), ("js", js))
    ]
    assert (both[0].differences(both[1]) == []) is same


def _retried(sdk: str, delay: int, retry: Any, *, policy: str = "step") -> Recording:
    step = {"step": {"name": "s", "raises": {"type": "E", "message": "no"}, "retry": retry}}
    if policy == "with_retry":
        step = {"with_retry": {"retry": retry, "wrap": False, "do": [{"step": {"name": "s", "returns": 1}}]}}
    made = Maker(sdk, {"title": "t", "handler": [step]})
    made.invoke()
    made.send("1", "STEP", "START", Name="s")
    if policy == "step":
        made.send("1", "STEP", "RETRY", Name="s", StepOptions={"NextAttemptDelaySeconds": delay})
    else:
        made.send("2", "WAIT", "START", WaitOptions={"WaitSeconds": delay})
    made.pending(delay)
    return made.done()


FULL = {"exponential": {"attempts": 3, "initial": 2}}
NONE = {"exponential": {"attempts": 3, "initial": 2, "jitter": "NONE"}}


@pytest.mark.parametrize(
    ("retry", "policy", "compared"),
    [
        ("default", "step", False),
        (FULL, "step", False),
        (NONE, "step", True),
        ("linear", "step", True),
        ({"delays": [1, 2]}, "step", True),
        (FULL, "with_retry", False),
        (NONE, "with_retry", True),
    ],
)
def test_a_delay_left_to_chance_is_not_compared(retry: Any, policy: str, compared: bool) -> None:  # noqa: FBT001
    rows = compare(_retried("js", 1, retry, policy=policy), _retried("js", 2, retry, policy=policy))
    assert bool(rows) is compared


def test_a_delay_that_is_missing_is_no_chance() -> None:
    lost = with_fields(_retried("js", 1, "default"), 1, StepOptions=None)
    assert [row[0] for row in compare(lost, _retried("js", 1, "default"))] == ["step-options"]


def _callback(options: dict[str, Any] | None) -> Recording:
    made = Maker("js", {"title": "t", "handler": [{"callback": {"name": "c"}}]})
    made.invoke()
    made.send("1", "CALLBACK", "START", CallbackOptions=options)
    made.pending(0)
    return made.done()


@pytest.mark.parametrize("options", [{}, {"TimeoutSeconds": 0, "HeartbeatTimeoutSeconds": 0}])
def test_no_timeout_is_no_timeout_unless_strict(options: dict[str, Any]) -> None:
    seen, wanted = _callback(options), _callback(None)
    assert compare(seen, wanted) == []
    assert [row[0] for row in compare(seen, wanted, strict=True)] == ["callback-options"]


def test_a_timeout_is_a_timeout() -> None:
    seen, wanted = _callback({"TimeoutSeconds": 5}), _callback({"TimeoutSeconds": 0})
    assert [row[0] for row in compare(seen, wanted)] == ["callback-options"]


@pytest.mark.parametrize(
    ("size", "rows"),
    [(None, []), (4, [("output-result", "output.Result", None, ABSENT)])],
)
def test_a_null_that_was_given_is_told_from_what_nothing_gave(size: int | None, rows: list[Row]) -> None:
    def ending(recording: Recording, result: str | None, size: int | None) -> Recording:
        (execution,) = recording.executions
        detail = {"outcome": "returned", "size": size}
        end = Effect(9000, 1, execution.arn, "handler", (), "handler", "end", None, 0, detail)
        others = [effect for effect in recording.effects if (effect.kind, effect.event) != ("handler", "end")]
        return replace(recording, executions=(replace(execution, result=result),), effects=(*others, end))

    written, silent = ending(virtual("python"), "null", 4), ending(virtual("js"), None, size)
    assert compare(written, silent) == rows
    assert [row[:2] for row in compare(silent, written)] == [row[:2] for row in rows]
