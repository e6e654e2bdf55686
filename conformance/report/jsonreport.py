"""The JSON report, schema 2, which `report.schema.json` beside this file describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance.engine import baseline, cause_json
from conformance.engine.alone import alone
from conformance.engine.baseline import comparison
from conformance.engine.causes import causes
from conformance.engine.collected import Collected
from conformance.engine.results import serializable
from conformance.report import requirements

SCHEMA_VERSION = 2
SCHEMA = Path(__file__).with_name("report.schema.json")


def document(run: Collected) -> dict[str, Any]:
    """The report as plain JSON values, results by scenario id, then subject."""
    compared = comparison(run)
    return {
        "schema": SCHEMA_VERSION,
        "subjects": [{"id": info.id, "sdk": info.sdk, "version": info.version} for info in run.subjects],
        "results": [serializable(judged.result) for judged in run.judged()],
        "reference": run.started.reference if run.started else "",
        "causes": [cause_json.serializable(cause) for cause in causes(run)],
        "alone": dict(alone(run)),
        "aws": requirements.standings(run),
        "baseline": compared and baseline.serializable(compared),
        "totals": run.totals() | {"aws": requirements.totals(run)},
    }


def render(run: Collected) -> str:
    """The report as text."""
    return json.dumps(document(run), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
