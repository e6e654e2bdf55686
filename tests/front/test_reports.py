"""Each report on the same fixed run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from conformance.engine import event_log as ndjson
from conformance.engine.collected import Collected
from conformance.engine.events import Event, Faulted, Judged, Listener, RunEnded
from conformance.errors import Exit, ScenarioError, UsageError
from conformance.report import jsonreport, junit, markdown
from conformance.report.files import AtEnd
from conformance.verdict.finding import Blame, Layer, Verdict
from tests.front import samples


def collected(events: tuple[Event, ...] = samples.EVENTS) -> Collected:
    run = Collected()
    for event in events:
        run(event)
    return run


def test_junit(snapshot: SnapshotAssertion) -> None:
    text = junit.render(collected())
    assert text == snapshot
    root = ET.fromstring(text)  # noqa: S314 (our own output)
    assert {suite.get("name"): suite.get("tests") for suite in root} == {
        "js@2.4.0": "4",
        "python@3.0.0": "4",
        "conformance": "3",
    }


def test_junit_survives_what_xml_cannot_say() -> None:
    odd = samples.judged("virtual/a", samples.JS, Verdict.VIOLATED)
    fault = Faulted(ScenarioError("a \x00 and a \x1b[31m and a \ud800"))
    ET.fromstring(junit.render(collected((samples.EVENTS[0], odd, fault))))  # noqa: S314 (our own output)


def test_json_is_what_its_schema_says(snapshot: SnapshotAssertion) -> None:
    document = json.loads(jsonreport.render(collected()))
    schema = json.loads(jsonreport.SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    assert document == snapshot


def test_json_of_a_run_that_was_cut_off_is_valid_and_says_so() -> None:
    document = jsonreport.document(collected(samples.EVENTS[:5]))
    jsonschema.validate(document, json.loads(jsonreport.SCHEMA.read_text(encoding="utf-8")))
    assert document["totals"]["interrupted"] is True


def test_json_does_not_depend_on_the_order_in_which_verdicts_came() -> None:
    header, *middle, footer = samples.EVENTS
    faults = [event for event in middle if not isinstance(event, Judged)]
    verdicts = [event for event in middle if isinstance(event, Judged)]
    backwards = (header, *reversed(verdicts), *faults, footer)
    assert jsonreport.render(collected(backwards)) == jsonreport.render(collected())


@pytest.mark.parametrize("event", samples.EVENTS, ids=lambda event: type(event).__name__)
def test_events_survive_ndjson(event: Event) -> None:
    back = ndjson.from_json(json.loads(json.dumps(ndjson.to_json(event))))
    assert ndjson.to_json(back) == ndjson.to_json(event)
    assert type(back) is type(event)


def test_ndjson_of_a_run_that_was_cut_off_has_no_footer(tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    writer = ndjson.NdjsonWriter(path)
    for event in samples.EVENTS:
        writer(event)
    whole = path.read_text(encoding="utf-8")
    assert isinstance([*ndjson.read(path)][-1], RunEnded)
    path.write_text(whole[:-30], encoding="utf-8")
    assert isinstance([*ndjson.read(path)][-1], Judged)


def test_ndjson_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    path.write_text('{"event": "surprise"}\n{"event": "surprise"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"run\.ndjson:1"):
        [*ndjson.read(path)]


def test_reports_survive_what_json_and_utf8_cannot_say(tmp_path: Path) -> None:
    odd = replace(samples.ORPHAN, seen={"nan": float("nan"), "half": "\ud800"})
    events = (
        samples.EVENTS[0],
        samples.judged("virtual/a", samples.JS, Verdict.VIOLATED, odd),
        samples.EVENTS[-1],
    )
    reports: list[Listener] = [ndjson.NdjsonWriter(tmp_path / "run.ndjson")]
    reports += [
        AtEnd(tmp_path / render.__module__, render)
        for render in (jsonreport.render, junit.render, markdown.render)
    ]
    for event in events:
        for listener in reports:
            listener(event)
    document = json.loads((tmp_path / jsonreport.__name__).read_text(encoding="utf-8"))
    assert document["results"][0]["findings"][0]["seen"] == {"nan": "nan", "half": "\ud800"}
    assert len([*ndjson.read(tmp_path / "run.ndjson")]) == len(events)


def test_a_report_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no report can be written here"):
        AtEnd(tmp_path, jsonreport.render)


def footer(*problems: str, interrupted: bool = False) -> RunEnded:
    return RunEnded(1.0, interrupted=interrupted, divergences={}, problems=problems, held_seconds=0.0)


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ((footer(),), Exit.AS_EXPECTED),
        ((samples.judged("a", samples.JS, Verdict.CONFORMS), footer()), Exit.AS_EXPECTED),
        ((samples.judged("a", samples.JS, Verdict.UNSUPPORTED), footer()), Exit.AS_EXPECTED),
        ((samples.judged("a", samples.JS, Verdict.KNOWN_DIVERGENCE), footer()), Exit.AS_EXPECTED),
        ((footer("stale"),), Exit.FINDING),
        ((samples.judged("a", samples.JS, Verdict.DIVERGED), footer()), Exit.FINDING),
        ((samples.judged("a", samples.JS, Verdict.VIOLATED), footer()), Exit.FINDING),
        ((samples.judged("a", samples.JS, Verdict.SCENARIO_ERROR), footer()), Exit.USAGE),
        ((samples.judged("a", samples.JS, Verdict.VIOLATED), samples.EVENTS[1], footer()), Exit.USAGE),
        (
            (samples.judged("a", samples.JS, Verdict.HARNESS_ERROR), samples.EVENTS[1], footer()),
            Exit.ENVIRONMENT,
        ),
        ((samples.EVENTS[1], samples.EVENTS[2], footer()), Exit.ENVIRONMENT),
        ((samples.EVENTS[2], footer(interrupted=True)), Exit.INTERRUPTED),
        ((samples.judged("a", samples.JS, Verdict.CONFORMS),), Exit.INTERRUPTED),
    ],
)
def test_the_exit_code_is_the_gravest_that_applies(events: tuple[Event, ...], code: Exit) -> None:
    assert collected(events).exit() is code


def test_the_schema_knows_every_layer_verdict_and_whoever_is_to_blame() -> None:
    known = json.loads(jsonreport.SCHEMA.read_text(encoding="utf-8"))["$defs"]
    assert set(known["layer"]["enum"]) == {*Layer}
    assert set(known["blame"]["enum"]) == {*Blame}
    assert set(known["verdict"]["enum"]) == {*Verdict}
