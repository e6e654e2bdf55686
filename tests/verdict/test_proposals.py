"""Entries that are proposed: read back by the ledger, they account for what they were made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.scenario.model import Scenario
from conformance.verdict.entries import Occasion
from conformance.verdict.finding import Blame, Finding, Layer, Verdict
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.verdict.ledger_file import parse
from conformance.verdict.proposals import Observed, propose
from conformance.verdict.surroundings import Surroundings
from conformance.wire.recording import SubjectInfo
from conformance.wire.values import ABSENT
from tests.verdict.recordings import mapped, virtual, with_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.verdict.entries import Entry
    from conformance.wire.recording import Recording

JS = SubjectInfo("js@2.4.0", "js", "2.4.0")
PYTHON = SubjectInfo("python@3.0.0", "python", "3.0.0")
NAME = Finding(Layer.PARITY, "name", "1[0].1:STEP.START.Name", "b", "a", Blame.UNDETERMINED, "Name is b")


def program(scenario: str, document: dict[str, Any] | None = None) -> Surroundings:
    return Surroundings(Scenario.from_document(scenario, document or mapped("js").document))


def shown(finding: Finding = NAME, scenario: str = "nested/a", **fields: Any) -> Observed:
    return replace(Observed(program(scenario), finding, PYTHON, JS), **fields)


def entries(texts: Iterable[str]) -> tuple[Entry, ...]:
    return parse("divergences:\n" + "\n".join(texts), "proposed")


def takes(entry: Entry, one: Observed) -> bool:
    return any(
        entry.accounts_for(Occasion(one.scenario, view, one.slots, one.around))
        for view, _ in entry.views(one.finding, one.subject, one.reference)
    )


def judged(recording: Recording, ledger: Ledger) -> list[Observed]:
    result = judge(recording, mapped("js"), ledger)
    around = program(result.scenario, recording.document)
    return [Observed(around, one, recording.subject, JS) for one in result.findings]


def test_a_run_is_as_expected_once_what_is_proposed_is_in_the_ledger() -> None:
    odd = with_fields(mapped("python"), -1, SubType="Parallel")
    new = judged(odd, Ledger())
    assert len({one.finding.rule for one in new}) > 1
    proposals = propose(new)
    assert proposals.refused == ()
    result = judge(odd, mapped("js"), Ledger(entries(proposals.entries)))
    assert result.verdict is Verdict.KNOWN_DIVERGENCE
    assert {one.divergence for one in result.findings} == {e.id for e in entries(proposals.entries)}


def test_a_spelling_is_never_proposed() -> None:
    spelt = with_fields(mapped("python"), 1, Name="other")
    proposals = propose(judged(spelt, Ledger()))
    assert any("its record" in reason for reason in proposals.refused)


def test_what_is_known_is_not_proposed_again() -> None:
    odd = with_fields(mapped("python"), -1, SubType="Parallel")
    proposals = propose(judged(odd, Ledger()))
    ledger = Ledger(entries(proposals.entries))
    assert propose(judged(odd, ledger), [one.id for one in ledger.entries]).entries == ()


def test_an_entry_says_all_that_the_ledger_asks_for() -> None:
    (text,) = propose([shown(), shown(scenario="nested/b")]).entries
    assert text == (
        "  - id: name-step-start-name\n"
        '    title: "name of a STEP\'s START"\n'
        "    what: >\n"
        '      Name of a STEP\'s START is "b" in python; js has "a".\n'
        "    link: https://github.com/aws/aws-durable-execution-sdk-python/issues\n"
        "    kind: behaviour\n"
        "    sdk: python\n"
        '    versions: ">=3.0.0"\n'
        "    confirmed: 3.0.0\n"
        "    reference:\n"
        "      sdk: js\n"
        '      versions: ">=2.4.0"\n'
        "      confirmed: 2.4.0\n"
        "    statement: step\n"
        "    role: own\n"
        "    findings:\n"
        "      - {layer: parity, rule: name, type: STEP, action: START, field: Name}\n"
        "    transform: {exactly: {wanted: a, seen: b}}\n"
        "    witnesses: [nested/a, nested/b]\n"
    )


def test_versions_are_from_those_that_were_measured() -> None:
    (entry,) = entries(propose([shown()]).entries)
    assert takes(entry, shown())
    assert takes(entry, shown(scenario="other"))
    assert takes(entry, shown(subject=replace(PYTHON, version="3.0.1")))
    assert not takes(entry, shown(subject=replace(PYTHON, version="2.1.0")))
    assert not takes(entry, shown(reference=replace(JS, version="2.3.0")))


def test_subjects_of_several_versions_have_one_entry() -> None:
    older = SubjectInfo("python@2.1.0", "python", "2.1.0")
    both = [shown(), shown(subject=older)]
    (entry,) = entries(propose(both, ["name-step-start-name"]).entries)
    assert entry.id == "name-step-start-name-2"
    assert (str(entry.versions), str(entry.versions.confirmed)) == ("python >=2.1.0", "3.0.0")
    assert all(takes(entry, one) for one in both)


def test_what_is_proposed_is_about_a_statement_and_its_role() -> None:
    (entry,) = entries(propose([shown()]).entries)
    other = {
        "title": "t",
        "handler": [{"wait_for_condition": {"initial": 0, "check": {"returns": 1}, "until": True}}],
    }
    at = replace(NAME, path="1:STEP.START.Name")
    assert not takes(entry, shown(at, around=program("nested/a", other)))
    assert takes(
        entry, shown(at, around=program("nested/a", {"title": "t", "handler": [{"step": {"returns": 1}}]}))
    )


def test_a_rule_without_a_reference_has_none() -> None:
    absolute = replace(NAME, layer=Layer.STRUCTURE)
    (entry,) = entries(propose([shown(absolute, reference=None)]).entries)
    assert entry.reference is None
    assert takes(entry, shown(absolute, reference=None))
    assert takes(entry, shown(absolute))


def test_what_is_about_one_place_holds_in_its_witnesses_only() -> None:
    output = replace(NAME, path="output.Result", rule="output-result")
    both = [shown(output), shown(output, scenario="nested/b")]
    (entry,) = entries(propose(both).entries)
    assert entry.limited
    assert entry.witnesses == ("nested/a", "nested/b")
    assert not takes(entry, shown(output, scenario="nested/c"))


def test_an_entry_that_would_take_what_another_accounts_for_holds_in_its_witnesses_only() -> None:
    known = shown(replace(NAME, divergence="some-entry"), scenario="nested/b")
    (entry,) = entries(propose([shown(), known]).entries)
    assert entry.limited
    assert not takes(entry, known)


def test_values_that_do_not_follow_from_what_is_wanted_each_have_a_spot() -> None:
    three = [
        shown(replace(NAME, seen=seen, wanted=wanted)) for seen, wanted in (("b", "a"), ("c", "a"), (1, 2))
    ]
    (entry,) = entries(propose(three).entries)
    assert len(entry.spots) == 3
    assert all(takes(entry, one) for one in three)
    assert not takes(entry, shown(replace(NAME, seen="b", wanted=2)))


COLLAPSES = program("inside/a", virtual("js").document)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.tuples(JSON | st.just(ABSENT), JSON | st.just(ABSENT)), min_size=1, max_size=4))
def test_whatever_was_seen_is_accounted_for_or_refused(pairs: list[tuple[Any, Any]]) -> None:
    new = [shown(replace(NAME, wanted=wanted, seen=seen)) for wanted, seen in pairs]
    proposals = propose(new)
    assert bool(proposals.entries) != bool(proposals.refused)
    for entry in entries(proposals.entries) if proposals.entries else ():
        assert all(takes(entry, one) for one in new)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (shown(replace(NAME, path="1:STEP.START.ParentId", rule="parent-id")), "promises to report"),
        (shown(replace(NAME, path="history[3].ParentId.x", layer=Layer.AWS)), "promises to report"),
        (
            shown(replace(NAME, path="1:CONTEXT.FAIL", rule="update-extra"), around=COLLAPSES),
            "promises to report",
        ),
        (
            shown(replace(NAME, path="1:CONTEXT", layer=Layer.STRUCTURE), around=COLLAPSES),
            "promises to report",
        ),
        (shown(replace(NAME, layer=Layer.HARNESS)), "about this suite"),
        (shown(subject=replace(PYTHON, id="python@3.0.0+mutant:orphan-parent")), "a mutant"),
        (shown(subject=replace(PYTHON, version="local")), "none that a range can name"),
        (shown(reference=replace(JS, version="local")), "none that a range can name"),
        (shown(reference=None), "no reference"),
        (shown(replace(NAME, seen="x" * 3000)), "too long"),
        (shown(replace(NAME, path="effect:*", rule="body-runs")), "no entry can say"),
        (shown(replace(NAME, seen=float("nan"))), "no JSON"),
    ],
)
def test_what_no_entry_may_account_for_is_refused(one: Observed, why: str) -> None:
    proposals = propose([one, shown(scenario="nested/z")])
    assert len(proposals.entries) == 1
    (refusal,) = proposals.refused
    assert why in refusal
    assert f"{one.finding.layer}/{one.finding.rule} at {one.finding.path}" in refusal


def test_a_context_s_update_may_be_proposed_elsewhere() -> None:
    extra = replace(NAME, path="1:CONTEXT.FAIL", rule="update-extra")
    assert len(propose([shown(extra)]).entries) == 1


def test_the_seed_s_bugs_are_never_proposed() -> None:
    orphan = judge(virtual("python", parent="1"), virtual("js"), Ledger())
    findings = [one for one in orphan.findings if one.path.endswith("ParentId")]
    assert len({one.layer for one in findings}) == 3
    assert propose(shown(one, around=COLLAPSES) for one in findings).entries == ()
