"""A process is waited for by what it had of the machine, not by the clock alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from conformance.subjects import patience
from conformance.subjects.patience import patiently
from conformance.subjects.usage import Meter, Usage


@dataclass
class Account:
    """A meter that says after each reading how much longer its process was kept from the CPU."""

    each: float
    kept: float = field(default=0.0)

    def read(self) -> Usage:
        usage = Usage(0.0, self.kept)
        self.kept += self.each
        return usage


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(patience, "MOST_SECONDS", 0.03)


async def waited(meter: Account | None, seconds: float, after: float | None = None) -> tuple[bool, float]:
    """Whether it came, and how long that took by the clock."""
    loop = asyncio.get_running_loop()
    awaited: asyncio.Future[None] = loop.create_future()
    if after is not None:
        loop.call_later(after, awaited.set_result, None)
    began = loop.time()
    return await patiently(awaited, cast("Meter | None", meter), seconds), loop.time() - began


def test_what_comes_is_waited_for_no_longer() -> None:
    came, took = asyncio.run(waited(Account(0.0), 60.0, after=0.05))
    assert came
    assert took < 30.0


def test_a_process_that_has_the_machine_and_does_not_come_is_given_up() -> None:
    came, took = asyncio.run(waited(Account(0.0), 0.1))
    assert not came
    assert took >= 0.1


def test_time_that_it_was_kept_from_the_cpu_does_not_count() -> None:
    came, _ = asyncio.run(waited(Account(60.0), 0.1, after=0.4))
    assert came


def test_there_is_an_end_by_the_clock_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "AT_MOST", 2.0)
    came, took = asyncio.run(waited(Account(60.0), 0.1))
    assert not came
    assert took >= 0.2


def test_without_a_meter_the_clock_counts() -> None:
    assert not asyncio.run(waited(None, 0.05))[0]
