"""The ledger: exact, strict both ways, and unable to touch what is promised."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.verdict import ledger
from conformance.verdict.case import Case
from conformance.verdict.entries import Entry, Spot
from conformance.verdict.finding import Blame, Finding, Layer, Result, Verdict
from conformance.verdict.ledger import Ledger
from conformance.verdict.versions import Versions
from conformance.wire.recording import SubjectInfo
from conformance.wire.values import ABSENT
from tests.verdict.recordings import Maker, mapped

ROOT = Path(__file__).parents[2]
REFERENCE = SubjectInfo("js@2.4.0", "js", "2.4.0")
OPTIONS = Finding(
    Layer.PARITY,
    "context-options",
    "1[0]:CONTEXT.SUCCEED.ContextOptions",
    {"ReplayChildren": False},
    ABSENT,
    Blame.UNDETERMINED,
    "m",
)
NO = {"ReplayChildren": False}
SPOT = Spot(Layer.PARITY, "context-options", "absent-to", NO, "CONTEXT", "SUCCEED", "ContextOptions")
ENTRY = Entry(
    id="options",
    title="t",
    what="w",
    link="https://example.org",
    spots=(SPOT,),
    subjects={"python": Versions.parse(">=3.0,<3.1")},
    reference={"js": Versions.parse(">=2.4")},
    witnesses=("map/nested",),
)


def account(
    finding: Finding, *entries: Entry, reference: SubjectInfo | None = REFERENCE, **case: Any
) -> list[Finding]:
    recording = replace(mapped("python"), **case)
    return Ledger(entries).account([finding], Case.of(recording), reference)


def test_an_exact_match_is_accounted_for() -> None:
    assert account(OPTIONS, ENTRY) == [replace(OPTIONS, divergence="options")]


@pytest.mark.parametrize(
    "finding",
    [
        replace(OPTIONS, seen={"ReplayChildren": True}),
        replace(OPTIONS, seen={}),
        replace(OPTIONS, wanted={}),
        replace(OPTIONS, path="1[0]:CONTEXT.FAIL.ContextOptions"),
        replace(OPTIONS, path="1[0]:STEP.SUCCEED.ContextOptions"),
        replace(OPTIONS, path="1[0]:CONTEXT.SUCCEED.ContextOptions.ReplayChildren"),
        replace(OPTIONS, path="output.ContextOptions"),
        replace(OPTIONS, rule="step-options"),
        replace(OPTIONS, layer=Layer.STRUCTURE),
        replace(OPTIONS, layer=Layer.HARNESS),
    ],
)
def test_anything_else_is_not(finding: Finding) -> None:
    assert account(finding, ENTRY) == [finding]


@pytest.mark.parametrize("version", ["2.9.0", "3.1.0", "unknown"])
def test_other_versions_are_not(version: str) -> None:
    assert account(OPTIONS, ENTRY, subject=SubjectInfo("python@x", "python", version)) == [OPTIONS]
    assert account(OPTIONS, ENTRY, reference=SubjectInfo("js@2.3.0", "js", "2.3.0")) == [OPTIONS]
    assert account(OPTIONS, ENTRY, reference=None) == [OPTIONS]
    assert account(OPTIONS, ENTRY, subject=SubjectInfo("js@3.0.0", "js", "3.0.0")) == [OPTIONS]


def test_a_limited_entry_is_that_of_its_witnesses() -> None:
    limited = replace(ENTRY, limited=True)
    assert account(OPTIONS, limited)[0].divergence == "options"
    assert account(OPTIONS, limited, scenario="map/other") == [OPTIONS]


def test_each_spot_may_have_a_transform_of_its_own() -> None:
    other = replace(SPOT, transform="exactly", argument={"wanted": 1, "seen": 2})
    two = replace(ENTRY, spots=(SPOT, other))
    assert account(OPTIONS, two)[0].divergence == "options"
    assert account(replace(OPTIONS, seen=2, wanted=1), two)[0].divergence == "options"
    assert account(replace(OPTIONS, seen=2), two)[0].divergence is None


def test_two_entries_for_one_finding_are_an_error() -> None:
    first, second = account(OPTIONS, ENTRY, replace(ENTRY, id="again"))
    assert first == OPTIONS
    assert (second.layer, second.rule, second.seen) == (
        Layer.HARNESS,
        "ledger-ambiguous",
        ["options", "again"],
    )


def _presence(rule: str, path: str) -> Finding:
    return Finding(Layer.PARITY, rule, path, {"Name": "v"}, ABSENT, Blame.UNDETERMINED, "m")


@pytest.mark.parametrize("folder", ["virtual", "flat"])
def test_what_is_promised_is_out_of_reach(folder: str) -> None:
    """Not even an entry made by hand that fits exactly gets at ParentId or at a context's updates."""
    parent = replace(OPTIONS, rule="parent-id", path="1:STEP.START.ParentId", seen="1", wanted="root")
    exact = {"wanted": "root", "seen": "1"}
    reach = replace(
        ENTRY, spots=(Spot(Layer.PARITY, "parent-id", "exactly", exact, "STEP", "START", "ParentId"),)
    )
    assert account(parent, reach, scenario=f"{folder}/a") == [parent]
    assert account(parent, reach, scenario="map/a") == [parent]

    fail = _presence("update-extra", "1:CONTEXT.FAIL")
    spot = Spot(Layer.PARITY, "update-extra", "absent-to", {"Name": "v"}, "CONTEXT", "FAIL")
    reach = replace(ENTRY, spots=(spot,))
    assert account(fail, reach, scenario=f"{folder}/a") == [fail]
    assert account(fail, reach, scenario="map/a")[0].divergence == "options"

    whole = replace(fail, layer=Layer.STRUCTURE, rule="operation-missing", path="1:CONTEXT")
    reach = replace(
        ENTRY,
        spots=(Spot(Layer.STRUCTURE, "operation-missing", "absent-to", {"Name": "v"}, path="1:CONTEXT"),),
    )
    assert account(whole, reach, scenario=f"{folder}/a") == [whole]
    assert account(whole, reach, scenario="map/a")[0].divergence == "options"

    for layer in (Layer.INVARIANT, Layer.STRUCTURE):
        other = replace(fail, layer=layer)
        reach = replace(ENTRY, spots=(replace(spot, layer=layer),))
        assert account(other, reach, scenario=f"{folder}/a") == [other]


def _result(*divergences: str | None, scenario: str = "map/nested") -> Result:
    findings = tuple(replace(OPTIONS, divergence=each) for each in divergences)
    return Result(scenario, "python@3.0.0", Verdict.KNOWN_DIVERGENCE, 0.1, findings)


def test_a_witness_that_does_not_show_it_any_more_is_a_problem() -> None:
    ledger = Ledger((ENTRY,))
    assert ledger.stale([_result("options", None)]) == ()
    assert len(ledger.stale([_result(None)])) == 1
    assert len(ledger.stale([_result("options", scenario="map/other")])) == 1
    (problem,) = ledger.stale([])
    assert "options" in problem
    assert "map/nested" in problem
    assert ledger.hits([_result("options", None), _result("options")]) == {"options": 2}


def test_a_policy_that_is_never_needed_is_a_problem() -> None:
    ledger = Ledger()
    ledger.policies.occasions["no-timeout"] += 1
    assert len(ledger.stale([])) == 1


GOOD = """\
divergences:
  - id: options
    title: t
    what: >
      some
      words
    link: https://example.org
    findings:
      - {layer: parity, rule: context-options, type: CONTEXT, action: SUCCEED, field: ContextOptions}
    transform: {absent-to: {ReplayChildren: false}}
    subjects: {python: ">=3.0,<3.1"}
    reference: {js: ">=2.4"}
    witnesses: [map/nested]
"""


def _load(tmp_path: Path, text: str) -> Ledger:
    path = tmp_path / "divergences.yaml"
    path.write_text(text)
    return Ledger.load(path)


def test_a_file_gives_its_entries(tmp_path: Path) -> None:
    assert _load(tmp_path, GOOD).entries == (replace(ENTRY, what="some words"),)


def test_a_value_too_long_to_write_out_is_computed(tmp_path: Path) -> None:
    text = GOOD.replace("{ReplayChildren: false}", "[{$eval: \"repeat('x', 3)\"}]")
    assert _load(tmp_path, text).entries[0].spots[0].argument == ["xxx"]


def test_an_entry_can_say_what_the_subject_breaks(tmp_path: Path) -> None:
    text = GOOD.replace("layer: parity", "layer: invariant").replace(
        "    title", "    breaks: [token-chain]\n    title"
    )
    assert _load(tmp_path, text).entries[0].breaks == ("token-chain",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("divergences:", "known:", "no list of divergences"),
        ("    title: t\n", "", "missing: title"),
        ("    title: t\n", "    title: t\n    note: n\n", "unknown: note"),
        ("id: options", "id: Some Options", "kebab-case"),
        ("https://example.org", "example.org", "https"),
        ("field: ContextOptions", "field: ParentId", "ParentId"),
        ("rule: context-options", "rule: parent-id", "ParentId"),
        ("field: ContextOptions", 'field: "Payload.*"', "wildcard"),
        ("field: ContextOptions", "path: ids", "either a path, or type and action"),
        ("action: SUCCEED, ", "", "either a path, or type and action"),
        ("layer: parity", "layer: harness", "no layer that can diverge"),
        ("layer: parity", "layer: nonsense", "no layer that can diverge"),
        ("absent-to", "anything", "no transform"),
        ("{absent-to: {ReplayChildren: false}}", "[1]", "no transform"),
        ("    transform: {absent-to: {ReplayChildren: false}}\n", "", "no transform"),
        ('">=3.0,<3.1"', '"3.0"', "is not an operator"),
        ('    reference: {js: ">=2.4"}\n', "", "needs a reference"),
        ("[map/nested]", "[]", "without witnesses"),
        ("    title: t\n", "    title: t\n    breaks: [no-such-entry]\n", "list ids of the catalogue"),
        ("    title: t\n", "    title: t\n    breaks: token-chain\n", "list ids of the catalogue"),
        ("    title: t\n", "    title: t\n    breaks: [token-chain]\n", "parity alone breaks nothing"),
        ("divergences:", "divergences: [", "can't read the ledger"),
        ("ReplayChildren: false", "ReplayChildren: {$eval: input.n}", "can't be computed here"),
        ("ReplayChildren: false", "ReplayChildren: {$eval: 1 +}", "can't be computed here"),
        ("ReplayChildren: false", "ReplayChildren: {$eval: \"repeat('x', 0 - 1)\"}", "repeat"),
    ],
)
def test_a_file_that_can_not_be_used_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(UsageError) as caught:
        _load(tmp_path, GOOD.replace(old, new, 1))
    assert says in str(caught.value)
    assert "divergences.yaml" in str(caught.value)


def test_ids_are_unique(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there twice"):
        _load(tmp_path, GOOD + GOOD.removeprefix("divergences:\n"))


def test_the_projects_own_ledger_can_be_read() -> None:
    entries = Ledger.load(ROOT / "scenarios" / "divergences.yaml").entries
    assert entries
    for entry in entries:
        assert entry.reference or all(spot.layer is not Layer.PARITY for spot in entry.spots)


STEPS = {
    "handler": [{"map": {"items": [1, 2], "max_concurrency": 1, "do": [{"step": {"returns": 1}}]}}],
    "title": "made by hand",
    "covers": [],
}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("1[0].1:STEP.FAIL.Error.ErrorMessage", "first"),
        ("1[1]:CONTEXT.FAIL.Error.ErrorMessage", "second"),
        ("1:CONTEXT.SUCCEED.Payload.all[0].error", "first"),
        ("1:CONTEXT.SUCCEED.Payload.all[2].error", None),
        ("1:CONTEXT.SUCCEED.Payload", "second"),
        ("output.Error.ErrorMessage", "second"),
    ],
)
def test_the_step_that_was_cut_off_is_the_last_one_there(path: str, told: str | None) -> None:
    made = Maker("python", STEPS)
    made.invoke()
    made.send("1", "CONTEXT", "START", SubType="Map")
    for index, (kind, message) in enumerate(
        (("StepInterruptedError", "first"), ("sdk.StepInterruptedError", "second"))
    ):
        made.send(f"1[{index}]", "CONTEXT", "START", "1", SubType="MapIteration")
        made.send(f"1[{index}].1", "STEP", "START", f"1[{index}]")
        error = {"ErrorType": kind, "ErrorMessage": message}
        made.send(f"1[{index}].1", "STEP", "FAIL", f"1[{index}]", Error=error)
        made.send(f"1[{index}]", "CONTEXT", "FAIL", "1", SubType="MapIteration", Error={"ErrorType": "E"})
    made.send("1", "CONTEXT", "SUCCEED", SubType="Map", Payload="{}")
    made.succeed("null")
    facts = ledger.facts(Case.of(made.done()), replace(OPTIONS, path=path))
    assert facts.cut_off == told


REFUSED = "[Unrecoverable Invocation] Checkpoint failed: {}"
CALLED = "An error occurred ({}) when calling the {} operation (reached max retries: 2): {}"
UNAVAILABLE = (
    CALLED.format("ServiceException", "CheckpointDurableExecution", "injected ServiceException"),
    REFUSED.format("injected ServiceException"),
)


@pytest.mark.parametrize(
    ("scenario", "seen", "wanted", "divergence"),
    [
        ("faults/escapes-once", *UNAVAILABLE, "escaping-error"),
        ("any/other", *UNAVAILABLE, "escaping-error"),
        ("faults/escapes-once", UNAVAILABLE[0].replace(": 2", ": 3"), UNAVAILABLE[1], None),
        ("faults/escapes-once", UNAVAILABLE[0], UNAVAILABLE[1] + " ", None),
        ("faults/escapes-once", *reversed(UNAVAILABLE), None),
        ("faults/escapes-once", UNAVAILABLE[0], ABSENT, None),
        ("faults/last-success-lost", UNAVAILABLE[0], ABSENT, "last-success-minded"),
        (
            "faults/dropped-connections",
            "'NoneType' object has no attribute 'get'",
            REFUSED.format("socket hang up"),
            "dropped-connections",
        ),
        (
            "any/other",
            "'NoneType' object has no attribute 'get'",
            REFUSED.format("socket hang up"),
            "dropped-connections",
        ),
        ("any/other", "'NoneType' object has no attribute 'get'", REFUSED.format("Rate Exceeded."), None),
    ],
)
def test_the_message_of_an_error_that_escapes_is_accounted_for_word_by_word(
    scenario: str, seen: str, wanted: str, divergence: str | None
) -> None:
    ledger = Ledger.load(ROOT / "scenarios" / "divergences.yaml")
    path = "escapes[0].errorMessage"
    finding = Finding(Layer.PARITY, "escape-message", path, seen, wanted, Blame.UNDETERMINED, "m")
    (told,) = account(finding, *ledger.entries, scenario=scenario)
    assert told.divergence == divergence


def test_a_ledger_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't read"):
        Ledger.load(tmp_path / "none.yaml")
