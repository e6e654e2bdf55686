"""Rules about what is not on the checkpoint wire: how the execution ended, and how often bodies ran."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.oracle.flow import Done, Flow, Raised, Returned
from conformance.oracle.values import UNKNOWN, fits, shown
from conformance.sdks.dialect import SdkError
from conformance.verdict.structure.contents import bare
from conformance.wire import payloads
from conformance.wire.values import ABSENT, brief

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.oracle.reading import BodyKey
    from conformance.verdict.finding import Finding
    from conformance.verdict.structure.view import View
    from conformance.wire.recording import ExecutionRecord


def outcome(view: View, execution: ExecutionRecord, answer: str | None) -> Iterator[Finding]:
    """An execution that ended came to the end that its handler has; `answer` is the last one given."""
    flow = view.plan.flow
    wanted = _status(flow)
    if not view.complete or wanted is None:
        return
    if execution.status != wanted:
        message = f"the execution {execution.status}; by the scenario it {wanted}"
        if execution.error:
            message += f" (its error is {brief(execution.error)})"
        yield view.finding("outcome-wrong", f"{view.prefix}output.Status", execution.status, wanted, message)
    elif answer != wanted:
        message = f"the last invocation answers {answer}; by the scenario the execution {wanted}"
        yield view.finding("outcome-wrong", f"{view.prefix}output.Status", answer, wanted, message)
    elif isinstance(flow, Raised):
        error = view.dialect.plain_error(execution.error or {})
        seen = {
            "ErrorType": bare(error.get("ErrorType"), view.dialect),
            "ErrorMessage": error.get("ErrorMessage") or "",
        }
        for name, right in (("ErrorType", flow.failure.kind), ("ErrorMessage", flow.failure.message)):
            if right is not UNKNOWN and seen[name] != right:
                message = (
                    f"the execution's {name} is {brief(seen[name])}; by the scenario it is {brief(right)}"
                )
                path = f"{view.prefix}output.Error.{name}"
                found = view.misspelt if isinstance(right, SdkError) else view.finding
                yield found("outcome-wrong", path, seen[name], right, message)
    elif execution.result != "":  # a result that is too large for the output is not in it
        yield from _result(view, execution)


def body_runs(view: View, begun: Mapping[BodyKey, list[int | None]]) -> Iterator[Finding]:
    """Every body ran as often as its attempts say, each time as that attempt; replay runs none again.

    `begun` are the attempts that a body was told, by its place, in the order of its runs.
    """
    if not view.complete:
        return
    for expected in view.plan.operations.values():
        if expected.lifecycle.runs is None:
            continue
        wanted = list(expected.lifecycle.runs)
        seen = begun.get((expected.at, expected.indexes), [])
        path = f"{view.prefix}{expected.path}:{expected.type}"
        if len(seen) > len(wanted) or (len(seen) < len(wanted) and not expected.optional):
            message = f"the body of {view.describe(expected)} ran {len(seen)} times; "
            message += f"by the scenario {len(wanted)}"
            yield view.finding("body-runs", path, len(seen), len(wanted), message)
        elif any(told not in (None, right) for told, right in zip(seen, wanted, strict=False)):
            message = (
                f"the body of {view.describe(expected)} was told attempts {seen}; by the scenario {wanted}"
            )
            yield view.finding("body-attempts", path, seen, wanted, message)


def _result(view: View, execution: ExecutionRecord) -> Iterator[Finding]:
    flow = view.plan.flow
    returned = isinstance(flow, Returned)
    wanted: Any = flow.value if isinstance(flow, Returned) else None
    written = view.dialect.null_written != "absent"
    absent = (
        ABSENT if returned and written else None
    )  # what returns nothing may leave it out, what returns null may not
    seen = absent if execution.result is None else payloads.read(execution.result, view.dialect, None).value
    if not fits(seen, wanted):
        right = shown(wanted)
        message = f"the execution's result is {brief(seen)}; by the scenario it is {brief(right)}"
        yield view.finding("outcome-wrong", f"{view.prefix}output.Result", seen, right, message)


def _status(flow: Flow) -> str | None:
    if isinstance(flow, Done | Returned):
        return "SUCCEEDED"
    return "FAILED" if isinstance(flow, Raised) else None
