"""`conformance aws`: handlers of our own, run as they are with the published SDKs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

SAMPLES = Path(__file__).parent / "samples"
PYTHON, JS, BROKEN = SAMPLES / "python", SAMPLES / "js", SAMPLES / "broken"


def aws(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "conformance", "aws", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})  # noqa: S603 - our own command


def test_handlers_run_as_they_are(tmp_path: Path) -> None:
    done = aws("--handlers", PYTHON, "--json", tmp_path / "a.json", "--junit", tmp_path / "a.xml")
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    status = {one["id"]: one["status"] for one in report["requirements"]}
    assert len(status) == 148
    ran = {id_: each for id_, each in status.items() if each != "no handler"}
    assert ran == {
        "1-1": "passed",
        "1-2": "failed",
        "3-12": "passed",
        "3-17": "passed",
        "4-1": "passed",
        "5-1": "passed",
        "9-12": "not implemented",
    }
    assert report["left_out"] == ["10-1"]
    assert "✗ step 1-2  GreetsUnnamed (own.greets.handler), " in done.stdout
    assert "Event[EventId=2].Name: key missing in actual event" in done.stdout
    assert "✗ 5 of 6 requirements with a handler pass with python@3.0.0" in done.stdout
    cases = {one.get("name"): one for one in ET.parse(tmp_path / "a.xml").getroot()}  # noqa: S314 - our own file
    assert cases["1-1"].get("classname") == "python.step"
    assert cases["1-2"].find("failure") is not None
    skipped = cases["9-12"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "NOT_IMPLEMENTED: nothing here maps"


def test_words_choose_and_all_good_is_0() -> None:
    done = aws("--handlers", PYTHON, "1-1", "callback")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ 2 of 2 requirements with a handler pass" in done.stdout


def test_javascript_by_its_runtime() -> None:
    done = aws("--handlers", JS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ 2 of 2 requirements with a handler pass with js@2.4.0" in done.stdout


def test_our_rules_say_what_the_matcher_lets_through() -> None:
    """The matcher ignores what comes after the events that it expects, and fields that it does not name."""
    done = aws("--handlers", PYTHON, "1-1", "--sdk", "python@3.0.0+mutant:needless-checkpoint")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ 1 of 1 requirements" in done.stdout
    assert "! poll-without-reason: not in AWS's requirements, in 1 requirement (1-1)" in done.stdout
    assert "! " not in aws("--handlers", PYTHON, "1-1").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--handlers", SAMPLES], 2, "no SAM template with a function"),
        (["--handlers", SAMPLES / "nowhere"], 2, "no such directory"),
        (["--handlers", PYTHON, "1-99"], 2, "AWS has no core requirement or theme 1-99 (did you mean 1-9?)"),
        (["--handlers", PYTHON, "--sdk", "perl"], 2, "there is no SDK 'perl'"),
        (["--handlers", PYTHON, "--sdk", "mine=./run"], 2, "can't be run as they are"),
        (["--handlers", BROKEN, "1-1"], 3, "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        (["--handlers", BROKEN, "1-2"], 3, "no file of the handler nowhere.handler below"),
    ],
)
def test_bad_input_is_one_clear_error(arguments: list[object], code: int, told: str) -> None:
    done = aws(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
