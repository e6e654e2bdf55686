"""One thing that is wrong or different, and what a scenario comes to for a subject."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Layer(StrEnum):
    """Which layer of the verdict speaks, cheapest first."""

    HARNESS = "harness"
    SCHEMA = "schema"
    DIALECT = "dialect"
    INVARIANT = "invariant"
    STRUCTURE = "structure"
    EXPECT = "expect"
    PARITY = "parity"
    AWS = "aws"


class Blame(StrEnum):
    """Who is wrong. Parity alone can't tell. The machine is, where it was too slow to tell."""

    SDK = "SDK"
    HARNESS = "harness"
    EMULATOR = "emulator"
    SCENARIO = "scenario"
    MACHINE = "machine"
    UNDETERMINED = "undetermined"


class Verdict(StrEnum):
    """What a scenario comes to for a subject. `CONFORMS` is the reference's own good verdict."""

    CONFORMS = "conforms"
    PARITY = "parity"
    KNOWN_DIVERGENCE = "known-divergence"
    DIVERGED = "diverged"
    VIOLATED = "violated"
    UNSTABLE = "unstable"
    UNSUPPORTED = "unsupported"
    SCENARIO_ERROR = "scenario-error"
    HARNESS_ERROR = "harness-error"


GRAVEST_FIRST = (
    Verdict.HARNESS_ERROR,
    Verdict.VIOLATED,
    Verdict.SCENARIO_ERROR,
    Verdict.UNSTABLE,
    Verdict.DIVERGED,
    Verdict.UNSUPPORTED,
    Verdict.KNOWN_DIVERGENCE,
    Verdict.PARITY,
    Verdict.CONFORMS,
)

NOT_JUDGED = frozenset({Verdict.SCENARIO_ERROR, Verdict.HARNESS_ERROR})
"""The verdicts that say nothing about the SDK."""

GOOD = frozenset({Verdict.CONFORMS, Verdict.PARITY, Verdict.KNOWN_DIVERGENCE, Verdict.UNSUPPORTED})


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or different.

    `rule` is a stable kebab-case name (its class, for the ledger and for shrinking). `path` says where: a
    typed operation path and a field, such as `1.2:STEP.START.ParentId`, or `output.Result`. `seen` and
    `wanted` are JSON values; parents are typed paths (`root` at the root). `divergence` is the id of the
    ledger entry that accounts for it, if any; `near` says which entry it looks like where none does, and what
    is in the way.
    """

    layer: Layer
    rule: str
    path: str
    seen: Any
    wanted: Any
    blame: Blame
    message: str
    divergence: str | None = None
    near: str | None = None


@dataclass(frozen=True)
class Result:
    """What one scenario came to for one subject."""

    scenario: str
    subject: str
    verdict: Verdict
    seconds: float
    findings: tuple[Finding, ...]
