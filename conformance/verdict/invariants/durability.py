"""Invariant of durability: a result is used only once it is durable."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.scenario import enclosed
from conformance.scenario import statements as s
from conformance.verdict.invariants.base import BODIES, Owners, broken
from conformance.wire.program import statements_within
from conformance.wire.recording import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding
    from conformance.wire.recording import Exchange
    from conformance.wire.stream import Update

RULE = "used-before-durable"
EARLY, TAKEN = "used before", "taken"
ANSWER = "the invocation's answer"
_PART = re.compile(r"\d+|\[\d+\]")


@dataclass(frozen=True)
class _Use:
    """Something that can come only of what came before it in its context."""

    seq: int
    path: str  # of its operation; empty for the invocation's answer
    what: str


@dataclass
class _Level:
    """The uses in one context, in order: at each the greatest ordinal so far, of itself or around it."""

    seqs: list[int] = field(default_factory=list)
    ordinals: list[int] = field(default_factory=list)
    greatest: list[int] = field(default_factory=list)
    uses: list[_Use] = field(default_factory=list)

    def add(self, ordinal: int, use: _Use) -> None:
        """Take in a use that comes after all others."""
        self.seqs.append(use.seq)
        self.ordinals.append(ordinal)
        self.greatest.append(max(ordinal, self.greatest[-1] if self.greatest else 0))
        self.uses.append(use)

    def beyond(self, ordinal: int, since: int, until: int) -> _Use | None:
        """The first use of a later ordinal, before `since` or between that and `until`, both left out.

        Few uses are looked at one by one: those between the two, unless one before them is found.
        """
        before, last = bisect_left(self.seqs, since), bisect_left(self.seqs, until)
        if before and self.greatest[min(before, last) - 1] > ordinal:
            return self.uses[bisect_right(self.greatest, ordinal)]
        after = range(bisect_right(self.seqs, since), last)
        return next((self.uses[index] for index in after if self.ordinals[index] > ordinal), None)


@dataclass
class _Uses:
    """What one invocation did, by the context that it was done in; and its final answer, if it gave one."""

    levels: dict[tuple[str, ...], _Level] = field(default_factory=lambda: defaultdict(_Level))
    answer: _Use | None = None

    @classmethod
    def of(cls, uses: Iterable[_Use]) -> _Uses:
        """Put uses in order, each into every context that it stands in."""
        made = cls()
        for use in sorted(uses, key=lambda use: use.seq):
            if not use.path:
                made.answer = use
            parts = _parts(use.path)
            for depth, part in enumerate(parts):
                if part.isdigit():
                    made.levels[parts[:depth]].add(int(part), use)
        return made

    def first(self, end: Update, known: int) -> _Use | None:
        """What comes after an operation in a context of both, and happened before its end was known.

        What follows a branch does not depend on it, since its batch may leave it behind.
        """
        parts = _parts(end.path)
        found: list[_Use] = []
        for depth in range(len(parts) - 1, -1, -1):
            if not parts[depth].isdigit():
                break
            if (level := self.levels.get(parts[:depth])) is not None:
                use = level.beyond(int(parts[depth]), end.seq, known)
                found += [] if use is None else [use]
        else:
            if parts and self.answer is not None and self.answer.seq < known:
                found.append(self.answer)
        return min(found, key=lambda use: use.seq, default=None)


def _parts(path: str) -> tuple[str, ...]:
    """The ordinals and branches of a path; none of an id that is of no position."""
    return () if "?" in path else tuple(_PART.findall(path.rpartition(">")[2]))


def results_are_durable_before_use(case: Case) -> Iterator[Finding]:
    """What follows an operation happens once the service has said that it took the update which ends it.

    Source: language SDK specification 4.4.4 and 4.8.4, by which an operation completes for the program with
    its SUCCEED or FAIL; what is used without having been kept may come out otherwise on replay (2.5). So with
    the START before a body that is to run at most once (16.1). What follows is a later operation of the same
    context, at whatever depth, by its body or by a START in an earlier request, and the invocation's final
    answer; and what follows that context, unless it is a branch, which its batch may leave behind. What is in
    one request with it is kept with it or not at all (16.3).
    """
    if _out_of_place(case):
        return
    uses, told = _uses(case), set[tuple[str, str]]()
    exchanges = {exchange.seq: exchange for exchange in case.recording.exchanges}
    for end in case.stream.accepted:
        if not end.terminal or end.type == "EXECUTION" or (end.execution, end.path) in told:
            continue
        told.add((end.execution, end.path))
        use = uses[end.execution, end.invocation].first(end, _known(exchanges[end.seq]))
        if use is not None:
            yield _early(end, use)
    yield from _bodies_before_their_start(case, exchanges)


def _early(end: Update, use: _Use) -> Finding:
    return broken(
        RULE,
        f"{end.path}:{end.type}.{end.action}.use",
        EARLY,
        TAKEN,
        f"{use.what} happens before the service has taken {end.label}, on which it depends",
    )


def _bodies_before_their_start(case: Case, exchanges: Mapping[int, Exchange]) -> Iterator[Finding]:
    """At most once: the body begins once its START is known to be taken."""
    careful = {
        statement.at
        for statement in _statements(case)
        if isinstance(statement, s.Step) and statement.semantics == "at-most-once"
    }
    owners = Owners.of(case)
    for effect in case.recording.effects if careful else ():
        path = owners.path(effect) if effect.at in careful and effect.event == "start" else None
        starts = case.stream.operations.get(path, ()) if path else ()
        own = [u for u in starts if u.action == "START" and u.invocation == effect.invocation]
        if own and effect.attempt is not None:
            retries = sum(u.action == "RETRY" and u.seq < own[0].seq for u in starts)
            if effect.attempt == retries + 1 and effect.seq < _known(exchanges[own[0].seq]):
                yield broken(
                    RULE,
                    f"{path}:STEP.START.use",
                    EARLY,
                    TAKEN,
                    f"the body of {path}, which is at-most-once, begins before its START is taken",
                )


def _known(exchange: Exchange) -> int:
    """From when on the subject may know that a request was taken."""
    return exchange.seq if exchange.answered is None else exchange.answered


def _uses(case: Case) -> Mapping[tuple[str, int | None], _Uses]:
    """What each invocation did that may depend on something, by execution and invocation."""
    uses: dict[tuple[str, int | None], list[_Use]] = defaultdict(list)
    owners, begun = Owners.of(case), set[tuple[str, str, int | None]]()
    for update in case.stream.all:
        key = (update.execution, update.path, update.invocation)
        if update.action == "START" and key not in begun:
            begun.add(key)
            uses[update.execution, update.invocation].append(_Use(update.seq, update.path, update.label))
    for effect in case.recording.effects:
        path = owners.path(effect) if effect.kind in BODIES and effect.event == "start" else None
        if path is not None:
            use = _Use(effect.seq, path, f"the body of {path}")
            uses[effect.execution, effect.invocation].append(use)
    for one in case.recording.invocations:
        output = case.outputs[one.number]
        final = isinstance(output, dict) and output.get("Status") in ("SUCCEEDED", "FAILED")
        if final and one.outcome is Outcome.RESPONSE and one.ended_seq is not None:
            uses[one.execution, one.number].append(_Use(one.ended_seq, "", ANSWER))
    return defaultdict(_Uses, {key: _Uses.of(each) for key, each in uses.items()})


def _statements(case: Case) -> Iterator[s.Statement]:
    for body in (case.scenario.handler, *(f.handler for f in case.scenario.functions.values())):
        yield from statements_within(body)


def _out_of_place(case: Case) -> bool:
    """Whether the program uses contexts out of their place, where the order of operations says nothing."""
    return any(
        isinstance(statement, s.OnRoot) or any(body.do for body in enclosed.bodies(statement))
        for top in _statements(case)
        for statement in enclosed.everything(top)
    )
