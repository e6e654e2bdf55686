"""Scenarios as pytest items: one for each scenario and subject.

All that are selected are run by one session when the first of them is reached, so that they share a lab and
run at the same time; each item then reports its own verdict.
"""

from __future__ import annotations

from pathlib import Path

import pytest

LEDGER = "divergences.yaml"
SPREADING = ("load", "worksteal")
"""Ways of pytest-xdist that give any test to any worker."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What a run of scenarios takes."""
    group = parser.getgroup("conformance", "scenarios for durable execution SDKs")
    group.addoption(
        "--conformance-subject",
        action="append",
        metavar="S",
        help="a subject to run scenarios with, such as python@2.1.0; may be given several times",
    )
    group.addoption(
        "--conformance-reference", metavar="S", help="the subject that the others are compared with"
    )
    group.addoption(
        "--conformance-jobs", type=int, default=None, metavar="N", help="runs at a time (four a core)"
    )
    parser.addini("conformance_scenarios", "directories of scenarios", type="paths", default=[])


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Under pytest-xdist keep all scenarios in one worker: they are one session."""
    config.addinivalue_line("markers", "xdist_group(name): tests that run in one worker of pytest-xdist")
    if config.getini("conformance_scenarios") and getattr(config.option, "dist", "no") in SPREADING:
        config.option.dist = "loadgroup"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the scenarios that lie below a directory of them."""
    if file_path.suffix != ".yaml" or file_path.name == LEDGER:
        return None
    for root in parent.config.getini("conformance_scenarios"):
        if file_path.is_relative_to(root):
            from conformance.pytest_items import ScenarioFile  # noqa: PLC0415 (only who has scenarios waits for it)

            return ScenarioFile.from_parent(parent, path=file_path, root=root)
    return None
