"""Which requests a scenario's faults struck, and what was lost with them.

A fault touches a whole request, and what an SDK puts into one is its own business. Where the two sides'
requests carried other updates, they were disturbed in other places, and much else may differ for that alone.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance.wire.recording import Outcome

if TYPE_CHECKING:
    from conformance.verdict.case import Case


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
    struck: list[list[str]] = []
    previous: tuple[str, list[str]] | None = None
    for exchange in case.recording.exchanges:
        request = (exchange.operation, sorted(carried.get(exchange.seq, ())))
        if exchange.fault is not None and request != previous:
            struck.append(request[1])
            previous = request
    return struck


def cut_short(case: Case) -> frozenset[int]:
    """The numbers of the invocations whose process was ended by a fault: what it had to tell may be lost."""
    struck = {exchange.invocation for exchange in case.recording.exchanges if exchange.fault is not None}
    return frozenset(
        one.number
        for one in case.recording.invocations
        if one.outcome is Outcome.EXIT and one.number in struck
    )
