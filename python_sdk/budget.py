"""How much an expression may compute: the lab says so with the program, docs/values.md what costs what."""

from __future__ import annotations

from typing import Any


class ExpressionError(Exception):
    """An expression that means nothing for the values that it met."""


class BudgetError(ExpressionError):
    """An expression that computes more than it may."""


class Budget:
    """Steps, and bytes of text, that are left; `depth` is how deep a value may be nested."""

    def __init__(self, limits: dict[str, int]) -> None:
        """Begin with the limits `steps`, `bytes` and `depth`."""
        self.limits = limits
        self.steps = limits["steps"]
        self.bytes = limits["bytes"]

    def step(self, count: int = 1) -> None:
        """Spend steps."""
        self.steps -= count
        if self.steps < 0:
            raise BudgetError("the steps that expressions may take are used up")

    def byte(self, count: int) -> None:
        """Spend bytes of text."""
        self.bytes -= count
        if self.bytes < 0:
            raise BudgetError("the bytes of text that expressions may handle are used up")

    def depth(self, depth: int) -> None:
        """Go that deep into a value."""
        if depth > self.limits["depth"]:
            raise BudgetError("a value is nested deeper than values may be")


class Total:
    """What is left for all expressions of an invocation, of which each may take so much."""

    def __init__(self, evaluation: dict[str, int], invocation: dict[str, int]) -> None:
        """Begin with all of it."""
        self._each = evaluation
        self._steps = invocation["steps"]
        self._bytes = invocation["bytes"]

    def one(self) -> Budget:
        """What the next expression may take."""
        left = {
            "steps": min(self._each["steps"], self._steps),
            "bytes": min(self._each["bytes"], self._bytes),
        }
        return Budget(self._each | left)

    def take(self, budget: Budget) -> None:
        """Take off what an expression has taken."""
        self._steps -= budget.limits["steps"] - max(budget.steps, 0)
        self._bytes -= budget.limits["bytes"] - max(budget.bytes, 0)


def size(text: str) -> int:
    """The bytes of a text as UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def measured(value: Any, limits: dict[str, int]) -> Any:
    """The value, if it is within the limits, counted anew: one that doubles a list over and over is not."""
    budget = Budget(limits)
    rest = [(value, 1)]
    while rest:
        item, depth = rest.pop()
        budget.step()
        if isinstance(item, str):
            budget.byte(size(item))
        elif isinstance(item, list | dict):
            budget.depth(depth)
            if isinstance(item, dict):
                budget.byte(sum(map(size, item)))
            if len(item) + len(rest) > budget.steps:
                budget.step(len(item) + len(rest))
            rest += [(each, depth + 1) for each in (item if isinstance(item, list) else item.values())]
    return value
