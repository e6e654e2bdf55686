"""The oracle: reads the handler as data and predicts which operations it must put on the wire.

It follows the one logical pass that an execution is: suspensions, replays and processes that die do not
change which operations a deterministic handler calls. Where the way it goes can't be told from the scenario,
it says so (`Lost`) and the operations after that are undetermined, never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.oracle import contexts, control, operations
from conformance.oracle.paths import Context
from conformance.oracle.reading import BodyKey, BodyRuns, Frame, Reader, Reading
from conformance.oracle.values import UNKNOWN, Scope
from conformance.scenario.statements import (
    ABSENT,
    Await,
    Callback,
    Child,
    If,
    Invoke,
    Let,
    Log,
    Map,
    Note,
    OnRoot,
    Parallel,
    Raise,
    Return,
    Statement,
    Step,
    ThrowIfError,
    Try,
    Wait,
    WaitForCallback,
    WaitForCondition,
    WithRetry,
)
from conformance.sdks.dialect import UNSTATED, Dialect

if TYPE_CHECKING:
    from conformance.oracle.plan import Plan
    from conformance.scenario.model import Scenario

READERS: dict[type, Reader] = {
    Step: operations.step,
    Wait: operations.wait,
    Child: contexts.child,
    Map: contexts.map_items,
    Parallel: contexts.parallel,
    Callback: operations.callback,
    Await: operations.wait_on,
    WaitForCallback: operations.wait_for_callback,
    WaitForCondition: operations.wait_for_condition,
    Invoke: operations.invoke,
    WithRetry: contexts.with_retry,
    Return: control.give_back,
    Raise: control.throw,
    Try: control.attempt_all,
    OnRoot: control.misused,
    If: control.choose,
    Let: control.let,
    Log: control.nothing,
    Note: control.nothing,
    ThrowIfError: control.throw_if_error,
}


def predict(  # noqa: PLR0913 - what is read, and what is known of its run
    scenario: Scenario,
    handler: tuple[Statement, ...] | None = None,
    given: Any = UNKNOWN,
    *,
    invocations: int | None = None,
    seen: BodyRuns | None = None,
    dialect: Dialect = UNSTATED,
) -> Plan:
    """Which operations one execution must put on the wire.

    Args:
        scenario: The scenario.
        handler: The handler of one of its functions; the scenario's own when none is given.
        given: That function's input; the scenario's own handler has the scenario's.
        invocations: How many invocations there were; only where there was one is `invocation` told.
        seen: How often bodies ran, where the scenario does not determine it.
        dialect: What the SDK calls its own errors, how it rounds, what a batch tolerates.
    """
    if handler is None:
        handler, given = scenario.handler, scenario.input
    scope = _scope(given, invocations, dialect)
    return _read(handler, scope, Reading(scenario, READERS, seen)).plan


def scope_at(  # noqa: PLR0913 - what `predict` takes, and where
    scenario: Scenario,
    handler: tuple[Statement, ...],
    given: Any,
    place: BodyKey,
    *,
    seen: BodyRuns | None = None,
    dialect: Dialect = UNSTATED,
) -> dict[str, Any] | None:
    """What is in scope at a statement, as far as the scenario tells; None if it doesn't tell that it is run.

    What a `let` binds on the way is in it; what an SDK gives to its functions is not.
    """
    scope = _scope(given, None, dialect)
    reading = _read(handler, scope, Reading(scenario, READERS, seen, watched=place))
    return reading.scopes[-1] if reading.scopes else None


def _scope(given: Any, invocations: int | None, dialect: Dialect) -> Scope:
    """What is in scope at the beginning."""
    invocation = 1 if invocations == 1 else UNKNOWN
    return Scope({"invocation": invocation, "input": UNKNOWN if given is ABSENT else given}, dialect=dialect)


def _read(handler: tuple[Statement, ...], scope: Scope, reading: Reading) -> Reading:
    reading.plan.flow = reading.body(handler, Frame(None, frozenset[Context]({None})), scope)
    return reading
