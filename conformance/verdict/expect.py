"""The expect layer: the scenario's own words about its outcome, held against a recording.

Values are compared as JSON values: 2 and 2.0 are one number, true and 1 are not the same. Error types are
compared without their module, which only one of the languages puts before them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.scenario.statements import ABSENT
from conformance.sdks import registry
from conformance.verdict import faulted, meanings
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.wire import payloads
from conformance.wire.program import statements_within
from conformance.wire.stream import spoken
from conformance.wire.values import brief, plain, same

if TYPE_CHECKING:
    from conformance.scenario.model import Scenario
    from conformance.scenario.setting import Expect, ExpectedError
    from conformance.scenario.statements import Statement
    from conformance.wire.recording import ExecutionRecord, Recording
    from conformance.wire.stream import Stream

EXECUTION = "EXECUTION"
NEVER_BEGAN = "NOT STARTED"


def check(scenario: Scenario, recording: Recording, stream: Stream) -> list[Finding]:
    """Say where a recording is not what the scenario expects.

    `operations` and `invocations` are counted in the scenario's own execution, `bodies` in all of them.
    """
    return list(_check(scenario.expect, _Outcome(scenario, recording, stream)))


class _Outcome:
    """What a recording came to."""

    def __init__(self, scenario: Scenario, recording: Recording, stream: Stream) -> None:
        self.scenario = scenario
        self.recording = recording
        self.stream = stream
        self.execution: ExecutionRecord | None = recording.executions[0] if recording.executions else None

    @property
    def status(self) -> str:
        return self.execution.status if self.execution else NEVER_BEGAN

    @property
    def error(self) -> dict[str, Any]:
        error = (self.execution.error if self.execution else None) or {}
        return spoken(self.recording.subject).plain_error(error)

    @property
    def result(self) -> Any:
        """The result as a value, null where there is none: one language gives none without a `return`.

        A result too large for the output is in the EXECUTION's own update.
        """
        text = self.execution.result if self.execution else None
        if text:
            return payloads.read(text, spoken(self.recording.subject), None).value
        own = (update for update in self.stream.of(self.stream.main) if update.type == EXECUTION)
        return next((update.fields["Payload"] for update in own if "Payload" in update.fields), None)

    def operations(self, kind: str) -> int:
        """How many operations of a type the service came to know."""
        return len({update.path for update in self.stream.of(self.stream.main) if update.type == kind})

    @property
    def invocations(self) -> int:
        return sum(invocation.execution == self.stream.main for invocation in self.recording.invocations)

    def bodies(self, name: str) -> int:
        """How often the bodies of the operations of that name began."""
        return self._begun[name]

    def uncertain(self, name: str) -> int:
        """How many of them may as well have begun as not, since their process was ended at their START."""
        return self._uncertain[name]

    @cached_property
    def _uncertain(self) -> Counter[str | None]:
        statements = _by_place(self.scenario)
        places = faulted.uncertain(self.scenario, self.recording, self.stream)
        return Counter(
            self._named(execution, at, indexes, statements.get(at)) for _, execution, at, indexes in places
        )

    @cached_property
    def _begun(self) -> Counter[str | None]:
        statements = _by_place(self.scenario)
        return Counter(
            self._named(effect.execution, effect.at, effect.indexes, statements.get(effect.at))
            for effect in self.recording.effects
            if effect.event == "start" and effect.kind in ("step", "check", "submitter")
        )

    def _named(
        self, execution: str, at: str, indexes: tuple[int, ...], statement: Statement | None
    ) -> str | None:
        """An operation's name, from the wire where the scenario computes it."""
        given = getattr(statement, "name", ABSENT)
        if isinstance(given, str) and "${" not in given:
            return given
        return None if given is ABSENT else self._names.get((execution, at, indexes))

    @cached_property
    def _names(self) -> Mapping[tuple[str, str, tuple[int, ...]], str | None]:
        """The names on the wire by what stands at their places, of each the first one written."""
        names: dict[tuple[str, str, tuple[int, ...]], str | None] = {}
        for update in self.stream.accepted:
            place = self.stream.place(update)
            for candidate in place.candidates if place else ():
                names.setdefault((update.execution, candidate.at, candidate.indexes), update.name)
        return names


def _check(expect: Expect, seen: _Outcome) -> Iterator[Finding]:
    if expect.status is not None and seen.status != expect.status:
        why = f", {brief(seen.error)}" if seen.error else ""
        message = f"the execution is {seen.status}{why}; the scenario expects {expect.status}"
        yield _finding("expected-status", "output.Status", seen.status, expect.status, message)
    elif expect.result is not ABSENT and not same(plain(seen.result), plain(expect.result)):
        message = f"the result is {brief(seen.result)}; the scenario expects {brief(expect.result)}"
        yield _finding("expected-result", "output.Result", seen.result, expect.result, message)
    if expect.error is not None:
        yield from _error(expect.error, seen)
    for kind, wanted in expect.operations.items():
        count = seen.operations(kind)
        if count != wanted:
            message = f"{count} operations of type {kind} are on the wire; the scenario expects {wanted}"
            yield _finding("expected-operations", f"operations.{kind}", count, wanted, message)
    if expect.invocations is not None and seen.invocations != expect.invocations:
        message = f"there were {seen.invocations} invocations; the scenario expects {expect.invocations}"
        yield _finding("expected-invocations", "invocations", seen.invocations, expect.invocations, message)
    for name, runs in expect.bodies.items() if seen.recording.instrumented else ():
        begun, open_ = seen.bodies(name), seen.uncertain(name)
        if not begun - open_ <= runs <= begun + open_:
            message = f"the body of '{name}' began {begun} times; the scenario expects {runs}"
            yield _finding("expected-bodies", f"bodies.{name}", begun, runs, message)
    if expect.any_of:
        yield from _any_of(expect.any_of, seen)


def _stands_for(bare: str | None, expected: str, seen: _Outcome) -> bool:
    """Whether an SDK's own word for an error is what the scenario calls by the word of another SDK."""
    wanted = registry.roles_of(expected)
    dialect = spoken(seen.recording.subject)
    own = dialect.roles.get(bare or "", frozenset())
    if own or not wanted or bare is None:
        return bool(own & wanted)
    return dialect.errors_caught == "own" and wanted <= meanings.WRAPS


def _error(expected: ExpectedError, seen: _Outcome) -> Iterator[Finding]:
    kind = seen.error.get("ErrorType")
    bare = kind.rpartition(".")[2] if isinstance(kind, str) else None
    if expected.type is not None and bare != expected.type and not _stands_for(bare, expected.type, seen):
        message = f"the execution's error is of type {bare}; the scenario expects {expected.type}"
        yield _finding("expected-error-type", "output.Error.ErrorType", bare, expected.type, message)
    text = seen.error.get("ErrorMessage")
    if expected.message is not None and text != expected.message:
        message = f"the execution's error says {brief(text)}; the scenario expects {brief(expected.message)}"
        yield _finding("expected-error-message", "output.Error.ErrorMessage", text, expected.message, message)


def _any_of(alternatives: tuple[Expect, ...], seen: _Outcome) -> Iterator[Finding]:
    """One of several outcomes must hold as a whole; otherwise say of each what speaks against it."""
    against = [list(_check(alternative, seen)) for alternative in alternatives]
    if all(against):
        reasons = [[finding.message for finding in findings] for findings in against]
        message = "none of the outcomes that the scenario allows holds: " + "; or ".join(
            " and ".join(each) for each in reasons
        )
        wanted = [
            [{"path": finding.path, "wanted": finding.wanted} for finding in findings] for findings in against
        ]
        shown = [
            [{"path": finding.path, "seen": finding.seen} for finding in findings] for findings in against
        ]
        yield _finding("expected-any-of", "any_of", shown, wanted, message)


def _by_place(scenario: Scenario) -> dict[str, Statement]:
    handlers = (scenario.handler, *(function.handler for function in scenario.functions.values()))
    return {statement.at: statement for handler in handlers for statement in statements_within(handler)}


def _finding(rule: str, path: str, seen: Any, wanted: Any, message: str) -> Finding:
    return Finding(Layer.EXPECT, rule, path, seen, wanted, Blame.SDK, message)
