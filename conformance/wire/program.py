"""What can be known of a program beside its run: which contexts are virtual, how many branches.

Fields of a statement may be expressions. Those over nothing but `input` and `invocation` can be worked out
here; for others only the run can tell, and the answer is None: nobody knows, so nobody may conclude anything
from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.scenario import enclosed
from conformance.scenario import statements as s
from conformance.scenario.budget import Total
from conformance.scenario.evaluation import value
from conformance.scenario.syntax import ExpressionError
from conformance.scenario.trees import compiled
from conformance.scenario.unknown import UNKNOWN, is_known
from conformance.wire.positions import Body, Role, Slot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.scenario.model import Scenario
    from conformance.scenario.trees import Tree

FEWEST_BRANCHES = 16
"""How many branches of a batch are tried when nothing tells their number."""


@dataclass(frozen=True)
class Program:
    """One function's body; `branches` has the highest branch index that the run showed of each batch."""

    body: Body
    input: Any = s.ABSENT
    invocations: int = 1
    branches: Mapping[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)
    _budget: Total = field(default_factory=Total, compare=False, repr=False)
    _known: dict[int, Any] = field(
        default_factory=dict, compare=False, repr=False
    )  # by id, of the body's own

    def known(self, expr: Any) -> Any:
        """Work out an expression; `UNKNOWN` if it takes more than the input or varies over invocations."""
        if not _computed(expr):
            return expr
        if id(expr) not in self._known:
            self._known[id(expr)] = self._evaluated(compiled(expr))
        return self._known[id(expr)]

    def _evaluated(self, tree: Tree) -> Any:
        given = {} if self.input is s.ABSENT else {"input": self.input}
        values = []
        for invocation in range(1, self.invocations + 1):
            budget = self._budget.one()
            try:
                values.append(value(tree, {**given, "invocation": invocation}, budget))
            except ExpressionError:  # whatever it lacks, it can't be known here
                return UNKNOWN
            finally:
                self._budget.take(budget)
        return values[0] if all(is_known(one) and one == values[0] for one in values) else UNKNOWN

    def virtual(self, slot: Slot) -> bool | None:
        """Whether a slot's operation is a virtual context; None if that depends on the run."""
        match slot.role, slot.statement:
            case Role.OWN, s.Child(virtual=flag) | s.WithRetry(virtual=flag):
                wanted: Any = True
            case Role.BRANCH, s.Map(nesting=flag) | s.Parallel(nesting=flag):
                wanted = "FLAT"
            case _:
                return False
        if flag is s.ABSENT:
            return False
        value = self.known(flag)
        return None if value is UNKNOWN else bool(value == wanted)

    def branch_count(self, statement: s.Map | s.Parallel, indexes: tuple[int, ...]) -> int:
        """Give how many branches a batch has, or a number not below what the run showed of it."""
        if isinstance(statement, s.Parallel):
            return len(statement.branches)
        items = self.known(statement.items)
        if isinstance(items, list):
            return len(items)
        return max(self.branches.get((statement.at, indexes), -1) + 1, FEWEST_BRANCHES)

    def concurrent(self, statement: s.Statement) -> bool:
        """Whether a statement may run more than one branch at once; where it can't be known, it may."""
        if not isinstance(statement, s.Map | s.Parallel):
            return False
        if isinstance(statement, s.Parallel):
            count: Any = len(statement.branches)
        else:
            items = self.known(statement.items)
            count = len(items) if isinstance(items, list) else FEWEST_BRANCHES
        limit = statement.max_concurrency
        at_once = UNKNOWN if limit is s.ABSENT else self.known(limit)
        return bool(count > 1 and at_once != 1)


def branch_body(statement: s.Map | s.Parallel, index: int) -> Body:
    """Give the statements of one branch; none for an index that a parallel does not have."""
    if isinstance(statement, s.Map):
        return statement.do
    return statement.branches[index].do if index < len(statement.branches) else ()


def statements_within(body: Body) -> list[s.Statement]:
    """List every statement of a body and of all that it encloses."""
    return [inside for statement in body for inside in enclosed.everything(statement)]


def function_body(scenario: Scenario, function: str, *, main: bool) -> Body:
    """Give the handler that an execution runs; none for a function the scenario does not have."""
    if main:
        return scenario.handler
    target = scenario.functions.get(function)
    return target.handler if target else ()


def _computed(expr: Any) -> bool:
    if isinstance(expr, str):
        return "${" in expr
    if isinstance(expr, list):
        return any(map(_computed, expr))
    if isinstance(expr, dict):
        return any(key.startswith("$") or "${" in key or _computed(value) for key, value in expr.items())
    return False
