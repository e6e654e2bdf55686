"""A small recording of one execution, to be told otherwise by a test."""

from __future__ import annotations

import json
from typing import Any

from conformance.wire.recording import (
    SCHEMA,
    Effect,
    Exchange,
    ExecutionRecord,
    Invocation,
    Outcome,
    Recording,
    SubjectInfo,
)

ARN = "run/execution"
BEGAN = 1_767_225_600.0


def recording(  # noqa: PLR0913 - each is something that a test says otherwise
    history: list[dict[str, Any]],
    *,
    updates: tuple[dict[str, Any], ...] = (),
    invocations: tuple[Invocation, ...] = (),
    logs: tuple[dict[str, Any], ...] = (),
    status: str = "SUCCEEDED",
    result: str | None = None,
) -> Recording:
    """A recording whose execution has this history (ids and times are added) and made these updates."""
    events = [
        {"EventId": number, "EventTimestamp": BEGAN, **event}
        for number, event in enumerate([{"EventType": "ExecutionStarted"}, *history], start=1)
    ]
    return Recording(
        schema=SCHEMA,
        scenario="aws/made",
        document={},
        subject=SubjectInfo("js@2.4.0", "js", "2.4.0"),
        executions=(
            ExecutionRecord(ARN, "scenario", None, None, "null", status, result, None, tuple(events)),
        ),
        invocations=invocations,
        exchanges=tuple(_exchange(seq, update) for seq, update in enumerate(updates)),
        effects=tuple(_log(seq, line) for seq, line in enumerate(logs)),
        reports=(),
        complete=True,
        seconds=0.1,
        held_seconds=0.0,
        stderr="",
    )


def invocation(
    number: int, outcome: Outcome | None, ended: float, output: str | None = None, execution: str = ARN
) -> Invocation:
    """An invocation that ended so many virtual seconds after the run began."""
    return Invocation(
        number=number,
        seq=number,
        ended_seq=number,
        execution=execution,
        function="scenario",
        request_id=f"request-{number}",
        time=ended,
        ended_time=ended,
        skew=0.0,
        input="{}",
        outcome=outcome,
        output=output,
    )


def _exchange(seq: int, update: dict[str, Any]) -> Exchange:
    body = {key: value for key, value in update.items() if key not in ("status", "execution")}
    return Exchange(
        seq=seq,
        invocation=1,
        execution=update.get("execution", ARN),
        operation="CheckpointDurableExecution",
        time=0.0,
        skew=0.0,
        request=json.dumps({"Updates": [body]}),
        status=update.get("status", 200),
        response="{}",
    )


def _log(seq: int, line: dict[str, Any]) -> Effect:
    execution = line.pop("execution", ARN)
    return Effect(seq, 1, execution, "handler/0", (), "log", "start", None, 1, line)
