"""The ledger: exact, strict both ways, and unable to touch what is promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.scenario.model import Scenario
from conformance.verdict import ledger_file, ledger_yaml, parity
from conformance.verdict.case import Case
from conformance.verdict.entries import Entry, Spot, broken_off, gone_on
from conformance.verdict.finding import Blame, Finding, Layer, Result, Verdict
from conformance.verdict.held import Held
from conformance.verdict.known_versions import KnownVersions
from conformance.verdict.ledger import Ledger
from conformance.verdict.promise import ended_apart, promised
from conformance.verdict.scope import Scope
from conformance.verdict.surroundings import Context, Surroundings
from conformance.wire.positions import Role
from conformance.wire.recording import Recording, SubjectInfo
from conformance.wire.values import ABSENT
from tests.verdict.recordings import Maker, mapped, with_fields, without

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
PYTHON = SubjectInfo("python@3.0.0", "python", "3.0.0")
ENTRY = Entry(
    id="options",
    title="t",
    what="w",
    link="https://example.org",
    spots=(SPOT,),
    versions=KnownVersions.parse("python", ">=3.0", "3.0.0"),
    reference=KnownVersions.parse("js", ">=2.4", "2.4.0"),
    witnesses=("map/nested",),
)


def account(
    finding: Finding, *entries: Entry, reference: SubjectInfo | None = REFERENCE, **case: Any
) -> list[Finding]:
    """Account for a finding of the map's recording; `document` may give it another program."""
    recording = replace(mapped("python"), **case)
    document = recording.document
    compared = None if reference is None else replace(mapped("js"), subject=reference, document=document)
    return Ledger(entries).account(
        [finding], Case.of(recording), None if compared is None else Case.of(compared)
    )


def left(finding: Finding, *entries: Entry, **case: Any) -> bool:
    """Whether no entry accounts for a finding; nothing else of it may have changed."""
    (told,) = account(finding, *entries, **case)
    assert replace(told, near=None, divergence=None) == finding
    return told.divergence is None


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
    assert left(finding, ENTRY)


@pytest.mark.parametrize("version", ["2.9.0", "unknown"])
def test_other_versions_are_not(version: str) -> None:
    assert left(OPTIONS, ENTRY, subject=SubjectInfo("python@x", "python", version))
    assert left(OPTIONS, ENTRY, reference=SubjectInfo("js@2.3.0", "js", "2.3.0"))
    assert left(OPTIONS, ENTRY, reference=None)
    assert left(OPTIONS, ENTRY, subject=SubjectInfo("js@3.0.0", "js", "3.0.0"))


def test_a_newer_version_is_still_the_entry_s() -> None:
    newer = SubjectInfo("python@3.1.0", "python", "3.1.0")
    assert not left(OPTIONS, ENTRY, subject=newer)
    assert not left(OPTIONS, ENTRY, reference=SubjectInfo("js@2.5.0", "js", "2.5.0"))
    ended = replace(ENTRY, versions=KnownVersions.parse("python", ">=3.0,<3.1", "3.0.0"))
    assert left(OPTIONS, ended, subject=newer)


def test_an_entry_is_foreign_to_versions_that_it_is_not_about() -> None:
    ledger = Ledger((ENTRY,))
    older = replace(PYTHON, id="python@0.1.0", version="0.1.0")
    assert ledger.foreign(PYTHON) == frozenset()
    assert ledger.foreign(older) == {ENTRY.id}


def test_where_its_sdk_is_the_reference_an_entry_is_read_the_other_way_round() -> None:
    js, python = replace(REFERENCE, id="js"), replace(PYTHON, id="python")
    other = replace(OPTIONS, seen=ABSENT, wanted=NO)
    assert not left(other, ENTRY, subject=js, reference=python)
    assert left(OPTIONS, ENTRY, subject=js, reference=python)
    alone = replace(ENTRY, reference=None)
    for subject, reference, finding in ((python, js, OPTIONS), (js, python, other)):
        assert not left(finding, alone, subject=subject, reference=reference)
    third = SubjectInfo("rust@0.1.0", "rust", "0.1.0")
    assert not left(other, alone, subject=third, reference=python)
    assert left(other, ENTRY, subject=third, reference=python)
    absolute = replace(alone, spots=(replace(SPOT, layer=Layer.STRUCTURE),))
    assert left(replace(other, layer=Layer.STRUCTURE), absolute, subject=js, reference=python)


def test_an_update_that_one_writes_is_one_that_the_other_does_not() -> None:
    extra = Finding(
        Layer.PARITY, "update-extra", "1:WAIT.START", {"Name": "v"}, ABSENT, Blame.UNDETERMINED, "m"
    )
    spot = Spot(Layer.PARITY, "update-missing", "to-absent", {"Name": "v"}, "WAIT", "START")
    js = replace(ENTRY, spots=(spot,), versions=KnownVersions.parse("js", ">=2", "2.4.0"), reference=None)
    assert not left(extra, js)
    assert left(replace(extra, rule="update-missing"), js)


def test_a_limited_entry_is_that_of_its_witnesses() -> None:
    limited = replace(ENTRY, limited="of one program's values")
    assert not left(OPTIONS, limited)
    (told,) = account(OPTIONS, limited, scenario="map/other")
    assert told.divergence is None
    assert told.near == "looks like options (t), but that is limited to map/nested: of one program's values"


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


def _program(**child: Any) -> dict[str, Any]:
    """A child with a step in it, in a scenario of any folder."""
    step = {"step": {"name": "s", "returns": 1}}
    return {"title": "t", "covers": [], "handler": [{"child": {"name": "v", "do": [step], **child}}]}


FLAT = {
    "title": "t",
    "covers": [],
    "handler": [{"map": {"items": [1], "nesting": "FLAT", "do": [{"child": {"do": []}}]}}],
}
DEEP = {"title": "t", "covers": [], "handler": [{"child": {"do": _program(virtual=True)["handler"]}}]}
CHANGES = _program(virtual={"$eval": "invocation == 1"})


def test_a_parent_id_is_out_of_reach() -> None:
    """Not even an entry made by hand that fits exactly gets at a ParentId, whatever the program."""
    parent = replace(OPTIONS, rule="parent-id", path="1:STEP.START.ParentId", seen="1", wanted="root")
    exact = {"wanted": "root", "seen": "1"}
    spot = Spot(Layer.PARITY, "parent-id", "exactly", exact, "STEP", "START", "ParentId")
    for document in (mapped("python").document, _program()):
        assert left(parent, replace(ENTRY, spots=(spot,)), document=document)
    whole = replace(parent, path="history[3].ParentId")
    reach = replace(
        ENTRY, spots=(Spot(Layer.PARITY, "parent-id", "exactly", exact, path="history[].ParentId"),)
    )
    assert left(whole, reach)


@pytest.mark.parametrize("scenario", ["inside/a", "virtual/a", "map/a"])
@pytest.mark.parametrize(
    ("document", "path", "promised"),
    [
        (_program(virtual=True), "1:CONTEXT.FAIL", True),  # issue 362
        (_program(virtual=True), "1:CONTEXT", True),
        (_program(virtual={"$eval": "input.v"}), "1:CONTEXT.FAIL", True),  # only the run can tell
        (CHANGES, "1:CONTEXT.FAIL", False),  # neither: nothing is right there
        (_program(), "1:CONTEXT.FAIL", False),
        (_program(), "1:CONTEXT", False),
        (FLAT, "1[0]:CONTEXT.FAIL", True),
        (FLAT, "1[0].1:CONTEXT.FAIL", True),  # it stands in one
        (FLAT, "1:CONTEXT.FAIL", True),  # it holds one
        (DEEP, "1:CONTEXT.FAIL", True),
        (DEEP, "1.1:CONTEXT.FAIL", True),
        (DEEP, "?0123456789abcdef:CONTEXT.FAIL", True),  # nobody knows where
        (_program(), "?0123456789abcdef:CONTEXT.FAIL", False),
    ],
)
def test_a_virtual_context_s_lifecycle_is_out_of_reach(
    scenario: str,
    document: dict[str, Any],
    path: str,
    promised: bool,  # noqa: FBT001
) -> None:
    """It goes by what the program has there, in any folder, for any layer and SDK."""
    action = path.partition(".FAIL")[1] and "FAIL"
    for layer in (Layer.PARITY, Layer.INVARIANT, Layer.STRUCTURE):
        fail = replace(_presence("update-extra", path), layer=layer)
        spot = Spot(layer, "update-extra", "absent-to", {"Name": "v"}, path=path)
        if action:
            spot = replace(spot, path=None, type="CONTEXT", action=action)
        reach = replace(ENTRY, spots=(spot,))
        (told,) = account(fail, reach, scenario=scenario, document=document)
        assert (told.divergence is None) is promised
        assert ("promises to report" in (told.near or "")) is promised


def test_what_a_failed_execution_left_open_is_no_lifecycle() -> None:
    """Parity's other side alone has the end of a context around it; that there is one in it means nothing."""
    status = Finding(Layer.PARITY, "output-status", "output.Status", "S", "F", Blame.UNDETERMINED, "m")
    around = Surroundings(Scenario.from_document("a/b", DEEP))
    end = _presence("update-extra", "1:CONTEXT.SUCCEED")
    assert ended_apart([end, status])
    assert not ended_apart([end])
    assert promised(end, around)
    assert not promised(end, around, ended_apart=True)
    for other in (
        replace(end, path="1:CONTEXT.START"),
        replace(end, path="1.1:CONTEXT.SUCCEED"),
        replace(end, layer=Layer.STRUCTURE),
    ):
        assert promised(other, around, ended_apart=True)


def _result(*divergences: str | None, scenario: str = "map/nested") -> Result:
    findings = tuple(replace(OPTIONS, divergence=each) for each in divergences)
    return Result(scenario, "python@3.0.0", Verdict.KNOWN_DIVERGENCE, 0.1, findings)


def test_a_witness_that_does_not_show_it_any_more_is_a_problem() -> None:
    ledger = Ledger((ENTRY,))
    pair = [REFERENCE, PYTHON]
    assert ledger.stale([_result("options", None)], pair) == ()
    assert len(ledger.stale([_result(None)], pair)) == 1
    assert len(ledger.stale([_result("options", scenario="map/other")], pair)) == 1
    assert ledger.stale([], [REFERENCE]) == ()
    (problem,) = ledger.stale([], pair)
    assert "options" in problem
    assert "map/nested" in problem
    assert ledger.stale([], pair, replace(Held.all(pair), deep=("map/nested",))) == ()
    assert len(ledger.stale([], pair, replace(Held.all(pair), deep=("map/other",)))) == 1
    assert ledger.hits([_result("options", None), _result("options")]) == {"options": 2}


def test_a_racy_entry_needs_no_witness(tmp_path: Path) -> None:
    (entry,) = _load(tmp_path, GOOD.replace("witnesses: [map/nested]", "racy: a matter of time")).entries
    assert (entry.racy, entry.witnesses) == ("a matter of time", ())
    assert not left(OPTIONS, entry)
    assert Ledger((entry,)).stale([_result(None)], [REFERENCE, PYTHON]) == ()
    assert Ledger((entry,)).notes([_result(None)], [REFERENCE, NEWER]) == ()


NEWER = SubjectInfo("python@3.0.0", "python", "3.1.0")


def test_a_newer_version_is_told_of_and_never_stale() -> None:
    ledger = Ledger((ENTRY, replace(ENTRY, id="other"), replace(ENTRY, id="third")))
    pair = [REFERENCE, NEWER]
    shown = [_result("options", "options", "other")]
    assert ledger.stale(shown, pair) == ()
    assert ledger.notes(shown, [REFERENCE, PYTHON]) == ()
    assert ledger.notes(shown, pair) == (
        "2 entries not yet confirmed for python 3.1.0",
        "divergence third no longer shows with python 3.1.0: it looks fixed",
    )
    elsewhere = [replace(shown[0], scenario="map/other")]
    assert ledger.notes(elsewhere, pair) == ("2 entries not yet confirmed for python 3.1.0",)
    failed = [replace(shown[0], verdict=Verdict.HARNESS_ERROR, findings=())]
    assert ledger.notes(failed, pair) == ()


def test_a_newer_reference_is_told_of_too() -> None:
    newer = replace(REFERENCE, version="2.5.0")
    assert Ledger((ENTRY,)).notes([_result("options")], [newer, PYTHON]) == (
        "1 entry not yet confirmed for js 2.5.0",
    )


def test_what_an_older_version_of_the_same_run_shows_says_nothing_of_the_newer_one() -> None:
    newer = replace(NEWER, id="python@3.1.0")
    results = [_result("options"), replace(_result(), subject=newer.id)]
    assert Ledger((ENTRY,)).notes(results, [REFERENCE, PYTHON, newer]) == (
        "divergence options no longer shows with python 3.1.0: it looks fixed",
    )


SCOPED = {
    "title": "t",
    "covers": [],
    "handler": [
        {"step": {"name": "s", "returns": 1}},
        {"wait_for_condition": {"name": "c", "initial": 0, "check": {"returns": 1}, "until": True}},
        {"child": {"name": "v", "virtual": True, "do": [{"step": {"returns": 1}}]}},
        {"wait_for_callback": {"name": "w", "submitter": {"returns": 1}}},
        {
            "with_retry": {
                "name": "r",
                "retry": "none",
                "wrap": False,
                "do": [{"note": 1}, {"step": {"returns": 1}}],
            }
        },
        {"parallel": {"branches": [[{"step": {"returns": 1}}], [{"wait": {"seconds": 1}}]]}},
        {"step": {"do": [{"wait": {"seconds": 1}}]}},
    ],
    "faults": [{"fault": "stale-token"}],
}


def _fails(path: str) -> Finding:
    return Finding(
        Layer.PARITY, "error-type", f"{path}:STEP.FAIL.Error.ErrorType", "b", "a", Blame.UNDETERMINED, "m"
    )


@pytest.mark.parametrize(
    ("scope", "path", "meets"),
    [
        (Scope(), "1", True),
        (Scope(statement=("step",)), "1", True),
        (Scope(statement=("wait_for_condition",)), "1", False),  # a step's error is never a condition's
        (Scope(statement=("wait_for_condition",)), "2", True),
        (Scope(statement=("step",)), "2", False),
        (Scope(statement=("step", "wait_for_condition")), "2", True),
        (Scope(place=(Context.ROOT,)), "1", True),
        (Scope(place=(Context.ROOT,)), "3.1", False),
        (Scope(place=(Context.VIRTUAL,)), "3.1", True),
        (Scope(place=(Context.CHILD,)), "3.1", False),
        (Scope(role=(Role.SUBMITTER,)), "4.2", True),
        (Scope(role=(Role.OWN,)), "4.2", False),
        (Scope(statement=("wait_for_callback",), role=(Role.SUBMITTER,)), "4.2", True),
        (Scope(place=(Context.ROOT,)), "5", True),  # an unwrapped with_retry is no context
        (Scope(place=(Context.NESTED,)), "6[0].1", True),
        (Scope(statement=("step",)), "6[7].1", False),  # the program has no such branch
        (Scope(holds=("wait",)), "7", True),
        (Scope(holds=("wait",)), "1", False),
        (Scope(fault=("stale-token",)), "1", True),
        (Scope(fault=("no-token", "stale-token")), "1", True),
        (Scope(fault=("no-token",)), "1", False),
        (Scope(serialiser=("fail-read",)), "1", False),
        (Scope(statement=("step",)), "99", False),
    ],
)
def test_an_entry_applies_where_its_scope_says(scope: Scope, path: str, meets: bool) -> None:  # noqa: FBT001
    spot = Spot(
        Layer.PARITY,
        "error-type",
        "exactly",
        {"wanted": "a", "seen": "b"},
        "STEP",
        "FAIL",
        "Error.ErrorType",
        scope=scope,
    )
    (told,) = account(_fails(path), replace(ENTRY, spots=(spot,)), document=SCOPED)
    assert (told.divergence is not None) is meets
    assert (told.near is None) is meets


@pytest.mark.parametrize(
    ("scope", "path", "meets"),
    [
        (Scope(statement=("note",)), "effect:handler/4/do/0", True),
        (Scope(statement=("note",)), "effect:handler/4/do/0[1].attempt", True),
        (Scope(statement=("step",)), "effect:handler/4/do/0", False),
        (Scope(statement=("step",), place=(Context.NESTED,)), "effect:handler/5/branches/0/0", True),
        (Scope(place=(Context.BODY,)), "log:handler/6/do/0", True),
        (Scope(statement=("step",)), "effect:handler/99", False),
        (Scope(statement=("with_retry",)), "output.Result", True),  # the program has one somewhere
        (Scope(statement=("invoke",)), "output.Result", False),
        (Scope(statement=("step",), place=(Context.VIRTUAL,)), "escapes[0].errorType", True),
        (Scope(statement=("wait",), place=(Context.VIRTUAL,)), "invocation 1", False),
    ],
)
def test_what_is_about_no_update_asks_the_statement_or_the_program(
    scope: Scope,
    path: str,
    meets: bool,  # noqa: FBT001
) -> None:
    around = Surroundings(Scenario.from_document("a/b", SCOPED))
    assert (scope.misses(path, (), around) is None) is meets


def test_a_finding_that_looks_like_an_entry_says_what_is_in_the_way() -> None:
    other = replace(OPTIONS, seen={"ReplayChildren": True})
    (told,) = account(other, ENTRY)
    assert told.near == 'looks like options (t), but there {"ReplayChildren": false} is seen'
    elsewhere = replace(ENTRY, spots=(replace(SPOT, scope=Scope(statement=("parallel",))),))
    (told,) = account(OPTIONS, elsewhere)
    assert told.near == "looks like options (t), but it is about a parallel"
    (told,) = account(other, elsewhere)
    assert told.near is None  # two things are in the way
    (told,) = account(replace(OPTIONS, wanted={}), ENTRY)
    assert told.near == "looks like options (t), but what is wanted is another value there"


STALE = {
    "title": "t",
    "covers": [],
    "handler": [{"wait": {"name": "a", "seconds": 1}}, {"wait": {"name": "b", "seconds": 1}}],
    "faults": [{"fault": "stale-token", "of": "b", "action": "START"}],
}
ENDING = {"ErrorMessage": "Checkpoint failed: 1-2", "ErrorType": "CheckpointError"}
ENDS = Entry(
    id="ends",
    title="t",
    what="w",
    link="https://example.org",
    spots=(
        Spot(
            Layer.PARITY,
            "output-error",
            "says",
            {"ErrorMessage": "Checkpoint failed: {id}", "ErrorType": "CheckpointError"},
            path="output.Error",
        ),
        *broken_off(),
    ),
    versions=KnownVersions.parse("js", ">=2", "2.4.0"),
    witnesses=("a/b",),
)


def _waits(sdk: str, *names: str, failed: bool = False) -> Recording:
    """A wait in each invocation, and an end."""
    made = Maker(sdk, STALE, scenario="a/b", input=None)
    for number, name in enumerate(names, 1):
        made.invoke()
        made.send(str(number), "WAIT", "START", Name=name, WaitOptions={"WaitSeconds": 1})
        if not (failed and number == len(names)):
            made.pending(1)
    if failed:
        made.answer({"Status": "FAILED", "Error": ENDING})
    else:
        made.invoke()
        made.succeed("null")
    return made.done()


def _told(subject: Recording, reference: Recording, *entries: Entry) -> dict[str, str | None]:
    """What a judge says of the parity of two recordings: rule and the entry that accounts for it."""
    found = parity.check(Case.of(subject), Case.of(reference))
    marked = Ledger(entries).account(found, Case.of(subject), Case.of(reference))
    return {one.rule: one.divergence for one in marked}


ALL = ("output-error", "output-invocations", "output-result", "output-status")


def test_what_the_other_goes_on_to_do_follows_from_what_ended_the_execution() -> None:
    ended, whole = _waits("js", "a", failed=True), _waits("python", "a", "b")
    told = _told(whole, ended, ENDS)
    assert told == dict.fromkeys((*ALL, "update-extra"), "ends")
    assert _told(ended, whole, ENDS) == dict.fromkeys((*ALL, "update-missing"), "ends")


def test_nothing_follows_where_nothing_is_shown() -> None:
    ended, whole = _waits("js", "a", failed=True), _waits("python", "a", "b")
    assert {*_told(whole, ended, replace(ENDS, spots=broken_off())).values()} == {None}
    elsewhere = replace(ENDS.spots[0], argument={**ENDING, "ErrorType": "E"})
    other = replace(ENDS, spots=(elsewhere, *broken_off()))
    assert {*_told(whole, ended, other).values()} == {None}


def test_what_is_missing_before_the_end_does_not_follow_from_it() -> None:
    """The first wait, which the failed execution goes past, was left out: it had not ended there."""
    left_out = without(_waits("js", "a", "b", failed=True), 0)
    told = _told(_waits("python", "a", "b"), left_out, ENDS)
    assert told["update-extra"] is None
    assert told["output-error"] == "ends"


def test_what_differs_before_the_end_does_not_follow_from_it() -> None:
    ended, whole = _waits("js", "a", failed=True), _waits("python", "a", "b")
    told = _told(with_fields(whole, 0, Name="z"), ended, ENDS)
    assert told["name"] is None


def test_what_goes_on_where_the_other_ended_follows_too() -> None:
    unsaid = Spot(Layer.PARITY, "output-error", "unsaid", ENDS.spots[0].argument, path="output.Error")
    python = replace(ENDS, spots=(unsaid, *gone_on()), versions=KnownVersions.parse("python", ">=2", "3.0.0"))
    ended, whole = _waits("js", "a", failed=True), _waits("python", "a", "b")
    assert _told(whole, ended, python) == dict.fromkeys((*ALL, "update-extra"), "ends")


def test_a_spot_may_be_limited_alone() -> None:
    spots = (replace(ENDS.spots[0], limited="its text is"), *broken_off())
    ended, whole = _waits("js", "a", failed=True), _waits("python", "a", "b")
    assert {*_told(whole, ended, replace(ENDS, spots=spots)).values()} == {"ends"}
    elsewhere = replace(ENDS, spots=spots, witnesses=("a/c",))
    assert {*_told(whole, ended, elsewhere).values()} == {None}


@pytest.mark.parametrize(
    ("scope", "meets"),
    [
        (Scope(fault=("stale-token@START",)), True),
        (Scope(fault=("stale-token@SUCCEED", "error")), False),
        (Scope(fault=("stale-token@state",)), False),
        (Scope(statement=("child",), varying=("virtual",)), True),
        (Scope(varying=("nesting",)), False),
        (Scope(statement=("wait",), varying=("virtual",)), False),
    ],
)
def test_a_scope_may_ask_where_a_fault_strikes_and_what_changes(scope: Scope, meets: bool) -> None:  # noqa: FBT001
    handler = [*STALE["handler"], *CHANGES["handler"]]
    around = Surroundings(Scenario.from_document("a/b", {**STALE, "handler": handler}))
    assert (scope.misses("output.Status", (), around) is None) is meets


def test_a_fault_of_a_read_is_asked_by_that() -> None:
    document = {**STALE, "faults": [{"fault": "error", "state": 1}]}
    around = Surroundings(Scenario.from_document("a/b", document))
    assert Scope(fault=("error@state",)).misses("output.Status", (), around) is None


def test_what_is_about_the_whole_execution_looks_like_little() -> None:
    status = Finding(Layer.PARITY, "output-status", "output.Status", "F", "S", Blame.UNDETERMINED, "m")
    spot = Spot(Layer.PARITY, "output-status", "exactly", {"wanted": "S", "seen": "F"}, path="output.Status")
    for other in (
        replace(ENTRY, spots=(replace(spot, scope=Scope(fault=("error",))),)),
        replace(ENTRY, spots=(replace(spot, argument={"wanted": "S", "seen": "T"}),)),
    ):
        (told,) = account(status, other)
        assert (told.divergence, told.near) == (None, None)
    (told,) = account(status, replace(ENTRY, spots=(replace(spot, limited="so it is"),), witnesses=("a/b",)))
    assert told.near == "looks like options (t), but that is limited to a/b: so it is"


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
    kind: behaviour
    sdk: python
    versions: ">=3.0"
    confirmed: 3.0.0
    reference: {sdk: js, versions: ">=2.4", confirmed: 2.4.0}
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


@pytest.mark.parametrize(("then", "made"), [("breaks-off", broken_off), ("goes-on", gone_on)])
def test_an_entry_can_say_what_follows(
    tmp_path: Path, then: str, made: Callable[[], tuple[Spot, ...]]
) -> None:
    (entry,) = _load(tmp_path, GOOD.replace("kind: behaviour", f"kind: behaviour\n    then: {then}")).entries
    assert entry.spots == (SPOT, *made())


def test_an_entry_can_say_what_the_subject_breaks(tmp_path: Path) -> None:
    text = GOOD.replace("layer: parity", "layer: invariant").replace(
        "kind: behaviour", "kind: breaks\n    breaks: [token-chain]"
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
        ("type: CONTEXT, action: SUCCEED, ", "", "without a path, or type and action"),
        ("type: CONTEXT, action: SUCCEED, ", "place: child, ", "without a path, or type and action"),
        ("layer: parity", "layer: harness", "no layer that can diverge"),
        ("layer: parity", "layer: nonsense", "no layer that can diverge"),
        ("absent-to", "anything", "no transform"),
        ("{absent-to: {ReplayChildren: false}}", "[1]", "no transform"),
        ("    transform: {absent-to: {ReplayChildren: false}}\n", "", "no transform"),
        ('">=3.0"', '"3.0"', "no range of versions"),
        ('">=3.0"', '">=3.1"', "not in the range"),
        ("confirmed: 3.0.0", "confirmed: newest", "no release"),
        ("    confirmed: 3.0.0\n", "", "missing: confirmed"),
        ('    reference: {sdk: js, versions: ">=2.4", confirmed: 2.4.0}\n', "", "needs a reference"),
        (", confirmed: 2.4.0}", "}", "reference is not one SDK"),
        ("kind: behaviour", "kind: quirk", "no kind"),
        ("kind: behaviour", "kind: breaks", "lists what it breaks"),
        ("kind: behaviour", "kind: behaviour\n    statement: stepp", "no statement"),
        ("kind: behaviour", "kind: behaviour\n    role: [own, second]", "no role"),
        ("kind: behaviour", "kind: behaviour\n    place: nowhere", "no place"),
        ("kind: behaviour", "kind: behaviour\n    holds: stepp", "no holds"),
        ("kind: behaviour", "kind: behaviour\n    fault: flood", "no fault"),
        ("kind: behaviour", "kind: behaviour\n    serialiser: xml", "no serialiser"),
        ("kind: behaviour", "kind: behaviour\n    varying: weather", "no varying"),
        ("kind: behaviour", "kind: behaviour\n    fault: error@nowhere", "no fault"),
        ("kind: behaviour", "kind: behaviour\n    then: dances", "then is 'dances'"),
        ("field: ContextOptions", "field: ContextOptions, follows: 1", "follows is 1"),
        ("field: ContextOptions", "field: ContextOptions, follows: true", "nothing but what follows"),
        ("field: ContextOptions", "field: ContextOptions, limited: true", "limited is no reason"),
        ("kind: behaviour", "kind: behaviour\n    limited: true", "limited is no reason"),
        ("kind: behaviour", "kind: behaviour\n    kind: behaviour", "a second time"),
        ("field: ContextOptions", "place: virtual", "no entry may account for whether"),
        ("field: ContextOptions", "place: [root, flat]", "no entry may account for whether"),
        ("[map/nested]", "[]", "either witnesses or a reason"),
        ("    witnesses: [map/nested]\n", "", "either witnesses or a reason"),
        ("[map/nested]", "[map/nested]\n    racy: a matter of time", "either witnesses or a reason"),
        ("witnesses: [map/nested]", "racy: true", "racy is no reason"),
        ("    title: t\n", "    title: t\n    breaks: [no-such-entry]\n", "list ids of the catalogue"),
        ("    title: t\n", "    title: t\n    breaks: token-chain\n", "list ids of the catalogue"),
        ("    title: t\n", "    title: t\n    breaks: [token-chain]\n", "lists what it breaks"),
        ("kind: behaviour", "kind: breaks\n    breaks: [token-chain]", "parity alone breaks nothing"),
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


KINDS = (
    "[1]",
    "{a: 1}",
    "~",
    "1",
    "true",
    '""',
    "[[x]]",
    "{? [a] : 1}",
    "- x",
    "*a",
    "&a",
    "!!set {a}",
    "<<",
)
VALUES = st.sampled_from(KINDS)


@given(st.data())
def test_whatever_is_written_is_read_or_refused_with_its_file(data: st.DataObject) -> None:
    """Another kind of value, a line that is gone or there twice: never anything but a UsageError."""
    lines = GOOD.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    kind = data.draw(st.sampled_from(["value", "drop", "twice", "indent"]))
    name, colon, _ = lines[number].partition(":")
    if kind == "value":
        lines[number] = f"{name}{colon} {data.draw(VALUES)}"
    elif kind == "indent":
        lines[number] = f" {lines[number]}"
    else:
        lines[number : number + 1] = [lines[number]] * 2 * (kind == "twice")
    try:
        ledger_file.parse("\n".join(lines), "divergences.yaml")
    except UsageError as error:
        assert str(error).startswith("divergences.yaml")  # noqa: PT017 - it need not be raised


def test_ids_are_unique(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there twice"):
        _load(tmp_path, GOOD + GOOD.removeprefix("divergences:\n"))


def test_the_projects_own_ledger_can_be_read() -> None:
    entries = Ledger.load(ROOT / "scenarios" / "divergences.yaml").entries
    assert entries
    for entry in entries:
        assert entry.reference or any(spot.layer is not Layer.PARITY for spot in entry.spots)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("https://example.org", "example.org", 7),
        ("layer: parity", "layer: nonsense", 9),
        ("kind: behaviour", "kind: quirk", 11),
        ('">=3.0"', '"3.0"', 13),
        ("confirmed: 2.4.0", "confirmed: 2.3.0", 15),
        ("[map/nested]", "[]", 16),
        ("    title: t\n", "    title: t\n    note: n\n", 4),
        ("    title: t\n", "    title: [t\n", 4),
    ],
)
def test_an_error_has_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    with pytest.raises(UsageError) as caught:
        _load(tmp_path, GOOD.replace(old, new, 1))
    assert f"divergences.yaml:{line}: " in str(caught.value)


def test_texts_that_look_like_something_else_in_older_yaml_are_texts(tmp_path: Path) -> None:
    argument = "{absent-to: [no, 0001feff, 1:30, 2020-01-02, 1.5, -3, true, ~, NaN]}"
    entry = _load(tmp_path, GOOD.replace("{absent-to: {ReplayChildren: false}}", argument)).entries[0]
    assert entry.spots[0].argument == ["no", "0001feff", "1:30", "2020-01-02", 1.5, -3, True, None, "NaN"]


def test_a_version_that_looks_like_a_number_is_one(tmp_path: Path) -> None:
    text = GOOD.replace("confirmed: 3.0.0", "confirmed: 3.10")
    assert str(_load(tmp_path, text).entries[0].versions.confirmed) == "3.10"


def test_confirming_touches_nothing_else() -> None:
    text = "# kept\n" + GOOD.replace("confirmed: 3.0.0", "confirmed: 3.0.0  # as of today")
    confirmed = ledger_yaml.confirm(text, "f", "python", "3.1.0", {"options"})
    assert confirmed == text.replace("confirmed: 3.0.0", "confirmed: 3.1.0")
    assert ledger_yaml.confirm(text, "f", "js", "2.10.1", {"options"}) == text.replace("2.4.0", "2.10.1")
    assert ledger_yaml.confirm(text, "f", "js", "2.10.1", {"other"}) == text


REFUSED = "[Unrecoverable Invocation] Checkpoint failed: {}"
CALLED = "An error occurred ({}) when calling the {} operation (reached max retries: 2): {}"
UNREAD = (
    CALLED.format("ServiceException", "GetDurableExecutionState", "injected ServiceException"),
    "injected ServiceException",
)
UNAVAILABLE = (
    CALLED.format("ServiceException", "CheckpointDurableExecution", "injected ServiceException"),
    REFUSED.format("injected ServiceException"),
)


@pytest.mark.parametrize(
    ("scenario", "seen", "wanted", "divergence"),
    [
        ("faults/page-fails", *UNREAD, "escaping-error"),
        ("any/other", *UNREAD, "escaping-error"),
        ("faults/escapes-once", UNAVAILABLE[0].replace(": 2", ": 3"), UNAVAILABLE[1], None),
        ("faults/escapes-once", UNAVAILABLE[0], UNAVAILABLE[1] + " ", None),
        ("faults/escapes-once", *reversed(UNAVAILABLE), None),
        ("faults/escapes-once", UNAVAILABLE[0], ABSENT, None),
        ("faults/last-success-lost", UNAVAILABLE[0], ABSENT, None),  # it follows from what is not here
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
