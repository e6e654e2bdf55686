"""The events of a run as lines of JSON, one each, written as they happen.

The first line is the run's header and the last its footer, so a file that was cut off shows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.engine import results
from conformance.engine.events import (
    Event,
    Faulted,
    Judged,
    Planned,
    Recorded,
    RunEnded,
    RunStarted,
    SettingUp,
    Shard,
)
from conformance.errors import ConformanceError, EnvironmentFault, Exit, Location, UsageError
from conformance.verdict.held import Held
from conformance.wire.recording import SubjectInfo


class NdjsonWriter:
    """Writes each event to `path` at once: what is there after a crash is what had happened."""

    def __init__(self, path: Path) -> None:
        """Begin the file anew."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._path.write_text("", encoding="utf-8")

    def __call__(self, event: Event) -> None:
        """Add one line; what is told while a run is set up is none of its events."""
        if isinstance(event, Planned | SettingUp):
            return
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(to_json(event), ensure_ascii=False, allow_nan=False) + "\n")


def read(path: Path) -> Iterator[Event]:
    """The events of a file, up to the line at which it was cut off, if it was.

    Raises:
        UsageError: the file is missing, or a line before the last is no event.
    """
    try:
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except OSError as error:
        raise UsageError(
            "this is no directory of recordings", where=str(path), hint="name the DIR of --out"
        ) from error
    for number, line in enumerate(lines, 1):
        try:
            event = from_json(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines):
                return
            raise UsageError("this line is no event of a run", where=Location(str(path), number)) from error
        yield event


def to_json(event: Event) -> dict[str, Any]:
    """One event as plain JSON values; traces are left out, a recording has them."""
    match event:
        case RunStarted():
            return {"event": "run-started", **asdict(event)}
        case Recorded():
            return {"event": "recorded", **asdict(event)}
        case Judged():
            return {
                "event": "judged",
                "result": results.serializable(event.result),
                "location": asdict(event.location),
            }
        case Faulted(error=error):
            where = asdict(error.where) if isinstance(error.where, Location) else error.where
            return {
                "event": "faulted",
                "exit": int(error.exit),
                "message": error.message,
                "where": where,
                "hint": error.hint,
            }
        case RunEnded():
            return {"event": "run-ended", **asdict(event)}
        case Planned() | SettingUp():
            raise TypeError("what is told before a run is no event of its log")


def from_json(line: dict[str, Any]) -> Event:
    """What `to_json` gave, back as an event.

    Raises:
        ValueError, KeyError, TypeError: it is not what `to_json` gives.
    """
    fields = dict(line)
    match fields.pop("event"):
        case "run-started":
            fields["subjects"] = tuple(SubjectInfo(**info) for info in fields["subjects"])
            for name in ("scenarios", "baseline_notes"):
                fields[name] = tuple(fields.get(name, ()))
            shard = fields.get("shard")
            fields["shard"] = Shard(**shard) if shard else None
            held = fields.get("held")
            fields["held"] = (
                Held(
                    tuple(held["ran"]),
                    tuple(held["compared"]),
                    held["reference"],
                    tuple(held.get("deep", ())),
                )
                if held
                else None
            )
            return RunStarted(**fields)
        case "recorded":
            return Recorded(**fields)
        case "judged":
            return Judged(results.from_json(fields["result"]), Location(**fields["location"]))
        case "faulted":
            where = Location(**fields["where"]) if isinstance(fields["where"], dict) else fields["where"]
            kind: type[ConformanceError] = UsageError if fields["exit"] == Exit.USAGE else EnvironmentFault
            hint = fields.get("hint", fields.get("cure"))  # "cure" in logs from before 2026-11-25
            return Faulted(kind(fields["message"], where=where, hint=hint))
        case "run-ended":
            fields["problems"] = tuple(fields["problems"])
            fields["notes"] = tuple(fields.get("notes", ()))
            return RunEnded(**fields)
        case unknown:
            raise ValueError(f"no event is called {unknown!r}")
