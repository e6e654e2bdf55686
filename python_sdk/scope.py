"""What is in scope where a statement runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn

from python_sdk import expressions, values
from python_sdk.budget import BudgetError, ExpressionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from python_sdk.budget import Total
    from python_sdk.lab import Lab


LONGEST = 4000
"""Characters of a value that are told."""


@dataclass(frozen=True)
class Run:
    """One invocation: what was asked for, and the way to the lab."""

    lab: Lab
    function: str
    statements: list[dict[str, Any]]
    invocation: int
    budget: Total
    context: Any = None  # the execution's own; None in a plain function

    @property
    def place(self) -> str:
        """Where the function's statements are in the scenario's document."""
        return "handler" if self.function == "scenario" else f"functions/{self.function}"


@dataclass(frozen=True)
class Scope:
    """Variables, and what stands behind some of them: caught errors, batch results, callbacks.

    `indexes` are the map or parallel branches and the with_retry attempts that lead here, outermost first.
    """

    run: Run
    values: dict[str, Any]
    errors: dict[str, BaseException] = field(default_factory=dict)
    batches: dict[str, Any] = field(default_factory=dict)
    callbacks: dict[str, Any] = field(default_factory=dict)
    indexes: tuple[int, ...] = ()

    def copy(self, *index: int) -> Scope:
        """A scope of its own for a body: what is bound there is not seen here."""
        return replace(
            self,
            values=dict(self.values),
            errors=dict(self.errors),
            batches=dict(self.batches),
            callbacks=dict(self.callbacks),
            indexes=(*self.indexes, *index),
        )

    def bind(self, name: str | None, value: Any) -> None:
        """Put a variable in scope, in the place of what had its name; nothing when it has no name."""
        if name is None:
            return
        for other in (self.errors, self.batches, self.callbacks):
            other.pop(name, None)
        self.values[name] = values.whole(value)

    def holds(self, tree: Any, at: str, extra: Mapping[str, Any] | None = None) -> bool:
        """Whether the condition that the tree is holds."""
        return bool(self.evaluate(["!", ["!", tree]], at, extra))

    def evaluate(self, tree: Any, at: str, extra: Mapping[str, Any] | None = None) -> Any:
        """The tree's value; one that fails ends the run, past SDK and user code."""
        names = {**self.values, **values.whole(dict(extra))} if extra else self.values
        budget = self.run.budget.one()
        try:
            return expressions.evaluate(tree, names, budget)
        except ExpressionError as error:
            self._failed(tree, at, names, error)
        except Exception as error:  # noqa: BLE001 - whatever else fails in here is ours, never the user's error
            self.run.lab.stop("harness", f"evaluating {json.dumps(tree)[:LONGEST]} broke: {error!r}", at)
        finally:
            self.run.budget.take(budget)

    def _failed(self, tree: Any, at: str, names: Mapping[str, Any], error: ExpressionError) -> NoReturn:
        """Report an expression that failed, with what it read: whose fault that is, the judge says."""
        read = {name: _told(names[name]) for name in expressions.names_in(tree) if name in names}
        told = {
            "tree": tree,
            "indexes": self.indexes,
            "budget": isinstance(error, BudgetError),
            "names": read,
        }
        self.run.lab.stop("expression", str(error), at, told)


def _told(value: Any) -> str:
    """A value as JSON, or as the language writes it, cut to size."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
