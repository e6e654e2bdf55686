"""Where in a scenario's file something stands: its line and column, and the line itself.

Files are read when a report asks, which is for the few scenarios that it shows. One that is not there any
more, or is not the one that ran, has no places: then the scenario's own line stands for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from conformance.engine.events import Judged
from conformance.engine.evidence import Evidence, digest
from conformance.errors import ScenarioError
from conformance.scenario.yaml_text import MAX_BYTES, Text, read


@dataclass(frozen=True)
class Spot:
    """A place in a file: `line` and `column` count from 1, `width` is that of the word that stands there.

    `text` is the whole line; without it only the file and its line are known.
    """

    file: str
    line: int
    column: int = 1
    width: int = 1
    text: str | None = None

    def __str__(self) -> str:
        """Write it as editors expect it."""
        return f"{self.file}:{self.line}" if self.line else self.file


def spot(judged: Judged, known: Evidence | None) -> Spot:
    """Where the finding that `known` is about stands in its scenario's file."""
    where = judged.location
    if known is None or not known.place:
        return Spot(where.file, where.line)
    found = _read(where.file)
    if found is None or found.digest != known.document:
        return Spot(where.file, where.line)
    line, column = found.text.line(known.place), found.text.column(known.place)
    lines = found.source.split("\n")
    if not 0 < line <= len(lines):
        return Spot(where.file, where.line)
    word = str(known.place[-1])
    there = lines[line - 1].rstrip("\r")
    width = len(word) if there[column - 1 :].startswith(word) else 1
    return Spot(where.file, line, column, width, there)


def source(file: str, document: Any) -> str | None:
    """The text of a scenario's file, if it still is the one that `document` was made of."""
    found = _read(file)
    return found.source if found is not None and found.digest == digest(document) else None


@dataclass(frozen=True)
class _Source:
    source: str
    text: Text
    digest: str


@lru_cache(maxsize=64)
def _read(file: str) -> _Source | None:
    """A file as it is now; None where it can't be read as a scenario."""
    path = Path(file)
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        source = path.read_bytes()
        text = read(source, file)
        return _Source(source.decode("utf-8"), text, digest(text.document))
    except (OSError, ValueError, ScenarioError):
        return None
