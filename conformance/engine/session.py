"""One run of scenarios with subjects: install, record, judge, tell.

Everything a report shows goes through the events that a session emits, as it happens. The lab, the pools and
the installer are given as a `Stack`, so that a session's own promises (a subject that can't start costs only
itself, an interrupted run leaves a valid report and no process) can be tried without any SDK.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from conformance.engine import installing, judging
from conformance.engine.collator import Assessors, Collator, Totals
from conformance.engine.events import (
    Faulted,
    Listener,
    Planned,
    Recorded,
    RunEnded,
    RunStarted,
    Shard,
)
from conformance.engine.judging import Here, Judging
from conformance.errors import EnvironmentFault, Location, ScenarioError
from conformance.scenario.model import Scenario
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.verdict.held import Held
from conformance.wire.recording import Handover, Recording, SubjectInfo

LONGEST_DELAY = 0.05
"""Seconds that a request is held at most when delays are asked for."""

GRACE = 1.0
"""Seconds that the judging has to come to an end when the run is interrupted."""

LARGE = 2**22
"""Characters of a recording beyond which memory is cleared as soon as it is judged."""

Delays = Callable[[], float]


class Installed(Protocol):
    """A subject that is ready to be started."""

    @property
    def info(self) -> SubjectInfo:
        """Which SDK at which version."""


class Pool(Protocol):
    """A subject's processes."""

    async def warm(self, count: int) -> None:
        """Have `count` of them running; raises EnvironmentFault if one can't be started."""

    async def close(self) -> None:
        """End them all."""


class Lab(Protocol):
    """What runs a scenario."""

    async def run(  # noqa: PLR0913 - what a run is made of
        self,
        scenario: Scenario,
        subject: SubjectInfo,
        pool: Any,
        delays: Delays | None = None,
        *,
        hold_each: bool = False,
        handover: Handover | None = None,
    ) -> Recording:
        """Run it once; `delays` gives the seconds for which the next request is held.

        `hold_each` holds the answer to each update that something depends on until the subject stands still.
        With `handover` another subject takes the run over, and `pool` is a relay of both.
        """


@dataclass(frozen=True)
class Stack:
    """What does the work: `install` blocks, so it is called in a thread; one lab serves the whole session."""

    install: Callable[[Any], Installed]
    stop_installing: Callable[[], None]
    lab: Callable[[], AbstractAsyncContextManager[Lab]]
    pool: Callable[[Any, Any], Pool]


@dataclass(frozen=True)
class Plan:
    """What to run.

    `subjects` has the reference first. `errors` are scenario files that can't be used: they are reported,
    and do not keep the others from running. `complete` is whether this is every scenario, and an SDK's
    pinned version is there: only then is the ledger judged stale, by the entries of the subjects that are
    `held`. `delays` seeds the random delays of a stability run, `hold_each` has the answer to each update
    held that something depends on. `shard`, `asked` and `options` are for the header: which part of a run
    this is, and how it was asked for.
    """

    scenarios: tuple[Scenario, ...]
    subjects: tuple[Any, ...]
    locations: Mapping[str, Location]
    errors: tuple[ScenarioError, ...] = ()
    jobs: int = 4
    repeat: int = 1
    complete: bool = False
    delays: int | None = None
    hold_each: bool = False
    shard: Shard | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    options: str = ""
    held: Held | None = None


@dataclass(frozen=True)
class _Run:
    """One run in the lab that is to be made."""

    scenario: Scenario
    subject: str
    repeat: int

    def __str__(self) -> str:
        """Name it, the same in every session."""
        return f"{self.scenario.id} {self.subject} {self.repeat}"


class Session:
    """Runs a plan once.

    Args:
        plan: what to run.
        stack: what runs it.
        assessors: what judges it.
        emit: told of everything, in this thread.
        keep: given each recording as it comes, with its repeat, before it is judged.
        save: likewise, but called where it is judged.
        judge: where that is; in this process unless given.
    """

    def __init__(  # noqa: PLR0913 (each is one thing that a test replaces)
        self,
        plan: Plan,
        stack: Stack,
        assessors: Assessors,
        emit: Listener,
        *,
        keep: judging.Keep = lambda *_: None,
        save: judging.Keep = lambda *_: None,
        judge: Callable[[judging.Make, Listener, judging.Keep], Judging] = Here,
    ) -> None:
        """Nothing runs yet."""
        self._plan = plan
        self._stack = stack
        self._assessors = assessors
        self._emit = emit
        self._keep = keep
        self._save = save
        self._judge = judge
        self._pools: dict[str, Pool] = {}
        self._given_up: list[Pool] = []
        self._started = False
        self._infos: dict[str, SubjectInfo] = {}
        self._judging: Judging
        self._totals = Totals()
        self._totals_known = False
        self._stopped = False

    def run(self) -> None:
        """Run to the end, or until SIGINT or SIGTERM, which end it in order: the footer says so."""
        began = time.monotonic()
        self._judging = self._judge(self._collator, self._emit, self._save)
        interrupted = False
        try:
            asyncio.run(self._until_signal())
        except asyncio.CancelledError:
            interrupted = True
        except BaseException:
            interrupted = True  # whatever ends a run in the middle: what is missing can't be judged
            raise
        finally:
            with _undisturbed():
                self._end(began, interrupted=interrupted)

    def stop(self) -> None:
        """Begin no further run; what is under way ends, and is judged."""
        self._stopped = True

    def _end(self, began: float, *, interrupted: bool) -> None:
        if not self._started:  # not even installed: an empty report is still a valid one
            self._start({})
        self._emit(
            RunEnded(
                seconds=time.monotonic() - began,
                interrupted=interrupted,
                divergences=dict(self._totals.divergences),
                problems=self._totals.problems,
                held_seconds=self._totals.held_seconds,
                notes=self._totals.notes,
                stopped=self._stopped,
            )
        )

    async def _until_signal(self) -> None:
        """Run all, cancelled by the first signal; a second one must not break the order of the ending."""
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(self._all())
        with contextlib.ExitStack() as handlers:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, _once(task.cancel))
                handlers.callback(loop.remove_signal_handler, number)
            try:
                await task
            finally:
                if not self._totals_known:
                    self._totals = await self._judging.stop(GRACE)

    async def _all(self) -> None:
        plan = self._plan
        self._emit(Planned(tuple(one.id for one in plan.subjects), len(plan.scenarios), plan.jobs))
        installed = await installing.installed(
            self._stack.install, self._stack.stop_installing, plan.subjects, self._emit
        )
        self._start(installed)
        await self._judging.begin(tuple(self._infos.values()))
        try:
            await self._run_all(installed)
            self._totals = await self._judging.finish(complete=self._plan.complete and not self._stopped)
            self._totals_known = True
        except* EnvironmentFault as faults:  # the judging's own: those of subjects are told where they happen
            self._emit(Faulted(next(_leaves(faults))))

    async def _run_all(self, installed: Mapping[str, Installed]) -> None:
        if not installed or not self._plan.scenarios:
            return
        async with self._stack.lab() as lab:
            try:
                for subject, one in installed.items():
                    self._pools[subject] = self._stack.pool(one, lab)
                await asyncio.gather(*(self._warm(subject) for subject in installed))
                runs = self._runs()
                async with asyncio.TaskGroup() as workers:
                    for _ in range(self._plan.jobs):
                        workers.create_task(self._work(lab, runs))
            finally:
                await asyncio.gather(*(pool.close() for pool in [*self._pools.values(), *self._given_up]))

    def _collator(self, subjects: tuple[SubjectInfo, ...], emit: Listener) -> Collator:
        return Collator(
            subjects=subjects,
            reference=self._plan.subjects[0].id,
            repeat=self._plan.repeat,
            locations=self._plan.locations,
            assessors=self._assessors,
            emit=emit,
            held=self._plan.held,
        )

    def _start(self, installed: Mapping[str, Installed]) -> None:
        plan = self._plan
        self._started = True
        self._infos = {subject: one.info for subject, one in installed.items()}
        self._emit(
            RunStarted(
                subjects=tuple(self._infos.values()),
                reference=plan.subjects[0].id,
                scenarios=tuple(scenario.id for scenario in plan.scenarios),
                complete=plan.complete,
                shard=plan.shard,
                repeat=plan.repeat,
                requirements={one.id: one.aws.id for one in plan.scenarios if one.aws is not None},
                asked=plan.asked,
                options=plan.options,
                held=plan.held,
            )
        )
        for error in plan.errors:
            self._emit(Faulted(error))

    def _runs(self) -> Iterator[_Run]:
        """Repeat by repeat, so that a scenario's repeats meet other neighbours; subjects side by side."""
        for repeat in range(1, self._plan.repeat + 1):
            for scenario in self._plan.scenarios:
                if self._stopped:
                    return
                for subject in self._infos:
                    yield _Run(scenario, subject, repeat)

    async def _warm(self, subject: str) -> None:
        try:
            await self._pools[subject].warm(1)
        except EnvironmentFault as error:
            self._drop(subject, error)

    async def _work(self, lab: Lab, runs: Iterator[_Run]) -> None:
        for run in runs:
            pool = self._pools.get(run.subject)
            finding = None
            if pool is not None:
                try:
                    recording = await lab.run(
                        run.scenario,
                        self._infos[run.subject],
                        pool,
                        self._delays(run),
                        hold_each=self._plan.hold_each,
                    )
                except EnvironmentFault as error:
                    self._drop(run.subject, error)
                except Exception as error:  # noqa: BLE001 (whatever breaks in one run must not end the others)
                    finding = _broken(error)
                else:
                    self._keep(recording, run.repeat)
                    self._emit(Recorded(run.scenario.id, run.subject, run.repeat))
                    await self._judging.take(recording, run.repeat)
                    large = recording.spoken > LARGE
                    del recording
                    if large:
                        gc.collect()  # the parts of a run know each other: else it would stay for a while
                    continue
            await self._judging.missing(run.scenario.id, run.subject, run.repeat, finding)

    def _delays(self, run: _Run) -> Delays | None:
        """Delays that depend on the seed and the run alone, not on what runs beside it."""
        if self._plan.delays is None:
            return None
        chance = random.Random(f"{self._plan.delays} {run}")  # noqa: S311 (nothing is secret here)
        return lambda: chance.uniform(0, LONGEST_DELAY)

    def _drop(self, subject: str, error: EnvironmentFault) -> None:
        """A subject that can't be started is said once; its other scenarios have no verdict.

        What still runs with it may end by itself; its processes are ended with the session's.
        """
        pool = self._pools.pop(subject, None)
        if pool is not None:
            self._emit(Faulted(error))
            self._given_up.append(pool)


def _leaves(group: BaseExceptionGroup[EnvironmentFault]) -> Iterator[EnvironmentFault]:
    """The errors of a group of groups."""
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Hear no Ctrl-C: the reports are being written, and are to be whole."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _once(act: Callable[[], object]) -> Callable[[], None]:
    """`act`, but only the first time it is called."""
    left = [act]

    def once() -> None:
        if left:
            left.pop()()

    return once


def _broken(error: Exception) -> Finding:
    """What is said of a run that the lab itself could not finish."""
    return Finding(
        layer=Layer.HARNESS,
        rule="lab-failed",
        path="lab",
        seen=f"{type(error).__name__}: {error}",
        wanted=None,
        blame=Blame.HARNESS,
        message="The lab failed while it ran this scenario; that says nothing about the SDK.",
    )
