"""The vectors of `conformance/protocol/vectors.json`: every walk gives what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.protocol.schemas import VECTORS as VECTORS_FILE
from conformance.scenario import evaluation
from python_sdk import expressions, values
from tests.harness.subjects import JS, installed
from tests.harness.walks import LIMITS, Node, in_judge, in_python, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.walks import Answer

ROOT = Path(__file__).parents[2]
FILE = json.loads(VECTORS_FILE.read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = FILE["vectors"]
FAILURES = {"ExpressionError": "value", "BudgetError": "budget"}


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    running = Node()
    yield running
    running.close()


def kept(vector: dict[str, Any], answer: Answer) -> bool:
    if "failure" in vector:
        return "failure" in answer and FAILURES.get(answer["failure"]) == vector["failure"]
    return "value" in answer and same(answer["value"], vector["value"])


def differing(walk: Any) -> list[str]:
    found = []
    for number, vector in enumerate(VECTORS):
        before = json.dumps(vector)
        answer = walk(vector["tree"], vector["scope"], vector.get("limits"))
        if not kept(vector, answer) or json.dumps(vector) != before:
            found.append(f"{number}, {vector['about']}: {before[:300]} came to {str(answer)[:200]}")
    return found


def test_the_judge() -> None:
    assert differing(in_judge) == []


def test_the_python_harness() -> None:
    assert differing(in_python) == []


def test_the_javascript_harness(node: Node) -> None:
    assert differing(node.evaluate) == []


IN_PYTHON = """
import json, sys, time
from tests.harness import walks
vectors = json.load(sys.stdin)
began = time.process_time()
for vector in vectors:
    assert getattr(walks, sys.argv[1])(vector["tree"], vector["scope"])["failure"] == "BudgetError", vector
print(time.process_time() - began)
print(open("/proc/self/status").read())
"""

IN_NODE = """
import { readFileSync } from "node:fs";
const { Budget } = await import(`${process.cwd()}/js_harness/budget.mjs`);
const { evaluate } = await import(`${process.cwd()}/js_harness/expressions.mjs`);
const { vectors, limits } = JSON.parse(readFileSync(0));
const began = process.cpuUsage();
for (const { tree, scope } of vectors) {
  let failure;
  try {
    evaluate(tree, scope, new Budget(limits));
  } catch (error) {
    failure = error.name;
  }
  if (failure !== "BudgetError") {
    throw new Error(JSON.stringify(tree));
  }
}
const spent = process.cpuUsage(began);
console.log((spent.user + spent.system) / 1e6);
console.log(readFileSync("/proc/self/status", "utf8"));
"""
SHORT, MEMORY = 30.0, 300_000
"""Seconds of CPU that all trees without end may take together, and kilobytes that the process may have."""


@pytest.mark.parametrize("walk", ["in_judge", "in_python", "node"])
def test_what_has_no_end_ends_soon_and_within_300_megabytes(walk: str) -> None:
    endless = [vector for vector in VECTORS if vector.get("failure") == "budget" and "limits" not in vector]
    assert len(endless) >= 15
    if walk == "node":
        command = [installed(JS).command[0], "--input-type=module", "-e", IN_NODE]
        given: Any = {"vectors": endless, "limits": LIMITS}
    else:
        command, given = [sys.executable, "-c", IN_PYTHON, walk], endless
    done = subprocess.run(  # noqa: S603 - our own code
        command, input=json.dumps(given), capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    seconds, status = done.stdout.split("\n", 1)
    [peak] = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    assert float(seconds) < SHORT
    assert peak < MEMORY


def test_they_cover_the_contract() -> None:
    assert FILE["limits"] == LIMITS
    assert len(VECTORS) >= 300
    told = [json.dumps(vector["tree"]) for vector in VECTORS]
    kinds = {*values.BINARY, *values.UNARY, *expressions.KINDS} - {"non_json"}
    assert {kind for kind in kinds if not any(f"[{json.dumps(kind)}" in tree for tree in told)} == set()
    functions = {*values.FUNCTIONS, "defined"}
    assert {name for name in functions if not any(f'["call", "{name}"' in tree for tree in told)} == set()


def test_the_judge_knows_the_same_kinds() -> None:
    assert {*values.BINARY, *values.UNARY, *expressions.KINDS} == evaluation.KINDS
    assert {*values.FUNCTIONS, "defined"} == evaluation.FUNCTIONS
