"""Scenarios in a few words, and recordings of a subject that puts a plan on the wire to the letter."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.oracle.batches import Raced
from conformance.oracle.flow import Failure, Flow, Raised, Returned, Stopped
from conformance.oracle.paths import context_of, ordinal_of
from conformance.oracle.values import OneOf, is_known
from conformance.scenario.model import Scenario
from conformance.scenario.unknown import NOTHING
from conformance.sdks.dialect import Dialect
from conformance.sdks.registry import dialect
from conformance.verdict.structure import Expected, Plan, check, predict
from conformance.wire.stream import canonical
from tests.verdict.recordings import VERSIONS, Maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from conformance.verdict.finding import Finding
    from conformance.wire.recording import Recording

Update = dict[str, Any]


def document(*handler: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A scenario's document of a handler and whatever else."""
    return {"title": "made up", "handler": list(handler), **more}


def scenario(*handler: dict[str, Any], **more: Any) -> Scenario:
    """The same, typed."""
    return Scenario.from_document("made/up", document(*handler, **more))


def step(name: str, returns: Any = 1, **more: Any) -> dict[str, Any]:
    """A step that succeeds at once."""
    return {"step": {"name": name, "returns": returns, **more}}


def failing(name: str, kind: str = "Boom", **more: Any) -> dict[str, Any]:
    """A step that fails once and for all."""
    return {"step": {"name": name, "raises": {"type": kind, "message": "no"}, "retry": "none", **more}}


def child(name: str, *do: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A child context."""
    return {"child": {"name": name, "do": list(do), **more}}


def virtual(name: str, *do: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A virtual child context."""
    return child(name, *do, virtual=True, **more)


def each(name: str, items: Any, *do: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A map."""
    return {"map": {"name": name, "items": items, "do": list(do), **more}}


def side_by_side(name: str, *branches: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A parallel."""
    return {"parallel": {"name": name, "branches": list(branches), **more}}


def caught(*do: dict[str, Any], then: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """A try whose catch does nothing, or `then`."""
    return {"try": list(do), "catch": list(then)}


RAISE = {"raise": {"type": "Boom", "message": "no"}}


def updates(plan: Plan, *, optional: bool = True) -> Iterator[tuple[Expected, str]]:
    """The updates that a plan asks for, in the order of a subject that does one thing after the other."""
    yield from _inside(plan, None, optional=optional)


def _inside(plan: Plan, context: str | None, *, optional: bool) -> Iterator[tuple[Expected, str]]:
    for expected in [each for each in plan.operations.values() if context_of(each.path) == context]:
        if expected.optional and not optional:
            continue
        if expected.virtual:
            yield from _inside(plan, expected.path, optional=optional)
            continue
        yield expected, "START"
        for _ in range(expected.lifecycle.retries or 0):
            yield expected, "RETRY"
        yield from _inside(plan, expected.path, optional=optional)
        ends = sorted(filter(None, expected.lifecycle.terminals))
        if ends:
            yield expected, ends[-1]


def raw(maker: Maker, expected: Expected, action: str, number: int = 0) -> Update:
    """One update as a well-behaved SDK sends it; `number` counts an operation's RETRYs."""
    names = sorted(filter(None, expected.names or ()))
    parents = sorted(parent for parent in expected.parents if parent is not None)
    parent = parents[0] if parents and None not in expected.parents else None
    return maker.update(
        expected.path,
        expected.type,
        action,
        parent,
        SubType=expected.subtype,
        Name=names[0] if names else _default_name(maker, expected),
        **_carried(expected, action, number, spoken(maker.sdk)),
    )


def _default_name(maker: Maker, expected: Expected) -> str | None:
    """What the SDK calls what the scenario gives no name."""
    dialect, context = spoken(maker.sdk), context_of(expected.path)
    if expected.names is None and expected.subtype in ("MapIteration", "ParallelBranch"):
        kind = "Map" if expected.subtype == "MapIteration" else "Parallel"
        return dialect.name_branches[kind].replace("{index}", str(ordinal_of(expected.path)))
    if expected.names is None and context is not None and expected.type in ("CALLBACK", "STEP"):
        template = dialect.name_callback if expected.type == "CALLBACK" else dialect.name_submitter
        return (template or "").replace("{name}", maker.names.get(context, "")).strip() or None
    return None


def _carried(expected: Expected, action: str, number: int, dialect: Dialect) -> dict[str, Any]:
    lifecycle = expected.lifecycle
    if action == "START":
        return _options(expected.options)
    if action == "SUCCEED":
        if lifecycle.value is NOTHING:
            return {"Payload": "null"} if dialect.nothing_returned == "null" else {}
        return _payload(lifecycle.value)
    if action == "FAIL":
        return _error(lifecycle.failure)
    told = lifecycle.rounds[number]
    seconds = {"StepOptions": {"NextAttemptDelaySeconds": told.delay[0]}} if told.delay else {}
    return _error(told.failure) | _payload(told.state) | seconds


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    carried: dict[str, Any] = {}
    for name, value in options.items():
        outer, _, inner = name.partition(".")
        if not inner:
            carried[outer] = json.dumps(value)
        elif value is not None:
            told = value[0] if isinstance(value, tuple) else value
            carried[outer] = carried.get(outer, {}) | {inner: told}
    return carried


def _payload(value: Any) -> dict[str, Any]:
    if isinstance(value, OneOf):
        return {"Payload": json.dumps(value.values[0])}
    if isinstance(value, Raced):
        items = [_item(item) for item in value.items.values()]
        return {"Payload": json.dumps({"all": items, "completionReason": "ALL_COMPLETED"})}
    if isinstance(value, dict) and "completionReason" in value:
        items = [_item(item) for item in value["all"]]
        reason = value["completionReason"] if is_known(value["completionReason"]) else "ALL_COMPLETED"
        return {"Payload": json.dumps({"all": items, "completionReason": reason})}
    return {"Payload": json.dumps(value)} if is_known(value) else {}


def _item(item: dict[str, Any]) -> dict[str, Any]:
    told = {"index": item["index"], "status": item["status"]}
    if item["error"] is None:
        return told | ({"result": item["result"]} if is_known(item["result"]) else {})
    return told | {"error": {"ErrorType": item["error"]["type"], "ErrorMessage": item["error"]["message"]}}


def _error(failure: Failure | None) -> dict[str, Any]:
    if failure is None:
        return {}
    parts = {"ErrorType": failure.kind, "ErrorMessage": failure.message}
    return {"Error": {name: str(part) for name, part in parts.items()}}


def written(  # noqa: PLR0913 - each is a way in which a recording may differ
    made: Scenario,
    sdk: str = "python",
    change: Callable[[list[Update], Maker], None] | None = None,
    *,
    status: str | None = None,
    complete: bool = True,
    optional: bool = True,
) -> Recording:
    """A recording of a subject that does as the oracle says, each update in a request of its own.

    `change` may alter the list of updates before they are sent; `status` stands for how the handler ends.
    """
    maker = Maker(sdk, made.document, scenario=made.id, input=json.dumps(made.document.get("input")))
    plan = plan_of(made, sdk)
    sent, retries = [], Counter[str]()
    for expected, action in updates(plan, optional=optional):
        if not optional and isinstance(expected.lifecycle.value, Raced):
            nobody = replace(expected.lifecycle, value=Raced({}))
            expected = replace(expected, lifecycle=nobody)  # noqa: PLW2901 - the race had no end for any branch
        sent.append(raw(maker, expected, action, retries[expected.path]))
        retries[expected.path] += action == "RETRY"
    if change is not None:
        change(sent, maker)
    maker.invoke()
    for expected in plan.operations.values():
        for attempt in expected.lifecycle.runs or ():
            maker.effect(expected.at, "step", "start", expected.indexes, attempt=attempt)
    for update in sent:
        refused = update.pop("refused", False)
        maker.checkpoint(update, status=400 if refused else 200)
    maker.answer(_answer(plan.flow) if status is None else {"Status": status})
    return maker.done(complete=complete)


def _answer(flow: Flow) -> dict[str, Any]:
    if isinstance(flow, Raised):
        return {"Status": "FAILED"} | _error(flow.failure)
    if isinstance(flow, Stopped):
        return {"Status": "PENDING"}
    value = flow.value if isinstance(flow, Returned) else None
    return {"Status": "SUCCEEDED"} | ({"Result": json.dumps(value)} if is_known(value) else {})


def spoken(sdk: str) -> Dialect:
    """How the version of an SDK spells that these recordings stand for."""
    return dialect(sdk, VERSIONS[sdk])


def plan_of(made: Scenario, sdk: str = "python") -> Plan:
    """The plan for an execution of one invocation."""
    return predict(made, invocations=1, dialect=spoken(sdk))


def judged(made: Scenario, recording: Recording) -> list[Finding]:
    """The layer's findings."""
    return check(made, recording, canonical(recording, made))


def rules(findings: Iterable[Finding]) -> list[str]:
    """Their rules, sorted."""
    return sorted(finding.rule for finding in findings)


def shape(made: Scenario) -> dict[str, str]:
    """What a plan comes to, in a word a path: parents, lifecycle, `virtual`, `optional`."""
    return {path: _word(expected) for path, expected in plan_of(made).operations.items()}


def _word(expected: Expected) -> str:
    if expected.virtual:
        return "virtual"
    parents = "/".join(sorted(parent or "root" for parent in expected.parents))
    ends = "/".join(sorted(end or "-" for end in expected.lifecycle.terminals))
    retries = f" {expected.lifecycle.retries}R" if expected.lifecycle.retries else ""
    return f"{'optional ' if expected.optional else ''}{expected.subtype} {parents} {ends}{retries}"
