"""`make fuzz`: random programs through both SDKs, with nothing that the ledger does not know.

    python -m tests.fuzz [--seed SEED] [--count N] [--keep DIR]

The same seed gives the same programs. Each is a scenario file; with `--keep` they stay, so that one can be
run alone: `conformance run --scenarios DIR SEED/12`. What comes of it is the command's exit code.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.programs import program


def main() -> int:
    """Write the programs and run them."""
    parser = argparse.ArgumentParser(description="random programs through both SDKs")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=200, metavar="N")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the scenario files stay")
    given, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        write(folder / given.seed, given.seed, given.count)
        command = [sys.executable, "-m", "conformance", "run", "--scenarios", str(folder), *more]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own words


def write(folder: Path, seed: str, count: int) -> None:
    """Write scenario files; JSON is YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = json.dumps(program(f"{seed}/{number}"), indent=1, ensure_ascii=False)
        (folder / f"{number}.yaml").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
