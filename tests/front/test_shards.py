"""A run in parts comes to the same as one run, and only all parts of one make it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from conformance.commands.judge import replay
from conformance.engine.collator import Assessors
from conformance.engine.collected import Collected
from conformance.engine.directory import Directory
from conformance.engine.events import RunStarted
from conformance.engine.part import Part
from conformance.engine.session import Session
from conformance.engine.shards import header, spread, united
from conformance.errors import UsageError
from conformance.scenario.model import Scenario
from conformance.verdict.finding import Result
from tests.front.test_session import ASSESSORS, Pretence, plan, run, scenario

NAMES = ("a/1", "a/2", "b/1", "b/2", "c/1")
SCENARIOS = tuple(scenario(name) for name in NAMES)


def started(number: int, of: int = 2, scenarios: tuple[Scenario, ...] = SCENARIOS) -> RunStarted:
    """The header of a part."""
    part = Part(number, of)
    names = tuple(one.id for one in part.select(scenarios))
    shard = header(part, scenarios, complete=True)
    return RunStarted((), "js", names, complete=False, shard=shard)


def test_each_scenario_is_in_one_part() -> None:
    parts = [Part(number, 2).select(SCENARIOS) for number in (1, 2)]
    assert [[one.id for one in part] for part in parts] == [["a/1", "b/1", "c/1"], ["a/2", "b/2"]]
    assert [one.id for one in Part(1, 2).select(SCENARIOS[::-1])] == ["c/1", "b/1", "a/1"]


def test_a_part_without_a_scenario_is_refused() -> None:
    with pytest.raises(UsageError, match="part 3 of 3 has no scenario"):
        Part(3, 3).select(SCENARIOS[:2])


@pytest.mark.parametrize("text", ["", "2", "0/2", "3/2", "1/0", "a/b", "1/2/3"])
def test_what_is_no_part(text: str) -> None:
    with pytest.raises(ValueError, match="is no part, such as 2/4"):
        Part.parse(text)


def test_folders_are_spread_and_nothing_is_lost() -> None:
    names = [f"large/{number}" for number in range(4)] + [f"other/{number}" for number in range(12)]
    order = [one.id for one in spread([scenario(name) for name in names])]
    assert sorted(order) == sorted(names)
    places = [order.index(f"large/{number}") for number in range(4)]
    assert min(after - before for before, after in pairwise(places)) >= 3


def test_all_parts_are_the_whole() -> None:
    whole = united([(Path("two"), started(2)), (Path("one"), started(1))])
    assert whole.scenarios == NAMES
    assert whole.complete
    assert whole.shard is None


OTHER = (*SCENARIOS[:4], Scenario.from_document("c/1", {"title": "another", "handler": [], "expect": {}}))
WRONG: dict[str, tuple[Callable[[], list[RunStarted]], str]] = {
    "missing": (lambda: [started(1, 3), started(3, 3)], "part 2 of 3 is missing"),
    "twice": (lambda: [started(1), started(1)], "part 1 is given twice"),
    "other number": (lambda: [started(1), started(2, 3)], "number of parts are 3"),
    "other scenarios": (lambda: [started(1), started(2, scenarios=OTHER)], "its scenarios are"),
    "other reference": (
        lambda: [started(1), replace(started(2), reference="python")],
        "reference are python",
    ),
    "other repeats": (lambda: [started(1), replace(started(2), repeat=3)], "repeats are 3"),
    "no part": (lambda: [started(1), replace(started(2), shard=None)], "a run of its own"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_run_is_refused_with_what_differs(name: str) -> None:
    headers, said = WRONG[name]
    with pytest.raises(UsageError, match=said):
        united([(Path(str(number)), one) for number, one in enumerate(headers())])


def test_judged_together_the_parts_come_to_what_one_run_does(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def stale(results: list[Result], *_: object) -> tuple[str, ...]:
        asked.append(sorted(result.scenario for result in results))
        return ("an entry is stale",)

    assessors: Assessors = replace(ASSESSORS, stale=stale)
    for number in (1, 2):
        part = Part(number, 2)
        whole = plan(*NAMES)
        directory = Directory(tmp_path / str(number))
        own = replace(
            whole,
            scenarios=part.select(whole.scenarios),
            shard=header(part, whole.scenarios, complete=True),
        )
        Session(own, Pretence().stack(), assessors, directory, save=directory.keep).run()
    replay(tmp_path / "1", assessors, Collected())
    assert not asked  # a part alone says nothing about the ledger
    together, one = Collected(), Collected()
    replay(tmp_path / "1", assessors, together, beside=[tmp_path / "2"])
    for event in run(Pretence(), replace(plan(*NAMES), complete=True), assessors):
        one(event)
    assert [judged.result for judged in together.judged()] == [judged.result for judged in one.judged()]
    assert asked == [sorted(NAMES * 2)] * 2
    assert int(together.exit()) == int(one.exit()) == 1
