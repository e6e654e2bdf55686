"""What the invariants share: how they make a finding, and which operation a body belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.scenario.enclosed import everything
from conformance.scenario.statements import OnRoot
from conformance.verdict.case import Case
from conformance.verdict.finding import Blame, Finding, Layer

if TYPE_CHECKING:
    from conformance.wire.recording import Effect

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
        wire decide between them; if they don't, the body has no known operation and no check may use it. Nor
        has one that misuse runs on the root's context: its operation is the root's, its indexes a branch's.
        """
        astray = {each.at for one in case.statements if isinstance(one, OnRoot) for each in everything(one)}
        paths: dict[tuple[str, str, tuple[int, ...]], str | None] = {}
        for path, updates in case.stream.operations.items():
            place = case.stream.place(updates[0])
            if place is None or updates[0].type != type_:
                continue
            certain = len(place.candidates) == 1
            for candidate in place.candidates:
                key = (updates[0].execution, candidate.at, candidate.indexes)
                known = certain and candidate.slot.type == type_ and candidate.at not in astray
                paths[key] = path if known and key not in paths else None
        return cls({key: path for key, path in paths.items() if path is not None})

    def path(self, effect: Effect) -> str | None:
        """Give the typed path of the operation whose body an effect reports."""
        return self.paths.get((effect.execution, effect.at, effect.indexes))
