"""Every invariant holds on good recordings, and each has a recording that breaks it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.verdict.case import Case
from conformance.verdict.finding import Finding, Layer
from conformance.verdict.invariants import INVARIANTS
from conformance.wire.recording import Outcome, Recording
from conformance.wire.values import ABSENT
from tests.verdict.recordings import (
    Maker,
    batch,
    edited,
    mapped,
    virtual,
    with_fields,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = {invariant.__name__: invariant for invariant in INVARIANTS}
STEP = {"step": {"name": "s", "returns": 1}}
CAREFUL = {"step": {"name": "s", "returns": 1, "semantics": "at-most-once"}}
CHILD = {"child": {"name": "c", "do": [STEP, STEP]}}


def found(recording: Recording, rule: str) -> list[Finding]:
    return list(RULES[rule](Case.of(recording)))


def document(*handler: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "t", "covers": [], "handler": list(handler), "expect": {}} | more


def _child(sdk: str = "js") -> Maker:
    """A child with one step begun inside."""
    made = Maker(sdk, document(CHILD, STEP))
    made.invoke()
    made.send("1", "CONTEXT", "START")
    made.send("1.1", "STEP", "START", "1")
    return made


@pytest.mark.parametrize("sdk", ["python", "js"])
@pytest.mark.parametrize("make", [virtual, mapped])
def test_good_recordings_break_nothing(sdk: str, make: Callable[[str], Recording]) -> None:
    case = Case.of(make(sdk))
    assert [finding for invariant in INVARIANTS for finding in invariant(case)] == []


def test_each_invariant_names_its_source() -> None:
    for invariant in INVARIANTS:
        assert "Source: " in (invariant.__doc__ or ""), invariant.__name__


@dataclass(frozen=True)
class Broken:
    """A recording that breaks an invariant, and the finding that must come of it."""

    invariant: str
    rule: str
    path: str
    make: Callable[[], Recording]
    seen: Any = None
    wanted: Any = None


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
    made = _child()
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


def _sent(*updates: tuple[Any, ...], end: str | None = None) -> Callable[[], Recording]:
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
        made = _child()
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


def _body(*events: tuple[Any, ...], statement: dict[str, Any] | None = None) -> Callable[[], Recording]:
    """A step's life as (`run`, attempt) and (action,) events."""

    def make() -> Recording:
        made = Maker("js", document(statement or STEP))
        made.invoke()
        for event in events:
            if event[0] == "run":
                made.effect("handler/0", "step", "start", attempt=event[1])
            else:
                made.send("1", "STEP", event[0], Name="s")
        made.succeed("1")
        return made.done()

    return make


def _disturbed(recording: Recording) -> Recording:
    faults = [{"fault": "crash-after", "checkpoint": 1}]
    return replace(recording, document=recording.document | {"faults": faults})


def _crowded() -> Recording:
    made = Maker("js", document({"map": {"items": [1, 2, 3], "max_concurrency": 2, "do": []}}))
    made.invoke()
    for index in range(3):
        made.effect("handler/0", "branch", "start", (index,))
    made.succeed("1")
    return made.done()


def _forgetful() -> Recording:
    made = Maker("js", document({"note": {"$eval": "a"}}, {"wait": {"seconds": 1}}))
    for seen in (1, 2):
        made.invoke()
        made.effect("handler/0", "note", "start", detail=seen)
        made.pending(1)
    return made.done()


def _large() -> Recording:
    return with_fields(mapped("js"), -1, Payload=json.dumps({"all": [], "x": "y" * 300_000}))


def _batch(change: Callable[[dict[str, Any]], None]) -> Callable[[], Recording]:
    def make() -> Recording:
        result = json.loads(batch("js", [10, 20]))
        change(result)
        return with_fields(mapped("js"), -1, Payload=json.dumps(result))

    return make


SUBMITTED = {"wait_for_callback": {"name": "w", "submitter": {"returns": None}}}
CREATED = {"callback": {"name": "cb", "as": "cb"}}


def _callback(told: str, *, given: bool = True, kind: str = "callback") -> Callable[[], Recording]:
    """A callback that the service called "right", and the program was told another id of, or that one."""

    def make() -> Recording:
        own = kind == "callback"
        made = Maker("js", document(CREATED if own else SUBMITTED))
        made.invoke()
        path, parent = ("1", None) if own else ("1.1", "1")
        if not own:
            made.send("1", "CONTEXT", "START", Name="w", SubType="WaitForCallback")
        made.send(path, "CALLBACK", "START", parent, Name="cb" if own else None)
        operation = {"Id": made.id(path), "Type": "CALLBACK", "CallbackDetails": {"CallbackId": "right"}}
        if given:
            answer = json.loads(made.exchanges[-1].response)
            answer["NewExecutionState"]["Operations"] = [operation]
            made.exchanges[-1] = replace(made.exchanges[-1], response=json.dumps(answer))
        if own:
            made.effect("handler/0", "callback", "start", detail={"callback_id": told})
        else:
            made.send("1.2", "STEP", "START", "1")
            made.effect("handler/0", "submitter", "start")
            made.effect("handler/0", "submitter", "end", detail={"outcome": "returned", "callback_id": told})
        made.pending(1)
        return made.done()

    return make


def _sized(size: int, *, replays: bool, **child: Any) -> Callable[[], Recording]:
    """A child that returned so many bytes, and whether it is to be rebuilt."""

    def make() -> Recording:
        made = Maker("js", document({"child": {"name": "c", "do": [], **child}}))
        made.invoke()
        made.send("1", "CONTEXT", "START", Name="c")
        made.effect("handler/0", "child", "start")
        made.effect("handler/0", "child", "end", detail={"outcome": "returned", "size": size})
        options = {"ContextOptions": {"ReplayChildren": True}} if replays else {}
        made.send("1", "CONTEXT", "SUCCEED", Name="c", Payload="1", **options)
        made.succeed("1")
        return made.done()

    return make


def _mapped(
    change: Callable[[dict[str, Any]], None], *, sizes: tuple[int, int] | None = None, **config: Any
) -> Recording:
    """A map of two whose result or summary was changed, with a config; `sizes` are those of its branches."""
    result = json.loads(batch("js", [10, 20]))
    change(result)
    options = {"ContextOptions": {"ReplayChildren": True}} if sizes or "all" not in result else {}
    recording = with_fields(mapped("js"), -1, Payload=json.dumps(result), **options)
    effects = [
        replace(one, detail={"outcome": "returned", "size": sizes[one.indexes[0]]})
        if sizes and one.kind == "branch" and one.event == "end"
        else one
        for one in recording.effects
    ]
    mapping = recording.document["handler"][0]["map"] | config
    handler = [{"map": mapping}, *recording.document["handler"][1:]]
    return replace(recording, effects=tuple(effects), document=recording.document | {"handler": handler})


def _because(reason: str, *statuses: str, **config: Any) -> Callable[[], Recording]:
    """A map of as many branches as statuses that ended for a reason."""

    def change(result: dict[str, Any]) -> None:
        result["all"] = [{"index": index, "status": status} for index, status in enumerate(statuses)]
        result["completionReason"] = reason

    return lambda: _mapped(change, **config)


def _summed(**counts: int) -> Callable[[], Recording]:
    def change(result: dict[str, Any]) -> None:
        del result["all"]
        result |= {"type": "MapResult", "totalCount": 2, "successCount": 2, "failureCount": 0} | counts

    return lambda: _mapped(change)


def _spread(*sizes: int) -> Callable[[], Recording]:
    return lambda: _mapped(lambda _: None, sizes=(sizes[0], sizes[1]))


REASON = "1:CONTEXT.SUCCEED.Payload.completionReason"
REPLAYED = "1:CONTEXT.SUCCEED.ContextOptions.ReplayChildren"

BROKEN = (
    Broken(
        "callback_ids_are_those_given",
        "callback-id-wrong",
        "1:CALLBACK.CallbackId",
        _callback("wrong"),
        "wrong",
        "right",
    ),
    Broken(
        "callback_ids_are_those_given",
        "callback-id-wrong",
        "1:CALLBACK.CallbackId",
        _callback("right", given=False),
        "right",
        ABSENT,
    ),
    Broken(
        "callback_ids_are_those_given",
        "callback-id-wrong",
        "1.1:CALLBACK.CallbackId",
        _callback("wrong", kind="submitter"),
        "wrong",
        "right",
    ),
    Broken(
        "ended_attempts_ran", "attempt-never-ran", "1:STEP.SUCCEED", _body(("START",), ("SUCCEED",)), [], 1
    ),
    Broken(
        "ended_attempts_ran",
        "attempt-never-ran",
        "1:STEP.RETRY#2",
        _body(("START",), ("run", 1), ("RETRY",), ("START",), ("RETRY",), ("START",), ("run", 3), ("FAIL",)),
        [1],
        2,
    ),
    Broken(
        "ended_attempts_ran", "attempt-never-ran", "1:STEP.FAIL", _body(("START",), ("FAIL",), ("run", 1))
    ),
    Broken(
        "ended_attempts_ran",
        "attempt-never-ran",
        "1:STEP.SUCCEED",
        _body(("START",), ("run", None), ("RETRY",), ("START",), ("SUCCEED",)),
    ),
    Broken("small_results_are_kept", "replay-children-for-size", REPLAYED, _sized(99, replays=True)),
    Broken(
        "small_results_are_kept",
        "replay-children-for-size",
        REPLAYED,
        _sized(262_145, replays=False),
    ),
    Broken("small_results_are_kept", "replay-children-for-size", REPLAYED, _spread(50, 60)),
    *(
        Broken("batches_end_for_their_reason", "completion-reason-contradicted", REASON, make)
        for make in (
            _because("ALL_COMPLETED", "SUCCEEDED", "STARTED"),
            _because("MIN_SUCCESSFUL_REACHED", "SUCCEEDED", "SUCCEEDED"),
            _because("MIN_SUCCESSFUL_REACHED", "SUCCEEDED", "STARTED", completion={"min_successful": 2}),
            _because("FAILURE_TOLERANCE_EXCEEDED", "SUCCEEDED", "SUCCEEDED"),
            _because(
                "FAILURE_TOLERANCE_EXCEEDED", "FAILED", "STARTED", completion={"tolerated_failure_count": 1}
            ),
            _because(
                "FAILURE_TOLERANCE_EXCEEDED",
                "FAILED",
                "SUCCEEDED",
                completion={"tolerated_failure_percentage": 50},
            ),
            _because("CUSTOM_COMPLETION_SUCCEEDED", "SUCCEEDED", "SUCCEEDED"),
        )
    ),
    *(
        Broken(
            "summaries_count_right",
            "summary-miscounts",
            f"1:CONTEXT.SUCCEED.Payload.{field}",
            _summed(**{field: 1}),
        )
        for field in ("totalCount", "successCount", "failureCount")
    ),
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
    Broken("actions_fit_type", "action-of-another-type", "3:WAIT.SUCCEED", _sent(("3", "WAIT", "SUCCEED"))),
    Broken("start_comes_first_and_once", "start-missing", "2:STEP.SUCCEED", _sent(("2", "STEP", "SUCCEED"))),
    Broken(
        "start_comes_first_and_once",
        "start-again",
        "2:STEP.START#2",
        _sent(("2", "STEP", "START"), ("2", "STEP", "START")),
    ),
    Broken(
        "nothing_after_end",
        "update-after-end",
        "1:CONTEXT.FAIL",
        _sent(("1", "CONTEXT", "START"), ("1", "CONTEXT", "SUCCEED"), ("1", "CONTEXT", "FAIL")),
        ["SUCCEED", "FAIL"],
        ["SUCCEED"],
    ),
    Broken("everything_ends", "never-ends", "2:STEP.START", _sent(("2", "STEP", "START"), end="1")),
    Broken("everything_ends", "never-ends", "1:CONTEXT.START", _sent(("1", "CONTEXT", "START"), end="1")),
    Broken(
        "ids_are_positions", "unknown-id", "?45c48cce2e2d7fbd:STEP.START.Id", _sent(("9", "STEP", "START"))
    ),
    Broken(
        "ids_are_positions",
        "type-of-another-position",
        "2:CONTEXT.START.Type",
        _sent(("2", "CONTEXT", "START")),
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
        "pending_has_a_reason", "pending-without-reason", "invocation 1.Status", _sent(("2", "STEP", "START"))
    ),
    Broken("pending_has_a_reason", "pending-without-reason", "invocation 2.Status", _settled_wait),
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
        _sent(("8", "EXECUTION", "SUCCEED"), ("2", "STEP", "START"), end=""),
    ),
    Broken(
        "checkpointed_bodies_stay_done",
        "body-runs-again",
        "effect:handler/0",
        _body(("START",), ("run", 1), ("SUCCEED",), ("run", 1)),
    ),
    Broken(
        "attempts_are_counted",
        "attempt-miscounted",
        "effect:handler/0.attempt",
        _body(("START",), ("run", 1), ("RETRY",), ("run", 1), ("SUCCEED",)),
        1,
        2,
    ),
    Broken(
        "at_most_once_is_kept",
        "attempt-runs-twice",
        "effect:handler/0",
        _body(
            ("run", 1),
            ("run", 1),
            statement=CAREFUL,
        ),
    ),
    Broken(
        "concurrency_limit_is_kept", "concurrency-exceeded", "effect:handler/0[2]", _crowded, [0, 1, 2], 2
    ),
    Broken("replay_sees_the_same", "replay-sees-another-value", "effect:handler/0", _forgetful, 2, 1),
    Broken(
        "large_results_replay_children",
        "large-result-without-replay",
        "1:CONTEXT.SUCCEED.ContextOptions",
        _large,
    ),
    Broken(
        "batch_results_agree",
        "unknown-completion-reason",
        "1:CONTEXT.SUCCEED.Payload.completionReason",
        _batch(lambda result: result.update(completionReason="BORED")),
    ),
    Broken(
        "batch_results_agree",
        "batch-item-differs",
        "1:CONTEXT.SUCCEED.Payload.all[1].status",
        _batch(lambda result: result["all"][1].update(status="FAILED")),
        "FAILED",
        "SUCCEEDED",
    ),
    Broken(
        "batch_results_agree",
        "batch-item-repeated",
        "1:CONTEXT.SUCCEED.Payload.all",
        _batch(lambda result: result["all"][1].update(index=0)),
    ),
)


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


@pytest.mark.parametrize(
    ("invariant", "make"),
    [
        (
            "everything_ends",
            _sent(
                ("1", "CONTEXT", "START"), ("1.1", "STEP", "START", "1"), ("1", "CONTEXT", "FAIL"), end="1"
            ),
        ),
        (
            "start_comes_first_and_once",
            _sent(("2", "STEP", "START"), ("2", "STEP", "RETRY"), ("2", "STEP", "START")),
        ),
        (
            "batches_are_well_formed",
            _batched(("2", "STEP", "START"), ("2", "STEP", "SUCCEED"), ("3", "STEP", "START")),
        ),
        ("pending_has_a_reason", _sent(("2", "STEP", "START"), ("2", "STEP", "RETRY"))),
        (
            "attempts_are_counted",
            _body(("START",), ("run", 1), ("RETRY",), ("START",), ("run", 2), ("SUCCEED",)),
        ),
        ("checkpointed_bodies_stay_done", _body(("START",), ("run", 1), ("run", 1), ("SUCCEED",))),
        ("callback_ids_are_those_given", _callback("right")),
        ("callback_ids_are_those_given", _callback("right", kind="submitter")),
        (
            "ended_attempts_ran",
            _body(("START",), ("run", 1), ("RETRY",), ("START",), ("run", 2), ("run", 2), ("SUCCEED",)),
        ),
        (
            "ended_attempts_ran",
            _body(("START",), ("run", None), ("RETRY",), ("START",), ("run", None), ("FAIL",)),
        ),
        ("ended_attempts_ran", lambda: replace(_body(("START",), ("FAIL",))(), instrumented=False)),
        ("ended_attempts_ran", lambda: _disturbed(_body(("START",), ("FAIL",))())),
        ("at_most_once_is_kept", _body(("run", None), ("run", None), statement=CAREFUL)),
        ("small_results_are_kept", _sized(262_144, replays=False)),
        ("small_results_are_kept", _sized(300_000, replays=True)),
        ("small_results_are_kept", _sized(20_000, replays=True)),  # an envelope may be that much longer
        ("small_results_are_kept", _sized(300_000, replays=False, serdes="number")),
        ("small_results_are_kept", _spread(200_000, 100_000)),
        ("batches_end_for_their_reason", _because("ALL_COMPLETED", "SUCCEEDED", "SUCCEEDED")),
        (
            "batches_end_for_their_reason",
            _because("MIN_SUCCESSFUL_REACHED", "SUCCEEDED", "STARTED", completion={"min_successful": 1}),
        ),
        ("batches_end_for_their_reason", _because("FAILURE_TOLERANCE_EXCEEDED", "FAILED", "STARTED")),
        (
            "batches_end_for_their_reason",
            _because(
                "FAILURE_TOLERANCE_EXCEEDED",
                "FAILED",
                "SUCCEEDED",
                completion={"tolerated_failure_percentage": 49},
            ),
        ),
        (
            "batches_end_for_their_reason",
            _because(
                "CUSTOM_COMPLETION_FAILED",
                "FAILED",
                "STARTED",
                complete_when={"when": {"$eval": "true"}, "outcome": "FAILED"},
            ),
        ),
        ("summaries_count_right", _summed()),
        ("at_most_once_is_kept", _body(("run", 1), ("run", 1))),
        ("outcome_is_the_last_answer", _outcome(status="STOPPED", result=None)),
        ("outcome_is_the_last_answer", _checkpointed('"large"')),
        ("outcome_is_what_was_checkpointed", _checkpointed('"large"')),
    ],
)
def test_what_is_allowed_is_not_found(invariant: str, make: Callable[[], Recording]) -> None:
    assert found(make(), invariant) == []


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
    sent = _sent(("2", "STEP", "START"))()
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
