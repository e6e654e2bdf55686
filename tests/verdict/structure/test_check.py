"""The layer against streams that do as the oracle says, and against the same with one thing wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.scenario.model import Scenario
from conformance.verdict.finding import Blame, Layer
from conformance.verdict.structure.check import changes as program_changes
from tests.verdict import recordings
from tests.verdict.recordings import Maker
from tests.verdict.structure.worlds import (
    RAISE,
    Update,
    caught,
    child,
    each,
    failing,
    judged,
    plan_of,
    rules,
    scenario,
    side_by_side,
    step,
    virtual,
    written,
)

DEEP = [
    virtual("outer", step("a"), virtual("inner", step("b"))),
    {"wait": {"name": "w", "seconds": 5}},
    step("c"),
]
RETRIED = [
    {
        "step": {
            "name": "s",
            "attempts": [{"raises": {"type": "Boom"}}, {"returns": 1}],
            "retry": {"delays": [1]},
        }
    }
]
CALLBACK = {"wait_for_callback": {"name": "w", "submitter": {"returns": None}, "timeout": 60}}
SOUND = {
    "virtual in virtual": DEEP,
    "retried": RETRIED,
    "a failing FLAT map": [
        each("m", [1, 2], failing("s"), nesting="FLAT", completion={"tolerated_failure_count": 2})
    ],
    "NESTED in NESTED": [side_by_side("p", [each("m", [1, 2], step("s"))], [child("c", RAISE)])],
    "racing": [each("m", [1, 2], step("s"), completion={"min_successful": 1}), step("after")],
    "callback": [caught(CALLBACK), step("after")],
    "a callback of its own": [{"callback": {"as": "cb"}}, step("s"), {"await": {"callback": "cb"}}],
    "undetermined": [{"if": {"$eval": "input.x"}, "then": [step("a")]}, step("b")],
    "with_retry": [
        {
            "with_retry": {
                "name": "r",
                "retry": {"delays": [1]},
                "do": [{"if": {"$eval": "attempt < 2"}, "then": [RAISE]}],
            }
        }
    ],
}


@pytest.mark.parametrize("sdk", ["python", "js"])
@pytest.mark.parametrize("name", SOUND)
def test_a_stream_as_predicted_has_no_findings(name: str, sdk: str) -> None:
    made = scenario(*SOUND[name])
    assert judged(made, written(made, sdk)) == []
    assert judged(made, written(made, sdk, optional=False)) == []


@pytest.mark.parametrize("sdk", ["python", "js"])
def test_hand_made_recordings_have_none(sdk: str) -> None:
    for recording in (recordings.virtual(sdk), recordings.mapped(sdk)):
        made = Scenario.from_document(recording.scenario, recording.document)
        assert judged(made, recording) == []


def at(sent: list[Update], maker: Maker, path: str, action: str) -> Update:
    """The update of an operation."""
    return next(update for update in sent if update["Id"] == maker.id(path) and update["Action"] == action)


def setting(path: str, action: str, **fields: Any) -> Callable[[list[Update], Maker], None]:
    """A change of an update's members; `parent` is a typed path."""

    def change(sent: list[Update], maker: Maker) -> None:
        members = dict(fields)
        if "parent" in members:
            members["ParentId"] = maker.id(members.pop("parent"))
        at(sent, maker, path, action).update(members)

    return change


def dropping(path: str, action: str) -> Callable[[list[Update], Maker], None]:
    """An update that is not sent."""

    def change(sent: list[Update], maker: Maker) -> None:
        sent.remove(at(sent, maker, path, action))

    return change


def adding(
    path: str, kind: str, action: str, after: int = -1, **fields: Any
) -> Callable[[list[Update], Maker], None]:
    """One update too many, at the end or after the `after`th."""

    def change(sent: list[Update], maker: Maker) -> None:
        extra = maker.update(path, kind, action, **fields)
        sent.insert(len(sent) if after < 0 else after, extra)

    return change


@pytest.mark.parametrize("sdk", ["python", "js"])
@pytest.mark.parametrize(
    ("handler", "change", "rule", "path", "seen", "wanted"),
    [
        (
            DEEP,
            setting("1.2.1", "SUCCEED", parent="1.2"),
            "parent-wrong",
            "1.2.1:STEP.SUCCEED.ParentId",
            "1.2 (virtual)",
            "root",
        ),
        (DEEP, setting("3", "START", parent="2"), "parent-wrong", "3:STEP.START.ParentId", "2", "root"),
        (
            DEEP,
            setting("3", "START", ParentId="f" * 16),
            "parent-wrong",
            "3:STEP.START.ParentId",
            "?" + "f" * 16,
            "root",
        ),
        (
            DEEP,
            setting("1.1", "START", SubType="Wait"),
            "subtype-wrong",
            "1.1:STEP.START.SubType",
            "Wait",
            "Step",
        ),
        (DEEP, setting("1.1", "START", Name="z"), "name-wrong", "1.1:STEP.START.Name", "z", "a"),
        (DEEP, setting("2", "START", Type="STEP"), "type-wrong", "2:STEP.START.Type", "STEP", "WAIT"),
        (DEEP, dropping("1.1", "START"), "lifecycle-missing", "1.1:STEP.START", ["SUCCEED"], "START"),
        (DEEP, dropping("1.1", "SUCCEED"), "lifecycle-missing", "1.1:STEP.SUCCEED", ["START"], "SUCCEED"),
        (DEEP, dropping("2", "START"), "operation-missing", "2:WAIT", None, "WAIT"),
        (DEEP, adding("1", "CONTEXT", "FAIL"), "virtual-lifecycle", "1:CONTEXT.FAIL", ["FAIL"], []),
        (
            DEEP,
            adding("2", "WAIT", "SUCCEED", 5, Name="w"),
            "lifecycle-unexpected",
            "2:WAIT.SUCCEED",
            "SUCCEED",
            None,
        ),
        (
            DEEP,
            adding("3", "STEP", "SUCCEED", Name="c"),
            "lifecycle-unexpected",
            "3:STEP.SUCCEED#2",
            "SUCCEED",
            None,
        ),
        (DEEP, adding("3", "STEP", "START", Name="c"), "lifecycle-order", "3:STEP.START#2", "START", None),
        (RETRIED, dropping("1", "RETRY"), "lifecycle-missing", "1:STEP.RETRY", 0, 1),
        (RETRIED, adding("1", "STEP", "RETRY", 1, Name="s"), "lifecycle-unexpected", "1:STEP.RETRY#2", 2, 1),
    ],
)
def test_one_thing_wrong_is_one_finding(  # noqa: PLR0913, PLR0917 - a table's columns
    sdk: str,
    handler: list[dict[str, Any]],
    change: Callable[[list[Update], Maker], None],
    rule: str,
    path: str,
    seen: Any,
    wanted: Any,
) -> None:
    made = scenario(*handler)
    findings = judged(made, written(made, sdk, change))
    finding = next(finding for finding in findings if finding.rule == rule)
    assert (finding.layer, finding.blame) == (Layer.STRUCTURE, Blame.SDK)
    assert (finding.path, finding.seen, finding.wanted) == (path, seen, wanted)
    assert {finding.rule for finding in findings} <= {rule, "lifecycle-unexpected", "content-wrong"}, (
        "no noise"
    )


def test_a_wrong_parent_is_said_as_a_maintainer_would() -> None:
    made = scenario(*DEEP)

    def orphaned(sent: list[Update], maker: Maker) -> None:
        setting("1.2.1", "START", parent="1.2")(sent, maker)
        setting("1.2.1", "SUCCEED", parent="1.2")(sent, maker)

    [finding] = judged(made, written(made, change=orphaned))
    assert finding.message == (
        "step 'b' (1.2.1) carries virtual context 'inner' (1.2) as ParentId in START and SUCCEED; "
        "its nearest real ancestor is the root"
    )


def test_siblings_in_the_wrong_order() -> None:
    made = scenario(step("a"), step("b"))

    def swapped(sent: list[Update], _maker: Maker) -> None:
        sent[:] = [*sent[2:], *sent[:2]]

    [finding] = judged(made, written(made, change=swapped))
    assert finding.rule == "lifecycle-order"
    assert finding.message == (
        "step 'b' (2) begins before step 'a' (1) has ended, though the handler calls it after that"
    )


def test_branches_in_turn_may_not_overlap_and_others_may() -> None:
    def interleaved(sent: list[Update], _maker: Maker) -> None:
        sent[1:] = [sent[1], sent[3], sent[2], sent[4], sent[5]]  # the second START before the first SUCCEED

    branches: tuple[list[dict[str, Any]], ...] = ([], [])
    one = scenario(side_by_side("p", *branches, max_concurrency=1))
    assert rules(judged(one, written(one, change=interleaved))) == ["lifecycle-order"]
    free = scenario(side_by_side("p", *branches))
    assert judged(free, written(free, change=interleaved)) == []


def test_nothing_below_a_completed_context() -> None:
    made = scenario(child("c", step("s")))

    def late(sent: list[Update], _maker: Maker) -> None:
        sent[2], sent[3] = sent[3], sent[2]

    assert rules(judged(made, written(made, change=late))) == ["lifecycle-unexpected"]


def test_an_operation_nobody_calls() -> None:
    made = scenario({"if": {"$eval": "input.n == 1"}, "then": [child("c", step("a"))]}, input={"n": 2})

    def called(sent: list[Update], maker: Maker) -> None:
        sent.append(maker.update("1", "CONTEXT", "START", Name="c"))
        sent.append(maker.update("1.1", "STEP", "START", "1", Name="a"))

    [finding] = judged(made, written(made, change=called))
    assert (finding.rule, finding.path, finding.seen) == (
        "operation-unexpected",
        "1:CONTEXT.START",
        ["START"],
    )
    assert finding.message == "context 'c' (1) is on the wire, but no path through the handler calls it"


def test_a_whole_context_missing_is_said_once() -> None:
    made = scenario(child("c", step("a"), child("d", step("b"))))

    def silent(sent: list[Update], _maker: Maker) -> None:
        sent.clear()

    assert [finding.path for finding in judged(made, written(made, change=silent))] == ["1:CONTEXT"]


def test_what_breaks_off_is_judged_on_what_was_there() -> None:
    made = scenario(*DEEP)

    def cut(sent: list[Update], _maker: Maker) -> None:
        del sent[2:]

    assert judged(made, written(made, change=cut, status="PENDING", complete=False)) == []
    assert rules(judged(made, written(made, change=cut))) == ["operation-missing"] * 3


def test_a_refused_parent_is_named_and_nothing_after_it_is_blamed() -> None:
    made = scenario(*DEEP)

    def refused(sent: list[Update], maker: Maker) -> None:
        del sent[3:]
        sent[2]["ParentId"] = maker.id("1.2")
        sent[2]["refused"] = True

    [finding] = judged(made, written(made, change=refused, status="FAILED"))
    assert (finding.rule, finding.seen) == ("parent-wrong", "1.2 (virtual)")
    assert "which the service refused" in finding.message


def test_undetermined_operations_report_to_the_nearest_context_on_the_wire() -> None:
    made = scenario(
        {"if": {"$eval": "input.x"}, "then": [virtual("v", step("a"))], "else": [step("b"), step("c")]}
    )
    fine = written(made, change=adding("1.1", "STEP", "START", Name="a"))
    assert judged(made, fine) == []
    wrong = written(made, change=adding("1.1", "STEP", "START", parent="1", Name="a"))
    assert rules(judged(made, wrong)) == ["parent-wrong"]


programs = st.recursive(
    st.just(("step", ())),
    lambda inner: st.tuples(st.sampled_from(["virtual", "real"]), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=12,
)


def _statement(program: Any) -> dict[str, Any]:
    kind, inner = program
    if kind == "step":
        return step("s")
    return child("c", *map(_statement, inner), virtual=kind == "virtual")


def _parents(programs: Any, path: str, around: list[tuple[str, bool]]) -> dict[str, str]:
    """Each operation's parent by the definition: go outwards until a context is not virtual."""
    found: dict[str, str] = {}
    for ordinal, (kind, inner) in enumerate(programs, 1):
        own = f"{path}{ordinal}"
        found[own] = next((name for name, is_virtual in reversed(around) if not is_virtual), "root")
        found |= _parents(inner, f"{own}.", [*around, (own, kind == "virtual")])
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(programs, min_size=1, max_size=3),
    st.sampled_from(["python", "js"]),
    st.randoms(use_true_random=False),
)
def test_any_nest_of_contexts(nest: list[Any], sdk: str, random: Any) -> None:
    made = scenario(*map(_statement, nest))
    plan = plan_of(made)
    assert {
        path: min(str(p or "root") for p in each.parents) for path, each in plan.operations.items()
    } == _parents(nest, "", [])
    assert judged(made, written(made, sdk)) == []
    real = [path for path, expected in plan.operations.items() if not expected.virtual]
    if not real:
        return
    path = random.choice(real)
    action = "START"
    others = [
        other
        for other in [*plan.operations, None]
        if other not in plan.operations[path].parents and other != path
    ]
    if others:
        wrong = random.choice(others)

        def reparent(sent: list[Update], maker: Maker) -> None:
            update = at(sent, maker, path, action)
            update["ParentId"] = None if wrong is None else maker.id(wrong)

        assert "parent-wrong" in rules(judged(made, written(made, sdk, reparent)))
    assert "lifecycle-missing" in rules(judged(made, written(made, sdk, dropping(path, action))))
    hidden = [path for path, expected in plan.operations.items() if expected.virtual]
    if hidden:
        ghost = random.choice(hidden)
        assert "virtual-lifecycle" in rules(
            judged(made, written(made, sdk, adding(ghost, "CONTEXT", "FAIL", Name="c")))
        )


def test_what_is_inside_a_context_that_becomes_real_may_come_before_its_start() -> None:
    made = scenario(child("c", step("s"), virtual={"$eval": "invocation == 1"}))
    recording = written(made)
    second = replace(recording.invocations[0], number=2)

    def late(sent: list[Update], maker: Maker) -> None:
        sent.append(maker.update("1", "CONTEXT", "START", Name="c"))
        sent.append(maker.update("1", "CONTEXT", "SUCCEED", Name="c"))

    recording = replace(written(made, change=late), invocations=(*recording.invocations, second))
    assert judged(made, recording) == []


def test_a_program_that_changes_may_be_refused_at_any_time() -> None:
    changing = {"step": {"name": {"$if": "invocation == 1", "then": "a", "else": "b"}, "returns": 1}}
    for handler, refused in (
        ([changing, step("t")], []),
        ([step("s"), step("t")], ["operation-missing", "outcome-wrong"]),
    ):
        made = scenario(*handler)

        def cut(sent: list[Update], _maker: Maker) -> None:
            del sent[2:]

        recording = written(made, change=cut, status="FAILED")
        second = replace(recording.invocations[0], number=2)
        recording = replace(recording, invocations=(*recording.invocations, second))
        assert rules(each for each in judged(made, recording) if each.rule != "body-runs") == refused


@pytest.mark.parametrize(
    ("statement", "changes"),
    [
        ({"invoke": {"name": "invocation", "function": "invocation"}}, False),
        ({"step": {"name": {"$eval": "input.invocation"}, "returns": 1}}, False),
        ({"step": {"name": {"$eval": "'a' + str(invocation)"}, "returns": 1}}, True),
        ({"step": {"name": "a${n}", "returns": 1}}, True),
        ({"child": {"virtual": {"$eval": "invocation == 1"}, "do": []}}, True),
        ({"map": {"items": [1], "nesting": {"$eval": "'FLAT'"}, "do": []}}, False),
        ({"parallel": {"branches": [{"name": "b${invocation}", "do": []}]}}, True),
        ({"parallel": {"branches": [{"name": "invocation", "do": []}]}}, False),
    ],
)
def test_a_program_changes_where_an_operation_s_identity_uses_the_invocation(
    statement: dict[str, Any],
    changes: bool,  # noqa: FBT001
) -> None:
    handler = [{"let": {"n": {"$eval": "invocation"}}}, statement]
    made = Scenario.from_document("a/b", {"title": "t", "handler": handler})
    assert program_changes(made.handler) is changes
