"""Causes: many findings of many scenarios, told as the few faults that they come from."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.engine.causes import Cause, causes
from conformance.engine.collected import Collected
from conformance.engine.events import Judged, RunStarted
from conformance.engine.evidence import Evidence
from conformance.report import jsonreport
from conformance.verdict import titles
from conformance.verdict.finding import Blame, Finding, Layer, Verdict
from conformance.wire.recording import SubjectInfo
from tests.front import samples
from tests.front.test_cli import conformance

PARENT = replace(samples.ORPHAN, layer=Layer.INVARIANT, rule="virtual-parent")
STATUS = Finding(Layer.EXPECT, "expected-status", "output.Status", "FAILED", "SUCCEEDED", Blame.SDK, "m")
BROKEN = replace(samples.UNSTABLE, blame=Blame.HARNESS)


def bad(scenario: str, *findings: Finding, subject: SubjectInfo = samples.PYTHON, size: int = 1) -> Judged:
    known = Evidence(findings, size, "")
    return replace(samples.judged(scenario, subject, Verdict.VIOLATED, *findings), evidence=known)


def run_of(*verdicts: Judged) -> Collected:
    run = Collected()
    run(RunStarted((samples.JS, samples.PYTHON), samples.JS.id, (), complete=False))
    for one in verdicts:
        run(one)
    return run


def made(*verdicts: Judged) -> tuple[Cause, ...]:
    return causes(run_of(*verdicts))


def test_scenarios_with_the_same_first_finding_are_one_cause_and_the_simplest_tells_it() -> None:
    [cause] = made(
        bad("virtual/large", PARENT, STATUS, size=9),
        bad("virtual/small", PARENT, STATUS, size=2),
        bad("flat/middle", PARENT, size=3),
    )
    assert (cause.id, cause.layer, cause.blame) == ("virtual-parent", Layer.INVARIANT, Blame.SDK)
    assert cause.scenarios == ("virtual/small", "flat/middle", "virtual/large")
    assert cause.folders == (("virtual", 2), ("flat", 1))
    assert [(one.rule, one.findings) for one in cause.follows] == [("expected-status", 2)]
    assert cause.rerun == "conformance run virtual/small --subject python@3.0.0 --out out"


def test_what_the_ledger_knows_is_no_cause() -> None:
    known = replace(PARENT, divergence="known")
    assert made(samples.judged("a", samples.PYTHON, Verdict.KNOWN_DIVERGENCE, known)) == ()
    [cause] = made(replace(bad("a", STATUS), result=replace(bad("a").result, findings=(known, STATUS))))
    assert cause.rule == "expected-status"


def test_each_subject_has_its_own_and_the_harness_comes_last() -> None:
    found = made(
        bad("a", BROKEN),
        bad("b", BROKEN),
        bad("c", PARENT),
        bad("c", replace(PARENT, message="other"), subject=samples.JS),
    )
    assert [(one.id, one.subjects) for one in found] == [
        ("virtual-parent", ("js@2.4.0",)),
        ("virtual-parent-2", ("python@3.0.0",)),
        ("unstable", ("python@3.0.0",)),
    ]


def test_a_verdict_without_evidence_is_told_by_layer() -> None:
    [cause] = made(samples.judged("a", samples.PYTHON, Verdict.VIOLATED, BROKEN, STATUS, PARENT))
    assert (cause.rule, cause.seen) == ("virtual-parent", PARENT.seen)
    assert [one.rule for one in cause.follows] == ["expected-status", "unstable"]


def test_an_expectation_that_all_subjects_contradict_alike_is_the_scenarios_fault_and_told_once() -> None:
    [cause] = made(bad("a", STATUS), bad("a", STATUS, subject=samples.JS))
    assert cause.blame is Blame.SCENARIO
    assert cause.subjects == ("js@2.4.0", "python@3.0.0")
    assert "expectation is probably wrong" in cause.title


def test_the_single_findings_of_a_wrong_expectation_are_blamed_on_the_scenario_too() -> None:
    parity = replace(STATUS, layer=Layer.PARITY, rule="payload", path="1:STEP.SUCCEED.Payload")
    run = run_of(bad("a", STATUS), bad("a", STATUS, parity, subject=samples.JS), bad("b", STATUS))
    told = {
        (row["scenario"], row["subject"], one["layer"]): one["blame"]
        for row in jsonreport.document(run)["results"]
        for one in row["findings"]
    }
    assert told == {
        ("a", samples.PYTHON.id, "expect"): "scenario",
        ("a", samples.JS.id, "expect"): "scenario",
        ("a", samples.JS.id, "parity"): "SDK",
        ("b", samples.PYTHON.id, "expect"): "SDK",
    }


@pytest.mark.parametrize(
    "verdicts",
    [
        [bad("a", STATUS)],
        [bad("a", STATUS), bad("a", replace(STATUS, seen="STOPPED"), subject=samples.JS)],
        [bad("a", STATUS), bad("a", STATUS, PARENT, subject=samples.JS)],
        [bad("a", STATUS), samples.judged("a", samples.JS, Verdict.CONFORMS)],
    ],
    ids=["one alone", "not alike", "a rule is broken", "one agrees with it"],
)
def test_an_expectation_is_not_doubted_where(verdicts: list[Judged]) -> None:
    assert all(one.blame is Blame.SDK for one in made(*verdicts))


def _rules() -> set[str]:
    """Every rule that a check names: the text that it gives its maker of findings."""
    makers = {"broken": 0, "_finding": 0, "finding": 0, "Finding": 1, "_Member": 0}
    found: set[str] = set()
    for path in (Path(titles.__file__).parent).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = makers.get(name)
            if at is None or len(node.args) <= at:
                continue
            found |= {each for each in _texts(node.args[at]) if each.replace("-", "").isalpha()}
    return found


def _texts(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp():
            return _texts(node.body) | _texts(node.orelse)
        case _:
            return set()


def test_every_rule_has_a_title() -> None:
    rules = _rules()
    assert len(rules) > 60
    known = {*titles.TITLES, *titles.DIALECT, *titles.OF_PARITY}
    assert {rule for rule in rules if "-" in rule} - known == set()


@pytest.mark.parametrize(
    ("layer", "rule", "words"),
    [
        (Layer.INVARIANT, "virtual-parent", "nearest real ancestor"),
        (Layer.PARITY, "context-options", "Context options differ from the reference's"),
        (Layer.PARITY, "body-runs", "reference"),
        (Layer.STRUCTURE, "unheard-of", "unheard-of"),
    ],
)
def test_titles_say_what_a_rule_wants(layer: Layer, rule: str, words: Any) -> None:
    assert words in titles.title(layer, rule)


def test_a_class_whose_verdicts_all_show_a_wider_one_too_is_put_under_it() -> None:
    unknown = replace(PARENT, rule="unknown-id")
    writes = replace(PARENT, rule="virtual-context-writes")
    [cause] = made(bad("a", unknown, size=5), bad("b", unknown, size=6), bad("c", writes, unknown, size=1))
    assert (cause.rule, cause.scenarios) == ("unknown-id", ("a", "b", "c"))
    assert len(made(bad("a", unknown), bad("b", unknown), bad("c", writes, unknown), bad("d", writes))) == 2


def test_what_any_fault_ends_in_makes_no_two_faults_one() -> None:
    refused = replace(PARENT, rule="request-refused")
    assert len(made(bad("a", refused), bad("b", refused), bad("c", PARENT, refused))) == 2


@pytest.mark.parametrize(
    "rule", ["virtual-parent", "step-options", "error-type", "body-runs", "payload-form"]
)
def test_the_rule_of_a_cause_can_be_explained(rule: str) -> None:
    done = conformance("explain", rule)
    assert done.returncode == 0, done.stderr
    assert all(words in done.stdout for words in titles.said(rule))
    assert titles.said(rule)


def test_a_wrong_expectation_is_rerun_with_the_subject_that_has_the_reference_beside_it() -> None:
    [cause] = made(bad("a", STATUS), bad("a", STATUS, subject=samples.JS))
    assert "--subject python@3.0.0" in cause.rerun


def test_what_only_came_of_a_fault_is_put_under_the_one_that_comes_to_it() -> None:
    content = replace(PARENT, layer=Layer.STRUCTURE, rule="content-wrong")
    outcome = replace(PARENT, layer=Layer.STRUCTURE, rule="outcome-wrong")
    other = replace(STATUS, rule="expected-result")
    [cause] = made(bad("a", content, outcome, STATUS), bad("b", content), bad("c", STATUS), bad("d", outcome))
    assert (cause.rule, cause.scenarios) == ("content-wrong", ("b", "a", "c", "d"))
    assert len(made(bad("a", content, STATUS), bad("b", content), bad("c", other))) == 2
    assert len(made(bad("a", content), bad("b", content), bad("c", PARENT, content), bad("d", PARENT))) == 2
    assert len(made(bad("a", content, STATUS), bad("c", STATUS, subject=samples.JS))) == 2
