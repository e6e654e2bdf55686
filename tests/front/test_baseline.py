"""A run beside an earlier one: what is new, fixed and the same, and what can't be compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.engine.baseline import Against, Comparison, Side, comparison
from conformance.engine.causes import causes
from conformance.engine.collected import Collected
from conformance.engine.events import Event, Judged, Recorded, RunEnded, RunStarted
from conformance.errors import Exit, UsageError
from conformance.report import jsonreport, summary
from conformance.verdict.finding import Finding, Verdict
from conformance.wire.recording import SubjectInfo
from tests.front import samples
from tests.front.test_cli import GOOD, conformance

BASE = SubjectInfo("python@2.1.0", "python", "2.1.0")
MINE = SubjectInfo("mine", "mine", "")
NEW = samples.ORPHAN
OLD = replace(samples.ORPHAN, path="2:STEP.START.Name", rule="name-wrong")
TRACE = replace(OLD, path="1:STEP.FAIL.Error.StackTrace", seen=["at a.py:1"])
END = RunEnded(1.0, interrupted=False, divergences={}, problems=("stale",), held_seconds=0.0)
REFERENCES = (
    "the baseline was compared with js@2.3.0, this run with js@2.4.0: "
    "differences from the reference may be new for that alone"
)


def one(scenario: str, *findings: Finding, subject: SubjectInfo = samples.PYTHON) -> Judged:
    reference = subject == samples.JS
    good = Verdict.CONFORMS if reference else Verdict.PARITY
    return samples.judged(scenario, subject, Verdict.VIOLATED if findings else good, *findings)


def header(*names: str, subjects: tuple[SubjectInfo, ...] = (samples.JS, samples.PYTHON)) -> RunStarted:
    return RunStarted(subjects, samples.JS.id, names, complete=False)


def collected(events: list[Event], base: Side | str | None = None) -> Collected:
    run = Collected()
    told = run if base is None else Against(base, run)
    for event in events:
        told(event)
    return run


def earlier(*verdicts: Judged, subjects: tuple[SubjectInfo, ...] = (samples.JS, samples.PYTHON)) -> Side:
    names = tuple(dict.fromkeys(each.result.scenario for each in verdicts))
    return Side.of("earlier", collected([header(*names, subjects=subjects), *verdicts, END]))


def compared(run: Collected) -> Comparison:
    found = comparison(run)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("before", "after", "new", "fixed", "same", "code"),
    [
        ([], [], [], [], 1, Exit.AS_EXPECTED),
        ([], [NEW], ["a"], [], 0, Exit.FINDING),
        ([OLD], [], [], ["a"], 0, Exit.AS_EXPECTED),
        ([OLD], [OLD], [], [], 1, Exit.AS_EXPECTED),
        ([OLD], [replace(OLD, message="m")], [], [], 1, Exit.AS_EXPECTED),
        ([OLD], [replace(OLD, seen="another")], [], [], 0, Exit.FINDING),
        ([TRACE], [replace(TRACE, seen=["at b.py:2"])], [], [], 1, Exit.AS_EXPECTED),
        ([OLD, NEW], [replace(OLD, seen=float("nan")), NEW], [], [], 0, Exit.FINDING),
        ([OLD], [OLD, NEW], ["a"], [], 0, Exit.FINDING),
        ([replace(NEW, divergence="known")], [NEW], ["a"], [], 0, Exit.FINDING),
    ],
    ids=[
        "good",
        "new",
        "fixed",
        "the same",
        "another message",
        "another value",
        "other frames",
        "one of two",
        "one more",
        "no longer as the ledger says",
    ],
)
def test_only_what_is_new_is_a_finding(  # noqa: PLR0913 (a table's columns)
    *, before: list[Finding], after: list[Finding], new: list[str], fixed: list[str], same: int, code: Exit
) -> None:
    run = collected([header("a"), one("a", *after), END], earlier(one("a", *before)))
    found = compared(run)
    assert found.new == tuple((name, samples.PYTHON.id) for name in new)
    assert len(found.new) + len(found.changed) + len(found.fixed) + found.same == 1
    assert found.fixed == tuple((name, samples.PYTHON.id) for name in fixed)
    assert found.same == same
    assert run.exit() is code


def test_what_is_wrong_in_another_way_has_changed_and_is_told() -> None:
    base = earlier(one("a", OLD), one("b", OLD))
    run = collected([header("a", "b"), one("a", replace(OLD, seen=[1])), one("b", OLD), END], base)
    found = compared(run)
    assert (found.new, found.changed, found.same) == ((), (("a", samples.PYTHON.id),), 1)
    assert [cause.scenarios for cause in causes(run)] == [("a",)]
    assert "1 of 2 scenarios with python@3.0.0 broken in another way" in summary.verdict(run, 1)
    [line] = summary.beside(run)
    assert "0 newly broken · 1 broken in another way · 0 fixed · 1 the same" in line


def test_a_value_that_a_report_has_is_the_same_as_in_the_run_that_wrote_it(tmp_path: Path) -> None:
    odd = replace(OLD, seen={"b": float("inf"), "a": (1, 2)}, wanted="x" * 5000)
    run = collected([header("a"), one("a", odd), END])
    path = tmp_path / "report.json"
    path.write_text(jsonreport.render(run), encoding="utf-8")
    found = compared(collected([header("a"), one("a", odd), END], Side.read(path)))
    assert (found.new, found.changed, found.same) == ((), (), 1)


def test_causes_are_those_of_what_is_new() -> None:
    base = earlier(one("a", OLD), one("b"))
    run = collected([header("a", "b"), one("a", OLD), one("b", OLD, NEW), END], base)
    [cause] = causes(run)
    assert cause.scenarios == ("b",)


def test_a_subject_that_is_the_baseline_runs_beside_the_others_and_is_not_told_of() -> None:
    subjects = (samples.JS, samples.PYTHON, BASE)
    verdicts = [
        one("a", NEW),
        one("a", subject=samples.JS),
        one("a", subject=BASE),
        one("b", OLD, subject=BASE),
        one("b"),
    ]
    told: list[Event] = []
    recorded = [Recorded("a", each.id, 1) for each in subjects]
    for event in recorded:
        Against(BASE.id, told.append)(event)
    assert len(told) == len(recorded)  # nothing is hidden before the run began
    run = collected([header("a", "b", subjects=subjects), *recorded, *verdicts, END], BASE.id)
    assert [each.result.subject for each in run.judged()] == [
        samples.JS.id,
        samples.PYTHON.id,
        samples.PYTHON.id,
    ]
    assert run.subjects == (samples.JS, samples.PYTHON)
    found = compared(run)
    assert (found.new, found.fixed, found.missing) == (
        (("a", samples.PYTHON.id),),
        (("b", samples.PYTHON.id),),
        0,
    )


def test_a_verdict_is_told_although_the_baselines_never_comes() -> None:
    subjects = (samples.JS, samples.PYTHON, BASE)
    run = collected([header("a", subjects=subjects), one("a", NEW), END], BASE.id)
    assert compared(run).new == (("a", samples.PYTHON.id),)
    assert run.exit() is Exit.FINDING


def test_the_reference_itself_can_be_the_baseline() -> None:
    other = SubjectInfo("js@/checkout", "js", "2.4.0")
    events = [
        header("a", subjects=(samples.JS, other)),
        one("a", subject=samples.JS),
        one("a", NEW, subject=other),
    ]
    run = collected([*events, END], samples.JS.id)
    assert run.subjects == (samples.JS, other)
    assert compared(run).new == (("a", other.id),)


def test_what_cannot_be_compared_is_said() -> None:
    base = replace(earlier(one("a"), one("gone")), reference="js@2.3.0")
    run = collected(
        [header("a", "new", subjects=(samples.JS, samples.PYTHON, MINE)), one("a"), one("new"), END], base
    )
    found = compared(run)
    assert found.missing == 1
    assert found.notes == (
        "scenarios gone of the baseline are not in this run",
        "scenarios new of this run are not in the baseline",
        REFERENCES,
        "mine has no counterpart in the baseline",
    )


def test_a_run_that_could_not_be_judged_is_not_compared() -> None:
    broken = samples.judged("a", samples.PYTHON, Verdict.HARNESS_ERROR, samples.UNSTABLE)
    run = collected([header("a"), broken, END], earlier(one("a")))
    assert (compared(run).new, compared(run).missing) == ((), 1)
    assert run.exit() is Exit.ENVIRONMENT
    run = collected([header("a"), one("a"), END], earlier(broken))
    assert (compared(run).same, compared(run).missing) == (0, 1)


def test_a_report_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    run = collected([header("a"), one("a", NEW), END])
    path.write_text(jsonreport.render(run), encoding="utf-8")
    assert Side.read(path) == replace(Side.of("x", run), name=str(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"schema": 3}', "a report of schema 3 can't be compared"),
        ('{"schema": 1, "subjects": [], "results": []}', "no whole report"),
        ('{"schema": 2, "subjects": [{"id": 1}], "results": []}', "no whole report"),
        ('{"schema": 2, "subjects": 7, "results": 7}', "no whole report"),
        ("[]", "a report of schema None"),
        ("", "no JSON report"),
        ("[" * 100_000, "no JSON report"),
    ],
)
def test_a_file_that_is_no_report_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        Side.read(path)


def test_a_broken_build_beside_the_release_it_comes_from(tmp_path: Path) -> None:
    folder, report, out = tmp_path / "scenarios", tmp_path / "report.json", tmp_path / "out"
    (folder / "basics").mkdir(parents=True)
    (folder / "basics" / "good.yaml").write_text(GOOD, encoding="utf-8")
    scenarios = ("--scenarios", folder)
    good = conformance("run", "basics/*", *scenarios, "--out", out, "--json", report)
    assert good.returncode == 0, good.stdout
    mutant = ("--subject", "python@3.0.0+mutant:body-again")
    beside = conformance("run", "basics/*", *scenarios, *mutant, "--baseline", "python@3.0.0")
    assert "against python@3.0.0 (baseline): " in beside.stdout
    for base in (out, report):
        same = conformance("judge", out, "--baseline", base)
        assert same.returncode == 0, same.stdout
        assert "0 newly broken · 0 fixed · 2 the same" in same.stdout
        told = conformance("diff", base, out, "--json")
        assert json.loads(told.stdout) == {
            "schema": 1,
            "baseline": str(base),
            "new": [],
            "changed": [],
            "fixed": [],
            "same": 2,
            "not_compared": 0,
            "notes": [],
        }
    assert conformance("diff", tmp_path / "none", out).returncode == 2
    refused = conformance("run", "basics/*", *scenarios, "--baseline", "nonsense")
    assert refused.returncode == 2
    assert "nonsense: no baseline: there is no such report or directory" in refused.stderr
