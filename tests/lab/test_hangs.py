"""Processes that never answer, and one that is only slow, on a quiet machine and on a busy one."""

from __future__ import annotations

import asyncio

import pytest

from conformance.lab.lab import Lab
from conformance.subjects.pool import Pool
from conformance.verdict.finding import Verdict
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Outcome, Recording
from tests.bench.busy import busy
from tests.lab.fake import scenario
from tests.subjects.driving import BROKEN, script

LIMIT = 1.0
CORES_WANTED = 8


def record(how: str) -> Recording:
    """A run of a subject that does as it is told."""

    async def once() -> Recording:
        installed = script(BROKEN / "never.py", how)
        async with Lab() as lab:
            pool = Pool(installed, lab.gateway_url, lab.url)
            try:
                return await lab.run(scenario(limit=LIMIT), installed.info, pool)
            finally:
                await pool.close()

    return asyncio.run(once())


@pytest.mark.parametrize("how", ["sleeps", "deadlocks", "spins"])
@pytest.mark.parametrize("cores", [0, CORES_WANTED], ids=["quiet", "busy"])
def test_a_subject_that_hangs_is_known_however_busy_the_machine_is(how: str, cores: int) -> None:
    if cores:
        with busy(cores):
            recording = record(how)
    else:
        recording = record(how)
    assert [one.outcome for one in recording.invocations] == [Outcome.HANG], recording.reports
    assert recording.stderr == f"it {how}"  # what it wrote before it was killed
    result = judge(recording, None, Ledger())
    assert result.verdict is Verdict.VIOLATED
    assert "invocation-hangs" in {one.rule for one in result.findings}


def test_a_subject_that_is_only_slow_is_waited_for() -> None:
    with busy(CORES_WANTED):
        recording = record("takes-a-while")
    assert [one.outcome for one in recording.invocations] == [Outcome.RESPONSE], recording.reports
    assert recording.complete
    assert recording.seconds > LIMIT
