"""The directory of `run --out`: a file a recording, a folder for each further repeat, and the events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance.engine.event_log import NdjsonWriter
from conformance.engine.events import Event
from conformance.errors import UsageError
from conformance.wire import store
from conformance.wire.recording import Recording

EVENTS = "run.ndjson"


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
                cure="name a new one",
            )
        for old in (*folder.glob("*@@*.json"), *folder.glob("repeat-*/*@@*.json")):
            old.unlink()
        self._folder = folder
        self._events = NdjsonWriter(folder / EVENTS)

    def __call__(self, event: Event) -> None:
        """Write one event down."""
        self._events(event)

    def keep(self, recording: Recording, repeat: int) -> None:
        """Save a recording, `repeat` counting from 1."""
        store.write(recording, _folder(self._folder, repeat))


def recordings(folder: Path, repeat: int) -> Iterator[Recording]:
    """The recordings of one repeat, each read only when it is asked for.

    Raises:
        UsageError, EnvironmentFault: one can't be read.
    """
    for path in sorted(_folder(folder, repeat).glob("*@@*.json")):
        yield store.read(path)


def _folder(folder: Path, repeat: int) -> Path:
    return folder if repeat == 1 else folder / f"repeat-{repeat}"
