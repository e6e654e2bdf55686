"""Pages of the HTML report, made as `judge --html` makes them, and what is packed in one."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.commands.judge import replay
from conformance.engine.collator import assessors
from conformance.engine.collected import Collected
from conformance.engine.directory import Directory
from conformance.engine.events import RunEnded, RunStarted
from conformance.report.page.known import Known
from conformance.report.page.render import render
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording
from tests.verdict.recordings import VIRTUAL, Maker, virtual

KNOWN = {"an-entry": Known("It is known", "https://example.org/known")}
NASTY = "<script>globalThis.injected = 1</script><img src=x onerror='globalThis.injected = 2'>\x1b[31m\u202e"


def orphan() -> Recording:
    """What Python did when an operation in a virtual context named that one as its parent."""
    made = Maker("python", VIRTUAL, input='{"n": 2}')
    made.invoke()
    made.effect("handler", "handler", "start")
    made.effect("handler/0", "child", "start")
    made.effect("handler/0/do/0", "step", "start", attempt=1)
    made.effect("handler/0/do/0", "step", "end", attempt=1, detail={"outcome": "returned"})
    made.effect("handler/0/do/1", "child", "start")
    made.checkpoint(
        made.update("1.1", "STEP", "START", "1", Name="a"),
        made.update("1.1", "STEP", "SUCCEED", "1", Name="a", Payload="20"),
        status=400,
    )
    error = {
        "ErrorType": "aws_durable_execution_sdk_python.exceptions.CheckpointError",
        "ErrorMessage": "Invalid parent operation id.",
    }
    made.answer({"Status": "FAILED", "Error": error})
    return replace(made.done(), stderr="boom\n")


def hostile(recording: Recording, scenario: str) -> Recording:
    """The same, with markup and control characters wherever a subject or a file may say something."""
    document = {**recording.document, "title": NASTY}
    output = json.dumps({"Status": "FAILED", "Error": {"ErrorType": NASTY, "ErrorMessage": NASTY}})
    request = json.loads(recording.exchanges[0].request)
    for update in request["Updates"]:
        update["Name"] = NASTY
        update["Payload"] = json.dumps(NASTY)
    exchanges = (
        replace(
            recording.exchanges[0],
            request=json.dumps(request),
            status=400,
            response=f'{{"message": "{NASTY}"}}',
        ),
        *recording.exchanges[1:],
    )
    invocations = (*recording.invocations[:-1], replace(recording.invocations[-1], output=output))
    return replace(
        recording,
        scenario=scenario,
        document=document,
        exchanges=exchanges,
        invocations=invocations,
        stderr=f"{NASTY}\n</script>\n" * 3,
    )


def as_scenario(recording: Recording, scenario: str) -> Recording:
    """The same, of another scenario."""
    return replace(recording, scenario=scenario)


def judged(folder: Path, recordings: Sequence[Recording], **header: Any) -> Collected:
    """A run that left these recordings, judged with traces."""
    kept = Directory(folder)
    infos = tuple({one.subject.id: one.subject for one in recordings}.values())
    names = tuple(dict.fromkeys(one.scenario for one in recordings))
    kept(RunStarted(infos, infos[0].id, names, complete=False, **header))
    for one in recordings:
        kept.keep(one, 1)
    kept(RunEnded(seconds=1, interrupted=False, divergences={}, problems=(), held_seconds=0))
    run = Collected()
    replay(folder, assessors(Ledger(()), strict=False, drawn=True), run)
    return run


def sample(folder: Path) -> Collected:
    """A run of four scenarios in two folders: two good, one with an orphan, one with hostile texts."""
    js, python = virtual("js"), virtual("python")
    return judged(
        folder,
        [
            as_scenario(js, "basics/good"),
            as_scenario(python, "basics/good"),
            as_scenario(js, "virtual/fine"),
            as_scenario(python, "virtual/fine"),
            as_scenario(js, "virtual/orphan"),
            as_scenario(orphan(), "virtual/orphan"),
            replace(js, scenario="virtual/x-hostile", document={**js.document, "title": NASTY}),
            hostile(python, "virtual/x-hostile"),
        ],
    )


@dataclass(frozen=True)
class Page:
    """A page and what is packed in it."""

    text: str
    index: Mapping[str, Any]
    scenarios: Mapping[str, Mapping[str, Any]]


def page(run: Collected) -> Page:
    """Render a run and unpack the page as its script does."""
    text = render(run, KNOWN)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    index = json.loads(found[1])
    chunks = re.findall(r'<script type="text/plain" id="chunk-\d+">(.*?)</script>', text, re.DOTALL)
    lines = [zlib.decompress(base64.b64decode(one), -zlib.MAX_WBITS).decode().split("\n") for one in chunks]
    scenarios = {row[0]: json.loads(lines[row[8]][row[9]]) for row in index["rows"]}
    return Page(text, index, scenarios)
