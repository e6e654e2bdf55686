"""A subject taken up the ladder: started, heard, then given one rung after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.doctor import vectors
from conformance.doctor.rungs import Miss, Rung, rungs
from conformance.errors import EnvironmentFault
from conformance.lab.lab import Lab
from conformance.protocol.features import FEATURES, PROFILES
from conformance.protocol.messages import Hello
from conformance.subjects.install import Installed, install
from conformance.subjects.pool import Pool
from conformance.subjects.subject import Subject

VALUES = "every vector of values"


class Step(StrEnum):
    """What became of a rung."""

    HELD = "held"
    FAILED = "failed"
    NOT_HAD = "not had"  # it is about a feature that the harness does not name
    NOT_TRIED = "not tried"  # a rung that it stands on failed


@dataclass(frozen=True)
class Tried:
    """A rung that was come to, with what was wrong or why it was not tried."""

    title: str
    step: Step
    misses: tuple[Miss, ...] = ()
    reason: str = ""


Tell = Callable[[Tried], None]


@dataclass
class Climb:
    """One subject on the ladder."""

    tell: Tell
    sandbox: bool = True
    hello: Hello | None = None
    tried: list[Tried] = field(default_factory=list)
    _lost: dict[str, str] = field(default_factory=dict)  # features of rungs that failed, with the rung

    @property
    def failed(self) -> bool:
        """Whether a rung did not hold."""
        return any(one.step is Step.FAILED for one in self.tried)

    @property
    def features(self) -> frozenset[str]:
        """What the harness names."""
        return frozenset(self.hello.features) if self.hello else frozenset()

    @property
    def missing(self) -> tuple[str, ...]:
        """What the profile has that the harness does not name, in the list's order."""
        if self.hello is None:
            return ()
        return tuple(name for name in FEATURES if name in PROFILES[self.hello.profile] - self.features)

    async def climb(self, subject: Subject) -> None:
        """Install and start a subject, and try every rung that can be tried."""
        try:
            installed = await asyncio.to_thread(install, subject)
        except EnvironmentFault as fault:
            self._note(Tried("it can be started", Step.FAILED, (_fault(fault),)))
            return
        async with Lab() as lab:
            pool = Pool(installed, lab.gateway_url, lab.url, lab.serve if self.sandbox else None)
            try:
                if await self._start(lab, installed, pool):
                    first, *others = rungs()
                    await self._try(lab, installed, pool, first)
                    await self._values(lab, installed, pool)
                    for rung in others:
                        await self._try(lab, installed, pool, rung)
            finally:
                await pool.close()

    async def _start(self, lab: Lab, installed: Installed, pool: Pool) -> bool:
        """The first two rungs, without which there is no third."""
        try:
            await pool.warm(1)
        except EnvironmentFault as fault:
            self._note(Tried("it starts and asks for an invocation", Step.FAILED, (_fault(fault),)))
            return False
        self._note(Tried("it starts and asks for an invocation", Step.HELD))
        self.hello = lab.hello(installed.info.id)
        if self.hello is None:
            miss = Miss("the side channel", "POST hello, before it asks for its first invocation", "nothing")
            self._note(Tried("it says hello", Step.FAILED, (miss,)))
            return False
        self._note(Tried("it says hello", Step.HELD))
        return True

    async def _values(self, lab: Lab, installed: Installed, pool: Pool) -> None:
        """The rung of values, on which only the runtime loop's lies below."""
        if "return" in self._lost:
            self._note(Tried(VALUES, Step.NOT_TRIED, reason=self._lost["return"]))
            return
        misses = await vectors.misses(lab, installed.info, pool)
        self._note(Tried(VALUES, Step.FAILED if misses else Step.HELD, misses))

    async def _try(self, lab: Lab, installed: Installed, pool: Pool, rung: Rung) -> None:
        lacks = sorted(rung.needs - self.features)
        lost = sorted((rung.needs - rung.teaches) & self._lost.keys())
        if lacks:
            self._note(Tried(rung.title, Step.NOT_HAD, reason=", ".join(lacks)))
            return
        if lost:
            self._note(Tried(rung.title, Step.NOT_TRIED, reason=self._lost[lost[0]]))
            return
        try:
            recording = await lab.run(rung.scenario, installed.info, pool)
        except EnvironmentFault as fault:
            misses: tuple[Miss, ...] = (_fault(fault),)
        else:
            misses = rung.misses(recording)
        self._note(Tried(rung.title, Step.FAILED if misses else Step.HELD, misses))
        if misses:
            self._lost |= dict.fromkeys(rung.teaches, rung.title)

    def _note(self, tried: Tried) -> None:
        self.tried.append(tried)
        self.tell(tried)


def _fault(fault: EnvironmentFault) -> Miss:
    return Miss("the process", "one that starts", str(fault))
