"""One scenario with one version at a time, recorded once and judged, for a search among versions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conformance.engine.events import Event, Faulted
from conformance.engine.stack import real
from conformance.errors import ConformanceError, EnvironmentFault
from conformance.history.cell import Cell
from conformance.history.recordings import Asked, Recordings
from conformance.scenario.model import Scenario
from conformance.subjects.subject import Subject
from conformance.verdict.finding import Finding, Layer, Result
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire import store
from conformance.wire.recording import Recording


@dataclass(frozen=True)
class Trial:
    """What a version came to."""

    recording: Recording
    result: Result
    cell: Cell


class Trials:
    """Runs a scenario with whatever version is asked for, or finds it recorded below `folder`."""

    def __init__(self, folder: Path, scenario: Scenario, reference: Subject, ledger: Ledger) -> None:
        """Nothing is run yet."""
        self._recordings = Recordings(folder / store.stem(scenario.id, reference.id))
        self._scenario = scenario
        self._reference = reference
        self._ledger = ledger

    def of(self, subject: Subject) -> Trial:
        """What a version comes to beside the reference.

        Raises:
            EnvironmentFault: it can't be had, or its run can't be judged.
        """
        recording, reference = self._recorded(subject), self._recorded(self._reference)
        result = judge(recording, reference, self._ledger)
        cell = Cell.of(result, self._ledger.foreign(recording.subject))
        if not cell.judged:
            raise EnvironmentFault(result.findings[-1].message, where=subject.id)
        return Trial(recording, result, cell)

    def _recorded(self, subject: Subject) -> Recording:
        faults: list[ConformanceError] = []

        def hear(event: Event) -> None:
            if isinstance(event, Faulted):
                faults.append(event.error)

        subjects = tuple(dict.fromkeys((self._reference, subject)))
        asked = Asked(subjects, (self._scenario,), jobs=len(subjects))
        if not self._recordings.record(asked, real, lambda: hear):
            raise KeyboardInterrupt
        path = self._recordings.folder / f"{store.stem(self._scenario.id, subject.id)}{store.SUFFIXES[0]}"
        if faults or not path.is_file():
            raise faults[0] if faults else EnvironmentFault("it left no recording", where=subject.id)
        return store.read(path)


def difference(newer: Trial, older: Trial) -> tuple[Finding, ...]:
    """What one does otherwise on the wire than the other, spelling aside."""
    result = judge(newer.recording, older.recording, Ledger())
    return tuple(one for one in result.findings if one.layer is Layer.PARITY)
