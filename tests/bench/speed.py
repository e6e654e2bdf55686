"""`make bench`: how fast the suite is, beside a loop that says how fast this machine is just now.

    python -m tests.bench.speed [--jobs N] [--rounds N] [PATTERN...]

It prints JSON. `ratio` is what one scenario through both SDKs costs in rounds of the loop, by wall clock: of
two machines, or of two days, it compares better than seconds do. The first run only warms up.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LOOPS = 300
DOCUMENT = [{"Id": str(number), "Type": "STEP", "Payload": "x" * 100} for number in range(100)]


def main() -> int:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description="how fast the suite is")
    parser.add_argument("--jobs", type=int, default=4, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    given = parser.parse_args()
    run(given.jobs, given.patterns)
    rounds = []
    for _ in range(given.rounds):
        loop = baseline()
        seconds, report = run(given.jobs, given.patterns)
        scenarios = report["totals"]["scenarios"]
        rounds.append(
            {
                "scenarios": scenarios,
                "seconds": round(seconds, 2),
                "scenarios_per_second": round(scenarios / seconds, 2),
                "ratio": round(seconds / scenarios / loop, 1),
                "held_seconds": report["totals"]["held_seconds"],
            }
        )
    best = max(rounds, key=lambda one: one["scenarios_per_second"])
    told = {"cores": os.cpu_count(), "jobs": given.jobs, "best": best, "rounds": rounds}
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 0


def run(jobs: int, patterns: list[str]) -> tuple[float, dict[str, Any]]:
    """Seconds of the whole command, its start included, and its report."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        command = [
            sys.executable,
            "-m",
            "conformance",
            "run",
            "--jobs",
            str(jobs),
            "--json",
            str(path),
            *patterns,
        ]
        began = time.monotonic()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 (our own words)
        seconds = time.monotonic() - began
        return seconds, json.loads(path.read_text(encoding="utf-8"))


def baseline() -> float:
    """Seconds of one round of what the suite mostly does, JSON and hashes, by one core."""
    began = time.monotonic()
    for _ in range(LOOPS):
        text = json.dumps(DOCUMENT)
        hashlib.sha256(text.encode()).hexdigest()
        json.loads(text)
    return (time.monotonic() - began) / LOOPS


if __name__ == "__main__":
    sys.exit(main())
