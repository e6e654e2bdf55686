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
from typing import TYPE_CHECKING

from conformance.verdict.entries import Entry
from conformance.verdict.finding import Blame, Finding, Layer, Result
from conformance.verdict.policy import Policies
from conformance.verdict.structure.interruptions import interrupted
from conformance.verdict.transforms import Facts
from conformance.verdict.where import Where

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conformance.verdict.case import Case
    from conformance.wire.recording import SubjectInfo

PROMISED = ("virtual/", "flat/")
"""Where no entry may touch whether an update of a context is there."""

_JUDGED = frozenset({Layer.PARITY, Layer.SCHEMA, Layer.INVARIANT, Layer.STRUCTURE, Layer.EXPECT, Layer.AWS})


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
    about = facts(case, finding)
    return [entry for entry in entries if entry.accounts_for(finding, about)]


def facts(case: Case, finding: Finding) -> Facts:
    """What a transform may know of the place that a finding is about."""
    where = Where.parse(finding.path)
    updates = case.stream.operations.get(where.path, ()) if where else ()
    place = case.stream.place(updates[0]) if updates else None
    if where is None or place is None:
        return Facts(cut_off=_cut_off(case, ""))
    around = case.stream.operations.get(updates[0].parent, ())
    return Facts(
        candidates=place.candidates,
        occurrence=where.occurrence,
        path=where.path,
        name=updates[0].name,
        context_name=around[0].name if around else None,
        cut_off=_cut_off(case, where.path + "".join(_BRANCH.findall(where.field)[:1])),
    )


def _cut_off(case: Case, path: str) -> str | None:
    """What the subject says of the last step at `path`, or below, that ended because its process had died."""
    below = re.compile(rf"{re.escape(path)}(?!\d)") if path else re.compile("")
    cut = [
        str(update.fields["Error"].get("ErrorMessage"))
        for update in case.stream.accepted
        if (update.type, update.action) == ("STEP", "FAIL")
        and below.match(update.path)
        and interrupted(update)
    ]
    return cut[-1] if cut else None


_BRANCH = re.compile(r"(?<=^Payload\.all)\[\d+\]")


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
