"""Invariants of bodies, held against the effects that the harness reported while they ran."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from conformance.scenario import statements as s
from conformance.scenario.varying import varies, varying
from conformance.verdict.invariants.base import BODIES, Owners, broken
from conformance.wire.program import Program, statements_within
from conformance.wire.values import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding
    from conformance.wire.recording import Effect


NUMBERED = frozenset({"step", "check"})
"""Bodies that an SDK may tell which attempt they are; no SDK tells a submitter."""


def checkpointed_bodies_stay_done(case: Case) -> Iterator[Finding]:
    """A body whose result is checkpointed does not run again.

    Source: language SDK specification 2.5 and 16.2.
    """
    owners = Owners.of(case)
    ends = {
        path: next((u for u in updates if u.terminal), None)
        for path, updates in case.stream.operations.items()
    }
    for effect in _starts(case):
        path = owners.path(effect)
        end = ends.get(path) if path else None
        if end is not None and effect.seq > end.seq:
            yield broken(
                "body-runs-again",
                f"effect:{effect.place}",
                {"run": effect.run, "invocation": effect.invocation},
                "no run",
                f"the body of {path} runs in invocation {effect.invocation}, after {end.label} was taken",
            )


def attempts_are_counted(case: Case) -> Iterator[Finding]:
    """A body's attempt is one more than the RETRYs taken before it ran, and it is told so by SDKs that can.

    Source: language SDK specification 4.4.5.
    """
    owners = Owners.of(case)
    for effect in _starts(case):
        path = owners.path(effect)
        if path is None:
            continue
        if effect.attempt is None:
            if effect.kind in NUMBERED and case.dialect.attempt_numbers == "told":
                yield broken(
                    "attempt-untold",
                    f"effect:{effect.place}.attempt",
                    None,
                    "the attempt's number",
                    f"the body of {path} is not told which attempt it is",
                )
            continue
        retries = [u for u in case.stream.operations[path] if u.action == "RETRY" and u.seq < effect.seq]
        if effect.attempt != len(retries) + 1:
            yield broken(
                "attempt-miscounted",
                f"effect:{effect.place}.attempt",
                effect.attempt,
                len(retries) + 1,
                f"the body of {path} is told attempt {effect.attempt} after {len(retries)} RETRY updates",
            )


def ended_attempts_ran(case: Case) -> Iterator[Finding]:
    """What ends an attempt, SUCCEED, RETRY or FAIL, ends one whose body ran: none is made up or left out.

    Source: language SDK specification 4.4.2 and 4.4.5. An attempt that the scenario itself cuts off, or whose
    state it makes unreadable or unwritable, may fail without its body having run.
    """
    if not case.recording.instrumented:
        return
    begun: dict[str, list[Effect]] = {}
    owners = Owners.of(case)
    for effect in _starts(case):
        begun.setdefault(owners.path(effect) or "", []).append(effect)
    for path in dict.fromkeys(owners.paths.values()):
        attempt = 1
        for update in case.stream.operations[path]:
            if update.action == "START":
                continue
            before = [effect for effect in begun.get(path, ()) if effect.seq < update.seq]
            told = [effect.attempt for effect in before]
            ran = len(before) >= attempt if None in told else attempt in told
            excused = update.action == "FAIL" or (case.disturbed and update.action == "RETRY")
            if not ran and not (excused and (case.disturbed or case.serialiser_fails)):
                yield broken(
                    "attempt-never-ran",
                    update.label,
                    told,
                    attempt,
                    f"{update.label} ends attempt {attempt}, as which the body never ran",
                )
            attempt += update.action == "RETRY"


def at_most_once_is_kept(case: Case) -> Iterator[Finding]:
    """With at-most-once semantics no attempt of a body runs twice.

    Source: language SDK specification 16.1.
    """
    careful = {
        statement.at
        for statement in case.statements
        if isinstance(statement, s.Step) and statement.semantics == "at-most-once"
    }
    told: set[tuple[str, str, tuple[int, ...], int]] = set()
    for effect in _starts(case):
        if effect.attempt is None:  # an SDK that does not tell
            continue
        key = (effect.execution, effect.at, effect.indexes, effect.attempt)
        if effect.at in careful and key in told:
            yield broken(
                "attempt-runs-twice",
                f"effect:{effect.place}",
                {"attempt": effect.attempt, "run": effect.run},
                "one run",
                f"attempt {effect.attempt} of {effect.place}, which is at-most-once, runs twice",
            )
        told.add(key)


def concurrency_limit_is_kept(case: Case) -> Iterator[Finding]:
    """No more branches of a map or parallel are under way at once than its max concurrency.

    Source: language SDK specification 6.1.3 and 6.2.3. A branch that is suspended is still under way. In
    a process that dies any may end untold; those that have not are told of again.
    """
    limits = dict(_limits(case))
    if not limits:
        return
    died: dict[str, list[int]] = {}
    for one in case.recording.invocations:
        if not one.answered:
            died.setdefault(one.execution, []).append(one.number)
    open_: dict[tuple[str, str, tuple[int, ...]], dict[int, int]] = {}
    ended: set[tuple[str, str, tuple[int, ...]]] = set()
    told: set[tuple[str, str, tuple[int, ...]]] = set()
    for effect in case.recording.effects:
        if effect.kind != "branch" or effect.at not in limits or not effect.indexes:
            continue
        batch = (effect.execution, effect.at, effect.indexes[:-1])
        branch = (effect.execution, effect.at, effect.indexes)
        under_way = open_.setdefault(batch, {})
        numbers = died.get(effect.execution, [])
        earlier = bisect_left(numbers, effect.invocation)
        since = numbers[earlier - 1] if earlier else 0
        for index in [index for index, invocation in under_way.items() if invocation <= since]:
            del under_way[index]
        if effect.event == "end":
            under_way.pop(effect.indexes[-1], None)
            ended.add(branch)
        elif branch not in ended:
            under_way[effect.indexes[-1]] = effect.invocation
        if len(under_way) > limits[effect.at] and batch not in told:
            told.add(batch)
            yield broken(
                "concurrency-exceeded",
                f"effect:{effect.place}",
                sorted(under_way),
                limits[effect.at],
                f"{len(under_way)} branches of {effect.at} are under way at once,"
                f" {limits[effect.at]} may be at most",
            )


def replay_sees_the_same(case: Case) -> Iterator[Finding]:
    """A value that a handler saw on its first run is the value it sees on every replay.

    Source: language SDK specification 2.5. Seen through `note` statements that do not use the invocation's
    number, nor what `let` made of it.
    """
    names = varying(case.statements)
    steady = {
        statement.at
        for statement in case.statements
        if isinstance(statement, s.Note) and not varies(statement.value, names)
    }
    first: dict[tuple[str, str, tuple[int, ...]], Any] = {}
    for effect in case.recording.effects:
        if effect.kind != "note" or effect.at not in steady:
            continue
        wanted = first.setdefault((effect.execution, effect.at, effect.indexes), effect.detail)
        if not same(effect.detail, wanted):
            yield broken(
                "replay-sees-another-value",
                f"effect:{effect.place}",
                effect.detail,
                wanted,
                f"{effect.place} saw {effect.detail} in invocation {effect.invocation}, first {wanted}",
            )


def _limits(case: Case) -> Iterator[tuple[str, int]]:
    program = Program(case.scenario.handler, case.scenario.input)
    for statement in statements_within(case.scenario.handler):
        if isinstance(statement, s.Map | s.Parallel) and statement.max_concurrency is not s.ABSENT:
            limit = program.known(statement.max_concurrency)
            if isinstance(limit, int) and limit > 0:
                yield statement.at, limit


def _starts(case: Case) -> Iterator[Effect]:
    return (e for e in case.recording.effects if e.kind in BODIES and e.event == "start")
