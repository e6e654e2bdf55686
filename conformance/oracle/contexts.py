"""Readers of the statements that open contexts: child, real or virtual, with_retry, map, parallel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.oracle import attempts, batches
from conformance.oracle.delays import after_failure
from conformance.oracle.flow import Done, Flow, Lost, Raised, Returned
from conformance.oracle.paths import Context, branch
from conformance.oracle.plan import ANY_END, STARTED_ONLY, Expected
from conformance.oracle.reading import SERIALISER_FAILS, Frame, Reading, bound, context_end, given_name, names
from conformance.oracle.retries import grants_another
from conformance.oracle.serialisers import keeps, kept, reads_back, written
from conformance.oracle.values import UNKNOWN, Scope, compute
from conformance.scenario.statements import ABSENT, Map
from conformance.vocabulary import ErrorRole

if TYPE_CHECKING:
    from conformance.scenario.statements import Child, Parallel, Serdes, Statement, WithRetry

FLAT = "FLAT"
MOST_ROUNDS = 100
"""Where a with_retry is given up that a strategy never ends."""


def child(reading: Reading, statement: Child, frame: Frame, scope: Scope) -> Flow:
    """`child`, real or virtual."""
    subtype = statement.sub_type or "RunInChildContext"
    path = reading.call(statement, frame, scope, "CONTEXT", subtype)
    inner = _inside(reading, path, _virtual(statement.virtual, scope), frame)
    flow = reading.body(statement.do, inner, scope.copy())
    return _close(reading, inner, flow, _Ending(path, statement.bind, statement.serdes), scope)


def with_retry(reading: Reading, statement: WithRetry, frame: Frame, scope: Scope) -> Flow:
    """`with_retry`: a loop in a context of its own or, unwrapped, right where it stands."""
    wrap = True if statement.wrap is ABSENT else attempts.truth(compute(statement.wrap, scope))
    if wrap is UNKNOWN:
        return Lost(f"whether {statement.at} is wrapped in a context is not told by the scenario")
    if not wrap:
        flow = _rounds(reading, statement, frame, scope)
        return bound(Returned(UNKNOWN) if isinstance(flow, Done) else flow, statement.bind, scope)
    path = reading.call(statement, frame, scope, "CONTEXT", "RunInChildContext")
    inner = _inside(reading, path, _virtual(statement.virtual, scope), frame)
    flow = reading.leave(inner, _rounds(reading, statement, inner, scope))
    return _close(reading, inner, flow, _Ending(path, statement.bind, None), scope)


def map_items(reading: Reading, statement: Map, frame: Frame, scope: Scope) -> Flow:
    """`map`."""
    path = reading.call(statement, frame, scope, "CONTEXT", "Map")
    items = compute(statement.items, scope)
    if not isinstance(items, list):
        reason = f"the items of {path} are not told by the scenario"
        reading.plan.lose(path, -1, reason)
        reading.plan.end(path, ANY_END)
        return Lost(reason)
    batch = _Batch(statement, path, frame.indexes)
    flows: list[Flow] = []
    for index, item in enumerate(items):
        inner = scope.with_values(item=item, index=index, items=items)
        named = ABSENT if statement.item_name is ABSENT else compute(statement.item_name, inner)
        flows.append(_run_branch(reading, batch, _Branch(index, named, statement.do, inner)))
    return _complete(reading, batch, flows, scope)


def parallel(reading: Reading, statement: Parallel, frame: Frame, scope: Scope) -> Flow:
    """`parallel`."""
    path = reading.call(statement, frame, scope, "CONTEXT", "Parallel")
    batch = _Batch(statement, path, frame.indexes)
    flows: list[Flow] = []
    for index, each in enumerate(statement.branches):
        inner = scope.with_values(index=index)
        named = ABSENT if each.name is ABSENT else compute(each.name, inner)
        flows.append(_run_branch(reading, batch, _Branch(index, named, each.do, inner)))
    return _complete(reading, batch, flows, scope)


@dataclass(frozen=True)
class _Ending:
    """Where a child's result goes."""

    path: str
    bind: str | None
    serdes: Serdes | None


@dataclass(frozen=True)
class _Batch:
    """A map or parallel while its branches are read."""

    statement: Map | Parallel
    path: str
    indexes: tuple[int, ...]


@dataclass(frozen=True)
class _Branch:
    """One branch to be read; its name is ABSENT where the scenario gives none."""

    index: int
    name: Any
    do: tuple[Statement, ...]
    scope: Scope


def _virtual(given: Any, scope: Scope) -> Any:
    return False if given is ABSENT else attempts.truth(compute(given, scope))


def _inside(reading: Reading, path: str, virtual: Any, around: Frame) -> Frame:
    """A child's inside.

    What is called in a virtual one reports to what the child itself would report to: so virtual in virtual
    collapses to the nearest real ancestor. One that is virtual in some invocations only may have operations
    of either kind.
    """
    if virtual is UNKNOWN:
        return Frame(path, around.parents | {path}, around.indexes, uncertain=True)
    if virtual:
        reading.plan.make_virtual(path)
        return Frame(path, around.parents, around.indexes)
    return Frame(path, frozenset({path}), around.indexes)


def _close(reading: Reading, inner: Frame, flow: Flow, ending: _Ending, scope: Scope) -> Flow:
    reading.plan.end(ending.path, context_end(flow))
    if inner.uncertain:
        reading.plan.relax(ending.path)
        reading.plan.end(ending.path, ANY_END)
        return Lost(f"whether {ending.path} is virtual depends on the invocation")
    if isinstance(flow, Raised):
        return Raised(scope.raised(ErrorRole.CHILD_FAILED, flow.failure))
    if isinstance(flow, Done):
        flow = Returned(UNKNOWN)  # it is None in one language, undefined in another
        if ending.serdes is not None:
            reading.plan.forget(ending.path)
    return reading.serialised(ending.path, ending.bind, flow, scope, ending.serdes)


def _rounds(reading: Reading, statement: WithRetry, frame: Frame, scope: Scope) -> Flow:
    name = given_name(statement.name, scope)
    around = frame.indexes
    for attempt in range(1, MOST_ROUNDS):
        frame.indexes = (*around, attempt)
        flow = reading.run(statement.do, frame, scope.with_values(attempt=attempt))
        frame.indexes = around
        if not isinstance(flow, Raised):
            return flow
        again = grants_another(statement.retry, flow.failure, attempt)
        if again is UNKNOWN:
            return Lost(f"whether {statement.at} tries again depends on what only the SDK knows")
        if not again:
            return flow
        backoff = f"{name}-backoff-{attempt}" if isinstance(name, str) and name else None
        called = None if name is UNKNOWN else frozenset({backoff})
        path = reading.add(frame, statement.at, "WAIT", "Wait", called)
        delay = after_failure(statement.retry, attempt, scope)
        reading.plan.carry(path, WaitOptions__WaitSeconds=delay or UNKNOWN)
        reading.span.take(delay)
    return Lost(f"{statement.at} tries again without end")


def _run_branch(reading: Reading, batch: _Batch, each: _Branch) -> Flow:
    """A branch, as it would end if it were run; whether it is, the batch's completion says."""
    is_map = isinstance(batch.statement, Map)
    called = None if each.name in (ABSENT, "", None) else names(each.name)  # else the dialect says which
    path, parents = branch(batch.path, each.index), frozenset[Context]({batch.path})
    subtype = "MapIteration" if is_map else "ParallelBranch"
    at = f"{batch.statement.at}/{each.index}"
    scope = each.scope
    reading.plan.add(Expected(path, at, "CONTEXT", subtype, called, parents, STARTED_ONLY))
    nesting = None if batch.statement.nesting is ABSENT else compute(batch.statement.nesting, scope)
    flat = UNKNOWN if nesting is UNKNOWN else nesting == FLAT
    inner = _inside(reading, path, flat, Frame(batch.path, parents, (*batch.indexes, each.index)))
    surely = reading.span.least
    flow = reading.body(each.do, inner, scope)
    reading.span.least = surely
    reading.plan.end(path, context_end(flow))
    if inner.uncertain:
        reading.plan.relax(path)
        reading.plan.end(path, ANY_END)
        return Lost(f"whether {path} is FLAT depends on the invocation")
    serdes, sure = _item_serdes(batch.statement, scope)
    if serdes is not None and isinstance(flow, Done | Returned):
        if isinstance(flow, Done):
            reading.plan.forget(path)
        reading.plan.rewrite(path, partial(written if sure else kept, serdes))
        if not reads_back(serdes, flow.value if isinstance(flow, Returned) else UNKNOWN):
            reading.unserialised(path, written=not sure or serdes.name != "fail-write")
            return SERIALISER_FAILS
        if not isinstance(flow, Returned):
            return Returned(UNKNOWN)
        same_again = kept(serdes, flow.value) is not UNKNOWN or (sure and keeps(serdes, flow.value))
        return flow if same_again else Returned(UNKNOWN)
    return flow


def _item_serdes(batch: Map | Parallel, scope: Scope) -> tuple[Serdes | None, bool]:
    """The serialiser of a batch's items, and whether it is sure that it writes them.

    A batch's own covers its items too in SDKs whose dialect says so.
    """
    if batch.item_serdes is not None or scope.dialect.batch_serdes == "batch":
        return batch.item_serdes, True
    return batch.serdes, scope.dialect.batch_serdes == "items"


def _complete(reading: Reading, batch: _Batch, flows: list[Flow], scope: Scope) -> Flow:
    """A batch's end, and which of its branches were started by then."""
    statement, path, total = batch.statement, batch.path, len(flows)
    limit = batches.concurrency(statement, total, scope)
    ended = batches.ended(flows, batches.rules(statement.completion, total, scope), limit)
    if statement.complete_when is not None and total:
        ended = batches.Ended(Returned(UNKNOWN), 0, total)  # the hook may end it at any branch, or before
    if limit == 1 or total <= 1:
        reading.plan.sequential.add(path)
    for index in range(ended.certain, total):
        if index < ended.possible:
            reading.plan.race(path, index)
        else:
            reading.plan.drop(branch(path, index))
    reading.plan.end(path, context_end(ended.flow))
    if isinstance(ended.flow, Lost):
        reading.plan.relax(path)
    elif ended.certain < ended.possible:
        raced = {
            index: batches.item_of(index, flow) for index, flow in enumerate(flows) if batches.ends(flow)
        }
        told = UNKNOWN if statement.serdes else batches.Raced(raced)
        reading.plan.end(path, replace(context_end(ended.flow), value=told))
    return reading.serialised(path, statement.bind, ended.flow, scope, statement.serdes)
