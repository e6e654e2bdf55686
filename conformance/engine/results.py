"""Results as plain JSON values, as the event log and the JSON report have them."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from conformance.verdict.finding import Blame, Finding, Layer, Result, Verdict


def serializable(one: Result) -> dict[str, Any]:
    """One verdict as plain JSON values."""
    return {
        "scenario": one.scenario,
        "subject": one.subject,
        "verdict": one.verdict.value,
        "seconds": round(one.seconds, 3),
        "findings": [finite(asdict(finding)) for finding in one.findings],
    }


def from_json(fields: dict[str, Any]) -> Result:
    """What `serializable` gave, back as a result.

    Raises:
        ValueError, KeyError, TypeError: it is not what `serializable` gives.
    """
    findings = tuple(
        Finding(**{**finding, "layer": Layer(finding["layer"]), "blame": Blame(finding["blame"])})
        for finding in fields["findings"]
    )
    return Result(**{**fields, "verdict": Verdict(fields["verdict"]), "findings": findings})


def finite(value: Any) -> Any:
    """`value` with the numbers that JSON doesn't have as text: a subject's payload may hold them."""
    if isinstance(value, dict):
        return {str(key): finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
