"""Values of which a part may not be known from the scenario alone.

`UNKNOWN` stands for what is the SDK's or the service's business: a callback's id, an error's wrapper, the
number of the invocation. An expression that reads something unknown is unknown itself; what does not read it
stays predictable, so `{"t": {"$eval": "e.type"}, "w": {"$eval": "e.wrapper"}}` is known but for `w`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.scenario.budget import Total
from conformance.scenario.evaluation import value
from conformance.scenario.syntax import ExpressionError
from conformance.scenario.trees import NON_JSON, compiled
from conformance.scenario.unknown import UNKNOWN, is_known
from conformance.sdks.dialect import UNSTATED, Dialect
from conformance.wire.values import plain, same

if TYPE_CHECKING:
    from conformance.oracle.callbacks import Created
    from conformance.oracle.flow import Failure
    from conformance.vocabulary import ErrorRole


__all__ = ["NON_JSON_VALUE", "UNKNOWN", "Scope", "compute", "fits", "is_known", "is_non_json", "shown"]


@dataclass(frozen=True)
class OneOf:
    """A value that SDKs may write in either of these ways."""

    values: tuple[Any, ...]


ANYTHING = "<anything>"
"""What findings show where the scenario does not tell what must be there."""


def fits(seen: Any, wanted: Any) -> bool:
    """Whether a value is what is wanted, wherever that is known.

    A member that is not known may be missing: one language leaves out what has no value.
    """
    if wanted is UNKNOWN:
        return True
    if isinstance(seen, dict) and isinstance(wanted, dict):
        needed = {key for key, each in wanted.items() if each is not UNKNOWN}
        inside = needed <= seen.keys() <= wanted.keys()
        return inside and all(fits(seen[key], wanted[key]) for key in seen)
    if isinstance(seen, list) and isinstance(wanted, list):
        return len(seen) == len(wanted) and all(map(fits, seen, wanted))
    return is_known(wanted) and same(seen, plain(wanted))


def shown(wanted: Any) -> Any:
    """What is wanted as findings show it."""
    if isinstance(wanted, dict):
        return {key: shown(each) for key, each in wanted.items()}
    if isinstance(wanted, list):
        return [shown(each) for each in wanted]
    return ANYTHING if wanted is UNKNOWN else wanted


NON_JSON_VALUE = "a value that JSON can't say is treated by each SDK in its own way"
"""Why nothing follows from such a value."""


def is_non_json(expression: Any) -> bool:
    """Whether a template stands for a value that JSON can't say."""
    return isinstance(expression, dict) and expression.keys() == {NON_JSON}


@dataclass
class Scope:
    """The names a statement sees: their values and, for caught errors and callbacks, what is behind them."""

    values: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    callbacks: dict[str, Created] = field(default_factory=dict)
    budget: Total = field(default_factory=Total)  # shared by all copies
    dialect: Dialect = UNSTATED  # what the SDK calls its own errors, and how it rounds

    def copy(self) -> Scope:
        """What a child's or branch's body sees: it gives values out by its result only."""
        return Scope(dict(self.values), dict(self.failures), dict(self.callbacks), self.budget, self.dialect)

    def with_values(self, **more: Any) -> Scope:
        """A copy with more names in it."""
        inner = self.copy()
        inner.values.update(more)
        return inner

    def error(self, role: ErrorRole) -> Any:
        """What the SDK calls its own error for a role, `UNKNOWN` where no record says it."""
        return self.dialect.error(role) or UNKNOWN

    def raised(self, role: ErrorRole, failure: Failure) -> Failure:
        """The SDK's own error that stands for another one, whose class a handler reads as its type."""
        return replace(failure, kind=self.error(role), type=failure.kind)

    def bind(self, name: str | None, value: Any) -> None:
        """Give a value the name of `as`, if there is one."""
        if name is not None:
            self.values[name] = value
            self.failures.pop(name, None)
            self.callbacks.pop(name, None)


def compute(expression: Any, scope: Scope) -> Any:
    """An expression's value, `UNKNOWN` wherever it can't be told from the scenario.

    An expression that fails counts as unknown as well: it ends the run, which is said elsewhere.
    """
    budget = scope.budget.one()
    try:
        return value(compiled(expression), scope.values, budget)
    except ExpressionError:
        return UNKNOWN
    finally:
        scope.budget.take(budget)
