"""What changes from invocation to invocation is found by the names that templates use, not by their text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.scenario import statements as s
from conformance.scenario.model import Scenario
from conformance.scenario.setting import FAULTS
from conformance.scenario.varying import varies, varying

SCHEMA = Path(__file__).parents[2] / "conformance" / "scenario" / "schema.json"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ({"$eval": "invocation == 1"}, True),
        ("step ${invocation}", True),
        ([1, {"a": {"$if": "invocation > 1", "then": 1, "else": 2}}], True),
        ("invocation", False),  # a name that somebody gave
        ({"invocation": 1}, False),
        ({"$eval": "input.invocation"}, False),
        ({"$eval": "invocations"}, False),
        ({"$let": {"x": {"$eval": "invocation"}}, "in": {"$eval": "x"}}, True),
        (True, False),
        (None, False),
        (s.ABSENT, False),
    ],
)
def test_a_template_varies_by_what_it_uses(template: Any, found: bool) -> None:  # noqa: FBT001
    assert varies(template, frozenset({"invocation"})) is found


def test_what_let_makes_of_it_varies_too() -> None:
    inner = [{"let": {"second": {"$eval": "!first"}}}, {"let": {"third": {"$eval": "steady"}}}]
    handler = [{"let": {"first": {"$eval": "invocation == 1"}, "steady": 1}}, {"child": {"do": inner}}]
    body = Scenario.from_document("a/b", {"title": "t", "handler": handler}).handler
    assert varying(body) == {"invocation", "first", "second"}


def test_names_of_faults_and_serialisers_are_the_schema_s() -> None:
    definitions = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    words, mapping = definitions["serdes"]["anyOf"]
    assert {*s.SERIALISERS} == {*words["enum"], *mapping["properties"]}
    assert {*FAULTS} == {*definitions["fault"]["properties"]["fault"]["enum"]}
