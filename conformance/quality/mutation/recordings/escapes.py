"""Mutations of what an SDK does when it can't go on in the ordinary way.

An error that should escape, so that the service invokes again, is answered instead, or is another one; a
result that is too large for an answer is not checkpointed, or another one is.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.quality.mutation.recordings.fields import other
from conformance.quality.mutation.recordings.mutation import Change, Mutation
from conformance.quality.mutation.recordings.outcomes import UNWRITTEN
from conformance.scenario.enclosed import everything, serialisers
from conformance.wire.recording import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.quality.mutation.recordings.draft import Draft, Original
    from conformance.wire.recording import Invocation
    from conformance.wire.stream import Update

EXECUTION = "EXECUTION"
ESCAPED = "an error that escapes an invocation"
FAILED: dict[str, Any] = {"Status": "FAILED", "Error": {"ErrorType": "Boom", "ErrorMessage": "no"}}
SUCCEEDED: dict[str, Any] = {"Status": "SUCCEEDED", "Result": "null"}


def _escape_answered(original: Original) -> Iterator[Change]:
    failed = original.recording.executions[0].status == "FAILED"
    for invocation in original.recording.invocations:
        if invocation.execution == original.stream.main and invocation.outcome is Outcome.ERROR:
            answer = SUCCEEDED if failed else FAILED
            yield (
                f"invocation {invocation.number} answers {answer['Status']} where an error escaped",
                "output",
                partial(_answer, invocation=invocation, answer=answer),
            )


def _escape_reworded(original: Original) -> Iterator[Change]:
    """Change what escapes; what a serialiser has the invocation repeated by is of the SDK's own class."""
    everywhere = (each for one in original.scenario.handler for each in everything(one))
    of_serialiser = any(
        isinstance(serdes.argument, dict) and bool(serdes.argument.get("retryable"))
        for each in everywhere
        for serdes in serialisers(each)
    )
    for invocation in reversed(original.recording.invocations):
        if invocation.execution != original.stream.main or invocation.outcome is not Outcome.ERROR:
            continue
        error = json.loads(invocation.output or "null")
        for member in ("errorMessage",) if of_serialiser else ("errorType", "errorMessage"):
            if isinstance(error, dict) and isinstance(error.get(member), str):
                output = json.dumps(error | {member: error[member] + "x"})
                yield (
                    f"{member} of the error that escapes invocation {invocation.number} changed",
                    "output",
                    partial(_say, invocation=invocation, output=output),
                )


def _end_unwritten(original: Original) -> Iterator[Change]:
    for update in _ends(original):
        yield "the execution's result is not checkpointed", EXECUTION, partial(_remove, update=update)


def _end_changed(original: Original) -> Iterator[Change]:
    for update in _ends(original):
        if update.raw.get("Payload"):
            yield (
                "the checkpointed result of the execution changed",
                EXECUTION,
                partial(_change, update=update),
            )


def _ends(original: Original) -> Iterator[Update]:
    return (each for each in original.stream.of(original.stream.main) if each.type == EXECUTION)


def _answer(draft: Draft, *, invocation: Invocation, answer: dict[str, Any]) -> None:
    """End the execution with this invocation; what came after it never was."""
    recording = draft.recording
    end = invocation.ended_seq or invocation.seq
    answered = replace(invocation, outcome=Outcome.RESPONSE, output=json.dumps(answer))
    own = replace(
        recording.executions[0],
        status=answer["Status"],
        result=answer.get("Result"),
        error=answer.get("Error"),
    )
    draft.replace(
        executions=(own, *recording.executions[1:]),
        invocations=tuple(
            answered if each.number == invocation.number else each
            for each in recording.invocations
            if each.seq <= end
        ),
        exchanges=tuple(each for each in recording.exchanges if each.seq <= end),
        effects=tuple(each for each in recording.effects if each.seq <= end),
    )


def _say(draft: Draft, *, invocation: Invocation, output: str) -> None:
    """Let another error escape; where it is the last one, which the service quotes, it quotes the other."""
    recording = draft.recording
    own, error, was = recording.executions[0], recording.executions[0].error, invocation.output or ""
    if error and invocation is recording.invocations[-1]:
        error = {name: str(text).replace(was, output) for name, text in error.items()}
    draft.replace(
        executions=(replace(own, error=error), *recording.executions[1:]),
        invocations=tuple(
            replace(each, output=output) if each.number == invocation.number else each
            for each in recording.invocations
        ),
    )


def _remove(draft: Draft, *, update: Update) -> None:
    draft.remove([update])


def _change(draft: Draft, *, update: Update) -> None:
    raw = draft.raw(update)
    raw["Payload"] = json.dumps(other(json.loads(raw["Payload"])))


ESCAPES: tuple[Mutation, ...] = (
    Mutation("escape-answered", ESCAPED, _escape_answered),
    Mutation("escape-reworded", ESCAPED, _escape_reworded, alone=UNWRITTEN),
    Mutation("end-unwritten", "a checkpointed result of the execution", _end_unwritten),
    Mutation("end-changed", "a checkpointed result of the execution", _end_changed),
)
