"""Mutations of requests and answers as a whole: tokens, outputs, and what comes after the end."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from conformance.oracle.paths import operation
from conformance.quality.mutation.recordings.fields import is_users, other
from conformance.quality.mutation.recordings.mutation import Change, Mutation
from conformance.wire.stream import CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.quality.mutation.recordings.draft import Draft, Original

OUTPUT = "output"
UNWRITTEN = (
    "What an SDK calls its own errors, and says in them, is written down nowhere: only another SDK can tell "
    "that it differs."
)
ENDED = {"SUCCEEDED": "FAILED", "FAILED": "SUCCEEDED"}


def _status_flipped(original: Original) -> Iterator[Change]:
    output = _last_output(original)
    if output.get("Status") in ENDED:
        wrong = {"Status": ENDED[output["Status"]]}
        yield (
            "the last answer's status turned round",
            OUTPUT,
            partial(_answer, number=_last(original), output=wrong),
        )


def _outcome_flipped(original: Original) -> Iterator[Change]:
    output = _last_output(original)
    if output.get("Status") == "SUCCEEDED":
        error = {"ErrorType": "Boom", "ErrorMessage": "no"}
        wrong: dict[str, Any] = {"Status": "FAILED", "Error": error}
        yield "the execution FAILED instead", OUTPUT, partial(_end, output=wrong)
    elif output.get("Status") == "FAILED":
        wrong = {"Status": "SUCCEEDED", "Result": "null"}
        yield "the execution SUCCEEDED instead", OUTPUT, partial(_end, output=wrong)


def _result_changed(original: Original) -> Iterator[Change]:
    output = _last_output(original)
    if output.get("Result"):
        wrong = output | {"Result": json.dumps(other(json.loads(output["Result"])))}
        yield "the execution's result changed", OUTPUT, partial(_end, output=wrong)


def _result_dropped(original: Original) -> Iterator[Change]:
    output = _last_output(original)
    if output.get("Result") not in (None, "", "null"):
        wrong = {key: value for key, value in output.items() if key != "Result"}
        yield "the execution's result dropped", OUTPUT, partial(_end, output=wrong)


def _error_changed(original: Original, member: str, *, users: bool = True) -> Iterator[Change]:
    output = _last_output(original)
    error = output.get("Error")
    if isinstance(error, dict) and isinstance(error.get(member), str) and is_users(original, error) is users:
        wrong = output | {"Error": error | {member: error[member] + "x"}}
        yield f"{member} of the execution's error changed", OUTPUT, partial(_end, output=wrong)


def _words_changed(original: Original) -> Iterator[Change]:
    for member in ("ErrorType", "ErrorMessage"):
        yield from _error_changed(original, member, users=False)


def _pending_for_nothing(original: Original) -> Iterator[Change]:
    if _last_output(original).get("Status") in ENDED:
        change = partial(_answer, number=_last(original), output={"Status": "PENDING"})
        yield "PENDING though nothing is pending", OUTPUT, change


def _ended_early(original: Original) -> Iterator[Change]:
    for invocation in original.recording.invocations[:-1]:
        if _parsed(invocation.output).get("Status") == "PENDING":
            wrong = {"Status": "SUCCEEDED", "Result": "null"}
            change = partial(_answer, number=invocation.number, output=wrong)
            yield f"invocation {invocation.number} answers SUCCEEDED, not PENDING", OUTPUT, change


def _garbage(original: Original) -> Iterator[Change]:
    for invocation in original.recording.invocations:
        if invocation.execution == original.stream.main and invocation.output is not None:
            change = partial(_answer, number=invocation.number, output=None)
            yield f"the answer of invocation {invocation.number} is no JSON", OUTPUT, change


def _late_update(original: Original) -> Iterator[Change]:
    recording = original.recording
    if _last_output(original).get("Status") in ENDED and any(
        each.operation == CHECKPOINT for each in recording.exchanges
    ):
        yield "an update after the end", operation(None, 90), _update_late


def _token_reused(original: Original) -> Iterator[Change]:
    exchanges = original.recording.exchanges
    for before, position in pairwise(_requests(original)):
        if exchanges[before].fault is not None or exchanges[before].status >= HTTPStatus.BAD_REQUEST:
            continue  # a request that failed is sent again, with the token that it had
        change = partial(_reuse, position=position, of=before)
        yield "a request spends its predecessor's token", f"exchange {position}", change


def _token_invented(original: Original) -> Iterator[Change]:
    for position in _requests(original):
        yield (
            "a request spends a token that nobody gave",
            f"exchange {position}",
            partial(_forge, position=position),
        )


def _token_dropped(original: Original) -> Iterator[Change]:
    for position in _requests(original):
        yield "a request has no token", f"exchange {position}", partial(_untoken, position=position)


def _requests(original: Original) -> list[int]:
    return [
        position
        for position, exchange in enumerate(original.recording.exchanges)
        if exchange.operation == CHECKPOINT and exchange.execution == original.stream.main
    ]


def _last(original: Original) -> int:
    own = [each for each in original.recording.invocations if each.execution == original.stream.main]
    return own[-1].number if own else 0


def _last_output(original: Original) -> dict[str, Any]:
    last = _last(original)
    return next((_parsed(each.output) for each in original.recording.invocations if each.number == last), {})


def _parsed(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _answer(draft: Draft, *, number: int, output: dict[str, Any] | None) -> None:
    """Change what an invocation answered, and nothing else; None: it is no JSON."""
    text = "garbage {" if output is None else json.dumps(output)
    draft.replace(
        invocations=tuple(
            replace(each, output=text) if each.number == number else each
            for each in draft.recording.invocations
        )
    )


def _end(draft: Draft, *, output: dict[str, Any]) -> None:
    """Change how the execution ended: the answer, and what the service made of it."""
    _answer(draft, number=_last(draft.original), output=output)
    own = draft.recording.executions[0]
    changed = replace(own, status=output["Status"], result=output.get("Result"), error=output.get("Error"))
    draft.replace(executions=(changed, *draft.recording.executions[1:]))


def _update_late(draft: Draft) -> None:
    recording, original = draft.recording, draft.original
    last = max(position for position, each in enumerate(recording.exchanges) if each.operation == CHECKPOINT)
    model = recording.exchanges[last]
    ends = [each.ended_seq or each.seq for each in recording.invocations]
    update = {"Id": original.id_of("90"), "Type": "STEP", "Action": "START", "SubType": "Step"}
    answered = json.loads(model.response).get("CheckpointToken")
    request = json.dumps({"CheckpointToken": answered, "Updates": [update]})
    late = replace(model, seq=max(ends) + 1, request=request)
    draft.replace(exchanges=(*recording.exchanges, late))


def _reuse(draft: Draft, *, position: int, of: int) -> None:
    draft.body(position)["CheckpointToken"] = draft.body(of).get("CheckpointToken")


def _forge(draft: Draft, *, position: int) -> None:
    draft.body(position)["CheckpointToken"] = "forged"


def _untoken(draft: Draft, *, position: int) -> None:
    draft.body(position).pop("CheckpointToken", None)


END = "an execution that ended"
USERS = "an execution that failed of an error that the scenario raises"

OUTCOMES: tuple[Mutation, ...] = (
    Mutation("status-flipped", END, _status_flipped),
    Mutation("outcome-flipped", END, _outcome_flipped),
    Mutation("result-changed", "a result", _result_changed),
    Mutation("result-dropped", "a result other than null", _result_dropped),
    Mutation("outcome-error-type", USERS, partial(_error_changed, member="ErrorType")),
    Mutation("outcome-error-message", USERS, partial(_error_changed, member="ErrorMessage")),
    Mutation(
        "sdk-words-changed",
        "an execution that failed of an error of the SDK's own",
        _words_changed,
        alone=UNWRITTEN,
    ),
    Mutation("pending-for-nothing", END, _pending_for_nothing),
    Mutation("ended-early", "an invocation that was suspended", _ended_early),
    Mutation("garbage", "an answer", _garbage),
    Mutation("update-after-end", "an execution that ended, and a request", _late_update),
    Mutation("token-reused", "a request after one that was taken", _token_reused),
    Mutation("token-invented", "a request", _token_invented),
    Mutation("token-dropped", "a request", _token_dropped),
)
