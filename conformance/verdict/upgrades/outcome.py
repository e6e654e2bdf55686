"""How a scenario's own execution ended: what two versions must agree about before a third run is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.verdict import meanings, parity
from conformance.vocabulary import ErrorRole
from conformance.wire import payloads
from conformance.wire.values import ABSENT, brief, same

if TYPE_CHECKING:
    from conformance.verdict.case import Case
    from conformance.verdict.meanings import ErrorMeaning

REFUSALS = frozenset({ErrorRole.PROGRAM_CHANGED, ErrorRole.CHECKPOINT_REFUSED})
LAST_FAILED = "(the last invocation failed)"
"""In place of what the service says then, which quotes the id of a request."""


@dataclass(frozen=True)
class Outcome:
    """Status, result and error of an execution; what it has not is `ABSENT` or None."""

    status: str
    result: Any
    error: ErrorMeaning | None

    @classmethod
    def of(cls, case: Case) -> Outcome:
        """Read it off a recording, in the dialect of the subject that ended it."""
        execution = case.execution
        if execution is None:
            return cls("none", ABSENT, None)
        identity = case.stream.identities.get(case.stream.main)
        names = identity.named if identity else str
        result = ABSENT
        if execution.result is not None:
            result = payloads.read(execution.result, payloads.PLAIN, None, names=names).value
        error = execution.error
        if error is not None and parity.of_the_service(case, error):
            error = {"ErrorType": error.get("ErrorType"), "ErrorMessage": LAST_FAILED}
        last = max((one.number for one in case.recording.invocations), default=None)
        dialect = case.dialect_in(last)
        return cls(
            execution.status,
            result,
            None if error is None else meanings.error(payloads.error(error, dialect, names), dialect),
        )

    @property
    def refuses(self) -> bool:
        """Whether the execution failed with an error that says why it could not go on.

        So do the SDK's own word for a program that has changed, and its word for a checkpoint that the
        service refused, which takes no operation under another's identity.
        """
        return self.error is not None and bool(self.error.roles & REFUSALS)

    def same(self, other: Outcome) -> bool:
        """Whether they mean the same."""
        return not self.difference(other)

    def difference(self, other: Outcome) -> str:
        """The first member in which they differ, as `output.Result`; empty where they don't."""
        if self.status != other.status:
            return "output.Status"
        if not same(self.result, other.result):
            return "output.Result"
        if (self.error is None) != (other.error is None):
            return "output.Error"
        if self.error is not None and other.error is not None:
            found = self.error.differences(other.error)
            return f"output.Error.{found[0][0]}" if found else ""
        return ""

    def document(self) -> Any:
        """It as plain JSON."""
        result = {} if self.result is ABSENT else {"Result": self.result}
        error = {} if self.error is None else {"Error": dict(self.error.written)}
        return {"Status": self.status, **result, **error}

    def __str__(self) -> str:
        """Say it on one line: `SUCCEEDED {"a": 1}`."""
        if self.error is not None:
            written = self.error.written
            said = written.get("ErrorMessage")
            return f"{self.status} with {self.error.kind}: {brief(said)}"
        return self.status if self.result is ABSENT else f"{self.status} {brief(self.result)}"
