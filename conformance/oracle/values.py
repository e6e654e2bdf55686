"""Values of which a part may not be known from the scenario alone.

`UNKNOWN` stands for what is the SDK's or the service's business: a callback's id, an error's wrapper, the
number of the invocation. An expression that reads something unknown is unknown itself; what does not read it
stays predictable, so `{"t": {"$eval": "e.type"}, "w": {"$eval": "e.wrapper"}}` is known but for `w`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jsone  # type: ignore[import-untyped]  # it ships no types

from conformance.oracle.unknown import UNKNOWN, is_known
from conformance.scenario.expressions import ExpressionError, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.oracle.callbacks import Created
    from conformance.oracle.flow import Failure


__all__ = ["ODD", "UNKNOWN", "Scope", "compute", "is_known", "is_odd"]


@dataclass(frozen=True)
class OneOf:
    """A value that SDKs may write in either of these ways."""

    values: tuple[Any, ...]


ODD = "a value that JSON can't say is treated by each SDK in its own way"
"""Why nothing follows from an odd value."""

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_WORD = re.compile(r"[A-Za-z_]\w*")
_INTERPOLATION = "${"


def is_odd(expression: Any) -> bool:
    """Whether a template stands for a value that JSON can't say."""
    return isinstance(expression, dict) and expression.keys() == {"odd"}


@dataclass
class Scope:
    """The names a statement sees: their values and, for caught errors and callbacks, what is behind them."""

    values: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    callbacks: dict[str, Created] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)  # shared by all copies

    def copy(self) -> Scope:
        """What a child's or branch's body sees: it gives values out by its result only."""
        return Scope(dict(self.values), dict(self.failures), dict(self.callbacks), self.refused)

    def with_values(self, **more: Any) -> Scope:
        """A copy with more names in it."""
        inner = self.copy()
        inner.values.update(more)
        return inner

    def bind(self, name: str | None, value: Any) -> None:
        """Give a value the name of `as`, if there is one."""
        if name is not None:
            self.values[name] = value
            self.failures.pop(name, None)
            self.callbacks.pop(name, None)


def compute(expression: Any, scope: Scope) -> Any:
    """An expression's value, `UNKNOWN` wherever it can't be told from the scenario.

    An expression that fails counts as unknown as well: it ends the run as a harness fault, said elsewhere.
    One that our subset refuses though JSON-e computes it is noted: the two harnesses need not agree on it.
    """
    if is_odd(expression):
        return UNKNOWN
    if isinstance(expression, list):
        return [compute(item, scope) for item in expression]
    if isinstance(expression, dict) and not any(_special(key) for key in expression):
        return {key: compute(item, scope) for key, item in expression.items()}
    if isinstance(expression, dict) or (isinstance(expression, str) and _INTERPOLATION in expression):
        return _evaluated(expression, scope)
    return expression


def _evaluated(expression: Any, scope: Scope) -> Any:
    if any(_reads_unknown(code, scope) for code in _strings(expression)):
        return UNKNOWN
    known = {name: _pruned(scope.values[name]) for name in _mentioned(expression, scope)}
    try:
        return evaluate(expression, known)
    except ExpressionError as refusal:
        if _computes(expression, known):
            scope.refused.append(f"{expression!r}: {refusal}")
        return UNKNOWN


def _mentioned(expression: Any, scope: Scope) -> Iterator[str]:
    """The names in scope that an expression can read: every word of it that is one, quoted or not."""
    words = {word for code in _strings(expression) for word in _WORD.findall(code)}
    return (name for name in words if scope.values.get(name, UNKNOWN) is not UNKNOWN)


def _computes(expression: Any, known: dict[str, Any]) -> bool:
    """Whether JSON-e itself gives a value: a harness went on with what the other need not agree on."""
    try:
        jsone.render(expression, known)
    except Exception:  # noqa: BLE001 - whatever it is, the harness met it too and the run says so
        return False
    return True


def _special(key: str) -> bool:
    return key.startswith("$") or _INTERPOLATION in key


def _strings(expression: Any) -> list[str]:
    if isinstance(expression, str):
        return [expression]
    if isinstance(expression, dict):
        return [text for key, item in expression.items() for text in (key, *_strings(item))]
    if isinstance(expression, list):
        return [text for item in expression for text in _strings(item)]
    return []


def _reads_unknown(code: str, scope: Scope) -> bool:
    """Whether code mentions a name that is unknown there; a word that is no name reads nothing."""
    for name in _NAME.findall(_QUOTED.sub("", code)):
        head, *rest = name.split(".")
        if head not in scope.values:
            continue
        value = scope.values[head]
        for part in rest:
            if not isinstance(value, dict) or part not in value:
                break
            value = value[part]
        if not is_known(value):
            return True
    return False


def _pruned(value: Any) -> Any:
    """A value without its unknown parts, which the expression at hand does not read."""
    if isinstance(value, dict):
        return {key: _pruned(item) for key, item in value.items() if item is not UNKNOWN}
    if isinstance(value, list):
        return [None if item is UNKNOWN else _pruned(item) for item in value]
    return value
