"""What a recording was made with: as long as that is the same, it need not be made again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import conformance
from conformance.scenario.model import Scenario
from conformance.subjects import cache, pins, registry
from conformance.subjects.subject import Subject

_PARTS = ("lab", "protocol", "scenario", "subjects")
"""The parts of the suite that a recording depends on."""


def of(subject: Subject, scenarios: Iterable[Scenario]) -> dict[str, str]:
    """A hash for each scenario's id of what its recording with this subject depends on.

    That is the scenario, the harness, the lab and, of a checkout, its files. A command of the user's own may
    change in ways that can't be seen: it has none, and is always run again.
    """
    if subject.command is not None:
        return {}
    own = Path(conformance.__file__).parent
    harness = pins.harness(registry.sdk(subject.sdk).harness)
    parts = [cache.fingerprint(folder) for folder in (harness, *(own / part for part in _PARTS))]
    source = cache.fingerprint(subject.source) if subject.source is not None else ""
    common = sha256(json.dumps([subject.id, source, parts]).encode())
    made = {}
    for one in scenarios:
        each = common.copy()
        each.update(json.dumps(one.document, sort_keys=True).encode(errors="surrogatepass"))
        made[one.id] = each.hexdigest()[:32]
    return made
