"""Causes as SARIF 2.1.0, which code scanning shows on the lines of a pull request.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0. A result stands on the maintainer's own file
where a frame names one, else on the scenario's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance import __version__
from conformance.engine.causes import Cause, causes
from conformance.engine.collected import Collected
from conformance.engine.sources import spot
from conformance.report import escape
from conformance.report.cause_text import block
from conformance.report.own_file import own_file
from conformance.verdict.finding import Blame, Layer

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(run: Collected, workspace: Path) -> str:
    """The whole run as one log: a rule for each that some cause breaks, a result for each cause."""
    found = causes(run)
    rules = {cause.rule: cause for cause in found}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "durable-conformance",
                        "version": __version__,
                        "rules": [
                            {"id": name, "shortDescription": {"text": escape.xml(cause.title)}}
                            for name, cause in rules.items()
                        ],
                    }
                },
                "invocations": [{"executionSuccessful": not run.interrupted}],
                "results": [_result(run, cause, workspace) for cause in found],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _result(run: Collected, cause: Cause, workspace: Path) -> dict[str, Any]:
    own = own_file(cause, run.subjects, workspace)
    place = spot(cause.simplest, cause.evidence)
    where = (own.path, own.line) if own else (place.file, max(place.line, 1))
    text = "\n".join([f"{cause.title} ({len(cause.scenarios)} scenarios)", *block(cause)])
    return {
        "ruleId": cause.rule,
        "level": "error" if cause.blame is Blame.SDK and cause.layer is not Layer.HARNESS else "warning",
        "message": {"text": escape.xml(text)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(where[0])},
                    "region": {"startLine": where[1]},
                },
                "logicalLocations": [{"fullyQualifiedName": escape.xml(cause.simplest.result.scenario)}],
            }
        ],
        "partialFingerprints": {"cause/v1": f"{cause.rule}:{cause.simplest.result.scenario}"},
    }


def _uri(path: str) -> str:
    """A path as a reference below the workspace; one of elsewhere by its `file:` URI."""
    given = Path(path)
    shown = quote(given.as_posix(), errors="backslashreplace")
    return f"file://{shown}" if given.is_absolute() else shown
