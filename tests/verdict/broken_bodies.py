"""Recordings that break, or just keep, the invariants of bodies, callbacks and results."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.wire.recording import Effect, Outcome, Recording
from conformance.wire.values import ABSENT
from tests.verdict.breaking import CAREFUL, STEP, Broken, document
from tests.verdict.recordings import Maker, batch, mapped, with_fields

if TYPE_CHECKING:
    from collections.abc import Callable


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


def _crowded(outcome: Outcome, *later: int) -> Callable[[], Recording]:
    """Two branches are under way, as many as may be, over an invocation with such an end; others after it."""

    def make() -> Recording:
        made = Maker("js", document({"map": {"items": [1, 2, 3], "max_concurrency": 2, "do": []}}))
        made.invoke()
        for index in range(2):
            made.effect("handler/0", "branch", "start", (index,))
        made.answer({"Status": "PENDING"})
        made.invoke()
        made.answer({"Status": "PENDING"} if outcome is Outcome.RESPONSE else None, outcome)
        made.invoke()
        for index in later:
            made.effect("handler/0", "branch", "start", (index,))
        made.succeed("1")
        return made.done()

    return make


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


def _told_by(keep: Callable[[Effect], bool]) -> Recording:
    """A map whose bodies told only so much of themselves."""
    recording = mapped("js")
    return replace(recording, effects=tuple(effect for effect in recording.effects if keep(effect)))


def _uncounted(item: int, reason: str) -> Callable[[], Recording]:
    """A batch that ended for a reason, and calls one of its two items STARTED; both were written as ended."""

    def change(result: dict[str, Any]) -> None:
        result["completionReason"] = reason
        result["all"][item] = {"index": item, "status": "STARTED"}

    return _batch(change)


SUBMITTED = {"wait_for_callback": {"name": "w", "submitter": {"returns": None}}}
CREATED = {"callback": {"name": "cb", "as": "cb"}}


def callback_told(told: str | None, *, given: bool = True, kind: str = "callback") -> Callable[[], Recording]:
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
        options: dict[str, Any] = {"ContextOptions": {"ReplayChildren": True}} if replays else {}
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
    options: dict[str, Any] = (
        {"ContextOptions": {"ReplayChildren": True}} if sizes or "all" not in result else {}
    )
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
    *(
        Broken(
            "callback_ids_are_those_given",
            "callback-id-wrong",
            f"{path}:CALLBACK.CallbackId",
            make,
            told,
            given,
        )
        for path, make, told, given in (
            ("1", callback_told("wrong"), "wrong", "right"),
            ("1", callback_told(None), None, "right"),
            ("1", callback_told("right", given=False), "right", ABSENT),
            ("1.1", callback_told("wrong", kind="submitter"), "wrong", "right"),
        )
    ),
    Broken(
        "callback_ids_are_those_given",
        "callback-id-wrong",
        "1.1:CALLBACK.CallbackId",
        callback_told(None, kind="submitter"),
        None,
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
        "attempts_are_counted",
        "attempt-untold",
        "effect:handler/0.attempt",
        _body(("START",), ("run", None), ("SUCCEED",)),
        None,
        "the attempt's number",
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
    *(
        Broken(
            "concurrency_limit_is_kept",
            "concurrency-exceeded",
            "effect:handler/0[2]",
            _crowded(outcome, *later),
            [0, 1, 2],
            2,
        )
        for outcome, later in ((Outcome.RESPONSE, (2,)), (Outcome.EXIT, (0, 1, 2)))
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
    *(
        Broken(
            "batch_results_agree",
            "batch-item-differs",
            f"1:CONTEXT.SUCCEED.Payload.all[{late}].status",
            _uncounted(late, reason),
            "STARTED",
            "SUCCEEDED",
        )
        for late, reason in ((1, "ALL_COMPLETED"), (0, "MIN_SUCCESSFUL_REACHED"))
    ),
    Broken(
        "batch_results_agree",
        "batch-item-uncounted",
        "1:CONTEXT.SUCCEED.Payload.all[1].status",
        _uncounted(1, "MIN_SUCCESSFUL_REACHED"),
        "STARTED",
        "SUCCEEDED",
    ),
    *(
        Broken(
            "batches_tell_of_their_branches", "batch-branches-miscounted", "1:CONTEXT.SUCCEED.Payload", make
        )
        for make in (_batch(lambda result: result["all"].pop()), _summed(totalCount=3))
    ),
    Broken(
        "batches_tell_of_their_branches",
        "batch-counts-what-never-ended",
        "1:CONTEXT.SUCCEED.Payload",
        lambda: _told_by(lambda effect: effect.indexes != (1,)),
        2,
        1,
    ),
    Broken(
        "batches_tell_of_their_branches",
        "batch-counts-what-never-ended",
        "1:CONTEXT.SUCCEED.Payload",
        _summed(totalCount=2, failureCount=1),
    ),
    Broken(
        "batch_results_agree",
        "batch-item-repeated",
        "1:CONTEXT.SUCCEED.Payload.all",
        _batch(lambda result: result["all"][1].update(index=0)),
    ),
)

ALLOWED: tuple[tuple[str, Callable[[], Recording]], ...] = (
    (
        "attempts_are_counted",
        _body(("START",), ("run", 1), ("RETRY",), ("START",), ("run", 2), ("SUCCEED",)),
    ),
    ("checkpointed_bodies_stay_done", _body(("START",), ("run", 1), ("run", 1), ("SUCCEED",))),
    ("batches_tell_of_their_branches", lambda: mapped("python")),
    ("batches_tell_of_their_branches", _uncounted(1, "MIN_SUCCESSFUL_REACHED")),
    ("callback_ids_are_those_given", callback_told("right")),
    ("callback_ids_are_those_given", callback_told("right", kind="submitter")),
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
    ("concurrency_limit_is_kept", _crowded(Outcome.RESPONSE, 0, 1)),
    ("concurrency_limit_is_kept", _crowded(Outcome.EXIT, 1, 2)),  # the other may have ended untold
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
)
