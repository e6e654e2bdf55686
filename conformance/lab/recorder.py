"""What a run writes down: one order over invocations, exchanges, effects and reports."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.wire.recording import (
    Effect,
    Exchange,
    FailedExpression,
    Invocation,
    Outcome,
    Report,
    ReportKind,
)

STDERR_LINES = 50
MOST_DROPPED = 20
"""How many dropped messages a recording names."""


@dataclass(eq=False)
class OpenInvocation:
    """An invocation, while it lasts and after."""

    number: int
    ordinal: int  # among its execution's invocations, from 1
    seq: int
    execution: str
    function: str
    request_id: str
    token_id: str | None  # what the service calls the invocation within its checkpoint tokens
    start: int  # virtual microseconds
    real_start: float = field(default_factory=time.monotonic)  # when a process took it, in monotonic seconds
    skew: float = 0.0
    input: str = ""
    task: asyncio.Future[Any] | None = None
    killed: Outcome | None = None  # set by the lab when it kills the process
    retries_sent: int = 0  # how many requests its process was made to send again
    sent_again: int = 0  # how many it did send again, by its client's own word
    end: int | None = None
    ended_seq: int | None = None
    outcome: Outcome | None = None
    output: str | None = None

    @property
    def in_flight(self) -> bool:
        """Whether the handler still runs."""
        return self.ended_seq is None

    def kill(self, outcome: Outcome) -> None:
        """Kill the process that it runs in; its invocation ends with `outcome`."""
        if self.in_flight and self.task is not None and self.killed is None:
            self.killed = outcome
            self.task.cancel()


@dataclass
class Recorder:
    """The lists of one recording."""

    opened: list[OpenInvocation] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    effects: list[tuple[int | None, Effect]] = field(default_factory=list)  # with the harness's own number
    reports: list[Report] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    held_seconds: float = 0.0
    dropped: int = 0  # messages about invocations that had ended
    instrumented: bool = False  # whether anything has come over the side channel
    _seq: int = 0

    def next(self) -> int:
        """The next sequence number."""
        self._seq += 1
        return self._seq

    def drop(self, what: str) -> None:
        """Note what a process said of an invocation that had ended; the first of it is enough."""
        self.dropped += 1
        if self.dropped <= MOST_DROPPED:
            self.report(ReportKind.DROPPED, what)

    def report(  # noqa: PLR0913, PLR0917 (all that can be known of it)
        self,
        kind: ReportKind,
        message: str,
        invocation: OpenInvocation | None = None,
        at: str | None = None,
        expression: FailedExpression | None = None,
        feature: str | None = None,
    ) -> None:
        """Write down what a harness or the lab says about the run; `feature` where one is lacking."""
        number = invocation.number if invocation else None
        self.reports.append(Report(self.next(), kind, message, number, at, expression, feature))

    def invocations(self) -> tuple[Invocation, ...]:
        """The invocations, in order of start."""
        return tuple(
            Invocation(
                number=invocation.number,
                seq=invocation.seq,
                ended_seq=invocation.ended_seq,
                execution=invocation.execution,
                function=invocation.function,
                request_id=invocation.request_id,
                time=invocation.start / 1_000_000,
                ended_time=None if invocation.end is None else invocation.end / 1_000_000,
                skew=invocation.skew,
                input=invocation.input,
                outcome=invocation.outcome,
                output=invocation.output,
            )
            for invocation in self.opened
        )

    def ordered_effects(self) -> tuple[Effect, ...]:
        """The effects in the order in which they happened.

        Some are sent without being waited for and may arrive late. The harness numbers what it sends within
        an invocation, so the numbered ones share out among themselves the places at which they arrived.
        """
        places: dict[int, list[int]] = {}
        for number, effect in self.effects:
            if number is not None:
                places.setdefault(effect.invocation, []).append(effect.seq)
        for seqs in places.values():
            seqs.sort(reverse=True)
        numbered = sorted(
            ((effect.invocation, number, effect) for number, effect in self.effects if number is not None),
            key=lambda one: one[:2],
        )
        moved = [replace(effect, seq=places[invocation].pop()) for invocation, _number, effect in numbered]
        rest = [effect for number, effect in self.effects if number is None]
        return tuple(sorted(moved + rest, key=lambda effect: effect.seq))

    def tail(self) -> str:
        """The last lines that the subject's processes wrote."""
        return "\n".join("\n".join(self.stderr).splitlines()[-STDERR_LINES:])
