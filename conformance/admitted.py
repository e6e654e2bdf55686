"""Scenario files that were admitted before, so that a run need not wait for seconds while all are read again.

Admission depends on a file's bytes and on the code that admits, on nothing else. What is kept is the plain
document of each file that was admitted, by a hash of its bytes; when the code changes, all of it is
forgotten. A file that is refused is never kept: what is wrong with it is found anew each time.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import conformance.scenario
from conformance.errors import ConformanceError
from conformance.subjects import cache

NAME = "scenarios.json"
MOST = 2000
"""Documents that are kept of files that this run did not meet; beyond it they are forgotten."""


class Admitted:
    """What is known: given to `conformance.scenario.load`, and saved once that is done."""

    def __init__(self, path: Path | None = None) -> None:
        """Read what an earlier run kept in `path`; a file in the cache unless given."""
        self._path = path or cache.directory() / NAME
        self._code = _fingerprint()
        self._known: dict[str, Any] = {}
        self._met: dict[str, Any] = {}
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(self._path.read_bytes())
            if kept["code"] == self._code:
                self._known = dict(kept["documents"])

    def get(self, source: bytes) -> tuple[dict[str, Any], int] | None:
        """The document of a file's bytes and the line of its title, if it was admitted before."""
        digest = sha256(source).hexdigest()
        if digest not in self._known:
            return None
        self._met[digest] = self._known[digest]
        document, line = self._known[digest]
        return document, line

    def put(self, source: bytes, document: dict[str, Any], line: int) -> None:
        """Keep a document that was admitted."""
        self._met[sha256(source).hexdigest()] = [document, line]

    def save(self) -> None:
        """Write down what is new. A cache that can't be written costs time and nothing else."""
        if self._met.keys() <= self._known.keys():
            return
        documents = {**self._known, **self._met} if len(self._known) < MOST else self._met
        with suppress(OSError, ConformanceError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_suffix(f".{os.getpid()}")
            draft.write_text(json.dumps({"code": self._code, "documents": documents}), encoding="utf-8")
            draft.replace(self._path)


def _fingerprint() -> str:
    """The files of the package that admits: their names, sizes and times."""
    (folder,) = conformance.scenario.__path__
    files = sorted((entry.name, entry.stat()) for entry in os.scandir(folder) if entry.is_file())
    return sha256(repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in files]).encode()).hexdigest()
