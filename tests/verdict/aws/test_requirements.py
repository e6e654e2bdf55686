"""All of AWS's core requirements are there, and each has its scenario, bound to it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from conformance.scenario.load import load
from conformance.verdict import aws

SCENARIOS = Path(__file__).parents[3] / "scenarios"
THEMES = {
    "step": 20,
    "wait": 5,
    "child": 18,
    "callback": 19,
    "invoke": 16,
    "wait_for_condition": 13,
    "wait_for_callback": 15,
    "parallel": 22,
    "map": 20,
}


def test_there_are_148_core_requirements() -> None:
    assert Counter(aws.core().values()) == THEMES
    assert len(aws.core()) == 148


def test_plugins_are_no_core_requirement() -> None:
    assert not [id_ for id_, theme in aws.core().items() if theme == "plugin"]
    with pytest.raises(KeyError):
        aws.requirement("10-1")


def test_a_requirement_is_read_whole() -> None:
    requirement = aws.requirement("4-6")
    assert requirement.theme == "callback"
    assert requirement.variables == {"CB_NAME": "${GEN_STR:10}"}
    assert requirement.input == "${CB_NAME}"
    assert requirement.result == {"ExecutionStatus": "FAILED"}
    assert [action["Operation"] for action in requirement.callback_actions] == ["failure"]
    assert [event["EventId"] for event in requirement.history] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(("id_", "theme"), aws.core().items())
def test_each_requirement_has_a_scenario_that_is_bound_to_it(id_: str, theme: str) -> None:
    scenario = load(SCENARIOS / "aws" / theme / f"{id_}.yaml", SCENARIOS)
    assert scenario.aws is not None
    assert scenario.aws.id == id_
    assert aws.check_binding(scenario) == []


def test_no_scenario_stands_where_no_requirement_does() -> None:
    found = {path.stem: path.parent.name for path in (SCENARIOS / "aws").rglob("*.yaml")}
    assert found == dict(aws.core())
