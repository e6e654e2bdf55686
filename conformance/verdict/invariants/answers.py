"""Invariants of what is said at an end: a failure carries its error, an invocation's answer is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.oracle.values import UNKNOWN, Scope, compute
from conformance.scenario import enclosed
from conformance.scenario import statements as s
from conformance.verdict.invariants.base import broken
from conformance.wire.recording import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding

_STATUSES = ("SUCCEEDED", "FAILED", "PENDING")
_OWN_ENDS = ("SUCCEEDED", "FAILED")
UNREADABLE = "the serialiser fails to read"
"""What a harness's serialiser says that fails to read, as docs/harness.md has it."""


def failures_carry_errors(case: Case) -> Iterator[Finding]:
    """Whatever fails says of what: a FAIL has an Error, with something in it.

    Source: language SDK specification 8.3.3; the service's model has Error for that, and nothing else.
    """
    for update in case.stream.all:
        if update.action == "FAIL" and not update.raw.get("Error"):
            yield broken(
                "failure-without-error",
                f"{update.label}.Error",
                update.raw.get("Error"),
                "an error",
                f"{update.label} does not say what of",
            )


def answers_have_a_status(case: Case) -> Iterator[Finding]:
    """An invocation that answers says in JSON how the execution stands, whatever the service did to it.

    Source: language SDK specification 3.2. An error that escapes instead is JSON as well, by the Lambda
    Runtime API.
    """
    for invocation in case.recording.invocations:
        output = case.outputs[invocation.number]
        if invocation.outcome is Outcome.ERROR and not isinstance(output, dict):
            yield broken(
                "escape-is-not-json",
                f"invocation {invocation.number}",
                invocation.output,
                "an object with errorType and errorMessage",
                f"an error escapes invocation {invocation.number}, but not as JSON",
            )
        if invocation.outcome is not Outcome.RESPONSE or not case.durable(invocation.execution):
            continue
        status = output.get("Status") if isinstance(output, dict) else None
        if status not in _STATUSES:
            yield broken(
                "answer-without-status",
                f"invocation {invocation.number}.Status",
                status,
                list(_STATUSES),
                f"invocation {invocation.number} answers, but not how the execution stands",
            )


def ends_are_answered(case: Case) -> Iterator[Finding]:
    """An execution that an answer ended ended by the last one, which is no PENDING then.

    Source: language SDK specification 3.2.1 to 3.2.3.
    """
    for execution in case.recording.executions:
        own = case.recording.of(execution.arn).invocations
        output = case.outputs[own[-1].number] if own else None
        status = output.get("Status") if isinstance(output, dict) else None
        if status == "PENDING" and execution.status in _OWN_ENDS:
            yield broken(
                "end-not-answered",
                "output.Status",
                status,
                execution.status,
                f"the execution {execution.status}, though its last invocation answers PENDING",
            )


def escapes_are_what_was_raised(case: Case) -> Iterator[Finding]:
    """The error by which a program has its invocation repeated escapes as it was raised.

    Source: the Lambda Runtime API, whose errorType and errorMessage are those of the error that ended the
    invocation. The class of what a serialiser raises is the SDK's own. Where a fault struck, or where a
    message can't be told, the error may be another one.
    """
    given = dict.fromkeys(error for statement in case.statements for error in _repeating(statement))
    disturbed = {one.invocation for one in case.recording.exchanges if one.fault is not None}
    if not given or any(message is UNKNOWN for _, message in given):
        return
    for invocation in case.recording.invocations:
        output = case.outputs[invocation.number]
        if invocation.outcome is not Outcome.ERROR or invocation.number in disturbed:
            continue
        error = output if isinstance(output, dict) else {}
        seen = (str(error.get("errorType")).rpartition(".")[2], error.get("errorMessage"))
        if not any(message == seen[1] and kind in (None, seen[0]) for kind, message in given):
            yield broken(
                "escape-differs",
                f"invocation {invocation.number}",
                list(seen),
                [list(each) for each in given],
                f"what escapes invocation {invocation.number} is no error that the program raises for that",
            )


def _repeating(statement: s.Statement) -> Iterator[tuple[str | None, Any]]:
    """The errors by which a statement has its invocation repeated: class (None: the SDK's own), message."""
    errors = [statement.error] if isinstance(statement, s.Raise) else []
    if isinstance(statement, s.WaitForCondition):
        errors = [body.raises for body in statement.check]
    for error in errors:
        if error is not None and error.retryable is True:
            yield error.type, compute(error.message, Scope())
    for serdes in enclosed.serialisers(statement):
        if isinstance(serdes.argument, dict) and serdes.argument.get("retryable"):
            yield None, UNREADABLE
