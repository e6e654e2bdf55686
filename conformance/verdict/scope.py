"""Where an entry of the ledger applies: to which statements, in which role, standing in what.

Scopes are asked of the program, not of a scenario's name, so a new scenario meets an entry by what it has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.verdict.where import Where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.scenario.setting import FaultSpec
    from conformance.verdict.surroundings import Context, Standing, Surroundings
    from conformance.wire.positions import Role, Slot

_AT = re.compile(r"(?:effect|log):(?P<at>[^\[.]+)")


@dataclass(frozen=True)
class Scope:
    """What must be there for an entry to apply; what is left empty may be anything.

    A finding about an update asks the statement that the operation comes from; one about a body, a note or a
    log line that statement; any other one asks whether the program has such a statement at all.
    """

    statement: tuple[str, ...] = ()
    role: tuple[Role, ...] = ()
    place: tuple[Context, ...] = ()
    holds: tuple[str, ...] = ()
    """What stands somewhere in that statement, such as `wait_for_condition` in a context that it fails."""
    varying: tuple[str, ...] = ()
    """Members of the statement one of which differs between invocations."""
    fault: tuple[str, ...] = ()
    """What the service does wrong in the scenario: `error`, or where: `error@SUCCEED`, `error@state`."""
    serialiser: tuple[str, ...] = ()
    """Serialisers, by name, one of which the program uses."""

    def misses(self, path: str, slots: tuple[Slot, ...], around: Surroundings) -> str | None:
        """Why a finding is out of scope; None if it is in it.

        Args:
            path: The finding's.
            slots: What can stand at the operation that it is about; all of it must be in scope.
            around: The scenario's program.
        """
        scenario = around.scenario
        if self.fault and not _faults(scenario.faults) & {*self.fault}:
            return f"the service does no {_or(self.fault)} here"
        if self.serialiser and not around.serialisers & {*self.serialiser}:
            return f"the program has no serialiser {_or(self.serialiser)}"
        if not (self.statement or self.role or self.place or self.holds or self.varying):
            return None
        standings = around.standings
        hit = _AT.match(path)
        if hit is not None:
            standing = standings.get(hit["at"])
            fits = standing is not None and self._fits(standing)
        elif Where.parse(path) is not None:
            fits = bool(slots) and all(
                self._slot_fits(slot, standings.get(slot.statement.at)) for slot in slots
            )
        else:
            fits = any(self._fits(standing) for standing in standings.values())
        return None if fits else f"it is about {self}"

    def _slot_fits(self, slot: Slot, standing: Standing | None) -> bool:
        return standing is not None and (not self.role or slot.role in self.role) and self._fits(standing)

    def _fits(self, standing: Standing) -> bool:
        return (
            (not self.statement or standing.word in self.statement)
            and (not self.place or standing.context in self.place)
            and (not self.holds or bool(standing.holds & {*self.holds}))
            and (not self.varying or bool(standing.varying & {*self.varying}))
        )

    def __str__(self) -> str:
        """Say it in words: `the own operation of a step, standing in a child`."""
        words = f"a {_or(self.statement)}" if self.statement else "any statement"
        if self.role:
            words = f"{words} as {_or(self.role)}"
        if self.place:
            words += f" standing in {_or(self.place)}"
        if self.holds:
            words += f" that holds a {_or(self.holds)}"
        if self.varying:
            words += f" whose {_or(self.varying)} differs between invocations"
        if self.fault:
            words += f" where the service does {_or(self.fault)}"
        if self.serialiser:
            words += f" where a serialiser is {_or(self.serialiser)}"
        return words


def _faults(faults: Iterable[FaultSpec]) -> frozenset[str]:
    """Each fault by itself, and with the action or the read that it strikes."""
    found = set()
    for one in faults:
        found |= {one.fault}
        found |= {f"{one.fault}@{one.action}"} if one.action else set()
        found |= {f"{one.fault}@state"} if one.state is not None else set()
    return frozenset(found)


def _or(words: Iterable[str]) -> str:
    return " or ".join(words)
