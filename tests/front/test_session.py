"""A session's own promises, with a lab and subjects that only pretend."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from conformance.engine.collator import Assessors
from conformance.engine.collected import Collected
from conformance.engine.directory import Directory
from conformance.engine.events import (
    Event,
    Faulted,
    Judged,
    Planned,
    Recorded,
    RunEnded,
    RunStarted,
    SettingUp,
)
from conformance.engine.judging import Apart, Here
from conformance.engine.session import GRACE, Lab, Plan, Session, Stack
from conformance.errors import EnvironmentFault, Location, ScenarioError
from conformance.scenario.model import Scenario
from conformance.verdict.finding import Result, Verdict
from conformance.wire import store
from conformance.wire.recording import Recording, SubjectInfo
from tests.front.samples import JS, PYTHON, recording


@dataclass(frozen=True)
class Subject:
    id: str


@dataclass
class Ready:
    info: SubjectInfo


INFOS = {info.id: info for info in (JS, PYTHON)}
SUBJECTS = (Subject(JS.id), Subject(PYTHON.id))


def scenario(name: str) -> Scenario:
    return Scenario.from_document(name, {"title": name, "handler": [], "expect": {}})


@dataclass
class Pretence:
    """A stack that records nothing and remembers what was asked of it.

    `act` is called for each run and may raise, or be awaited.
    """

    act: Callable[[str, str], Any] = lambda *_: None
    absent: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    open: set[str] = field(default_factory=set)
    runs: list[tuple[str, str]] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0
    delays: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    lab_closed: bool = False
    slow: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)

    def stack(self) -> Stack:
        return Stack(install=self.install, stop_installing=self.stopped.set, lab=self.lab, pool=self.pool)

    def install(self, subject: Subject) -> Ready:
        assert threading.current_thread() is not threading.main_thread()
        if self.slow:
            os.kill(os.getpid(), signal.SIGINT)
            assert self.stopped.wait(30)
        if subject.id in self.absent:
            raise EnvironmentFault("there is no such version", where=subject.id)
        return Ready(INFOS[subject.id])

    def pool(self, installed: Ready, lab: Any) -> Any:
        pretence, name = self, installed.info.id
        assert lab is pretence
        pretence.open.add(name)

        class Pool:
            async def warm(self, count: int) -> None:
                assert count == 1
                if name in pretence.broken:
                    raise EnvironmentFault("it ended before it asked for an invocation", where=name)

            async def close(self) -> None:
                await asyncio.sleep(0)
                pretence.open.discard(name)

        return Pool()

    @asynccontextmanager
    async def lab(self) -> AsyncIterator[Lab]:
        yield self
        self.lab_closed = True

    async def run(
        self,
        scenario: Scenario,
        subject: SubjectInfo,
        pool: Any,
        delays: Callable[[], float] | None = None,
        *,
        hold_each: bool = False,
    ) -> Recording:
        assert not hold_each
        assert pool
        self.runs.append((scenario.id, subject.id))
        if delays:
            self.delays[scenario.id, subject.id] = [delays() for _ in range(20)]
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await asyncio.sleep(0)
            outcome = self.act(scenario.id, subject.id)
            if asyncio.iscoroutine(outcome):
                await outcome
        finally:
            self.busy -= 1
        return recording(scenario.id, subject)


def judge(one: Recording, reference: Recording | None) -> Result:
    verdict = Verdict.PARITY if reference else Verdict.CONFORMS
    return Result(one.scenario, one.subject.id, verdict, one.seconds, ())


ASSESSORS = Assessors(judge, lambda one: one.stderr, lambda *_: None)


def plan(*names: str, **given: Any) -> Plan:
    return Plan(
        tuple(scenario(name) for name in names),
        SUBJECTS,
        {name: Location(name, 1) for name in names},
        **given,
    )


def run(pretence: Pretence, wanted: Plan, assessors: Assessors = ASSESSORS, **given: Any) -> list[Event]:
    """The events of a session, without what it tells while it is set up."""
    every = told(pretence, wanted, assessors, **given)
    return [event for event in every if not isinstance(event, Planned | SettingUp)]


def told(pretence: Pretence, wanted: Plan, assessors: Assessors = ASSESSORS, **given: Any) -> list[Event]:
    events: list[Event] = []
    Session(wanted, pretence.stack(), assessors, events.append, **given).run()
    return events


def verdicts(events: list[Event]) -> dict[tuple[str, str], Verdict]:
    return {
        (event.result.scenario, event.result.subject): event.result.verdict
        for event in events
        if isinstance(event, Judged)
    }


def exit_code(events: list[Event]) -> int:
    run = Collected()
    for event in events:
        run(event)
    return int(run.exit())


def test_what_is_set_up_is_told_before_the_header_with_its_time() -> None:
    planned, *steps = told(Pretence(), plan("a"))[:5]
    assert planned == Planned((JS.id, PYTHON.id), 1, 4)
    begun = [one.step for one in steps if isinstance(one, SettingUp) and one.seconds is None]
    ended = [one.step for one in steps if isinstance(one, SettingUp) and one.seconds is not None]
    assert begun == [JS.id, PYTHON.id]
    assert sorted(ended) == sorted(begun)


def test_every_scenario_runs_with_every_subject_between_a_header_and_a_footer() -> None:
    pretence = Pretence()
    events = run(pretence, plan("a", "b"))
    assert isinstance(events[0], RunStarted)
    assert events[0].subjects == (JS, PYTHON)
    assert isinstance(events[-1], RunEnded)
    assert verdicts(events) == {
        (name, info.id): verdict
        for name in ("a", "b")
        for info, verdict in ((JS, Verdict.CONFORMS), (PYTHON, Verdict.PARITY))
    }
    assert exit_code(events) == 0
    assert not pretence.open
    assert pretence.lab_closed


@pytest.mark.parametrize("jobs", [1, 3])
def test_jobs_is_how_many_runs_there_are_at_once(jobs: int) -> None:
    pretence = Pretence(act=lambda *_: asyncio.sleep(0.001))
    run(pretence, plan("a", "b", "c", "d", jobs=jobs))
    assert pretence.busiest == jobs


def test_one_job_keeps_the_order_given() -> None:
    pretence = Pretence()
    run(pretence, plan("b", "a", jobs=1))
    assert pretence.runs == [("b", JS.id), ("b", PYTHON.id), ("a", JS.id), ("a", PYTHON.id)]


def test_repeats_go_round_the_scenarios_and_are_judged_once() -> None:
    pretence = Pretence()
    events = run(pretence, plan("a", "b", jobs=1, repeat=2))
    assert [name for name, subject in pretence.runs if subject == JS.id] == ["a", "b", "a", "b"]
    assert len(verdicts(events)) == len([event for event in events if isinstance(event, Judged)]) == 4
    assert len([event for event in events if isinstance(event, Recorded)]) == 8


def test_delays_depend_on_the_seed_and_the_run_alone() -> None:
    def delays(*names: str, seed: int | None) -> dict[tuple[str, str], list[float]]:
        pretence = Pretence()
        run(pretence, plan(*names, delays=seed))
        return pretence.delays

    assert delays("a", seed=None) == {}
    seven = delays("a", "b", seed=7)
    assert all(0 <= one <= 0.05 for many in seven.values() for one in many)
    assert len({tuple(many) for many in seven.values()}) == 4
    assert delays("a", seed=7)["a", JS.id] == seven["a", JS.id]
    assert delays("a", seed=8)["a", JS.id] != seven["a", JS.id]


def test_a_subject_that_cannot_be_installed_costs_only_itself() -> None:
    events = run(Pretence(absent=(PYTHON.id,)), plan("a"))
    assert verdicts(events) == {("a", JS.id): Verdict.CONFORMS}
    assert [str(event.error) for event in events if isinstance(event, Faulted)] == [
        "python@3.0.0: there is no such version"
    ]
    assert exit_code(events) == 3


def test_without_any_subject_there_is_still_a_report() -> None:
    events = run(Pretence(absent=(JS.id, PYTHON.id)), plan("a"))
    assert isinstance(events[-1], RunEnded)
    assert exit_code(events) == 3


def test_a_subject_whose_first_process_does_not_come_up_runs_nothing() -> None:
    pretence = Pretence(broken=(PYTHON.id,))
    events = run(pretence, plan("a", "b"))
    assert len([event for event in events if isinstance(event, Faulted)]) == 1
    assert {subject for _, subject in pretence.runs} == {JS.id}
    assert exit_code(events) == 3
    assert not pretence.open


def test_a_subject_that_cannot_be_started_is_said_once_and_costs_only_itself() -> None:
    def act(_: str, subject: str) -> None:
        if subject == JS.id:
            raise EnvironmentFault("node: cannot open shared object file", where=subject)

    pretence = Pretence(act=act)
    events = run(pretence, plan("a", "b", "c", jobs=1))
    assert len([event for event in events if isinstance(event, Faulted)]) == 1
    assert verdicts(events) == {(name, PYTHON.id): Verdict.CONFORMS for name in ("a", "b", "c")}
    assert exit_code(events) == 3
    assert not pretence.open


def test_a_lab_that_fails_in_one_run_is_a_harness_error_there_and_nowhere_else() -> None:
    def act(name: str, subject: str) -> None:
        if (name, subject) == ("a", PYTHON.id):
            raise RuntimeError("broken")

    events = run(Pretence(act=act), plan("a", "b"))
    assert verdicts(events)["a", PYTHON.id] is Verdict.HARNESS_ERROR
    assert verdicts(events)["b", PYTHON.id] is Verdict.PARITY
    assert exit_code(events) == 3


def test_a_bad_scenario_is_told_and_the_others_run() -> None:
    error = ScenarioError("unknown key", where=Location("bad.yaml", 3))
    events = run(Pretence(), plan("a", errors=(error,)))
    assert [event.error for event in events if isinstance(event, Faulted)] == [error]
    assert len(verdicts(events)) == 2
    assert exit_code(events) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_report_of_what_had_ended_and_no_process(number: signal.Signals) -> None:
    async def act(name: str) -> None:
        if name == "b":
            os.kill(os.getpid(), number)
            os.kill(os.getpid(), number)  # a second one must not break the order in which things end
            await asyncio.Event().wait()

    pretence = Pretence(act=lambda name, _: act(name))
    events = run(pretence, plan("a", "b", "c", jobs=1))
    assert {name for name, _ in verdicts(events)} == {"a"}
    assert isinstance(events[-1], RunEnded)
    assert events[-1].interrupted
    assert exit_code(events) == 130
    assert not pretence.open
    assert pretence.busy == 0


def test_a_signal_ends_installations() -> None:
    pretence = Pretence(slow=True)
    events = run(pretence, plan("a"))
    assert [type(event) for event in events] == [RunStarted, RunEnded]
    assert exit_code(events) == 130


def test_only_a_complete_run_asks_whether_the_ledger_is_stale() -> None:
    for complete in (True, False):
        asked: list[list[Result]] = []

        def stale(results: list[Result], *_: object, asked: list[list[Result]] = asked) -> tuple[str, ...]:
            asked.append(results)
            return ("entry is stale",)

        audited = replace(ASSESSORS, stale=stale, notes=lambda *_: ("newer",))
        events = run(Pretence(), plan("a", complete=complete), audited)
        assert len(asked) == complete
        (footer,) = (event for event in events if isinstance(event, RunEnded))
        assert footer.notes == ("newer",)
        assert exit_code(events) == complete


def test_each_recording_is_kept_before_it_is_told() -> None:
    kept: list[tuple[str, str, int]] = []
    run(
        Pretence(),
        plan("a", repeat=2, jobs=1),
        keep=lambda one, repeat: kept.append((one.scenario, one.subject.id, repeat)),
    )
    assert kept == [("a", info.id, repeat) for repeat in (1, 2) for info in (JS, PYTHON)]


def test_what_is_judged_apart_comes_to_the_same() -> None:
    here, apart = (run(Pretence(), plan("a", "b", jobs=1), judge=judge) for judge in (Here, Apart))
    assert verdicts(apart) == verdicts(here)
    assert isinstance(apart[-1], RunEnded)
    assert apart[-1].problems == ()
    assert sorted(map(type, apart), key=str) == sorted(map(type, here), key=str)


def test_apart_a_recording_is_saved_where_it_is_judged(tmp_path: Path) -> None:
    def save(one: Recording, repeat: int) -> None:
        assert os.getpid() != own
        (tmp_path / f"{one.scenario}-{one.subject.sdk}-{repeat}").touch()

    own = os.getpid()
    run(Pretence(), plan("a"), judge=Apart, save=save)
    assert {path.name for path in tmp_path.iterdir()} == {"a-js-1", "a-python-1"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_heard_whatever_is_being_judged(number: signal.Signals, tmp_path: Path) -> None:
    def stuck(one: Recording, reference: Recording | None) -> Result:
        if one.scenario == "b":
            (tmp_path / "process").write_text(str(os.getpid()))
            while True:
                pass
        return judge(one, reference)

    async def act(name: str) -> None:
        if name == "c":
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()

    began = time.monotonic()
    endless = replace(ASSESSORS, judge=stuck)
    events = run(Pretence(act=lambda name, _: act(name)), plan("a", "b", "c", jobs=1), endless, judge=Apart)
    assert time.monotonic() - began < GRACE + 5
    assert {name for name, _ in verdicts(events)} == {"a"}
    assert exit_code(events) == 130
    with pytest.raises(ProcessLookupError):  # not even as a zombie
        os.kill(int((tmp_path / "process").read_text()), 0)


def test_a_judging_process_that_dies_is_the_environments_fault() -> None:
    def dies(*_: object) -> Result:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    events = run(Pretence(), plan("a", "b"), replace(ASSESSORS, judge=dies), judge=Apart)
    (fault,) = [str(event.error) for event in events if isinstance(event, Faulted)]
    assert fault.startswith("the process that judges has ended")
    assert isinstance(events[-1], RunEnded)
    assert exit_code(events) == 3


def test_what_the_judging_process_cannot_save_is_said_as_it_is() -> None:
    def full(*_: object) -> None:
        raise EnvironmentFault("no space left on device", where="out", hint="make room")

    events = run(Pretence(), plan("a"), judge=Apart, save=full)
    assert [str(one.error) for one in events if isinstance(one, Faulted)] == [
        "out: no space left on device (make room)"
    ]
    assert exit_code(events) == 3


@pytest.mark.parametrize("judge", [Apart, Here])
@pytest.mark.parametrize("what", ["recording", "event"])
def test_a_full_disk_under_a_run_that_is_kept_is_named_and_ends_it(
    what: str, judge: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    directory = Directory(tmp_path / "out")
    if what == "recording":
        monkeypatch.setattr(store, "write", full)
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        if what == "event" and isinstance(event, Judged):
            monkeypatch.setattr(Path, "open", full)
        directory(event)

    Session(plan("a", "b"), Pretence().stack(), ASSESSORS, emit, judge=judge, save=directory.keep).run()
    cure = "No space left on device (make room there, or say another place)"
    faults = [str(one.error) for one in events if isinstance(one, Faulted)]
    assert faults == [f"the run can't be kept: {tmp_path}/out: {cure}"]
    assert isinstance(events[-1], RunEnded)
    assert exit_code(events) == 3


def test_a_session_that_is_stopped_ends_what_is_under_way_and_begins_no_more() -> None:
    pretence, events = Pretence(), []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, Judged):
            session.stop()

    session = Session(plan("a", "b", "c", "d", jobs=1, complete=True), pretence.stack(), ASSESSORS, emit)
    session.run()
    assert pretence.runs == [("a", JS.id), ("a", PYTHON.id)]
    footer = events[-1]
    assert isinstance(footer, RunEnded)
    assert footer.stopped
    assert not footer.interrupted
    assert exit_code(events) == 0
