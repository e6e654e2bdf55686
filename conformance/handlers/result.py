"""What a requirement comes to with its handler."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from conformance.handlers.assigned import Assigned
from conformance.verdict.finding import Finding


class Status(StrEnum):
    """How a requirement ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # it could not be run: nothing is known of the SDK
    NOT_IMPLEMENTED = "not implemented"  # the SDK's own template says so
    NO_HANDLER = "no handler"


@dataclass(frozen=True)
class Outcome:
    """A requirement's result.

    `problems` say why it failed or could not be run. `beyond` are findings of our own rules, which AWS's
    matcher lets through: they don't change the status.
    """

    assigned: Assigned
    status: Status
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    beyond: tuple[Finding, ...] = field(default=())
