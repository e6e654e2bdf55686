"""Operation trees: what a subject wrote, for people to read side by side."""

from __future__ import annotations

import json
from typing import Any

from conformance.engine.events import Operation
from conformance.wire.recording import Recording
from conformance.wire.stream import Update, canonical, path_key

LONGEST = 80
SHOWN = (
    "Payload",
    "Error",
    "WaitOptions",
    "StepOptions",
    "CallbackOptions",
    "ChainedInvokeOptions",
    "ContextOptions",
)


def operations(recording: Recording) -> tuple[Operation, ...]:
    """Every operation of a recording in tree order, each with the updates that the service took."""
    stream = canonical(recording)
    return tuple(
        Operation(path, _title(stream.operations[path][0]), tuple(map(_update, stream.operations[path])))
        for path in sorted(stream.operations, key=path_key)
    )


def _title(first: Update) -> str:
    named = (first.type, first.subtype if first.subtype != first.type else None, first.name)
    return " ".join(part for part in named if part)


def _update(update: Update) -> str:
    carried: list[Any] = [update.fields[name] for name in SHOWN if name in update.fields]
    parent = f"in {update.parent}" if update.action == "START" else ""
    return " ".join(part for part in (update.action, parent, *map(_short, carried)) if part)


def _short(carried: Any) -> str:
    words = json.dumps(carried, ensure_ascii=False, default=str)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}..."
