"""Expressions that would compute without an end, seen without a run: refused at once, in little memory.

Where only a run shows their size, both harnesses and the judge end them: tests/harness/test_endless.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MOST = 300_000
"""Kilobytes that the process may take."""

MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=2)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""
SMALL = (sys.executable, "-I", "-S", "-c", MEASURED)
"""Runs a command from a process that is small itself: a fork counts as large as what it was forked from."""

RANGE = {"$eval": "range(0, 1000000000)"}
ROWS: dict[str, Any] = {
    "range": RANGE,
    "repeat": {"$eval": "repeat('x', 1000000000)"},
    "join": {"$eval": "join(range(0, 400000), repeat('x', 60))"},
    "map-in-map": {
        "$map": {"$eval": "range(0, 2000)"},
        "each(i)": {"$map": {"$eval": "range(0, 2000)"}, "each(j)": {"$eval": "i + j"}},
    },
    "reduce": {"$reduce": {"$eval": "range(0, 40)"}, "initial": "ab", "each(a, b)": {"$eval": "a + a"}},
    "condition": {"$if": "len(range(0, 1000000000)) > 1", "then": 1},
}


@pytest.mark.parametrize("name", ROWS)
def test_what_can_be_seen_without_a_run_is_refused_before_one(name: str, tmp_path: Path) -> None:
    document = {
        "title": name,
        "covers": ["step-result-checkpointed"],
        "handler": [{"step": {"name": "one", "returns": 1}}, {"return": ROWS[name]}],
        "expect": {"status": "SUCCEEDED"},
    }
    (tmp_path / f"{name}.yaml").write_text(json.dumps(document), encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own words
        [*SMALL, sys.executable, "-m", "conformance", "validate", str(tmp_path / f"{name}.yaml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 2, done.stderr
    assert "at most" in done.stderr
    assert "Traceback" not in done.stderr
    assert int(done.stdout) < MOST
