"""Which scenarios execute which line of the SDK: recorded once, by a run with a traced subject."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import EnvironmentFault
from conformance.wire.recording import Recording

DATA = "lines"


@dataclass(frozen=True)
class Executed:
    """By module, without the package, and line: the scenarios that execute it."""

    lines: Mapping[tuple[str, int], frozenset[str]]

    def of(self, module: str, line: int) -> frozenset[str]:
        """The scenarios that execute a line."""
        return self.lines.get((module, line), frozenset())

    @classmethod
    def read(cls, directory: Path, package: Path, recordings: Iterable[Recording]) -> Executed:
        """Put together what the processes of a traced run wrote, with the recordings of that run.

        Raises:
            EnvironmentFault: they wrote nothing: every mutant would be told as one that nothing executes.
        """
        import coverage  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - installed on its own

        ran = {
            invocation.request_id: recording.scenario
            for recording in recordings
            for invocation in recording.invocations
        }
        found: dict[tuple[str, int], set[str]] = defaultdict(set)
        for file in sorted(directory.glob(f"{DATA}.*")):
            data: Any = coverage.CoverageData(basename=str(file))
            data.read()
            for measured in data.measured_files():
                path = Path(measured)
                if not path.is_relative_to(package):
                    continue
                module = ".".join(path.relative_to(package).with_suffix("").parts)
                for line, requests in data.contexts_by_lineno(measured).items():
                    told = {ran[request] for request in requests if request in ran}
                    found[module, line] |= told or {
                        *ran.values()
                    }  # in no invocation: as the module is imported
        lines = {place: frozenset(names) for place, names in found.items() if names}
        if not lines:
            raise EnvironmentFault(
                "the traced run has recorded no line of the SDK",
                where=str(directory),
                hint="its processes must be able to write there and to import coverage.py; see their output",
            )
        return cls(lines)

    def save(self, file: Path) -> None:
        """Keep it as JSON, so that it need not be recorded again."""
        rows = [[module, line, sorted(names)] for (module, line), names in sorted(self.lines.items())]
        file.write_text(json.dumps(rows), encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Executed:
        """Read what was kept."""
        rows = json.loads(file.read_text(encoding="utf-8"))
        return cls({(module, line): frozenset(names) for module, line, names in rows})
