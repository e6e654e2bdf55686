"""Three subjects and more: which one stands alone, the table, and whose entries of the ledger must show."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from conformance.commands import chosen
from conformance.engine.alone import alone, one_alone
from conformance.engine.collected import Collected
from conformance.engine.event_log import from_json, to_json
from conformance.engine.events import RunStarted
from conformance.report import jsonreport, summary, table
from conformance.subjects.subject import Subject
from conformance.verdict.entries import Entry
from conformance.verdict.finding import Blame, Finding, Layer, Result, Verdict
from conformance.verdict.held import Held
from conformance.verdict.known_versions import KnownVersions
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import SubjectInfo
from tests.front import samples
from tests.verdict.test_ledger import ENTRY

JS, PYTHON = samples.JS, samples.PYTHON
RUST = SubjectInfo("rust@0.1.0", "rust", "0.1.0")
PARITY = Finding(Layer.PARITY, "payload", "1:STEP.SUCCEED.Payload", 1, 2, Blame.UNDETERMINED, "differs")
OTHER = replace(PARITY, seen=3)
RULE = Finding(Layer.INVARIANT, "start-again", "1:STEP.START", 1, 2, Blame.SDK, "again")
APART = replace(PARITY, rule="faults-apart")
KNOWN = replace(PARITY, divergence="entry")


def results(*findings: tuple[Finding, ...]) -> list[Result]:
    infos = (JS, PYTHON, RUST, SubjectInfo("java@2.1.0", "java", "2.1.0"))
    return [
        Result("a", info.id, Verdict.PARITY, 0.1, own) for info, own in zip(infos, findings, strict=False)
    ]


@pytest.mark.parametrize(
    ("findings", "who"),
    [
        (((), (), ()), None),  # all do the same
        (((), (), (PARITY,)), RUST.id),
        (((), (KNOWN,), ()), PYTHON.id),  # known or not: that is the ledger's matter
        (((), (PARITY,), (PARITY,)), JS.id),  # both differ from the reference in the same
        (((RULE,), (PARITY,), (PARITY,)), JS.id),
        (((), (PARITY,), (OTHER,)), None),  # three ways
        (((), (), (RULE,)), RUST.id),
        (((RULE,), (RULE,), (PARITY,)), None),  # those that agree do not do as demanded
        (((), (), (APART,)), None),  # faults that met other updates are no difference
        (((), (PARITY,), (PARITY,), ()), None),  # two and two
        (((), (), (), (PARITY,)), "java@2.1.0"),
        (((), (PARITY,)), None),  # of two nobody can say
    ],
)
def test_one_stands_alone_where_all_others_do_the_same(
    findings: tuple[tuple[Finding, ...], ...], who: str | None
) -> None:
    assert one_alone(results(*findings)) == who


def test_who_could_not_be_judged_has_no_say() -> None:
    one, two, three = results((), (), (PARITY,))
    for verdict in (Verdict.UNSUPPORTED, Verdict.HARNESS_ERROR):
        assert one_alone([one, replace(two, verdict=verdict), three]) is None


def ran() -> Collected:
    run = Collected()
    run(RunStarted((JS, PYTHON, RUST), JS.id, ("a/b", "c"), complete=False))
    for scenario in ("a/b", "c"):
        run(samples.judged(scenario, JS, Verdict.CONFORMS))
        run(samples.judged(scenario, PYTHON, Verdict.PARITY))
    run(samples.judged("a/b", RUST, Verdict.VIOLATED, RULE))
    run(samples.judged("c", RUST, Verdict.UNSUPPORTED))
    return run


def test_the_table_has_a_row_a_scenario_and_a_column_a_subject() -> None:
    lines = table.render(ran()).splitlines()
    assert lines[0] == "# 2 scenarios with `js@2.4.0`, `python@3.0.0`, `rust@0.1.0`"
    assert lines[-2:] == ["| `a/b` | ✓ | ✓ | **violated** alone |", "| `c` | ✓ | ✓ | - |"]
    assert "| alone | 0 | 0 | 1 |" in lines
    assert "| violated | 0 | 0 | 1 |" in lines


def test_summary_and_json_say_who_stands_alone() -> None:
    run = ran()
    assert alone(run) == {"a/b": RUST.id}
    assert list(summary.lonely(run)) == [
        "rust@0.1.0 stands alone in 1 scenario (a/b): all others do as demanded"
    ]
    document = jsonreport.document(run)
    assert document["alone"] == {"a/b": RUST.id}
    jsonschema.validate(document, json.loads(jsonreport.SCHEMA.read_text(encoding="utf-8")))


def test_summary_log_and_json_say_what_was_left_out_as_deep() -> None:
    run = Collected()
    held = Held((JS.id,), (JS.id,), JS.id, ("parameters/a", "parameters/b"))
    started = RunStarted((JS, PYTHON), JS.id, ("c",), complete=True, held=held)
    run(from_json(json.loads(json.dumps(to_json(started)))))
    assert run.started == started
    assert list(summary.left_out(run)) == ["2 deep scenarios not run · --deep runs them"]
    document = jsonreport.document(run)
    assert document["totals"]["deep_not_run"] == 2
    jsonschema.validate(document, json.loads(jsonreport.SCHEMA.read_text(encoding="utf-8")))
    assert list(summary.left_out(ran())) == []


def subjects(*texts: str) -> tuple[Subject, ...]:
    return tuple(Subject.parse(text) for text in texts)


@pytest.mark.parametrize(
    ("texts", "ran_", "compared"),
    [
        (("js", "python"), ("js", "python"), ("js", "python")),
        (("python", "js"), ("python", "js"), ("python", "js")),
        (("js",), ("js",), ()),
        (("js", "python@2.1.0"), ("js",), ()),
        (("js@2.3.1", "python"), ("python",), ()),
        (("js", "python+mutant:phantom-fail"), ("js",), ()),
        (("js+cjs", "python"), ("python",), ()),
        (("js", "python", "mine=./run"), ("js", "python"), ("js", "python")),
    ],
)
def test_pinned_versions_are_held_and_compared_beside_the_usual_one(
    texts: tuple[str, ...], ran_: tuple[str, ...], compared: tuple[str, ...]
) -> None:
    held = chosen.held(subjects(*texts))
    assert [one.partition("@")[0] for one in held.ran] == list(ran_)
    assert [one.partition("@")[0] for one in held.compared] == list(compared)
    assert held.reference == Subject.parse(texts[0]).id


OWN = replace(ENTRY, reference=None)


def rust(**more: Any) -> Entry:
    return replace(OWN, versions=KnownVersions.parse("rust", ">=0.1.0", "0.1.0"), **more)


SEEN_ALONE = rust(id="rule", spots=(replace(ENTRY.spots[0], layer=Layer.INVARIANT),))
COMPARED = rust(id="beside")
PAIR = replace(ENTRY, id="pair", reference=KnownVersions.parse("js", ">=2.0.0", "2.4.0"))


@pytest.mark.parametrize(
    ("infos", "held", "stale"),
    [
        ((JS, PYTHON, RUST), None, {"options", "rule", "beside", "pair"}),
        ((JS, PYTHON, RUST), Held((JS.id, RUST.id), (RUST.id,), JS.id), {"rule", "beside"}),
        ((JS, RUST), Held((JS.id, RUST.id), (RUST.id,), JS.id), {"rule", "beside"}),
        ((JS, RUST), Held((RUST.id,), (), JS.id), {"rule"}),
        ((JS, PYTHON), Held((JS.id, PYTHON.id), (JS.id, PYTHON.id), JS.id), {"options", "pair"}),
        # both were compared with Rust, and not with each other
        ((RUST, JS, PYTHON), Held((JS.id, PYTHON.id), (JS.id, PYTHON.id), RUST.id), {"options"}),
        ((JS, PYTHON), Held((), (), JS.id), set()),
    ],
)
def test_entries_of_what_ran_must_show(
    infos: tuple[SubjectInfo, ...], held: Held | None, stale: set[str]
) -> None:
    ledger = Ledger((OWN, SEEN_ALONE, COMPARED, PAIR))
    problems = ledger.stale([], infos, held)
    assert {problem.split()[1].rstrip(":") for problem in problems} == stale


def test_the_log_of_a_run_keeps_who_is_held() -> None:
    header = RunStarted((JS,), JS.id, ("a",), complete=True, held=Held((JS.id,), (), JS.id))
    assert from_json(json.loads(json.dumps(to_json(header)))) == header
    old = to_json(replace(header, held=None))
    del old["held"]
    assert from_json(old) == replace(header, held=None)
