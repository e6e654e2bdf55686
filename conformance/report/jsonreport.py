"""The JSON report, schema 1, which `report.schema.json` beside this file describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance.engine.collected import Collected
from conformance.engine.results import serializable
from conformance.report import requirements

SCHEMA = Path(__file__).with_name("report.schema.json")


def document(run: Collected) -> dict[str, Any]:
    """The report as plain JSON values, results by scenario id, then subject."""
    return {
        "schema": 1,
        "subjects": [{"id": info.id, "sdk": info.sdk, "version": info.version} for info in run.subjects],
        "results": [serializable(judged.result) for judged in run.judged()],
        "aws": requirements.standings(run),
        "totals": run.totals() | {"aws": requirements.totals(run)},
    }


def render(run: Collected) -> str:
    """The report as text."""
    return json.dumps(document(run), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
