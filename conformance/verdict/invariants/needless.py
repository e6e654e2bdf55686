"""Invariants of what is needless or too much: polls, reads of the state, requests and invocations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.verdict.finding import Blame
from conformance.verdict.invariants.base import broken
from conformance.verdict.invariants.invocations import WAITING, happened
from conformance.wire.recording import Outcome
from conformance.wire.stream import STATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case, Talk
    from conformance.verdict.finding import Finding

MOST_POLLS = 20
"""Empty checkpoints in a row that change nothing, above which an SDK asks too often.

The SDKs poll once when a timer of theirs has run out, and then ever more seldom.
"""

MOST_BYTES = 750 * 1024
MOST_UPDATES = 250
"""What both SDKs put at most into a request of several updates."""


def polls_have_a_reason(case: Case) -> Iterator[Finding]:
    """An empty checkpoint asks whether something that is pending has changed, and not over and over.

    Source: language SDK specification 5.6, which allows it for pending operations. What a fault took away may
    be asked for again.
    """
    occurred = happened(case)
    for execution, talks in _by_execution(case).items():
        coming = iter(sorted(occurred.get(execution, ())))
        following = next(coming, None)
        waiting: set[str] = set()
        row = 0
        for talk in talks:
            while following is not None and following[0] < talk.exchange.seq:
                (waiting.add if following[3] else waiting.discard)(following[2])
                following = next(coming, None)
            if not _is_poll(talk):
                row = 0
                continue
            row = 0 if _tells(talk) else row + 1
            where = f"invocation {talk.exchange.invocation}:request {talk.exchange.seq}"
            if not waiting and not case.disturbed:
                message = f"{where} is a checkpoint without updates, and nothing is pending"
                yield broken("poll-without-reason", where, "an empty checkpoint", "none", message)
            if row == MOST_POLLS + 1:
                message = f"{where} is the {row}th checkpoint without updates in a row that changes nothing"
                yield broken("polls-too-often", where, row, f"{MOST_POLLS} at most", message)


def reads_follow_a_marker(case: Case) -> Iterator[Finding]:
    """The state is read on from a marker that the service gave in this invocation, each once.

    Source: language SDK specification 3.1.1 and 5.5. One whose answer was lost or was an error is read again.
    """
    given: dict[int, set[Any]] = {number: _markers(event) for number, event in case.events.items()}
    for talk in case.exchanges:
        known = given.setdefault(talk.exchange.invocation or 0, set())
        if talk.exchange.operation == STATE:
            marker = talk.request.get("Marker") if isinstance(talk.request, dict) else None
            if marker not in known:
                yield broken(
                    "read-without-marker",
                    f"invocation {talk.exchange.invocation}:request {talk.exchange.seq}.Marker",
                    marker,
                    sorted(map(str, known)) or "no read",
                    f"invocation {talk.exchange.invocation} reads the state from {marker!r}, which the"
                    " service has not given, or which was read before",
                )
            if talk.good and talk.exchange.fault is None:
                known.discard(marker)
        if talk.good:
            known |= _markers(talk.response)


def requests_are_bounded(case: Case) -> Iterator[Finding]:
    """A request of several updates is not larger than what the SDKs themselves put into one.

    Source: language SDK specification 3.4 and 16.3: requests have limits, and large batches are not to be
    gathered. Both of AWS's first SDKs end a batch at 750 KB and 250 updates. A single update may be as large
    as the service's model lets its payload be.
    """
    for talk in case.checkpoints:
        updates = _updates(talk)
        size = len(talk.exchange.request.encode())
        where = f"request {talk.exchange.seq}"
        if len(updates) > MOST_UPDATES:
            message = f"{where} holds {len(updates)} updates"
            yield broken("request-too-large", f"{where}.Updates", len(updates), MOST_UPDATES, message)
        elif len(updates) > 1 and size > MOST_BYTES and not _both_of_one(updates):
            message = f"{where} of {len(updates)} updates has {size} bytes"
            yield broken("request-too-large", f"{where}.bytes", size, MOST_BYTES, message)


def invocations_have_a_reason(case: Case) -> Iterator[Finding]:
    """An execution is invoked once, and once more at most for each operation that it was to wait for.

    Source: language SDK specification 2.2: it is invoked again after waits, retries and failures. Who causes
    one too many, the subject by suspending or the service by waking it, the count does not say.
    """
    if case.disturbed:
        return
    for execution in case.recording.executions:
        own = [one for one in case.recording.invocations if one.execution == execution.arn]
        if not case.durable(execution.arn) or any(one.outcome is not Outcome.RESPONSE for one in own):
            continue
        reasons = sum(
            (update.type in WAITING and update.action == "START") or update.action == "RETRY"
            for update in case.stream.of(execution.arn)
        )
        if len(own) > reasons + 1:
            yield broken(
                "invocation-needless",
                f"invocation {own[-1].number}",
                len(own),
                reasons + 1,
                f"the execution was invoked {len(own)} times, with {reasons} operations to wait for",
                blame=Blame.UNDETERMINED,
            )


def _by_execution(case: Case) -> dict[str, list[Talk]]:
    talks: dict[str, list[Talk]] = {}
    for talk in case.checkpoints:
        talks.setdefault(talk.exchange.execution, []).append(talk)
    return talks


def _updates(talk: Talk) -> list[Any]:
    updates = talk.request.get("Updates") if isinstance(talk.request, dict) else None
    return updates if isinstance(updates, list) else []


def _both_of_one(updates: list[Any]) -> bool:
    """Whether a batch is START and end of one operation, whose payload alone may be as large as that."""
    return len({str(update.get("Id")) for update in updates if isinstance(update, dict)}) == 1


def _is_poll(talk: Talk) -> bool:
    return isinstance(talk.request, dict) and talk.request.get("Updates") in (None, [])


def _tells(talk: Talk) -> bool:
    """Whether the answer to a poll has something new."""
    state = talk.response.get("NewExecutionState") if isinstance(talk.response, dict) else None
    return isinstance(state, dict) and bool(state.get("Operations") or state.get("NextMarker"))


def _markers(told: Any) -> set[Any]:
    """The marker that an invocation's input or an answer gives, if it gives one."""
    if not isinstance(told, dict):
        return set()
    state = told.get("InitialExecutionState") or told.get("NewExecutionState") or told
    marker = state.get("NextMarker") if isinstance(state, dict) else None
    return {marker} if marker else set()
