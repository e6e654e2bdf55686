"""Checkpoints that are none: refused as the service refuses them, recorded, and the subject's fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from conformance.verdict.finding import Blame, Layer, Verdict
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording
from conformance.wire.store import read, write
from tests.lab.fake import Handler, run, succeeded, update

STEP = update("STEP", "START", "a", SubType="Step")
DEEP = 100_000
TOKEN = "@token"  # noqa: S105 - what the request's own takes the place of


def changed(**fields: Any) -> bytes:
    """A request of one update with other fields; a field of None is null."""
    return request([STEP | fields])


def request(updates: Any, **members: Any) -> bytes:
    """A request of these updates."""
    return json.dumps({"CheckpointToken": TOKEN, "Updates": updates} | members).encode()


def spliced(name: str, text: str) -> bytes:
    """A request of one update in which a field is written so, be it JSON or not."""
    return changed(**{name: "@here"}).replace(b'"@here"', text.encode())


FORMS: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"CheckpointToken": "\xff\xfe"}',
    "null": b"null",
    "a number": b"17",
    "a text": b'"updates"',
    "a list": b"[]",
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a token that is no text": request([STEP], CheckpointToken=17),
    "a token that is a list": request([STEP], CheckpointToken=[]),
    "a token that is an object": request([STEP], CheckpointToken={"a": 1}),
    "a client token that is a list": request([STEP], ClientToken=[1]),
    "updates: a text": request("START"),
    "updates: a number": request(3),
    "updates: true": request(True),  # noqa: FBT003 - the member's value
    "updates: an object": request({"Id": "a"}),
    "updates: list of texts": request(["a", "b"]),
    "updates: list of null": request([None]),
    "updates: list of numbers": request([1, 2.5]),
    "updates: list of lists": request([[STEP]]),
    "updates: one is no object": request([STEP, "b"]),
    "update: empty": request([{}]),
    "Id: a number": changed(Id=1),
    "Id: a list": changed(Id=["a"]),
    "Id: an object": changed(Id={"a": 1}),
    "Id: null": changed(Id=None),
    "Name: a number": changed(Name=1),
    "Name: a list": changed(Name=["a"]),
    "Name: an object": changed(Name={"a": 1}),
    "Name: half a pair": spliced("Name", '"\\ud800"'),
    "Type: unknown": changed(Type="NONSENSE"),
    "Type: a number": changed(Type=1),
    "Type: an object": changed(Type={}),
    "Action: unknown": changed(Action="NONSENSE"),
    "Action: a list": changed(Action=["START"]),
    "SubType: a list": changed(SubType=["Step"]),
    "ParentId: a number": changed(ParentId=7),
    "ParentId: an object": changed(ParentId={"a": 1}),
    "Payload: a number": changed(Action="SUCCEED", Payload=1),
    "Payload: an object": changed(Action="SUCCEED", Payload={"a": 1}),
    "Payload: deep": spliced("Payload", "[" * DEEP + "]" * DEEP),
    "Error: a text": changed(Action="FAIL", Error="boom"),
    "Error: a list": changed(Action="FAIL", Error=[1]),
    "Error: odd members": changed(Action="FAIL", Error={"ErrorMessage": 1, "StackTrace": "here"}),
    "StepOptions: a text": changed(Action="RETRY", StepOptions="soon"),
    "StepOptions: a text as delay": changed(Action="RETRY", StepOptions={"NextAttemptDelaySeconds": "soon"}),
    "WaitOptions: a list": request([update("WAIT", "START", "w", WaitOptions=[1])]),
    "WaitSeconds: huge": request([update("WAIT", "START", "w", WaitOptions={"WaitSeconds": 10**400})]),
    "WaitSeconds: huge digits": request(
        [update("WAIT", "START", "w", WaitOptions={"WaitSeconds": "@n"})]
    ).replace(b'"@n"', b"9" * 5000),
    "WaitSeconds: infinite": request(
        [update("WAIT", "START", "w", WaitOptions={"WaitSeconds": float("inf")})]
    ),
    "WaitSeconds: no number": request(
        [update("WAIT", "START", "w", WaitOptions={"WaitSeconds": float("nan")})]
    ),
    "WaitSeconds: beyond the calendar": request(
        [update("WAIT", "START", "w", WaitOptions={"WaitSeconds": 10**12})]
    ),
    "CallbackOptions: a number": request([update("CALLBACK", "START", "c", CallbackOptions=1)]),
    "ChainedInvokeOptions: a list": request(
        [update("CHAINED_INVOKE", "START", "i", ChainedInvokeOptions=[])]
    ),
    "ChainedInvokeOptions: a number as name": request(
        [update("CHAINED_INVOKE", "START", "i", ChainedInvokeOptions={"FunctionName": 5})]
    ),
    "ContextOptions: a text": request([update("CONTEXT", "START", "c", ContextOptions="all")]),
}


def sends(body: bytes) -> Recording:
    """A run whose subject sends that, and says what it was answered."""

    async def code(handler: Handler) -> Any:
        path = f"/2025-12-01/durable-executions/{quote(handler.arn, safe='')}/checkpoint"
        content = body.replace(TOKEN.encode(), handler.token.encode())
        async with handler.session.post(handler.lab.gateway_url + path, data=content) as response:
            return succeeded([response.status, response.headers.get("x-amzn-errortype")])

    return run(code)


@pytest.mark.parametrize("form", FORMS)
def test_a_malformed_checkpoint_is_the_subjects(form: str, tmp_path: Path) -> None:
    recording = sends(FORMS[form])
    assert recording.complete, recording.reports
    status, _type = json.loads(recording.executions[0].result or "")
    assert status == 400
    assert [one.status for one in recording.exchanges] == [400]
    result = judge(recording, None, Ledger())
    assert result.verdict is Verdict.VIOLATED, result.findings
    assert not [one for one in result.findings if one.layer is Layer.HARNESS or one.blame is not Blame.SDK]
    json.dumps([one.seen for one in result.findings], allow_nan=False).encode()
    assert judge(read(write(recording, tmp_path)), None, Ledger()).verdict is Verdict.VIOLATED
