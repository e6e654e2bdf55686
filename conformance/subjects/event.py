"""An invocation of a subject: what goes in and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.wire.recording import Outcome


@dataclass(frozen=True)
class Event:
    """What a subject is invoked with: `body` the event as JSON bytes, `deadline_ms` since the epoch."""

    request_id: str
    function_arn: str
    body: bytes
    deadline_ms: int
    tenant: str | None = None
    trace: str | None = None

    @property
    def retries_sent(self) -> int:
        """How many requests its process has been made to send again, while handling it."""
        return 0

    def left(self, written: str) -> None:
        """Its process was killed before it answered, and has written this meanwhile."""


@dataclass(frozen=True)
class Answer:
    """What became of an invocation.

    `body` is the response or the error as posted; None where there is none. `stderr` is what the process
    wrote meanwhile (stdout too), the last 50 lines at most. `detail` says in words what went wrong, where
    something did.
    """

    outcome: Outcome
    body: str | None
    stderr: str
    detail: str = ""
