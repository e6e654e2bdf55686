"""Scenarios by versions: what each came to, from which version on it holds, and what each version changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from conformance.engine.events import Event, Faulted, Judged, RunEnded, RunStarted
from conformance.errors import ConformanceError
from conformance.history.cell import Cell
from conformance.history.changes import Changes, Shown, changes
from conformance.subjects.releases import number
from conformance.verdict.finding import Verdict
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import SubjectInfo


@dataclass(frozen=True)
class Step:
    """Two neighbouring versions of an SDK, and what the later one changed; scenarios are sorted.

    `supported` could not be done before. `different` are broken in both, by other causes. There must be none
    that are `judged_otherwise`: what they show is the same, and yet what is said of it is not.
    """

    before: str
    after: str
    supported: tuple[str, ...]
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    different: tuple[str, ...]
    judged_otherwise: tuple[str, ...]
    changes: Changes


@dataclass(frozen=True)
class Span:
    """A cause: the first and the last version that shows it, in how many of them, and in which scenarios."""

    cause: str
    first: str
    last: str
    versions: int
    scenarios: tuple[str, ...]


@dataclass(frozen=True)
class Sdk:
    """The versions of one SDK, the oldest first, by the ids of their subjects."""

    name: str
    subjects: tuple[str, ...]
    scenarios: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    def first_passing(self, scenario: str) -> str | None:
        """The first version that passes a scenario; None where none does."""
        return next((one for one in self.subjects if self._passes(scenario, one)), None)

    def holds_from(self, scenario: str) -> str | None:
        """The version from which on every one passes a scenario; None where the newest does not."""
        found = None
        for one in reversed(self.subjects):
            if not self._passes(scenario, one):
                break
            found = one
        return found

    def _passes(self, scenario: str, subject: str) -> bool:
        cell = self.cells.get((scenario, subject))
        return cell is not None and cell.good

    def verdicts(self, subject: str) -> Counter[Verdict]:
        """How often a version got each verdict."""
        every = (self.cells.get((scenario, subject)) for scenario in self.scenarios)
        return Counter(cell.verdict for cell in every if cell is not None)

    def shown(self, subject: str) -> Shown:
        """The causes that a version shows, by scenario."""
        every = ((scenario, self.cells.get((scenario, subject))) for scenario in self.scenarios)
        return {scenario: cell.causes for scenario, cell in every if cell is not None and cell.causes}

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What each version changed beside the one before."""
        return tuple(map(self._step, self.subjects, self.subjects[1:]))

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Every cause, the widest first."""
        seen: dict[str, dict[str, None]] = {}
        where: dict[str, set[str]] = {}
        for subject in self.subjects:
            for scenario, causes in self.shown(subject).items():
                for cause in causes:
                    seen.setdefault(cause, {})[subject] = None
                    where.setdefault(cause, set()).add(scenario)
        spans = []
        for cause, subjects in seen.items():
            first, *_, last = [*subjects, *subjects]
            spans.append(Span(cause, first, last, len(subjects), tuple(sorted(where[cause]))))
        return tuple(sorted(spans, key=lambda one: (-len(one.scenarios), one.cause)))

    def _step(self, before: str, after: str) -> Step:
        kinds: dict[str, list[str]] = {}
        both: list[str] = []
        for scenario in self.scenarios:
            one, two = self.cells.get((scenario, before)), self.cells.get((scenario, after))
            if one is None or two is None:
                continue
            both.append(scenario)
            if (kind := _kind(one, two)) is not None:
                kinds.setdefault(kind, []).append(scenario)
        shown = [
            {name: causes for name, causes in self.shown(one).items() if name in both}
            for one in (before, after)
        ]
        return Step(
            before,
            after,
            **{kind: tuple(kinds.get(kind, ())) for kind in _KINDS},
            changes=changes(*shown),
        )


_KINDS = ("supported", "fixed", "broken", "different", "judged_otherwise")


def _kind(one: Cell, two: Cell) -> str | None:
    """What changed from one version to the next; None where nothing did."""
    if one.findings == two.findings:
        return "judged_otherwise" if (one.good, one.causes) != (two.good, two.causes) else None
    if one.verdict is Verdict.UNSUPPORTED:
        return "supported"
    if one.good is not two.good:
        return "fixed" if two.good else "broken"
    return "different" if one.causes != two.causes else None


@dataclass(frozen=True)
class Matrix:
    """A run of versions: `reference` is the id of what all were compared with."""

    reference: str
    subjects: tuple[SubjectInfo, ...]
    scenarios: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    @cached_property
    def sdks(self) -> tuple[Sdk, ...]:
        """The SDKs, by name."""
        names = sorted({one.sdk for one in self.subjects})
        return tuple(Sdk(name, self._of(name), self.scenarios, self.cells) for name in names)

    def _of(self, sdk: str) -> tuple[str, ...]:
        own = [one for one in self.subjects if one.sdk == sdk]
        return tuple(one.id for one in sorted(own, key=lambda one: (number(one.version), one.id)))


@dataclass
class Gathered:
    """Listens to a run of versions and keeps what the matrix is made of: no verdict's values.

    `ledger` tells the entries that are about a version from those of the reference, which say nothing of it.
    """

    ledger: Ledger = field(default_factory=Ledger)
    started: RunStarted | None = None
    ended: RunEnded | None = None
    faults: list[ConformanceError] = field(default_factory=list)
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    _foreign: dict[str, frozenset[str]] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case RunStarted():
                self.started = event
            case Judged(result=result):
                self.cells[result.scenario, result.subject] = Cell.of(result, self._others(result.subject))
            case Faulted(error=error):
                self.faults.append(error)
            case RunEnded():
                self.ended = event
            case _:
                pass

    def _others(self, subject: str) -> frozenset[str]:
        if subject not in self._foreign:
            infos = {one.id: one for one in self.started.subjects} if self.started else {}
            self._foreign[subject] = self.ledger.foreign(infos[subject]) if subject in infos else frozenset()
        return self._foreign[subject]

    def matrix(self, shown: Iterable[str] | None = None) -> Matrix:
        """What was gathered; of those subjects alone, if they are named."""
        started = self.started
        if started is None:
            return Matrix("", (), (), {})
        wanted = None if shown is None else {*shown}
        subjects = tuple(one for one in started.subjects if wanted is None or one.id in wanted)
        return Matrix(started.reference, subjects, tuple(sorted(started.scenarios)), self.cells)


def versions(subjects: Sequence[SubjectInfo]) -> dict[str, str]:
    """The ids of those that are releases as they were published, with their versions."""
    return {one.id: one.version for one in subjects if one.id == f"{one.sdk}@{one.version}"}
