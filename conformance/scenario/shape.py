"""The shape of a document: JSON Schema's verdict in words that help.

`schema.json` says what is admitted. jsonschema's messages name keywords and repeat whole documents, so each
error is told again here: what is wrong, and what would be right, from the schema's own descriptions.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from conformance.scenario.operands import Path, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jsonschema import Draft202012Validator, ValidationError

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}
_LONG = 60
_MANY = 8
_EXPRESSION = {"$ref": "#/$defs/computed"}


@cache
def schema() -> dict[str, Any]:
    """The schema of a scenario's document."""
    loaded: dict[str, Any] = json.loads(
        files(__package__).joinpath("schema.json").read_text(encoding="utf-8")
    )
    return loaded


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator as Validator  # noqa: PLC0415 - slow to import, seldom needed

    Validator.check_schema(schema())
    return Validator(schema())


def problems(document: Any) -> list[Problem]:
    """All that is wrong with the shape of a document, in its order; nothing if it is admitted."""
    found: list[Problem] = []
    for error in _validator().iter_errors(document):
        found += [problem for problem in _told(error) if problem not in found]
    return _without_echoes(found)


def _without_echoes(found: list[Problem]) -> list[Problem]:
    """Drop what only says that a misspelt key, or one that another needs beside it, is missing too."""
    misspelt = {
        problem.path[:-1]
        for problem in found
        if problem.message.startswith("unknown key") or "` without `" in problem.message
    }
    return [
        problem
        for problem in found
        if not (problem.path in misspelt and problem.message.endswith(("is missing", "there is none")))
    ]


@dataclass(frozen=True)
class _Failure:
    """A jsonschema error, with its values as plain JSON and its path from the document's root."""

    keyword: str
    wanted: Any
    instance: Any
    schema: dict[str, Any]
    path: Path
    error: ValidationError

    @property
    def hint(self) -> str | None:
        return self.schema.get("description")


def _told(error: ValidationError) -> Iterator[Problem]:
    schema_: Any = error.schema
    failure = _Failure(
        keyword=str(error.validator),
        wanted=error.validator_value,
        instance=error.instance,
        schema=schema_ if isinstance(schema_, dict) else {},
        path=tuple(error.absolute_path),
        error=error,
    )
    yield from _TELLERS.get(failure.keyword, _wont_do)(failure)


def _wont_do(failure: _Failure) -> Iterator[Problem]:
    yield Problem(failure.path, f"{_shown(failure.instance)} won't do", failure.hint)


def _inner(failure: _Failure) -> Iterator[Problem]:
    for error in failure.error.context or ():
        yield from _told(error)


def _alternatives(failure: _Failure) -> Iterator[Problem]:
    """One of several: tell what is wrong with the one that was meant, if that can be seen."""
    options: list[dict[str, Any]] = failure.wanted
    if all(set(option) == {"required"} for option in options):
        yield from _exactly_one([option["required"][0] for option in options], failure)
        return
    groups: dict[int, list[ValidationError]] = {}
    for error in failure.error.context or ():
        groups.setdefault(int(error.schema_path[0]), []).append(error)
    meant = [
        errors
        for index, errors in groups.items()
        if not any(error.validator == "type" and not error.path for error in errors)
        and not (options[index] == _EXPRESSION and not _computes(failure.instance))
    ]
    if len(meant) != 1:
        yield from _wont_do(failure)
        return
    for error in meant[0]:
        yield from _told(error)


def _exactly_one(keys: list[str], failure: _Failure) -> Iterator[Problem]:
    if isinstance(failure.instance, dict):
        there = [key for key in keys if key in failure.instance]
        seen = f"there are {' and '.join(there)}" if there else "there is none"
        choice = ", ".join(keys) if len(keys) <= _MANY else "its words"
        message = f"exactly one of {choice} is wanted, {seen}"
        yield Problem(failure.path, message, failure.hint)


def _computes(value: Any) -> bool:
    """Whether a mapping was meant as an expression."""
    return isinstance(value, dict) and any(key.startswith("$") for key in value)


def _unknown_keys(failure: _Failure) -> Iterator[Problem]:
    known = list(failure.schema.get("properties", ()))
    for key in failure.instance:
        if key not in known:
            yield Problem((*failure.path, key), f"unknown key `{key}`", near(key, known))


MANY = 40
"""So many names are told at the most; there is no such number of anything but scenarios."""


def near(word: str, known: Iterable[str]) -> str:
    """What may have been meant, or else what there is."""
    known = list(known)
    found = difflib.get_close_matches(word, known, 1, 0.6)
    if found:
        return f"did you mean `{found[0]}`?"
    if len(known) > MANY:
        return f"`conformance list` names all {len(known)}"
    return f"known are {', '.join(known)}"


def _missing(failure: _Failure) -> Iterator[Problem]:
    for key in failure.wanted:
        if key not in failure.instance:
            yield Problem(failure.path, f"`{key}` is missing", _described(failure.schema, key))


def _described(parent: dict[str, Any], key: str) -> str | None:
    """What a property is, or else what it belongs to."""
    child: dict[str, Any] = parent.get("properties", {}).get(key, {})
    if "$ref" in child:
        child = schema()["$defs"][child["$ref"].rpartition("/")[2]]
    said = child.get("description") or child.get("title") or parent.get("description")
    return None if said is None else str(said)


def _unaccompanied(failure: _Failure) -> Iterator[Problem]:
    for key, needed in failure.wanted.items():
        if key in failure.instance and needed[0] not in failure.instance:
            yield Problem(
                (*failure.path, key), f"`{key}` without `{needed[0]}`", f"`{needed[0]}` belongs beside it"
            )


def _wrong_kind(failure: _Failure) -> Iterator[Problem]:
    kinds = failure.wanted if isinstance(failure.wanted, list) else [failure.wanted]
    wanted = " or ".join(_KINDS[kind] for kind in kinds)
    yield Problem(failure.path, f"{_shown(failure.instance)} where {wanted} is wanted", failure.hint)


def _none_of(failure: _Failure) -> Iterator[Problem]:
    known = [str(value) for value in failure.wanted]
    yield Problem(failure.path, f"{_shown(failure.instance)} won't do", near(str(failure.instance), known))


def _constant(failure: _Failure) -> Iterator[Problem]:
    yield Problem(failure.path, f"{_shown(failure.instance)} won't do", f"only {json.dumps(failure.wanted)}")


def _pattern(failure: _Failure) -> Iterator[Problem]:
    title = failure.schema.get("title")
    said = f"{_shown(failure.instance)} is not {title}" if title else f"{_shown(failure.instance)} won't do"
    yield Problem(failure.path, said, failure.schema.get("description") or f"it must match {failure.wanted}")


def _bounds(failure: _Failure) -> Iterator[Problem]:
    word = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}[failure.keyword]
    yield Problem(failure.path, f"{_shown(failure.instance)} is out of bounds", f"{word} {failure.wanted}")


def _size(failure: _Failure) -> Iterator[Problem]:
    least = failure.keyword.startswith("min")
    unit = {"Items": "items", "Length": "characters", "Properties": "keys"}[failure.keyword[3:]]
    message = "nothing in it" if least else f"{len(failure.instance)} {unit}"
    unit = unit if failure.wanted != 1 else _ONE[unit]
    yield Problem(failure.path, message, f"{'at least' if least else 'at most'} {failure.wanted} {unit}")


def _twice(failure: _Failure) -> Iterator[Problem]:
    yield Problem(failure.path, "the same item twice", "each once")


def _not_beside(failure: _Failure) -> Iterator[Problem]:
    yield Problem(
        failure.path, f"`{failure.path[-1]}` beside `attempts`", "put it into the attempts that it belongs to"
    )


_ONE = {"items": "item", "characters": "character", "keys": "key"}

_TELLERS: dict[str, Callable[[_Failure], Iterator[Problem]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing,
    "dependentRequired": _unaccompanied,
    "type": _wrong_kind,
    "enum": _none_of,
    "const": _constant,
    "pattern": _pattern,
    "minimum": _bounds,
    "maximum": _bounds,
    "exclusiveMinimum": _bounds,
    "minItems": _size,
    "maxItems": _size,
    "minLength": _size,
    "maxLength": _size,
    "minProperties": _size,
    "maxProperties": _size,
    "uniqueItems": _twice,
    "anyOf": _alternatives,
    "oneOf": _alternatives,
    "dependentSchemas": _inner,
    "propertyNames": _inner,
    "not": _not_beside,
}


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else text[: _LONG - 3] + "..."
