"""The vectors of `conformance/protocol/vectors.json`: every walk gives what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from conformance.protocol.schemas import VECTORS as VECTORS_FILE
from conformance.scenario import evaluation
from python_sdk import expressions, values
from tests.harness.walks import LIMITS, Node, in_judge, in_python, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.walks import Answer

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
