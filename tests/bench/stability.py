"""`make stability`: every scenario many times under each disturbance, with one and the same stream.

    python -m tests.bench.stability [--repeat N] [PATTERN...]

Each setting is a run of the command, so what is measured is what users run. It ends with a table, and with
exit code 1 if any repeat wrote another stream, or anything else was found that the ledger does not know.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.report.text import table
from conformance.verdict.stability import RACES, UNSTABLE
from tests.bench.busy import busy


@dataclass(frozen=True)
class Setting:
    """One way to disturb a run."""

    name: str
    options: tuple[str, ...]
    busy: bool = False

    def around(self) -> AbstractContextManager[None]:
        """What goes on while it runs."""
        return busy() if self.busy else nullcontext()


SETTINGS = (
    Setting("one at a time, in file order", ("--jobs", "1")),
    Setting("four at a time, reversed", ("--jobs", "4", "--order", "reversed")),
    Setting("four at a time, answers delayed", ("--jobs", "4", "--delays", "1")),
    Setting("four at a time, all cores busy", ("--jobs", "4"), busy=True),
)


def main() -> int:
    """Run every setting, and say what came of each."""
    parser = argparse.ArgumentParser(description="every scenario many times under each disturbance")
    parser.add_argument("--repeat", type=int, default=20, metavar="N")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    given = parser.parse_args()
    rows: list[tuple[str, ...]] = [("setting", "scenarios", "runs", "unstable", "unexpected", "exit code")]
    codes = []
    for setting in SETTINGS:
        sys.stdout.write(f"== {setting.name}\n")
        sys.stdout.flush()
        code, report = run(setting, given.repeat, given.patterns)
        codes.append(code)
        rows.append((setting.name, *measured(report, given.repeat), str(code)))
    sys.stdout.write("\n" + "\n".join(table(rows)) + "\n")
    return 1 if any(codes) else 0


def run(setting: Setting, repeat: int, patterns: list[str]) -> tuple[int, dict[str, Any]]:
    """Run the command under one setting; gives its exit code and its JSON report."""
    with tempfile.TemporaryDirectory() as folder, setting.around():
        path = Path(folder) / "report.json"
        options = [*setting.options, "--repeat", str(repeat), "--json", str(path), *patterns]
        done = subprocess.run([sys.executable, "-m", "conformance", "run", *options], check=False)  # noqa: S603
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    return done.returncode, json.loads(text or '{"results": [], "totals": {"scenarios": 0}}')


def measured(report: dict[str, Any], repeat: int) -> tuple[str, ...]:
    """Scenarios, runs, unstable findings and those that nobody expects."""
    findings = [finding for result in report["results"] for finding in result["findings"]]
    unstable = sum(finding["rule"] in (UNSTABLE, RACES) for finding in findings)
    unexpected = sum(finding["divergence"] is None for finding in findings) - unstable
    runs = len(report["results"]) * repeat
    return str(report["totals"]["scenarios"]), str(runs), str(unstable), str(unexpected)


if __name__ == "__main__":
    sys.exit(main())
