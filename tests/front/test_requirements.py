"""How AWS's requirements stand after a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.engine.collected import Collected
from conformance.engine.events import Judged, RunStarted
from conformance.report import requirements
from conformance.verdict.finding import Finding, Layer, Verdict
from conformance.wire.recording import SubjectInfo
from tests.front.samples import JS, KNOWN, ORPHAN, PYTHON, UNABLE, judged

HISTORY = replace(ORPHAN, layer=Layer.AWS, rule="history", path="history[3]")
ACCOUNTED = replace(HISTORY, divergence="some-entry")
DIFFERENT = replace(KNOWN, divergence=None)


def run(*verdicts: Judged, subjects: tuple[SubjectInfo, ...] = (JS, PYTHON), **requirement: str) -> Collected:
    whole = Collected()
    names = tuple({one.result.scenario: None for one in verdicts})
    whole(RunStarted(subjects, JS.id, names, complete=False, requirements=requirement))
    for one in verdicts:
        whole(one)
    return whole


@pytest.mark.parametrize(
    ("verdict", "findings", "standing"),
    [
        (Verdict.CONFORMS, (), "pass"),
        (Verdict.PARITY, (), "pass"),
        (Verdict.KNOWN_DIVERGENCE, (KNOWN,), "pass"),
        (Verdict.DIVERGED, (DIFFERENT,), "pass"),
        (Verdict.KNOWN_DIVERGENCE, (ACCOUNTED,), "known"),
        (Verdict.VIOLATED, (ACCOUNTED, HISTORY), "fail"),
        (Verdict.VIOLATED, (ORPHAN,), "fail"),  # the matcher passes over what it does not ask for
        (Verdict.UNSUPPORTED, (UNABLE,), "fail"),
        (Verdict.HARNESS_ERROR, (), "fail"),
    ],
)
def test_how_a_requirement_stands(verdict: Verdict, findings: tuple[Finding, ...], standing: str) -> None:
    whole = run(judged("a", PYTHON, verdict, *findings), judged("b", PYTHON, Verdict.VIOLATED), a="3-1")
    assert requirements.standings(whole) == {"3-1": {"python": standing}}
    assert requirements.totals(whole)["python"][standing] == 1
    assert sum(requirements.totals(whole)["python"].values()) == 1


def test_a_requirement_with_two_scenarios_stands_as_the_worse() -> None:
    for first, second in ((Verdict.VIOLATED, Verdict.PARITY), (Verdict.PARITY, Verdict.VIOLATED)):
        found = {Verdict.VIOLATED: (HISTORY,), Verdict.PARITY: ()}
        whole = run(
            judged("a", JS, first, *found[first]), judged("b", JS, second, *found[second]), a="1-1", b="1-1"
        )
        assert requirements.standings(whole) == {"1-1": {"js": "fail"}}


def test_subjects_of_one_sdk_are_told_apart_and_requirements_are_in_order() -> None:
    older = SubjectInfo("python@2.1.0", "python", "2.1.0")
    whole = run(
        *(judged(name, info, Verdict.PARITY) for name in "ab" for info in (JS, PYTHON, older)),
        subjects=(JS, PYTHON, older),
        a="3-10",
        b="3-9",
    )
    found = requirements.standings(whole)
    assert list(found) == ["3-9", "3-10"]
    assert list(found["3-9"]) == ["js", "python@3.0.0", "python@2.1.0"]
