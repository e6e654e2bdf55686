"""Hand-made recordings: what a well-behaved SDK would have said, in each SDK's ids and encodings.

A `Maker` plays the service in a few lines: it hands out tokens, numbers invocations and answers checkpoints,
so that a test only says which updates come, by typed path. It knows nothing of what the code under test
computes.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.wire.recording import (
    SCHEMA,
    Effect,
    Exchange,
    ExecutionRecord,
    Invocation,
    Outcome,
    Recording,
    Report,
    SubjectInfo,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = (
    "arn:aws:lambda:us-west-2:123456789012:function:scenario:$LATEST"
    "/durable-execution/run-1/6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
)
VERSIONS = {"python": "3.0.0", "js": "2.4.0", "java": "2.1.0", "rust": "0.1.0"}
SUBTYPES = {"STEP": "Step", "WAIT": "Wait", "CONTEXT": "RunInChildContext", "CALLBACK": "Callback"}


def numbers(path: str, sdk: str) -> list[int]:
    """Positions along a typed path: `1[0].2` is 1, 0, 2 in Python and 1, 1, 2 in JavaScript."""
    base = 0 if sdk == "python" else 1
    found = re.findall(r"\[(\d+)\]|(\d+)", path)
    return [int(index) + base if index else int(ordinal) for index, ordinal in found]


def operation_id(path: str, sdk: str) -> str:
    """The id that an SDK gives to the operation at a typed path."""
    if sdk == "js":
        return hashlib.md5("-".join(map(str, numbers(path, sdk))).encode()).hexdigest()[:16]  # noqa: S324
    if sdk == "rust":  # outside of batches: a branch takes the number of an operation of the context around
        return hashlib.sha256("-".join(map(str, numbers(path, sdk))).encode()).hexdigest()
    prefix = ""
    for number in numbers(path, sdk):
        text = f"{prefix}-{number}" if prefix else str(number)
        if sdk == "java":
            prefix = hashlib.sha256(text.encode()).hexdigest()
            continue
        prefix = hashlib.blake2b(text.encode()).hexdigest()[:64]
    return prefix


@dataclass
class Maker:
    """Builds one recording. Times are virtual seconds; `time` may be set between invocations."""

    sdk: str
    document: dict[str, Any]
    scenario: str = "made/by-hand"
    input: str | None = "{}"
    time: float = 0
    seq: int = 0
    token: int = 0
    invocations: list[Invocation] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    runs: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)
    current: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of operations, by path

    def next(self) -> int:
        """The next sequence number."""
        self.seq += 1
        return self.seq

    def id(self, path: str) -> str:
        """This SDK's id for a typed path."""
        return operation_id(path, self.sdk)

    def invoke(self) -> None:
        """Begin an invocation with a fresh token."""
        self.token += 1
        event = {
            "DurableExecutionArn": ARN,
            "CheckpointToken": f"token{self.token}",
            "InitialExecutionState": {"Operations": [], "NextMarker": ""},
        }
        self.current = {"seq": self.next(), "time": self.time, "input": json.dumps(event)}

    def update(
        self, path: str, type_: str, action: str, parent: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        """One update, its members by their own names; None leaves SubType or Name out."""
        fields.setdefault("SubType", SUBTYPES.get(type_))
        if fields.get("Name"):
            self.names[path] = fields["Name"]
        known = {"Id": self.id(path), "Type": type_, "Action": action}
        if parent is not None:
            known["ParentId"] = self.id(parent)
        return known | {key: value for key, value in fields.items() if value is not None}

    def checkpoint(self, *updates: dict[str, Any], status: int = 200, fault: str | None = None) -> None:
        """One request and its answer; a good one gives the next token."""
        body = {"CheckpointToken": f"token{self.token}", "Updates": list(updates)}
        if status == 200:
            self.token += 1
            answer: dict[str, Any] = {
                "CheckpointToken": f"token{self.token}",
                "NewExecutionState": {"Operations": []},
            }
        else:
            answer = {"Type": "InvalidParameterValueException", "message": "Invalid parent operation id."}
        self.exchanges.append(
            Exchange(
                seq=self.next(),
                invocation=len(self.invocations) + 1,
                execution=ARN,
                operation="CheckpointDurableExecution",
                time=self.time,
                skew=0,
                request=json.dumps(body),
                status=status,
                response=json.dumps(answer),
                fault=fault,
            )
        )

    def send(self, path: str, type_: str, action: str, parent: str | None = None, **fields: Any) -> None:
        """One update in a request of its own."""
        self.checkpoint(self.update(path, type_, action, parent, **fields))

    def effect(self, at: str, kind: str, event: str, indexes: tuple[int, ...] = (), **more: Any) -> None:
        """A body's start or end; runs are counted by starts."""
        key = (at, indexes)
        self.runs[key] = self.runs.get(key, 0) + (event == "start")
        self.effects.append(
            Effect(
                seq=self.next(),
                invocation=len(self.invocations) + 1,
                execution=ARN,
                at=at,
                indexes=indexes,
                kind=kind,
                event=event,
                attempt=more.get("attempt"),
                run=self.runs[key],
                detail=more.get("detail"),
            )
        )

    def step(self, path: str, at: str, payload: str | None, parent: str | None = None, **more: Any) -> None:
        """A step that succeeds at once: START, its body, SUCCEED."""
        name, indexes = more.get("name"), more.get("indexes", ())
        self.send(path, "STEP", "START", parent, Name=name)
        self.effect(at, "step", "start", indexes, attempt=1)
        self.effect(at, "step", "end", indexes, attempt=1, detail={"outcome": "returned"})
        self.send(path, "STEP", "SUCCEED", parent, Name=name, Payload=payload)

    def answer(self, output: dict[str, Any] | None, outcome: Outcome | None = Outcome.RESPONSE) -> None:
        """End the invocation with a response, or as `outcome` says."""
        number = len(self.invocations) + 1
        self.invocations.append(
            Invocation(
                number=number,
                seq=self.current["seq"],
                ended_seq=self.next(),
                execution=ARN,
                function="scenario",
                request_id=f"request-{number}",
                time=self.current["time"],
                ended_time=self.time,
                skew=0,
                input=self.current["input"],
                outcome=outcome,
                output=None if output is None else json.dumps(output),
            )
        )

    def pending(self, seconds: float) -> None:
        """End the invocation as PENDING and let virtual time pass."""
        self.answer({"Status": "PENDING"})
        self.time += seconds

    def succeed(self, result: str) -> None:
        """End the execution with a result, as JSON text."""
        self.answer({"Status": "SUCCEEDED", "Result": result})

    def done(self, *, complete: bool = True) -> Recording:
        """The recording: its status and result are the last invocation's."""
        last = self.invocations[-1].output if self.invocations else None
        output = json.loads(last) if last else {}
        status = output.get("Status", "RUNNING")
        return Recording(
            schema=SCHEMA,
            scenario=self.scenario,
            document=self.document,
            subject=SubjectInfo(
                f"{self.sdk}@{VERSIONS.get(self.sdk, '1')}", self.sdk, VERSIONS.get(self.sdk, "1")
            ),
            executions=(
                ExecutionRecord(
                    arn=ARN,
                    function="scenario",
                    parent=None,
                    parent_operation=None,
                    input=self.input,
                    status="RUNNING" if status == "PENDING" else status,
                    result=output.get("Result"),
                    error=output.get("Error"),
                    history=(),
                ),
            ),
            invocations=tuple(self.invocations),
            exchanges=tuple(self.exchanges),
            effects=tuple(self.effects),
            reports=tuple(self.reports),
            complete=complete,
            seconds=0.1,
            held_seconds=0,
            stderr="",
        )


VIRTUAL: dict[str, Any] = {
    "title": "Steps inside virtual contexts report to the root",
    "input": {"n": 2},
    "handler": [
        {
            "child": {
                "name": "outer",
                "virtual": True,
                "as": "outer",
                "do": [
                    {"step": {"name": "a", "returns": {"$eval": "input.n * 10"}, "as": "a"}},
                    {
                        "child": {
                            "name": "inner",
                            "virtual": True,
                            "as": "inner",
                            "do": [
                                {"step": {"name": "b", "returns": {"$eval": "a + 1"}, "as": "b"}},
                                {"return": {"$eval": "b"}},
                            ],
                        }
                    },
                    {"return": {"$eval": "inner"}},
                ],
            }
        },
        {"wait": {"name": "pause", "seconds": 5}},
        {"return": {"$eval": "outer"}},
    ],
    "expect": {"status": "SUCCEEDED", "result": 21},
}


def virtual(sdk: str, *, parent: str | None = None) -> Recording:
    """Virtual in virtual, then a wait; `parent` puts a ParentId on the inner step."""
    made = Maker(sdk, VIRTUAL, input='{"n": 2}')
    made.invoke()
    made.step("1.1", "handler/0/do/0", "20", name="a")
    made.step("1.2.1", "handler/0/do/1/do/0", "21", name="b", parent=parent)
    made.send("2", "WAIT", "START", Name="pause", WaitOptions={"WaitSeconds": 5})
    made.pending(5)
    made.invoke()
    made.succeed("21")
    return made.done()


MAP: dict[str, Any] = {
    "title": "A map of two, one at a time",
    "handler": [
        {
            "map": {
                "name": "m",
                "items": [1, 2],
                "max_concurrency": 1,
                "as": "m",
                "do": [
                    {"step": {"name": "s", "returns": {"$eval": "item * 10"}, "as": "s"}},
                    {"return": {"$eval": "s"}},
                ],
            }
        },
        {"return": {"$eval": "m.results"}},
    ],
    "expect": {"status": "SUCCEEDED", "result": [10, 20]},
}


def enveloped(value: Any) -> dict[str, Any]:
    """A value in Python's typed envelope."""
    match value:
        case None:
            return {"t": "n", "v": None}
        case bool():
            return {"t": "b", "v": value}
        case int():
            return {"t": "i", "v": value}
        case str():
            return {"t": "s", "v": value}
        case list():
            return {"t": "l", "v": [enveloped(item) for item in value]}
        case dict():
            return {"t": "m", "v": {key: enveloped(item) for key, item in value.items()}}
    raise TypeError(value)


def batch(sdk: str, results: list[Any]) -> str:
    """A batch result in which every item succeeded, as an SDK writes it."""
    items: list[dict[str, Any]] = [
        {"index": index, "status": "SUCCEEDED", "result": result} for index, result in enumerate(results)
    ]
    if sdk == "js":
        return json.dumps({"all": items, "completionReason": "ALL_COMPLETED"})
    items = [item | {"error": None} for item in items]
    return json.dumps({"t": "br", "v": enveloped({"all": items, "completionReason": "ALL_COMPLETED"})["v"]})


def mapped(sdk: str) -> Recording:
    """A sequential NESTED map of two items, with today's known differences in it."""
    made = Maker(sdk, MAP, scenario="map/nested", input="{}")
    options: dict[str, Any] = {"ContextOptions": {"ReplayChildren": False}} if sdk == "python" else {}
    made.invoke()
    made.send("1", "CONTEXT", "START", Name="m", SubType="Map")
    for index in range(2):
        branch = f"1[{index}]"
        name = f"map-item-{index}"
        made.effect("handler/0", "branch", "start", (index,))
        made.send(branch, "CONTEXT", "START", "1", Name=name, SubType="MapIteration")
        made.step(f"{branch}.1", "handler/0/do/0", f"{index + 1}0", parent=branch, name="s", indexes=(index,))
        made.effect("handler/0", "branch", "end", (index,), detail={"outcome": "returned"})
        made.send(
            branch,
            "CONTEXT",
            "SUCCEED",
            "1",
            Name=name,
            SubType="MapIteration",
            Payload=f"{index + 1}0",
            **options,
        )
    made.send("1", "CONTEXT", "SUCCEED", Name="m", SubType="Map", Payload=batch(sdk, [10, 20]), **options)
    made.succeed("[10,20]")
    return made.done()


def edited(
    recording: Recording, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]], nth: int
) -> Recording:
    """The recording with the updates of its nth checkpoint request (from 0) changed."""
    exchanges = list(recording.exchanges)
    body = json.loads(exchanges[nth].request)
    body["Updates"] = change(body["Updates"])
    exchanges[nth] = replace(exchanges[nth], request=json.dumps(body))
    return replace(recording, exchanges=tuple(exchanges))


def without(recording: Recording, nth: int) -> Recording:
    """The recording without its nth checkpoint request (from 0)."""
    exchanges = [exchange for index, exchange in enumerate(recording.exchanges) if index != nth]
    return replace(recording, exchanges=tuple(exchanges))


def with_fields(recording: Recording, nth: int, **fields: Any) -> Recording:
    """The recording with members of the first update of its nth request set; None takes one away."""

    def change(updates: list[dict[str, Any]]) -> list[dict[str, Any]]:
        first = {key: value for key, value in (updates[0] | fields).items() if value is not None}
        return [first, *updates[1:]]

    return edited(recording, change, nth)
