"""The events of a run. Every report is a listener to these and to nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.errors import ConformanceError
from conformance.verdict.finding import Result
from conformance.wire.recording import SubjectInfo


@dataclass(frozen=True)
class RunStarted:
    """Header: what will run. `complete` when nothing was selected away and the subjects are the default pair."""

    subjects: tuple[SubjectInfo, ...]
    reference: str  # id of the reference subject
    scenarios: tuple[str, ...]
    complete: bool


@dataclass(frozen=True)
class Judged:
    """One scenario has its verdict for one subject; `location` is file:line of the scenario for annotations."""

    result: Result
    location: str


@dataclass(frozen=True)
class Faulted:
    """Something could not be used at all: a bad scenario, a subject that can't start."""

    error: ConformanceError


@dataclass(frozen=True)
class RunEnded:
    """Footer: a report without one was cut off."""

    seconds: float
    interrupted: bool
    divergences: dict[str, int]  # ledger entry id -> findings it accounted for
    problems: tuple[str, ...]  # ledger entries gone stale, policies never used: errors of a complete run
    held_seconds: float


Event = RunStarted | Judged | Faulted | RunEnded
Listener = Callable[[Event], None]
