"""The measurements measure what they say."""

from __future__ import annotations

import os
import subprocess
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from conformance.scenario.load import find
from tests.bench import beside, in_process, plot, speed, stability
from tests.bench.busy import busy
from tests.bench.curves import exponent
from tests.bench.growing import GROWING


def spinning() -> int:
    """How many child processes this one has."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "ppid=,args="],  # noqa: S607 (wherever it is)
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    return sum(int(parent) == os.getpid() and "os.getppid()" in command for parent, command in lines)


def test_busy_loops_are_gone_afterwards() -> None:
    with busy(2):
        assert spinning() == 2
    assert spinning() == 0


def test_a_table_row_counts_what_is_unstable_and_what_is_unexpected() -> None:
    findings = [
        {"rule": "unstable", "divergence": None},
        {"rule": "parent-id", "divergence": None},
        {"rule": "context-options", "divergence": "context-options-always"},
    ]
    report = {"totals": {"scenarios": 2}, "results": [{"findings": findings}, {"findings": []}]}
    assert stability.measured(report, 20) == ("2", "40", "1", "1")


def test_every_disturbance_that_is_promised_is_there() -> None:
    options = " ".join(option for setting in stability.SETTINGS for option in setting.options)
    for wanted in ("--jobs 1", "--jobs 4", "--order reversed", "--delays"):
        assert wanted in options
    assert any(setting.busy for setting in stability.SETTINGS)


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_an_exponent_is_the_power_of_growth(power: float) -> None:
    assert exponent([(size, 0.1 * size**power) for size in (10, 30, 100)], 0.02) == power
    assert exponent([(10, 1.0)], 0.02) is None
    assert exponent([(size, 0.001) for size in (10, 30, 100)], 0.02) is None


def test_what_the_start_of_a_run_hides_is_no_growth() -> None:
    """A linear program whose smallest sizes lost most of their cost to the start that was taken off."""
    told = [(30, 0.15), (100, 0.9), (300, 2.9)]
    assert exponent(told, 0.02) == 1.29
    assert exponent(told, 0.5) == 1.07


def test_every_program_is_written_for_each_runner_and_as_a_scenario() -> None:
    scenarios = {path.stem for path in beside.PROGRAMS.glob("*.yaml")}
    assert scenarios == {*in_process.PROGRAMS}
    script = (beside.PROGRAMS.parent / "in-process.mjs").read_text(encoding="utf-8")
    assert all(f"async {name}(_, ctx)" in script for name in scenarios)
    found = find(beside.PROGRAMS)
    assert not found.errors
    assert {one.id for one in found.scenarios} == scenarios


def test_another_result_on_one_side_is_no_measurement() -> None:
    suite = {"steps": {"python": 4, "js": 4}}
    runners: dict[str, dict[str, Any]] = {sdk: {"steps": {"result": 4}} for sdk in ("python", "js")}
    beside.alike(suite, runners)
    runners["js"]["steps"]["result"] = 5
    with pytest.raises(ValueError, match="steps in js: 4 in the suite, 5 in its runner"):
        beside.alike(suite, runners)


def test_a_measurement_is_told_beside_the_last() -> None:
    last, now = {"start": {"list": 0.25}}, {"start": {"list": 0.5, "new": 1.0}, "results": {"x": 1.0}}
    assert [*speed.changes(last, now)] == ["start: list: 0.5 (was 0.25)", "start: new: 1"]


def test_the_plot_has_a_line_a_curve_in_each_panel() -> None:
    points = [{"recorded_bytes": 10**power, "run_cpu": power, "judge_cpu": power / 10} for power in (3, 4, 5)]
    drawn = ET.fromstring(plot.drawn({name: {"points": points} for name in GROWING}))  # noqa: S314
    lines = [each for each in drawn.iter() if each.tag.endswith("polyline")]
    assert len(lines) == 2 * len(GROWING)
    assert all(len(line.attrib["points"].split()) == 3 for line in lines)
