"""The runtime loops of both harnesses, against a Runtime API and a lab of the test's own."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from conformance.protocol.features import FEATURES
from conformance.protocol.messages import read
from conformance.protocol.schemas import DIRECTORY
from conformance.scenario.program import BUDGET
from conformance.scenario.trees import compiled
from tests.harness.fake_api import FakeApi
from tests.harness.subjects import JS, PYTHON

both = pytest.mark.parametrize("subject", [PYTHON, JS])

LACKED = {"js": {"raise.retryable", "serdes.retryable"}}
"""Features that an SDK has nothing for: JavaScript's exports no error that has an invocation repeated."""
FAULT = 70


def plain(*statements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    placed = [{"at": f"functions/f/{index}", **item} for index, item in enumerate(statements)]
    return {
        "function": "f",
        "durable": False,
        "statements": placed,
        "invocation": 1,
        "budget": BUDGET,
        **fields,
    }


@both
def test_answers_one_invocation_after_the_other_over_kept_connections(subject: str) -> None:
    program = plain({"op": "return", "value": compiled({"got": {"$eval": "input"}})})
    with FakeApi(subject) as api:
        for event in ("ä", [1, {"b": None}], None):
            assert api.invoke(program, event) == ("response", {"got": event})
        opened = api.connections
        api.invoke(program, 1)
        assert api.connections == opened


@both
def test_goes_on_when_the_server_keeps_no_connection(subject: str) -> None:
    with FakeApi(subject, closing=True) as api:
        for number in range(3):
            assert api.invoke(plain({"op": "return", "value": compiled(number)})) == ("response", number)


@both
def test_posts_what_a_handler_raises(subject: str) -> None:
    raising = {"op": "raise", "error": {"type": "Bad", "message": compiled("no ${input}")}}
    with FakeApi(subject) as api:
        kind, error = api.invoke(plain(raising), "good")
        assert (kind, error["errorType"], error["errorMessage"]) == ("error", "Bad", "no good")
        assert api.invoke(plain({"op": "return", "value": compiled(1)})) == ("response", 1)


@both
def test_a_function_without_return_gives_null(subject: str) -> None:
    with FakeApi(subject) as api:
        assert api.invoke(plain()) == ("response", None)


@both
def test_effects_are_with_the_lab_in_order_before_the_answer(subject: str) -> None:
    notes = [{"op": "note", "value": compiled(number)} for number in range(20)]
    with FakeApi(subject) as api:
        api.invoke(plain(*notes, {"op": "log", "message": compiled("m"), "level": "warning"}))
        told = list(api.told)
    assert [what for what, _ in told] == ["effects"] * 23
    effects = [body for _, body in told]
    assert [effect["number"] for effect in effects] == list(range(1, 24))
    assert [effect["kind"] for effect in effects] == ["handler"] + ["note"] * 20 + ["log", "handler"]
    assert effects[0] == {
        "number": 1,
        "at": "functions/f",
        "indexes": [],
        "kind": "handler",
        "event": "start",
        "attempt": None,
        "detail": None,
    }
    assert effects[-2]["detail"] == {"level": "warning", "message": "m"}
    assert effects[-1]["detail"] == {"outcome": "returned"}


@both
@pytest.mark.parametrize(
    ("program", "kind", "message"),
    [
        (plain({"op": "dance"}), "harness", "unknown statement 'dance': this harness knows await, callback"),
        (plain({"op": "wait"}), "harness", "wait is an operation, and this function is not durable"),
        (plain({"op": "throw_if_error", "batch": "m"}), "harness", "m is no batch result"),
        (plain({"op": "raise", "again": "e"}), "harness", "e is no error that was caught here"),
        (plain({"op": "log", "message": compiled("m"), "level": "loud"}), "harness", "unknown level 'loud'"),
        ({"statements": []}, "harness", "malformed program"),
        (None, "harness", "malformed program"),
    ],
)
def test_what_the_harness_cannot_do_is_reported_and_ends_the_process(
    subject: str, program: Any, kind: str, message: str
) -> None:
    with FakeApi(subject) as api:
        api.hand(program)
        status, stderr = api.ended()
        [report] = [body for what, body in api.told if what == "reports"]
    assert status == FAULT
    assert (report["kind"], report["message"].startswith(message)) == (kind, True), report
    assert message in stderr


@both
@pytest.mark.parametrize(
    ("template", "given", "names"),
    [
        ({"$eval": "input.x"}, {"y": [1]}, {"input": {"y": [1]}}),
        ({"a": {"$eval": "invocation + input"}}, None, {"invocation": 1, "input": None}),
        ({"$eval": "range(0, 1000000000)"}, 1, {}),
    ],
)
def test_an_expression_that_fails_is_reported_with_what_it_read(
    subject: str, template: Any, given: Any, names: dict[str, Any]
) -> None:
    with FakeApi(subject) as api:
        api.hand(plain({"op": "return", "value": compiled(template)}), given)
        assert api.ended()[0] == FAULT
        [report] = [body for what, body in api.told if what == "reports"]
    told = report.pop("expression")
    assert (report["kind"], report["at"]) == ("expression", "functions/f/0")
    assert {name: json.loads(text) for name, text in told.pop("names").items()} == names
    assert told == {"tree": compiled(template), "indexes": [], "budget": not names}


@both
def test_a_value_that_is_told_is_cut_to_size(subject: str) -> None:
    with FakeApi(subject) as api:
        api.hand(plain({"op": "return", "value": compiled({"$eval": "input.x"})}), "x" * 100_000)
        api.ended()
        [report] = [body for what, body in api.told if what == "reports"]
    assert report["expression"]["names"]["input"] == f'"{"x" * 3999}...'


@both
def test_a_fault_gets_past_user_code(subject: str) -> None:
    caught = {
        "op": "try",
        "do": [{"op": "return", "at": "functions/f/0/try/0", "value": compiled({"$eval": "nothing"})}],
        "catch": [{"op": "return", "at": "functions/f/0/catch/0", "value": compiled(1)}],
    }
    with FakeApi(subject) as api:
        api.hand(plain(caught))
        assert api.ended()[0] == FAULT
        assert [body["at"] for what, body in api.told if what == "reports"] == ["functions/f/0/try/0"]


@both
@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"CONFORMANCE_MUTANT": "nonsense"}, "unknown mutant 'nonsense': known are"),
        ({"CONFORMANCE_LAB": "nowhere"}, "not an http URL"),
    ],
)
def test_what_keeps_it_from_starting_is_an_init_error(
    subject: str, environment: dict[str, str], message: str
) -> None:
    with FakeApi(subject, environment) as api:
        kind, error = api.answer()
        status, stderr = api.ended()
    assert (kind, status) == ("init/error", 1)
    assert message in error["errorMessage"]
    assert message in stderr


@both
def test_a_lab_that_is_not_there_is_one_clear_error(subject: str) -> None:
    with FakeApi(subject, {"CONFORMANCE_LAB": "http://127.0.0.1:1"}) as api:
        kind, error = api.answer()
        status, _ = api.ended()
    assert (kind, status) == ("init/error", 1)
    assert "POST http://127.0.0.1:1/hello" in error["errorMessage"]


@both
def test_a_lab_that_has_gone_is_one_clear_error(subject: str) -> None:
    with FakeApi(subject, silent=True) as api:
        api.hand(plain())
        status, stderr = api.ended()
    assert status == FAULT
    assert "the lab does not answer" in stderr
    assert "the report did not reach the lab" in stderr


@both
def test_it_says_hello_once_and_first(subject: str) -> None:
    with FakeApi(subject) as api:
        for _ in range(2):
            api.invoke(plain({"op": "note", "value": compiled(1)}))
    (hello,) = api.hellos
    name, _, version = subject.partition("@")
    assert hello["sdk"] == {"name": name, "version": version}
    lacked = set(FEATURES) - set(hello["features"])
    assert (hello["profile"], lacked) == ("full", LACKED.get(name, set()))
    assert set(hello["features"]) <= set(FEATURES)
    assert read("hello", json.dumps(hello).encode())


@both
def test_what_it_says_is_what_the_protocol_has(subject: str) -> None:
    notes = [{"op": "note", "value": compiled(value)} for value in (1, None, [{"a": "\u00e9"}])]
    with FakeApi(subject) as api:
        api.invoke(plain(*notes, {"op": "log", "message": compiled("m"), "level": "debug"}))
        api.hand(plain({"op": "dance"}))
        api.ended()
        messages = [("hello", api.hellos[0]), *api.told]
    assert {what for what, _ in messages} == {"hello", "effects", "reports"}
    for what, message in messages:
        jsonschema.validate(message, json.loads((DIRECTORY / f"{what}.schema.json").read_text()))
        assert read(what, json.dumps(message).encode())
