"""The measurements measure what they say."""

from __future__ import annotations

import os
import subprocess

from tests.bench import stability
from tests.bench.busy import busy


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
