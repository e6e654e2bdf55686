"""Invariants of what is said at an end: a failure carries its error, an invocation's answer is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.verdict.invariants.base import broken
from conformance.wire.recording import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding

_STATUSES = ("SUCCEEDED", "FAILED", "PENDING")
_OWN_ENDS = ("SUCCEEDED", "FAILED")


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
