"""The JSON report, schema 1, which `report.schema.json` beside this file describes."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.report import requirements
from conformance.report.collected import Collected
from conformance.verdict.finding import Result

SCHEMA = Path(__file__).with_name("report.schema.json")


def document(run: Collected) -> dict[str, Any]:
    """The report as plain JSON values, results by scenario id, then subject."""
    return {
        "schema": 1,
        "subjects": [{"id": info.id, "sdk": info.sdk, "version": info.version} for info in run.subjects],
        "results": [result(judged.result) for judged in run.judged()],
        "aws": requirements.standings(run),
        "totals": run.totals() | {"aws": requirements.totals(run)},
    }


def result(one: Result) -> dict[str, Any]:
    """One verdict as plain JSON values."""
    return {
        "scenario": one.scenario,
        "subject": one.subject,
        "verdict": one.verdict.value,
        "seconds": round(one.seconds, 3),
        "findings": [_finite(asdict(finding)) for finding in one.findings],
    }


def render(run: Collected) -> str:
    """The report as text."""
    return json.dumps(document(run), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    """`value` with the numbers that JSON doesn't have as text: a subject's payload may hold them."""
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
