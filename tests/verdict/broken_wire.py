"""Recordings that break, or just keep, the invariants of updates, requests and invocations."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.wire.recording import Outcome, Recording
from tests.verdict.breaking import CHILD, STEP, Broken, child_begun, document
from tests.verdict.recordings import Maker, mapped, virtual, with_fields

if TYPE_CHECKING:
    from collections.abc import Callable


def _virtual_fail() -> Recording:
    made = Maker("python", document({"try": [{"child": {"virtual": True, "do": []}}], "catch": []}))
    made.invoke()
    made.send("1", "CONTEXT", "FAIL", Error={"ErrorType": "Boom"})
    made.succeed("null")
    return made.done()


def _virtual_fail_before_wait() -> Recording:
    """Where the child raises at once, the wait after it may stand at the child's place."""
    child = {"child": {"virtual": True, "do": [{"raise": {"type": "Boom", "message": "no"}}]}}
    made = Maker("python", document({"try": [child], "catch": []}, {"wait": {"seconds": 1}}))
    made.invoke()
    made.send("1", "CONTEXT", "FAIL", Error={"ErrorType": "Boom"})
    made.send("2", "WAIT", "START", WaitOptions={"WaitSeconds": 1})
    made.pending(1)
    return made.done()


def _dangling() -> Recording:
    made = Maker("js", document(CHILD))
    made.invoke()
    made.send("1.1", "STEP", "START", "1")
    made.pending(0)
    return made.done()


def _refused_dangling() -> Recording:
    made = Maker("js", document(CHILD, STEP))
    made.invoke()
    made.checkpoint(
        made.update("1", "CONTEXT", "START"),
        made.update("1.1", "STEP", "START", "1"),
        made.update("1.2", "STEP", "START", "2"),
        status=400,
    )
    made.answer(None, Outcome.ERROR)
    return made.done()


def _late() -> Recording:
    made = child_begun()
    made.send("1", "CONTEXT", "SUCCEED", Payload="1")
    made.send("1.1", "STEP", "SUCCEED", "1", Payload="1")
    made.pending(0)
    return made.done()


def _deep_late() -> Recording:
    inner = {"child": {"do": [STEP]}}
    made = Maker("js", document({"child": {"do": [inner]}}))
    made.invoke()
    made.send("1", "CONTEXT", "START")
    made.send("1.1", "CONTEXT", "START", "1")
    made.send("1", "CONTEXT", "SUCCEED")
    made.send("1.1.1", "STEP", "START", "1.1")
    made.pending(0)
    return made.done()


def _ends_twice(**changed: Any) -> Recording:
    """A request that ends a step and the child around it, and comes again as its answer is lost."""
    made = child_begun()
    ends = [
        made.update("1.1", "STEP", "SUCCEED", "1", Payload="1"),
        made.update("1", "CONTEXT", "SUCCEED", Payload="1"),
    ]
    for fields in ({}, changed):
        made.checkpoint(*(one | fields for one in ends), fault=None if fields else "lose-response")
        body = json.loads(made.exchanges[-1].request) | {"CheckpointToken": "t", "ClientToken": "same"}
        made.exchanges[-1] = replace(made.exchanges[-1], request=json.dumps(body))
    made.pending(0)
    return made.done()


def sending(*updates: tuple[Any, ...], end: str | None = None) -> Callable[[], Recording]:
    """A recording of (path, type, action, parent?) updates, a request each, with a result or PENDING."""

    def make() -> Recording:
        made = Maker("js", document(CHILD, STEP, {"wait": {"seconds": 1}}))
        made.invoke()
        for path, type_, action, *rest in updates:
            parent = rest[0] if rest else None
            made.send(path, type_, action, parent, **(rest[1] if len(rest) > 1 else {}))
        if end is None:
            made.pending(1)
        else:
            made.succeed(end)
        return made.done()

    return make


def _batched(*updates: tuple[Any, ...]) -> Callable[[], Recording]:
    def make() -> Recording:
        made = Maker("js", document(CHILD, STEP, STEP))
        made.invoke()
        made.checkpoint(*(made.update(*update) for update in updates))
        made.succeed("1")
        return made.done()

    return make


def _token(change: Callable[[int], str]) -> Callable[[], Recording]:
    def make() -> Recording:
        recording = virtual("js")
        exchanges = tuple(
            replace(each, request=json.dumps(json.loads(each.request) | {"CheckpointToken": change(index)}))
            for index, each in enumerate(recording.exchanges)
        )
        return replace(recording, exchanges=exchanges)

    return make


def _ended(outcome: Outcome | None, *, complete: bool = True, output: Any = None) -> Callable[[], Recording]:
    def make() -> Recording:
        made = child_begun()
        made.answer(output, outcome)
        return made.done(complete=complete)

    return make


def _after_answer() -> Recording:
    recording = virtual("js")
    return replace(
        recording, exchanges=(*recording.exchanges[:-1], replace(recording.exchanges[-1], seq=999))
    )


def _outcome(**fields: Any) -> Callable[[], Recording]:
    def make() -> Recording:
        recording = virtual("js")
        return replace(recording, executions=(replace(recording.executions[0], **fields),))

    return make


def _pending_at_the_end() -> Recording:
    made = child_begun()
    made.pending(0)
    recording = made.done()
    return replace(recording, executions=(replace(recording.executions[0], status="FAILED"),))


def _escaping() -> Recording:
    recording = virtual("js")
    last = replace(recording.invocations[-1], outcome=Outcome.ERROR, output="garbage {")
    return replace(recording, invocations=(*recording.invocations[:-1], last))


def _repeating(output: dict[str, Any]) -> Callable[[], Recording]:
    """A program asks for another invocation by an error of its own, and this escapes."""

    def make() -> Recording:
        error = {"type": "Transient", "message": "not now", "retryable": True}
        made = Maker("python", document({"raise": error}))
        made.invoke()
        made.answer(output)
        recording = made.done()
        last = replace(recording.invocations[-1], outcome=Outcome.ERROR)
        return replace(recording, invocations=(*recording.invocations[:-1], last))

    return make


def _answering(result: str) -> Callable[[], Recording]:
    def make() -> Recording:
        made = Maker("python", document())
        made.invoke()
        made.answer({"Status": "SUCCEEDED", "Result": result})
        return made.done()

    return make


def _checkpointed(payload: str) -> Callable[[], Recording]:
    def make() -> Recording:
        made = Maker("python", document())
        made.invoke()
        made.checkpoint(
            {"Id": "execution-result-1", "Type": "EXECUTION", "Action": "SUCCEED", "Payload": payload}
        )
        made.succeed("")
        recording = made.done()
        return replace(recording, executions=(replace(recording.executions[0], result='"large"'),))

    return make


def _invoked_again() -> Recording:
    made = Maker("js", document(STEP))
    for _ in range(2):
        made.invoke()
        made.succeed("1")
    return made.done()


def _settled_wait() -> Recording:
    """The wait was over and the subject had been told so, yet it answers PENDING."""
    made = Maker("js", document({"wait": {"seconds": 1}}, STEP))
    made.invoke()
    made.send("1", "WAIT", "START", WaitOptions={"WaitSeconds": 1})
    made.pending(1)
    made.invoke()
    event = json.loads(made.current["input"])
    event["InitialExecutionState"]["Operations"] = [
        {"Id": made.id("1"), "Type": "WAIT", "Status": "SUCCEEDED"}
    ]
    made.current["input"] = json.dumps(event)
    made.pending(0)
    return made.done()


BROKEN = (
    Broken(
        "no_virtual_id_on_wire",
        "virtual-context-writes",
        "1:CONTEXT.FAIL",
        _virtual_fail,
        "FAIL",
        "no update",
    ),
    Broken("no_virtual_id_on_wire", "virtual-context-writes", "1:CONTEXT.FAIL", _virtual_fail_before_wait),
    Broken(
        "no_virtual_id_on_wire",
        "virtual-parent",
        "1.2.1:STEP.START.ParentId",
        lambda: virtual("python", parent="1.2"),
        "1.2",
        "root",
    ),
    Broken("parent_is_open", "parent-not-started", "1.1:STEP.START.ParentId", _dangling, "1", "1"),
    Broken("parent_is_open", "parent-not-started", "1.2:STEP.START.ParentId", _refused_dangling, "2", "1"),
    Broken("nothing_under_ended_context", "update-under-ended-context", "1.1:STEP.SUCCEED", _late),
    Broken("nothing_under_ended_context", "update-under-ended-context", "1.1.1:STEP.START", _deep_late),
    Broken(
        "nothing_under_ended_context",
        "update-under-ended-context",
        "1.1:STEP.SUCCEED",
        lambda: _ends_twice(Payload="2"),
    ),
    Broken("actions_fit_type", "action-of-another-type", "3:WAIT.SUCCEED", sending(("3", "WAIT", "SUCCEED"))),
    Broken(
        "start_comes_first_and_once", "start-missing", "2:STEP.SUCCEED", sending(("2", "STEP", "SUCCEED"))
    ),
    Broken(
        "start_comes_first_and_once",
        "start-again",
        "2:STEP.START#2",
        sending(("2", "STEP", "START"), ("2", "STEP", "START")),
    ),
    Broken(
        "nothing_after_end",
        "update-after-end",
        "1:CONTEXT.FAIL",
        sending(("1", "CONTEXT", "START"), ("1", "CONTEXT", "SUCCEED"), ("1", "CONTEXT", "FAIL")),
        ["SUCCEED", "FAIL"],
        ["SUCCEED"],
    ),
    Broken("everything_ends", "never-ends", "2:STEP.START", sending(("2", "STEP", "START"), end="1")),
    Broken("everything_ends", "never-ends", "1:CONTEXT.START", sending(("1", "CONTEXT", "START"), end="1")),
    Broken(
        "ids_are_positions", "unknown-id", "?45c48cce2e2d7fbd:STEP.START.Id", sending(("9", "STEP", "START"))
    ),
    Broken(
        "ids_are_positions",
        "type-of-another-position",
        "2:CONTEXT.START.Type",
        sending(("2", "CONTEXT", "START")),
        "CONTEXT",
        ["STEP"],
    ),
    Broken(
        "identity_is_stable",
        "identity-changed",
        "1.1:STEP.SUCCEED.Name",
        lambda: with_fields(virtual("python"), 1, Name=None),
        None,
        "a",
    ),
    Broken(
        "identity_is_stable",
        "identity-changed",
        "1[0].1:STEP.SUCCEED.ParentId",
        lambda: with_fields(mapped("python"), 3, ParentId=None),
        "root",
        "1[0]",
    ),
    Broken(
        "tokens_form_a_chain",
        "token-unknown",
        "invocation 1:request 2.CheckpointToken",
        _token(lambda index: "mine" if index == 0 else f"token{index + 1}"),
        "mine",
        ["token1"],
    ),
    Broken(
        "tokens_form_a_chain",
        "token-reused",
        "invocation 1:request 5.CheckpointToken",
        _token(lambda index: "token1" if index == 1 else f"token{index + 1}"),
    ),
    Broken(
        "batches_are_well_formed",
        "batch-repeats-operation",
        "request 2:2",
        _batched(("2", "STEP", "START"), ("2", "STEP", "RETRY"), ("2", "STEP", "START")),
    ),
    Broken(
        "batches_are_well_formed",
        "execution-not-last",
        "request 2",
        _batched(("8", "EXECUTION", "SUCCEED"), ("2", "STEP", "START")),
    ),
    Broken("requests_are_taken", "request-refused", "1:CONTEXT.START", _refused_dangling),
    Broken(
        "failures_carry_errors",
        "failure-without-error",
        "2:STEP.FAIL.Error",
        sending(("2", "STEP", "START"), ("2", "STEP", "FAIL")),
    ),
    Broken(
        "answers_have_a_status",
        "answer-without-status",
        "invocation 1.Status",
        _ended(Outcome.RESPONSE, output={"Status": "DONE"}),
    ),
    Broken(
        "answers_have_a_status",
        "escape-is-not-json",
        "invocation 2",
        _escaping,
    ),
    *(
        Broken(
            "escapes_are_what_was_raised",
            "escape-differs",
            "invocation 1",
            _repeating({"errorType": kind, "errorMessage": message}),
            [kind, message],
            [["Transient", "not now"]],
        )
        for kind, message in (("Other", "not now"), ("Transient", "something"))
    ),
    Broken(
        "ends_are_answered",
        "end-not-answered",
        "output.Status",
        _pending_at_the_end,
        "PENDING",
        "FAILED",
    ),
    Broken("nothing_after_answer", "request-after-answer", "invocation 1:request 999", _after_answer),
    Broken("invocations_answer", "invocation-hangs", "invocation 1", _ended(Outcome.HANG, complete=False)),
    Broken("invocations_answer", "invocation-hangs", "invocation 1", _ended(None, complete=False)),
    Broken("invocations_answer", "invocation-garbage", "invocation 1", _ended(Outcome.GARBAGE)),
    Broken("invocations_answer", "process-exits", "invocation 1", _ended(Outcome.EXIT)),
    Broken("invocations_answer", "invocation-error", "invocation 1", _ended(Outcome.ERROR)),
    Broken(
        "execution_ends",
        "execution-never-ends",
        "execution",
        _ended(Outcome.RESPONSE, complete=False, output={"Status": "PENDING"}),
    ),
    Broken(
        "pending_has_a_reason",
        "pending-without-reason",
        "invocation 1.Status",
        sending(("2", "STEP", "START")),
    ),
    Broken("pending_has_a_reason", "pending-without-reason", "invocation 2.Status", _settled_wait),
    Broken(
        "results_are_json", "result-is-not-json", "output.Result", _answering("NaN"), "NaN", "a JSON text"
    ),
    Broken("results_are_json", "result-is-not-json", "output.Result", _answering("{'a': 1}")),
    Broken("outcome_is_the_last_answer", "invoked-after-end", "invocation 2", _invoked_again),
    Broken("outcome_is_the_last_answer", "outcome-differs", "output.Status", _outcome(status="FAILED")),
    Broken(
        "outcome_is_the_last_answer", "outcome-differs", "output.Result", _outcome(result="22"), "21", "22"
    ),
    Broken(
        "outcome_is_the_last_answer", "outcome-differs", "output.Error", _outcome(error={"ErrorType": "E"})
    ),
    Broken(
        "outcome_is_what_was_checkpointed",
        "outcome-not-checkpointed",
        "execution:EXECUTION.SUCCEED.Payload",
        _checkpointed('"small"'),
        '"small"',
        '"large"',
    ),
    Broken(
        "nothing_after_execution_ended",
        "update-after-execution",
        "2:STEP.START",
        sending(("8", "EXECUTION", "SUCCEED"), ("2", "STEP", "START"), end=""),
    ),
)

ALLOWED: tuple[tuple[str, Callable[[], Recording]], ...] = (
    ("nothing_under_ended_context", _ends_twice),
    (
        "everything_ends",
        sending(("1", "CONTEXT", "START"), ("1.1", "STEP", "START", "1"), ("1", "CONTEXT", "FAIL"), end="1"),
    ),
    (
        "start_comes_first_and_once",
        sending(("2", "STEP", "START"), ("2", "STEP", "RETRY"), ("2", "STEP", "START")),
    ),
    (
        "batches_are_well_formed",
        _batched(("2", "STEP", "START"), ("2", "STEP", "SUCCEED"), ("3", "STEP", "START")),
    ),
    ("pending_has_a_reason", sending(("2", "STEP", "START"), ("2", "STEP", "RETRY"))),
    ("outcome_is_the_last_answer", _outcome(status="STOPPED", result=None)),
    ("outcome_is_the_last_answer", _checkpointed('"large"')),
    ("outcome_is_what_was_checkpointed", _checkpointed('"large"')),
)
