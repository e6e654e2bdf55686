"""The dialect layer: each item of a record is broken once, by an SDK that spells otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.sdks import registry
from conformance.sdks.dialect import ITEMS
from conformance.verdict import dialect, structure
from conformance.verdict.case import Case
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.verdict.parity import check as compare
from conformance.wire.values import ABSENT
from tests.verdict.recordings import VERSIONS, Maker, batch, edited, enveloped, mapped, with_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.recording import Recording

SDK = "aws_durable_execution_sdk_python.exceptions"
ALWAYS = {"ContextOptions": {"ReplayChildren": False}}


def layer(recording: Recording) -> list[Finding]:
    """All that is said of spelling, wherever it is found out."""
    case = Case.of(recording)
    found = [*dialect.check(case), *structure.check(case.scenario, recording, case.stream)]
    told = [one for one in found if one.layer is Layer.DIALECT]
    assert all(one.blame is Blame.SDK and one.message for one in told)
    return told


def told(recording: Recording) -> list[tuple[str, str, Any, Any]]:
    return [(one.rule, one.path, one.seen, one.wanted) for one in layer(recording)]


def document(*handler: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "t", "covers": [], "handler": list(handler), "expect": {}, **more}


def step(sdk: str, payload: str, returns: Any) -> Recording:
    made = Maker(sdk, document({"step": {"name": "s", "returns": returns}}))
    made.invoke()
    made.step("1", "handler/0", payload, name="s")
    made.succeed("1")
    return made.done()


def child(sdk: str, *, payload: str | None, options: dict[str, Any] | None, size: int | None) -> Recording:
    do = [{"return": 1}] if size else [{"note": 1}]
    made = Maker(sdk, document({"child": {"name": "c", "do": do}}))
    made.invoke()
    made.send("1", "CONTEXT", "START", Name="c", SubType="RunInChildContext")
    detail = {"outcome": "returned"} | ({"size": size} if size else {})
    made.effect("handler/0", "child", "end", detail=detail)
    fields = {"Name": "c", "SubType": "RunInChildContext", "Payload": payload}
    made.send("1", "CONTEXT", "SUCCEED", **fields, **({"ContextOptions": options} if options else {}))
    made.effect("handler", "handler", "end", detail={"outcome": "returned"})
    made.succeed("null") if sdk == "python" else made.answer({"Status": "SUCCEEDED"})
    return made.done()


def failed(sdk: str, error: dict[str, Any], *, semantics: str | None = None) -> Recording:
    body: dict[str, Any] = {"name": "s", "raises": {"type": "Boom", "message": "no"}, "retry": "none"}
    if semantics:
        body = {"name": "s", "crashes": True, "retry": "none", "semantics": semantics}
    made = Maker(sdk, document({"step": body}))
    made.invoke()
    made.send("1", "STEP", "START", Name="s")
    made.send("1", "STEP", "FAIL", Name="s", Error=error)
    return made.done(complete=False)


def child_failed(sdk: str, kind: str) -> Recording:
    raises = {"step": {"name": "s", "raises": {"type": "Boom", "message": "no"}, "retry": "none"}}
    made = Maker(sdk, document({"child": {"name": "c", "do": [raises]}}))
    own = {"ErrorMessage": "no", "ErrorType": "scenario.Boom" if sdk == "python" else "Boom"}
    made.invoke()
    made.send("1", "CONTEXT", "START", Name="c", SubType="RunInChildContext")
    made.send("1.1", "STEP", "START", "1", Name="s")
    made.send("1.1", "STEP", "FAIL", "1", Name="s", Error=own)
    error = {"ErrorType": kind, "ErrorMessage": "no"}
    made.send("1", "CONTEXT", "FAIL", Name="c", SubType="RunInChildContext", Error=error)
    return made.done(complete=False)


def waiting(sdk: str, *, callback: str | None, submitter: str | None, **submitted: Any) -> Recording:
    body = {"name": "w", "submitter": {"returns": 5}}
    made = Maker(sdk, document({"wait_for_callback": body}))
    options = {"TimeoutSeconds": 0, "HeartbeatTimeoutSeconds": 0} if sdk == "python" else None
    made.invoke()
    made.send("1", "CONTEXT", "START", Name="w", SubType="WaitForCallback")
    made.send("1.1", "CALLBACK", "START", "1", Name=callback, CallbackOptions=options)
    made.send("1.2", "STEP", "START", "1", Name=submitter)
    made.send("1.2", "STEP", "SUCCEED", "1", Name=submitter, **submitted)
    made.pending(0)
    return made.done(complete=False)


def called_back(sdk: str, options: dict[str, Any] | None) -> Recording:
    made = Maker(sdk, document({"callback": {"name": "c"}}))
    made.invoke()
    made.send("1", "CALLBACK", "START", Name="c", CallbackOptions=options)
    made.pending(0)
    return made.done(complete=False)


def received(sdk: str, payload: str) -> Recording:
    """A wait_for_callback that reads as JSON what came."""
    handler = {"wait_for_callback": {"name": "w", "submitter": {"returns": None}, "serdes": "json"}}
    outside = [{"of": "w", "after": 1, "succeed": {"payload": {"a": 1}}}]
    made = Maker(sdk, document(handler, outside=outside))
    made.invoke()
    made.send("1", "CONTEXT", "START", Name="w", SubType="WaitForCallback")
    made.send("1", "CONTEXT", "SUCCEED", Name="w", SubType="WaitForCallback", Payload=payload, **ALWAYS)
    return made.done(complete=False)


def backed_off(sdk: str, seconds: int) -> Recording:
    retry = {"exponential": {"attempts": 3, "initial": 1, "rate": 1.4, "jitter": "NONE"}}
    body = {"name": "s", "raises": {"type": "Boom", "message": "no"}, "retry": retry}
    made = Maker(sdk, document({"step": body}))
    error = {"ErrorType": "scenario.Boom" if sdk == "python" else "Boom", "ErrorMessage": "no"}
    made.invoke()
    made.send("1", "STEP", "START", Name="s")
    for delay in (1, seconds):
        made.send("1", "STEP", "RETRY", Name="s", Error=error, StepOptions={"NextAttemptDelaySeconds": delay})
    made.pending(seconds)
    return made.done(complete=False)


def with_item(sdk: str, error: dict[str, Any]) -> Recording:
    def change(updates: list[dict[str, Any]]) -> list[dict[str, Any]]:
        items = [
            {"index": 0, "status": "SUCCEEDED", "result": 10},
            {"index": 1, "status": "FAILED", "error": error},
        ]
        if sdk == "python":
            full = [{"result": None, "error": None} | item for item in items]
            result = enveloped({"all": full, "completionReason": "ALL_COMPLETED"}) | {"t": "br"}
        else:
            result = {"all": items, "completionReason": "ALL_COMPLETED"}
        return [updates[0] | {"Payload": json.dumps(result)}]

    return edited(mapped(sdk), change, -1)


def renumbered(sdk: str) -> Recording:
    """Another SDK's branch numbers: ids of branches made from the other base."""
    made = mapped(sdk)
    shift = 1 if sdk == "python" else -1
    ids = {Maker(sdk, {}).id(path): other(sdk, path, shift) for path in ("1[0]", "1[1]", "1[0].1", "1[1].1")}
    exchanges = []
    for exchange in made.exchanges:
        text = exchange.request
        for index, old in enumerate(ids):
            text = text.replace(old, f"#{index}#")
        for index, new in enumerate(ids.values()):
            text = text.replace(f"#{index}#", new)
        exchanges.append(replace(exchange, request=text))
    return replace(made, exchanges=tuple(exchanges))


def other(sdk: str, path: str, shift: int) -> str:
    from conformance.wire.identity import schemes  # noqa: PLC0415 - only here

    (scheme,) = schemes(registry.dialect(sdk, VERSIONS[sdk]))
    branch = int(path[2]) + scheme.base + shift
    found, prefix = scheme.step("", 1)
    found, prefix = scheme.step(prefix, branch)
    return scheme.step(prefix, 1)[0] if path.endswith(".1") else found


BOOM = {"ErrorType": "Boom", "ErrorMessage": "no"}
CHAIN = {"ErrorType": "ChildContextError", "ErrorMessage": "no", "Cause": BOOM}
DIED = "The step execution process was initiated but failed to reach completion due to an interruption."

GOOD: dict[str, Callable[[], Recording]] = {
    "python map": lambda: mapped("python"),
    "js map": lambda: mapped("js"),
    "python scalar": lambda: step("python", "[1, [2]]", [1, [2]]),
    "python object": lambda: step("python", json.dumps(enveloped({"a": 1})), {"a": 1}),
    "js object": lambda: step("js", '{"a": 1}', {"a": 1}),
    "python nothing": lambda: child("python", payload="null", options=ALWAYS["ContextOptions"], size=None),
    "js nothing": lambda: child("js", payload=None, options=None, size=None),
    "python error": lambda: failed("python", {"ErrorType": "scenario.Boom", "ErrorMessage": "no"}),
    "rust error": lambda: failed("rust", BOOM | {"ErrorMessage": "Boom: no", "StackTrace": ["at f"]}),
    "js error": lambda: failed("js", BOOM),
    "python class": lambda: child_failed("python", f"{SDK}.StepError"),
    "js class": lambda: child_failed("js", "StepError"),
    "python callback": lambda: waiting(
        "python", callback="w create callback id", submitter="w submitter", Payload="5"
    ),
    "js callback": lambda: waiting("js", callback=None, submitter=None),
    "python timeouts": lambda: called_back("python", {"TimeoutSeconds": 0, "HeartbeatTimeoutSeconds": 0}),
    "js timeouts": lambda: called_back("js", None),
    "python received": lambda: received("python", '{"a":1}'),
    "python back-off": lambda: backed_off("python", 2),
    "js back-off": lambda: backed_off("js", 1),
    "js item": lambda: with_item("js", CHAIN),
    "python item": lambda: with_item("python", {"ErrorType": "ValueError", "ErrorMessage": "no"}),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_spelt_as_the_record_says_is_good(name: str) -> None:
    assert told(GOOD[name]()) == []


SUMMED = {"statuses": ["SUCCEEDED", "SUCCEEDED"], "completionStatus": "ALL_COMPLETED"}
REPLAYED = {"ContextOptions": {"ReplayChildren": True}}
ALL = {"Status": "SUCCEEDED", "Result": "[1,1]", "Error": None}


def in_parallel(sdk: str, payload: Any, answer: dict[str, Any] = ALL, **options: Any) -> Recording:
    """A parallel of two branches, in its SDK's way to end it."""
    one = [{"return": 1}]
    made = Maker(sdk, document({"parallel": {"name": "p", "branches": [one, one], "as": "p"}}))
    made.invoke()
    made.send("1", "CONTEXT", "START", Name="p", SubType="Parallel")
    for index in range(2):
        named = {"Name": None if sdk == "java" else f"parallel-branch-{index}", "SubType": "ParallelBranch"}
        made.send(f"1[{index}]", "CONTEXT", "START", "1", **named)
        made.effect("handler/0", "branch", "end", (index,), detail={"outcome": "returned", "size": 1})
        made.send(f"1[{index}]", "CONTEXT", "SUCCEED", "1", Payload="1", **named)
    made.send("1", "CONTEXT", "SUCCEED", Name="p", SubType="Parallel", Payload=json.dumps(payload), **options)
    made.answer(answer)
    return made.done()


def retried(sdk: str, subtype: str) -> Recording:
    once = {"with_retry": {"name": "w", "do": [{"wait": {"seconds": 1}}], "retry": "none"}}
    made = Maker(sdk, document(once))
    made.invoke()
    made.send("1", "CONTEXT", "START", Name="w", SubType=subtype)
    return made.done(complete=False)


def of_callback(sdk: str, text: str, result: str) -> Recording:
    handler = [{"callback": {"name": "c", "as": "c"}}, {"await": {"callback": "c", "as": "got"}}]
    outside = {"outside": [{"callback": "c", "succeed": {"raw": text}}]}
    made = Maker(sdk, document(*handler, {"return": {"$eval": "got"}}, **outside))
    made.invoke()
    made.send("1", "CALLBACK", "START", Name="c")
    made.answer(
        {"Status": "PENDING", "Result": None, "Error": None} if sdk == "java" else {"Status": "PENDING"}
    )
    made.invoke()
    made.answer({"Status": "SUCCEEDED", "Result": result} | ({"Error": None} if sdk == "java" else {}))
    return made.done()


def wrongs(recording: Recording) -> list[tuple[str, Any, Any]]:
    """What the structure layer says of an execution's result."""
    case = Case.of(recording)
    found = structure.check(case.scenario, recording, case.stream)
    return [(one.path, one.seen, one.wanted) for one in found if one.rule == "outcome-wrong"]


def test_a_callback_s_text_is_handed_over_or_read() -> None:
    assert wrongs(of_callback("js", '{"a": 1}', '"{\\"a\\": 1}"')) == []
    assert wrongs(of_callback("java", '{"a": 1}', '{"a": 1}')) == []
    assert wrongs(of_callback("java", '{"a": 1}', '"{}"')) == [("output.Result", "{}", {"a": 1})]
    assert wrongs(of_callback("java", "no json", "1")) == []  # what follows of that is not known


def test_null_is_written_or_nothing_is() -> None:
    def paths(recording: Recording) -> list[str]:
        case = Case.of(recording)
        return [one.path for one in structure.check(case.scenario, recording, case.stream)]

    absent = with_fields(step("java", "null", None), 1, Payload=None)
    assert "1:STEP.SUCCEED.Payload" not in paths(absent)
    assert "1:STEP.SUCCEED.Payload" in paths(step("java", "null", None))
    assert "1:STEP.SUCCEED.Payload" in paths(with_fields(step("js", "null", None), 1, Payload=None))
    js = step("js", "null", None)
    assert [one.rule for one in compare(Case.of(absent), Case.of(js))] == []
    assert [one.rule for one in compare(Case.of(js), Case.of(absent))] == []


def summed(**changes: Any) -> Recording:
    return in_parallel("java", SUMMED | changes, **REPLAYED)


BROKEN: tuple[tuple[str, Callable[[], Recording], list[tuple[str, str]]], ...] = (
    ("ids_branch_base", lambda: renumbered("python"), [("branch-base", "ids.branches")]),
    ("ids_branch_base", lambda: renumbered("js"), [("branch-base", "ids.branches")]),
    (
        "value_form",
        lambda: step("python", '{"a": 1}', {"a": 1}),
        [("payload-form", "1:STEP.SUCCEED.Payload")],
    ),
    (
        "value_form",
        lambda: step("python", json.dumps(enveloped([1])), [1]),
        [("payload-form", "1:STEP.SUCCEED.Payload")],
    ),
    (
        "batch_form",
        lambda: with_fields(mapped("python"), -1, Payload=batch("js", [10, 20])),
        [("payload-form", "1:CONTEXT.SUCCEED.Payload")],
    ),
    (
        "batch_item_error",
        lambda: with_item("js", BOOM),
        [("item-error", "1:CONTEXT.SUCCEED.Payload.all[1].error")],
    ),
    (
        "batch_item_error",
        lambda: with_item("python", {"ErrorType": "E", "ErrorMessage": "no", "Cause": BOOM}),
        [("item-error", "1:CONTEXT.SUCCEED.Payload.all[1].error")],
    ),
    (
        "nothing_returned",
        lambda: child("python", payload=None, options=ALWAYS["ContextOptions"], size=None),
        [("nothing-returned", "1:CONTEXT.SUCCEED.Payload")],
    ),
    (
        "nothing_returned",
        lambda: child("js", payload="null", options=None, size=None),
        [("nothing-returned", "1:CONTEXT.SUCCEED.Payload")],
    ),
    ("error_types", lambda: failed("python", BOOM), [("error-type", "1:STEP.FAIL.Error.ErrorType")]),
    (
        "error_types",
        lambda: failed("js", {"ErrorType": "scenario.Boom", "ErrorMessage": "no"}),
        [("error-type", "1:STEP.FAIL.Error.ErrorType")],
    ),
    (
        "error_modules",
        lambda: child_failed("python", "sdk.errors.StepError"),
        [
            ("error-type", "1:CONTEXT.FAIL.Error.ErrorType"),
            ("content-wrong", "1:CONTEXT.FAIL.Error.ErrorType"),
        ],
    ),
    (
        "error_classes",
        lambda: child_failed("python", f"{SDK}.WaitForConditionError"),
        [("content-wrong", "1:CONTEXT.FAIL.Error.ErrorType")],
    ),
    (
        "error_classes",
        lambda: child_failed("js", "ChildContextError"),
        [("content-wrong", "1:CONTEXT.FAIL.Error.ErrorType")],
    ),
    (
        "error_messages",
        lambda: failed(
            "python",
            {"ErrorType": f"{SDK}.StepInterruptedError", "ErrorMessage": DIED},
            semantics="at-most-once",
        ),
        [("error-message", "1:STEP.FAIL.Error.ErrorMessage")],
    ),
    (
        "error_messages",
        lambda: failed(
            "js", {"ErrorType": "StepInterruptedError", "ErrorMessage": "it died"}, semantics="at-most-once"
        ),
        [("error-message", "1:STEP.FAIL.Error.ErrorMessage")],
    ),
    (
        "error_members",
        lambda: failed("js", BOOM | {"StackTrace": ["at f"]}),
        [("error-members", "1:STEP.FAIL.Error.StackTrace")],
    ),
    (
        "error_text",
        lambda: failed("rust", BOOM | {"StackTrace": ["at f"]}),
        [("error-text", "1:STEP.FAIL.Error.ErrorMessage")],
    ),
    (
        "name_callback",
        lambda: waiting("python", callback=None, submitter="w submitter", Payload="5"),
        [("default-name", "1.1:CALLBACK.START.Name")],
    ),
    (
        "name_submitter",
        lambda: waiting("js", callback=None, submitter="w submitter"),
        [("default-name", "1.2:STEP.START.Name"), ("default-name", "1.2:STEP.SUCCEED.Name")],
    ),
    (
        "name_branches",
        lambda: with_fields(mapped("js"), 1, Name="item 0"),
        [("default-name", "1[0]:CONTEXT.START.Name")],
    ),
    (
        "context_options",
        lambda: with_fields(mapped("python"), -1, ContextOptions=None),
        [("context-options", "1:CONTEXT.SUCCEED.ContextOptions")],
    ),
    (
        "context_options",
        lambda: with_fields(mapped("js"), -1, **ALWAYS),
        [("context-options", "1:CONTEXT.SUCCEED.ContextOptions")],
    ),
    (
        "callback_timeouts",
        lambda: called_back("js", {"TimeoutSeconds": 0}),
        [("callback-timeouts", "1:CALLBACK.START.CallbackOptions.TimeoutSeconds")],
    ),
    (
        "callback_timeouts",
        lambda: called_back("python", {"TimeoutSeconds": 0}),
        [("callback-timeouts", "1:CALLBACK.START.CallbackOptions.HeartbeatTimeoutSeconds")],
    ),
    (
        "batch_summaries",
        lambda: in_parallel("java", SUMMED),
        [
            ("payload-form", "1:CONTEXT.SUCCEED.Payload"),
            ("batch-summaries", "1:CONTEXT.SUCCEED.ContextOptions.ReplayChildren"),
        ],
    ),
    (
        "batch_summaries",
        lambda: in_parallel("java", [1, 1], **REPLAYED),
        [("batch-summaries", "1:CONTEXT.SUCCEED.Payload")],
    ),
    (
        "with_retry_subtype",
        lambda: retried("java", "RunInChildContext"),
        [("with-retry-subtype", "1:CONTEXT.START.SubType")],
    ),
    (
        "answer_members",
        lambda: in_parallel("java", SUMMED, {"Status": "SUCCEEDED", "Result": "[1,1]"}, **REPLAYED),
        [("answer-members", "invocation 1:output.Error")],
    ),
    (
        "error_members",
        lambda: failed("java", {"ErrorType": "scenario.Boom", "ErrorMessage": "no"}),
        [("error-members", "1:STEP.FAIL.Error.StackTrace")],
    ),
    (
        "submitter_result",
        lambda: waiting("js", callback=None, submitter=None, Payload="5"),
        [("submitter-result", "1.2:STEP.SUCCEED.Payload")],
    ),
    (
        "submitter_result",
        lambda: waiting("python", callback="w create callback id", submitter="w submitter"),
        [("submitter-result", "1.2:STEP.SUCCEED.Payload")],
    ),
)


def test_a_batch_that_is_always_rebuilt_means_what_a_whole_result_means() -> None:
    items = [{"index": index, "status": "SUCCEEDED", "result": 1} for index in range(2)]
    js = in_parallel("js", {"all": items, "completionReason": "ALL_COMPLETED"})
    assert told(summed()) == []
    assert [one for one in compare(Case.of(summed()), Case.of(js)) if "Payload" in one.path] == []
    assert [one for one in compare(Case.of(js), Case.of(summed())) if "Payload" in one.path] == []
    fewer = summed(statuses=["SUCCEEDED", "FAILED"])
    found = [one for one in compare(Case.of(fewer), Case.of(js)) if "Payload" in one.path]
    assert [(one.path, one.seen, one.wanted) for one in found] == [
        ("1:CONTEXT.SUCCEED.Payload.statuses[1]", "FAILED", "SUCCEEDED")
    ]
    case = Case.of(fewer)
    wrong = [one.path for one in structure.check(case.scenario, fewer, case.stream)]
    assert wrong[0] == "1:CONTEXT.SUCCEED.Payload.statuses"


def test_an_error_that_comes_back_as_itself_means_what_its_wrapper_means() -> None:
    own, wrapped = child_failed("java", "scenario.Boom"), child_failed("js", "StepError")
    other = child_failed("js", "Boom")
    assert [one for one in compare(Case.of(own), Case.of(wrapped)) if one.rule == "error-type"] == []
    assert [one for one in compare(Case.of(wrapped), Case.of(own)) if one.rule == "error-type"] == []
    assert [one for one in compare(Case.of(other), Case.of(wrapped)) if one.rule == "error-type"] != []


@pytest.mark.parametrize(("item", "make", "rules"), BROKEN)
def test_another_spelling_is_a_finding_about_the_sdk(
    item: str, make: Callable[[], Recording], rules: list[tuple[str, str]]
) -> None:
    assert [row[:2] for row in told(make())] == rules, item


ELSEWHERE = {
    "ids_hash": "an id of another hash is one that no position gives",
    "ids_prefix": "likewise",
    "ids_branch_counter": "likewise",
    "batch_completion": "the structure layer predicts by it which branches are run",
    "backoff_rounding": "the structure layer holds each delay to it",
    "callback_result": "the structure layer holds the value to it",
    "null_written": "the structure layer holds the payload to it",
    "callback_text": "the structure layer holds the value to it",
    "errors_caught": "what it undoes is compared by meanings, below",
    "batch_serdes": "the structure layer predicts by it what items carry",
    "attempt_numbers": "the invariant attempts_are_counted holds bodies to it",
}
"""Items that this layer does not say itself, and what does."""


def test_every_item_has_a_test_that_breaks_it() -> None:
    assert {item for item, _, _ in BROKEN} | ELSEWHERE.keys() == set(ITEMS)


@pytest.mark.parametrize(
    ("recording", "path"),
    [
        (lambda: backed_off("python", 1), "1:STEP.RETRY#2.StepOptions.NextAttemptDelaySeconds"),
        (lambda: backed_off("js", 2), "1:STEP.RETRY#2.StepOptions.NextAttemptDelaySeconds"),
        (lambda: received("python", '"{\\"a\\": 1}"'), "1:CONTEXT.SUCCEED.Payload"),
    ],
)
def test_what_the_structure_layer_holds_to_the_record(recording: Callable[[], Recording], path: str) -> None:
    made = recording()
    case = Case.of(made)
    found = structure.check(case.scenario, made, case.stream)
    assert [one.path for one in found if one.rule == "content-wrong"] == [path]


def test_meanings_are_compared_whatever_the_spelling() -> None:
    pairs = [
        (step("python", json.dumps(enveloped({"a": 1})), {"a": 1}), step("js", '{"a":1}', {"a": 1})),
        (GOOD["python nothing"](), GOOD["js nothing"]()),
        (GOOD["python error"](), GOOD["js error"]()),
        (GOOD["python class"](), GOOD["js class"]()),
        (GOOD["python callback"](), GOOD["js callback"]()),
        (GOOD["python timeouts"](), GOOD["js timeouts"]()),
        (GOOD["python back-off"](), GOOD["js back-off"]()),
    ]
    for python, js in pairs:
        assert compare(Case.of(python), Case.of(js)) == []


def test_null_is_not_nothing() -> None:
    null = child("python", payload="null", options=ALWAYS["ContextOptions"], size=4)
    found = compare(Case.of(null), Case.of(child("js", payload=None, options=None, size=4)))
    assert [(one.rule, one.seen, one.wanted) for one in found][0] == ("payload", None, ABSENT)  # noqa: RUF015
