"""Seeded faults of the SDK, to show that the suite finds them."""

from __future__ import annotations

KNOWN: dict[str, object] = {}


def install(name: str) -> None:
    """Break the SDK, in this process, as the named mutant does."""
    raise ValueError(f"unknown mutant {name!r}: known are {', '.join(sorted(KNOWN))}")
