"""How a hang is told from slowness: the account of a run, and runs whose subject never answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.lab import machine, progress
from conformance.lab.progress import End, Progress
from conformance.lab.recorder import OpenInvocation
from conformance.subjects.event import Answer, Event
from conformance.subjects.usage import Usage
from conformance.verdict.finding import Blame, Layer, Verdict
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Outcome, ReportKind
from tests.lab.fake import PENDING, Bench, Fake, Handler, run, succeeded, update, wait

LIMIT = 1.0


@dataclass
class Account:
    """A run of one invocation, whose clock and machine a test turns by hand."""

    had: Usage | None = field(default_factory=Usage)
    now: float = 0.0

    def __post_init__(self) -> None:
        """Begin."""
        invocation = OpenInvocation(1, 1, 1, "arn", "scenario", "request", "token", 0)
        self.progress = Progress(self, lambda: [invocation], LIMIT, now=lambda: self.now)

    async def invoke(self, event: Event) -> Answer:
        """No one is invoked."""
        raise NotImplementedError(event)

    def usage(self, request_id: str) -> Usage | None:
        """What the process had."""
        assert request_id == "request"
        return self.had

    def spend(self, seconds: float, *, cpu: float = 0.0, kept: float = 0.0, tick: float = 0.05) -> End | None:
        """Let time pass in ticks, with these shares of CPU time and of time kept from the CPU."""
        for _ in range(round(seconds / tick)):
            self.now += tick
            if self.had is not None:
                self.had += Usage(cpu * tick, kept * tick)
            if (end := self.progress.tick()) is not None:
                return end
        return None


@pytest.fixture
def account() -> Account:
    """A run that begins."""
    account = Account()
    account.progress.tick()
    return account


def test_a_subject_that_stands_still_hangs_at_the_limit(account: Account) -> None:
    assert account.spend(0.9) is None
    assert account.spend(0.2) is End.STILL
    assert account.progress.elapsed == pytest.approx(1.0, abs=0.06)


def test_what_comes_of_a_run_begins_the_count_anew(account: Account) -> None:
    assert account.spend(0.9) is None
    account.progress.moved()
    assert account.spend(0.9) is None
    assert account.spend(0.2) is End.STILL


def test_a_subject_that_is_kept_from_the_cpu_does_not_hang(account: Account) -> None:
    assert account.spend(15, kept=0.97) is None
    assert account.spend(10, kept=0.97) is End.MACHINE


def test_a_subject_that_computes_without_a_word_hangs_at_more_than_the_limit(account: Account) -> None:
    assert account.spend(1.9, cpu=1.0) is None
    assert account.spend(0.2, cpu=1.0) is End.COMPUTING


def test_a_subject_that_gets_a_quarter_of_the_cpu_has_four_times_as_long_to_compute(account: Account) -> None:
    assert account.spend(7, cpu=0.25, kept=0.75) is None
    assert account.spend(1.5, cpu=0.25, kept=0.75) is End.COMPUTING


def test_a_run_in_which_things_happen_for_ever_is_endless(account: Account) -> None:
    for _ in range(29):
        assert account.spend(0.1, cpu=0.2) is None
        account.progress.moved()
    assert account.spend(0.2) is End.ENDLESS


def test_a_tick_that_comes_late_counts_as_one(account: Account) -> None:
    assert account.spend(10, tick=1.0) is None
    assert account.progress.still == pytest.approx(10 * progress.MOST_SECONDS)


def test_an_invocation_that_no_process_has_taken_yet_is_not_on_the_subject(account: Account) -> None:
    account.had = None
    assert account.spend(19) is None
    assert (account.progress.idle, account.progress.had) == (0.0, 0.0)


def test_limits_are_stretched_by_how_slow_the_machine_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 0.02, 1.0, 1.03, 2.0, 2.02])
    monkeypatch.setattr(machine, "process_time", lambda: next(times))
    assert machine.slowness() == pytest.approx(0.02 / machine.REFERENCE_SECONDS)


class Starved(Fake):
    """A fake whose process is ready to run and gets nothing."""

    def usage(self, request_id: str) -> Usage | None:
        """Kept from the CPU all the time since it was first asked."""
        del request_id
        self.had += Usage(0.0, 1.0)
        return self.had


async def never(_handler: Handler) -> Any:
    await asyncio.Event().wait()


def test_a_run_that_is_cut_off_for_lack_of_machine_says_nothing_about_the_sdk() -> None:
    async def once() -> Any:
        async with Bench() as bench:
            return await bench.run(never, pool=Starved, limit=0.2)

    recording = asyncio.run(once())
    (report,) = recording.reports
    assert report.kind is ReportKind.MACHINE
    assert [one.outcome for one in recording.invocations] == [Outcome.CUT]
    result = judge(recording, None, Ledger())
    assert result.verdict is Verdict.HARNESS_ERROR
    assert [(one.layer, one.rule, one.blame) for one in result.findings] == [
        (Layer.HARNESS, "too-slow", Blame.MACHINE)
    ]
    beside = judge(run(waits_once), recording, Ledger())
    assert "no-reference" in {one.rule for one in beside.findings}
    assert Layer.PARITY not in {one.layer for one in beside.findings}


async def waits_once(handler: Handler) -> Any:
    if "w" not in handler.operations:
        await handler.checkpoint(wait("w", 1))
        return PENDING
    return succeeded()


def test_a_request_that_is_served_after_its_invocation_was_ended_comes_after_no_answer() -> None:
    async def polls(handler: Handler) -> Any:
        await handler.checkpoint(update("CALLBACK", "START", "cb"))
        while True:
            await handler.checkpoint()
            await asyncio.sleep(0.01)

    result = judge(run(polls, limit=0.3), None, Ledger())
    rules = {one.rule for one in result.findings}
    assert "invocation-hangs" in rules
    assert "request-after-answer" not in rules


def test_an_execution_that_never_ends_is_told_as_such() -> None:
    async def forever(handler: Handler) -> Any:
        await handler.checkpoint(wait(f"w{len(handler.operations)}", 1))
        return PENDING

    recording = run(forever, limit=0.3)
    assert not recording.complete
    assert {one.outcome for one in recording.invocations} <= {Outcome.RESPONSE, Outcome.CUT}
    rules = {one.rule for one in judge(recording, None, Ledger()).findings}
    assert "execution-never-ends" in rules
    assert not rules & {"invocation-hangs", "process-exits"}
