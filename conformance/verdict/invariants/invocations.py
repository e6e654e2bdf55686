"""Invariants of invocations: they answer, PENDING has a reason, the last answer is the outcome."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.verdict.finding import Blame
from conformance.verdict.invariants.base import broken
from conformance.wire.recording import Outcome
from conformance.wire.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding
    from conformance.wire.recording import Invocation

WAITING = frozenset({"WAIT", "CALLBACK", "CHAINED_INVOKE"})
"""The operations that an execution waits for from their START on."""

_SETTLED = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT", "STOPPED", "READY"})
_OUTSIDE = frozenset({"TIMED_OUT", "STOPPED"})


def invocations_answer(case: Case) -> Iterator[Finding]:
    """Every invocation ends with an answer; one that never does hangs.

    Source: language SDK specification 3.2. A process may die only where the scenario ends it, and an error
    escape only where the scenario upsets something, or raises one that has the invocation repeated: what
    the service does wrong is answered, not died of.
    """
    for invocation in case.recording.invocations:
        number = invocation.number
        where = f"invocation {number}"
        last = _last_word(case, number)
        if invocation.outcome is Outcome.HANG or (invocation.outcome is None and not case.recording.complete):
            yield broken(
                "invocation-hangs",
                where,
                "no answer",
                "an answer",
                f"invocation {number} never answered{last}",
            )
        elif invocation.outcome is Outcome.GARBAGE:
            yield broken(
                "invocation-garbage",
                where,
                invocation.output,
                "a Runtime API answer",
                f"invocation {number} answered with something that is no answer of the Lambda Runtime API",
            )
        elif invocation.outcome is Outcome.EXIT and not case.deadly:
            yield broken(
                "process-exits", where, "exit", "an answer", f"the process of invocation {number} ended{last}"
            )
        elif (
            invocation.outcome is Outcome.ERROR
            and not case.disturbed
            and case.durable(invocation.execution)
            and not case.repeats(invocation)
        ):
            output = case.outputs[number]
            yield broken(
                "invocation-error",
                where,
                output.get("errorType") if isinstance(output, dict) else output,
                "Status SUCCEEDED, FAILED or PENDING",
                f"an error escapes invocation {number}: {_error_text(output)}",
            )


def _last_word(case: Case, number: int) -> str:
    updates = [update for update in case.stream.all if update.invocation == number]
    if not updates:
        return "; it had written nothing"
    refused = "" if updates[-1].accepted else ", which was refused"
    return f"; its last update was {updates[-1].label}{refused}"


def _error_text(output: Any) -> str:
    if isinstance(output, dict):
        return f"{output.get('errorType')}: {output.get('errorMessage')}"
    return str(output)


def execution_ends(case: Case) -> Iterator[Finding]:
    """The execution comes to an end within the scenario's limit.

    Source: the scenario. Where no invocation hangs, the subject and the service keep each other going for
    ever.
    """
    hangs = any(one.outcome in (None, Outcome.HANG) for one in case.recording.invocations)
    if not case.recording.complete and not hangs:
        yield broken(
            "execution-never-ends",
            "execution",
            case.execution.status if case.execution else "none",
            "an end",
            f"the execution had not ended after {len(case.recording.invocations)} invocations",
            blame=Blame.UNDETERMINED,
        )


def pending_has_a_reason(case: Case) -> Iterator[Finding]:
    """PENDING is answered only while an operation is pending: a wait, a callback, an invoke, a retry.

    Source: language SDK specification 3.2.3. What the service had told the subject to be settled is not
    pending. An answer without a token leaves an invocation nothing else to say
    (https://github.com/aws/aws-durable-execution-sdk-js/issues/918).
    """
    pending = _pending(case)
    for invocation in case.recording.invocations:
        output = case.outputs[invocation.number]
        if not isinstance(output, dict) or output.get("Status") != "PENDING":
            continue
        if invocation.number not in pending and not _cut_off(case, invocation):
            yield broken(
                "pending-without-reason",
                f"invocation {invocation.number}.Status",
                "PENDING",
                "SUCCEEDED or FAILED",
                f"invocation {invocation.number} answers PENDING with nothing pending",
            )


def _cut_off(case: Case, invocation: Invocation) -> bool:
    """Whether the service has taken the token away: no more checkpoint of this invocation would be taken."""
    taken = [talk for talk in case.checkpoints_of.get(invocation.number, ()) if talk.good]
    return bool(taken) and taken[-1].next_token is None


_Happening = tuple[int, int, str, bool]
"""When (seq, and of one request first what it says), which operation, and whether it waits from then on."""


def _pending(case: Case) -> set[int]:
    """The invocations that end while something is pending, as far as the subject could know.

    One sweep over what happened in each execution, in its order: an invocation ends between two happenings.
    """
    occurred = happened(case)
    found: set[int] = set()
    for execution in dict.fromkeys(one.execution for one in case.recording.invocations):
        waiting: set[str] = set()
        coming = iter(sorted(occurred.get(execution, ())))
        following = next(coming, None)
        for invocation in sorted(case.recording.of(execution).invocations, key=_end):
            while following is not None and following[0] <= _end(invocation):
                _, _, operation_id, waits = following
                (waiting.add if waits else waiting.discard)(operation_id)
                following = next(coming, None)
            if waiting:
                found.add(invocation.number)
    return found


def _end(invocation: Invocation) -> int:
    return invocation.seq if invocation.ended_seq is None else invocation.ended_seq


def happened(case: Case) -> dict[str, list[_Happening]]:
    """What makes operations pending, or ended or ready, by execution."""
    found: dict[str, list[_Happening]] = {}
    for update in case.stream.accepted:
        waits = update.type in WAITING and update.action == "START"
        waits = waits or (update.type == "STEP" and update.action == "RETRY")
        found.setdefault(update.execution, []).append((update.seq, 0, update.id, waits))
    for talk in case.exchanges:
        settled = ((talk.exchange.seq, 1, each, False) for each in _settled(talk.response))
        found.setdefault(talk.exchange.execution, []).extend(settled)
    for number, event in case.events.items():
        told = case.invocations[number]
        settled = ((told.seq, 1, each, False) for each in _settled(event))
        found.setdefault(told.execution, []).extend(settled)
    return found


def _settled(answer: Any) -> Iterator[str]:
    """Ids that an answer of the service calls ended, or ready to go on."""
    if not isinstance(answer, dict):
        return
    state = answer.get("NewExecutionState") or answer.get("InitialExecutionState") or answer
    operations = state.get("Operations") if isinstance(state, dict) else None
    for operation in operations if isinstance(operations, list) else ():
        if isinstance(operation, dict) and operation.get("Status") in _SETTLED:
            yield str(operation.get("Id"))


def results_are_json(case: Case) -> Iterator[Finding]:
    """The Result of a durable execution is a JSON text, which knows no NaN and no Infinity.

    Source: language SDK specification 9.1; RFC 8259, section 6.
    """
    for invocation in case.recording.invocations:
        output = case.outputs[invocation.number]
        result = output.get("Result") if _final(output) else None
        if isinstance(result, str) and result and not _is_json(result):
            yield broken(
                "result-is-not-json",
                "output.Result",
                result,
                "a JSON text",
                f"invocation {invocation.number} answers with a Result that is no JSON text",
            )


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse)
    except ValueError:
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def outcome_is_the_last_answer(case: Case) -> Iterator[Finding]:
    """The execution's outcome is what the last invocation answered, and no invocation follows a final answer.

    Source: language SDK specification 3.2.1, 3.2.2 and 3.4 (a result that was checkpointed is answered as
    empty).
    """
    for execution in case.recording.executions:
        invocations = case.recording.of(execution.arn).invocations
        final = [one for one in invocations if _final(case.outputs[one.number])]
        if len(final) > 1 or (final and final[0] is not invocations[-1]):
            yield broken(
                "invoked-after-end",
                f"invocation {invocations[-1].number}",
                len(invocations),
                invocations.index(final[0]) + 1,
                "an invocation follows the one that had ended the execution",
                blame=Blame.EMULATOR,
            )
        if not final or execution.status in _OUTSIDE:
            continue
        output = case.outputs[final[-1].number]
        checkpointed = any(update.type == "EXECUTION" for update in case.stream.of(execution.arn))
        sides = [("Status", output.get("Status"), execution.status)]
        if not checkpointed:
            sides.append(("Result", output.get("Result", ABSENT), _given(execution.result)))
            sides.append(("Error", output.get("Error", ABSENT), _given(execution.error)))
        elif output.get("Result"):
            sides.append(("Result", output["Result"], ""))
        for field, seen, wanted in sides:
            if seen != wanted:
                yield broken(
                    "outcome-differs",
                    f"output.{field}",
                    seen,
                    wanted,
                    f"the last invocation answered {field} {seen}, the execution's is {wanted}",
                    blame=Blame.UNDETERMINED,
                )


def outcome_is_what_was_checkpointed(case: Case) -> Iterator[Finding]:
    """Where the outcome was checkpointed, for being too large to answer, the execution's is that very one.

    Source: language SDK specification 3.4.
    """
    records = {execution.arn: execution for execution in case.recording.executions}
    for update in case.stream.accepted:
        execution = records.get(update.execution)
        if update.type != "EXECUTION" or execution is None or execution.status in _OUTSIDE:
            continue
        field, wanted = (
            ("Payload", execution.result) if update.action == "SUCCEED" else ("Error", execution.error)
        )
        if update.raw.get(field) != wanted:
            yield broken(
                "outcome-not-checkpointed",
                f"{update.label}.{field}",
                update.raw.get(field),
                wanted,
                f"the execution's outcome is not the {field} of {update.label}",
                blame=Blame.UNDETERMINED,
            )


def nothing_after_execution_ended(case: Case) -> Iterator[Finding]:
    """No update is taken after the one that ended the execution.

    Source: language SDK specification 5.7: EXECUTION is the last update of all.
    """
    ended: dict[str, str] = {}
    for update in case.stream.accepted:
        if update.execution in ended:
            yield broken(
                "update-after-execution",
                update.label,
                update.action,
                "no update",
                f"{update.label} is written after {ended[update.execution]}",
            )
        elif update.type == "EXECUTION":
            ended[update.execution] = update.label


def _final(output: Any) -> bool:
    return isinstance(output, dict) and output.get("Status") in ("SUCCEEDED", "FAILED")


def _given(value: Any) -> Any:
    return ABSENT if value is None else value
