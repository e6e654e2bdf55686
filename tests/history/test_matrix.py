"""Versions beside each other: what passes from where on, what each changed, how it stands to its pins."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from conformance.engine.events import Faulted, RunEnded, RunStarted
from conformance.errors import EnvironmentFault, Exit
from conformance.history import document, page, table
from conformance.history.cell import Cell, place
from conformance.history.held import held
from conformance.history.matrix import Gathered, Matrix, versions
from conformance.history.pins import Pins
from conformance.history.words import Words
from conformance.report import escape
from conformance.verdict.finding import Blame, Finding, Layer, Result, Verdict
from conformance.wire.recording import SubjectInfo
from tests.front.samples import KNOWN, ORPHAN, UNABLE, judged
from tests.front.test_escape import HOSTILE, unseen

OLD, MID, NEW = (SubjectInfo(f"python@{one}", "python", one) for one in ("1.9.0", "1.10.0", "2.0.0"))
JS = SubjectInfo("js@2.4.0", "js", "2.4.0")
SLOW = replace(UNABLE, rule="too-slow", blame=Blame.MACHINE)
BROKEN = replace(UNABLE, rule="lab-report")
RESULT = replace(ORPHAN, layer=Layer.EXPECT, rule="expected-result", path="output.Result")
LACKS = replace(UNABLE, wanted="virtual")


def gathered(*rows: tuple[str, SubjectInfo, Verdict, tuple[Finding, ...]]) -> Gathered:
    """A run of one scenario or more with these verdicts."""
    made = Gathered()
    scenarios = tuple(dict.fromkeys(row[0] for row in rows))
    made(RunStarted((JS, NEW, OLD, MID), JS.id, scenarios, complete=False))
    for scenario, info, verdict, findings in rows:
        made(judged(scenario, info, verdict, *findings))
    made(Faulted(EnvironmentFault("there is no such version", where="python@9.9.9")))
    made(RunEnded(1.0, interrupted=False, divergences={}, problems=(), held_seconds=0.0))
    return made


RUN = gathered(
    ("a/one", OLD, Verdict.UNSUPPORTED, (LACKS,)),
    ("a/one", MID, Verdict.VIOLATED, (ORPHAN, RESULT)),
    ("a/one", NEW, Verdict.PARITY, ()),
    ("a/two", OLD, Verdict.DIVERGED, (replace(KNOWN, divergence=None),)),
    ("a/two", MID, Verdict.KNOWN_DIVERGENCE, (KNOWN,)),
    ("a/two", NEW, Verdict.VIOLATED, (ORPHAN,)),
    ("b/three", OLD, Verdict.PARITY, ()),
    ("b/three", MID, Verdict.PARITY, ()),
    ("b/three", NEW, Verdict.PARITY, ()),
    ("b/four", OLD, Verdict.VIOLATED, (RESULT,)),
    ("b/four", MID, Verdict.VIOLATED, (ORPHAN,)),
    ("b/four", NEW, Verdict.HARNESS_ERROR, (BROKEN,)),
)
MATRIX = RUN.matrix([OLD.id, MID.id, NEW.id])
NONE = Pins("python", "", {}, {})


def test_versions_stand_in_their_order_and_say_from_where_on_a_scenario_passes() -> None:
    (sdk,) = MATRIX.sdks
    assert sdk.subjects == (OLD.id, MID.id, NEW.id)
    assert [(sdk.first_passing(one), sdk.holds_from(one)) for one in sdk.scenarios] == [
        (NEW.id, NEW.id),
        (MID.id, None),
        (None, None),
        (OLD.id, OLD.id),
    ]


def test_neighbours_are_compared_by_what_they_show() -> None:
    first, second = MATRIX.sdks[0].steps
    assert (first.supported, first.fixed, first.broken) == (("a/one",), (), ())
    assert first.different == ("b/four",)
    assert first.judged_otherwise == ("a/two",), (
        "the finding is the same, and the ledger knows it in one only"
    )
    assert (second.fixed, second.broken, second.different) == (("a/one",), ("a/two",), ("b/four",))
    assert [(one.cause, one.scenarios) for one in first.changes.came] == [
        ("structure/parent-path", ("a/one", "b/four")),
        ("known/context-options", ("a/two",)),
    ]


def test_a_cause_has_the_first_and_the_last_version_that_shows_it() -> None:
    spans = {one.cause: (one.first, one.last, one.versions) for one in MATRIX.sdks[0].spans}
    assert spans["structure/parent-path"] == (MID.id, NEW.id, 2)
    assert spans["unsupported/virtual"] == (OLD.id, OLD.id, 1)


def test_what_a_fault_comes_to_is_no_cause_beside_it() -> None:
    both = Cell.of(Result("a", "b", Verdict.VIOLATED, 0.0, (ORPHAN, RESULT)))
    assert both.causes == {"structure/parent-path"}
    alone = Cell.of(Result("a", "b", Verdict.VIOLATED, 0.0, (RESULT,)))
    assert alone.causes == {"expect/expected-result"}
    assert both.findings != alone.findings


def test_causes_stand_by_layers_with_what_follows_last() -> None:
    names = [
        "known/x",
        "expect/b",
        "structure/outcome-wrong",
        "structure/a",
        "unsupported/y",
        "schema/schema",
    ]
    assert sorted(names, key=place) == [
        "unsupported/y",
        "schema/schema",
        "structure/a",
        "structure/outcome-wrong",
        "expect/b",
        "known/x",
    ]


def test_without_pins_whatever_the_ledger_does_not_know_is_a_finding() -> None:
    standing = {one.subject: one for one in held(MATRIX, lambda _: NONE)}
    assert [one.cause for one in standing[OLD.id].differences] == [
        "expect/expected-result",
        "parity/update-field",
    ]
    assert [standing[one].exit for one in (OLD.id, MID.id)] == [Exit.FINDING, Exit.FINDING]
    assert standing[NEW.id].unjudged == ("b/four",)
    assert standing[NEW.id].exit is Exit.ENVIRONMENT


def pinned(matrix: Matrix) -> Pins:
    (sdk,) = matrix.sdks
    known = versions(matrix.subjects)
    shown = {known[one]: sdk.shown(one) for one in sdk.subjects}
    return NONE.measured(matrix.reference, shown, matrix.scenarios, ())


def test_as_pinned_all_is_well_even_what_could_not_be_judged() -> None:
    standing = held(MATRIX, lambda _: pinned(MATRIX), whole=True)
    assert [one.exit for one in standing] == [Exit.AS_EXPECTED] * 3


def test_a_bug_that_is_lost_and_one_that_is_new_are_told() -> None:
    other = gathered(
        ("a/one", OLD, Verdict.PARITY, ()),
        ("b/three", OLD, Verdict.VIOLATED, (ORPHAN,)),
    ).matrix([OLD.id])
    (one,) = held(other, lambda _: pinned(MATRIX))
    assert [(each.cause, each.new, each.scenarios) for each in one.differences] == [
        ("structure/parent-path", True, ("b/three",)),
        ("unsupported/virtual", False, ("a/one",)),
    ]
    assert one.exit is Exit.FINDING


def test_a_machine_that_is_too_slow_is_no_finding_and_no_pin() -> None:
    slow = gathered(("a/one", OLD, Verdict.HARNESS_ERROR, (SLOW,))).matrix([OLD.id])
    (one,) = held(slow, lambda _: pinned(MATRIX))
    assert (one.slow, one.differences, one.exit) == (("a/one",), (), Exit.ENVIRONMENT)


def test_scenarios_that_no_pin_covers_are_judged_as_without_pins() -> None:
    part = NONE.measured(JS.id, {"1.9.0": {}}, ["b/three"], ["b/three"])
    (one,) = held(RUN.matrix([OLD.id]), lambda _: part)
    assert one.outside == 3
    assert [each.cause for each in one.differences] == ["expect/expected-result", "parity/update-field"]


def test_a_checkout_is_held_against_the_newest_version() -> None:
    info = SubjectInfo("python@/x", "python", "2.0.0")
    made = gathered(("b/three", NEW, Verdict.PARITY, ()))
    made(RunStarted((info,), JS.id, ("b/three",), complete=False))
    made(judged("b/three", info, Verdict.PARITY))
    matrix = made.matrix()
    assert versions(matrix.subjects) == {}
    (one,) = held(matrix, lambda _: pinned(MATRIX))
    assert one.beside == "2.0.0"


def test_the_table_tells_all(snapshot: SnapshotAssertion) -> None:
    words = Words({"context-options": "Options are left out"}, {})
    assert "\n".join(table.render(MATRIX, held(MATRIX, lambda _: NONE), words)) == snapshot


def test_the_page_tells_all(snapshot: SnapshotAssertion) -> None:
    standing = held(MATRIX, lambda _: pinned(MATRIX))
    assert page.render(MATRIX, standing, [str(one) for one in RUN.faults], Words()) == snapshot


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_said_page_and_table_are_inert(text: str) -> None:
    info = SubjectInfo(text, "python", text)
    made = Gathered()
    made(RunStarted((info,), text, (text,), complete=False))
    made(judged(text, info, Verdict.VIOLATED, replace(ORPHAN, rule=text)))
    matrix = made.matrix()
    standing = held(matrix, lambda _: NONE)
    written = page.render(matrix, standing, [text], Words())
    assert not unseen(written, but="\n")
    assert not any(f"<{tag}" in written for tag in ("script", "img"))
    told = escape.told(table.render(matrix, standing, Words()))
    assert not unseen(told, but="\n")


def test_the_document_has_every_cell(snapshot: SnapshotAssertion) -> None:
    made = document.serializable(MATRIX, held(MATRIX, lambda _: NONE), [str(one) for one in RUN.faults])
    assert json.loads(json.dumps(made)) == made
    assert made == snapshot
