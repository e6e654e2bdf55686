"""From documents to statements and programs: nothing is lost on the way, null is not the same as nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.scenario import enclosed
from conformance.scenario import statements as s
from conformance.scenario.load import find
from conformance.scenario.model import Scenario
from conformance.scenario.parse import place
from conformance.scenario.program import MAIN, encode, program, turn, word
from conformance.scenario.shape import problems
from conformance.scenario.statement_parser import PARSERS

SCENARIOS = Path(__file__).parents[2] / "scenarios"

DOCUMENT: dict[str, Any] = {
    "title": "everything",
    "covers": ["step-retry"],
    "input": {"n": 2},
    "functions": {"echo": {"handler": [{"return": {"$eval": "input"}}]}, "gone": {"unknown": True}},
    "handler": [
        {
            "child": {
                "name": "outer",
                "virtual": True,
                "do": [
                    {"step": {"name": "a", "returns": None, "as": "a"}},
                    {
                        "parallel": {
                            "branches": [[{"wait": {"minutes": 1}}], {"name": "b", "do": [{"return": None}]}]
                        }
                    },
                    {
                        "try": [
                            {
                                "step": {
                                    "attempts": [
                                        {"crashes": True},
                                        {"crashes": {"after": "started"}},
                                        {"raises": {"type": "Boom"}, "after": {"op": "a", "is": "running"}},
                                    ],
                                    "retry": {
                                        "exponential": {"attempts": 2, "initial": 1, "types": ["Boom"]}
                                    },
                                    "semantics": "at-most-once",
                                    "serdes": {"prefix": "p"},
                                }
                            }
                        ],
                        "catch": [{"raise": "e"}],
                    },
                    {"on_root": [{"wait": {"name": "astray", "seconds": 1}}]},
                    {"step": {"attempts": [{"returns": 1}, {"do": [{"note": 1}, {"step": {"do": []}}]}]}},
                ],
            }
        },
        {"let": {"x": 1, "y": {"$eval": "x"}}},
        {"map": {"items": [], "completion": {}, "do": [], "as": "m"}},
        {"if": {"$eval": "x > 1"}, "then": [{"note": 1}], "else": [{"throw_if_error": "m"}]},
        {"callback": {"as": "cb", "timeout": {"hours": 1}}},
        {"await": {"callback": "cb"}},
        {"wait_for_callback": {"submitter": {"attempts": [{"do": [{"step": {"returns": None}}]}]}}},
        {
            "wait_for_condition": {
                "check": {"do": [{"return": {"$eval": "state"}}]},
                "until": {"$eval": "state"},
                "delays": [1],
            }
        },
        {
            "wait_for_condition": {
                "initial": None,
                "check": {"returns": {"$eval": "state"}},
                "until": {"$eval": "state"},
                "delay": 1,
            }
        },
        {"invoke": {"function": "echo", "payload": None}},
        {"with_retry": {"retry": "none", "do": [{"log": {"message": "hi"}}], "wrap": True}},
    ],
    "outside": [{"callback": "cb", "after": 2, "succeed": {"payload": None}}, {"stop": {"type": "T"}}],
    "faults": [{"fault": "throttle", "times": 2}],
    "expect": {"result": {"$eval": "input.n"}, "any_of": [{"status": "FAILED"}, {"invocations": 2}]},
}


def test_the_document_has_the_right_shape() -> None:
    assert problems(DOCUMENT) == []


def test_what_is_given_and_what_is_not() -> None:
    statements = program(Scenario.from_document("x", DOCUMENT))["statements"]
    child, let, batch = statements[0], statements[1], statements[2]
    assert child["virtual"] == ["const", True]
    assert "bind" not in child
    assert let["values"] == [["x", ["const", 1]], ["y", ["name", "x"]]]
    assert batch["completion"] == {}
    assert batch["do"] == []
    condition, invoke, retried = statements[8], statements[9], statements[10]
    assert condition["initial"] == ["const", None]
    assert condition["delays"] == [{"unit": "seconds", "amount": ["const", 1]}]
    assert invoke["payload"] == ["const", None]
    assert "tenant" not in invoke
    assert retried["retry"] == {"kind": "none"}


def test_statements_of_bodies() -> None:
    handler = Scenario.from_document("x", DOCUMENT).handler
    assert isinstance(handler[0], s.Child)
    step = handler[0].do[4]
    assert isinstance(step, s.Step)
    first, second = (turn(body, run) for run, body in enumerate(step.bodies, 1))
    assert first == {"run": 1, "returns": ["const", 1]}
    assert [statement["at"] for statement in second["do"]] == [
        "handler/0/do/4/attempts/1/do/0",
        "handler/0/do/4/attempts/1/do/1",
    ]
    for statement, at in ((6, "handler/6/submitter/attempts/0/do/0"), (7, "handler/7/check/do/0")):
        [body] = enclosed.bodies(handler[statement])
        assert turn(body, 1)["do"][0]["at"] == at


def test_bodies_and_strategies() -> None:
    scenario = Scenario.from_document("x", DOCUMENT)
    step = program(scenario)["statements"][0]["do"][2]["do"][0]
    child = scenario.handler[0]
    assert isinstance(child, s.Child)
    inner = child.do[2]
    assert isinstance(inner, s.Try)
    assert [turn(body, run) for run, body in enumerate(enclosed.bodies(inner.do[0]), 1)] == [
        {"run": 1, "returns": ["const", None]},
        {"run": 2, "returns": ["const", None]},
        {"run": 3, "raises": {"type": "Boom", "message": ["const", ""]}},
    ]
    assert step["retry"] == {
        "kind": "exponential",
        "attempts": 2,
        "initial": {"unit": "seconds", "amount": ["const", 1]},
        "types": ["Boom"],
    }
    assert step["serdes"] == {"name": "prefix", "argument": "p"}


def seconds(amount: int) -> dict[str, Any]:
    return {"unit": "seconds", "amount": ["const", amount]}


RETRIES = [
    ("default", {"kind": "default"}),
    ("linear", {"kind": "linear-preset"}),
    (
        {"linear": {"increment": 2}},
        {"kind": "linear", "increment": {"unit": "seconds", "amount": ["const", 2]}},
    ),
    ({"exponential": {"errors": [], "types": []}}, {"kind": "exponential", "errors": [], "types": []}),
    ({"delays": []}, {"kind": "delays"}),
    (
        {"delays": [0, {"days": 1}]},
        {
            "kind": "delays",
            "delays": [{"unit": "seconds", "amount": ["const", 0]}, {"unit": "days", "amount": ["const", 1]}],
        },
    ),
    (
        {"fixed": {"delay": {"$eval": "input"}, "attempts": 3}},
        {"kind": "fixed", "attempts": 3, "delay": {"unit": "seconds", "amount": ["name", "input"]}},
    ),
]


@pytest.mark.parametrize(("given_retry", "wanted"), RETRIES)
def test_retry(given_retry: Any, wanted: Any) -> None:
    document = {"title": "t", "covers": [], "handler": [{"step": {"returns": 1, "retry": given_retry}}]}
    [step] = program(Scenario.from_document("x", document))["statements"]
    assert step["retry"] == wanted


def test_a_program_is_json_and_names_each_statement_by_its_word() -> None:
    scenario = Scenario.from_document("x", DOCUMENT)
    for function in (MAIN, "echo"):
        found = program(scenario, function)
        assert json.loads(json.dumps(found)) == found
        assert found["function"] == function
    assert {word(statement) for statement in scenario.handler} <= set(PARSERS)
    with pytest.raises(KeyError):
        program(scenario, "nobody")


def test_every_statement_has_a_word_and_a_parser() -> None:
    assert {word(kind.__new__(kind)) for kind in s.Statement.__args__} == set(PARSERS)


def test_around_the_handler() -> None:
    scenario = Scenario.from_document("x", DOCUMENT)
    succeed, stop = scenario.outside
    assert (succeed.kind, succeed.callback, succeed.after, succeed.payload) == ("succeed", "cb", 2, None)
    assert stop.error is not None
    assert stop.error.type == "T"
    assert scenario.faults[0].times == 2
    assert scenario.expect.result == 2
    assert [option.status for option in scenario.expect.any_of] == ["FAILED", None]
    assert scenario.functions["gone"].unknown


def _statements(statement: s.Statement) -> list[s.Statement]:
    inner: tuple[s.Statement, ...] = ()
    match statement:
        case s.Child() | s.Map() | s.WithRetry() | s.OnRoot():
            inner = statement.do
        case s.Parallel():
            inner = tuple(item for branch in statement.branches for item in branch.do)
        case s.Try():
            inner = statement.do + statement.catch
        case s.If():
            inner = statement.then + statement.otherwise
        case s.Step(bodies=bodies) | s.WaitForCondition(check=bodies) | s.WaitForCallback(submitter=bodies):
            inner = tuple(item for body in bodies for item in body.do or ())
    return [statement, *(deeper for item in inner for deeper in _statements(item))]


def _get(document: Any, path: tuple[str | int, ...]) -> Any:
    for segment in path:
        document = document[segment]
    return document


def _found(scenario: Scenario) -> None:
    handlers = [scenario.handler, *(function.handler for function in scenario.functions.values())]
    for statement in (deeper for handler in handlers for item in handler for deeper in _statements(item)):
        there = _get(scenario.document, place(scenario.document, statement.at))
        assert word(statement) in there
        if getattr(statement, "name", s.ABSENT) is not s.ABSENT:
            assert there[word(statement)]["name"] == getattr(statement, "name", None)


def test_every_scenario_of_the_suite_keeps_its_statements_in_place_and_is_made_whole_again() -> None:
    for scenario in find(SCENARIOS).scenarios:
        _found(scenario)
        assert Scenario.from_document(scenario.id, json.loads(json.dumps(scenario.document))) == scenario


# -- documents of every shape -----------------------------------------------------------------------------

names = st.sampled_from(["a", "b", "c"])
json_values = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["x", ""]) | st.just([1, {"k": None}])
)
raises = st.fixed_dictionaries({"type": st.just("Boom")}, optional={"message": st.just("no")})
body = st.one_of(
    st.fixed_dictionaries({"returns": json_values}),
    st.fixed_dictionaries({"raises": raises}),
    st.fixed_dictionaries({"crashes": st.sampled_from([True, {"after": "started"}])}),
)
step = st.builds(
    lambda given_body, common: {"step": {**given_body, **common}},
    body | st.fixed_dictionaries({"attempts": st.lists(body, min_size=1, max_size=3)}),
    st.fixed_dictionaries(
        {},
        optional={
            "name": names,
            "as": names,
            "retry": st.sampled_from(["none", {"delays": [1, {"days": 2}]}]),
        },
    ),
)
wait = st.builds(
    lambda unit, n: {"wait": {unit: n}}, st.sampled_from(["seconds", "days"]), st.integers(-1, 9)
)
simple = st.one_of(step, wait, st.builds(lambda value: {"return": value}, json_values))


def _blocks(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(inner, max_size=3)
    nesting = st.fixed_dictionaries(
        {}, optional={"nesting": st.sampled_from(["FLAT", "NESTED"]), "name": names}
    )
    return st.one_of(
        st.builds(lambda do, virtual: {"child": {"do": do, "virtual": virtual}}, several, st.booleans()),
        st.builds(lambda do, more: {"map": {"items": [1], "do": do, **more}}, several, nesting),
        st.builds(
            lambda one, other, more: {"parallel": {"branches": [one, {"do": other}], **more}},
            several,
            several,
            nesting,
        ),
        st.builds(lambda do, catch: {"try": do, "catch": catch}, several, several),
        st.builds(lambda do: {"if": {"$eval": "a"}, "then": do}, several),
        st.builds(lambda do: {"step": {"do": do}}, several),
        st.builds(lambda one, other: {"step": {"attempts": [{"do": one}, {"do": other}]}}, several, several),
    )


statements = st.recursive(simple, _blocks, max_leaves=8)
documents = st.builds(
    lambda handler: {"title": "t", "covers": ["step-retry"], "handler": handler},
    st.lists(statements, max_size=4),
)


@given(documents)
def test_any_document_is_shaped_and_parsed_and_each_statement_keeps_its_place(
    document: dict[str, Any],
) -> None:
    assert problems(document) == []
    scenario = Scenario.from_document("x", document)
    every = [deeper for item in scenario.handler for deeper in _statements(item)]
    assert len({statement.at for statement in every}) == len(every)
    _found(scenario)
    assert Scenario.from_document("x", json.loads(json.dumps(document))) == scenario
    assert json.loads(json.dumps(encode(scenario.handler))) == encode(scenario.handler)
