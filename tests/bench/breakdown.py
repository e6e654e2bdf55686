"""Where the CPU of a run goes: by process, by part of the lab, and by layer of the judging."""

from __future__ import annotations

import cProfile
import pstats
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from conformance.engine.directory import recordings
from conformance.engine.files import ledger_file
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from tests.bench.commands import ROOT, run

PATTERNS = ("virtual/*", "control/*", "retries/*")
LOOK_SECONDS = 0.05
OTHER = "other"
PROFILED = """
import cProfile, sys, time
from conformance.cli import main
profile = cProfile.Profile(time.process_time)
profile.runcall(main, sys.argv[2:])
profile.dump_stats(sys.argv[1])
"""
LAB = {
    "gateway": ("conformance/lab/gateway.py", "conformance/lab/exchanges.py", "conformance/lab/polls.py"),
    "side channel": ("conformance/lab/side_channel.py", "conformance/lab/bodies.py", "conformance/protocol/"),
    "emulator": ("aws_durable_execution_sdk_python_testing/", "aws_durable_execution_sdk_python/"),
    "HTTP": ("aiohttp/", "/http/", "multidict", "yarl"),
    "event loop": ("asyncio/", "selectors.py"),
    "processes": ("conformance/subjects/",),
    "rest of the lab": ("conformance/lab/",),
    "imports": ("importlib", "<frozen"),
}
JUDGING = {
    "stream": ("conformance/wire/", "conformance/sdks/"),
    "scenario": ("conformance/scenario/",),
    "oracle and structure": ("conformance/oracle/", "conformance/verdict/structure/"),
    "schema": ("conformance/verdict/schema.py", "jsonschema/", "referencing/"),
    "invariants": ("conformance/verdict/invariants/", "conformance/verdict/case.py"),
    "parity": ("conformance/verdict/parity.py", "deepdiff", "conformance/verdict/comparison.py"),
    "ledger": ("conformance/verdict/ledger", "conformance/verdict/entries", "conformance/verdict/transforms"),
    "AWS's matcher": ("conformance/verdict/aws/", "aws_durable_execution_conformance_tests/"),
    "rest of the judging": ("conformance/verdict/",),
}


def measured() -> dict[str, Any]:
    """CPU seconds by process; shares of the lab's process and of judging by part."""
    with tempfile.TemporaryDirectory() as folder:
        kept, profile = Path(folder) / "kept", Path(folder) / "profile"
        processes = _processes(("run", *PATTERNS, "--out", str(kept)))
        run([sys.executable, "-c", PROFILED, str(profile), "run", *PATTERNS])
        lab = _shares(pstats.Stats(str(profile)), LAB)
        judging = _shares(_judging(kept), JUDGING)
    return {"patterns": PATTERNS, "cpu_by_process": processes, "lab": lab, "judging": judging}


def _processes(words: tuple[str, ...]) -> dict[str, float]:
    """CPU seconds of each kind of process of a run, looked at while it runs."""
    seen: dict[tuple[str, int], float] = {}
    command = [sys.executable, "-m", "conformance", *words]
    with subprocess.Popen(  # noqa: S603 (our own words)
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
    ) as running:
        main = psutil.Process(running.pid)
        while running.poll() is None:
            for process in (main, *_children(main)):
                try:
                    times = process.cpu_times()
                    seen[_kind(process, running.pid), process.pid] = times.user + times.system
                except psutil.Error:
                    continue  # it has just ended
            time.sleep(LOOK_SECONDS)
    totals: dict[str, float] = {}
    for (kind, _), seconds in seen.items():
        totals[kind] = totals.get(kind, 0.0) + seconds
    return {kind: round(seconds, 2) for kind, seconds in totals.items()}


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _kind(process: psutil.Process, main: int) -> str:
    words = " ".join(process.cmdline())
    if process.pid == main:
        return "lab"
    if "main.mjs" in words:
        return "JavaScript SDK"
    if "preforked.py" in words or "-m python_sdk" in words:
        return "Python SDK"
    return "reaper" if "reaper.py" in words else "judging"


def _judging(kept: Path) -> pstats.Stats:
    ledger = Ledger.load(ledger_file())
    references = {}
    others = []
    for one in recordings(kept, 1):
        if one.recording.subject.sdk == "js":
            references[one.recording.scenario] = one.recording
        else:
            others.append(one.recording)
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for recording in others:
        reference = references[recording.scenario]
        judge(reference, None, ledger)
        judge(recording, reference, ledger)
    profile.disable()
    return pstats.Stats(profile)


def _shares(stats: pstats.Stats, parts: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    """Each part's share of the time; what is in no part counts for those that call it."""
    told: dict[str, float] = defaultdict(float)
    functions: Any = stats.stats  # type: ignore[attr-defined] # it is there, and documented nowhere
    for (file, _, name), (_, _, own, _, callers) in functions.items():
        if "epoll" in name or "kqueue" in name:
            continue  # waiting
        part = _part(file, parts)
        if part == OTHER and callers:
            whole = sum(values[2] for values in callers.values()) or 1.0
            for (caller, *_), values in callers.items():
                told[_part(caller, parts)] += own * values[2] / whole
        else:
            told[part] += own
    total = sum(told.values()) or 1.0
    ordered = sorted(told.items(), key=lambda one: -one[1])
    return {part: round(seconds / total, 3) for part, seconds in ordered}


def _part(file: str, parts: Mapping[str, tuple[str, ...]]) -> str:
    return next((part for part, names in parts.items() if any(name in file for name in names)), OTHER)
