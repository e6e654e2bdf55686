"""What the scenarios cover, by runs that showed it.

A cell of the table counts for a scenario when every subject that can run it was judged well and showed the
cell; an AWS requirement, when all were judged well on a scenario that names it; an entry of the catalogue,
when moreover the scenario notices with each of them that what the entry speaks of is broken: by a mutation,
or by the subject itself, where the ledger says that a known divergence of its own breaks the entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from conformance.engine.events import Event, Judged
from conformance.quality.coverage import inside, parameters
from conformance.quality.coverage.cells import CELLS, EXCLUDED, KINDS, OUTCOMES, PARENTS, Cell
from conformance.quality.coverage.inside import INSIDES, Inside
from conformance.quality.coverage.parameters import Parameters
from conformance.quality.coverage.shown import shown
from conformance.quality.coverage.uses import Use, uses
from conformance.quality.mutation.entries import UNBREAKABLE, Breaking
from conformance.report import text
from conformance.scenario.catalogue import requirements
from conformance.scenario.model import Scenario
from conformance.verdict.finding import GOOD, Layer, Verdict
from conformance.wire.recording import Recording
from conformance.wire.stream import canonical

Names = tuple[str, ...]
T = TypeVar("T")


@dataclass
class Coverage:
    """Listens to a session, and is given its recordings; `breaks` says what the ledger's entries break."""

    breaks: Mapping[str, Names] = field(default_factory=dict)
    _cells: dict[tuple[str, str], frozenset[Cell | Inside]] = field(default_factory=dict)
    _bites: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _broken: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _uses: dict[str, frozenset[Use]] = field(default_factory=dict)
    _deep: set[str] = field(default_factory=set)
    _named: dict[str, tuple[Names, str | None]] = field(default_factory=dict)
    _verdicts: dict[str, dict[str, Verdict]] = field(default_factory=lambda: defaultdict(dict))

    def keep(self, recording: Recording, repeat: int = 1) -> None:
        """Look at a recording; the first of several repeats counts."""
        if repeat > 1:
            return
        scenario = Scenario.from_document(recording.scenario, recording.document)
        inner = inside.shown(recording, canonical(recording, scenario))
        self._cells[recording.scenario, recording.subject.id] = shown(scenario, recording) | inner
        breaking = Breaking(recording)
        self._bites[recording.scenario, recording.subject.id] = frozenset(
            filter(breaking.bites, scenario.covers)
        )
        self._uses[recording.scenario] = uses(scenario)
        if scenario.deep:
            self._deep.add(recording.scenario)
        self._named[recording.scenario] = (scenario.covers, scenario.aws.id if scenario.aws else None)

    def __call__(self, event: Event) -> None:
        """Take a verdict in."""
        if isinstance(event, Judged):
            result = event.result
            self._verdicts[result.scenario][result.subject] = result.verdict
            self._broken[result.scenario, result.subject] = frozenset(
                finding.divergence
                for finding in result.findings
                if finding.divergence
                and finding.divergence in self.breaks
                and finding.layer is not Layer.PARITY
            )

    def cells(self) -> dict[Cell, Names]:
        """Every cell that something can show, with the scenarios that show it."""
        return {
            cell: tuple(name for name in self._good() if self._holds(name, cell, self._cells))
            for cell in CELLS
        }

    def insides(self) -> dict[Inside, Names]:
        """Every kind of operation inside every kind of virtual context, with the scenarios that show it."""
        return {
            one: tuple(name for name in self._good() if self._holds(name, one, self._cells))
            for one in INSIDES
        }

    def parameters(self) -> Parameters:
        """Which parameters take which values where, in scenarios that every subject passes."""
        return Parameters.of(self._uses[name] for name in self._good() if name in self._uses)

    def deep(self) -> int:
        """How many pairs of the table of parameters only deep scenarios show."""
        plain = (name for name in self._good() if name in self._uses and name not in self._deep)
        return len(Parameters.of(self._uses[name] for name in plain).gaps()) - len(self.parameters().gaps())

    def requirements(self) -> dict[str, Names]:
        """Every entry of the catalogue, with the scenarios that fail when what it speaks of is broken."""
        noticed = self._noticed()
        return {
            entry: tuple(name for name in names if self._holds(name, entry, noticed))
            for entry, names in self._naming().items()
        }

    def broken(self) -> dict[str, dict[str, Names]]:
        """The entries of the catalogue that a subject breaks: the divergences that say so, by subject."""
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for (_, subject), divergences in self._broken.items():
            for divergence in divergences:
                for entry in self.breaks[divergence]:
                    found[entry][subject].add(divergence)
        return {
            entry: {subject: tuple(sorted(ids)) for subject, ids in sorted(found[entry].items())}
            for entry in requirements()
            if entry in found
        }

    def named(self) -> dict[str, Names]:
        """Every entry of the catalogue, with the scenarios that name it and do not notice it broken."""
        covering = self.requirements()
        return {
            entry: tuple(name for name in names if name not in covering[entry])
            for entry, names in self._naming().items()
        }

    def aws(self) -> dict[str, Names]:
        """The AWS requirements that scenarios implement."""
        implementing: dict[str, Names] = {}
        for name in self._good():
            if (id_ := self._named[name][1]) is not None:
                implementing[id_] = (*implementing.get(id_, ()), name)
        return dict(sorted(implementing.items(), key=lambda item: [int(part) for part in item[0].split("-")]))

    def gaps(self) -> Names:
        """What no scenario covers: cells by their text, entries of the catalogue by id."""
        naming = self._naming()
        entries = {
            entry: naming[entry] if entry in UNBREAKABLE else names
            for entry, names in self.requirements().items()
        }
        tables = [*self.cells().items(), *self.insides().items(), *entries.items()]
        missing = tuple(str(what) for what, names in tables if not names)
        return missing + tuple(map(str, self.parameters().gaps()))

    def _noticed(self) -> dict[tuple[str, str], frozenset[str]]:
        """The entries whose breaking shows in a recording: made on purpose, or the subject's own."""
        return {
            key: self._bites.get(key, frozenset()).union(
                *(self.breaks[divergence] for divergence in self._broken.get(key, ()))
            )
            for key in {*self._bites, *self._broken}
        }

    def _naming(self) -> dict[str, Names]:
        good = [*self._good()]
        return {
            entry: tuple(name for name in good if entry in self._named[name][0]) for entry in requirements()
        }

    def _good(self) -> Iterator[str]:
        """The scenarios that every subject that can run them was judged well on, at least one of them."""
        for name in sorted(self._named):
            verdicts = {*self._verdicts[name].values()} - {Verdict.UNSUPPORTED}
            if verdicts and verdicts <= GOOD:
                yield name

    def _holds(self, name: str, what: T, held: Mapping[tuple[str, str], frozenset[T]]) -> bool:
        """Whether the recordings of every subject that can run a scenario have something."""
        return all(
            what in held.get((name, subject), ())
            for subject, verdict in self._verdicts[name].items()
            if verdict is not Verdict.UNSUPPORTED
        )


def document(coverage: Coverage) -> dict[str, Any]:
    """The coverage as plain JSON values."""
    entries, named, broken = requirements(), coverage.named(), coverage.broken()
    return {
        "schema": 1,
        "cells": [{**asdict(cell), "scenarios": [*names]} for cell, names in coverage.cells().items()],
        "excluded": [{**asdict(cell), "reason": reason} for cell, reason in EXCLUDED.items()],
        "inside": [{**asdict(one), "scenarios": [*names]} for one, names in coverage.insides().items()],
        "requirements": [
            {
                **asdict(entries[entry]),
                "scenarios": [*names],
                "named": [*named[entry]],
                "broken": {subject: [*ids] for subject, ids in broken.get(entry, {}).items()},
            }
            for entry, names in coverage.requirements().items()
        ],
        "aws": {id_: [*names] for id_, names in coverage.aws().items()},
        "parameters": [
            {**asdict(pair), "scenarios": count} for pair, count in coverage.parameters().shown.items()
        ],
        "parameters_deep": coverage.deep(),
        "gaps": [*coverage.gaps()],
    }


def lines(coverage: Coverage) -> Iterator[str]:
    """The coverage in words: the table of cells, the catalogue, and what is missing."""
    cells = coverage.cells()
    yield "Scenarios that show a context in a context, by its outcome, without / with a suspension inside:"
    yield from text.table([("", *OUTCOMES), *_rows(cells)])
    yield ""
    yield "Scenarios that show an operation inside a virtual context, succeeding / failing:"
    insides = coverage.insides()
    yield from text.table([("", *inside.WHERE), *_inner_rows(insides)])
    yield ""
    yield "Scenarios that fail when what an entry of the language SDK specification speaks of is broken, and"
    yield "scenarios that only name it:"
    entries, named = requirements(), coverage.named()
    yield from text.table(
        [
            (
                f"{id_}  ({entries[id_].level}, {entries[id_].section})",
                "-" if id_ in UNBREAKABLE else str(len(names)),
                str(len(named[id_])),
            )
            for id_, names in coverage.requirements().items()
        ]
    )
    yield from (f"{id_}: not measured by breaking: {reason}" for id_, reason in UNBREAKABLE.items())
    for id_, subjects in coverage.broken().items():
        for subject, divergences in subjects.items():
            yield f"{id_}: broken by {subject} itself, see the ledger's {', '.join(divergences)}"
    yield ""
    table = coverage.parameters()
    yield "Parameters of the language: what is there of each value in each place, first run and replayed, and"
    yield "scenarios that show each value:"
    yield from parameters.lines(table)
    yield ""
    yield f"{_filled(cells.values())} cells"
    yield f"{_filled(insides.values())} operations inside virtual contexts"
    yield f"{_filled(coverage.requirements().values())} entries of the specification"
    yield f"{len(coverage.aws())} AWS requirements"
    there = len(table.shown) - len(table.gaps())
    yield f"{there} of {len(table.shown)} pairs of a parameter's values, places and times"
    yield f"{coverage.deep()} of them in deep scenarios alone"
    gaps = coverage.gaps()
    yield f"{text.counted(len(gaps), 'gap')}" + (":" if gaps else "")
    yield from (f"  {gap}" for gap in gaps)


def _rows(cells: dict[Cell, Names]) -> Iterator[tuple[str, ...]]:
    for parent in PARENTS:
        for child in KINDS:
            yield (f"{parent} > {child}", *(_pair(cells, parent, child, outcome) for outcome in OUTCOMES))


def _pair(cells: dict[Cell, Names], parent: str, child: str, outcome: str) -> str:
    """The scenarios without and with a suspension, as `2/1`; a dash where nothing can show it."""
    plain, suspended = (cells.get(Cell(parent, child, outcome, how)) for how in (False, True))
    return " / ".join("-" if names is None else str(len(names)) for names in (plain, suspended))


def _inner_rows(insides: dict[Inside, Names]) -> Iterator[tuple[str, ...]]:
    for kind in inside.KINDS.values():
        shown_by = [
            [insides.get(Inside(kind, where, end)) for end in inside.OUTCOMES] for where in inside.WHERE
        ]
        yield (
            kind,
            *(" / ".join("-" if one is None else str(len(one)) for one in pair) for pair in shown_by),
        )


def _filled(all_names: Iterable[Names]) -> str:
    counts = [*map(bool, all_names)]
    return f"{sum(counts)} of {len(counts)}"
