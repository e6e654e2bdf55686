"""Which requests a scenario's faults struck, and what was lost with them.

A fault touches a whole request, and what an SDK puts into one is its own business. Where the two sides'
requests carried other updates, they were disturbed in other places, and much else may differ for that alone.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance.scenario.statements import Step
from conformance.verdict.case import DEADLY
from conformance.wire.program import statements_within
from conformance.wire.recording import Outcome

if TYPE_CHECKING:
    from conformance.scenario.model import Scenario
    from conformance.verdict.case import Case
    from conformance.wire.recording import Recording
    from conformance.wire.stream import Stream


def requests(case: Case) -> list[list[str]]:
    """The updates of each request that was struck, such as `1.2:STEP.START`; a repeated one is there once.

    The second RETRY that the service takes of an operation is another update: `1:STEP.RETRY#2`.
    """
    carried: dict[int, list[str]] = {}
    taken: Counter[str] = Counter()
    for update in case.stream.all:
        what = f"{update.path}:{update.type}.{update.action}"
        taken[what] += update.accepted
        again = taken[what] + (not update.accepted)
        carried.setdefault(update.seq, []).append(what if again == 1 else f"{what}#{again}")
    faulted: list[list[str]] = []
    previous: tuple[str, list[str]] | None = None
    for exchange in case.recording.exchanges:
        request = (exchange.operation, sorted(carried.get(exchange.seq, ())))
        if exchange.fault is not None and request != previous:
            faulted.append(request[1])
            previous = request
    return faulted


def uncertain(
    scenario: Scenario, recording: Recording, stream: Stream
) -> frozenset[tuple[int, str, str, tuple[int, ...]]]:
    """The bodies of which nobody can say whether they began: invocation, execution, place and indexes.

    They are those of steps that are not at-most-once, whose process was ended at the request with their START
    alone: an SDK may run the body beside that request or after it (language SDK specification 16.1).
    """
    deadly = {one.seq for one in recording.exchanges if DEADLY & set((one.fault or "").split("+"))}
    careful = {
        statement.at
        for body in (scenario.handler, *(function.handler for function in scenario.functions.values()))
        for statement in statements_within(body)
        if isinstance(statement, Step) and statement.semantics == "at-most-once"
    }
    faulted = [update for update in (stream.all if deadly else ()) if update.seq in deadly]
    ended = {(update.seq, update.path) for update in faulted if update.action != "START"}
    starts = [
        update
        for update in faulted
        if (update.type, update.action) == ("STEP", "START") and (update.seq, update.path) not in ended
    ]
    return frozenset(
        (update.invocation, update.execution, candidate.at, candidate.indexes)
        for update in starts
        if update.invocation is not None and (place := stream.place(update)) is not None
        for candidate in place.candidates
        if candidate.at not in careful
    )


def cut_short(case: Case) -> frozenset[int]:
    """The numbers of the invocations whose process was ended by a fault: what it had to tell may be lost."""
    faulted = {exchange.invocation for exchange in case.recording.exchanges if exchange.fault is not None}
    return frozenset(
        one.number
        for one in case.recording.invocations
        if one.outcome is Outcome.EXIT and one.number in faulted
    )
