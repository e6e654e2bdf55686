"""Invariant of durability: a result is used only once it is durable."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.scenario import enclosed
from conformance.scenario import statements as s
from conformance.verdict.invariants.base import BODIES, Owners, broken
from conformance.wire.program import statements_within
from conformance.wire.recording import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
        known = _known(exchanges[end.seq])
        for use in uses[end.execution, end.invocation]:
            if use.seq < known and use.seq != end.seq and _follows(use.path, end.path):
                yield _early(end, use)
                break
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


def _uses(case: Case) -> Mapping[tuple[str, int | None], Sequence[_Use]]:
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
    for each in uses.values():
        each.sort(key=lambda use: use.seq)
    return uses


def _follows(later: str, end: str) -> bool:
    """Whether what stands at one path comes after the end of what stands at another, in a context of both."""
    if "?" in end + later:
        return False  # an id of no position
    mine, theirs = _PART.findall(end.rpartition(">")[2]), _PART.findall(later.rpartition(">")[2])
    common = 0
    while common < min(len(mine), len(theirs)) and mine[common] == theirs[common]:
        common += 1
    if later and common == len(theirs):
        return False  # the context around it, or itself
    if any(not part.isdigit() for part in mine[common + 1 :]) or common == len(mine):
        return False  # in a branch, which may be left behind, or around it
    if not later:
        return bool(mine[common].isdigit())
    both = mine[common].isdigit() and theirs[common].isdigit()
    return bool(both) and int(theirs[common]) > int(mine[common])


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
