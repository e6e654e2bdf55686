"""Holds a recording against the requirement that its scenario implements: history, result and logs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from conformance.verdict.aws.binding import placeholders
from conformance.verdict.aws.history import mended
from conformance.verdict.aws.requirements import Requirement, available, core, requirement
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.wire.values import brief, json_or, same

if TYPE_CHECKING:
    from aws_durable_execution_conformance_tests.variables import PlaceholderContext

    from conformance.scenario.model import Scenario
    from conformance.wire.recording import Recording

_ERROR = re.compile(r"Event\[EventId=(?P<id>\d+)\](?P<rest>[^:]*): (?P<why>.*)", re.DOTALL)
_MISSING = re.compile(r"No actual event found for EventId=(?P<id>\d+)")
_PART = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def check(scenario: Scenario, recording: Recording, written: Sequence[str] | None = None) -> list[Finding]:
    """Say where a recording is not what AWS's requirement asks for; nothing when the scenario has none.

    `written` are the lines that the handler's processes wrote, where they are what is known of its logs.

    As AWS's own runner does: the matcher reads only the events that are expected, by their ids, and a result
    is looked at only if the execution succeeded. Unlike it, what is wrong further on is told, too.
    """
    if scenario.aws is None:
        return []
    if not available():
        return [_unusable("AWS's conformance package is not installed; `conformance run aws/step` does that")]
    if scenario.aws.id not in core():
        return [_unusable(f"AWS has no core requirement {scenario.aws.id}")]
    if not recording.executions:
        return [_finding("result", "output.Status", None, "an execution", "no execution began")]
    wanted = requirement(scenario.aws.id)
    context = placeholders(scenario.aws)
    return [
        *_history(wanted, recording, context),
        *_result(wanted, recording, context),
        *_logs(wanted, recording, context, written),
    ]


def _history(wanted: Requirement, recording: Recording, context: PlaceholderContext) -> Iterator[Finding]:
    from aws_durable_execution_conformance_tests.history import (  # noqa: PLC0415 - only where it is needed
        EventHistoryMatcher,
    )

    expected = list(wanted.history)
    actual = mended(recording)
    for error in EventHistoryMatcher(context).match(expected, actual).errors:
        if (missing := _MISSING.fullmatch(error)) is not None:
            path = f"history[{missing['id']}]"
            event = context.substitute(_event(expected, missing["id"]))
            yield _finding("history", path, None, event, f"{error}; wanted is {event['EventType']}")
        elif (told := _ERROR.fullmatch(error)) is not None:
            seen = _value(_event(actual, told["id"]), told["rest"])
            asked = context.substitute(_value(_event(expected, told["id"]), told["rest"]))
            yield _finding("history", f"history[{told['id']}]{told['rest']}", seen, asked, error)
        else:
            yield _finding("history", "history", None, None, error)


def _event(events: list[dict[str, Any]], id_: str) -> dict[str, Any]:
    return next(event for event in events if event.get("EventId") == int(id_))


def _value(event: Any, path: str) -> Any:
    """The value at a matcher's path within an event; None where it is missing."""
    for key, index in _PART.findall(path):
        if key and isinstance(event, dict):
            event = event.get(key)
        elif index and isinstance(event, list) and int(index) < len(event):
            event = event[int(index)]
        else:
            return None
    return event


def _result(wanted: Requirement, recording: Recording, context: PlaceholderContext) -> Iterator[Finding]:
    if wanted.result is None:
        return
    execution = recording.executions[0]
    status = wanted.result.get("ExecutionStatus")
    if status is not None and execution.status != status:
        message = f"the execution is {execution.status}; the requirement wants {status}"
        yield _finding("result", "output.Status", execution.status, status, message)
    elif execution.status == "SUCCEEDED" and "Result" in wanted.result:
        seen, asked = json_or(execution.result, execution.result), context.substitute(wanted.result["Result"])
        if not same(seen, asked):
            message = f"the result is {brief(seen)}; the requirement wants {brief(asked)}"
            yield _finding("result", "output.Result", seen, asked, message)


def _logs(
    wanted: Requirement, recording: Recording, context: PlaceholderContext, written: Sequence[str] | None
) -> Iterator[Finding]:
    """Count the lines that got through the SDK's logger, where the subject tells of them."""
    if not recording.instrumented and written is None:
        return
    from aws_durable_execution_conformance_tests.cloudwatch import (  # noqa: PLC0415 - only where it is needed
        CloudWatchLogValidator,
    )

    arn = recording.executions[0].arn
    if written is None:
        lines = [
            {"timestamp": effect.seq, "message": _line(effect.detail)}
            for effect in recording.effects
            if effect.kind == "log" and effect.execution == arn
        ]
    else:
        lines = [
            {"timestamp": number, "message": line}
            for number, line in enumerate(written)
            if _tells_of(line, arn)
        ]
    for error in CloudWatchLogValidator().validate(list(wanted.logs), lines, context).errors:
        seen = [line["message"] for line in lines]
        yield _finding("logs", "logs", seen, context.substitute(list(wanted.logs)), error)


def _tells_of(line: str, arn: str) -> bool:
    """Whether a line is one of an execution's, as AWS's runner asks for them: JSON that names it."""
    record = json_or(line)
    return isinstance(record, dict) and arn in (record.get("durableExecutionArn"), record.get("executionArn"))


def _line(detail: dict[str, Any]) -> str:
    """A line as Lambda writes it in plain text: the level stands before the message."""
    return f"[{detail['level'].upper()}]\t{detail['message']}"


def _finding(rule: str, path: str, seen: Any, wanted: Any, message: str) -> Finding:
    return Finding(Layer.AWS, rule, path, seen, wanted, Blame.UNDETERMINED, message)


def _unusable(message: str) -> Finding:
    return Finding(Layer.HARNESS, "aws-requirement", "aws", None, None, Blame.HARNESS, message)
