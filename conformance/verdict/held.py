"""Which subjects of a complete run the ledger is held to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.verdict.finding import Layer

if TYPE_CHECKING:
    from conformance.verdict.entries import Entry
    from conformance.wire.recording import SubjectInfo


@dataclass(frozen=True)
class Held:
    """The subjects, by id, whose SDKs' entries must show where they say.

    `ran` are those of an SDK's pinned version: every scenario ran with it. `compared` are those of them that
    were compared with the SDK that entries are written beside: what only parity sees needs that.
    `reference` is the run's. No witness is missed among the scenarios that a run left out as `deep`.
    """

    ran: tuple[str, ...]
    compared: tuple[str, ...]
    reference: str
    deep: tuple[str, ...] = ()

    @classmethod
    def all(cls, subjects: Iterable[SubjectInfo]) -> Held:
        """Every subject of a run, whose first is the reference."""
        ids = tuple(info.id for info in subjects)
        return cls(ids, ids, ids[0] if ids else "")

    def holds(self, entry: Entry, subjects: Iterable[SubjectInfo]) -> bool:
        """Whether an entry has to show: all that it needs for that was run, at versions that it knows."""
        seen = any(spot.layer is Layer.PARITY for spot in entry.spots)
        there = [info for info in subjects if info.id in (self.compared if seen else self.ran)]
        if not all(
            any(known.hold(info) and not known.newer(info) for info in there) for known in entry.known
        ):
            return False
        sdks = {info.sdk for info in there if info.id == self.reference}
        return entry.reference is None or bool(sdks & {known.sdk for known in entry.known})
