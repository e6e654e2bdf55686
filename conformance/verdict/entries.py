"""An entry of the ledger: a class of findings, where it shows, how exactly it follows from what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.verdict.transforms import TRANSFORMS, Facts
from conformance.verdict.where import Where, open_indexes
from conformance.wire.values import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.verdict.finding import Finding, Layer
    from conformance.verdict.versions import Versions
    from conformance.wire.recording import SubjectInfo


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
    """One class of findings: all spots at which it shows. A `limited` one is that of its witnesses only.

    `breaks` names the entries of the catalogue that the subject does not hold to where this shows.
    """

    id: str
    title: str
    what: str
    link: str
    spots: tuple[Spot, ...]
    subjects: Mapping[str, Versions]
    reference: Mapping[str, Versions]
    witnesses: tuple[str, ...]
    limited: bool = False
    breaks: tuple[str, ...] = ()

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


def _within(versions: Mapping[str, Versions], info: SubjectInfo) -> bool:
    wanted = versions.get(info.sdk)
    return wanted is not None and wanted.hold(info.version)
