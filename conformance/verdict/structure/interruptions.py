"""Steps that ended because a process died in them: how often one did is not told by the scenario."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from conformance.verdict import meanings
from conformance.vocabulary import ErrorRole

if TYPE_CHECKING:
    from conformance.sdks.dialect import Dialect
    from conformance.wire.stream import Update


def interruptions(updates: Iterable[Update], prefix: str, dialect: Dialect) -> dict[str, int]:
    """The attempt in which its process died, by the path of each step that says it ended with that.

    It is believed only where its last attempt was STARTed by an invocation before the one that ends it:
    nothing else interrupts a step. Paths are an execution's own, without `prefix`.
    """
    attempts: dict[str, int] = {}
    started: dict[str, int | None] = {}
    cut: dict[str, int] = {}
    for update in updates:
        if update.action == "RETRY":
            attempts[update.path] = attempts.get(update.path, 1) + 1
        elif update.action == "START":
            started[update.path] = update.invocation
        elif (
            update.action == "FAIL"
            and interrupted(update, dialect)
            and _later(update, started.get(update.path))
        ):
            cut[update.path.removeprefix(prefix)] = attempts.get(update.path, 1)
    return cut


def interrupted(update: Update, dialect: Dialect) -> bool:
    """Whether an update says that its process died."""
    error = update.fields.get("Error")
    return isinstance(error, dict) and ErrorRole.STEP_INTERRUPTED in meanings.error(error, dialect).roles


def _later(update: Update, started: int | None) -> bool:
    return started is not None and update.invocation is not None and started < update.invocation
