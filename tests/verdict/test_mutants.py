"""Mutants of recordings: each does what it says and nothing else, and none goes unnoticed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from conformance.quality.mutation.recordings import (
    BASIC,
    MUTATIONS,
    Inapplicable,
    Mutant,
    Mutation,
    Original,
    Trial,
    mutate,
    survivors,
    trials,
)
from conformance.verdict import dialect, expect, schema, structure
from conformance.verdict.case import Case
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.verdict.invariants import INVARIANTS
from conformance.wire.recording import Outcome
from tests.verdict.broken_bodies import callback_told
from tests.verdict.recordings import Maker, mapped, virtual
from tests.verdict.structure.worlds import (
    RAISE,
    caught,
    child,
    document,
    each,
    failing,
    scenario,
    step,
    written,
)
from tests.verdict.structure.worlds import virtual as virtual_child

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.recording import Recording

RETRIED = {
    "step": {
        "name": "s",
        "attempts": [{"raises": {"type": "Boom", "message": "no"}}, {"returns": [1]}],
        "retry": {"delays": [3]},
    }
}
CALLBACK = {"callback": {"name": "cb", "timeout": 60, "heartbeat_timeout": 20}}
CALLED = {"invoke": {"name": "i", "function": "echo", "payload": {"n": 1}}}
ECHO = {"echo": {"handler": [{"return": {"$eval": "input"}}]}}


def noted() -> Recording:
    """A note that a replay repeats, in an execution of two invocations."""
    handler: list[dict[str, Any]] = [{"note": 1}, {"wait": {"name": "w", "seconds": 5}}, {"return": 7}]
    made = Maker("js", document(*handler))
    made.invoke()
    made.effect("handler/0", "note", "start", detail=1)
    made.send("1", "WAIT", "START", Name="w", WaitOptions={"WaitSeconds": 5})
    made.pending(5)
    made.invoke()
    made.effect("handler/0", "note", "start", detail=1)
    made.succeed("7")
    return made.done()


def escaped(*, ends: str = "SUCCEEDED") -> Recording:
    """An error escapes the first invocation, because the service refuses a token; the next one goes on."""
    handler: list[dict[str, Any]] = [{"step": {"name": "a", "returns": 1}}, {"return": 7}]
    made = Maker("python", document(*handler) | {"expect": {"status": ends}})
    made.invoke()
    if ends == "SUCCEEDED":
        made.checkpoint(made.update("1", "STEP", "START", Name="a"), status=400, fault="stale-token")
    made.answer({"errorType": "CheckpointError", "errorMessage": "Invalid checkpoint token"}, Outcome.ERROR)
    if ends == "SUCCEEDED":
        made.invoke()
        made.step("1", "handler/0", "1", name="a")
        made.succeed("7")
        return made.done()
    error = {"ErrorType": "CheckpointError", "ErrorMessage": "Invalid checkpoint token"}
    recording = made.done()
    return replace(recording, executions=(replace(recording.executions[0], status=ends, error=error),))


def too_large() -> Recording:
    """The execution's result is too large for an answer: it is checkpointed."""
    result = json.dumps("x" * 6_300_000)
    made = Maker("js", document({"return": {"$eval": "repeat('x', 6300000)"}}))
    made.invoke()
    made.checkpoint({"Id": "execution-1", "Type": "EXECUTION", "Action": "SUCCEED", "Payload": result})
    made.succeed("")
    recording = made.done()
    return replace(recording, executions=(replace(recording.executions[0], result=result),))


def rebuilt(payload: str) -> Callable[[list[dict[str, Any]], Maker], None]:
    """The first operation's result is too large: this stands for it."""

    def change(sent: list[dict[str, Any]], maker: Maker) -> None:
        [end] = [one for one in sent if one["Id"] == maker.id("1") and one["Action"] == "SUCCEED"]
        end |= {"Payload": payload, "ContextOptions": {"ReplayChildren": True}}

    return change


LARGE = {"$eval": "repeat('x', 200000)"}
SUMMARY = {
    "type": "MapResult",
    "totalCount": 2,
    "successCount": 2,
    "failureCount": 0,
    "completionReason": "ALL_COMPLETED",
    "status": "SUCCEEDED",
    "itemStatuses": "SS",
}


@cache
def pool() -> dict[str, Recording]:
    """Recordings in which every mutation has a place."""
    return {
        "virtual": virtual("python"),
        "map": mapped("js"),
        "noted": noted(),
        "an error escaped": escaped(),
        "an error escaped for good": escaped(ends="FAILED"),
        "too large": too_large(),
        "told": callback_told("right")(),
        "retried in a child": written(scenario(child("c", RETRIED, step("t", 2)), step("u"), {"return": 5})),
        "a failing FLAT map": written(
            scenario(
                each("m", [1, 2], failing("s"), nesting="FLAT", completion={"tolerated_failure_count": 2})
            ),
            "js",
        ),
        "failing": written(scenario(child("c", RAISE), step("never"))),
        "raising": written(scenario(step("a"), RAISE)),
        "caught": written(scenario(caught(virtual_child("v", step("a"), RAISE)), step("b"), {"return": [1]})),
        "large child": written(
            scenario(child("c", {"return": {"$eval": "repeat('x', 300000)"}})), change=rebuilt('"short"')
        ),
        "large map": written(
            scenario(each("m", [1, 2], {"return": LARGE})), "js", change=rebuilt(json.dumps(SUMMARY))
        ),
        "callback": written(scenario(CALLBACK, step("a"))),
        "invoke": written(scenario(CALLED, step("a"), functions=ECHO)),
    }


def absolute(recording: Recording, _reference: Recording | None) -> list[Finding]:
    """All that needs no other SDK."""
    case = Case.of(recording)
    findings = [*schema.check(case), *dialect.check(case)]
    findings += (finding for invariant in INVARIANTS for finding in invariant(case))
    for check in (structure.check, expect.check):
        findings += check(case.scenario, case.recording, case.stream)
    return findings


def test_the_pool_is_sound() -> None:
    for name, recording in pool().items():
        case = Case.of(recording)
        assert structure.check(case.scenario, recording, case.stream) == [], name


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mutant_is_noticed_without_another_sdk(mutation: Mutation) -> None:
    tried = [trial for each_ in pool().values() for trial in trials(each_, absolute, [mutation], limit=None)]
    assert any(isinstance(trial, Trial) for trial in tried), "nothing to try it on"
    unseen = [(trial.scenario, trial.description) for trial in survivors(tried, parity=False)]
    assert mutation.alone is not None or unseen == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutant_differs_from_its_recording(mutation: Mutation) -> None:
    for recording in pool().values():
        mutants = mutation.of(Original.of(recording), None)
        if isinstance(mutants, Inapplicable):
            assert (mutants.mutation, mutants.needs) == (mutation.name, mutation.needs)
            continue
        for mutant in mutants:
            assert mutant.mutation == mutation.name
            assert mutant.description
            assert changes(Original.of(recording).recording, mutant.recording), mutant.description


def test_there_are_enough_and_the_six_among_them() -> None:
    names = Counter(mutation.name for mutation in MUTATIONS)
    assert len(names) >= 30
    assert max(names.values()) == 1
    assert {mutation.name for mutation in BASIC} == {
        "parent-dropped",
        "siblings-swapped",
        "start-missing",
        "terminal-doubled",
        "payload-changed",
        "renamed",
    }
    assert sum(mutation.alone is not None for mutation in MUTATIONS) <= 3


def changes(one: Recording, other: Recording) -> list[str]:
    """The parts in which two recordings differ: a field's name, with the position in a list."""
    found = []
    for part in (part.name for part in fields(one)):
        left, right = getattr(one, part), getattr(other, part)
        if isinstance(left, tuple) and len(left) == len(right):
            found += [
                f"{part}[{at}]" for at, pair in enumerate(zip(left, right, strict=True)) if pair[0] != pair[1]
            ]
        elif left != right:
            found.append(part)
    return found


def named(name: str, recording: Recording) -> list[Mutant]:
    """The mutants of one mutation."""
    mutation = next(mutation for mutation in MUTATIONS if mutation.name == name)
    mutants = mutation.of(Original.of(recording), None)
    assert not isinstance(mutants, Inapplicable)
    return mutants


def updates(recording: Recording) -> list[dict[str, Any]]:
    """All updates as they were sent."""
    return [update for exchange in recording.exchanges for update in json.loads(exchange.request)["Updates"]]


def test_only_what_a_mutant_says_is_changed() -> None:
    recording = mapped("js")
    own = updates(recording)
    [mutant, *_] = named("parent-dropped", recording)
    assert mutant.touched == "1[0]"
    parts = changes(Original.of(recording).recording, mutant.recording)
    assert parts == ["exchanges[1]", "exchanges[4]"]
    for before, after in zip(own, updates(mutant.recording), strict=True):
        assert after == before or {**after, "ParentId": before["ParentId"]} == before
    tokens = [
        [json.loads(each_.request)["CheckpointToken"] for each_ in one.exchanges]
        for one in (recording, mutant.recording)
    ]
    assert tokens[0] == tokens[1]


def test_swapped_siblings_stand_in_each_others_place() -> None:
    recording = written(scenario(step("a"), step("b")))
    [mutant] = named("siblings-swapped", recording)
    assert [(each_["Name"], each_["Action"]) for each_ in updates(mutant.recording)] == [
        ("b", "START"),
        ("b", "SUCCEED"),
        ("a", "START"),
        ("a", "SUCCEED"),
    ]


def test_a_phantom_is_made_of_the_subjects_own_ids() -> None:
    recording = virtual("js")
    for mutant in named("phantom-fail-valid", recording):
        stream = Case.of(mutant.recording).stream
        [phantom] = [update for update in stream.all if update.type == "CONTEXT"]
        assert (phantom.path, phantom.parent, phantom.action) == (mutant.touched, "root", "FAIL")


def test_an_execution_that_never_began_has_no_mutants() -> None:
    recording = replace(virtual("js"), executions=(), exchanges=(), invocations=(), effects=())
    assert [result for result in mutate(recording, MUTATIONS) if not isinstance(result, Inapplicable)] == []


def test_survivors() -> None:
    recording = virtual("js")
    blind = list(trials(recording, lambda _recording, _reference: [], BASIC))
    assert len(survivors(blind)) == sum(isinstance(trial, Trial) for trial in blind) > 0

    def by_parity(judged: Recording, reference: Recording | None) -> list[Finding]:
        same = updates(judged) == updates(recording)
        if reference is None or same:
            return []
        return [Finding(Layer.PARITY, "differs", "somewhere", 1, 2, Blame.UNDETERMINED, "differs")]

    compared = list(trials(recording, by_parity, BASIC, reference=recording))
    assert survivors(compared) == []
    assert len(survivors(compared, parity=False)) == len(survivors(blind))
    assert {rule for trial in compared if isinstance(trial, Trial) for rule in trial.rules} == {
        "parity:differs"
    }


def test_what_is_said_of_the_recording_itself_notices_no_mutant() -> None:
    always = Finding(Layer.INVARIANT, "always", "somewhere", 1, 2, Blame.SDK, "always")
    known = Finding(Layer.PARITY, "known", "somewhere", 1, 2, Blame.SDK, "known", divergence="an-entry")
    broke = Finding(Layer.HARNESS, "check-failed", "check x", 1, 2, Blame.HARNESS, "broke")

    def judge(judged: Recording, _reference: Recording | None) -> list[Finding]:
        return (
            [always, known, broke]
            if updates(judged) == updates(virtual("js"))
            else [always, known, broke, broke]
        )

    assert all(not trial.killed for trial in trials(virtual("js"), judge, BASIC) if isinstance(trial, Trial))
