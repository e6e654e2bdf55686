"""Scenarios as pytest items, over a stack that only pretends."""

from __future__ import annotations

from typing import Any

import pytest

from conformance import pytest_items
from conformance.engine.collator import Assessors
from conformance.engine.judging import Here
from conformance.verdict.finding import Result, Verdict
from conformance.wire.recording import Recording
from tests.front.samples import JS, KNOWN, ORPHAN, PYTHON, UNABLE
from tests.front.test_cli import BAD, GOOD
from tests.front.test_session import Pretence

VERDICTS = {
    "basics/wrong": (Verdict.VIOLATED, ORPHAN),
    "basics/unable": (Verdict.UNSUPPORTED, UNABLE),
    "basics/known": (Verdict.KNOWN_DIVERGENCE, KNOWN),
}


def judge(one: Recording, reference: Recording | None) -> Result:
    verdict: Verdict = Verdict.PARITY if reference else Verdict.CONFORMS
    findings: tuple[Any, ...] = ()
    if one.subject.id == PYTHON.id and one.scenario in VERDICTS:
        verdict, *findings = VERDICTS[one.scenario]  # type: ignore[assignment]
    return Result(one.scenario, one.subject.id, verdict, one.seconds, tuple(findings))


@pytest.fixture
def pretence(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Pretence:
    pytester.makeini("[pytest]\naddopts = -p no:hypothesispytest\nconformance_scenarios = scenarios more\n")
    for name in (
        "scenarios/basics/right",
        "scenarios/basics/wrong",
        "scenarios/basics/unable",
        "scenarios/basics/known",
        "more/right2",
    ):
        path = pytester.path / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD, encoding="utf-8")
    (pytester.path / "scenarios/divergences.yaml").write_text("divergences: []\n", encoding="utf-8")
    (pytester.path / "other.yaml").write_text("a: 1\n", encoding="utf-8")
    pretence = Pretence()
    assessors = Assessors(judge, lambda one: one.stderr, lambda *_: None)
    monkeypatch.setattr(pytest_items, "real", pretence.stack)
    monkeypatch.setattr(pytest_items, "assessors", lambda *_, **__: assessors)
    return pretence


def test_each_scenario_is_an_item_for_each_subject(pytester: pytest.Pytester, pretence: Pretence) -> None:
    result = pytester.runpytest_inprocess("-v", "-rs")
    result.assert_outcomes(passed=8, failed=1, skipped=1)
    result.stdout.fnmatch_lines_random(
        [
            "scenarios/basics/right.yaml::js@2.4.0 PASSED*",
            "scenarios/basics/right.yaml::python@3.0.0 PASSED*",
            "scenarios/basics/wrong.yaml::js@2.4.0 PASSED*",
            "scenarios/basics/wrong.yaml::python@3.0.0 FAILED*",
            "scenarios/basics/unable.yaml::python@3.0.0 SKIPPED (this version*",
            "more/right2.yaml::python@3.0.0 PASSED*",
        ]
    )
    assert len(pretence.runs) == len({*pretence.runs}) == 10
    assert pretence.busiest > 1


def test_a_failing_item_shows_its_findings_and_no_call_stack(
    pytester: pytest.Pytester, pretence: Pretence
) -> None:
    assert pretence
    result = pytester.runpytest_inprocess("scenarios/basics/wrong.yaml")
    result.stdout.fnmatch_lines(
        [
            "violated: basics/wrong with python@3.0.0 (*wrong.yaml:1)",
            "  structure/parent-path at 1.1:STEP.START.ParentId (blame: SDK)",
            '    seen    "1"',
            '    wanted  "root"',
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_items.py*")


def test_only_what_is_selected_runs_but_always_beside_the_reference(
    pytester: pytest.Pytester, pretence: Pretence
) -> None:
    result = pytester.runpytest_inprocess("-k", "right2 and python")
    result.assert_outcomes(passed=1, deselected=9)
    assert {*pretence.runs} == {("right2", JS.id), ("right2", PYTHON.id)}


def test_a_known_difference_is_a_section_of_the_report(pytester: pytest.Pytester, pretence: Pretence) -> None:
    assert pretence
    result = pytester.runpytest_inprocess("scenarios/basics/known.yaml", "-rA")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*known differences*",
            "known-divergence: basics/known with python@3.0.0*",
            "  parity/update-field at 1:CONTEXT.SUCCEED.ContextOptions (*, known: context-options)",
        ]
    )


def test_after_the_first_failure_x_begins_no_further_run(
    pytester: pytest.Pytester, pretence: Pretence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytest_items, "start", Here)  # judged at once, while the pretended runs take no time
    names = [f"scenarios/late/{number}" for number in range(20)]
    for name in names:
        path = pytester.path / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(GOOD, encoding="utf-8")
    result = pytester.runpytest_inprocess("-x", "--conformance-jobs", "1", "scenarios")
    result.assert_outcomes(passed=6, failed=1, skipped=1)
    assert 8 <= len(pretence.runs) < 20


def test_nothing_selected_is_an_error(pytester: pytest.Pytester, pretence: Pretence) -> None:
    assert pytester.runpytest_inprocess("-k", "nothing").ret is pytest.ExitCode.NO_TESTS_COLLECTED
    assert pretence.runs == []


def test_a_bad_file_is_one_failure_and_the_others_run(pytester: pytest.Pytester, pretence: Pretence) -> None:
    assert pretence
    (pytester.path / "scenarios/bad.yaml").write_text(BAD, encoding="utf-8")
    result = pytester.runpytest_inprocess("scenarios/bad.yaml", "scenarios/basics/right.yaml")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*bad.yaml:4: unknown key `stp` (did you mean `step`[?])"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_subject_that_is_not_there_fails_its_items_by_name(
    pytester: pytest.Pytester, pretence: Pretence
) -> None:
    pretence.absent = (PYTHON.id,)
    result = pytester.runpytest_inprocess("scenarios/basics/right.yaml")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*python@3.0.0: there is no such version*"])


def test_two_folders_with_a_scenario_of_one_id_are_refused(
    pytester: pytest.Pytester, pretence: Pretence
) -> None:
    assert pretence
    (pytester.path / "scenarios/right2.yaml").write_text(GOOD, encoding="utf-8")
    result = pytester.runpytest_inprocess("scenarios/right2.yaml", "more/right2.yaml")
    result.stdout.fnmatch_lines(["*have the same id*"])
    assert result.ret is pytest.ExitCode.TESTS_FAILED


def test_elsewhere_the_plugin_collects_nothing(pytester: pytest.Pytester) -> None:
    path = pytester.path / "scenarios" / "a.yaml"
    path.parent.mkdir()
    path.write_text("a: 1\n", encoding="utf-8")
    assert pytester.runpytest_inprocess().ret is pytest.ExitCode.NO_TESTS_COLLECTED


def test_under_xdist_all_scenarios_stay_in_one_worker(pytester: pytest.Pytester, pretence: Pretence) -> None:
    items, _ = pytester.inline_genitems()
    groups = {marker.args for item in items if (marker := item.get_closest_marker("xdist_group"))}
    assert items
    assert groups == {("conformance",)}
    assert not pretence.runs
    for dist, kept in (("load", "loadgroup"), ("worksteal", "loadgroup"), ("loadfile", "loadfile")):
        assert pytester.parseconfigure("--dist", dist, "--tx", "2*popen").getoption("dist") == kept
