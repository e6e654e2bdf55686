"""Upgrades in flight: every scenario that suspends, begun by one version and resumed by another.

Each version runs a scenario alone once; then, for each pair of neighbours, in both directions, and after each
invocation but the last, a run in which the other version takes over. What came of them is judged in a process
of its own, a scenario at a time, so that nothing of it holds up the loop that the SDKs are answered on.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.engine import installing
from conformance.engine.events import Faulted, Planned, SettingUp
from conformance.engine.session import LARGE
from conformance.engine.upgrade_judging import all_judged, directions, not_to_be_judged
from conformance.errors import EnvironmentFault
from conformance.verdict.upgrades.judge import points
from conformance.verdict.upgrades.resumption import Resumed
from conformance.wire.recording import Handover, Recording, SubjectInfo

if TYPE_CHECKING:
    from conformance.engine.session import Lab, Pool, Stack
    from conformance.scenario.model import Scenario

A_SCENARIO = 2
"""How many of the runs under way are one scenario's, about: fewer scenarios at a time take less memory."""


@dataclass(frozen=True)
class UpgradePlan:
    """What to run: `subjects` are versions of one SDK in their order, each a neighbour of the next.

    `most` is how many points of a scenario are run in each direction, spread evenly, the first and the last
    among them; None for every one.
    """

    scenarios: tuple[Scenario, ...]
    subjects: tuple[Any, ...]
    jobs: int
    most: int | None = None


@dataclass(frozen=True)
class Ran:
    """So many runs of one scenario have ended."""

    scenario: str
    done: int  # scenarios, this one included
    of: int
    runs: int  # of all scenarios so far


@dataclass(frozen=True)
class UpgradesJudged:
    """What all that was run of one scenario comes to: every pair, both directions, every point."""

    scenario: str
    results: tuple[Resumed, ...]


UpgradeEvent: TypeAlias = Planned | SettingUp | Faulted | Ran | UpgradesJudged
Keep: TypeAlias = Callable[[Recording], None]


def spread(of: range, most: int | None) -> list[int]:
    """At most so many of the points, evenly, the first and the last among them."""
    if most is None or len(of) <= most:
        return [*of]
    if most == 1:
        return [of[0]]
    return sorted({of[round(number * (len(of) - 1) / (most - 1))] for number in range(most)})


class Upgrades:
    """Runs a plan once.

    Args:
        plan: what to run.
        stack: what runs it.
        emit: told of everything as it happens.
        keep: given each recording.
    """

    def __init__(
        self,
        plan: UpgradePlan,
        stack: Stack,
        emit: Callable[[UpgradeEvent], None],
        keep: Keep = lambda _: None,
    ) -> None:
        """Nothing runs yet."""
        self._plan = plan
        self._stack = stack
        self._emit = emit
        self._keep = keep
        self._slots = asyncio.Semaphore(plan.jobs)
        self._infos: dict[str, SubjectInfo] = {}
        self._pools: dict[str, Pool] = {}
        self._broken: dict[str, EnvironmentFault] = {}
        self._done = 0
        self._runs = 0

    def run(self) -> float:
        """Run to the end; the seconds that it took.

        Raises:
            KeyboardInterrupt: SIGINT or SIGTERM came; all was ended in order.
        """
        began = time.monotonic()
        try:
            asyncio.run(self._until_signal())
        except asyncio.CancelledError as interrupted:
            raise KeyboardInterrupt from interrupted
        return time.monotonic() - began

    async def _until_signal(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(self._all())
        with contextlib.ExitStack() as handlers:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, task.cancel)
                handlers.callback(loop.remove_signal_handler, number)
            await task

    async def _all(self) -> None:
        plan = self._plan
        self._emit(Planned(tuple(one.id for one in plan.subjects), len(plan.scenarios), plan.jobs))
        installed = await installing.installed(
            self._stack.install, self._stack.stop_installing, plan.subjects, self._emit
        )
        self._infos = {subject: one.info for subject, one in installed.items()}
        if not any(True for _ in self._directions()):
            return
        judging = ProcessPoolExecutor(1, get_context("spawn"), initializer=_deaf)
        try:
            async with self._stack.lab() as lab:
                try:
                    self._pools = {subject: self._stack.pool(one, lab) for subject, one in installed.items()}
                    scenarios = iter(plan.scenarios)
                    async with asyncio.TaskGroup() as workers:
                        for _ in range(max(plan.jobs // A_SCENARIO, 1)):
                            workers.create_task(self._work(lab, scenarios, judging))
                finally:
                    await asyncio.gather(*(pool.close() for pool in self._pools.values()))
        finally:
            judging.shutdown(wait=False, cancel_futures=True)

    def _directions(self) -> Iterator[tuple[str, str]]:
        """Those of which both sides are installed: two are neighbours only if nothing is missing between."""
        for one, other in directions(subject.id for subject in self._plan.subjects):
            if one in self._infos and other in self._infos:
                yield one, other

    async def _work(self, lab: Lab, scenarios: Iterator[Scenario], judging: ProcessPoolExecutor) -> None:
        """Take scenario after scenario; runs of all workers share the slots."""
        for scenario in scenarios:
            names = [*self._infos]
            runs = await asyncio.gather(*(self._run(lab, scenario, name) for name in names))
            alone = {name: made for name, made in zip(names, runs, strict=True) if made is not None}
            found = await asyncio.gather(
                *(
                    self._resumed(lab, scenario, alone[first], alone[second], judging)
                    for first, second in self._directions()
                    if first in alone and second in alone
                )
            )
            results = [one for each in found for one in each]
            if any(one.spoken > LARGE for one in alone.values()):
                del alone, runs
                gc.collect()  # the parts of a run know each other: else they would stay for a while
            self._done += 1
            self._emit(Ran(scenario.id, self._done, len(self._plan.scenarios), self._runs))
            self._emit(UpgradesJudged(scenario.id, tuple(results)))

    async def _resumed(
        self,
        lab: Lab,
        scenario: Scenario,
        first: Recording,
        second: Recording,
        judging: ProcessPoolExecutor,
    ) -> list[Resumed]:
        one = first.subject.id
        if (kept := not_to_be_judged(first, second)) is not None:
            return [kept]
        wanted = spread(points(first), self._plan.most)
        runs = await asyncio.gather(
            *(self._run(lab, scenario, one, Handover(after, second.subject)) for after in wanted)
        )
        mixed = [made for made in runs if made is not None]
        return await asyncio.get_running_loop().run_in_executor(judging, all_judged, first, second, mixed)

    async def _run(
        self, lab: Lab, scenario: Scenario, subject: str, handover: Handover | None = None
    ) -> Recording | None:
        """Run it once; None where a subject can't be started, which is said once."""
        from conformance.lab.relay import Relay  # noqa: PLC0415 (the lab is loaded where it is used)

        async with self._slots:
            needed = {subject, handover.to.id if handover else subject}
            if needed & self._broken.keys():
                return None
            pool: Any = self._pools[subject]
            if handover is not None:
                pool = Relay(pool, self._pools[handover.to.id], handover.after)  # type: ignore[arg-type]
            try:
                recording = await lab.run(scenario, self._infos[subject], pool, handover=handover)
            except EnvironmentFault as fault:
                if not needed & self._broken.keys():
                    self._emit(Faulted(fault))
                self._broken.update(dict.fromkeys(needed, fault))
                return None
            self._runs += 1
            self._keep(recording)
            return recording


def _deaf() -> None:
    """The terminal's Ctrl-C is not for the process that judges: who made it says when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
