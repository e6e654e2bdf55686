"""How much computing a scenario may ask for: one place, for the lab, the judge and every harness.

Steps are nodes that are evaluated and items that are looked at, bytes are those of texts (as UTF-8) that are
read or made. docs/values.md says what costs what, so that all walks end at the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.scenario.syntax import ExpressionError


@dataclass(frozen=True)
class Limits:
    """What may be spent, and how deep a value may be nested."""

    steps: int
    bytes: int
    depth: int = 200


EVALUATION = Limits(1_000_000, 16 * 1024 * 1024)
"""For evaluating one tree; the value that comes of it is held to the same, counted anew."""

INVOCATION = Limits(4_000_000, 64 * 1024 * 1024)
"""For all trees of one invocation in a harness, and of one execution where it is judged."""

NAMING = Limits(10_000, 100_000)
"""For a name that is computed while a scenario is admitted, over and over: beyond it is taken for unknown."""


LEAST = (
    f"at most {EVALUATION.steps} steps and {EVALUATION.bytes} bytes an expression, "
    f"{INVOCATION.steps} and {INVOCATION.bytes} an invocation"
)
"""What to keep to."""


class BudgetError(ExpressionError):
    """An expression that computes more than it may: the scenario's fault, whatever the values are."""


class Budget:
    """What is left of one evaluation's limits."""

    def __init__(self, limits: Limits = EVALUATION) -> None:
        """Begin with all of it."""
        self.limits = limits
        self.steps = limits.steps
        self.bytes = limits.bytes

    def step(self, count: int = 1) -> None:
        """Spend steps.

        Raises:
            BudgetError: They are not left.
        """
        self.steps -= count
        if self.steps < 0:
            raise BudgetError("the steps that expressions may take are used up", LEAST)

    def byte(self, count: int) -> None:
        """Spend bytes of text.

        Raises:
            BudgetError: They are not left.
        """
        self.bytes -= count
        if self.bytes < 0:
            raise BudgetError("the bytes of text that expressions may handle are used up", LEAST)

    def depth(self, depth: int) -> None:
        """Go that deep into a value.

        Raises:
            BudgetError: It is nested deeper than values may be.
        """
        if depth > self.limits.depth:
            raise BudgetError("a value is nested deeper than values may be", f"at most {self.limits.depth}")


class Total:
    """What is left of the limits for many evaluations."""

    def __init__(self, limits: Limits = INVOCATION) -> None:
        """Begin with all of it."""
        self.steps = limits.steps
        self.bytes = limits.bytes

    def one(self) -> Budget:
        """A budget for the next evaluation: its own limits, or what is left."""
        return Budget(
            Limits(min(EVALUATION.steps, self.steps), min(EVALUATION.bytes, self.bytes), EVALUATION.depth)
        )

    def take(self, budget: Budget) -> None:
        """Take off what an evaluation has spent."""
        self.steps -= budget.limits.steps - max(budget.steps, 0)
        self.bytes -= budget.limits.bytes - max(budget.bytes, 0)


def size(text: str) -> int:
    """The bytes of a text as UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def measured(value: Any, limits: Limits) -> Any:
    """The value, if it is within the limits: what holds a list twice over and over outgrows any memory.

    Raises:
        BudgetError: It has too many parts, too much text, or is too deep.
    """
    budget = Budget(limits)
    rest = [(value, 1)]
    while rest:
        item, depth = rest.pop()
        budget.step()
        if isinstance(item, str):
            budget.byte(size(item))
        elif isinstance(item, (list, dict)):
            budget.depth(depth)
            if isinstance(item, dict):
                budget.byte(sum(map(size, item)))
            if len(item) + len(rest) > budget.steps:
                budget.step(len(item) + len(rest))
            rest += [(each, depth + 1) for each in (item if isinstance(item, list) else item.values())]
    return value
