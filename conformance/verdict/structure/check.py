"""The structure layer: each execution's stream against what the scenario alone says must be in it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from conformance.oracle.prediction import predict, scope_at
from conformance.oracle.reading import BodyRuns
from conformance.oracle.values import UNKNOWN
from conformance.scenario import enclosed
from conformance.scenario.varying import varies, varying
from conformance.verdict.finding import Finding
from conformance.verdict.structure.contents import contents
from conformance.verdict.structure.endings import body_runs, outcome
from conformance.verdict.structure.interruptions import interruptions
from conformance.verdict.structure.lifecycles import lifecycles, orders
from conformance.verdict.structure.places import misplaced, missing
from conformance.verdict.structure.view import UNDECODED, View
from conformance.wire.program import statements_within
from conformance.wire.recording import Outcome
from conformance.wire.stream import CHECKPOINT, spoken
from conformance.wire.values import json_or

if TYPE_CHECKING:
    from conformance.oracle.plan import Plan
    from conformance.oracle.reading import BodyKey
    from conformance.scenario.model import Scenario
    from conformance.scenario.statements import Statement
    from conformance.wire.recording import ExecutionRecord, Recording
    from conformance.wire.stream import Stream

IDENTITY = ("name", "item_name", "virtual", "nesting", "wrap")
"""Members of a statement that make its operation the one it is."""

BODIES = frozenset({"step", "check", "submitter"})
OWN_ENDS = frozenset({"SUCCEEDED", "FAILED"})
"""Statuses that an execution reaches by itself; the others cut it off somewhere."""


def check(scenario: Scenario, recording: Recording, stream: Stream) -> list[Finding]:
    """Hold every execution of a recording against its plan.

    A recording that breaks off (a hang, a request that the service refused though nobody injected that) is
    judged on what was there until then; that an update names a wrong parent is said of refused ones too,
    since a wrong parent is what they are refused for.
    """
    return [
        finding
        for execution in recording.executions
        if (handler := _handler(scenario, recording, execution)) is not None
        for finding in _execution(scenario, recording, stream, execution, handler)
    ]


def _execution(
    scenario: Scenario,
    recording: Recording,
    stream: Stream,
    execution: ExecutionRecord,
    handler: tuple[Statement, ...],
) -> Iterator[Finding]:
    identity = stream.identities.get(execution.arn)
    prefix = identity.prefix if identity else ""
    plan = _plan(scenario, recording, stream, execution, handler)
    broken = _broken(recording, execution.arn)
    changing = changes(handler) and _invocations(recording, execution.arn) > 1
    view = View(
        plan=plan,
        dialect=spoken(recording.subject),
        prefix=prefix,
        updates=tuple(
            update
            for update in stream.told(execution.arn)
            if update.type != "EXECUTION" and not update.path.startswith(UNDECODED)
        ),
        broken=broken,
        complete=_complete(scenario, recording, execution) and broken is None and not changing,
        settled=not changing and (not scenario.faults or execution.status == "SUCCEEDED"),
        undisturbed=0 if changing else _undisturbed(recording),
    )
    _settle(view)
    yield from misplaced(view)
    yield from missing(view)
    yield from lifecycles(view)
    yield from orders(view)
    yield from contents(view)
    yield from outcome(view, execution, _answer(recording, execution.arn))
    if recording.instrumented:
        yield from body_runs(view, _begun(recording, execution.arn))


def _handler(
    scenario: Scenario, recording: Recording, execution: ExecutionRecord
) -> tuple[Statement, ...] | None:
    if execution.arn == recording.executions[0].arn:
        return scenario.handler
    function = scenario.functions.get(execution.function)
    return function.handler if function is not None and function.durable else None


def _plan(
    scenario: Scenario,
    recording: Recording,
    stream: Stream,
    execution: ExecutionRecord,
    handler: tuple[Statement, ...],
) -> Plan:
    invocations, dialect = _invocations(recording, execution.arn), spoken(recording.subject)
    seen = _seen_again(scenario, recording, stream, execution, handler)
    if execution.arn == recording.executions[0].arn:
        return predict(scenario, invocations=invocations, seen=seen, dialect=dialect)
    given = json_or(execution.input, UNKNOWN)
    return predict(scenario, handler, given, invocations=invocations, seen=seen, dialect=dialect)


def expected_scope(
    scenario: Scenario, recording: Recording, stream: Stream, invocation: int, place: BodyKey
) -> dict[str, Any] | None:
    """What should have been in scope at a statement of an invocation; None where nothing tells it."""
    arn = next(each.execution for each in recording.invocations if each.number == invocation)
    execution = next(each for each in recording.executions if each.arn == arn)
    handler = _handler(scenario, recording, execution)
    if handler is None:
        return None
    own = execution.arn == recording.executions[0].arn
    given = scenario.input if own else json_or(execution.input, UNKNOWN)
    seen = _seen_again(scenario, recording, stream, execution, handler)
    return scope_at(scenario, handler, given, place, seen=seen, dialect=spoken(recording.subject))


def _seen_again(
    scenario: Scenario,
    recording: Recording,
    stream: Stream,
    execution: ExecutionRecord,
    handler: tuple[Statement, ...],
) -> BodyRuns | None:
    """How often bodies ran, where the scenario alone does not tell it."""
    beside = not stream.sequential and (_crashes(handler) or _cut_short(recording, execution.arn))
    return _seen(recording, stream, execution.arn) if scenario.faults or beside else None


def _answer(recording: Recording, arn: str) -> str | None:
    """The status that the last invocation of an execution gave."""
    invocations = recording.of(arn).invocations
    answer = json_or(invocations[-1].output, UNKNOWN) if invocations else None
    return str(answer.get("Status")) if isinstance(answer, dict) else None


def _crashes(handler: tuple[Statement, ...]) -> bool:
    """Whether a body ends its process: how often those beside it are run again depends on the timing."""
    return any(
        body.crashes is not None
        for statement in statements_within(handler)
        for body in enclosed.bodies(statement)
    )


def _cut_short(recording: Recording, arn: str) -> bool:
    """Whether an invocation ended without an answer: what ran beside the reason for it is run again."""
    return any(each.outcome in (Outcome.ERROR, Outcome.EXIT) for each in recording.of(arn).invocations)


def _seen(recording: Recording, stream: Stream, arn: str) -> BodyRuns:
    identity = stream.identities.get(arn)
    prefix = identity.prefix if identity else ""
    found = interruptions(stream.of(arn), prefix, spoken(recording.subject))
    return BodyRuns(_begun(recording, arn), found)


def _begun(recording: Recording, arn: str) -> dict[BodyKey, list[int | None]]:
    """The attempts that each body was told as it began."""
    begun: dict[BodyKey, list[int | None]] = {}
    for effect in recording.of(arn).effects:
        if effect.event == "start" and effect.kind in BODIES:
            begun.setdefault((effect.at, effect.indexes), []).append(effect.attempt)
    return begun


def _invocations(recording: Recording, arn: str) -> int:
    return len(recording.of(arn).invocations)


def changes(handler: tuple[Statement, ...]) -> bool:
    """Whether an operation is another one from invocation to invocation: an SDK may refuse that."""
    given = [
        getattr(each, member, None)
        for statement in statements_within(handler)
        for each in (statement, *getattr(statement, "branches", ()))
        for member in IDENTITY
    ]
    names = varying(handler)
    return any(varies(expression, names) for expression in given if expression is not None)


def _settle(view: View) -> None:
    """Which branches of a race were run to their end, the batch's own result says."""
    for batch in sorted(view.plan.raced, key=len):
        for update in view.accepted.get(batch, ()):
            payload = update.fields.get("Payload")
            items = payload.get("all") if isinstance(payload, dict) else None
            for item in items if isinstance(items, list) else ():
                if isinstance(item, dict) and item.get("status") in OWN_ENDS:
                    view.plan.settle(batch, [item.get("index", -1)])


def _broken(recording: Recording, arn: str) -> int | None:
    """The first request that the service refused of its own accord."""
    return next(
        (
            exchange.seq
            for exchange in recording.of(arn).exchanges
            if exchange.operation == CHECKPOINT
            and exchange.status >= HTTPStatus.BAD_REQUEST
            and exchange.fault is None
        ),
        None,
    )


def _undisturbed(recording: Recording) -> int:
    """The number of the first exchange that an injected fault touched, 0 where none is known to be."""
    return min((exchange.seq for exchange in recording.exchanges if exchange.fault is not None), default=0)


def _complete(scenario: Scenario, recording: Recording, execution: ExecutionRecord) -> bool:
    if not recording.complete or execution.status not in OWN_ENDS:
        return False
    invocations = recording.of(execution.arn).invocations
    if invocations and invocations[-1].outcome is Outcome.ERROR:
        return False  # the service gave it up
    return not scenario.faults or execution.status == "SUCCEEDED"
