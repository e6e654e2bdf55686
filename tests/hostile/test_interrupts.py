"""Ctrl-C at a place of the command, not at a time that load decides: whole reports, no traceback.

Each row names what the process is about to import or to open when the signal comes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

STRUCK = """
import os, runpy, signal, sys
event, name, left = sys.argv[1], sys.argv[2], [int(sys.argv[3])]
def struck(seen, arguments):
    if seen != event or not str(arguments[0]).endswith(name) or not left[0]:
        return
    left[0] -= 1
    if not left[0]:
        print("struck", file=sys.stderr)
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(struck)
sys.argv[:] = ["conformance", *sys.argv[4:]]
runpy.run_module("conformance", run_name="__main__", alter_sys=True)
"""


def ran(folder: Path, event: str, name: str, *, times: int = 1) -> tuple[int, str]:
    """How a run ends that is interrupted there, and what it says on standard error."""
    reports = ("--json", str(folder / "report.json"), "--html", str(folder / "report.html"))
    words = ("run", "virtual/billable", "--out", str(folder / "out"), *reports)
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", STRUCK, event, name, str(times), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "struck" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("module", ["conformance.cli", "argparse", "conformance.engine.session"])
def test_before_a_command_runs_nothing_is_left(module: str, tmp_path: Path) -> None:
    assert ran(tmp_path, "import", module) == (130, "struck\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["report.json", "report.html"])
def test_while_it_sees_whether_a_report_can_be_written_no_empty_one_is_left(
    name: str, tmp_path: Path
) -> None:
    code, _ = ran(tmp_path, "open", name)
    assert code == 130
    assert not (tmp_path / "report.html").exists()
    assert not (tmp_path / "report.json").exists()


def test_once_the_lab_is_loaded_the_reports_say_so(tmp_path: Path) -> None:
    code, _ = ran(tmp_path, "import", "conformance.lab.lab")
    assert code == 130
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["totals"]["interrupted"], report["results"]) == (True, [])


def test_while_reports_are_written_they_become_whole(tmp_path: Path) -> None:
    code, _ = ran(tmp_path, "open", "report.html", times=2)
    assert code == 0  # all was judged by then
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert len(report["results"]) == 2
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("</html>")
