"""The schemas are those of the types, and whatever the lab sends is what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from conformance.protocol import features
from conformance.protocol.messages import SENT, Turn
from conformance.protocol.schemas import DIRECTORY, texts
from conformance.scenario import enclosed
from conformance.scenario.load import find
from conformance.scenario.model import Scenario
from conformance.scenario.program import MAIN, program, turn
from conformance.scenario.statements import Body, Statement

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@cache
def scenarios() -> tuple[Scenario, ...]:
    return find(SCENARIOS).scenarios


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((DIRECTORY / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def statements(scenario: Scenario) -> Iterator[Statement]:
    handlers = (scenario.handler, *(function.handler for function in scenario.functions.values()))
    for handler in handlers:
        for statement in handler:
            yield from enclosed.everything(statement)


@pytest.mark.parametrize(("path", "text"), list(texts()), ids=[path.name for path, _ in texts()])
def test_the_files_are_up_to_date(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run `conformance schemas`"


@pytest.mark.parametrize("what", SENT)
def test_a_message_says_nothing_that_the_protocol_does_not_know(what: str) -> None:
    errors = validator(f"{what}.schema.json").iter_errors({"surprise": 1})
    assert "additionalProperties" in {error.validator for error in errors}


def test_every_program_of_the_suite_is_what_the_schema_says() -> None:
    schema = validator("program.schema.json")
    for scenario in scenarios():
        for function in (MAIN, *scenario.functions):
            if function == MAIN or not scenario.functions[function].unknown:
                schema.validate(program(scenario, function) | {"invocation": 1})


def test_every_turn_of_the_suite_is_what_the_schema_says() -> None:
    schema, count = validator("turn.schema.json"), 0
    for scenario in scenarios():
        for statement in statements(scenario):
            for run, body in enumerate(enclosed.bodies(statement), 1):
                message = turn(body, run)
                schema.validate(message)
                assert msgspec.convert(message, Turn)
                assert len(message.keys() & {"returns", "raises", "do"}) == 1
                count += 1
    assert count > 1000


def test_a_body_that_crashes_gives_nothing_of_it_away() -> None:
    assert turn(Body(crashes="started"), 2) == {"run": 2, "returns": turn(Body(returns=None), 2)["returns"]}


@pytest.mark.parametrize(
    "broken",
    [
        {"op": "dance", "at": "handler/0"},
        {"op": "wait", "at": "handler/0"},
        {"op": "step", "at": "handler/0", "bodies": []},
        {"op": "await", "at": "handler/0", "callback": 1},
    ],
)
def test_a_program_that_is_none_is_refused(broken: dict[str, Any]) -> None:
    schema = validator("program.schema.json")
    document = program(scenarios()[0]) | {"invocation": 1}
    assert schema.is_valid(document)
    assert not schema.is_valid(document | {"statements": [broken]})


def test_the_core_is_part_of_the_list() -> None:
    assert features.FEATURES.keys() >= features.CORE
    assert set(features.PROFILES) == {"core", "full"}


def test_the_contract_names_all_that_there_is() -> None:
    text = (SCENARIOS.parent / "docs" / "harness.md").read_text(encoding="utf-8")
    paths = [f"`POST /{'' if what == 'hello' else 'invocations/ID/'}{what}`" for what in SENT]
    words = [f"| `{name}` |" for name in features.WORDS]
    serialisers = [f"| `{name}`" for name in features.SERIALISERS]
    retries = [f"`{kind}`" for kind in features.RETRIES]
    assert [name for name in [*paths, *words, *serialisers, *retries] if name not in text] == []
