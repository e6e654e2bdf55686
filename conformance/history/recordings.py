"""A directory of recordings of many versions, each recorded once: a run that was broken off goes on.

It is what `run --out` writes, so that `judge DIR...` reads it, and unites those of parts. Beside the
recordings it keeps what each was made with.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.engine.collator import Assessors, Totals
from conformance.engine.directory import EVENTS
from conformance.engine.event_log import NdjsonWriter, read
from conformance.engine.events import Event, Faulted, Listener, RunEnded, RunStarted, Shard
from conformance.engine.session import Plan, Session, Stack
from conformance.errors import ConformanceError, UsageError
from conformance.history import basis
from conformance.scenario.model import Scenario
from conformance.subjects.subject import Subject
from conformance.wire import store
from conformance.wire.recording import Recording, SubjectInfo

if TYPE_CHECKING:
    from conformance.engine.judging import Keep, Make
    from conformance.verdict.finding import Finding

MADE = "made.ndjson"
_LOCK = "lock"


class Keeping:
    """Stands where a session judges, and only keeps: everything is judged together once all is recorded."""

    def __init__(self, make: Make, emit: Listener, keep: Keep) -> None:
        """Take what a session gives to what judges for it."""
        del make, emit
        self._keep = keep

    async def begin(self, subjects: tuple[SubjectInfo, ...]) -> None:
        """Nothing is to be made ready."""

    async def take(self, recording: Recording, repeat: int) -> None:
        """Keep it."""
        self._keep(recording, repeat)

    async def missing(self, scenario: str, subject: str, repeat: int, finding: Finding | None) -> None:
        """A run that the lab could not finish leaves nothing, and is made again the next time."""

    async def finish(self, *, complete: bool) -> Totals:
        """Nothing was judged."""
        del complete
        return Totals()

    async def stop(self, seconds: float) -> Totals:
        """Nothing is under way."""
        del seconds
        return Totals()


@dataclass(frozen=True)
class Asked:
    """What is to be recorded: the reference first. `shard` is for the header, where this is one of parts."""

    subjects: tuple[Subject, ...]
    scenarios: tuple[Scenario, ...]
    jobs: int
    shard: Shard | None = None
    options: str = ""


@dataclass
class _Told:
    """What a session said of itself, passed on."""

    scenarios: tuple[str, ...] = ()
    infos: list[SubjectInfo] = field(default_factory=list)
    faults: list[ConformanceError] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted(subjects=subjects):
                new = {one.id for one in subjects}
                self.infos = [*(one for one in self.infos if one.id not in new), *subjects]
            case Faulted(error=error):
                self.faults.append(error)
            case RunEnded(seconds=seconds, interrupted=interrupted):
                self.seconds += seconds
                self.interrupted |= interrupted
            case _:
                pass


class Recordings:
    """The directory.

    Raises:
        UsageError: it holds something else, or another run is writing there.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is written yet."""
        if folder.is_dir() and any(folder.iterdir()) and not (folder / MADE).is_file():
            raise UsageError(
                "this directory holds something else than recordings of versions",
                where=str(folder),
                hint="name a new one",
            )
        self.folder = folder

    def record(self, asked: Asked, stack: Callable[[], Stack], listener: Callable[[], Listener]) -> bool:
        """Record all that is not there yet, one version after the other; whether it came to its end.

        `stack` and `listener` give what each version's session runs with, and who is told of it. A version
        that can't be had costs only itself: it is told, and the others go on.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        told = _Told()
        with self._alone():
            told.scenarios, told.infos = self._before(asked)
            self._header(asked, told, ended=False)
            for subject in asked.subjects:
                self._one(asked, subject, stack(), _both(told, listener()))
                if told.interrupted:
                    break
                self._header(asked, told, ended=False)
            if not told.interrupted:
                self._header(asked, told, ended=True)
        return not told.interrupted

    def _one(self, asked: Asked, subject: Subject, stack: Stack, emit: Listener) -> None:
        wanted = basis.of(subject, asked.scenarios)
        made = self._made()
        missing = tuple(
            one
            for one in asked.scenarios
            if wanted.get(one.id) is None
            or made.get((one.id, subject.id)) != wanted[one.id]
            or not (self.folder / f"{store.stem(one.id, subject.id)}{store.SUFFIXES[0]}").is_file()
        )
        plan = Plan(scenarios=missing, subjects=(subject,), locations={}, jobs=asked.jobs)

        def save(recording: Recording, _: int) -> None:
            self._keep(recording, wanted)

        Session(plan, stack, _NOTHING, emit, save=save, judge=Keeping).run()

    def _keep(self, recording: Recording, wanted: Mapping[str, str]) -> None:
        """Write a recording, and only then that it is there."""
        store.write(recording, self.folder)
        line = {
            "scenario": recording.scenario,
            "subject": recording.subject.id,
            "basis": wanted.get(recording.scenario, ""),
        }
        with (self.folder / MADE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _made(self) -> dict[tuple[str, str], str]:
        """What each recording was made with; a line that was cut off is of none."""
        found: dict[tuple[str, str], str] = {}
        try:
            lines = (self.folder / MADE).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return found
        for line in lines:
            try:
                one = json.loads(line)
                found[one["scenario"], one["subject"]] = one["basis"]
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def _before(self, asked: Asked) -> tuple[tuple[str, ...], list[SubjectInfo]]:
        """The scenarios and subjects of what was recorded here before, and of what is now.

        Raises:
            UsageError: it was another part of a run, or was compared with another reference.
        """
        own = {one.id for one in asked.scenarios}
        path = self.folder / EVENTS
        header = next(iter(read(path)), None) if path.is_file() else None
        if not isinstance(header, RunStarted):
            return tuple(sorted(own)), []
        if header.shard != asked.shard or header.reference != asked.subjects[0].id:
            raise UsageError(
                "what was recorded here was another part, of other scenarios, or beside another reference",
                where=str(self.folder),
                hint="name another DIR",
            )
        return tuple(sorted(own.union(header.scenarios))), [*header.subjects]

    def _header(self, asked: Asked, told: _Told, *, ended: bool) -> None:
        """Write what a run says of itself: of the versions that are there so far."""
        draft = self.folder / f"{EVENTS}.part"
        log = NdjsonWriter(draft)
        log(
            RunStarted(
                subjects=tuple(told.infos),
                reference=asked.subjects[0].id,
                scenarios=told.scenarios,
                complete=False,
                shard=asked.shard,
                requirements={one.id: one.aws.id for one in asked.scenarios if one.aws is not None},
                options=asked.options,
            )
        )
        for fault in told.faults:
            log(Faulted(fault))
        if ended:
            log(
                RunEnded(
                    told.seconds, interrupted=False, divergences={}, problems=(), held_seconds=0.0, notes=()
                )
            )
        draft.replace(self.folder / EVENTS)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other run writes here meanwhile. The kernel lets go when its holder dies."""
        (self.folder / MADE).touch()
        with (self.folder / _LOCK).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(
                    "another run is writing here", where=str(self.folder), hint="wait, or name another DIR"
                ) from error
            yield


def _both(first: Listener, second: Listener) -> Listener:
    def emit(event: Event) -> None:
        first(event)
        second(event)

    return emit


def _unjudged(*_: object) -> None:
    raise AssertionError("a session that only records judges nothing")


_NOTHING = Assessors(judge=_unjudged, stream=_unjudged, difference=_unjudged)  # type: ignore[arg-type]
