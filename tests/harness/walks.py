"""The three walks over trees, each giving {value} or {failure, message}: the judge's, and each harness's."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.scenario import budget as judges
from conformance.scenario import evaluation
from conformance.scenario.syntax import ExpressionError as JudgesError
from conformance.scenario.trees import Tree
from python_sdk import expressions
from python_sdk.budget import Budget, ExpressionError
from python_sdk.values import equal
from tests.harness.subjects import JS, installed

LIMITS = asdict(judges.EVALUATION)
Answer = dict[str, Any]


class Node:
    """The JavaScript harness's walk, in a process that stays."""

    def __init__(self) -> None:
        subject = installed(JS)
        self._process = subprocess.Popen(  # noqa: S603 - the subject's own Node
            [subject.command[0], str(Path(__file__).parent / "evaluator.mjs")],
            env=subject.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def evaluate(self, tree: Tree, scope: dict[str, Any], limits: dict[str, int] | None = None) -> Answer:
        """Evaluate one tree."""
        assert self._process.stdin
        assert self._process.stdout
        asked = {"tree": tree, "scope": scope, "limits": limits or LIMITS}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer: Answer = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()


def in_python(tree: Tree, scope: dict[str, Any], limits: dict[str, int] | None = None) -> Answer:
    """Evaluate one tree with the Python harness's walk."""
    try:
        return {"value": expressions.evaluate(tree, scope, Budget(limits or LIMITS))}
    except ExpressionError as error:
        return {"failure": type(error).__name__, "message": str(error)}


def in_judge(tree: Tree, scope: dict[str, Any], limits: dict[str, int] | None = None) -> Answer:
    """Evaluate one tree with the judge's walk."""
    try:
        return {"value": evaluation.value(tree, scope, judges.Budget(judges.Limits(**(limits or LIMITS))))}
    except JudgesError as error:
        return {"failure": type(error).__name__, "message": str(error)}


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, as the contract has it."""
    return equal(one, other, Budget(LIMITS | {"steps": 10**9, "bytes": 10**9}))
