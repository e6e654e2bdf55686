"""A run held against an earlier one: what is new, what is fixed, what is the same.

A finding is the same as one of the baseline's if it is of the same rule at the same place of the same
scenario, with the same value. One whose value is another is neither new nor the same: it has changed, and is
told as what is new is. What is compared is one subject with the baseline's subject of the same
SDK; where either has no verdict that says anything, nothing is compared, and that is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.engine.collected import Collected, changed, unexpected
from conformance.engine.events import Event, Judged, Listener, Recorded, RunEnded, RunStarted
from conformance.engine.results import from_json
from conformance.errors import UsageError
from conformance.verdict.finding import GOOD, NOT_JUDGED, Result, Verdict
from conformance.wire.recording import SubjectInfo

SCHEMAS = (1, 2)
"""Schemas of the JSON report that can be read."""

_READ = " and ".join(map(str, SCHEMAS))


@dataclass(frozen=True)
class Side:
    """An earlier run, as far as it is compared."""

    name: str
    subjects: tuple[SubjectInfo, ...]
    reference: str
    results: tuple[Result, ...]

    @classmethod
    def of(cls, name: str, run: Collected) -> Side:
        """A run that was judged."""
        reference = run.started.reference if run.started else ""
        return cls(name, run.subjects, reference, tuple(one.result for one in run.judged()))

    @classmethod
    def read(cls, path: Path) -> Side:
        """A JSON report.

        Raises:
            UsageError: it can't be read, or is of a schema that says something else.
        """
        where = str(path)
        try:
            document: Any = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(f"no JSON report can be read here: {error}", where=where) from error
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema not in SCHEMAS:
            raise UsageError(
                f"a report of schema {schema!r} can't be compared: this version reads {_READ}",
                where=where,
                hint="judge its recordings with this version: conformance judge DIR --json FILE",
            )
        try:
            subjects = tuple(SubjectInfo(**info) for info in document["subjects"])
            results = tuple(from_json(each) for each in document["results"])
            reference = document.get("reference") or subjects[0].id
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise UsageError(f"this is no whole report: {error!r}", where=where) from error
        return cls(where, subjects, reference, results)

    def counterpart(self, info: SubjectInfo, reference: str) -> str | None:
        """The id of the subject that one of another run is compared with; None where there is none."""
        if info.id == reference:
            own = next((one for one in self.subjects if one.id == self.reference), None)
            return own.id if own is not None and own.sdk == info.sdk else None
        alike = [one.id for one in self.subjects if one.sdk == info.sdk]
        if info.id in alike:
            return info.id
        others = [name for name in alike if name != self.reference]
        return next(iter(others or alike), None)


class Against:
    """Stands before the reports of a run: gives each verdict the baseline's of the same scenario.

    A baseline that is a subject of the same run is told from the others here: the reports never see it, and a
    verdict waits until the baseline's has come.
    """

    def __init__(self, base: Side | str, emit: Listener) -> None:
        """`base` is an earlier run, or the id of a subject of this one."""
        self._base = base
        self._emit = emit
        self._started: RunStarted | None = None
        self._pairs: dict[str, str] = {}
        self._results: dict[tuple[str, str], Result] = {}
        self._waiting: dict[str, list[Judged]] = {}
        self._hidden = ""

    def __call__(self, event: Event) -> None:
        """Take one event, and pass on what the reports are to see."""
        match event:
            case RunStarted():
                self._start(event)
            case Judged():
                self._judged(event)
            case RunEnded():
                for scenario in [*self._waiting]:
                    self._release(scenario)
                self._emit(event)
            case Recorded(subject=subject) if subject == self._hidden:
                pass
            case _:
                self._emit(event)

    def _start(self, event: RunStarted) -> None:
        self._started = event
        if isinstance(self._base, Side):
            side = self._base
            self._results = {(one.scenario, one.subject): one for one in side.results}
            notes = unlike(side, event)
        else:
            side = Side(self._base, tuple(one for one in event.subjects if one.id == self._base), "", ())
            self._hidden = "" if self._base == event.reference else self._base
            notes = () if side.subjects else ("the baseline could not be set up: nothing is compared",)
        for info in event.subjects:
            other = side.counterpart(info, event.reference)
            if other is not None and info.id != self._base:
                self._pairs[info.id] = other
        shown = tuple(one for one in event.subjects if one.id != self._hidden)
        self._emit(replace(event, subjects=shown, baseline=side.name, baseline_notes=notes))

    def _judged(self, event: Judged) -> None:
        result = event.result
        if not isinstance(self._base, Side) and result.subject == self._base:
            self._results[result.scenario, result.subject] = result
            if result.subject != self._hidden:
                self._emit(event)
            self._release(result.scenario)
        elif result.subject not in self._pairs:
            self._emit(event)
        else:
            self._waiting.setdefault(result.scenario, []).append(event)
            if isinstance(self._base, Side) or (result.scenario, self._base) in self._results:
                self._release(result.scenario)

    def _release(self, scenario: str) -> None:
        for event in self._waiting.pop(scenario, []):
            before = self._results.get((scenario, self._pairs[event.result.subject]))
            self._emit(replace(event, before=before))


def unlike(base: Side, now: RunStarted) -> tuple[str, ...]:
    """What can't be compared of two runs, in words."""
    notes = []
    before, after = {one.scenario for one in base.results}, set(now.scenarios)
    if gone := before - after:
        notes.append(f"{_some(gone)} of the baseline are not in this run")
    if new := after - before:
        notes.append(f"{_some(new)} of this run are not in the baseline")
    if now.reference != base.reference:
        notes.append(
            f"the baseline was compared with {base.reference}, this run with {now.reference}: "
            "differences from the reference may be new for that alone"
        )
    notes += [
        f"{info.id} has no counterpart in the baseline"
        for info in now.subjects
        if base.counterpart(info, now.reference) is None and info.id != now.reference
    ]
    return tuple(notes)


def _some(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - 3} more" if len(ordered) > 3 else ""  # noqa: PLR2004 (some are enough)
    return f"scenarios {', '.join(ordered[:3])}{more}"


@dataclass(frozen=True)
class Comparison:
    """What a run is beside its baseline, by scenario and subject, sorted."""

    baseline: str
    new: tuple[tuple[str, str], ...]  # broken as it was not in the baseline
    changed: tuple[tuple[str, str], ...]  # broken in the baseline as well, and now in another way
    fixed: tuple[tuple[str, str], ...]  # broken in the baseline, and good now
    same: int
    missing: int  # without a verdict of the baseline that says anything
    notes: tuple[str, ...]


def comparison(run: Collected) -> Comparison | None:
    """Compare a run with its baseline; None where it has none."""
    if run.started is None or not run.started.baseline:
        return None
    new: list[tuple[str, str]] = []
    other: list[tuple[str, str]] = []
    fixed: list[tuple[str, str]] = []
    same = missing = 0
    for one in run.judged():
        key = (one.result.scenario, one.result.subject)
        before = one.before
        if one.result.verdict in NOT_JUDGED:
            missing += 1
        elif unexpected(one):
            (other if changed(one) else new).append(key)
            missing += before is not None and before.verdict in SAYS_NOTHING
        elif before is None:
            missing += one.result.subject != run.started.reference
        elif before.verdict in SAYS_NOTHING:
            missing += before.verdict is not one.result.verdict
        elif before.verdict not in GOOD and one.result.verdict in GOOD:
            fixed.append(key)
        else:
            same += 1
    return Comparison(
        baseline=run.started.baseline,
        new=tuple(new),
        changed=tuple(other),
        fixed=tuple(fixed),
        same=same,
        missing=missing,
        notes=run.started.baseline_notes,
    )


SAYS_NOTHING: frozenset[Verdict] = NOT_JUDGED | {Verdict.UNSUPPORTED}


def serializable(one: Comparison) -> Mapping[str, Any]:
    """A comparison as plain JSON values."""
    return {
        "baseline": one.baseline,
        "new": [{"scenario": scenario, "subject": subject} for scenario, subject in one.new],
        "changed": [{"scenario": scenario, "subject": subject} for scenario, subject in one.changed],
        "fixed": [{"scenario": scenario, "subject": subject} for scenario, subject in one.fixed],
        "same": one.same,
        "not_compared": one.missing,
        "notes": list(one.notes),
    }
