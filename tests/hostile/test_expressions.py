"""Expressions that would compute without an end: refused at once, or ended in every process that computes.

Each row is a value that a scenario returns. What the lab can see without a run is refused before one. Where
the size is known only once a step has given it, both harnesses and the judge meet it, and each ends it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TIMES = 40
MOST = 300_000
"""Kilobytes that no process of the suite and no subject may take."""


def doubled(first: Any, template: Any) -> list[Any]:
    """Statements that double a value as often as that."""
    return [{"let": {"x": first}}, *({"let": {"x": template}} for _ in range(TIMES))]


@dataclass(frozen=True)
class Row:
    """`size` is what the step gives, and stands in the template as `s`."""

    template: Any
    size: int = 1
    before: tuple[Any, ...] = ()
    used_up: str = "steps"


def nested(count: int) -> Any:
    inner = {"$map": {"$eval": "range(0, s)"}, "each(j)": {"$eval": "i + j"}}
    return Row({"$map": {"$eval": "range(0, s)"}, "each(i)": inner}, count)


X = {"$eval": "x"}
ROWS: dict[str, Row] = {
    "range": Row({"$eval": "range(0, s)"}, 1_000_000_000),
    "repeat": Row({"$eval": "repeat('x', s)"}, 1_000_000_000, used_up="bytes"),
    "join": Row({"$eval": "len(join(range(0, s), repeat('x', 60)))"}, 400_000, used_up="bytes"),
    "map-in-map": nested(2_000),
    "reduce": Row(
        {"$reduce": {"$eval": "range(0, s)"}, "initial": "ab", "each(a, b)": {"$eval": "a + a"}},
        TIMES,
        used_up="bytes",
    ),
    "doubled-text": Row(X, before=tuple(doubled("ab", {"$eval": "x + x"})), used_up="bytes"),
    "doubled-by-template": Row(X, before=tuple(doubled("ab", "${x}${x}")), used_up="bytes"),
    "doubled-list": Row(X, before=tuple(doubled([1], [X, X]))),
}


def written(folder: Path, name: str, row: Row, *, known: bool) -> None:
    """Write the scenario; where the size is `known`, it is said in the expression itself."""
    given = [{"let": {"s": row.size}}] if known else []
    step = {"step": {"name": "size", "returns": row.size, "as": "given" if known else "s"}}
    handler = [*given, step, *row.before, {"return": row.template}]
    document = {"title": name, "covers": ["step-result-checkpointed"], "handler": handler}
    (folder / f"{name}.yaml").write_text(
        json.dumps(document | {"expect": {"status": "SUCCEEDED"}}), encoding="utf-8"
    )


def ran(*words: str) -> tuple[int, str, int]:
    """How a command ends, what it says, and the kilobytes that it and what it waited for took at most."""
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "conformance", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    with process.stdout:
        told = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, told, used.ru_maxrss


@pytest.mark.parametrize("name", ["range", "repeat", "map-in-map", "reduce"])
def test_what_can_be_seen_without_a_run_is_refused_before_one(name: str, tmp_path: Path) -> None:
    row = ROWS[name]
    literal = json.loads(json.dumps(row.template).replace("s)", f"{row.size})"))
    written(tmp_path, name, Row(literal, row.size), known=True)
    code, told, memory = ran("validate", str(tmp_path / f"{name}.yaml"))
    assert code == 2
    assert "at most" in told
    assert "Traceback" not in told
    assert memory < MOST


def test_what_only_a_run_shows_ends_in_every_process_and_is_the_scenarios(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios" / "hostile"
    folder.mkdir(parents=True)
    for name, row in ROWS.items():
        written(folder, name, row, known=False)
    report = tmp_path / "report.json"
    code, told, memory = ran("run", "--scenarios", str(folder.parent), "--json", str(report))
    assert code == 2, told
    assert "Traceback" not in told
    results = json.loads(report.read_text(encoding="utf-8"))["results"]
    assert len(results) == 2 * len(ROWS)
    for result in results:
        used_up = ROWS[result["scenario"].removeprefix("hostile/")].used_up
        (finding,) = result["findings"]
        assert (result["verdict"], finding["rule"], finding["blame"]) == (
            "scenario-error",
            "expression-fails",
            "scenario",
        ), result
        assert f"the {used_up} " in finding["message"], finding
    assert memory < MOST
