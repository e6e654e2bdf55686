"""What subjects send too much of, or to nobody: refused, recorded, and kept out of memory."""

from __future__ import annotations

import contextlib
import io
import json
import time
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from conformance.lab import exchanges, gateway, side_channel
from conformance.verdict.finding import Blame, Verdict
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording, ReportKind
from tests.lab.fake import Handler, run, succeeded, update

ENDLESS = 64 * 1024 * 1024


def checkpoint_of(handler: Handler) -> str:
    """Where an execution's checkpoints go."""
    arn = quote(handler.arn, safe="")
    return f"{handler.lab.gateway_url}/2025-12-01/durable-executions/{arn}/checkpoint"


def posts(body: bytes) -> Recording:
    """A run whose subject sends so much."""

    async def code(handler: Handler) -> Any:
        content = body.replace(b"@token", handler.token.encode())
        with contextlib.suppress(aiohttp.ClientError):  # it may still send when the connection is closed
            async with handler.session.post(checkpoint_of(handler), data=io.BytesIO(content)) as response:
                assert response.headers["x-amzn-errortype"] == "RequestTooLargeException"
        return succeeded()

    return run(code, limit=30)


def many(count: int) -> bytes:
    """A request of so many updates."""
    updates = [update("STEP", "START", f"s{number}") for number in range(count)]
    return json.dumps({"CheckpointToken": "@token", "Updates": updates}).encode()


@pytest.mark.parametrize(
    "body",
    [b"x" * (gateway.MOST_BYTES + 1), many(100_000), many(exchanges.MOST_UPDATES + 1)],
    ids=["bytes", "100,000 updates", "one update more"],
)
def test_a_request_that_is_too_large_is_refused_recorded_without_what_it_held_and_the_subjects(
    body: bytes,
) -> None:
    began = time.process_time()
    recording = posts(body)
    (exchange,) = recording.exchanges
    assert (exchange.status, exchange.request) == (413, "")
    result = judge(recording, None, Ledger())
    assert result.verdict is Verdict.VIOLATED
    assert {one.blame for one in result.findings} == {Blame.SDK}
    assert time.process_time() - began < 5


def test_what_a_run_sends_in_all_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "MOST_KEPT_BYTES", 1000)

    async def sends(handler: Handler) -> Any:
        for number in range(10):
            await handler.checkpoint(update("STEP", "START", f"s{number}"))
        return succeeded(handler.statuses)

    statuses = json.loads(run(sends).executions[0].result or "")
    assert statuses[0] == 200
    assert statuses[-1] == 413


@pytest.mark.parametrize("where", ["/nowhere", "/2025-12-01/durable-executions/arn%3Aof%3Anobody/checkpoint"])
def test_what_is_sent_to_nobody_is_not_read_and_noted(where: str) -> None:
    async def strays(handler: Handler) -> Any:
        url = handler.lab.gateway_url + where
        try:
            async with handler.session.post(url, data=io.BytesIO(b"x" * ENDLESS)) as response:
                return succeeded(response.status)
        except aiohttp.ClientError:  # it was still sending when the connection was closed
            return succeeded(404)

    recording = run(strays, limit=30, handler=[{"return": 404}])
    assert recording.executions[0].result == "404"
    assert recording.exchanges == ()
    (note,) = recording.reports
    assert note.kind is ReportKind.DROPPED
    assert where[:30] in note.message
    assert judge(recording, None, Ledger()).verdict is Verdict.CONFORMS


def test_effects_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_channel, "MOST_EFFECTS", 3)

    async def floods(handler: Handler) -> Any:
        for number in range(1, 6):
            await handler.ended("handler/0", number)
        return succeeded()

    recording = run(floods, handler=[{"step": {"name": "s", "returns": 1}}])
    assert len(recording.effects) == 3
    assert "more than 3 effects" in recording.reports[0].message
