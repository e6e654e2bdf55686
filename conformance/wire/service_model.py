"""The wire's schema, built from the service's own model of Lambda as botocore ships it.

Lengths, patterns, enumerations, bounds and required members are the service's, not ours: the
emulator accepts much that they forbid. The model is read once, when it is first needed, and every
validator is made once.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jsonschema.protocols import Validator

CHECKPOINT = "CheckpointDurableExecution"
STATE = "GetDurableExecutionState"

Schema = dict[str, Any]

# Language SDK specification, section 3.2: what a handler answers the service with. The service's
# model has no shape for it.
OUTPUT_SOURCE = "language SDK specification 3.2"


@dataclass(frozen=True)
class Breach:
    """One breach of a schema: where (member names and list indexes), what is there, what is wanted."""

    place: tuple[str | int, ...]
    seen: Any
    wanted: str


def request_breaches(operation: str, body: Any) -> Iterator[Breach]:
    """Hold a request against the model: a body, or for a GET its query as an object of texts."""
    return _breaches(_request(operation), body)


def response_breaches(operation: str, body: Any) -> Iterator[Breach]:
    """Hold a successful response against the model; in REST JSON a null member is one that is not there."""
    return _breaches(_response(operation), _without_nulls(body))


def malformed(operation: str, body: Any) -> Breach | None:
    """The first thing for which a service of this model could not even read a request's body; None if it can.

    That is a value of another type, a required member that is missing, an integer beyond 32 bits, a text that
    is no Unicode. Lengths, patterns and enumerations are not looked at, nor members that the model doesn't
    have, which a service passes over.
    """
    shape = _model()["operations"][operation]["input"]["shape"]
    return _unreadable(shape, body, (), top=True)


def output_breaches(output: Any) -> Iterator[Breach]:
    """Hold an invocation's output against the specification."""
    return _breaches(_output(), output)


@cache
def request_schema(operation: str) -> Schema:
    """Give the JSON Schema of what an operation takes in its body, or in its query if it has no body."""
    return _members(operation, "input")


@cache
def response_schema(operation: str) -> Schema:
    """Give the JSON Schema of what an operation answers with."""
    return _members(operation, "output")


@cache
def output_schema() -> Schema:
    """Give the JSON Schema of an invocation's output."""
    error = _schema("ErrorObject", query=False)
    wanted = {
        "SUCCEEDED": {"Result": {"type": "string"}},
        "FAILED": {"Error": error},
        "PENDING": {},
    }
    return {
        "type": "object",
        "required": ["Status"],
        "properties": {"Status": {"enum": list(wanted)}},
        "allOf": [
            {
                "if": {"properties": {"Status": {"const": status}}, "required": ["Status"]},
                "then": {
                    "properties": {"Status": True, **members},
                    "additionalProperties": False,
                    "required": ["Error"] if status == "FAILED" else [],
                },
            }
            for status, members in wanted.items()
        ],
    }


class _Validator:
    """jsonschema's verdict, without asking again what it has said of the same text or number before.

    Nearly all of what is on the wire is valid, and made of the same few ids, names and words. So objects and
    lists are walked here, leaves are asked for once, and only a value that is not valid goes through
    jsonschema as a whole, which then says what is wrong with it.
    """

    def __init__(self, schema: Schema) -> None:
        """Make the validator of a schema; those of its leaves are made as they are met."""
        from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import, not always needed

        self._whole = Draft202012Validator(schema)
        self._schema = schema
        self._leaves: dict[int, Validator] = {}
        self._known: dict[tuple[int, type, Any], bool] = {}

    def errors(self, value: Any) -> Iterator[Any]:
        """Give jsonschema's errors."""
        return iter(()) if self._good(self._schema, value) else self._whole.iter_errors(value)

    def _good(self, schema: Schema, value: Any) -> bool:
        if schema.get("additionalProperties") is False and "allOf" not in schema:
            members = schema["properties"]
            return (
                type(value) is dict
                and all(name in value for name in schema["required"])
                and all(name in members and self._good(members[name], item) for name, item in value.items())
            )
        if schema.get("type") == "array" and not schema.keys() - {"type", "items"}:
            return type(value) is list and all(self._good(schema["items"], item) for item in value)
        return self._leaf(schema, value)

    def _leaf(self, schema: Schema, value: Any) -> bool:
        if not isinstance(value, str | int) or (isinstance(value, str) and len(value) > LONG):
            return self._validator(schema).is_valid(value)
        key = (id(schema), type(value), value)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[key] = self._validator(schema).is_valid(value)
        return known

    def _validator(self, schema: Schema) -> Validator:
        validator = self._leaves.get(id(schema))
        if validator is None:
            validator = self._leaves[id(schema)] = self._whole.evolve(schema=schema)
        return validator


LONG = 100
"""Texts longer than this are not remembered: payloads rarely come again."""
MOST_KNOWN = 50_000


@cache
def _request(operation: str) -> _Validator:
    return _Validator(request_schema(operation))


@cache
def _response(operation: str) -> _Validator:
    return _Validator(response_schema(operation))


@cache
def _output() -> _Validator:
    return _Validator(output_schema())


def _breaches(validator: _Validator, value: Any) -> Iterator[Breach]:
    for error in validator.errors(value):
        place = tuple(error.absolute_path)
        seen = _tellable(error.instance)
        yield Breach(place, seen, _wanted(error.validator, error.validator_value, error))


def _tellable(value: Any) -> Any:
    """A value as JSON can say it in UTF-8: numbers that it can't say and halves of characters become text."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case str() if not value.isascii():
            return value.encode(errors="backslashreplace").decode()
        case list():
            return [_tellable(item) for item in value]
        case dict():
            return {_tellable(key): _tellable(item) for key, item in value.items()}
        case _:
            return value


def _unreadable(name: str, value: Any, place: tuple[str | int, ...], *, top: bool = False) -> Breach | None:
    shape = _model()["shapes"][name]
    if shape["type"] not in _READ:
        raise TypeError(f"shape {name} of type {shape['type']} is not among those of a checkpoint")
    wanted, readable = _READ[shape["type"]]
    if not readable(value):
        return Breach(place, _tellable(value), wanted)
    match shape["type"]:
        case "structure":
            return _unreadable_member(shape, value, place, top=top)
        case "list":
            parts = ((shape["member"]["shape"], item, (*place, index)) for index, item in enumerate(value))
            return next((breach for part in parts if (breach := _unreadable(*part))), None)
        case _:
            return None


def _unreadable_member(
    shape: Mapping[str, Any], value: Mapping[str, Any], place: tuple[str | int, ...], *, top: bool
) -> Breach | None:
    members = {
        name: member["shape"]
        for name, member in shape["members"].items()
        if not top or member.get("location") is None
    }
    for name in shape.get("required", ()):
        if name in members and value.get(name) is None:
            return Breach((*place, name), None, "required")
    parts = (
        (members[name], item, (*place, name))
        for name, item in value.items()
        if name in members and item is not None
    )
    return next((breach for part in parts if (breach := _unreadable(*part))), None)


def _is_integer(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -_BEYOND <= value < _BEYOND  # which no NaN is


def _is_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


_BEYOND = 2**31
_READ: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "structure": ("an object", lambda value: isinstance(value, dict)),
    "list": ("a list", lambda value: isinstance(value, list)),
    "string": ("a text", _is_text),
    "integer": ("an integer of 32 bits", _is_integer),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
}
"""What of JSON a service can read as each kind of shape of a checkpoint."""


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _wanted(keyword: Any, bound: Any, error: Any) -> str:
    """Say what a schema's keyword asks for, for people: the whole schema is of no help."""
    match keyword:
        case "required":
            missing = [name for name in bound if name not in error.instance]
            return "required: " + ", ".join(missing)
        case "additionalProperties":
            return "no members beyond " + ", ".join(error.schema.get("properties", ()))
        case "enum":
            return "one of " + ", ".join(map(str, bound))
        case "type":
            return f"type {bound}"
        case "pattern":
            return f"pattern {_inside(bound)}"
        case _:
            return f"{keyword} {bound}"


@cache
def _model() -> dict[str, Any]:
    from botocore.loaders import Loader  # type: ignore[import-untyped]  # noqa: PLC0415 - not always needed

    model: dict[str, Any] = Loader().load_service_model("lambda", "service-2")
    return model


def _members(operation: str, direction: str) -> Schema:
    shape = _model()["shapes"][_model()["operations"][operation][direction]["shape"]]
    names = {
        name for name, member in shape["members"].items() if member.get("location") in (None, "querystring")
    }
    query = any(shape["members"][name].get("location") for name in names)
    return {
        "type": "object",
        "properties": {name: _schema(shape["members"][name]["shape"], query=query) for name in sorted(names)},
        "required": [name for name in shape.get("required", ()) if name in names],
        "additionalProperties": False,
    }


def _schema(name: str, *, query: bool) -> Schema:  # noqa: PLR0911 - one return a kind of shape
    """Turn a shape into JSON Schema, inline: the checkpoint shapes do not recur. In a query all is text."""
    shape = _model()["shapes"][name]
    match shape["type"]:
        case "structure":
            return {
                "type": "object",
                "properties": {
                    key: _schema(member["shape"], query=query) for key, member in shape["members"].items()
                },
                "required": list(shape.get("required", ())),
                "additionalProperties": False,
            }
        case "list":
            bounds = {"minItems": shape.get("min"), "maxItems": shape.get("max")}
            return {
                "type": "array",
                "items": _schema(shape["member"]["shape"], query=query),
                **_given(bounds),
            }
        case "string":
            bounds = {
                "minLength": shape.get("min"),
                "maxLength": shape.get("max"),
                "enum": shape.get("enum"),
                "pattern": _whole(shape["pattern"]) if "pattern" in shape else None,
            }
            return {"type": "string", **_given(bounds)}
        case "integer" | "long" if not query:
            return {"type": "integer", **_given({"minimum": shape.get("min"), "maximum": shape.get("max")})}
        case "integer" | "long":
            return {"type": "string", "pattern": _whole("[0-9]{1,10}")}
        case "boolean":
            return {"type": "boolean"}
        case "timestamp":
            return {"type": "number"}  # REST JSON: seconds since the epoch
        case other:
            raise TypeError(f"shape {name} of type {other} is not among those of a checkpoint")


def _given(bounds: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in bounds.items() if value is not None}


_BEFORE, _AFTER = "^(?:", r")(?![\s\S])"


def _whole(pattern: str) -> str:
    """Make a pattern match the whole text, as the service reads it: `$` alone admits a final line break."""
    return _BEFORE + pattern + _AFTER


def _inside(pattern: str) -> str:
    return re.sub(r"^\^\(\?:|\)\(\?!\[\\s\\S\]\)$", "", pattern)
