"""The rules that judge a handler say of a recording nothing that they would not say with its program."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.handlers.judging import RULES, TOLD, beyond
from conformance.wire.recording import Recording
from tests.verdict.breaking import Broken, found
from tests.verdict.recordings import mapped, virtual
from tests.verdict.test_invariants import ALLOWED, BROKEN

NAMES = {rule.__name__ for rule in RULES}
HELD = [broken for broken in BROKEN if broken.invariant in NAMES]


def bare(recording: Recording) -> Recording:
    """A recording as that of a handler: without program, and nothing told by its bodies."""
    functions = recording.document.get("functions", {})
    document = {
        **recording.document,
        "handler": [],
        "functions": {
            name: {key: value for key, value in each.items() if key != "handler"}
            for name, each in functions.items()
        },
    }
    return replace(recording, document=document, effects=(), instrumented=False)


@pytest.mark.parametrize("broken", HELD, ids=lambda broken: f"{broken.rule} at {broken.path}")
def test_what_breaks_a_rule_is_found_without_the_program(broken: Broken) -> None:
    recording = broken.make()
    told = {one.rule for one in found(recording, broken.invariant) if one.blame in TOLD}
    assert told <= {finding.rule for finding in beyond(bare(recording))}


def test_each_rule_but_the_schema_has_a_recording_that_breaks_it() -> None:
    assert {broken.invariant for broken in HELD} == NAMES - {"check"}


def test_good_recordings_break_nothing() -> None:
    for sdk in ("python", "js"):
        for make in (virtual, mapped):
            assert list(beyond(bare(make(sdk)))) == []


@pytest.mark.parametrize(("invariant", "make"), [one for one in ALLOWED if one[0] in NAMES])
def test_what_is_allowed_is_not_found(invariant: str, make: object) -> None:
    assert callable(make)
    recording = make()
    rules = {broken.rule for broken in BROKEN if broken.invariant == invariant}
    assert not rules & {finding.rule for finding in beyond(bare(recording))}
