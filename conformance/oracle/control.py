"""Readers of the statements that call no operation: they only say which way it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.oracle import attempts, batches
from conformance.oracle.flow import Done, Failure, Flow, Lost, Raised, Returned
from conformance.oracle.values import NON_JSON_VALUE, UNKNOWN, Scope, compute, is_known, is_non_json

if TYPE_CHECKING:
    from conformance.oracle.reading import Frame, Reading
    from conformance.scenario.statements import If, Let, Log, Note, OnRoot, Raise, Return, ThrowIfError, Try

CAUGHT = "e"
"""The name under which a catch finds its error."""


def attempt_all(reading: Reading, statement: Try, frame: Frame, scope: Scope) -> Flow:
    """`try`: an error's type and message are the user's, its wrapper the SDK's class, the rest left open."""
    flow = reading.run(statement.do, frame, scope)
    if not isinstance(flow, Raised):
        return flow
    told = {"wrapper": flow.failure.kind, "message": flow.failure.message, "type": flow.failure.type}
    scope.bind(CAUGHT, {**told, "cause": UNKNOWN, "data": UNKNOWN})
    scope.failures[CAUGHT] = flow.failure
    return reading.run(statement.catch, frame, scope)


def misused(_reading: Reading, statement: OnRoot, _frame: Frame, _scope: Scope) -> Flow:
    """`on_root`: an SDK may refuse it or not; language SDK specification 4.8.2 knows only the right one."""
    reason = f"what an SDK makes of a context used out of its place at {statement.at} is its own business"
    return Lost(reason, fatal=True)


def choose(reading: Reading, statement: If, frame: Frame, scope: Scope) -> Flow:
    """`if`."""
    holds = attempts.truth(compute(statement.condition, scope))
    if holds is UNKNOWN:
        reason = f"the condition at {statement.at} reads what the scenario does not tell"
        return Lost(reason, fatal=_changes(statement, scope))
    return reading.run(statement.then if holds else statement.otherwise, frame, scope)


def _changes(statement: If, scope: Scope) -> bool:
    """Whether the number of the invocation decides: an SDK ends the execution of a program that changes.

    It must where an operation has another type (language SDK specification 3.3.3); how early it sees anything
    else, and whether at all, is its own. Replays of what changes nothing on the wire look the same as any.
    """
    return is_known(compute(statement.condition, scope.with_values(invocation=1)))


def let(_reading: Reading, statement: Let, _frame: Frame, scope: Scope) -> Flow:
    """`let`."""
    for name, value in statement.values:
        scope.bind(name, compute(value, scope))
    return Done()


def give_back(_reading: Reading, statement: Return, _frame: Frame, scope: Scope) -> Flow:
    """`return`."""
    if is_non_json(statement.value):
        return Lost(NON_JSON_VALUE)
    return Returned(compute(statement.value, scope))


def throw(_reading: Reading, statement: Raise, _frame: Frame, scope: Scope) -> Flow:
    """`raise`, of a new error or of a caught one."""
    if attempts.retryable(statement.error):
        return Lost(f"what {statement.at} raises may be caught or have the invocation repeated", fatal=True)
    if statement.error is not None:
        return Raised(attempts.failure_of(statement.error, scope))
    unknown = Failure(UNKNOWN, UNKNOWN, UNKNOWN)
    return Raised(scope.failures.get(statement.again or "", unknown))


def throw_if_error(_reading: Reading, statement: ThrowIfError, _frame: Frame, scope: Scope) -> Flow:
    """`throw_if_error`, the SDK's own helper on a batch result."""
    failure = batches.first_failure(scope.values.get(statement.batch, UNKNOWN), scope)
    if failure is UNKNOWN:
        return Lost(f"whether {statement.batch} has an error depends on how its branches raced")
    return Done() if failure is None else Raised(failure)


def nothing(_reading: Reading, _statement: Log | Note, _frame: Frame, _scope: Scope) -> Flow:
    """`log` and `note` leave no trace on the wire."""
    return Done()
