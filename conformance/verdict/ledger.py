"""The ledger of known divergences: classes of findings, each a named exact transformation with its witnesses.

An entry says which field of which update differs, by which transform what is seen follows from what is
wanted, for which subjects and versions, and which scenarios must show it. It is strict both ways: it accounts
for a finding only if the transform gives exactly what was seen, and on a complete run a witness that no
longer shows it is a problem. What the project promises is out of its reach: no entry accounts for a ParentId,
nor for whether an update of a context is there in `virtual/` and `flat/`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.errors import Location, UsageError
from conformance.verdict.finding import Blame, Finding, Layer, Result
from conformance.verdict.policy import Policies
from conformance.verdict.transforms import TRANSFORMS, Facts
from conformance.verdict.where import Where, open_indexes
from conformance.wire.values import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from conformance.verdict.case import Case
    from conformance.verdict.versions import Versions
    from conformance.wire.recording import SubjectInfo

PROMISED = ("virtual/", "flat/")
"""Where no entry may touch whether an update of a context is there."""

_JUDGED = frozenset({Layer.PARITY, Layer.SCHEMA, Layer.INVARIANT, Layer.STRUCTURE, Layer.EXPECT, Layer.AWS})


@dataclass(frozen=True)
class Spot:
    """Where a divergence shows, and how what is seen follows from what is wanted there.

    It is a field of an update of one type and action, or the `path` of something else. There are no
    wildcards: only the indexes of lists are left open, `Payload.all[].error`.
    """

    layer: Layer
    rule: str
    transform: str
    argument: Any = None
    type: str | None = None
    action: str | None = None
    field: str = ""
    path: str | None = None

    def accounts_for(self, finding: Finding, facts: Facts) -> bool:
        """Whether a finding is here, and what was seen exactly what this makes of what is wanted."""
        made = TRANSFORMS[self.transform]
        return self._holds(finding) and same(made(finding.wanted, self.argument, facts), finding.seen)

    def _holds(self, finding: Finding) -> bool:
        """Whether a finding is at this spot."""
        if (finding.layer, finding.rule) != (self.layer, self.rule):
            return False
        if self.path is not None:
            return open_indexes(finding.path) == self.path
        where = Where.parse(finding.path)
        return where is not None and (where.type, where.action, where.field_class) == (
            self.type,
            self.action,
            self.field,
        )


@dataclass(frozen=True)
class Entry:
    """One class of findings: all spots at which it shows. A `limited` one is that of its witnesses only."""

    id: str
    title: str
    what: str
    link: str
    spots: tuple[Spot, ...]
    subjects: Mapping[str, Versions]
    reference: Mapping[str, Versions]
    witnesses: tuple[str, ...]
    limited: bool = False

    def about(self, scenario: str, subject: SubjectInfo, reference: SubjectInfo | None) -> bool:
        """Whether it is about this scenario, this subject and, where it has one, this reference."""
        if self.limited and scenario not in self.witnesses:
            return False
        if not _within(self.subjects, subject):
            return False
        return not self.reference or (reference is not None and _within(self.reference, reference))

    def accounts_for(self, finding: Finding, facts: Facts) -> bool:
        """Whether one of its spots accounts for a finding."""
        return any(spot.accounts_for(finding, facts) for spot in self.spots)


@dataclass(frozen=True)
class Ledger:
    """All entries, and the policies in force with their counts."""

    entries: tuple[Entry, ...] = ()
    policies: Policies = field(default_factory=Policies)

    @classmethod
    def load(cls, path: Path) -> Ledger:
        """Read a ledger file.

        Raises:
            UsageError: it can't be read, or an entry is not well formed or reaches for what is promised.
        """
        from conformance.verdict.ledger_file import read  # noqa: PLC0415 - YAML only where a ledger is read

        return cls(read(path))

    def account(
        self, findings: Iterable[Finding], case: Case, reference: SubjectInfo | None
    ) -> list[Finding]:
        """Mark the findings that entries account for; two entries for one are a finding of their own."""
        recording = case.recording
        entries = [
            entry for entry in self.entries if entry.about(recording.scenario, recording.subject, reference)
        ]
        marked: list[Finding] = []
        for finding in findings:
            hits = _hits(entries, finding, case)
            if len(hits) > 1:
                marked.extend((finding, _ambiguous(finding, hits)))
            else:
                marked.append(replace(finding, divergence=hits[0].id) if hits else finding)
        return marked

    def stale(self, results: Iterable[Result]) -> tuple[str, ...]:
        """Say what is wrong with ledger and policies, given all results of a complete run."""
        shown: set[tuple[str, str]] = set()
        for result in results:
            shown |= {(result.scenario, one.divergence) for one in result.findings if one.divergence}
        problems = [
            f"divergence {entry.id}: its witness {witness} does not show it (any more)"
            for entry in self.entries
            for witness in entry.witnesses
            if (witness, entry.id) not in shown
        ]
        problems += [
            f"policy {name} was never needed, though it had occasions" for name in self.policies.unused()
        ]
        return tuple(problems)

    def hits(self, results: Iterable[Result]) -> Counter[str]:
        """Count the findings that each entry accounted for."""
        return Counter(one.divergence for result in results for one in result.findings if one.divergence)


def promised(scenario: str, finding: Finding) -> bool:
    """Whether a finding is about what the project promises: no entry may account for it."""
    where = Where.parse(finding.path)
    if finding.path.endswith(".ParentId") or (where is not None and where.field_class == "ParentId"):
        return True
    return scenario.startswith(PROMISED) and _CONTEXT.search(finding.path) is not None


_CONTEXT = re.compile(r":CONTEXT(\.[A-Z]+(#\d+)?)?$")
"""A context's update as such, not a field of it: whether it is there, said by whatever layer."""


def _hits(entries: list[Entry], finding: Finding, case: Case) -> list[Entry]:
    if finding.layer not in _JUDGED or promised(case.recording.scenario, finding):
        return []
    facts = _facts(case, finding)
    return [entry for entry in entries if entry.accounts_for(finding, facts)]


def _facts(case: Case, finding: Finding) -> Facts:
    where = Where.parse(finding.path)
    updates = case.stream.operations.get(where.path, ()) if where else ()
    place = case.stream.place(updates[0]) if updates else None
    if where is None or place is None:
        return Facts()
    around = case.stream.operations.get(updates[0].parent, ())
    return Facts(
        candidates=place.candidates,
        occurrence=where.occurrence,
        path=where.path,
        name=updates[0].name,
        context_name=around[0].name if around else None,
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


def _within(versions: Mapping[str, Versions], info: SubjectInfo) -> bool:
    wanted = versions.get(info.sdk)
    return wanted is not None and wanted.hold(info.version)


def refuse(message: str, where: Location, cure: str) -> UsageError:
    """Make the error of a ledger that can't be used."""
    return UsageError(message, where=where, cure=cure)
