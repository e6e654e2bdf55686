"""Classes of values: what a value is an example of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.quality.coverage.domains import ABSENT, COMPUTED
from conformance.scenario import statements as s
from conformance.scenario.expressions import evaluate
from conformance.scenario.syntax import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Sized

LONG_NAME = 200
"""A name may have 256 characters; what stands in some operations has theirs and some more."""
LARGE = 2**31
"""From here on a number does not fit into what many languages take for one."""


def class_of(template: Any, given: Any) -> str:
    """The class of an expression's value; `given` is the execution's input, all that may be read of it."""
    if template is s.ABSENT:
        return ABSENT
    try:
        return class_of_value(evaluate(template, {"input": None if given is s.ABSENT else given}))
    except ExpressionError:
        return COMPUTED


def class_of_value(value: Any) -> str:
    """The class of a JSON value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _of_number(value)
    if isinstance(value, str):
        if len(value) >= LONG_NAME and value.isascii():
            return "long text"
        return "empty text" if not value else "text" if value.isascii() else "not ASCII"
    kind = "list" if isinstance(value, list) else "object"
    return kind if value else f"empty {kind}"


def _of_number(value: float) -> str:
    if value != int(value):
        return "fraction"
    if value < 0:
        return "negative"
    if value in (0, 1):
        return ("zero", "one")[int(value)]
    return "large integer" if value >= LARGE else "integer"


def many(things: Sized) -> str:
    """How many there are."""
    return {0: ABSENT, 1: "one"}.get(len(things), "several")
