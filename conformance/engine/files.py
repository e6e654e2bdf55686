"""Where the suite keeps what is its own: the scenarios and the ledger."""

from __future__ import annotations

from pathlib import Path

from conformance import shipped

SCENARIOS = shipped.ROOT / "scenarios"
LEDGER = "divergences.yaml"


def ledger_file(scenarios: Path | None = None) -> Path:
    """The ledger of a folder of scenarios; one that has none shares the suite's own."""
    own = (scenarios or SCENARIOS) / LEDGER
    return own if own.is_file() else SCENARIOS / LEDGER
