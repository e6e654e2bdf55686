"""The fields of a statement: the schema and the reference for authors have those that the types have."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from conformance.scenario.shape import schema
from conformance.scenario.statement_parser import OPERATIONS

DOCS = Path(__file__).parents[2] / "docs" / "scenarios.md"
BODY = frozenset({"attempts", "returns", "raises", "crashes", "do", "after", "logs"})
UNITS = frozenset({"seconds", "minutes", "hours", "days"})
WRITTEN = {
    "bodies": BODY,
    "duration": UNITS,
    "delays": frozenset({"delay", "delays"}),
    "bind": frozenset({"as"}),
}
"""Fields that are written under other names than the type's."""


def of_type(word: str) -> set[str]:
    """What a statement's type says that its mapping may have."""
    names = [item.name for item in fields(OPERATIONS[word]) if item.name != "at"]
    return {each for name in names for each in WRITTEN.get(name, {name})}


@pytest.mark.parametrize("word", OPERATIONS)
def test_the_schema_has_the_fields_of_the_type(word: str) -> None:
    reference = schema()["$defs"]["statement"]["properties"][word]["$ref"]
    properties = schema()["$defs"][reference.rpartition("/")[2]]["properties"]
    assert set(properties) == of_type(word)


@pytest.mark.parametrize("word", OPERATIONS)
def test_the_reference_names_the_fields_of_the_type(word: str) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    told = set(re.findall(r"[a-z_]+", rows[word]))
    common = {"name", "as"} | BODY | ({*of_type("map")} if "as `map`" in rows[word] else set())
    assert of_type(word) - common <= told, f"docs/scenarios.md leaves out a field of `{word}`"
