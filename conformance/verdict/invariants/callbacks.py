"""Invariants of callbacks: the id by which an outside actor is to answer is the one that the service gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.verdict.invariants.base import Owners, broken
from conformance.wire.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case
    from conformance.verdict.finding import Finding

_TELL = frozenset({("callback", "start"), ("submitter", "end")})
"""The effects that say which id the program was given."""


def callback_ids_are_those_given(case: Case) -> Iterator[Finding]:
    """The callback id that a program is given is the one that the service gave for that very operation.

    Source: language SDK specification 4.6.1: the service makes the id; who completes another one completes
    another callback, or none.
    """
    paths = {
        "submitter": Owners.of(case).paths,
        "callback": Owners.of(case, "CALLBACK").paths,
    }
    given = dict(_given(case))
    for effect in case.recording.effects:
        if (effect.kind, effect.event) not in _TELL or not isinstance(effect.detail, dict):
            continue
        seen = effect.detail.get("callback_id")
        path = paths[effect.kind].get((effect.execution, effect.at, effect.indexes))
        if path is None:
            continue
        if effect.kind == "submitter":  # it stands beside its callback, in the same context
            path = f"{path.rpartition('.')[0]}.1"
        updates = case.stream.operations.get(path, ())
        wanted = given.get((effect.execution, updates[0].id), ABSENT) if updates else ABSENT
        if seen != wanted:
            yield broken(
                "callback-id-wrong",
                f"{path}:CALLBACK.CallbackId",
                seen,
                wanted,
                f"invocation {effect.invocation} gives the program {seen} as the id of {path},"
                f" the service gave {wanted}",
            )


def _given(case: Case) -> Iterator[tuple[tuple[str, str], str]]:
    """Every callback id that the service told of: execution and operation id, and it."""
    for talk in case.exchanges:
        for operation in _operations(talk.response):
            yield from _of(talk.exchange.execution, operation)
    for number, event in case.events.items():
        for operation in _operations(event):
            yield from _of(case.invocations[number].execution, operation)


def _of(execution: str, operation: dict[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    details = operation.get("CallbackDetails")
    if isinstance(details, dict) and isinstance(details.get("CallbackId"), str):
        yield (execution, str(operation.get("Id"))), details["CallbackId"]


def _operations(told: Any) -> list[dict[str, Any]]:
    """The operations in an answer of the service or in an event."""
    if not isinstance(told, dict):
        return []
    state = told.get("NewExecutionState") or told.get("InitialExecutionState") or told
    operations = state.get("Operations") if isinstance(state, dict) else None
    return [each for each in operations if isinstance(each, dict)] if isinstance(operations, list) else []
