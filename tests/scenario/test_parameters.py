"""The table of parameters: every field is in it, every value told, and the scenarios fill it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args

import pytest

from conformance.commands import selection
from conformance.quality.coverage.classes import class_of, class_of_value, many
from conformance.quality.coverage.domains import ABSENT, AROUND, COMPUTED, PLACED, PLACES
from conformance.quality.coverage.parameters import ASKED, Pair, Parameters, lines
from conformance.quality.coverage.uses import WORDS, Use, uses
from conformance.scenario import statements as s
from conformance.scenario.model import Scenario
from tests.parameters.files import FOLDER, files

STRUCTURE = {"at", "bind", "do", "then", "otherwise", "catch", "again", "callback", "values"}
"""Fields that are no parameter: where a statement stands, what it encloses and what it refers to."""
SPELLED = {
    "bodies": "attempts",
    "check": "attempts",
    "submitter": "attempts",
    "duration": "duration.unit",
    "error": "error",
}
"""Fields whose parameter has another name."""
WITHOUT = {s.Await, s.OnRoot, s.Try, s.Let}
"""Statements that have no parameter of their own."""


def use(*handler: dict[str, Any], **more: Any) -> frozenset[Use]:
    return uses(Scenario.from_document("made/up", {"title": "t", "handler": [*handler], **more}))


@pytest.mark.parametrize("kind", get_args(s.Statement), ids=lambda kind: kind.__name__)
def test_every_field_of_every_statement_has_a_domain(kind: Any) -> None:
    if kind in WITHOUT:
        assert kind not in WORDS
        return
    given = {SPELLED.get(field.name, field.name) for field in fields(kind) if field.name not in STRUCTURE}
    assert given <= PLACED[WORDS[kind]].keys()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (False, "false"),
        (0, "zero"),
        (1.0, "one"),
        (-2, "negative"),
        (2, "integer"),
        (2**31, "large integer"),
        (0.5, "fraction"),
        ("", "empty text"),
        ("a", "text"),
        ("ä", "not ASCII"),
        ("a" * 256, "long text"),
        ([], "empty list"),
        ([0], "list"),
        ({}, "empty object"),
        ({"a": 1}, "object"),
    ],
)
def test_what_a_value_is_an_example_of(value: Any, kind: str) -> None:
    assert class_of_value(value) == kind


def test_an_expressions_class_is_its_values_where_it_reads_the_input_alone() -> None:
    assert class_of(s.ABSENT, {}) == ABSENT
    assert class_of({"$eval": "input.n * 0"}, {"n": 5}) == "zero"
    assert class_of({"$eval": "other"}, {}) == COMPUTED
    assert [many(()), many("a"), many("ab")] == [ABSENT, "one", "several"]


def test_a_statement_is_replayed_where_something_after_it_suspends() -> None:
    step = {"step": {"name": "a", "returns": 1}}
    wait = {"wait": {"seconds": 1}}
    assert Use("step.name", "text", "root", replayed=True) in use(step, wait)
    assert Use("step.name", "text", "root", replayed=False) in use(wait, step)
    child = {"child": {"name": "c", "virtual": True, "do": [step]}}
    assert Use("step.name", "text", "virtual child", replayed=True) in use(child, wait)


@pytest.mark.parametrize(
    ("around", "place"),
    [
        ({"child": {"do": []}}, "real child"),
        ({"child": {"do": [], "virtual": True}}, "virtual child"),
        ({"map": {"items": [1], "do": []}}, "NESTED branch"),
        ({"map": {"items": [1], "do": [], "nesting": "FLAT"}}, "FLAT branch"),
    ],
)
def test_a_place_is_the_context_right_around(around: dict[str, Any], place: str) -> None:
    [(word, options)] = around.items()
    inside = {word: options | {"do": [{"if": {"$eval": "true"}, "then": [{"note": 1}]}]}}
    assert Use("note.value", "one", place) in use(inside)


def test_a_gap_is_named_with_its_place_and_time() -> None:
    table = Parameters.of([use({"wait": {"name": "w", "seconds": 1}})])
    gaps = {str(gap) for gap in table.gaps()}
    assert "wait.name: absent at the root" in gaps
    assert "wait.name: text in FLAT branch" in gaps
    assert "wait.name: text, replayed" in gaps
    assert "wait.name: text at the root" not in gaps
    assert any(line.startswith("wait.name: 1 of ") for line in lines(table))


def test_every_parameter_has_more_than_one_value_or_is_a_matter_of_being_there() -> None:
    single = {
        parameter for word, given in PLACED.items() for parameter, values in given.items() if len(values) < 2
    }
    assert single <= {"body.raises.type", "batch"}
    assert all(values for values in AROUND.values())
    assert len({pair.place for pair in ASKED}) == len(PLACES) + 1


def test_the_scenarios_fill_the_table() -> None:
    found = selection.scenarios(None, ())
    gaps: tuple[Pair, ...] = Parameters.of(map(uses, found.scenarios)).gaps()
    assert [str(gap) for gap in gaps] == []


def test_the_generated_scenarios_are_what_their_program_makes() -> None:
    """After a change of `tests/parameters`: `python -m tests.parameters`."""
    assert {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")} == files()
