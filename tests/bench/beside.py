"""An execution in this suite beside one in AWS's in-process runners: the same six programs, the same results.

In the suite an execution goes over real HTTP to a process of its own, is recorded and judged; in the runners
it is a few function calls. Start-up is taken out on both sides: of two runs of the suite the difference
counts.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from conformance.engine.directory import recordings
from conformance.subjects import node
from tests.bench.commands import conformance, told

PROGRAMS = Path(__file__).with_name("programs")
FEW, MANY = 2, 10
ROUNDS = 20
NAMES = {"python": "python@3.0.0", "js": "js@2.4.0"}


def measured(jobs: int) -> dict[str, Any]:
    """CPU and wall seconds of one execution on both sides, and their ratios.

    Raises:
        ValueError: a program came to another result on one side.
    """
    runners = {
        "python": json.loads(told([sys.executable, "-m", "tests.bench.in_process", str(ROUNDS)])),
        "js": json.loads(told([str(node.find().path), "tests/bench/in-process.mjs", str(ROUNDS)])),
    }
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_suite(Path(folder) / str(copies), copies, jobs) for copies in (FEW, MANY))
        alike(few["results"], runners)
    executions = len([*PROGRAMS.glob("*.yaml")]) * (MANY - FEW) * len(NAMES)
    suite = {kind: (many[kind] - few[kind]) / executions for kind in ("cpu", "wall")}
    beside = {
        sdk: {kind: sum(one[kind] for one in own.values()) / len(own) for kind in ("cpu", "wall")}
        for sdk, own in runners.items()
    }
    mean = {kind: sum(own[kind] for own in beside.values()) / len(beside) for kind in ("cpu", "wall")}
    return {
        "suite_seconds": suite,
        "runner_seconds": beside,
        "cpu_ratio": suite["cpu"] / mean["cpu"],
        "executions_per_second": {"suite": 1 / suite["wall"], "runners": 1 / mean["wall"]},
        "speed_ratio": mean["wall"] / suite["wall"],
        "results": few["results"],
    }


def _suite(folder: Path, copies: int, jobs: int) -> dict[str, Any]:
    """Run so many copies of each program through both SDKs."""
    for path in PROGRAMS.glob("*.yaml"):
        (folder / path.stem).mkdir(parents=True)
        for number in range(copies):
            (folder / path.stem / f"{number}.yaml").write_bytes(path.read_bytes())
    kept = folder.with_name(f"{folder.name}-kept")
    cost = conformance("run", "--scenarios", str(folder), "--jobs", str(jobs), "--out", str(kept))
    results: dict[str, dict[str, Any]] = {}
    for one in recordings(kept, 1):
        execution = one.recording.executions[0]
        name = one.recording.scenario.partition("/")[0]
        results.setdefault(name, {})[one.recording.subject.sdk] = json.loads(execution.result or "null")
    return {"cpu": cost.cpu, "wall": cost.wall, "results": results}


def alike(suite: dict[str, dict[str, Any]], runners: dict[str, dict[str, Any]]) -> None:
    """Refuse to compare what is not the same.

    Raises:
        ValueError: a program came to another result on one side.
    """
    for name in sorted({*suite, *runners["python"], *runners["js"]}):
        for sdk in NAMES:
            ours, theirs = suite[name][sdk], runners[sdk][name]["result"]
            if ours != theirs:
                raise ValueError(f"{name} in {sdk}: {ours!r} in the suite, {theirs!r} in its runner")
