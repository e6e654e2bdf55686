"""`make bench`: what the suite costs, beside AWS's own runners and beside the last time.

    python -m tests.bench.speed [--jobs N] [--most N] [--only PART]

It writes `docs/bench.json` and `docs/bench.svg` and prints what changed. CPU seconds are those of all
processes of a command; on a machine that does something else, they say more than wall seconds do.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from conformance.commands.shared import positive, usual_jobs
from tests.bench import beside, breakdown, curves, plot
from tests.bench.commands import ROOT, best, conformance

REPORT = ROOT / "docs" / "bench.json"
STARTS = {
    "list": ("list",),
    "validate": ("validate",),
    "divergences": ("divergences",),
    "run of one scenario": ("run", "virtual/billable"),
}
TIMES = 5


def main() -> int:
    """Measure, write down what was measured, and tell it beside what was there."""
    parser = argparse.ArgumentParser(description="what the suite costs")
    parser.add_argument("--jobs", type=positive, default=usual_jobs(), metavar="N")
    parser.add_argument("--most", type=positive, default=300, metavar="N", help="largest program (300)")
    parser.add_argument("--only", choices=["beside", "curves", "start", "breakdown"], action="append")
    given = parser.parse_args()
    parts: dict[str, Callable[[], Any]] = {
        "start": start,
        "beside": lambda: beside.measured(given.jobs),
        "breakdown": breakdown.measured,
        "curves": lambda: curves.measured(given.most),
    }
    last = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.is_file() else {}
    told = last | {"machine": {"cores": os.cpu_count(), "python": platform.python_version()}}
    for name in given.only or parts:
        sys.stderr.write(f"{name} ...\n")
        told[name] = rounded(parts[name]())
        write(REPORT, told)
    for line in changes(last, {name: told[name] for name in given.only or parts}):
        sys.stdout.write(line + "\n")
    return 0


def start() -> dict[str, Any]:
    """CPU seconds of commands that do little; the first time of each only fills caches."""
    measured = {}
    for name, words in STARTS.items():
        _, *costs = (conformance(*words) for _ in range(TIMES + 1))
        measured[name] = best(*costs).cpu
    return measured


def write(path: Path, told: dict[str, Any]) -> None:
    """The report and, beside it, the curves as a picture."""
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if "curves" in told:
        path.with_suffix(".svg").write_text(plot.drawn(told["curves"]), encoding="utf-8")


def rounded(value: Any) -> Any:
    """Numbers to what can be trusted of them."""
    if isinstance(value, float):
        return float(f"{value:.3g}")
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list | tuple) else value


def changes(last: Any, now: Any, where: str = "") -> Iterator[str]:
    """Every number now, with what it was."""
    if isinstance(now, dict):
        for name, each in now.items():
            if name not in ("results", "points"):
                yield from changes(
                    last.get(name) if isinstance(last, dict) else None, each, f"{where}{name}: "
                )
    elif isinstance(now, float):
        was = f" (was {last:g})" if isinstance(last, int | float) else ""
        yield f"{where}{now:g}{was}"


if __name__ == "__main__":
    sys.exit(main())
