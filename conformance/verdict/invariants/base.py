"""What the invariants share: how they make a finding, and which operation a body belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.scenario import statements as s
from conformance.verdict.case import Case
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.wire.positions import Role

if TYPE_CHECKING:
    from conformance.wire.identity import Candidate
    from conformance.wire.recording import Effect
    from conformance.wire.stream import Update

Invariant: TypeAlias = Callable[[Case], Iterator[Finding]]

BODIES = frozenset({"step", "check", "submitter"})


def broken(  # noqa: PLR0913 - the parts of a finding
    rule: str, path: str, seen: Any, wanted: Any, message: str, *, blame: Blame = Blame.SDK
) -> Finding:
    """Make a finding of the invariant layer."""
    return Finding(Layer.INVARIANT, rule, path, seen, wanted, blame, message)


@dataclass(frozen=True)
class Owners:
    """Which operation on the wire each body belongs to, where that is beyond doubt."""

    paths: dict[tuple[str, str, tuple[int, ...]], str]

    @classmethod
    def of(cls, case: Case, type_: str = "STEP") -> Owners:
        """Pair bodies and operations of one type by the program's positions: bodies are all run by STEPs.

        Where control flow lets several statements stand at one position, the type and the name on the
        wire decide between them; if they don't, the body has no known operation and no check may use it.
        """
        paths: dict[tuple[str, str, tuple[int, ...]], str | None] = {}
        for path, updates in case.stream.operations.items():
            place = case.stream.place(updates[0])
            if place is None or updates[0].type != type_:
                continue
            possible = [each for each in place.candidates if _fits(each, updates[0])]
            for candidate in possible:
                key = (updates[0].execution, candidate.at, candidate.indexes)
                paths[key] = path if len(possible) == 1 and key not in paths else None
        return cls({key: path for key, path in paths.items() if path is not None})

    def path(self, effect: Effect) -> str | None:
        """Give the typed path of the operation whose body an effect reports."""
        return self.paths.get((effect.execution, effect.at, effect.indexes))


def _fits(candidate: Candidate, update: Update) -> bool:
    if candidate.slot.type != update.type:
        return False
    if candidate.slot.role is not Role.OWN:
        return True
    name = getattr(candidate.slot.statement, "name", s.ABSENT)
    if not isinstance(name, str) or "${" in name:
        return True
    return (update.name or "") == name
