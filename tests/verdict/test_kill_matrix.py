"""The kill matrix: what it says of mutants, by table; made of real recordings; and faults of live SDKs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.engine.collator import assessors
from conformance.engine.collected import Collected
from conformance.engine.files import SCENARIOS, ledger_file
from conformance.engine.session import Plan, Session
from conformance.engine.stack import real
from conformance.errors import Exit
from conformance.quality.mutation import live, recorded
from conformance.quality.mutation.matrix import Matrix, Row
from conformance.quality.mutation.mutant_judge import MutantJudge
from conformance.quality.mutation.recordings import MUTATIONS, Original, Trial, noticed
from conformance.quality.mutation.seeded import SEEDED, Seeded
from conformance.quality.mutation.shown import document, lines
from conformance.quality.mutation.spread import spread
from conformance.scenario.load import find
from conformance.subjects.subject import Subject
from conformance.verdict.finding import Layer
from conformance.verdict.ledger import Ledger
from python_sdk import mutants
from tests.harness.test_mirror import words
from tests.verdict.recordings import virtual
from tests.verdict.test_mutants import pool

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

PARITY = "parity:updates-differ"
START = "invariant:start-missing"
PARENT = "structure:parent-wrong"
OWNERS = {START: "start_comes_first_and_once"}


def trial(mutation: str, scenario: str, *rules: str, **more: Any) -> Trial:
    return Trial(
        mutation=mutation,
        description=more.pop("description", "a thing changed"),
        touched="1",
        scenario=scenario,
        subject="python@3.0.0",
        layers=frozenset(Layer(rule.partition(":")[0]) for rule in rules),
        rules=frozenset(rules),
        **more,
    )


def row(mutant: str, *trials: Trial, live: bool = False, alone: str | None = None) -> Row:
    return Row(mutant, live=live, trials=trials, alone=alone)


BOTH = row(
    "parent", trial("parent", "a/one", PARITY, PARENT), trial("parent", "a/two", PARITY, PARENT, START)
)
WORDS = row("words", trial("words", "a/one", PARITY), alone="nobody says which words")
SEEN = row("js+mutant:x", trial("js+mutant:x", "a/one"), trial("js+mutant:x", "b/three", START), live=True)
GOOD = Matrix((BOTH, WORDS, SEEN), ("never_speaks", "start_comes_first_and_once"), OWNERS, whole=True)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([BOTH, WORDS, SEEN], None),
        (
            [row("x", trial("x", "a/one", START), trial("x", "a/two"))],
            "x: survives in a/two with python@3.0.0 (a thing changed)",
        ),
        (
            [row("x", trial("x", "a/one", START), trial("x", "a/two", PARITY))],
            "x: visible by parity alone, without a reason",
        ),
        ([row("x", trial("x", "a/one"), trial("x", "a/two"), live=True)], "x: survives in a/one"),
        (
            [row("x", trial("x", "a/one", PARITY), trial("x", "a/two"), live=True)],
            "x: visible by parity alone",
        ),
        ([row("x")], "x: nothing to try it on"),
        ([row("x", trial("x", "a/one", START), alone="so it is")], "x: rules see it, though a reason"),
        (
            [row(str(n), trial(str(n), "a/one", PARITY), alone="so it is") for n in range(4)],
            "4 mutants are left to parity alone",
        ),
        (
            [row("x", trial("x", "a/one", START, absorbed=frozenset({"an-entry"})))],
            "x in a/one with python@3.0.0: the ledger accounts for it (an-entry)",
        ),
        (
            [row("x", trial("x", "a/one", START, broken=frozenset({"check-failed: no"})))],
            "x in a/one with python@3.0.0: check-failed: no",
        ),
    ],
)
def test_what_is_a_problem(rows: list[Row], problem: str | None) -> None:
    problems = [*Matrix(tuple(rows), whole=True).problems()]
    if problem is None:
        assert problems == []
    else:
        assert any(told.startswith(problem) for told in problems), problems


def test_what_was_selected_away_is_no_problem() -> None:
    assert [*Matrix((row("x"), row("y", trial("y", "a/one", START), alone="so it is"))).problems()] == []


def test_a_fault_is_a_problem() -> None:
    assert [*Matrix((), faults=("no such version",)).problems()] == ["no such version"]


def test_rates() -> None:
    survivor = row("z", trial("z", "a/one"))
    matrix = Matrix((BOTH, WORDS, survivor, SEEN, row("js+mutant:y", trial("y", "a/one", PARITY), live=True)))
    assert matrix.totals(live=False, parity=True) == (3, 4)
    assert matrix.totals(live=False, parity=False) == (2, 4)
    assert matrix.totals(live=True, parity=True) == (2, 2)
    assert matrix.totals(live=True, parity=False) == (1, 2)


def test_what_could_be_spared() -> None:
    assert GOOD.needed_scenarios() == {"a/one": ("words",), "b/three": ("js+mutant:x",)}
    assert GOOD.needless_scenarios() == ("a/two",)
    assert GOOD.needed_rules() == {
        "invariant:start_comes_first_and_once": ("js+mutant:x",),
        PARENT: ("parent",),
    }
    assert GOOD.needless_rules() == ("invariant:never_speaks",)


def test_the_printed_matrix(snapshot: SnapshotAssertion) -> None:
    bad = row("lost", trial("lost", "a/one", PARITY), trial("lost", "b/three"))
    matrix = replace(
        GOOD,
        rows=(BOTH, WORDS, bad, SEEN),
        faults=("python+mutant:z can't be started",),
        left_out={"a/four with js@2.4.0": "so it is"},
    )
    assert "\n".join(lines(matrix)) == snapshot
    assert json.dumps(document(matrix), indent=2) == snapshot(name="json")


def test_few_stand_for_all() -> None:
    names = [f"{folder}/{number}" for folder in ("a", "b/c", "d") for number in range(5)]
    order = spread(names, "seed")
    assert sorted(order) == sorted(names)
    assert {name.rpartition("/")[0] for name in order[:3]} == {"a", "b/c", "d"}
    assert spread(reversed(names), "seed") == order != spread(names, "another")


def clean() -> recorded.Clean:
    made = recorded.Clean(Ledger.load(ledger_file()), reference="js@2.4.0")
    for name, recording in pool().items():
        made.recordings[f"{name}/one", recording.subject.id] = replace(recording, scenario=f"{name}/one")
    return made


def test_every_mutation_is_tried_on_as_many_recordings_as_asked_for() -> None:
    rows, owners = recorded.rows(clean(), ledger_file(), each=1, jobs=1)
    assert [row.mutant for row in rows] == [mutation.name for mutation in MUTATIONS]
    assert {len({(one.scenario, one.subject) for one in row.trials}) for row in rows} == {1}
    assert [row.mutant for row in rows if row.survivors and not row.alone] == []
    assert owners["invariant:start-missing"] == "start_comes_first_and_once"


def test_all_recordings_in_processes_of_their_own() -> None:
    few = [mutation for mutation in MUTATIONS if mutation.name in ("renamed", "parent-virtual")]
    rows, _ = recorded.rows(clean(), ledger_file(), each=None, jobs=2, mutations=few)
    tried = {row.mutant: {one.scenario for one in row.trials} for row in rows}
    assert tried["parent-virtual"] < tried["renamed"]
    assert all(row.killed(parity=False) == row.count > 0 for row in rows)


def test_a_recording_that_cannot_be_judged_is_none() -> None:
    made = recorded.Clean(Ledger())
    made.keep(replace(virtual("js"), document={}))
    made.keep(virtual("js"), repeat=2)
    assert (made.recordings, made.left_out) == ({}, {})


@pytest.mark.parametrize(
    "statement",
    [
        {"return": {"non_json": "bytes"}},
        {"child": {"do": [{"on_root": [{"return": 1}]}]}},
        {"child": {"do": [{"step": {"attempts": [{"returns": 1}, {"do": []}]}}]}},
    ],
)
def test_what_each_sdk_treats_in_its_own_way_is_known(statement: dict[str, Any]) -> None:
    assert recorded._own_way({"handler": [statement]})  # noqa: SLF001 - what a scenario asks for
    plain = [{"return": {"non_json": 1, "even": 2}}, {"child": {"do": [{"step": {"returns": {"do": []}}}]}}]
    assert not recorded._own_way({"handler": plain})  # noqa: SLF001


@pytest.mark.parametrize(
    ("statement", "left_out"),
    [
        ({"if": {"$eval": "invocation == 1"}, "then": []}, True),
        ({"step": {"name": "in-${invocation}", "returns": 1}}, True),
        ({"step": {"returns": 1, "serdes": {"fail-read": {"invocation": 2}}}}, False),
        ({"note": {"$eval": "input.invocations"}}, False),
    ],
)
def test_a_program_that_changes_says_nothing_about_rules(statement: dict[str, Any], left_out: bool) -> None:  # noqa: FBT001
    made = recorded.Clean(Ledger())
    recording = virtual("js")
    made.keep(replace(recording, document={**recording.document, "handler": [statement]}))
    [reason] = made.left_out.values()
    assert ("program changes" in reason) is left_out


def test_a_recording_that_breaks_a_rule_is_only_compared_with() -> None:
    made = recorded.Clean(Ledger(), reference="js@2.4.0")
    right, wrong = virtual("python"), virtual("js", parent="1")
    for recording in (right, wrong):
        made.keep(recording)
    assert [*made.recordings.values()] == [right]
    assert made.compared_with(right.scenario) is wrong
    assert made.left_out == {"made/by-hand with js@2.4.0": "the SDK itself breaks a rule in it"}


def test_what_the_ledger_accounts_for_is_not_noticed() -> None:
    judge = MutantJudge(Ledger())
    broken = next(
        mutant.recording
        for mutation in MUTATIONS
        if mutation.name == "parent-virtual"
        for mutant in mutation.of(Original.of(virtual("python")))  # type: ignore[union-attr]
    )
    own, findings = judge(virtual("python"), None), judge(broken, None)
    assert noticed(own, findings).layers >= {Layer.STRUCTURE, Layer.INVARIANT}
    known = [replace(finding, divergence="an-entry") for finding in findings]
    absorbed = noticed(own, known)
    assert (absorbed.killed, absorbed.absorbed) == (False, frozenset({"an-entry"}))


def test_the_seeded_faults_are_those_of_the_harnesses() -> None:
    known = {sdk: {one.name for one in SEEDED if one.sdk == sdk} for sdk in ("python", "js")}
    assert known["python"] == set(mutants.KNOWN)
    assert known["js"] == set(words("Object.keys((await m('mutants.mjs')).KNOWN)"))
    assert len(known["python"]) >= 40
    assert len(known["js"]) >= 25
    assert all({"phantom-fail", "orphan-parent"} <= names for names in known.values())


def test_every_seeded_fault_has_scenarios() -> None:
    ids = [path.relative_to(SCENARIOS).with_suffix("").as_posix() for path in SCENARIOS.rglob("*/*.yaml")]
    for mutant in SEEDED:
        for glob in mutant.scenarios:
            alone = replace(mutant, scenarios=(glob,))
            assert any(map(alone.shows_in, ids)), (mutant.id, glob)


def test_live_mutants() -> None:
    found = find(SCENARIOS, ("nested/real-children", "control/if-else"))
    base = recorded.Clean(Ledger.load(ledger_file()), reference=Subject.parse("js").id)
    run = Collected()
    plan = Plan(found.scenarios, (Subject.parse("js"), Subject.parse("python")), found.lines, jobs=2)
    Session(plan, real(), assessors(base.ledger, strict=False, drawn=False), run, keep=base.keep).run()
    assert run.exit() is Exit.AS_EXPECTED
    seeded = [
        Seeded("python", "double-end", ("*",)),
        Seeded("js", "lost-start", ("*",)),
        Seeded("js", "retry-delay", ("control/*",)),
        Seeded("js", "no-such-fault", ("nested/*",)),
    ]
    told: list[str] = []
    rows, _, faults = live.rows(base, real(), each=2, jobs=2, tell=told.append, seeded=seeded)
    double, lost, delay, none = rows
    assert double.killers == lost.killers == ("nested/real-children",)
    assert double.survivors == double.by_parity_alone == lost.survivors == lost.by_parity_alone == ()
    assert double.scenarios == lost.scenarios == ("control/if-else", "nested/real-children")
    assert [one.scenario for one in delay.survivors] == ["control/if-else"]
    assert (none.trials, told[0]) == ((), "python+mutant:double-end: 2 scenarios")
    assert len(faults) == 1
    assert "no-such-fault" in faults[0]
