"""What a mutant of a recording is: one thing made wrong on purpose, to see who notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from conformance.quality.mutation.recordings.draft import Draft, Original

if TYPE_CHECKING:
    from conformance.wire.recording import Recording

EACH = 3
"""How many places of a recording a mutation is tried at, unless told otherwise."""


@dataclass(frozen=True)
class Mutant:
    """A recording with one thing wrong: what was done, and to which operation (or part of the recording)."""

    mutation: str
    description: str
    touched: str
    recording: Recording


@dataclass(frozen=True)
class Inapplicable:
    """A mutation that this recording has no place for, and what it would have needed."""

    mutation: str
    needs: str


Change: TypeAlias = tuple[str, str, Callable[[Draft], None]]
"""What is done, to what, and how."""

Changes: TypeAlias = Callable[[Original], Iterator[Change]]


@dataclass(frozen=True)
class Mutation:
    """One way to make a recording wrong.

    `needs` says what a recording must have for it. `alone` is the reason why no rule but parity can see it,
    for the few of which that is so.
    """

    name: str
    needs: str
    changes: Changes
    alone: str | None = None

    def of(self, original: Original, limit: int | None = EACH) -> list[Mutant] | Inapplicable:
        """The mutants of one recording: at each place where it can be, at most `limit` of them."""
        if not original.recording.executions:
            return Inapplicable(self.name, "an execution")
        mutants = []
        for description, touched, change in islice(self.changes(original), limit):
            draft = original.draft()
            change(draft)
            mutants.append(Mutant(self.name, description, touched, draft.done()))
        return mutants or Inapplicable(self.name, self.needs)


def mutate(
    recording: Recording, mutations: Iterable[Mutation], limit: int | None = EACH
) -> Iterator[list[Mutant] | Inapplicable]:
    """Apply mutations to a recording, each in turn."""
    original = Original.of(recording)
    for mutation in mutations:
        yield mutation.of(original, limit)
