"""A subject within the test's own process: a coroutine that speaks the service's HTTP interface."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp

from conformance.errors import EnvironmentFault
from conformance.lab.lab import Delays, Lab
from conformance.protocol.features import FEATURES
from conformance.protocol.messages import VERSION
from conformance.scenario.model import Scenario
from conformance.subjects.event import Answer, Event
from conformance.subjects.usage import Usage
from conformance.wire.recording import Outcome, Recording, SubjectInfo

FAKE = SubjectInfo("fake", "fake", "0")


HELLO = {
    "protocol": VERSION,
    "sdk": {"name": "fake", "version": "0"},
    "profile": "full",
    "features": sorted(FEATURES),
}


def subject_url(lab: Lab, subject: str = FAKE.id) -> str:
    """What a process of the fake has as CONFORMANCE_LAB."""
    return f"{lab.url}/subjects/{subject}"


class Died(Exception):  # noqa: N818 - what it says
    """The fake's process ends without an answer."""


@dataclass
class Handler:
    """One invocation, as the fake's code sees it."""

    event: Event
    lab: Lab
    session: aiohttp.ClientSession
    token: str = ""
    subject: str = FAKE.id
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    attempt: int = 1  # of a request, as AWS's clients say it

    def __post_init__(self) -> None:
        """Take what the event brings."""
        self.input = json.loads(self.event.body)
        if isinstance(self.input, dict) and "CheckpointToken" in self.input:
            self.token = self.input["CheckpointToken"]
            self.take(self.input["InitialExecutionState"]["Operations"])

    @property
    def arn(self) -> str:
        """The execution's ARN."""
        return str(self.input["DurableExecutionArn"])

    @property
    def function(self) -> str:
        """The function's name."""
        return self.event.function_arn.split(":")[6]

    def take(self, operations: list[dict[str, Any]]) -> None:
        """Note operations of the service."""
        self.operations |= {operation["Id"]: operation for operation in operations}

    def status(self, name: str) -> str | None:
        """The status of an operation, by id."""
        return self.operations.get(name, {}).get("Status")

    async def checkpoint(self, *updates: dict[str, Any], **extra: Any) -> dict[str, Any]:
        """Send updates; the response's body."""
        path = f"/2025-12-01/durable-executions/{quote(self.arn, safe='')}/checkpoint"
        body = {"CheckpointToken": self.token, "Updates": list(updates)} | extra
        said = {"amz-sdk-request": f"attempt={self.attempt}; max=3"}
        async with self.session.post(self.lab.gateway_url + path, json=body, headers=said) as response:
            self.statuses.append(response.status)
            self.headers = dict(response.headers)
            answer: dict[str, Any] = await response.json(content_type=None)
        if response.status == 200:
            self.token = answer.get("CheckpointToken", self.token)
            self.take(answer["NewExecutionState"]["Operations"])
        return answer

    async def tell(self, what: str, **body: Any) -> tuple[int, Any]:
        """Talk to the side channel: status and body."""
        url = f"{subject_url(self.lab, self.subject)}/invocations/{self.event.request_id}/{what}"
        method = "GET" if what == "program" else "POST"
        async with self.session.request(method, url, json=body or None) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def body(self, at: str, kind: str = "step", attempt: int = 1) -> int:
        """Begin a body; its run, or 0 when it is refused."""
        status, answer = await self.tell("turns", at=at, indexes=[], kind=kind, attempt=attempt)
        return int(answer["run"]) if status == 200 else 0

    async def ended(self, at: str, number: int, kind: str = "step") -> None:
        """A body has ended."""
        await self.tell(
            "effects", number=number, at=at, indexes=[], kind=kind, event="end", attempt=1, detail=None
        )


Code = Callable[[Handler], Awaitable[Any]]


@dataclass
class Fake:
    """A pool of fakes. What its code returns is the invocation's output; `Died` ends the process."""

    lab: Lab
    code: Code
    session: aiohttp.ClientSession
    killed: int = 0
    events: list[Event] = field(default_factory=list)
    had: Usage = field(default_factory=Usage)

    def usage(self, request_id: str) -> Usage | None:
        """What the process had of the machine; a fake stands still whenever it waits."""
        del request_id
        return self.had

    async def invoke(self, event: Event) -> Answer:
        """Run the code once."""
        self.events.append(event)
        handler = Handler(event, self.lab, self.session)
        try:
            output = await self.code(handler)
        except asyncio.CancelledError:
            self.killed += 1
            raise
        except EnvironmentFault:
            raise
        except Died:
            return Answer(Outcome.EXIT, None, "it died")
        except Exception as error:  # noqa: BLE001 - as a runtime posts it
            body = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
            return Answer(Outcome.ERROR, body, "")
        return Answer(Outcome.RESPONSE, json.dumps(output), "")


@dataclass
class Bench:
    """A lab with a client session for fakes."""

    lab: Lab = field(default_factory=Lab)
    session: aiohttp.ClientSession = field(init=False)
    fake: Fake = field(init=False)

    async def __aenter__(self) -> Self:
        """Start the lab."""
        await self.lab.__aenter__()
        self.session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        await self.session.close()
        await self.lab.__aexit__(kind, error, trace)

    async def hello(self, **said: Any) -> int:
        """Say hello; the status of the answer."""
        async with self.session.post(f"{subject_url(self.lab)}/hello", json=HELLO | said) as response:
            return response.status

    async def run(
        self, code: Code, delays: Delays | None = None, pool: type[Fake] = Fake, **document: Any
    ) -> Recording:
        """Run a scenario of `document` with a fake of `code`, which has said hello."""
        if self.lab.hello(FAKE.id) is None:
            await self.hello()
        self.fake = pool(self.lab, code, self.session)
        return await self.lab.run(scenario(**document), FAKE, self.fake, delays)


def scenario(**document: Any) -> Scenario:
    """A scenario; the handler is irrelevant to a fake unless the lab looks into it."""
    return Scenario.from_document("test", {"title": "test", "handler": [], "limit": 10} | document)


def run(code: Code, delays: Delays | None = None, **document: Any) -> Recording:
    """One run in a lab of its own."""

    async def once() -> Recording:
        async with Bench() as bench:
            return await bench.run(code, delays, **document)

    return asyncio.run(once())


def update(kind: str, action: str, name: str, **fields: Any) -> dict[str, Any]:
    """An update of an operation whose id is its name."""
    return {"Id": name, "Name": name, "Type": kind, "Action": action} | fields


def wait(name: str, seconds: int) -> dict[str, Any]:
    """START of a wait."""
    return update("WAIT", "START", name, SubType="Wait", WaitOptions={"WaitSeconds": seconds})


PENDING = {"Status": "PENDING"}


def succeeded(value: Any = None) -> dict[str, Any]:
    """The output of an execution that is over."""
    return {"Status": "SUCCEEDED", "Result": json.dumps(value)}
