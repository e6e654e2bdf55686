"""Which values of a program differ from invocation to invocation: the number itself, and what is made of it.

A template names what it uses, as admission finds out; nothing here searches texts, so a function that is
called `invocation` is a function that is called so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.scenario import enclosed
from conformance.scenario import statements as s
from conformance.scenario.expressions import admit

if TYPE_CHECKING:
    from collections.abc import Iterable

INVOCATION = "invocation"


def varying(body: Iterable[s.Statement]) -> frozenset[str]:
    """The names whose values differ between invocations: `invocation`, and what `let` makes of it."""
    lets = [
        pair
        for statement in body
        for inside in enclosed.everything(statement)
        if isinstance(inside, s.Let)
        for pair in inside.values
    ]
    names = frozenset({INVOCATION})
    while True:
        more = names | {name for name, value in lets if varies(value, names)}
        if more == names:
            return names
        names = more


def varies(template: Any, names: frozenset[str]) -> bool:
    """Whether a template uses one of these names; a field that is not given uses none."""
    return template is not s.ABSENT and any(name in names for _, name in admit(template).uses)
