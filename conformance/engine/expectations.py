"""Expectations that all subjects contradict alike: what they would have to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.engine.causes import causes, ordered
from conformance.engine.collected import Collected
from conformance.engine.evidence import expectation
from conformance.verdict.finding import Blame, Layer


@dataclass(frozen=True)
class Correction:
    """A value of `expect` that would hold: `path` is its place in the scenario's document."""

    scenario: str
    file: str
    path: tuple[str | int, ...]
    was: Any
    value: Any


def corrections(run: Collected, documents: Mapping[str, dict[str, Any]]) -> Iterator[Correction]:
    """What would have to change so that the scenarios expect what all of their subjects did.

    Only where two subjects or more agree and no other layer objects: elsewhere an SDK may be wrong, and
    an expectation that follows it would hide that.
    """
    for cause in causes(run):
        if cause.blame is not Blame.SCENARIO or cause.layer is not Layer.EXPECT:
            continue
        one = cause.simplest  # what all subjects say of it is the same
        for finding in ordered(one):
            if finding.layer is Layer.EXPECT:
                scenario = one.result.scenario
                path = expectation(documents[scenario], finding.rule, finding.path)
                yield Correction(scenario, one.location.file, path, finding.wanted, finding.seen)
