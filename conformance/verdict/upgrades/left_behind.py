"""Branches that their batch did not wait for: what they still do when it is complete is a race."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.vocabulary import BATCHES

if TYPE_CHECKING:
    from conformance.verdict.case import Case
    from conformance.wire.recording import Effect

_ENDED = frozenset({"SUCCEEDED", "FAILED"})
_BRANCH = re.compile(r"(?P<batch>.*?)\[(?P<index>\d+)\]")


@dataclass(frozen=True)
class LeftBehind:
    """Branches: by typed path, `1[2]`, and by their batch's statement with all indexes that lead to them."""

    paths: frozenset[str]
    branches: frozenset[tuple[str, tuple[int, ...]]]

    @classmethod
    def of(cls, cases: Iterable[Case]) -> LeftBehind:
        """Those that any of the runs left behind: its batch succeeded, and does not tell how they ended."""
        paths: set[str] = set()
        branches: set[tuple[str, tuple[int, ...]]] = set()
        for case in cases:
            for update in case.stream.accepted:
                payload = update.fields.get("Payload")
                if update.subtype not in BATCHES or not update.terminal or not isinstance(payload, dict):
                    continue
                items = payload.get("all")
                if not isinstance(items, list):
                    continue
                ended = {
                    one.get("index") for one in items if isinstance(one, dict) and one.get("status") in _ENDED
                }
                place = case.stream.place(update)
                for candidate in place.candidates if place else ():
                    begun = _begun(case, update.path, candidate.at, candidate.indexes)
                    for index in begun - ended:
                        paths.add(f"{update.path}[{index}]")
                        branches.add((candidate.at, (*candidate.indexes, index)))
        return cls(frozenset(paths), frozenset(branches))

    def writes(self, path: str) -> bool:
        """Whether an operation is such a branch's, or stands in one."""
        return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in self.paths)

    def runs(self, effect: Effect) -> bool:
        """Whether a body stands in such a branch."""
        return any(
            effect.at.startswith(f"{at}/") and effect.indexes[: len(indexes)] == indexes
            for at, indexes in self.branches
        )


def _begun(case: Case, batch: str, at: str, indexes: tuple[int, ...]) -> set[int]:
    """The branches of a batch that the wire or the harness knows of."""
    found = {
        int(hit["index"])
        for path in case.stream.operations
        if (hit := _BRANCH.match(path[len(batch) :])) and path.startswith(f"{batch}[") and not hit["batch"]
    }
    return found | {
        one.indexes[len(indexes)]
        for one in case.recording.effects
        if one.kind == "branch" and one.at == at and one.indexes[:-1] == indexes
    }
