"""What the oracle predicts, scenario by scenario."""

from __future__ import annotations

import pytest

from conformance.oracle.flow import Lost, Returned
from conformance.oracle.values import UNKNOWN
from conformance.verdict.structure import predict
from tests.verdict.structure.worlds import (
    RAISE,
    caught,
    child,
    each,
    failing,
    plan_of,
    scenario,
    shape,
    side_by_side,
    step,
    virtual,
)

BOOM = {"type": "Boom", "message": "no"}
OK = "SUCCEED"
BAD = "FAIL"


@pytest.mark.parametrize(
    ("handler", "wanted"),
    [
        pytest.param(
            [step("a"), {"wait": {"name": "w", "seconds": 5}}],
            {"1": "Step root SUCCEED", "2": "Wait root -"},
            id="flat sequence",
        ),
        pytest.param(
            [virtual("1", virtual("2", virtual("3", virtual("4", step("s")))))],
            {
                "1": "virtual",
                "1.1": "virtual",
                "1.1.1": "virtual",
                "1.1.1.1": "virtual",
                "1.1.1.1.1": "Step root SUCCEED",
            },
            id="virtual to depth 4 reports to the root",
        ),
        pytest.param(
            [virtual("v", child("r", virtual("w", step("s")), step("t")), step("u"))],
            {
                "1": "virtual",
                "1.1": "RunInChildContext root SUCCEED",
                "1.1.1": "virtual",
                "1.1.1.1": "Step 1.1 SUCCEED",
                "1.1.2": "Step 1.1 SUCCEED",
                "1.2": "Step root SUCCEED",
            },
            id="virtual in real in virtual",
        ),
        pytest.param(
            [child("r", virtual("v", virtual("w", step("s"))))],
            {
                "1": "RunInChildContext root SUCCEED",
                "1.1": "virtual",
                "1.1.1": "virtual",
                "1.1.1.1": "Step 1 SUCCEED",
            },
            id="virtual in virtual in real",
        ),
        pytest.param(
            [caught(virtual("v", RAISE)), {"wait": {"seconds": 1}}],
            {"1": "virtual", "2": "Wait root -"},
            id="a failing virtual child, caught, still takes a position",
        ),
        pytest.param(
            [caught(child("r", failing("s"), step("never"))), step("after")],
            {"1": "RunInChildContext root FAIL", "1.1": "Step 1 FAIL", "2": "Step root SUCCEED"},
            id="what fails in a child fails the child",
        ),
        pytest.param(
            [failing("s"), step("never")],
            {"1": "Step root FAIL"},
            id="nothing after an error that is not caught",
        ),
        pytest.param(
            [child("c", {"return": 1}, step("never")), step("b")],
            {"1": "RunInChildContext root SUCCEED", "2": "Step root SUCCEED"},
            id="return ends the innermost function",
        ),
        pytest.param(
            [each("m", [1, 2], step("s"), nesting="FLAT")],
            {
                "1": "Map root SUCCEED",
                "1[0]": "virtual",
                "1[0].1": "Step 1 SUCCEED",
                "1[1]": "virtual",
                "1[1].1": "Step 1 SUCCEED",
            },
            id="FLAT branches report to the batch",
        ),
        pytest.param(
            [virtual("v", side_by_side("p", [step("a")], [virtual("w", step("b"))]))],
            {
                "1": "virtual",
                "1.1": "Parallel root SUCCEED",
                "1.1[0]": "ParallelBranch 1.1 SUCCEED",
                "1.1[0].1": "Step 1.1[0] SUCCEED",
                "1.1[1]": "ParallelBranch 1.1 SUCCEED",
                "1.1[1].1": "virtual",
                "1.1[1].1.1": "Step 1.1[1] SUCCEED",
            },
            id="NESTED parallel in a virtual context, virtual in a branch",
        ),
        pytest.param(
            [
                each(
                    "m",
                    [1, 2, 3],
                    RAISE,
                    nesting="FLAT",
                    max_concurrency=1,
                    completion={"tolerated_failure_count": 1},
                )
            ],
            {"1": "Map root SUCCEED", "1[0]": "virtual", "1[1]": "virtual"},
            id="a FLAT map fails beyond its tolerance: SUCCEED, and the third branch never starts",
        ),
        pytest.param(
            [each("m", [1, 2, 3], failing("s"), max_concurrency=1)],
            {"1": "Map root SUCCEED", "1[0]": "MapIteration 1 FAIL", "1[0].1": "Step 1[0] FAIL"},
            id="without a completion config nothing is tolerated",
        ),
        pytest.param(
            [each("m", [1, 2, 3], step("s"), max_concurrency=1, completion={"min_successful": 2})],
            {
                "1": "Map root SUCCEED",
                "1[0]": "MapIteration 1 SUCCEED",
                "1[0].1": "Step 1[0] SUCCEED",
                "1[1]": "MapIteration 1 SUCCEED",
                "1[1].1": "Step 1[1] SUCCEED",
            },
            id="enough successes, in turn",
        ),
        pytest.param(
            [each("m", [1, 2], step("s"), completion={"min_successful": 1}), step("after")],
            {
                "1": "Map root SUCCEED",
                "1[0]": "optional MapIteration 1 -/SUCCEED",
                "1[0].1": "optional Step 1[0] -/SUCCEED",
                "1[1]": "optional MapIteration 1 -/SUCCEED",
                "1[1].1": "optional Step 1[1] -/SUCCEED",
                "2": "Step root SUCCEED",
            },
            id="enough successes, racing",
        ),
        pytest.param([each("m", [], step("s"))], {"1": "Map root SUCCEED"}, id="an empty batch"),
        pytest.param(
            [
                {
                    "step": {
                        "name": "s",
                        "attempts": [{"raises": BOOM}, {"raises": BOOM}, {"returns": 1}],
                        "retry": {"delays": [1, 1]},
                    }
                }
            ],
            {"1": "Step root SUCCEED 2R"},
            id="retries by list",
        ),
        pytest.param(
            [caught({"step": {"name": "s", "raises": BOOM, "retry": {"exponential": {"attempts": 3}}}})],
            {"1": "Step root FAIL 2R"},
            id="retries until the strategy gives up",
        ),
        pytest.param(
            [caught({"step": {"name": "s", "raises": BOOM}})],
            {"1": "Step root FAIL 5R"},
            id="six attempts when no strategy is given",
        ),
        pytest.param(
            [caught({"step": {"name": "s", "raises": BOOM, "retry": {"exponential": {"types": ["Other"]}}}})],
            {"1": "Step root FAIL"},
            id="no retry for a type that is not named",
        ),
        pytest.param(
            [{"step": {"name": "s", "attempts": [{"crashes": True}, {"returns": 1}]}}],
            {"1": "Step root SUCCEED"},
            id="a crash is no attempt of its own under at-least-once",
        ),
        pytest.param(
            [
                {
                    "step": {
                        "name": "s",
                        "attempts": [{"crashes": {"after": "started"}}, {"returns": 1}],
                        "semantics": "at-most-once",
                        "retry": {"delays": [1]},
                    }
                }
            ],
            {"1": "Step root SUCCEED 1R"},
            id="under at-most-once it is retried",
        ),
        pytest.param(
            [
                {
                    "wait_for_condition": {
                        "name": "c",
                        "initial": 0,
                        "check": {"returns": {"$eval": "state + 1"}},
                        "until": {"$eval": "state >= 3"},
                        "delay": 5,
                    }
                }
            ],
            {"1": "WaitForCondition root SUCCEED 2R"},
            id="each further poll is a RETRY",
        ),
        pytest.param(
            [
                caught(
                    {
                        "wait_for_condition": {
                            "initial": 0,
                            "check": {"returns": 0},
                            "until": {"$eval": "state > 0"},
                            "backoff": {"attempts": 2},
                        }
                    }
                )
            ],
            {"1": "WaitForCondition root FAIL 1R"},
            id="polling gives up",
        ),
        pytest.param(
            [
                caught(
                    {
                        "wait_for_condition": {
                            "initial": 0,
                            "check": {"raises": BOOM},
                            "until": True,
                            "delay": 1,
                        }
                    }
                )
            ],
            {"1": "WaitForCondition root FAIL"},
            id="a check that fails is not retried",
        ),
        pytest.param(
            [
                {
                    "with_retry": {
                        "name": "r",
                        "retry": {"delays": [1]},
                        "do": [step("s"), {"if": {"$eval": "attempt < 2"}, "then": [RAISE]}],
                    }
                },
                step("t"),
            ],
            {
                "1": "RunInChildContext root SUCCEED",
                "1.1": "Step 1 SUCCEED",
                "1.2": "Wait 1 -",
                "1.3": "Step 1 SUCCEED",
                "2": "Step root SUCCEED",
            },
            id="with_retry counts on",
        ),
        pytest.param(
            [
                {
                    "with_retry": {
                        "name": "r",
                        "wrap": False,
                        "retry": {"delays": [1]},
                        "do": [step("s"), {"if": {"$eval": "attempt < 2"}, "then": [RAISE]}],
                    }
                },
                step("t"),
            ],
            {
                "1": "Step root SUCCEED",
                "2": "Wait root -",
                "3": "Step root SUCCEED",
                "4": "Step root SUCCEED",
            },
            id="unwrapped it counts on where it stands",
        ),
        pytest.param(
            [{"with_retry": {"name": "r", "virtual": True, "retry": "none", "do": [step("s")]}}],
            {"1": "virtual", "1.1": "Step root SUCCEED"},
            id="its wrapping may be virtual",
        ),
    ],
)
def test_what_must_be_on_the_wire(handler: list[dict[str, object]], wanted: dict[str, str]) -> None:
    assert shape(scenario(*handler)) == wanted
    assert plan_of(scenario(*handler)).lost == {}


def test_values_decide_which_way_it_goes() -> None:
    handler = [
        step("a", {"$eval": "input.n * 10"}, **{"as": "a"}),
        child("c", {"let": {"b": {"$eval": "a + 1"}}}, {"return": {"$eval": "b"}}, **{"as": "c"}),
        {"if": {"$eval": "c == 21"}, "then": [step("yes")], "else": [{"wait": {"seconds": 1}}]},
    ]
    assert shape(scenario(*handler, input={"n": 2}))["3"] == "Step root SUCCEED"
    assert shape(scenario(*handler, input={"n": 3}))["3"] == "Wait root -"


def test_scopes_are_copied_into_contexts() -> None:
    handler = [
        {"let": {"x": 1}},
        child("c", {"let": {"x": 2}}),
        {"if": {"$eval": "x == 1"}, "then": [step("s")]},
    ]
    assert "2" in shape(scenario(*handler))


@pytest.mark.parametrize(
    ("thrown", "known"),
    [
        (RAISE, "Boom no"),
        (failing("s"), "Boom no"),
        (child("c", RAISE), "Boom no"),
        (child("c", failing("s")), "StepError no"),
        (virtual("v", RAISE), "Boom no"),
    ],
)
def test_a_caught_errors_type_and_message_are_predicted(thrown: dict[str, object], known: str) -> None:
    text = {"$eval": "e.type + ' ' + e.message"}
    chosen = {
        "if": {"$eval": f"t == '{known}'"},
        "then": [step("as predicted")],
        "else": [{"wait": {"seconds": 1}}],
    }
    handler = [{"let": {"t": ""}}, caught(thrown, then=({"let": {"t": text}},)), chosen]
    assert "Step root SUCCEED" in shape(scenario(*handler)).values()


def test_an_empty_message_stays_empty() -> None:
    empty = {"step": {"name": "s", "raises": {"type": "Boom"}, "retry": "none"}}
    plan = plan_of(scenario(caught(empty, then=({"return": {"$eval": "e.message"}},))))
    assert plan.flow == Returned("")


def test_an_error_again_is_the_same_error() -> None:
    handler = [
        caught(
            child("c", caught(RAISE, then=({"raise": "e"},))),
            then=({"if": {"$eval": "e.type == 'Boom'"}, "then": [step("s")]},),
        )
    ]
    assert shape(scenario(*handler))["2"] == "Step root SUCCEED"


@pytest.mark.parametrize(
    "unknown",
    [
        {"if": {"$eval": "invocation == 1"}, "then": [step("s")]},
        caught(RAISE, then=({"if": {"$eval": "e.data == 'x'"}, "then": [step("s")]},)),
        caught(RAISE, then=({"if": {"$eval": "e.cause == null"}, "then": [step("s")]},)),
        each("m", {"$eval": "e2"}, step("s")),
        {"wait": {"seconds": 0}},
        each("m", [1], step("s"), max_concurrency=0),
        each("m", [1], step("s"), completion={"min_successful": 2}),
        virtual("v", step("s"))
        | {"child": virtual("v", step("s"))["child"] | {"virtual": {"$eval": "invocation == 1"}}},
    ],
)
def test_what_is_not_told_is_said_to_be_undetermined(unknown: dict[str, object]) -> None:
    plan = predict(scenario(step("before"), unknown, step("after")))
    after = max(int(path.split(".")[0].split("[")[0]) for path in plan.operations)
    assert not any(expected.names == frozenset({"after"}) for expected in plan.operations.values())
    assert plan.undetermined(str(after + 1)) is not None
    assert plan.undetermined("1") is None


@pytest.mark.parametrize(("condition", "fatal"), [("invocation == 1", True), ("e.wrapper == 'x'", False)])
def test_an_sdk_may_end_the_execution_where_the_program_changes(condition: str, *, fatal: bool) -> None:
    branch = caught(RAISE, then=({"if": {"$eval": condition}, "then": [step("s")]},))
    both = {"parallel": {"name": "p", "branches": [[branch], [step("t")]]}}
    flow = predict(scenario(both)).flow
    assert getattr(flow, "fatal", False) is fatal


def test_a_context_virtual_in_some_invocations_has_children_of_either_parent() -> None:
    plan = predict(scenario(child("v", step("s"), virtual={"$eval": "invocation == 1"})))
    assert plan.operations["1.1"].parents == {None, "1"}
    assert plan.operations["1"].optional
    assert (
        predict(scenario(child("v", step("s"), virtual={"$eval": "invocation == 1"})), invocations=1)
        .operations["1"]
        .virtual
    )


def test_a_batchs_result_is_what_its_accessors_say() -> None:
    batch = each(
        "m",
        [1, 2, 3],
        {"if": {"$eval": "item == 2"}, "then": [RAISE]},
        {"return": {"$eval": "item * 10"}},
        completion={"tolerated_failure_count": 1},
        **{"as": "m"},
    )
    for condition in (
        "m.results == [10, 30]",
        "m.errors[0].type == 'Boom' && m.errors[0].message == 'no'",
        "m.failureCount == 1 && m.successCount == 2 && m.totalCount == 3 && m.startedCount == 0",
        "m.hasFailure",
        "m.status == 'FAILED' && m.completionReason == 'ALL_COMPLETED'",
        "m.failed[0].index == 1 && m.succeeded[1].result == 30 && m.all[2].status == 'SUCCEEDED'",
    ):
        made = scenario(batch, {"if": {"$eval": condition}, "then": [step("s")]})
        assert shape(made).get("2") == "Step root SUCCEED", condition


def test_throw_if_error_throws_the_first() -> None:
    failing_batch = each("m", [1], RAISE, **{"as": "m"})
    made = scenario(failing_batch, caught({"throw_if_error": "m"}, then=(step("s"),)))
    assert shape(made)["2"] == "Step root SUCCEED"
    made = scenario(each("m", [1], {"return": 1}, **{"as": "m"}), {"throw_if_error": "m"}, step("s"))
    assert shape(made)["2"] == "Step root SUCCEED"


CALLBACK = {
    "wait_for_callback": {"name": "w", "submitter": {"returns": None}, "retry": "none", "timeout": 60}
}


@pytest.mark.parametrize(
    ("outside", "wanted"),
    [
        ([{"of": "w", "after": 5, "succeed": {"payload": 1}}], OK),
        ([{"of": "w", "after": 5, "fail": {"type": "T", "message": "m"}}], BAD),
        ([{"of": "w", "after": 61, "succeed": None}], BAD),
        ([], BAD),
        ([{"of": "other", "succeed": None}], BAD),
        ([{"nth": 1, "succeed": None}], OK),
    ],
)
def test_how_a_callback_ends(outside: list[dict[str, object]], wanted: str) -> None:
    assert shape(scenario(caught(CALLBACK), step("s"), outside=outside)) == {
        "1": f"WaitForCallback root {wanted}",
        "1.1": "Callback 1 -",
        "1.2": "Step 1 SUCCEED",
        "2": "Step root SUCCEED",
    }


@pytest.mark.parametrize(
    ("given", "received"),
    [({"payload": {"a": 1}}, '{"a": 1}'), ({"raw": "as it is"}, "as it is"), ({"payload": "x"}, '"x"')],
)
def test_a_callbacks_result_is_the_text_that_was_sent(given: dict[str, object], received: str) -> None:
    outside = [{"of": "w", "succeed": given}]
    waiting = {"wait_for_callback": CALLBACK["wait_for_callback"] | {"as": "v"}}
    plan = plan_of(scenario(waiting, {"return": {"$eval": "v"}}, outside=outside))
    assert plan.operations["1"].lifecycle.value == received
    assert plan.flow == Returned(received)
    own = {"wait_for_callback": waiting["wait_for_callback"] | {"serdes": "upper"}}
    assert plan_of(scenario(own, {"return": {"$eval": "v"}}, outside=outside)).flow == Returned(UNKNOWN)


def test_heartbeats_put_a_timeout_off() -> None:
    waiting = {"wait_for_callback": {"name": "w", "submitter": {"returns": None}, "heartbeat_timeout": 10}}
    beats = [{"of": "w", "after": 8, "heartbeat": True}, {"of": "w", "after": 16, "succeed": None}]
    assert shape(scenario(waiting, outside=beats))["1"] == "WaitForCallback root SUCCEED"
    assert shape(scenario(waiting, outside=beats[1:]))["1"] == "WaitForCallback root FAIL"


def test_a_callback_that_nobody_completes_keeps_the_rest_from_happening() -> None:
    handler = [
        {"callback": {"name": "cb", "as": "cb"}},
        step("s"),
        {"await": {"callback": "cb"}},
        step("never"),
    ]
    assert shape(scenario(*handler)) == {"1": "Callback root -", "2": "Step root SUCCEED"}


def test_a_failing_submitter_fails_its_context() -> None:
    handler = [caught({"wait_for_callback": {"name": "w", "submitter": {"raises": BOOM}, "retry": "none"}})]
    assert shape(scenario(*handler)) == {
        "1": "WaitForCallback root FAIL",
        "1.1": "Callback 1 -",
        "1.2": "Step 1 FAIL",
    }


def test_an_invoke_ends_as_its_target_does() -> None:
    functions = {
        "echo": {"handler": [{"wait": {"seconds": 1}}, {"return": {"$eval": "input"}}]},
        "failing": {"handler": [RAISE]},
        "nobody": {"unknown": True},
    }
    calls = {"invoke": {"name": "i", "function": "echo", "payload": {"n": 1}, "as": "r"}}
    made = scenario(calls, {"if": {"$eval": "r.n == 1"}, "then": [step("s")]}, functions=functions)
    assert shape(made) == {"1": "ChainedInvoke root -", "2": "Step root SUCCEED"}
    for name in ("failing", "nobody"):
        made = scenario({"invoke": {"function": name, "payload": 1}}, step("never"), functions=functions)
        assert shape(made) == {"1": "ChainedInvoke root -"}


WAITS = {"wait": {"seconds": 10}}
STOPPED = {"of": "call", "stop": {"type": "T", "message": "enough"}}
CAUGHT = "caught: enough"
UNSAID = "caught: ?"


@pytest.mark.parametrize(
    ("function", "outside", "told"),
    [
        ({}, [], "1"),
        ({"timeout": 5}, [], UNSAID),
        ({"timeout": 10}, [], "?"),
        ({"timeout": 11}, [], "1"),
        ({}, [{"stop": None}], "1"),
        ({}, [STOPPED | {"after": 4}], CAUGHT),
        ({}, [STOPPED | {"after": 10}], "?"),
        ({}, [STOPPED | {"after": 11}], "1"),
        ({}, [STOPPED | {"after": 4, "nth": 2}], "?"),
        ({}, [{"of": "call", "stop": None, "after": 4}], UNSAID),
        ({"timeout": 5}, [STOPPED | {"after": 4}], CAUGHT),
        ({"timeout": 3}, [STOPPED | {"after": 4}], UNSAID),
        ({"timeout": 4}, [STOPPED | {"after": 4}], "?"),
        (
            {"timeout": 5, "handler": [{"callback": {"name": "c", "as": "c"}}, {"await": {"callback": "c"}}]},
            [],
            UNSAID,
        ),
        ({"timeout": 5, "handler": [each("m", [1, 2], WAITS), {"return": 1}]}, [], "?"),
        ({"timeout": 21, "handler": [each("m", [1, 2], WAITS), {"return": 1}]}, [], "1"),
        (
            {"timeout": 9, "handler": [failing("s", retry={"delays": [4, 6]}), {"return": 1}]},
            [],
            UNSAID,
        ),
        ({"timeout": 99, "handler": [step("s", crashes=True), {"return": 1}]}, [], "?"),
    ],
)
def test_a_target_ends_by_itself_or_is_cut_off(
    function: dict[str, object], outside: list[dict[str, object]], told: str
) -> None:
    made = scenario(
        {
            "try": [
                {"invoke": {"name": "call", "function": "f", "payload": 1, "as": "r"}},
                {"return": {"$eval": "r"}},
            ],
            "catch": [{"return": {"$eval": "'caught: ' + e.message"}}],
        },
        functions={"f": {"handler": [WAITS, {"return": 1}]} | function},
        outside=outside,
    )
    flow = predict(made).flow
    if told == "?":
        assert isinstance(flow, Lost)
    elif told == UNSAID:
        assert flow == Returned(UNKNOWN)
    else:
        assert flow == Returned(told if told == CAUGHT else 1)


def test_an_error_that_has_the_invocation_repeated_ends_no_condition() -> None:
    again = {"raises": {"type": "T", "message": "no", "retryable": True}}
    given = {"initial": 0, "until": {"$eval": "state == 2"}, "delay": 1, "as": "r"}
    check = {"attempts": [again, {"returns": {"$eval": "state + 1"}}]}
    plan = predict(scenario({"wait_for_condition": given | {"check": check}}, {"return": {"$eval": "r"}}))
    assert plan.flow == Returned(2)
    assert plan.operations["1"].lifecycle.runs == (1, 1, 2)
    assert isinstance(predict(scenario({"raise": again["raises"]})).flow, Lost)
    stopped = predict(scenario({"wait_for_condition": given | {"check": again}}))
    assert stopped.operations["1"].lifecycle.terminals == frozenset({None})
