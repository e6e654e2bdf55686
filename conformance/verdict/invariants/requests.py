"""Invariants of requests: the chain of tokens, what a batch may hold, and that the service takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.verdict.invariants.base import broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case, Talk
    from conformance.verdict.finding import Finding

_PAIRED = frozenset({"STEP", "CONTEXT"})


def tokens_form_a_chain(case: Case) -> Iterator[Finding]:
    """The first request of an invocation spends the token it was given, each other the one last returned.

    Source: language SDK specification 5.2. Where a fault took the answer away, the subject may know either
    token.
    """
    for number in case.invocations:
        given = case.events[number].get("CheckpointToken") if isinstance(case.events[number], dict) else None
        known, spent = {given}, set[str | None]()
        for talk in case.checkpoints_of.get(number, ()):
            if talk.token not in known:
                reused = talk.token in spent
                yield broken(
                    "token-reused" if reused else "token-unknown",
                    f"invocation {number}:request {talk.exchange.seq}.CheckpointToken",
                    talk.token,
                    sorted(token for token in known if token),
                    "the request spends a token that an earlier one had spent"
                    if reused
                    else "the request's token is neither the invocation's nor the one last returned",
                )
            if talk.good:
                keeps = talk.exchange.fault is not None or talk.next_token is None
                spent |= set() if keeps else known
                known = (known if keeps else set()) | ({talk.next_token} if talk.next_token else set())


def batches_are_well_formed(case: Case) -> Iterator[Finding]:
    """A batch has one update an operation, or a step's or context's START and end; EXECUTION stands last.

    Source: language SDK specification 5.7.
    """
    for talk in case.checkpoints:
        updates = _updates(talk)
        by_operation: dict[str, list[dict[str, Any]]] = {}
        for update in updates:
            by_operation.setdefault(str(update.get("Id")), []).append(update)
        for operation_id, same in by_operation.items():
            actions = [update.get("Action") for update in same]
            fine = len(same) == 1 or (
                len(same) == 2  # noqa: PLR2004 - START and its completion
                and actions[0] == "START"
                and actions[1] != "START"
                and same[0].get("Type") in _PAIRED
            )
            if not fine:
                path = case.stream.identities[talk.exchange.execution].path(operation_id)
                yield broken(
                    "batch-repeats-operation",
                    f"request {talk.exchange.seq}:{path}",
                    actions,
                    "one update, or START and its completion",
                    f"one batch holds {len(same)} updates of {path}: {', '.join(map(str, actions))}",
                )
        for update in updates[:-1]:
            if update.get("Type") == "EXECUTION":
                yield broken(
                    "execution-not-last",
                    f"request {talk.exchange.seq}",
                    [each.get("Type") for each in updates],
                    "EXECUTION last",
                    "the batch goes on after the update that ends the execution",
                )


def requests_are_taken(case: Case) -> Iterator[Finding]:
    """The service refuses nothing that an SDK writes, as long as nobody has disturbed it.

    Source: language SDK specification 15.2: a refusal is an error of the request.
    """
    disturbed: set[int | None] = set()
    labels = {update.seq: update.label for update in reversed(case.stream.all)}
    for talk in case.exchanges:
        if talk.exchange.fault is not None:
            disturbed.add(talk.exchange.invocation)
        elif not talk.good and talk.exchange.invocation not in disturbed:
            first = labels.get(talk.exchange.seq)
            said = _said(talk.response)
            yield broken(
                "request-refused",
                first or f"request {talk.exchange.seq}",
                {"status": talk.exchange.status, "message": said},
                {"status": 200},
                f"the service refuses {talk.exchange.operation} with {talk.exchange.status}: {said}",
            )


def nothing_after_answer(case: Case) -> Iterator[Finding]:
    """An invocation that has answered sends nothing any more.

    Source: language SDK specification 3.2: the answer is the invocation's end.
    """
    for talk in case.exchanges:
        invocation = case.invocations.get(talk.exchange.invocation or 0)
        if not invocation or not invocation.answered or invocation.ended_seq is None:
            continue
        if talk.exchange.seq > invocation.ended_seq:
            yield broken(
                "request-after-answer",
                f"invocation {invocation.number}:request {talk.exchange.seq}",
                talk.exchange.operation,
                "no request",
                f"invocation {invocation.number} had answered and still sent {talk.exchange.operation}",
            )


def _updates(talk: Talk) -> list[dict[str, Any]]:
    updates = talk.request.get("Updates") if isinstance(talk.request, dict) else None
    return [update for update in updates if isinstance(update, dict)] if isinstance(updates, list) else []


def _said(response: Any) -> str:
    if isinstance(response, dict):
        return str(response.get("message") or response.get("Message") or response)
    return str(response)
