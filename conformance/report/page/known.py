"""A known difference as the page tells of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """An entry of the ledger: its title and where it is told of upstream."""

    title: str
    link: str
