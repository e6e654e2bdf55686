"""Mutations of effects: bodies that run too often, not at all, at a wrong attempt, beside too many."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from conformance.quality.mutation.recordings.fields import other
from conformance.quality.mutation.recordings.mutation import Change, Mutation
from conformance.scenario.statements import ABSENT, Map, Parallel
from conformance.wire.program import Program, statements_within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.quality.mutation.recordings.draft import Draft, Original
    from conformance.wire.recording import Effect

BODIES = ("step", "check", "submitter")
TELLING = ("callback", "submitter")


def _runs_again(original: Original) -> Iterator[Change]:
    for effect in _starts(original):
        yield f"the body at {effect.at} runs again at the end", effect.at, partial(_append_run, effect=effect)


def _never_ran(original: Original) -> Iterator[Change]:
    for effect in _starts(original):
        yield (
            f"run {effect.run} of the body at {effect.at} missing",
            effect.at,
            partial(_drop_run, effect=effect),
        )


def _attempt_miscounted(original: Original) -> Iterator[Change]:
    for effect in _starts(original):
        if effect.attempt is not None:
            yield (
                f"the body at {effect.at} is told another attempt",
                effect.at,
                partial(_miscount, effect=effect),
            )


def _attempt_untold(original: Original) -> Iterator[Change]:
    for effect in _starts(original):
        if effect.attempt is not None:
            yield (
                f"the body at {effect.at} is not told its attempt",
                effect.at,
                partial(_untell, effect=effect),
            )


def _over_the_limit(original: Original) -> Iterator[Change]:
    limited = set(_limited(original))
    effects = [each for each in original.recording.effects if each.kind == "branch" and each.at in limited]
    ends = {(each.at, each.indexes): each for each in reversed(effects) if each.event == "end"}
    for end in sorted(ends.values(), key=lambda each: each.seq):  # the first ends: then come replays
        following = [
            each
            for each in effects
            if each.event == "start" and each.seq > end.seq and _same_batch(each, end)
        ]
        if not following or following[0].invocation != end.invocation:
            continue
        if following[0].indexes != end.indexes:
            change = partial(_early, start=following[0], seq=end.seq - 1)
            yield (
                f"branch {following[0].indexes} of {end.at} starts before {end.indexes} ends",
                end.at,
                change,
            )


def _note_changed(original: Original) -> Iterator[Change]:
    seen: set[tuple[str, str, tuple[int, ...]]] = set()
    for effect in original.recording.effects:
        key = (effect.execution, effect.at, effect.indexes)
        if effect.kind == "note" and key in seen:
            yield (
                f"the note at {effect.at} sees another value on replay",
                effect.at,
                partial(_change, effect=effect),
            )
        seen.add(key)


def _id_changed(original: Original) -> Iterator[Change]:
    for effect in original.recording.effects:
        told = effect.detail.get("callback_id") if isinstance(effect.detail, dict) else None
        if effect.kind in TELLING and isinstance(told, str):
            change = partial(_tell_another, effect=effect)
            yield f"the {effect.kind} at {effect.at} is told another callback's id", effect.at, change


def _starts(original: Original) -> Iterator[Effect]:
    return (each for each in original.recording.effects if each.kind in BODIES and each.event == "start")


def _limited(original: Original) -> Iterator[str]:
    """Batches that run one branch at a time, so that any overlap is one too many."""
    program = Program(original.scenario.handler, original.scenario.input)
    for statement in statements_within(original.scenario.handler):
        if (
            isinstance(statement, Map | Parallel)
            and statement.max_concurrency is not ABSENT
            and program.known(statement.max_concurrency) == 1
        ):
            yield statement.at


def _same_batch(one: Effect, two: Effect) -> bool:
    return (one.execution, one.at, one.indexes[:-1]) == (two.execution, two.at, two.indexes[:-1])


def _same_run(one: Effect, two: Effect) -> bool:
    return (one.execution, one.at, one.indexes, one.kind, one.run) == (
        two.execution,
        two.at,
        two.indexes,
        two.kind,
        two.run,
    )


def _append_run(draft: Draft, *, effect: Effect) -> None:
    """Once more, in the last invocation, after all that was recorded in it."""
    invocation = draft.recording.invocations[-1]
    runs = [
        each.run for each in draft.recording.effects if (each.at, each.indexes) == (effect.at, effect.indexes)
    ]
    last = (invocation.ended_seq or max(each.seq for each in draft.recording.effects) + 10) - 5
    again = replace(effect, seq=last, invocation=invocation.number, run=max(runs) + 1)
    ended = replace(again, seq=last + 1, event="end", detail={"outcome": "returned"})
    draft.replace(effects=(*draft.recording.effects, again, ended))


def _drop_run(draft: Draft, *, effect: Effect) -> None:
    kept = tuple(each for each in draft.recording.effects if not _same_run(each, effect))
    draft.replace(effects=kept)


def _miscount(draft: Draft, *, effect: Effect) -> None:
    attempt = (effect.attempt or 0) + 1
    draft.replace(
        effects=tuple(
            replace(each, attempt=attempt) if _same_run(each, effect) else each
            for each in draft.recording.effects
        )
    )


def _untell(draft: Draft, *, effect: Effect) -> None:
    draft.replace(
        effects=tuple(
            replace(each, attempt=None) if _same_run(each, effect) else each
            for each in draft.recording.effects
        )
    )


def _tell_another(draft: Draft, *, effect: Effect) -> None:
    wrong = {**effect.detail, "callback_id": effect.detail["callback_id"] + "x"}
    draft.replace(
        effects=tuple(
            replace(each, detail=wrong) if each == effect else each for each in draft.recording.effects
        )
    )


def _early(draft: Draft, *, start: Effect, seq: int) -> None:
    changed = [replace(each, seq=seq) if each == start else each for each in draft.recording.effects]
    draft.replace(effects=tuple(sorted(changed, key=lambda each: each.seq)))


def _change(draft: Draft, *, effect: Effect) -> None:
    draft.replace(
        effects=tuple(
            replace(each, detail=other(each.detail)) if each == effect else each
            for each in draft.recording.effects
        )
    )


BODY_RUNS: tuple[Mutation, ...] = (
    Mutation("body-runs-again", "a body that ran", _runs_again),
    Mutation("body-never-ran", "a body that ran", _never_ran),
    Mutation("attempt-miscounted", "a body that ran", _attempt_miscounted),
    Mutation("attempt-untold", "a body that is told its attempt", _attempt_untold),
    Mutation("over-the-limit", "a batch that runs its branches one at a time", _over_the_limit),
    Mutation("callback-id-changed", "a program that is told a callback's id", _id_changed),
    Mutation("note-changed", "a note that a replay repeats", _note_changed),
)
