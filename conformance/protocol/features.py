"""What a harness may be able to do, in a closed list, and which of it a scenario needs, and where.

A harness names its features when it starts, so it is known before a run whether a scenario can be run at
all. What is needed is found by walking the typed statements: whatever could be evaluated to need a feature
needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args

from conformance.scenario import enclosed
from conformance.scenario import statements as st
from conformance.scenario.expressions import NON_JSON_KINDS, admit
from conformance.scenario.model import Scenario
from conformance.scenario.program import word
from conformance.scenario.trees import NON_JSON

WORDS: tuple[str, ...] = tuple(sorted(word(statement) for statement in get_args(st.Statement)))
"""Every statement's word is a feature: the harness runs that statement."""

OPTIONS: dict[str, str] = {
    "batch.complete-when": "a map's or parallel's own function that says when it is complete",
    "batch.flat": "FLAT nesting",
    "batch.item-serdes": "a serialiser for the results of a map's or parallel's branches",
    "batch.max-concurrency": "how many branches may run at once",
    "batch.min-successful": "how many branches must succeed",
    "batch.serdes": "a serialiser for a map's or parallel's own result",
    "batch.summary": "a summary of a result that is too large",
    "batch.tolerated-failure-count": "how many branches may fail",
    "body.do": "bodies that call the context around them, which is misuse",
    "body.logs": "log lines in bodies, by the SDK's loggers",
    "callback.heartbeat-timeout": "a callback's heartbeat timeout",
    "callback.serdes": "a callback's serialiser",
    "callback.timeout": "a callback's timeout",
    "child.serdes": "a child context's serialiser",
    "child.sub-type": "sub types of child contexts",
    "child.summary": "a summary of a child's result that is too large",
    "child.virtual": "virtual child contexts",
    "condition.attempt-number": "the attempt's number in a check",
    "condition.backoff": "the SDK's own wait strategy",
    "condition.delays": "a wait strategy that is a function",
    "condition.serdes": "a condition's serialiser",
    "invoke.payload-serdes": "a serialiser for the payload of a chained invoke",
    "invoke.result-serdes": "a serialiser for the result of a chained invoke",
    "invoke.tenant": "a tenant's id",
    "log.replay": "log lines that are not held back on replay",
    "map.item-names": "names of a map's branches",
    "map.tolerated-failure-percentage": "how many per cent of a map's branches may fail",
    "parallel.branch-names": "named parallel branches",
    "parallel.tolerated-failure-percentage": "how many per cent of a parallel's branches may fail",
    "raise.again": "a caught error that is raised again",
    "raise.cause": "an error with a cause",
    "raise.retryable": "a user's error of the SDK's own kind that has the invocation repeated",
    "retry.errors": "retrying by the error's message",
    "retry.types": "retrying by the error's class",
    "serdes.retryable": "a serialiser that fails with the SDK's own error that has the invocation repeated",
    "step.attempt-number": "the attempt's number in a step",
    "step.semantics": "at-least-once and at-most-once",
    "step.serdes": "a step's serialiser",
    "wait_for_callback.retry": "a retry strategy for a submitter",
    "with_retry.wrap": "with_retry with and without a child context around it",
}
"""What goes beyond a word, with what it is in words."""

RETRIES: tuple[str, ...] = (
    "none",
    "default",
    "linear-preset",
    "exponential",
    "linear",
    "delays",
    "fixed",
)
SERIALISERS: tuple[str, ...] = (
    "upper",
    "upper-json",
    "upper-read",
    "prefix",
    "wrap",
    "opserde",
    "json",
    "number",
    "epoch",
    "fail-write",
    "fail-read",
    "nothing",
)

FEATURES: dict[str, str] = (
    {name: f"the statement `{name}`" for name in WORDS}
    | OPTIONS
    | {f"retry.{kind}": f"the retry strategy `{kind}`" for kind in RETRIES}
    | {f"serdes.{name}": f"the serialiser `{name}`" for name in SERIALISERS}
    | {
        f"non-json.{kind}": f"the value `{{non_json: {kind}}}`, which JSON can't say"
        for kind in NON_JSON_KINDS
    }
)
"""Every feature there is, with what it is in words."""

CORE: frozenset[str] = frozenset(
    {
        *("step", "wait", "child", "map", "parallel", "callback", "await", "wait_for_callback"),
        *("wait_for_condition", "invoke", "return", "raise", "try", "if", "let", "note"),
        *("batch.max-concurrency", "batch.min-successful", "batch.tolerated-failure-count"),
        *("callback.timeout", "condition.delays", "raise.again"),
        *("retry.none", "retry.default", "retry.delays", "retry.fixed"),
    }
)
"""What a harness of the profile `core` runs, as far as its SDK can: the floor for a useful comparison."""

PROFILES: dict[str, frozenset[str]] = {"core": CORE, "full": frozenset(FEATURES)}


@dataclass(frozen=True)
class Need:
    """A feature that a statement needs. `at` is the statement's place, as `handler/0/do/1`."""

    feature: str
    at: str


def needs(scenario: Scenario) -> Iterator[Need]:
    """All that a scenario needs, statement by statement, its functions' handlers included."""
    for handler in (scenario.handler, *(function.handler for function in scenario.functions.values())):
        for statement in handler:
            for inner in enclosed.everything(statement):
                for feature in of_statement(inner):
                    yield Need(feature, inner.at)


def lacking(scenario: Scenario, features: frozenset[str]) -> Need | None:
    """The first thing that a scenario needs and that is not among `features`."""
    return next((need for need in needs(scenario) if need.feature not in features), None)


def of_statement(statement: st.Statement) -> Iterator[str]:  # noqa: C901 - one case a statement
    """The features that a statement itself needs, not those of the statements in it."""
    yield word(statement)
    yield from _parts(statement)
    match statement:
        case st.Step():
            yield from _given(statement, "step", "semantics", "serdes")
            yield from _numbered("step", statement.bodies)
        case st.Child():
            yield from _given(statement, "child", "sub_type", "serdes", "summary")
            yield from _virtual(statement.virtual)
        case st.Map() | st.Parallel():
            yield from _batch(statement)
        case st.Callback() | st.WaitForCallback():
            yield from _given(statement, "callback", "timeout", "heartbeat_timeout", "serdes")
            if isinstance(statement, st.WaitForCallback) and statement.retry is not None:
                yield "wait_for_callback.retry"
        case st.WaitForCondition():
            yield from _given(statement, "condition", "serdes")
            yield "condition.delays" if statement.delays else "condition.backoff"
            yield from _numbered("condition", statement.check, statement.until if statement.delays else None)
        case st.Invoke():
            yield from _given(statement, "invoke", "tenant", "payload_serdes", "result_serdes")
        case st.WithRetry():
            yield from _given(statement, "with_retry", "wrap")
            yield from _virtual(statement.virtual)
        case st.Raise(again=again) if again is not None:
            yield "raise.again"
        case st.Log(replay=True):
            yield "log.replay"
        case _:
            pass


def _batch(statement: st.Map | st.Parallel) -> Iterator[str]:
    yield from _given(statement, "batch", "max_concurrency", "complete_when", "serdes", "item_serdes")
    yield from _given(statement, "batch", "summary")
    if statement.nesting is not st.ABSENT and statement.nesting != "NESTED":
        yield "batch.flat"
    if statement.completion is not None:
        yield from _given(statement.completion, "batch", "min_successful", "tolerated_failure_count")
        yield from _given(statement.completion, word(statement), "tolerated_failure_percentage")
    if isinstance(statement, st.Map) and statement.item_name is not st.ABSENT:
        yield "map.item-names"
    if isinstance(statement, st.Parallel) and any(
        branch.name is not st.ABSENT for branch in statement.branches
    ):
        yield "parallel.branch-names"


def _given(part: Any, prefix: str, *names: str) -> Iterator[str]:
    for name in names:
        if getattr(part, name) not in (None, st.ABSENT):
            yield f"{prefix}.{name.replace('_', '-')}"


def _virtual(virtual: st.Optional) -> Iterator[str]:
    if virtual is not st.ABSENT and virtual is not False:
        yield "child.virtual"


def _numbered(prefix: str, bodies: tuple[st.Body, ...], *templates: Any) -> Iterator[str]:
    """The number of the attempt, where a body (or one of `templates`) computes with it."""
    used = {name for template in (*_templates(bodies), *templates) for _, name in admit(template).uses}
    if "attempt" in used:
        yield f"{prefix}.attempt-number"


def _templates(part: Any) -> Iterator[Any]:
    """Every template in bodies, the statements in them included."""
    if isinstance(part, tuple):
        for item in part:
            yield from _templates(item)
    elif is_dataclass(part) and not isinstance(part, type):
        for item in fields(part):
            yield from _templates(getattr(part, item.name))
    elif part is not st.ABSENT:
        yield part


def _parts(statement: st.Statement) -> Iterator[str]:
    """What those parts of a statement need that stand in many: strategies, serialisers, bodies, values."""
    for item in fields(statement):
        yield from _part(getattr(statement, item.name))


def _part(part: Any) -> Iterator[str]:  # noqa: C901, PLR0912 - one case a kind of part
    match part:
        case st.Retry(kind=kind):
            yield f"retry.{kind}"
            yield from _given(part, "retry", "errors", "types")
        case st.Serdes(name=name):
            yield f"serdes.{name}"
            if isinstance(part.argument, dict) and part.argument.get("retryable"):
                yield "serdes.retryable"
        case st.Raises(cause=cause, retryable=retryable):
            if cause is not st.ABSENT:
                yield "raise.cause"
            if retryable is not st.ABSENT:
                yield "raise.retryable"
        case st.Body():
            if part.do is not None:
                yield "body.do"
            if part.logs:
                yield "body.logs"
            yield from _part(part.returns)
            yield from _part(part.raises)
        case tuple():
            for item in part:
                if not isinstance(item, get_args(st.Statement)):
                    yield from _part(item)
        case dict() if part.keys() == {NON_JSON}:
            yield f"non-json.{part[NON_JSON]}"
        case _:
            pass
