"""In what a run that changed hands is like neither of the two that did not.

What the first version alone does and what the second alone does are the bounds: a body may run as often as
in either, or anything between, since the switch may lie before or after whatever sets the two apart; a value
must be one of the two, or, member by member, made of both.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.scenario import statements as s
from conformance.scenario.varying import varies, varying
from conformance.verdict import meanings
from conformance.verdict.invariants.base import BODIES
from conformance.verdict.upgrades.left_behind import LeftBehind
from conformance.verdict.upgrades.resumption import Departure
from conformance.wire.stream import path_key
from conformance.wire.values import ABSENT, brief, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.verdict.case import Case
    from conformance.wire.recording import Effect
    from conformance.wire.stream import Update

AGAIN = frozenset({"body-again", "execution-again", "operation-again"})
"""The rules of what was done more often than it must be: no refusal that comes later makes it good."""


def departures(seen: Case, first: Case, second: Case) -> list[Departure]:
    """All of them, the gravest kinds first; what branches do that were left behind is none."""
    races = LeftBehind.of((seen, first, second))
    return [
        *_bodies(seen, first, second, races),
        *_executions(seen, first, second),
        *_notes(seen, first, second),
        *_operations(seen, first, second, races),
        *_written(seen, first, second, races),
    ]


def raced(seen: Case, first: Case) -> str | None:
    """What the first version did otherwise than alone before it handed over; None if it did the same.

    Then it races with itself, and what it does alone says nothing of this run.
    """
    handover = seen.recording.handover
    after = handover.after if handover else 0
    wrote, alone = (
        Counter(
            [
                *(one.label for one in case.stream.accepted if (one.invocation or 0) <= after),
                *(f"effect:{one.place}" for one in _starts(case) if one.invocation <= after),
            ]
        )
        for case in (seen, first)
    )
    return min(((wrote - alone) | (alone - wrote)).elements(), default=None)


def _bodies(seen: Case, first: Case, second: Case, races: LeftBehind) -> Iterator[Departure]:
    """Bodies that ran too often or too seldom: those apart that were cut off, which may run again."""
    ran, cut = _runs(seen, races), _cut_off(seen)
    alone = (_runs(first, races), _runs(second, races))
    cut_alone = min(_cut_off(first).total(), _cut_off(second).total())
    spare = max(cut.total() - cut_alone, 0)
    for place in sorted({*ran, *alone[0], *alone[1]}):
        both = (alone[0][place], alone[1][place])
        if ran[place] - min(cut[place], spare) > max(both):
            yield _counted("body-again", f"effect:{place}", f"the body at {place} runs", ran[place], both)
        elif ran[place] < min(both):
            yield _counted("body-left-out", f"effect:{place}", f"the body at {place} runs", ran[place], both)


def _starts(case: Case) -> Iterator[Effect]:
    return (one for one in case.recording.effects if one.kind in BODIES and one.event == "start")


def _runs(case: Case, races: LeftBehind) -> Counter[str]:
    return Counter(one.place for one in _starts(case) if not races.runs(one))


def _cut_off(case: Case) -> Counter[str]:
    """The runs of bodies that never came to an end: their process died, or its invocation was over."""
    ended = {
        (one.invocation, one.execution, one.at, one.indexes, one.run)
        for one in case.recording.effects
        if one.kind in BODIES and one.event == "end"
    }
    return Counter(
        one.place
        for one in _starts(case)
        if (one.invocation, one.execution, one.at, one.indexes, one.run) not in ended
    )


def _executions(seen: Case, first: Case, second: Case) -> Iterator[Departure]:
    """Executions of invoked functions, of which there are too many or too few."""
    ran, *alone = (
        Counter(one.function for one in case.recording.executions[1:]) for case in (seen, first, second)
    )
    for name in sorted({*ran, *alone[0], *alone[1]}):
        both = (alone[0][name], alone[1][name])
        if not min(both) <= ran[name] <= max(both):
            rule = "execution-again" if ran[name] > max(both) else "execution-left-out"
            yield _counted(rule, f"executions.{name}", f"function {name} is executed", ran[name], both)


def _notes(seen: Case, first: Case, second: Case) -> Iterator[Departure]:
    """Values that the program saw, and that it sees with neither version alone."""
    names = varying(seen.statements)
    steady = {one.at for one in seen.statements if isinstance(one, s.Note) and not varies(one.value, names)}
    told, *alone = (_told(case, steady) for case in (seen, first, second))
    for place, values in told.items():
        known = [alone[0].get(place, []), alone[1].get(place, [])]
        for value in values:
            if not any(same(value, one) for side in known for one in side):
                both = (known[0] or [ABSENT])[0], (known[1] or [ABSENT])[0]
                yield _valued("value-changed", f"effect:{place}", f"what {place} sees", value, both)
                break


def _told(case: Case, steady: set[str]) -> dict[str, list[Any]]:
    values: dict[str, list[Any]] = {}
    for one in case.recording.effects:
        if one.kind == "note" and one.at in steady:
            values.setdefault(one.place, []).append(one.detail)
    return values


def _operations(seen: Case, first: Case, second: Case, races: LeftBehind) -> Iterator[Departure]:
    """Updates that the service took more often or less often than with either version alone."""
    wrote, *alone = (
        Counter(_kind(one) for one in case.stream.accepted if not races.writes(one.path))
        for case in (seen, first, second)
    )
    for kind in sorted({*wrote, *alone[0], *alone[1]}, key=lambda one: (path_key(one[0]), one[1:])):
        both = (alone[0][kind], alone[1][kind])
        if not min(both) <= wrote[kind] <= max(both):
            path, type_, action = kind
            rule = "operation-again" if wrote[kind] > max(both) else "operation-left-out"
            what = f"{type_} {action} of {path} is written"
            yield _counted(rule, f"{path}:{type_}.{action}", what, wrote[kind], both)


def _kind(update: Update) -> tuple[str, str, str]:
    return update.path, update.type, update.action


def _written(seen: Case, first: Case, second: Case, races: LeftBehind) -> Iterator[Departure]:
    """Parents and results of updates, each of which must be one of the two."""
    alone = (_labelled(first), _labelled(second))
    for update in seen.stream.accepted:
        one, other = alone[0].get(update.label), alone[1].get(update.label)
        if (one is None and other is None) or races.writes(update.path):
            continue  # told by `_operations`, or nobody's to tell
        parents = (one.parent if one else ABSENT, other.parent if other else ABSENT)
        if update.parent not in parents:
            yield _valued(
                "parent-changed", f"{update.label}.ParentId", f"{update.label} names", update.parent, parents
            )
        if update.terminal:
            yield from _result(seen, update, (first, one), (second, other))


def _labelled(case: Case) -> Mapping[str, Update]:
    labelled: dict[str, Update] = {}
    for update in case.stream.accepted:
        labelled.setdefault(update.label, update)
    return labelled


def _result(
    seen: Case, update: Update, first: tuple[Case, Update | None], second: tuple[Case, Update | None]
) -> Iterator[Departure]:
    both = tuple(ABSENT if one is None else one.fields.get("Payload", ABSENT) for _, one in (first, second))
    value = update.fields.get("Payload", ABSENT)
    if not blended(value, both[0], both[1]):
        where = f"{update.label}.Payload"
        yield _valued("value-changed", where, f"the result in {update.label}", value, (both[0], both[1]))
    written = update.fields.get("Error")
    if not isinstance(written, dict):
        return
    meant = meanings.error(written, seen.dialect_in(update.invocation))
    others = [(case, one.fields.get("Error"), one) for case, one in (first, second) if one is not None]
    known = [
        meanings.error(error, case.dialect_in(one.invocation))
        for case, error, one in others
        if isinstance(error, dict)
    ]
    if all(meant.differences(one) for one in known):
        texts: list[Any] = [dict(one.written) for one in known] or [ABSENT]
        where = f"{update.label}.Error"
        yield _valued("value-changed", where, f"the error in {update.label}", written, (texts[0], texts[-1]))


def blended(value: Any, one: Any, other: Any) -> bool:
    """Whether a value is one of two, or, member by member and item by item, made of both."""
    if same(value, one) or same(value, other):
        return True
    if isinstance(value, dict) and isinstance(one, dict) and isinstance(other, dict):
        return value.keys() <= {*one, *other} and all(
            blended(value.get(key, ABSENT), one.get(key, ABSENT), other.get(key, ABSENT))
            for key in {*one, *other}
        )
    if isinstance(value, list) and isinstance(one, list) and isinstance(other, list):
        return len(value) == len(one) == len(other) and all(map(blended, value, one, other))
    return False


def _counted(rule: str, path: str, what: str, seen: int, alone: tuple[int, int]) -> Departure:
    times = _times(seen)
    wanted = _times(alone[0]) if alone[0] == alone[1] else f"{_times(alone[0])} and {_times(alone[1])}"
    return Departure(rule, path, seen, alone, f"{what} {times}, alone {wanted}")


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _valued(rule: str, path: str, what: str, seen: Any, alone: tuple[Any, Any]) -> Departure:
    wanted = brief(alone[0]) if same(*alone) else f"{brief(alone[0])} and {brief(alone[1])}"
    return Departure(rule, path, seen, alone, f"{what} is {brief(seen)}, alone {wanted}")
