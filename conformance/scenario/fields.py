"""The fields of a scenario file, as its schema describes them, by their dotted names: `child.virtual`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Schema = Mapping[str, Any]

DEEPEST = 4
"""Segments of a dotted name at most: statements hold statements without an end."""


@dataclass(frozen=True)
class Field:
    """One field: what it is, what it may be, and the fields within it, the `needed` ones among them."""

    name: str
    says: tuple[str, ...]
    choices: tuple[str, ...]
    inside: tuple[str, ...]
    needed: tuple[str, ...]


def named(name: str) -> tuple[Field, ...]:
    """The fields of that dotted name, or those that end in it: `virtual` is `child.virtual` too."""
    every = _all()
    if name in every:
        return (every[name],)
    return tuple(field for key, field in every.items() if key.endswith(f".{name}"))


def names() -> tuple[str, ...]:
    """Every dotted name."""
    return tuple(_all())


@cache
def _all() -> dict[str, Field]:
    text = files(__package__).joinpath("schema.json").read_text(encoding="utf-8")
    schema: Schema = json.loads(text)
    definitions = schema["$defs"]
    found: dict[str, Field] = {}
    for root in (schema, definitions["statement"]):
        for name, given in root["properties"].items():
            for field in _fields(name, given, definitions):
                found.setdefault(field.name, field)
    return found


def _fields(name: str, given: Schema, definitions: Schema) -> Iterator[Field]:
    shapes = list(_shapes(given, definitions))
    properties: dict[str, Schema] = {}
    for shape in shapes:
        properties.update(shape.get("properties", {}))
    yield Field(
        name=name,
        says=tuple(dict.fromkeys(_said(given, definitions))),
        choices=tuple(dict.fromkeys(str(one) for shape in shapes for one in shape.get("enum", ()))),
        inside=tuple(properties),
        needed=tuple(dict.fromkeys(one for shape in shapes for one in shape.get("required", ()))),
    )
    if name.count(".") + 1 < DEEPEST:
        for inner, below in properties.items():
            yield from _fields(f"{name}.{inner}", below, definitions)


def _shapes(given: Schema, definitions: Schema) -> Iterator[Schema]:
    """What a field may be, statements left out: those have names of their own."""
    if "$ref" in given:
        name = given["$ref"].rpartition("/")[2]
        if name in ("statement", "statements"):
            return
        yield from _shapes(definitions[name], definitions)
    yield given
    for option in given.get("anyOf", ()):
        yield from _shapes(option, definitions)


def _said(given: Schema, definitions: Schema) -> Iterator[str]:
    """What the schema says of a field itself, and not of one of several things that it may be."""
    yield from (given[key] for key in ("title", "description") if key in given)
    if "$ref" in given:
        name = given["$ref"].rpartition("/")[2]
        yield from (
            ("a list of statements",) if name == "statements" else _said(definitions[name], definitions)
        )
