"""An entry of the ledger: a class of findings, where it shows, how exactly it follows from what is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from conformance.verdict.finding import Layer
from conformance.verdict.scope import Scope
from conformance.verdict.transforms import NO_FACTS, NOT_THAT, TRANSFORMS, Facts
from conformance.verdict.where import Where, open_indexes
from conformance.wire.values import ABSENT, brief, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.finding import Finding
    from conformance.verdict.known_versions import KnownVersions
    from conformance.verdict.surroundings import Surroundings
    from conformance.wire.positions import Slot
    from conformance.wire.recording import SubjectInfo

EVERYWHERE = Scope()
_TURNED = {"update-extra": "update-missing", "update-missing": "update-extra"}


class Kind(StrEnum):
    """What an entry says of its SDK."""

    BEHAVIOUR = "behaviour"
    """It does something in a way of its own, which no rule forbids."""
    BREAKS = "breaks"
    """It does not hold to the specification."""


@dataclass(frozen=True)
class Occasion:
    """A finding as an entry sees it: seen is what the entry's SDK does, wanted what is right.

    Attributes:
        scenario: The scenario's id.
        finding: From the side of the entry's SDK.
        slots: What the program has at the operation that it is about.
        around: The scenario's program.
        facts: What a transform may know.
    """

    scenario: str
    finding: Finding
    slots: tuple[Slot, ...]
    around: Surroundings
    facts: Facts = NO_FACTS


@dataclass(frozen=True)
class Spot:
    """Where a divergence shows, and how what is seen follows from what is wanted there.

    It is a field of an update of one type and action, or the `path` of something else. There are no
    wildcards: only indexes are left open, `Payload.all[].error`, and the numbers of invocations, requests
    and answers. What follows from another spot may be about any place: `not-reached` and `goes-on` say what
    it must be; `scope` is where it applies.
    """

    layer: Layer
    rule: str
    transform: str
    argument: Any = None
    type: str | None = None
    action: str | None = None
    field: str = ""
    path: str | None = None
    scope: Scope = EVERYWHERE
    limited: str = ""
    """Why it is the witnesses' only, though the rest of its entry is not."""
    follows: bool = False
    """Whether it only counts in a recording in which another spot of its entry accounts for something."""

    def accounts_for(self, finding: Finding, facts: Facts) -> bool:
        """Whether a finding is here, and what was seen exactly what this makes of what is wanted."""
        return self.here(finding) and same(self.made(finding, facts), finding.seen)

    def made(self, finding: Finding, facts: Facts) -> Any:
        """What this makes of what is wanted; `NOT_THAT` if it has nothing to say of that."""
        return TRANSFORMS[self.transform](finding.wanted, self.argument, facts)

    def here(self, finding: Finding) -> bool:
        """Whether a finding is at this spot."""
        if (finding.layer, finding.rule) != (self.layer, self.rule):
            return False
        if self.path is not None:
            return open_indexes(finding.path) == self.path
        if self.type is None:
            return True
        where = Where.parse(finding.path)
        return where is not None and (where.type, where.action, where.field_class) == (
            self.type,
            self.action,
            self.field,
        )


@dataclass(frozen=True)
class Entry:
    """One class of findings of one SDK: all spots at which it shows.

    It is written from that SDK's side. Where the SDK is the reference, parity sees the same thing the other
    way round, and there the entry is read so. With `reference` it is a pair's: no rule says who is wrong.
    A `limited` entry is that of its witnesses only, and says why. A `racy` one says what decides whether it
    shows: no scenario lays that down, so it needs no witness, and none has to show it. `breaks` names the
    entries of the catalogue that the SDK does not hold to where this shows.
    """

    id: str
    title: str
    what: str
    link: str
    spots: tuple[Spot, ...]
    versions: KnownVersions
    witnesses: tuple[str, ...]
    reference: KnownVersions | None = None
    limited: str = ""
    racy: str = ""
    breaks: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What it says of its SDK."""
        return Kind.BREAKS if self.breaks else Kind.BEHAVIOUR

    @property
    def known(self) -> tuple[KnownVersions, ...]:
        """The versions of all SDKs that it is about."""
        return (self.versions,) if self.reference is None else (self.versions, self.reference)

    def views(
        self, finding: Finding, subject: SubjectInfo, reference: SubjectInfo | None
    ) -> Iterator[tuple[Finding, bool]]:
        """The finding from this SDK's side, and whether it had to be turned round for that.

        Only parity compares two SDKs, so only its findings can be turned.
        """
        if self._holds(subject, reference):
            yield finding, False
        elif finding.layer is Layer.PARITY and reference is not None and self._holds(reference, subject):
            yield turned(finding), True

    def _holds(self, own: SubjectInfo, other: SubjectInfo | None) -> bool:
        if not self.versions.hold(own):
            return False
        return self.reference is None or (other is not None and self.reference.hold(other))

    def accounts_for(self, occasion: Occasion, *, shown: bool = False) -> bool:
        """Whether one of its spots accounts for a finding, which is from this SDK's side.

        Args:
            occasion: The finding and what is around it.
            shown: Whether the entry accounts for another finding of the recording that this may follow from.
        """
        return any(
            (shown or not spot.follows)
            and spot.accounts_for(occasion.finding, occasion.facts)
            and self._elsewhere(spot, occasion) is None
            and self._misses(spot, occasion) is None
            for spot in self.spots
        )

    def near(self, occasion: Occasion, *, shown: bool = False) -> str | None:
        """Why a finding that looks like this is not; None where more than one thing is in the way.

        What is about the whole execution looks like much: there only what is exact, and kept to its
        witnesses, is worth a word. `shown` is as for `accounts_for`.
        """
        for spot in self.spots:
            if (spot.follows and not shown) or not spot.here(occasion.finding):
                continue
            made = spot.made(occasion.finding, occasion.facts)
            exact = same(made, occasion.finding.seen)
            misses = self._misses(spot, occasion)
            if spot.type is None and (misses or not exact):
                continue
            reasons = [self._elsewhere(spot, occasion), misses, None if exact else _otherwise(made)]
            told = [reason for reason in reasons if reason]
            if len(told) == 1:
                return f"looks like {self.id} ({self.title}), but {told[0]}"
        return None

    def _elsewhere(self, spot: Spot, occasion: Occasion) -> str | None:
        reason = self.limited or spot.limited
        if not reason or occasion.scenario in self.witnesses:
            return None
        return f"that is limited to {', '.join(self.witnesses)}: {reason}"

    def _misses(self, spot: Spot, occasion: Occasion) -> str | None:
        return spot.scope.misses(occasion.finding.path, occasion.slots, occasion.around)


_EXPECTED = ("expected-result", "expected-invocations", "expected-operations", "expected-bodies")
_COMPARED = ("output-result", "output-invocations", "body-runs", "logs", "invocation-boundary")


def broken_off() -> tuple[Spot, ...]:
    """What follows where an SDK ends the execution as failed: what the other goes on to do is not there."""
    ended = {"wanted": "SUCCEEDED", "seen": "FAILED"}
    return (
        Spot(Layer.PARITY, "output-status", "exactly", ended, path="output.Status", follows=True),
        Spot(Layer.PARITY, "update-missing", "not-reached", follows=True),
        *(Spot(Layer.PARITY, rule, "not-reached", follows=True) for rule in _COMPARED),
        *(Spot(Layer.EXPECT, rule, "not-reached", follows=True) for rule in _EXPECTED),
    )


def gone_on() -> tuple[Spot, ...]:
    """What follows where another SDK ends the execution as failed: what this one goes on to do is there."""
    ended = {"wanted": "FAILED", "seen": "SUCCEEDED"}
    return (
        Spot(Layer.PARITY, "output-status", "exactly", ended, path="output.Status", follows=True),
        Spot(Layer.PARITY, "update-extra", "goes-on", follows=True),
        *(Spot(Layer.PARITY, rule, "goes-on", follows=True) for rule in _COMPARED),
    )


def turned(finding: Finding) -> Finding:
    """A finding of parity as it would be had the two sides changed places."""
    rule = _TURNED.get(finding.rule, finding.rule)
    return replace(finding, rule=rule, seen=finding.wanted, wanted=finding.seen)


def _otherwise(made: Any) -> str:
    if made is NOT_THAT:
        return "what is wanted is another value there"
    return f"there {'nothing' if made == ABSENT else brief(made)} is seen"
