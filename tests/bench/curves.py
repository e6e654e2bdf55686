"""How running and judging grow with steps, waits, branches, depth, bytes and functions."""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conformance.engine.directory import recordings
from conformance.engine.files import ledger_file
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording
from tests.bench.commands import conformance
from tests.bench.growing import GROWING, steps

SIZES: dict[str, tuple[int, ...]] = {
    "virtual": (5, 10, 20, 40, 60),
    "payload": (10_000, 30_000, 100_000, 200_000),
}
USUAL = (10, 30, 100, 300)
TIMES = 3
LEAST = {"run_cpu": 0.5, "judge_cpu": 0.02}
"""CPU seconds below which a measurement says nothing about growth.

A run's are those beyond what starting costs, which is itself some 2.5 s and not the same twice: where the
programs are small, what is left says more about the start than about them.
"""


def measured(most: int) -> dict[str, Any]:
    """Points and exponents of each curve; sizes of the usual ones up to `most`, threefold each time."""
    ledger = Ledger.load(ledger_file())
    usual = [size for size in (*USUAL, 1000, 3000) if size <= most]
    base = min(_run("start", steps(1), ledger)["run_cpu"] for _ in range(TIMES))
    curves = {}
    for name, program in GROWING.items():
        points = []
        for size in SIZES.get(name, usual):
            point = _run(name, program(size), ledger)
            point["run_cpu"] = max(point["run_cpu"] - base, 0.0)
            points.append({"size": size, **point})
        curves[name] = {
            "points": points,
            "exponents": {
                f"{kind} by {of}": exponent([(point[of], point[kind]) for point in points], LEAST[kind])
                for kind in ("run_cpu", "judge_cpu")
                for of in ("size", "recorded_bytes")
            },
        }
    return curves


def exponent(points: Sequence[tuple[float, float]], least: float) -> float | None:
    """The power with which the second grows with the first; None where too little was measured."""
    known = [(math.log(of), math.log(cost)) for of, cost in points if cost > least]
    if len(known) < 2:
        return None
    mean = [sum(values) / len(known) for values in zip(*known, strict=True)]
    above = sum((x - mean[0]) * (y - mean[1]) for x, y in known)
    power: float = above / sum((x - mean[0]) ** 2 for x, _ in known)
    return round(power, 2)


def _run(name: str, document: dict[str, Any], ledger: Ledger) -> dict[str, float]:
    """CPU seconds of a run of one program with both SDKs, of judging both recordings, and their bytes."""
    with tempfile.TemporaryDirectory() as folder:
        scenarios, kept = Path(folder) / "scenarios", Path(folder) / "kept"
        (scenarios / "growing").mkdir(parents=True)
        (scenarios / "growing" / f"{name}.yaml").write_text(json.dumps(document), encoding="utf-8")
        cost = conformance("run", "--scenarios", str(scenarios), "--out", str(kept))
        own = {one.recording.subject.sdk: one.recording for one in recordings(kept, 1)}
    return {
        "run_cpu": cost.cpu,
        "judge_cpu": min(_judged(own, ledger) for _ in range(TIMES)),
        "recorded_bytes": sum(map(_bytes, own.values())),
    }


def _judged(own: dict[str, Recording], ledger: Ledger) -> float:
    copies = {sdk: _again(recording) for sdk, recording in own.items()}
    began = time.process_time()
    judge(copies["js"], None, ledger)
    judge(copies["python"], copies["js"], ledger)
    return time.process_time() - began


def _again(recording: Recording) -> Recording:
    """The same recording, with nothing remembered of an earlier judging."""
    fields = recording.__dataclass_fields__
    return Recording(**{name: getattr(recording, name) for name in fields})


def _bytes(recording: Recording) -> int:
    spoken = sum(len(one.request) + len(one.response) for one in recording.exchanges)
    return spoken + sum(len(one.input) + len(one.output or "") for one in recording.invocations)
