"""`make fuzz`: random programs through both SDKs, with nothing that the ledger does not know.

    python -m tests.fuzz [--seed SEED] [--count N] [--keep DIR] [--faults]

The same seed gives the same programs. Each is a scenario file; with `--keep` they stay, so that one can be
run alone: `conformance run --scenarios DIR SEED/12`. With `--faults` bodies crash and the service does wrong.
A fault strikes whole requests, and what an SDK puts into one is its own business: where it struck other
updates on the two sides, both are held to the absolute rules only, and these programs are counted. So are
those whose fault never strikes after all: it is drawn from what the oracle says the program comes to.
"""

# What it prints is for the one at the terminal.
# ruff: noqa: T201

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from conformance.verdict.finding import GOOD, Verdict
from tests.fuzz.programs import program

APART = "faults-apart"
NEVER = "fault-never-strikes"
JUDGED = (1, 2)
"""Exit codes of runs whose report tells more: findings, and scenarios that ask for what never happens."""


def main() -> int:
    """Write the programs and run them."""
    parser = argparse.ArgumentParser(description="random programs through both SDKs")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=200, metavar="N")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the scenario files stay")
    parser.add_argument("--faults", action="store_true", help="with crashes and faults")
    given, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch, "programs")
        write(folder / given.seed, given.seed, given.count, faults=given.faults)
        command = [sys.executable, "-m", "conformance", "run", "--scenarios", str(folder), *more]
        if not given.faults:
            return subprocess.run(command, check=False).returncode  # noqa: S603 - our own words
        report = Path(scratch, "report.json")
        ended = subprocess.run([*command, "--json", str(report)], check=False)  # noqa: S603 - our own words
        if ended.returncode not in JUDGED or not report.is_file():
            return ended.returncode
        return judge(json.loads(report.read_text(encoding="utf-8")))


def write(folder: Path, seed: str, count: int, *, faults: bool = False) -> None:
    """Write scenario files; JSON is YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = json.dumps(program(f"{seed}/{number}", faults=faults), indent=1, ensure_ascii=False)
        (folder / f"{number}.yaml").write_text(text + "\n", encoding="utf-8")


def judge(report: dict[str, Any]) -> int:
    """The exit code of a run, from its report, where faults may strike other updates on the two sides."""
    rows = [row for row in report["results"] if row["verdict"] not in GOOD]
    never = [row for row in rows if _nothing_struck(row)]
    apart = [row for row in rows if _apart(row)]
    bad = [row for row in rows if row not in never and row not in apart]
    print(f"{len(apart)} not compared, since the faults struck other updates of the two SDKs")
    print(f"{len(never)} without a fault, since it waits for what the program never does")
    for row in bad:
        print(f"{row['verdict']}: {row['scenario']} with {row['subject']}")
    return 1 if bad else 0


def _nothing_struck(row: dict[str, Any]) -> bool:
    """Whether a random fault waited for what the random program never does."""
    rules = {finding["rule"] for finding in row["findings"]}
    return bool(row["verdict"] == Verdict.SCENARIO_ERROR and rules == {NEVER})


def _apart(row: dict[str, Any]) -> bool:
    return row["verdict"] == Verdict.DIVERGED and any(
        finding["rule"] == APART and not finding.get("divergence") for finding in row["findings"]
    )


if __name__ == "__main__":
    raise SystemExit(main())
