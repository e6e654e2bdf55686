"""JSON Schemas of the protocol, made of the types that the suite itself uses.

The messages' come from msgspec. The program's are made of the typed statements here, as `scenario/program`
encodes them: `op` is the statement's word, and what was not given is left out.
"""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from conformance.protocol.features import FEATURES
from conformance.protocol.messages import GOT, SENT
from conformance.scenario import statements as st
from conformance.scenario.budget import Limits
from conformance.scenario.program import BODIES, BUDGET, TEMPLATES, word

DIRECTORY = Path(__file__).parent
VECTORS = DIRECTORY / "vectors.json"
"""What every harness's walk over values is tested with: trees, scopes, and what they come to."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TREE = {"$ref": "#/$defs/tree"}
_NOTHING = {type(None), st.Absent}
_STATEMENTS: tuple[type, ...] = get_args(st.Statement)


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema, with its file's name."""
    for name, message in (SENT | GOT).items():
        (reference,), components = msgspec.json.schema_components((message,), ref_template="#/$defs/{name}")
        for component in components.values():
            # Docstrings are indented up to Python 3.12, and not from 3.13 on.
            component["description"] = inspect.cleandoc(component["description"])
        yield f"{name}.schema.json", {"$schema": DIALECT, **reference, "$defs": components}
    yield "program.schema.json", program()
    yield "features.json", FEATURES


def texts() -> Iterator[tuple[Path, str]]:
    """Every file, and what must stand in it."""
    for name, content in schemas():
        yield DIRECTORY / name, json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def program() -> dict[str, Any]:
    """The schema of a program, as `GET /invocations/ID/program` answers."""
    definitions: dict[str, Any] = {
        "tree": {
            "description": "a value: its kind, then what the kind takes; see docs/values.md",
            "type": "array",
            "prefixItems": [{"type": "string"}],
            "minItems": 1,
        },
        "Limits": {
            "type": "object",
            "properties": {item.name: {"type": "integer"} for item in fields(Limits)},
            "required": [item.name for item in fields(Limits)],
            "additionalProperties": False,
        },
    }
    for statement in _STATEMENTS:
        _define(statement, definitions)
    definitions["Statement"] = {
        "oneOf": [{"$ref": f"#/$defs/{statement.__name__}"} for statement in _STATEMENTS]
    }
    return {
        "$schema": DIALECT,
        "title": "Program",
        "type": "object",
        "properties": {
            "function": {"type": "string", "description": "its name; the scenario's own is `scenario`"},
            "durable": {"type": "boolean", "description": "false: a plain function, without operations"},
            "statements": {"type": "array", "items": {"$ref": "#/$defs/Statement"}},
            "budget": {
                "type": "object",
                "description": "what may be computed, see docs/values.md",
                "properties": {name: {"$ref": "#/$defs/Limits"} for name in BUDGET},
                "required": list(BUDGET),
                "additionalProperties": False,
            },
            "invocation": {"type": "integer", "minimum": 1, "description": "among its execution's, from 1"},
        },
        "required": ["function", "durable", "statements", "budget", "invocation"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _define(kind: type, definitions: dict[str, Any]) -> None:
    """Write a dataclass down, and all that its fields are made of."""
    if kind.__name__ in definitions:
        return
    properties: dict[str, Any] = {}
    required: list[str] = []
    definitions[kind.__name__] = {}
    if kind in _STATEMENTS:
        properties["op"] = {"const": word(kind)}
        required.append("op")
    hints = get_type_hints(kind)
    for field in fields(kind):
        if field.name in BODIES:
            continue  # what bodies do is asked for when one runs
        if kind is st.Let and field.name == "values":
            properties[field.name] = {"type": "array", "items": _type(tuple[str, st.Expr], definitions)}
        else:
            properties[field.name] = _type(hints[field.name], definitions, tree=field.type in TEMPLATES)
        if _always(field, hints[field.name]):
            required.append(field.name)
    definitions[kind.__name__] = {
        "title": kind.__name__,
        "description": (kind.__doc__ or "").strip().splitlines()[0],
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _always(field: Field[Any], hint: Any) -> bool:
    """Whether an encoded object always has the field."""
    return field.default is MISSING and not _NOTHING & {*get_args(hint)} and field.type != "Optional"


def _type(  # noqa: PLR0911 - one a kind
    hint: Any, definitions: dict[str, Any], *, tree: bool = True
) -> dict[str, Any]:
    if hint is Any:
        return TREE if tree else {}
    plain = {str: "string", bool: "boolean", int: "integer", float: "number"}
    if hint in plain:
        return {"type": plain[hint]}
    if hint == st.Statement:
        return {"$ref": "#/$defs/Statement"}
    if get_origin(hint) is tuple:
        arguments = get_args(hint)
        if arguments[-1] is Ellipsis:
            return {"type": "array", "items": _type(arguments[0], definitions)}
        return {
            "type": "array",
            "prefixItems": [_type(item, definitions) for item in arguments],
            "minItems": len(arguments),
            "maxItems": len(arguments),
        }
    if get_origin(hint) in (Union, types.UnionType):
        options = [_type(item, definitions) for item in get_args(hint) if item not in _NOTHING]
        return options[0] if len(options) == 1 else {"anyOf": options}
    if is_dataclass(hint) and isinstance(hint, type):
        _define(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    raise TypeError(f"no schema is known for {hint}")
