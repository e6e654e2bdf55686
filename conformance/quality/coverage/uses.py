"""Which parameter of the language takes which value where, in a scenario: told by its typed statements.

The place of a statement is the context right around it; what stands in `if`, `try` or an unwrapped with_retry
stands in that context. A statement is replayed where something after it suspends the execution, which runs
everything again from the start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance.quality.coverage.cells import kind_of, suspends
from conformance.quality.coverage.classes import class_of, class_of_value, many
from conformance.quality.coverage.domains import ABSENT, COMPUTED
from conformance.quality.coverage.inside import KINDS
from conformance.scenario import enclosed
from conformance.scenario import statements as s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.scenario.model import Scenario

WORDS: dict[type, str] = KINDS | {
    s.Return: "return",
    s.Raise: "raise",
    s.Log: "log",
    s.Note: "note",
    s.ThrowIfError: "throw_if_error",
    s.If: "if",
}
_PLACE = {
    "real": "real child",
    "virtual": "virtual child",
    "nested-map": "NESTED branch",
    "nested-parallel": "NESTED branch",
    "flat-map": "FLAT branch",
    "flat-parallel": "FLAT branch",
}


@dataclass(frozen=True, order=True)
class Use:
    """One value of one parameter; without a place it stands around the handler."""

    parameter: str
    value: str
    place: str | None = None
    replayed: bool = False


def uses(scenario: Scenario) -> frozenset[Use]:
    """All that a scenario uses."""
    reader = _Reader(scenario)
    roots = [scenario.handler, *(function.handler for function in scenario.functions.values())]
    inside = (use for handler in roots for use in reader.block(handler, "root", later=False))
    return frozenset((*inside, *_around(scenario)))


@dataclass(frozen=True)
class _Reader:
    scenario: Scenario

    def block(self, statements: tuple[s.Statement, ...], place: str, *, later: bool) -> Iterator[Use]:
        """The uses in a list of statements; `later` says whether something after all of them suspends."""
        for index, statement in enumerate(statements):
            again = later or any(map(suspends, statements[index + 1 :]))
            yield from self.statement(statement, place, again=again)

    def statement(self, statement: s.Statement, place: str, *, again: bool) -> Iterator[Use]:
        """The uses of a statement and in it."""
        word = WORDS.get(type(statement))
        for name, value in self.fields(statement) if word else ():
            if value == "empty text" and name in ("name", "error.message", "body.raises.message"):
                yield Use(name.rpartition(".")[2], value)
            else:
                yield Use(f"{word}.{name}", value, place, again)
        if any(serdes.fails for serdes in enclosed.serialisers(statement)):
            yield Use("serialiser that fails", str(word))
        if isinstance(statement, s.OnRoot):
            yield Use("on_root", "given")
        for body in enclosed.bodies(statement):
            if body.do is not None:
                yield Use("body.do", "given")
            yield Use("body.after", ABSENT if body.after is None else body.after.state)
            if body.crashes is not None:
                yield Use("step.body.crashes", body.crashes)
        inside = place
        if isinstance(statement, s.Child | s.Map | s.Parallel):
            kind = kind_of(statement, self.scenario.input)
            inside = place if kind is None else _PLACE[kind]
        for block in enclosed.blocks(statement):
            yield from self.block(block, inside, later=again)

    def fields(self, statement: s.Statement) -> Iterator[tuple[str, str]]:  # noqa: C901, PLR0912 - a row a word
        """The statement's own parameters, each with its value's class."""
        if isinstance(statement, s.Map | s.Parallel):
            nesting = statement.nesting
            yield (
                "nesting",
                nesting if isinstance(nesting, str) else ABSENT if nesting is s.ABSENT else COMPUTED,
            )
        for name in (
            "name",
            "virtual",
            "max_concurrency",
            "item_name",
            "items",
            "initial",
            "summary",
        ):
            if hasattr(statement, name):
                yield name, self.of(getattr(statement, name))
        for name in ("function", "payload", "tenant", "wrap", "value", "condition", "until"):
            if hasattr(statement, name):
                yield name, self.of(getattr(statement, name))
        for name in ("serdes", "item_serdes", "payload_serdes", "result_serdes"):
            if hasattr(statement, name):
                given = getattr(statement, name)
                yield name, ABSENT if given is None else given.name
        for name in ("timeout", "heartbeat_timeout"):
            if hasattr(statement, name):
                given = getattr(statement, name)
                yield name, ABSENT if given is None else given.unit
        if isinstance(statement, s.Map | s.Parallel):
            yield from self.completion(statement)
        if isinstance(statement, s.Step | s.WaitForCallback | s.WithRetry):
            yield from self.strategy(statement.retry)
        bodies = enclosed.bodies(statement)
        if bodies:
            yield "attempts", many(bodies)
            for body in bodies:
                yield from self.body(body)
        match statement:
            case s.Step(semantics=semantics):
                yield "semantics", semantics or ABSENT
            case s.Wait(duration=duration):
                yield "duration.unit", duration.unit
                yield "duration.amount", self.of(duration.amount)
            case s.Child(sub_type=sub_type):
                yield "sub_type", class_of_value(sub_type) if sub_type is not None else ABSENT
            case s.Parallel(branches=branches):
                yield "branches", class_of_value(len(branches))
                for branch in branches:
                    yield "branch.name", self.of(branch.name)
            case s.WaitForCondition(delays=delays, backoff=backoff):
                yield "delays", many(delays)
                yield from self.backoff(backoff)
            case s.Raise(error=error):
                yield "error", "again" if error is None else "new"
                if error is not None:
                    yield "error.message", self.of(error.message)
                    yield "error.cause", ABSENT if error.cause is s.ABSENT else "given"
            case s.Log(message=message, level=level, replay=replay):
                yield "message", self.of(message)
                yield "level", level
                yield "replay", ABSENT if replay is None else class_of_value(replay)
            case s.ThrowIfError():
                yield "batch", "text"
            case _:
                pass

    def completion(self, statement: s.Map | s.Parallel) -> Iterator[tuple[str, str]]:
        """A batch's rules."""
        completion, hook = statement.completion, statement.complete_when
        yield "completion", ABSENT if completion is None else "given"
        if completion is not None:
            for name in ("min_successful", "tolerated_failure_count", "tolerated_failure_percentage"):
                yield f"completion.{name}", self.of(getattr(completion, name))
        yield "complete_when", ABSENT if hook is None else "given"
        if hook is not None:
            yield "complete_when.outcome", hook.outcome

    def strategy(self, retry: s.Retry | None) -> Iterator[tuple[str, str]]:
        """A retry strategy, and what its constructor is given."""
        yield "retry", ABSENT if retry is None else retry.kind
        if retry is None:
            return
        at = f"retry.{retry.kind}"
        if retry.kind in ("exponential", "linear", "fixed"):
            if retry.attempts is not None:
                yield f"{at}.attempts", class_of_value(retry.attempts)
            yield f"{at}.rate", ABSENT if retry.rate is None else class_of_value(retry.rate)
            yield f"{at}.jitter", retry.jitter or ABSENT
            yield f"{at}.errors", ABSENT if retry.errors is None else many(retry.errors)
            yield f"{at}.types", ABSENT if retry.types is None else many(retry.types)
            for name in ("initial", "max", "increment"):
                given = getattr(retry, name)
                if given is not None:
                    yield f"{at}.{name}.unit", given.unit
        if retry.kind == "delays":
            yield at, many(retry.delays)

    def backoff(self, backoff: s.Backoff | None) -> Iterator[tuple[str, str]]:
        """The SDK's own wait strategy."""
        yield "backoff", ABSENT if backoff is None else "given"
        if backoff is not None:
            for name in ("attempts", "rate"):
                given = getattr(backoff, name)
                yield f"backoff.{name}", ABSENT if given is None else class_of_value(given)
            yield "backoff.jitter", backoff.jitter or ABSENT

    def body(self, body: s.Body) -> Iterator[tuple[str, str]]:
        """What one run of a body does."""
        yield "body.logs", many(body.logs)
        if body.raises is not None:
            yield "body", "raises"
            yield "body.raises.type", class_of_value(body.raises.type)
            yield "body.raises.message", self.of(body.raises.message)
            yield "body.raises.cause", ABSENT if body.raises.cause is s.ABSENT else "given"
        elif body.returns is not s.ABSENT:
            yield "body", "returns"
            yield "body.returns", self.of(body.returns)

    def of(self, template: Any) -> str:
        """The class of an expression's value."""
        return class_of(template, self.scenario.input)


def _around(scenario: Scenario) -> Iterator[Use]:
    yield Use("input", ABSENT if scenario.input is s.ABSENT else class_of_value(scenario.input))
    for function in scenario.functions.values():
        yield Use("function", "unknown" if function.unknown else "durable" if function.durable else "plain")
        if function.timeout is not None:
            yield Use("function", "timeout")
        last = function.handler[-1] if function.handler else None
        if not function.unknown:
            outcome = (
                "raises"
                if isinstance(last, s.Raise)
                else "returns"
                if isinstance(last, s.Return)
                else "nothing"
            )
            yield Use("function.outcome", outcome)
    for action in scenario.outside:
        yield Use("outside", action.kind)
        yield Use("outside.after", class_of_value(action.after))
        target = "callback" if action.callback is not None else "of" if action.of is not None else "nth"
        yield Use("outside.target", "execution" if action.kind == "stop" and action.of is None else target)
        if action.kind == "succeed":
            payload = ABSENT if action.payload is s.ABSENT else class_of_value(action.payload)
            yield Use("outside.payload", payload)
            yield Use("outside.raw", ABSENT if action.raw is None else class_of_value(action.raw))
        if action.error is not None:
            for name in ("type", "message", "data"):
                given = getattr(action.error, name)
                yield Use(f"outside.error.{name}", ABSENT if given is None else class_of_value(given))
            yield Use("outside.error.stack", ABSENT if action.error.stack is None else "given")
    for fault in scenario.faults:
        yield Use("fault", fault.fault)
        named = (name for name in ("checkpoint", "of", "state") if getattr(fault, name) is not None)
        yield Use("fault.where", next(named, "run"))
        yield Use("fault.action", fault.action or ABSENT)
        yield Use("fault.times", class_of_value(fault.times))
    yield from _expected(scenario)


def _expected(scenario: Scenario) -> Iterator[Use]:
    expect = scenario.expect
    for option in (expect, *expect.any_of):
        empty = replace(option, any_of=())
        for name in ("status", "error", "invocations"):
            if getattr(empty, name) is not None:
                yield Use("expect", name)
        for name in ("operations", "bodies"):
            if getattr(empty, name):
                yield Use("expect", name)
        if empty.result is not s.ABSENT:
            yield Use("expect", "result")
        if empty.status is not None:
            yield Use("expect.status", empty.status)
    if expect.any_of:
        yield Use("expect", "any_of")


__all__ = ["COMPUTED", "WORDS", "Use", "uses"]
