"""A subject with neither SDK nor any code of ours, through the real lab."""

from __future__ import annotations

import sys

from conformance.lab.lab import Lab
from conformance.scenario.model import Scenario
from conformance.subjects.install import install
from conformance.subjects.pool import Pool
from conformance.subjects.subject import Subject
from conformance.wire.recording import Outcome, Recording
from tests.subjects.driving import HERE, run

DOCUMENT = {
    "title": "One step",
    "handler": [{"step": {"name": "a", "returns": 1, "as": "a"}}, {"return": {"$eval": "a"}}],
}


def recorded(**more: object) -> Recording:
    async def work() -> Recording:
        installed = install(Subject.parse(f"dumb={sys.executable} {HERE / 'dumb_subject.py'}"))
        async with Lab() as lab:
            pool = Pool(installed, lab.gateway_url, lab.url)
            try:
                scenario = Scenario.from_document("dumb", {**DOCUMENT, **more})
                return await lab.run(scenario, installed.info, pool)
            finally:
                await pool.close()

    return run(work())


def test_it_runs_the_one_program_that_it_knows() -> None:
    recording = recorded()
    assert recording.complete
    assert (recording.executions[0].status, recording.executions[0].result) == ("SUCCEEDED", "1")
    assert [exchange.operation for exchange in recording.exchanges] == ["CheckpointDurableExecution"] * 2
    assert not recording.instrumented
    assert not recording.effects


def test_what_it_can_t_cope_with_ends_its_process_and_it_is_started_again() -> None:
    recording = recorded(faults=[{"fault": "error", "checkpoint": 2, "status": 500}])
    assert [invocation.outcome for invocation in recording.invocations] == [Outcome.EXIT, Outcome.RESPONSE]
    assert recording.executions[0].result == "1"
    assert "500" in recording.stderr
