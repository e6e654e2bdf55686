"""Durations, as the SDK takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_sdk import sdk

if TYPE_CHECKING:
    from python_sdk.scope import Scope


def duration(given: dict[str, Any], at: str, scope: Scope) -> Any:
    """A duration in the unit and amount as written: rounding and clamping are the SDK's."""
    amount = scope.evaluate(given["amount"], at)
    return getattr(sdk.config.Duration, f"from_{given['unit']}")(amount)
