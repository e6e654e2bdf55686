"""What all tests share, and which of them may run side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent
REAL = (
    "browser",
    "fuzz",
    "harness",
    "lab",
    "subjects",
    "front/test_atlas.py",
    "front/test_bench.py",
    "front/test_coverage.py",
    "front/test_debug.py",
    "front/test_docs.py",
    "front/test_end_to_end.py",
    "front/test_pytest_plugin.py",
    "front/test_session.py",
    "front/test_upgrade.py",
    "front/test_wheel.py",
    "verdict/test_kill_matrix.py",
)
"""Tests that start processes, wait or send signals: one after the other, in one worker of pytest-xdist."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one worker, since they share fixtures, and all the real ones in another."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        if item.path.is_relative_to(ROOT):
            name = item.path.relative_to(ROOT).as_posix()
            real = name.startswith(REAL)
            item.add_marker(pytest.mark.xdist_group("processes" if real else name))
