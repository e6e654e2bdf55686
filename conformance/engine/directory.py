"""The directory of `run --out`: a file a recording, a folder for each further repeat, and the events."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance import machine
from conformance.engine.event_log import NdjsonWriter
from conformance.engine.events import Event
from conformance.errors import EnvironmentFault, UsageError
from conformance.wire import store
from conformance.wire.recording import Recording

EVENTS = "run.ndjson"


@dataclass(frozen=True)
class Kept:
    """A recording and the file that it came from."""

    path: Path
    recording: Recording


class Directory:
    """Keeps a run for `conformance judge`: a listener to its events that is given its recordings too.

    Raises:
        UsageError: there is something in the directory that no run put there.
    """

    def __init__(self, folder: Path) -> None:
        """Begin anew: what an earlier run left here would be judged as if it were this run's."""
        if folder.is_dir() and any(folder.iterdir()) and not (folder / EVENTS).is_file():
            raise UsageError(
                "this directory holds something else than recordings",
                where=str(folder),
                hint="name a new one",
            )
        for kept in (folder, *folder.glob("repeat-*")):
            for old in store.files(kept):
                old.unlink()
        self._folder = folder
        self._events = NdjsonWriter(folder / EVENTS)
        self._broken = False

    def __call__(self, event: Event) -> None:
        """Write one event down. What comes after one that could not be is left out: it would hide the gap.

        Raises:
            EnvironmentFault: it can't be, which is said once.
        """
        if self._broken:
            return
        with self._kept():
            self._events(event)

    def keep(self, recording: Recording, repeat: int) -> None:
        """Save a recording, `repeat` counting from 1.

        Raises:
            EnvironmentFault: it can't be.
        """
        with self._kept():
            store.write(recording, _folder(self._folder, repeat))

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._broken = True
            error.filename = error.filename or str(self._folder)  # writing does not say to what
            raise EnvironmentFault(f"the run can't be kept: {machine.said(error)}") from error


def recordings(folder: Path, repeat: int, skip: Collection[tuple[str, str]] = ()) -> Iterator[Kept]:
    """The recordings of one repeat, each read only when it is asked for.

    Args:
        folder: what `run --out` wrote.
        repeat: from 1.
        skip: scenario and subject of recordings that need not be read, where a file is called after them.

    Raises:
        UsageError, EnvironmentFault: one can't be read.
    """
    unread = {store.stem(*key) for key in skip}
    for path in store.files(_folder(folder, repeat)):
        if path.name.rpartition(".json")[0] not in unread:
            yield Kept(path, store.read(path))


def beyond(folder: Path, repeats: int) -> list[Path]:
    """Files of recordings in folders of repeats that a run of so many did not have."""
    own = {_folder(folder, repeat) for repeat in range(1, repeats + 1)}
    others = sorted(path for path in folder.glob("repeat-*") if path not in own)
    return [path for other in others for path in store.files(other)]


def _folder(folder: Path, repeat: int) -> Path:
    return folder if repeat == 1 else folder / f"repeat-{repeat}"
