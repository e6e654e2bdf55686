"""What counts as the same though it is written differently: only what the service's model says is.

Each rule has a reason that quotes the model, and a test. `--strict` switches all of them off. How often a
rule was needed, and how often it could have been, is counted: a rule that a whole run had occasions for but
never needed is stale. Whatever else differs is no policy's affair but the ledger's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.wire.stream import Update

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Policy:
    """One rule: `applies` says whether an update is an occasion, `apply` gives its fields in one spelling."""

    name: str
    reason: str
    applies: Callable[[Update], bool]
    apply: Callable[[Fields], Fields]


def _is_callback_start(update: Update) -> bool:
    return update.type == "CALLBACK" and update.action == "START"


def _without_zero_timeouts(fields: Fields) -> Fields:
    options = fields.get("CallbackOptions")
    if not isinstance(options, dict):
        return fields
    kept = {
        name: value
        for name, value in options.items()
        if name not in ("TimeoutSeconds", "HeartbeatTimeoutSeconds") or value != 0
    }
    rest = {name: value for name, value in fields.items() if name != "CallbackOptions"}
    return {**rest, "CallbackOptions": kept} if kept else rest


POLICIES = (
    Policy(
        name="no-timeout",
        reason="CallbackOptions in the service's model: 'If not specified or set to 0', there is no timeout",
        applies=_is_callback_start,
        apply=_without_zero_timeouts,
    ),
)


@dataclass
class Policies:
    """The rules in force, and their use over a run."""

    strict: bool = False
    rules: tuple[Policy, ...] = POLICIES
    occasions: Counter[str] = field(default_factory=Counter)
    uses: Counter[str] = field(default_factory=Counter)

    def fields(self, update: Update) -> Fields:
        """Give an update's fields as the comparison is to see them."""
        fields: Fields = update.fields
        if self.strict:
            return fields
        for rule in self.rules:
            if rule.applies(update):
                self.occasions[rule.name] += 1
                changed = rule.apply(fields)
                if changed != fields:
                    self.uses[rule.name] += 1
                    fields = changed
        return fields

    def unused(self) -> tuple[str, ...]:
        """Name the rules that had occasions and were never needed."""
        return tuple(
            rule.name for rule in self.rules if self.occasions[rule.name] and not self.uses[rule.name]
        )
