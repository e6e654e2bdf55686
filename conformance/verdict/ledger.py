"""The ledger of known divergences: classes of findings, each a named exact transformation with its witnesses.

An entry says which field of which update differs, by which transform what is seen follows from what is
wanted, for which SDK and versions, and which scenarios must show it. It is strict both ways: it accounts for
a finding only if the transform gives exactly what was seen, and on a complete run a witness that no longer
shows it is a problem. On a version that is newer than the one confirmed an exact fit still holds, which the
run's notes say, and so does what no longer shows there. What the project promises is out of its reach
(`conformance.verdict.promise`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.verdict.breaking_off import broke_off
from conformance.verdict.entries import Entry, Occasion
from conformance.verdict.finding import Blame, Finding, Layer, Result, Verdict
from conformance.verdict.held import Held
from conformance.verdict.promise import ended_apart, promised
from conformance.verdict.transforms import Facts
from conformance.verdict.where import Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from conformance.verdict.case import Case
    from conformance.wire.positions import Slot
    from conformance.wire.recording import SubjectInfo

_JUDGED = frozenset({*Layer} - {Layer.HARNESS, Layer.DIALECT})

_PROMISE = "no entry may account for that: it is what this project promises to report"
_UNTOLD = frozenset({Verdict.HARNESS_ERROR, Verdict.UNSUPPORTED})
"""Verdicts that say nothing about what the SDK does."""


@dataclass(frozen=True)
class Ledger:
    """All entries."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Ledger:
        """Read a ledger file.

        Raises:
            UsageError: it can't be read, or an entry is not well formed or reaches for what is promised.
        """
        from conformance.verdict.ledger_file import read  # noqa: PLC0415 - YAML only where a ledger is read

        return cls(read(path))

    def account(self, findings: Iterable[Finding], case: Case, reference: Case | None) -> list[Finding]:
        """Mark the findings that entries account for; two entries for one are a finding of their own.

        Args:
            findings: All findings of one recording.
            case: That recording's.
            reference: What parity compared it with; None where it compared nothing.
        """
        found = list(findings)
        apart = ended_apart(found)
        marked: list[Finding] = []
        seen_by = [
            [*self._seen(finding, case, reference)] if finding.layer in _JUDGED else [] for finding in found
        ]
        shown = {entry.id for seen in seen_by for entry, occasion in seen if entry.accounts_for(occasion)}
        for finding, seen in zip(found, seen_by, strict=True):
            hits = [
                entry for entry, occasion in seen if entry.accounts_for(occasion, shown=entry.id in shown)
            ]
            if promised(finding, case.surroundings, ended_apart=apart):
                near = f"looks like {hits[0].id} ({hits[0].title}), but {_PROMISE}" if hits else None
                marked.append(replace(finding, near=near))
            elif len(hits) > 1:
                marked.extend((finding, _ambiguous(finding, hits)))
            elif hits:
                marked.append(replace(finding, divergence=hits[0].id))
            else:
                told = (entry.near(occasion, shown=entry.id in shown) for entry, occasion in seen)
                marked.append(replace(finding, near=next(filter(None, told), None)))
        return marked

    def _seen(self, finding: Finding, case: Case, reference: Case | None) -> Iterator[tuple[Entry, Occasion]]:
        """The entries that have a spot where a finding is, each with the finding from its SDK's side."""
        subject, other = case.recording.subject, reference.recording.subject if reference else None
        made: dict[bool, tuple[tuple[Slot, ...], Facts]] = {}
        for entry in self._by_layer.get(finding.layer, ()):
            for view, is_turned in entry.views(finding, subject, other):
                if not any(spot.here(view) for spot in entry.spots):
                    continue
                if is_turned not in made:
                    own, beside = (reference, case) if is_turned and reference else (case, reference)
                    made[is_turned] = slots(own, beside, finding), facts(own, view, beside)
                standing, known = made[is_turned]
                yield entry, Occasion(case.recording.scenario, view, standing, case.surroundings, known)

    @cached_property
    def _by_layer(self) -> Mapping[Layer, tuple[Entry, ...]]:
        return {
            layer: tuple(one for one in self.entries if any(spot.layer is layer for spot in one.spots))
            for layer in Layer
        }

    def foreign(self, info: SubjectInfo) -> frozenset[str]:
        """The entries that are not about this version: one that shows in its results is the reference's."""
        return frozenset(one.id for one in self.entries if not any(known.hold(info) for known in one.known))

    def stale(
        self, results: Sequence[Result], subjects: Iterable[SubjectInfo], held: Held | None = None
    ) -> tuple[str, ...]:
        """Say what is wrong with the ledger, given all results of a complete run.

        An entry whose versions the run has none of is not looked at, nor one on a version that is newer than
        the one confirmed: what no longer shows there is told by `notes`. `held` are the subjects whose
        entries are looked at at all, all of them unless given, and the scenarios that were left out.
        """
        infos = list(subjects)
        held = held or Held.all(infos)
        shown = _shown(results)
        problems = [
            f"divergence {entry.id}: its witness {witness} does not show it (any more)"
            for entry in self.entries
            if not entry.racy and held.holds(entry, infos)
            for witness in entry.witnesses
            if (witness, entry.id) not in shown and witness not in held.deep
        ]
        return tuple(problems)

    def notes(self, results: Sequence[Result], subjects: Iterable[SubjectInfo]) -> tuple[str, ...]:
        """Say what the ledger does not know for sure: versions that are newer than those confirmed.

        One line for all entries that held there, and one for each that no longer shows though all its
        witnesses ran.
        """
        infos = {info.id: info for info in subjects}
        notes: list[str] = []
        for info in infos.values():
            others = {one.id for one in infos.values() if one.sdk == info.sdk and one.id != info.id}
            shown = _shown(one for one in results if one.subject not in others)
            newer = [one for one in self.entries if any(known.newer(info) for known in one.known)]
            held = [one for one in newer if any(entry == one.id for _, entry in shown)]
            if held:
                entries = "entry" if len(held) == 1 else "entries"
                notes.append(f"{len(held)} {entries} not yet confirmed for {info.sdk} {info.version}")
            ran = {one.scenario for one in results if one.subject == info.id and one.verdict not in _UNTOLD}
            notes += [
                f"divergence {one.id} no longer shows with {info.sdk} {info.version}: it looks fixed"
                for one in newer
                if one.versions.newer(info) and {*one.witnesses} <= ran and one not in held and not one.racy
            ]
        return tuple(notes)

    def hits(self, results: Iterable[Result]) -> Counter[str]:
        """Count the findings that each entry accounted for."""
        return Counter(one.divergence for result in results for one in result.findings if one.divergence)


def _shown(results: Iterable[Result]) -> set[tuple[str, str]]:
    return {(one.scenario, each.divergence) for one in results for each in one.findings if each.divergence}


def slots(case: Case, beside: Case | None, finding: Finding) -> tuple[Slot, ...]:
    """What the program has at the operation that a finding is about.

    Where the path that a run took decides it, what either side's wire says does; else it is all that can be.
    """
    where = Where.parse(finding.path)
    if where is None:
        return ()
    for each in (case, beside):
        updates = each.stream.operations.get(where.path, ()) if each else ()
        place = each.stream.place(updates[0]) if each and updates else None
        if place is not None:
            return tuple(candidate.slot for candidate in place.candidates)
    return tuple(slot for slot in case.surroundings.slots(where.path) if slot.type == where.type)


def facts(case: Case, finding: Finding, other: Case | None = None) -> Facts:
    """What a transform may know of the operation that a finding is about, and of how the executions ended."""
    where = Where.parse(finding.path)
    updates = case.stream.operations.get(where.path, ()) if where else ()
    return Facts(
        path=where.path if where else "",
        name=updates[0].name if updates else None,
        seen=finding.seen,
        broke_off=broke_off(case, other, finding),
        other_broke_off=other is not None and broke_off(other, case, finding),
    )


def _ambiguous(finding: Finding, hits: list[Entry]) -> Finding:
    names = [entry.id for entry in hits]
    return Finding(
        Layer.HARNESS,
        "ledger-ambiguous",
        finding.path,
        names,
        "one entry",
        Blame.HARNESS,
        f"the ledger has {len(hits)} entries for one finding: {', '.join(names)}",
    )
