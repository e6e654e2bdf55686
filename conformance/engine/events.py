"""The events of a run. Every report is a listener to these and to nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from conformance.engine.evidence import Evidence
from conformance.engine.trace import Trace
from conformance.errors import ConformanceError, Location
from conformance.verdict.finding import Result
from conformance.verdict.held import Held
from conformance.wire.recording import SubjectInfo


@dataclass(frozen=True)
class Planned:
    """What is about to be set up and run, told before anything takes time; not in the log of a run."""

    subjects: tuple[str, ...]  # ids, the reference first
    scenarios: int
    jobs: int


@dataclass(frozen=True)
class SettingUp:
    """One step of setting up begins (`seconds` is None) or has ended; not in the log of a run."""

    step: str  # a subject's id, or what else is made ready
    seconds: float | None = None
    failed: bool = False


@dataclass(frozen=True)
class Shard:
    """Which part of a run this is: the `number`th, from 1, of so many.

    `suite` is a hash of all scenarios of the run with what they say, and `complete` what its header would say
    of itself.
    """

    number: int
    of: int
    suite: str
    complete: bool


@dataclass(frozen=True)
class RunStarted:
    """Header: what will run. `complete`: nothing was selected away, and an SDK's pinned version is there.

    `requirements` has the id of the AWS requirement that a scenario is there for, where it is one's. `asked`
    has the words by which the user named a subject, where they are not its id, and `options` what else must
    be said to repeat the run of one scenario, such as `--reference js@2.3.0`. The
    baseline is set by who stands between a run and its reports.
    """

    subjects: tuple[SubjectInfo, ...]  # the reference first
    reference: str  # id of the reference subject
    scenarios: tuple[str, ...]
    complete: bool
    repeat: int = 1
    requirements: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    options: str = ""
    baseline: str = ""  # what the run is compared with
    baseline_notes: tuple[str, ...] = ()  # what can't be compared with it
    shard: Shard | None = None  # of a run in parts
    held: Held | None = (
        None  # whose entries of the ledger a complete run is held to; all where it says nothing
    )


@dataclass(frozen=True)
class Recorded:
    """One run in the lab has ended; its verdict follows once every recording that it needs is there."""

    scenario: str
    subject: str
    repeat: int  # from 1


@dataclass(frozen=True)
class Judged:
    """One scenario has its verdict for one subject; `location` is the scenario's, for annotations.

    `evidence` is what the recording says about a verdict that is bad: None where it is good, and where there
    is no recording.
    """

    result: Result
    location: Location
    trace: Trace | None = None  # only when a report asked for it
    evidence: Evidence | None = None
    before: Result | None = None  # the baseline's of the same scenario, where there is one


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
    problems: tuple[str, ...]  # ledger entries gone stale: errors of a complete run
    held_seconds: float
    notes: tuple[
        str, ...
    ] = ()  # what the ledger does not know for sure, such as on newer versions: no errors
    stopped: bool = False  # whether it was asked to begin nothing more: what was not begun is not missing


Event: TypeAlias = Planned | SettingUp | RunStarted | Recorded | Judged | Faulted | RunEnded
Listener: TypeAlias = Callable[[Event], None]
Audit: TypeAlias = Callable[[list[Result], list[SubjectInfo]], tuple[str, ...]]
"""What is said of the ledger at a run's end, given its results and subjects."""
Stale: TypeAlias = Callable[[list[Result], list[SubjectInfo], Held | None], tuple[str, ...]]
"""What is wrong with the ledger, given those of a complete run and whose entries must show."""
