"""What GitHub shows of a run: the summary, annotations, code scanning."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from syrupy.assertion import SnapshotAssertion

from conformance.engine.baseline import Against, Side
from conformance.engine.collected import Collected
from conformance.engine.events import Event, Faulted, Judged
from conformance.engine.evidence import Answer
from conformance.engine.frames import Frame
from conformance.errors import EnvironmentFault
from conformance.report import github, jsonreport, junit, markdown, sarif
from conformance.report.page import render as page
from conformance.verdict.finding import Verdict
from conformance.wire.recording import SubjectInfo
from tests.front import samples
from tests.front.test_console import PARENT, STATUS, broken, ended, started
from tests.front.test_escape import HOSTILE, runs_a_command, unseen

RENDERERS: dict[str, Callable[[Collected], str]] = {
    "html": lambda run: page.render(run, {}),
    "json": jsonreport.render,
    "junit": junit.render,
    "markdown": markdown.render,
    "sarif": lambda run: sarif.render(run, Path("/work")),
}


def collected(*events: Event) -> Collected:
    run = Collected()
    for event in events:
        run(event)
    return run


def annotated(*events: Event, workspace: Path = Path("/nowhere")) -> list[str]:
    stream = io.StringIO()
    annotations = github.Annotations(stream, workspace)
    for event in events:
        annotations(event)
    return stream.getvalue().splitlines()


def many(count: int) -> list[Judged]:
    return [broken(f"v/{number}", replace(PARENT, rule=f"rule-{number}")) for number in range(count)]


def test_summary_of_one_of_everything(snapshot: SnapshotAssertion) -> None:
    assert markdown.render(collected(*samples.EVENTS)) == snapshot


def test_summary_of_a_pull_request_beside_its_base(snapshot: SnapshotAssertion) -> None:
    before = collected(
        started("v/a", "v/b"),
        samples.judged("v/a", samples.JS, Verdict.CONFORMS),
        samples.judged("v/b", samples.JS, Verdict.CONFORMS),
        samples.judged("v/a", samples.PYTHON, Verdict.PARITY),
        samples.judged("v/b", samples.PYTHON, Verdict.PARITY),
        ended(),
    )
    run = Collected()
    told = Against(Side.of("base", before), run)
    for event in (
        started("v/a", "v/b"),
        samples.judged("v/a", samples.JS, Verdict.CONFORMS),
        samples.judged("v/b", samples.JS, Verdict.CONFORMS),
        samples.judged("v/a", samples.PYTHON, Verdict.PARITY),
        broken("v/b", PARENT, STATUS),
        ended(),
    ):
        told(event)
    text = markdown.render(run, link="https://example.invalid/run")
    assert text == snapshot
    assert len(text.splitlines()) <= 25
    assert "| 2 | 1 | \N{MINUS SIGN}1 |" in text


def test_a_summary_is_short_whatever_went_wrong() -> None:
    faults = [Faulted(EnvironmentFault("x" * 100_000)) for _ in range(100)]
    text = markdown.render(collected(started("a"), *many(50), *faults, ended(*["p" * 9999] * 50)))
    assert len(text.encode()) < markdown.BYTES
    assert text.count("simplest:") == markdown.CAUSES
    assert "and 45 more causes" in text


def test_a_cause_is_one_annotation_and_there_are_eight_at_most(snapshot: SnapshotAssertion) -> None:
    one = annotated(started("v/a", "v/b"), broken("v/a", PARENT), broken("v/b", PARENT, STATUS), ended())
    assert one == snapshot
    assert len(one) == 1
    assert len(annotated(started("a"), *many(50), ended())) == github.MOST
    assert len(annotated(started("a"), *many(50), ended(*"abc"))) == github.MOST
    assert annotated(started("a"), ended()) == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    package = tmp_path / "sdk" / "src" / "aws_durable_execution_sdk_python"
    for folder in (package, tmp_path / "sdk" / "build" / "aws_durable_execution_sdk_python"):
        (folder / "operation").mkdir(parents=True)
        for name in ("operation/step.py", "state.py"):
            (folder / name).write_text("", encoding="utf-8")
    return tmp_path


def with_subject(event: Judged, subject: str) -> Judged:
    return replace(event, result=replace(event.result, subject=subject))


def test_an_annotation_stands_on_the_maintainers_own_file(checkout: Path) -> None:
    mine = SubjectInfo(f"python@{checkout}/sdk", "python", "3.0.0")
    events = [
        replace(started("v/a"), subjects=(samples.JS, mine)),
        with_subject(broken("v/a", PARENT), mine.id),
        ended(),
    ]
    [line] = annotated(*events, workspace=checkout)
    own = "sdk/src/aws_durable_execution_sdk_python/operation/step.py"
    assert line.startswith(f"::error file={own},line=261,title=")
    log = json.loads(sarif.render(collected(*events), checkout))
    [result] = log["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == own
    assert place["region"] == {"startLine": 261}


@pytest.mark.parametrize("subject", ["python@3.0.0", "python@/elsewhere/sdk", "mine"])
def test_an_annotation_stands_on_no_file_where_none_is_the_maintainers(checkout: Path, subject: str) -> None:
    info = SubjectInfo(subject, subject.partition("@")[0], "")
    header = replace(started("v/a"), subjects=(samples.JS, info))
    [line] = annotated(header, with_subject(broken("v/a", PARENT), subject), ended(), workspace=checkout)
    assert line.startswith("::error title=")


def hostile(text: str) -> tuple[Event, ...]:
    """A run in which everything that a subject or a file can say is `text`."""
    one = replace(PARENT, seen=text, wanted={text: [text]}, message=text, path=f"{text}:STEP.START.{text}")
    verdict = broken(text, one, STATUS)
    assert verdict.evidence is not None
    known = replace(
        verdict.evidence,
        what=text,
        seen=text,
        answer=Answer(1, 400, text),
        frames=(Frame(text, 1, text),),
        unreached=(text,),
    )
    unable = replace(samples.UNABLE, message=text)
    skipped = samples.judged(f"u{text}", samples.JS, Verdict.UNSUPPORTED, unable)
    header = replace(started(text), options=text, asked={samples.PYTHON.id: text})
    fault = Faulted(EnvironmentFault(text, where=text, hint=text))
    return (header, replace(verdict, evidence=known), skipped, fault, ended(text))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("renderer", RENDERERS)
def test_whatever_is_said_each_report_is_inert(renderer: str, text: str) -> None:
    written = RENDERERS[renderer](collected(*hostile(text)))
    if renderer in ("json", "sarif"):
        assert json.loads(written)
        return
    assert not unseen(written, but="\n\t")
    if renderer == "html":
        assert not any(f"<{tag}" in written for tag in ("script>alert", "img src=x", "b>bold"))
        assert 'onmouseover="' not in written
    elif renderer == "junit":
        ET.fromstring(written)  # noqa: S314 (our own output)
    else:
        shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(written)
        tags = set(re.findall(r"<(\w+)", shown))
        assert tags <= {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "code"} | {
            *("br", "ul", "li")
        }
        assert shown.count("<h2") == 1
        assert len(written.encode()) < markdown.BYTES


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_said_the_log_has_our_commands_only(text: str) -> None:
    lines = annotated(*hostile(text))
    assert lines
    for line in lines:
        assert line.startswith("::error title=")
        assert not unseen(line)
        assert not runs_a_command(line.removeprefix("::error "))
