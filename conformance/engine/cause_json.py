"""Causes as plain JSON values: what the JSON report, and whoever compares two of them, have."""

from __future__ import annotations

from typing import Any

from conformance.engine.causes import Cause
from conformance.engine.results import finite
from conformance.engine.sources import spot


def serializable(cause: Cause) -> dict[str, Any]:
    """One cause as plain JSON values."""
    simplest, known = cause.simplest, cause.evidence
    place = spot(simplest, known)
    answer = known.answer if known else None
    return {
        "id": cause.id,
        "rule": cause.rule,
        "layer": cause.layer.value,
        "blame": cause.blame.value,
        "title": cause.title,
        "subjects": list(cause.subjects),
        "scenarios": list(cause.scenarios),
        "simplest": {
            "scenario": simplest.result.scenario,
            "subject": simplest.result.subject,
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "what": known.what if known else "",
            "path": cause.first.path,
            "message": cause.first.message,
            "answer": answer and {"status": answer.status, "message": answer.message},
        },
        "seen": finite(cause.seen),
        "wanted": finite(cause.wanted),
        "follows": [
            {"layer": each.layer.value, "rule": each.rule, "findings": each.findings}
            for each in cause.follows
        ],
        "sdk_frames": [
            {"file": frame.file, "line": frame.line, "function": frame.function}
            for frame in (known.frames if known else ())
        ],
        "rerun": cause.rerun,
        "look": cause.look,
    }
