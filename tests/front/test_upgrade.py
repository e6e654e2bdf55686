"""`conformance upgrade`: what is run, what is said of it, and that it finds what a seeded fault breaks."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from conformance.cli import main
from conformance.engine.events import Faulted, Planned, SettingUp
from conformance.engine.session import Stack
from conformance.engine.upgrade_answers import Answer, answers, code, document
from conformance.engine.upgrade_judging import directions, kept
from conformance.engine.upgrading import (
    UpgradeEvent,
    UpgradePlan,
    Upgrades,
    UpgradesJudged,
    spread,
)
from conformance.errors import EnvironmentFault, Exit, UsageError
from conformance.report import upgrades
from conformance.scenario.model import Scenario
from conformance.verdict.upgrades.resumption import Departure, Resumed, Resumption
from conformance.wire import store
from conformance.wire.recording import Handover, Recording, Report, ReportKind, SubjectInfo
from tests.front.test_cli import conformance
from tests.verdict.test_upgrades import TWO_STEPS, two_steps

VERSIONS = ("1.7.0", "2.0.0", "2.1.0", "3.0.0")


@dataclass(frozen=True)
class Subject:
    id: str

    @property
    def info(self) -> SubjectInfo:
        return SubjectInfo(self.id, "python", self.id.partition("@")[2])


SUBJECTS = tuple(Subject(f"python@{version}") for version in VERSIONS)


def scenario(name: str) -> Scenario:
    return Scenario.from_document(name, TWO_STEPS)


@dataclass
class Pretence:
    """A stack whose every run is the same, or what `act` makes of scenario, subject and handover."""

    act: Callable[[str, str, Handover | None], Recording] = lambda *_: two_steps()
    absent: tuple[str, ...] = ()
    runs: list[tuple[str, str, int, str]] = field(default_factory=list)
    pools: set[str] = field(default_factory=set)

    def stack(self) -> Stack:
        return Stack(install=self.install, stop_installing=lambda: None, lab=self.lab, pool=self.pool)

    def install(self, subject: Subject) -> Any:
        if subject.id in self.absent:
            raise EnvironmentFault("there is no such version", where=subject.id)
        return subject

    def pool(self, installed: Any, _lab: Any) -> Any:
        pretence = self
        pretence.pools.add(installed.id)

        class Pool:
            async def close(self) -> None:
                pretence.pools.discard(installed.id)

        return Pool()

    @asynccontextmanager
    async def lab(self) -> AsyncIterator[Any]:
        yield self

    async def run(
        self, scenario: Scenario, subject: SubjectInfo, _pool: Any, *, handover: Handover | None = None
    ) -> Recording:
        over = (handover.after, handover.to.id) if handover else (0, "")
        self.runs.append((scenario.id, subject.id, *over))
        made = self.act(scenario.id, subject.id, handover)
        return replace(made, scenario=scenario.id, subject=subject, handover=handover)


def run(
    pretence: Pretence, *names: str, subjects: tuple[Subject, ...] = SUBJECTS[2:], **given: Any
) -> list[Any]:
    events: list[UpgradeEvent] = []
    plan = UpgradePlan(tuple(map(scenario, names)), subjects, jobs=given.pop("jobs", 2), **given)
    Upgrades(plan, pretence.stack(), events.append).run()
    assert not pretence.pools
    return events


def results(events: list[Any]) -> list[Resumed]:
    return [one for event in events if isinstance(event, UpgradesJudged) for one in event.results]


def told(events: list[Any], subjects: tuple[Subject, ...] = SUBJECTS[2:]) -> list[Answer]:
    return [*answers(results(events), directions(one.id for one in subjects))]


def test_each_runs_alone_once_and_hands_over_after_each_invocation_but_the_last() -> None:
    pretence = Pretence()
    events = run(pretence, "a", "b")
    old, new = (one.id for one in SUBJECTS[2:])
    assert sorted(pretence.runs) == sorted(
        (name, *way)
        for name in "ab"
        for way in (
            (old, 0, ""),
            (new, 0, ""),
            *((old, after, new) for after in (1, 2)),
            *((new, after, old) for after in (1, 2)),
        )
    )
    assert [one.verdict for one in results(events)] == [Resumption.RESUMES] * 8
    assert isinstance(events[0], Planned)
    assert sum(isinstance(event, SettingUp) for event in events) == 4


def test_every_neighbour_is_tried_in_both_directions_and_each_runs_alone_once() -> None:
    pretence = Pretence()
    events = run(pretence, "a", subjects=SUBJECTS)
    assert sum(after == 0 for _, _, after, _ in pretence.runs) == len(SUBJECTS)
    assert [(one.first, one.second, len(one.results)) for one in told(events, SUBJECTS)] == [
        (f"python@{first}", f"python@{second}", 2)
        for one, other in (("1.7.0", "2.0.0"), ("2.0.0", "2.1.0"), ("2.1.0", "3.0.0"))
        for first, second in ((one, other), (other, one))
    ]


@pytest.mark.parametrize(
    ("of", "most", "chosen"),
    [
        (range(1, 4), None, [1, 2, 3]),
        (range(1, 4), 3, [1, 2, 3]),
        (range(1, 21), 1, [1]),
        (range(1, 21), 2, [1, 20]),
        (range(1, 21), 3, [1, 11, 20]),
        (range(1, 1), 3, []),
    ],
)
def test_points_are_spread_evenly(of: range, most: int | None, chosen: list[int]) -> None:
    assert spread(of, most) == chosen


def test_a_version_that_is_not_there_costs_only_its_own_pairs() -> None:
    pretence = Pretence(absent=("python@1.7.0",))
    events = run(pretence, "a", subjects=SUBJECTS)
    (fault,) = [event.error for event in events if isinstance(event, Faulted)]
    assert str(fault) == "python@1.7.0: there is no such version"
    found = [one for one in told(events, SUBJECTS) if one.results]
    assert [one.first for one in found] == ["python@2.0.0", "python@2.1.0", "python@2.1.0", "python@3.0.0"]
    assert code(found, faults=1) is Exit.ENVIRONMENT
    assert not results(run(Pretence(absent=("python@2.1.0",)), "a"))


def test_what_was_kept_is_judged_to_the_same_again(tmp_path: Path) -> None:
    def act(scenario: str, subject: str, handover: Handover | None) -> Recording:
        made = wrong_on_the_way_back(scenario, subject, handover)
        report = Report(9, ReportKind.UNSUPPORTED, "it has no map")
        return replace(made, reports=(report,)) if scenario == "c" and subject == "python@2.1.0" else made

    pretence, events = Pretence(act), []
    plan = UpgradePlan(tuple(map(scenario, ("a/x", "b", "c"))), SUBJECTS[2:], jobs=2)
    Upgrades(plan, pretence.stack(), events.append, lambda one: store.write(one, tmp_path) and None).run()
    names = [one.id for one in SUBJECTS[2:]]
    again = [one for each in kept(tmp_path, names) for one in each]
    assert again == sorted(results(events), key=lambda one: one.scenario)
    assert {one.scenario for each in kept(tmp_path, names, ["a/*"]) for one in each} == {"a/x"}
    with pytest.raises(UsageError, match="no recordings here"):
        next(kept(tmp_path / "none", names))


def test_what_one_version_can_not_do_is_said_once_a_direction() -> None:
    def lacking(_scenario: str, subject: str, _handover: Handover | None) -> Recording:
        report = Report(9, ReportKind.UNSUPPORTED, "it has no map")
        return replace(two_steps(), reports=(report,) if subject == "python@2.1.0" else ())

    found = told(run(Pretence(lacking), "a"))
    assert [[(one.verdict, one.after, one.reason) for one in answer.results] for answer in found] == [
        [(Resumption.UNSUPPORTED, 0, "python@2.1.0: it has no map")]
    ] * 2
    assert [(one.says, upgrades.sentence(one)) for one in found] == [
        (None, "unknown: nothing could be compared")
    ] * 2
    assert code(found, faults=0) is Exit.AS_EXPECTED


def wrong_on_the_way_back(_scenario: str, subject: str, handover: Handover | None) -> Recording:
    return two_steps(again=handover is not None and subject == "python@3.0.0" and handover.after == 1)


def test_the_answer_is_one_sentence_and_the_exit_code_says_it_too() -> None:
    found = told(run(Pretence(wrong_on_the_way_back), "a", "b"))
    up, down = found
    assert upgrades.sentence(up) == "yes, because every one of 4 resumed executions ends as it does alone"
    assert upgrades.sentence(down) == "no, because 2 come out wrong in 2 of 2 scenarios"
    assert code(found, faults=0) is Exit.FINDING
    assert code([up], faults=0) is Exit.AS_EXPECTED
    text = "\n".join(upgrades.console(found))
    assert "✗ python@3.0.0 → python@2.1.0: may I upgrade? no, because" in text
    assert "the body at handler/0 runs twice, alone once" in text
    assert "also: b" in text
    table = upgrades.markdown(found, "2 scenarios")
    assert table.startswith("2 scenarios\n\n| from |")
    assert "| python@2.1.0 | python@3.0.0 | yes | 2 | 4 | 0 | 0 | 0 | 0 | 0 | 0 |" in table
    assert "| python@3.0.0 | python@2.1.0 | no | 2 | 2 | 0 | 2 | 0 | 0 | 0 | 0 |" in table
    made = json.loads(json.dumps(document(found, seconds=1.25, runs=12, most=None)))
    assert [one["answer"] for one in made["upgrades"]] == ["yes", "no"]
    assert made["upgrades"][1]["results"][0]["departures"][0] == {
        "rule": "body-again",
        "path": "effect:handler/0",
        "seen": 2,
        "alone": [1, 1],
        "message": "the body at handler/0 runs twice, alone once",
    }


@pytest.mark.parametrize(
    ("verdict", "exit_"),
    [
        (Resumption.RESUMES, Exit.AS_EXPECTED),
        (Resumption.REFUSED, Exit.AS_EXPECTED),
        (Resumption.INCOMPARABLE, Exit.AS_EXPECTED),
        (Resumption.UNSUPPORTED, Exit.AS_EXPECTED),
        (Resumption.WRONG, Exit.FINDING),
        (Resumption.HANGS, Exit.FINDING),
        (Resumption.HARNESS_ERROR, Exit.ENVIRONMENT),
    ],
)
def test_what_is_wrong_or_hangs_is_a_finding(verdict: Resumption, exit_: Exit) -> None:
    one = Resumed("a", "x", "y", 1, 2, verdict, (Departure("outcome", "output", 1, (2, 2), "it"),))
    assert code([Answer("x", "y", (one,))], faults=0) is exit_


def test_a_table_goes_between_the_marks_of_its_sdk_and_of_no_other() -> None:
    marks = "<!-- upgrades of {0}, written by the command -->\nold\n<!-- end of {0} -->\n"
    page = "before\n" + marks.format("js") + "between\n" + marks.format("python") + "after\n"
    written = upgrades.placed(page, "python", "new\n")
    assert written == page.replace("-->\nold\n<!-- end of python", "-->\nnew\n<!-- end of python")
    assert upgrades.placed(written, "python", "new\n") == written
    assert upgrades.placed("another file\n", "python", "new\n") == "new\n"


def test_what_could_not_be_compared_is_part_of_a_yes() -> None:
    found = [
        Resumed("a", "x", "y", n, 3, verdict)
        for n, verdict in enumerate((Resumption.RESUMES, Resumption.INCOMPARABLE))
    ]
    assert upgrades.sentence(Answer("x", "y", tuple(found))) == (
        "yes, because every one of 1 resumed executions ends as it does alone, but 1 could not be compared"
    )


def test_a_refusal_is_a_no_too() -> None:
    one = Resumed("a", "x", "y", 1, 2, Resumption.REFUSED)
    assert upgrades.sentence(Answer("x", "y", (one,))) == (
        "no, because 1 is refused, loudly, in 1 of 1 scenario"
    )


def test_a_signal_ends_it_in_order() -> None:
    def interrupt(*_: Any) -> Recording:
        os.kill(os.getpid(), signal.SIGTERM)
        return two_steps()

    with pytest.raises(KeyboardInterrupt):
        run(Pretence(interrupt), *"abcdef", jobs=1)


def test_a_check_of_ours_that_breaks_is_our_own_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_scenario: str, _subject: str, handover: Handover | None) -> Recording:
        made = two_steps()
        return replace(made, document={"title": "?"}) if handover else made

    monkeypatch.setenv("PYTHONHASHSEED", "0")
    found = results(run(Pretence(unreadable), "a"))
    assert {one.verdict for one in found} == {Resumption.HARNESS_ERROR}
    assert "a check of this suite failed on the recording" in found[0].reason


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["python@2.1.0", "js@2.4.0"], "an execution can't go over from one SDK to another: python and js"),
        (["python@2.1.0", "python@2.1.0"], "subject python@2.1.0 is given twice"),
        (["python@2.1.0", "virtual/*"], "there is no SDK 'virtual/*'"),
        (["python@2.1.0", "python@3.0.0", "no/such"], "no scenario matches `no/such`"),
    ],
)
def test_what_means_nothing_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upgrade", *words]) == Exit.USAGE
    assert said in capsys.readouterr().err


def test_a_report_that_can_not_be_written_is_said_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no report can be written here"):
        _written(tmp_path)


def _written(tmp_path: Path) -> None:
    from conformance.cli import parser  # noqa: PLC0415
    from conformance.commands import upgrade  # noqa: PLC0415

    (tmp_path / "file").write_text("")
    words = ["upgrade", "python@2.1.0", "python@3.0.0", "virtual/nested", "--json", str(tmp_path / "file/x")]
    upgrade.execute(parser(words).parse_args(words))


@pytest.mark.parametrize(
    ("versions", "scenarios"),
    [
        (("python@2.1.0", "python@3.0.0"), ("virtual/nested", "replay/crash-in-child")),
        (("js@2.3.1", "js@2.4.0"), ("virtual/nested", "batches/min-successful")),
    ],
)
def test_released_versions_resume_each_others_executions(
    versions: tuple[str, str], scenarios: tuple[str, ...], tmp_path: Path
) -> None:
    done = conformance(
        "upgrade", *versions, *scenarios, "--json", tmp_path / "x.json", "--out", tmp_path / "out"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert [(one["from"], one["to"], one["answer"]) for one in made["upgrades"]] == [
        (*versions, "yes"),
        (*versions[::-1], "yes"),
    ]
    assert all(one["counts"]["resumes"] >= 2 for one in made["upgrades"])
    assert len([*(tmp_path / "out").glob("*@@*")]) == made["runs"]


@pytest.mark.parametrize(
    ("sdk", "fault", "scenarios", "found"),
    [
        (
            "python@3.0.0",
            "unprefixed-ids",
            ("inside/virtual-invoke", "inside/virtual-callback", "virtual/nested"),
            {Resumption.WRONG, Resumption.HANGS, Resumption.REFUSED},
        ),
        (
            "js@2.4.0",
            "nested-is-flat",
            ("nested/in-nested",),
            {Resumption.WRONG, Resumption.REFUSED},
        ),
    ],
)
def test_what_a_version_does_not_find_again_goes_wrong_hangs_or_is_refused(
    sdk: str, fault: str, scenarios: tuple[str, ...], found: set[Resumption], tmp_path: Path
) -> None:
    """Other ids in virtual contexts, other parents in batches: alone either ends as it should."""
    words = (sdk, f"{sdk}+mutant:{fault}", *scenarios)
    done = conformance("upgrade", *words, "--json", tmp_path / "x.json", "--points", "2")
    assert done.returncode == 1, done.stdout + done.stderr
    made = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    seen = {one["verdict"] for each in made["upgrades"] for one in each["results"]}
    assert {one.value for one in found} <= seen
    assert {one["answer"] for one in made["upgrades"]} == {"no"}
