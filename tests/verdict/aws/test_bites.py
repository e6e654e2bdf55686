"""The layer bites: for each requirement the history recorded of it passes, and no mutant of that does."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from aws_durable_execution_conformance_tests.history import get_placeholder_name

from conformance.lab.lab import Lab
from conformance.scenario.load import load
from conformance.scenario.model import Scenario
from conformance.subjects.install import install
from conformance.subjects.pool import Pool
from conformance.subjects.subject import Subject
from conformance.verdict import aws
from conformance.verdict.aws import layer
from conformance.verdict.aws.history import mended
from conformance.wire.recording import Recording

SCENARIOS = Path(__file__).parents[3] / "scenarios"
AT_ONCE = 4

Event: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
def recorded() -> dict[str, tuple[Scenario, Recording]]:
    """Every requirement's scenario and what the reference SDK did in it."""

    async def run() -> dict[str, tuple[Scenario, Recording]]:
        subject = install(Subject.parse("js@2.4.0"))
        async with Lab() as lab:
            pool = Pool(subject, lab.gateway_url, lab.url)
            gate = asyncio.Semaphore(AT_ONCE)

            async def one(id_: str, theme: str) -> tuple[Scenario, Recording]:
                scenario = load(SCENARIOS / "aws" / theme / f"{id_}.yaml", SCENARIOS)
                async with gate:
                    return scenario, await lab.run(scenario, subject.info, pool)

            try:
                return dict(
                    zip(
                        aws.core(),
                        await asyncio.gather(*(one(*item) for item in aws.core().items())),
                        strict=True,
                    )
                )
            finally:
                await pool.close()

    return asyncio.run(run())


def _with_history(recording: Recording, events: list[Event]) -> Recording:
    own = recording.executions[0]
    return replace(recording, executions=(replace(own, history=tuple(events)), *recording.executions[1:]))


def _leaves(
    expected: Any, variables: Collection[str], path: tuple[Any, ...] = ()
) -> Iterator[tuple[Any, ...]]:
    """Paths to all that a requirement spells out: not `*`, nor what it binds on sight."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            if key != "EventId":
                yield from _leaves(value, variables, (*path, key))
    elif expected != "*" and not (
        isinstance(expected, str)
        and (name := get_placeholder_name(expected)) is not None
        and name not in variables
    ):
        yield path


def _mutants(
    expected: Event, variables: Collection[str]
) -> Iterator[tuple[str, Callable[[list[Event]], list[Event]]]]:
    id_ = expected["EventId"]

    def drop(events: list[Event]) -> list[Event]:
        """An event gone, and those after it one number further up."""
        kept = [event for event in events if event["EventId"] != id_]
        return [{**event, "EventId": number} for number, event in enumerate(kept, start=1)]

    yield f"{id_} dropped", drop
    paths = [*_leaves(expected, variables), *([("ParentId",)] if "ParentId" in expected else [])]
    for path in paths:

        def change(events: list[Event], path: tuple[Any, ...] = path) -> list[Event]:
            changed = copy.deepcopy(events)
            node: Any = next(event for event in changed if event["EventId"] == id_)
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = "something else"
            return changed

        yield f"{id_}.{'.'.join(map(str, path))} changed", change


@pytest.mark.parametrize("id_", aws.core())
def test_what_was_recorded_passes_and_its_mutants_fail(
    id_: str, recorded: dict[str, tuple[Scenario, Recording]], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, recording = recorded[id_]
    assert aws.check(scenario, recording) == []
    events, requirement = mended(recording), aws.requirement(id_)
    monkeypatch.setattr(layer, "mended", lambda mutant: list(mutant.executions[0].history))
    survivors = [
        name
        for expected in requirement.history
        for name, mutate in _mutants(expected, requirement.variables)
        if not aws.check(scenario, _with_history(recording, mutate(events)))
    ]
    assert survivors == []
