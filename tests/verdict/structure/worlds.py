"""Scenarios in a few words, and recordings of a subject that puts a plan on the wire to the letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.scenario.model import Scenario
from conformance.verdict.structure import Expected, Plan, check, predict
from conformance.wire.stream import canonical
from tests.verdict.recordings import ARN, Maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    for expected in list(plan.children(context)):
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


def raw(maker: Maker, expected: Expected, action: str) -> Update:
    """One update as a well-behaved SDK sends it."""
    names = sorted(filter(None, expected.names or ()))
    parents = sorted(parent for parent in expected.parents if parent is not None)
    parent = parents[0] if parents and None not in expected.parents else None
    return maker.update(
        expected.path,
        expected.type,
        action,
        parent,
        SubType=expected.subtype,
        Name=names[0] if names else None,
    )


def written(  # noqa: PLR0913 - each is a way in which a recording may differ
    made: Scenario,
    sdk: str = "python",
    change: Callable[[list[Update], Maker], None] | None = None,
    *,
    status: str = "SUCCEEDED",
    complete: bool = True,
    optional: bool = True,
) -> Recording:
    """A recording of a subject that does as the oracle says, each update in a request of its own.

    `change` may alter the list of updates before they are sent.
    """
    maker = Maker(sdk, made.document, scenario=made.id, input=json.dumps(made.document.get("input")))
    sent = [raw(maker, expected, action) for expected, action in updates(plan_of(made), optional=optional)]
    if change is not None:
        change(sent, maker)
    maker.invoke()
    for update in sent:
        refused = update.pop("refused", False)
        maker.checkpoint(update, status=400 if refused else 200)
    maker.answer({"Status": status})
    return maker.done(complete=complete)


def plan_of(made: Scenario) -> Plan:
    """The plan for an execution of one invocation."""
    return predict(made, invocations=1)


def judged(made: Scenario, recording: Recording) -> list[Finding]:
    """The layer's findings."""
    return check(made, recording, canonical(recording, made))


def rules(findings: list[Finding]) -> list[str]:
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


__all__ = ["ARN"]
