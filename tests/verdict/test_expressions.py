"""An expression that fails in a harness: whose fault that is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.oracle.prediction import scope_at
from conformance.scenario.trees import compiled
from conformance.verdict.expressions import SCENARIOS, SDKS
from conformance.verdict.finding import Blame, Finding, Layer, Verdict
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import FailedExpression, Outcome, Recording, Report, ReportKind
from tests.verdict.structure.worlds import each, scenario, step, virtual, written

GOOD = [step("s", {"a": {"n": 5}}, **{"as": "r"}), {"return": {"$eval": "r.a.n + 1"}}]


def broken(  # noqa: PLR0913 - what a report says, and of what
    handler: list[dict[str, Any]],
    at: str,
    template: Any,
    names: dict[str, Any],
    indexes: tuple[int, ...] = (),
    *,
    budget: bool = False,
) -> Recording:
    """What a harness leaves behind whose expression failed: `names` are what it read."""
    made = scenario(*handler)
    recording = written(made, "js")
    told = {name: value if isinstance(value, str) else json.dumps(value) for name, value in names.items()}
    failed = FailedExpression(tuple(compiled(template)), indexes, budget, told)
    report = Report(99, ReportKind.EXPRESSION, "it failed", 1, at, failed)
    first = replace(recording.invocations[0], outcome=Outcome.EXIT, output=None)
    execution = replace(recording.executions[0], status="RUNNING", result=None)
    return replace(
        recording, reports=(report,), invocations=(first,), executions=(execution,), complete=False
    )


def found(recording: Recording) -> tuple[Verdict, Finding]:
    result = judge(recording, None, Ledger())
    [finding] = [one for one in result.findings if one.rule in (SCENARIOS, SDKS)]
    return result.verdict, finding


def test_a_wrong_value_is_the_sdks() -> None:
    verdict, finding = found(broken(GOOD, "handler/1", {"$eval": "r.a.n + 1"}, {"r": {"a": None}}))
    assert (verdict, finding.layer, finding.blame) == (Verdict.VIOLATED, Layer.INVARIANT, Blame.SDK)
    assert (finding.path, finding.seen, finding.wanted) == (
        "handler/1",
        {"r": {"a": None}},
        {"r": {"a": {"n": 5}}},
    )
    assert '`(r.a.n + 1)` failed: it failed, because r is {"a": null}, not {"a": {"n": 5}}' in finding.message


def test_what_fails_with_the_right_value_too_is_the_scenarios() -> None:
    handler = [step("s", {"a": 5}, **{"as": "r"}), {"return": {"$eval": "r.b"}}]
    verdict, finding = found(broken(handler, "handler/1", {"$eval": "r.b"}, {"r": {"a": 5}}))
    assert (verdict, finding.layer, finding.blame) == (Verdict.SCENARIO_ERROR, Layer.HARNESS, Blame.SCENARIO)
    assert finding.message == "the scenario's expression `r.b` failed: it failed"
    wrong_too = found(broken(handler, "handler/1", {"$eval": "r.b"}, {"r": None}))
    assert wrong_too[1].blame is Blame.SCENARIO
    assert "with what should be there: there is no property `b`" in wrong_too[1].message


def test_what_nothing_tells_is_undetermined() -> None:
    handler = [
        {"callback": {"as": "cb"}},
        {"await": {"callback": "cb", "as": "r"}},
        {"return": {"$eval": "r.b"}},
    ]
    verdict, finding = found(broken(handler, "handler/2", {"$eval": "r.b"}, {"r": "null"}))
    assert (verdict, finding.blame) == (Verdict.VIOLATED, Blame.UNDETERMINED)
    assert "r is null, and the scenario alone does not tell what it should be" in finding.message


def test_each_branch_has_its_own_values() -> None:
    inner = [step("s", {"$eval": "[item, item]"}, **{"as": "p"}), {"return": {"$eval": "p[1] * 2"}}]
    handler = [each("m", [1, 2, 3], *inner, nesting="FLAT")]
    template = {"$eval": "p[1] * 2"}
    _, finding = found(broken(handler, "handler/0/do/1", template, {"p": [2]}, (1,)))
    assert (finding.blame, finding.wanted) == (Blame.SDK, {"p": [2, 2]})
    _, finding = found(broken(handler, "handler/0/do/1", template, {"p": [1, 1]}, (1,)))
    assert (finding.blame, finding.wanted) == (Blame.SDK, {"p": [2, 2]})


def test_a_let_sees_what_it_binds_before() -> None:
    handler = [virtual("v", {"let": {"x": 1, "y": {"$eval": "x + 1"}}}, {"return": {"$eval": "y"}})]
    place = ("handler/0/do/0", ())
    assert (scope_at(scenario(*handler), scenario(*handler).handler, None, place) or {})["x"] == 1
    _, finding = found(broken(handler, "handler/0/do/0", {"$eval": "x + 1"}, {"x": "a"}))
    assert (finding.blame, finding.wanted) == (Blame.SDK, {"x": 1})


def test_computing_too_much_is_the_scenarios_where_the_values_are_right() -> None:
    handler = [step("s", 9, **{"as": "r"}), {"return": {"$eval": "range(0, r)"}}]
    given = {"$eval": "range(0, r)"}
    verdict, finding = found(broken(handler, "handler/1", given, {"r": 9}, budget=True))
    assert (verdict, finding.blame) == (Verdict.SCENARIO_ERROR, Blame.SCENARIO)
    verdict, finding = found(broken(handler, "handler/1", given, {"r": 10**9}, budget=True))
    assert (verdict, finding.blame) == (Verdict.VIOLATED, Blame.SDK)


def test_a_value_that_was_cut_to_size_can_only_be_quoted() -> None:
    _, finding = found(broken(GOOD, "handler/1", {"$eval": "r.a.n + 1"}, {"r": '{"a": "xxx...'}))
    assert (finding.blame, finding.seen) == (Blame.SDK, {"r": '{"a": "xxx...'})


def test_an_evaluator_that_fails_at_what_is_right_is_the_harnesss() -> None:
    result = judge(broken(GOOD, "handler/1", {"$eval": "r.a.n + 1"}, {"r": {"a": {"n": 5}}}), None, Ledger())
    assert result.verdict is Verdict.HARNESS_ERROR
    assert "the harness evaluates otherwise than the judge" in result.findings[0].message


def test_what_the_sdk_did_until_then_is_judged() -> None:
    good = broken(GOOD, "handler/1", {"$eval": "r.b"}, {"r": {"a": {"n": 5}}})
    lied = [one.request.replace(": 5}}", ": 6}}") for one in good.exchanges]
    assert lied != [one.request for one in good.exchanges]
    exchanges = (replace(one, request=text) for one, text in zip(good.exchanges, lied, strict=True))
    bad = replace(good, exchanges=tuple(exchanges))
    assert judge(good, None, Ledger()).verdict is Verdict.SCENARIO_ERROR
    result = judge(bad, None, Ledger())
    assert result.verdict is Verdict.VIOLATED
    assert {"expression-fails", "content-wrong"} <= {finding.rule for finding in result.findings}


@pytest.mark.parametrize("blamed", [True, False])
def test_nothing_is_compared_with_a_reference_that_broke(blamed: bool) -> None:  # noqa: FBT001
    handler = [step("s", {"a": 5}, **{"as": "r"}), {"return": {"$eval": "r.a"}}]
    given = {"r": None} if blamed else {"r": {"a": 5}}
    reference = broken(handler, "handler/1", {"$eval": "r.a" if blamed else "r.b"}, given)
    own = replace(written(scenario(*handler), "js"), subject=replace(reference.subject, id="js@9"))
    result = judge(own, reference, Ledger())
    assert result.verdict is (Verdict.CONFORMS if blamed else Verdict.SCENARIO_ERROR)
