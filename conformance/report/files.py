"""Reports that are written to a file when the run ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from conformance.engine.collected import Collected
from conformance.engine.events import Event, RunEnded
from conformance.errors import UsageError


def writable(path: Path) -> None:
    """Make sure that a file can be written, and its folder there. It makes none.

    Raises:
        UsageError: it can't be.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not os.path.lexists(path)
        try:
            with path.open("a", encoding="utf-8"):
                pass
        finally:  # an interrupted command leaves no empty report
            if new:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"no report can be written here: {error.strerror}", where=str(path)) from error


class AtEnd:
    """Writes what `render` makes of the whole run to `path`; `append` adds to what others wrote there."""

    def __init__(self, path: Path, render: Callable[[Collected], str], *, append: bool = False) -> None:
        """See at once that the file can be written: not only after the run.

        Raises:
            UsageError: it can't be.
        """
        self._path = path
        self._render = render
        self._run = Collected()
        self._append = append
        writable(path)

    def __call__(self, event: Event) -> None:
        """Take one event in."""
        self._run(event)
        if isinstance(event, RunEnded):
            # A subject may have sent half a surrogate pair, which UTF-8 can't say and `\\ud800` can.
            mode = "a" if self._append else "w"
            try:
                with self._path.open(mode, encoding="utf-8", errors="backslashreplace") as file:
                    file.write(self._render(self._run))
            except OSError as error:
                error.filename = error.filename or str(self._path)  # writing does not say to what
                raise
