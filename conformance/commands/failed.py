"""Which scenarios were not as expected when they ran last, kept from one run to the next."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from conformance.engine.collected import unexpected
from conformance.engine.events import Event, Judged, RunEnded
from conformance.engine.files import SCENARIOS
from conformance.errors import ConformanceError, UsageError
from conformance.scenario.patterns import select
from conformance.subjects import cache

NAME = "last-failed.json"


class Failed:
    """Listens to a run and keeps what came of it, for one folder of scenarios; a file in the cache.

    A scenario that did not run keeps what it was. A cache that can't be written costs this memory alone.
    """

    def __init__(self, scenarios: Path | None, file: Path | None = None) -> None:
        """Read what earlier runs kept."""
        self._folder = str((scenarios or SCENARIOS).resolve())
        self._file = file or cache.directory() / NAME
        self._judged: dict[str, bool] = {}

    def among(self, patterns: Sequence[str]) -> list[str]:
        """The ids of those that the patterns select.

        Raises:
            UsageError: none failed, or a pattern selects none of them.
        """
        failed = self._read().get(self._folder, [])
        if not failed:
            raise UsageError("nothing failed when it ran last", hint="run without --last-failed")
        return select(patterns, failed)

    def __call__(self, event: Event) -> None:
        """Take one event in, and write at the run's end."""
        if isinstance(event, Judged):
            name = event.result.scenario
            self._judged[name] = self._judged.get(name, False) or bool(unexpected(event))
        elif isinstance(event, RunEnded) and self._judged:
            self._write()

    def _read(self) -> dict[str, list[str]]:
        with suppress(OSError, ValueError):
            kept = json.loads(self._file.read_bytes())
            if isinstance(kept, dict):
                return kept
        return {}

    def _write(self) -> None:
        kept = self._read()
        still = [name for name in kept.get(self._folder, []) if name not in self._judged]
        kept[self._folder] = sorted([*still, *(name for name, bad in self._judged.items() if bad)])
        with suppress(OSError, ConformanceError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft = self._file.with_suffix(f".{os.getpid()}")
            draft.write_text(json.dumps(kept), encoding="utf-8")
            draft.replace(self._file)
