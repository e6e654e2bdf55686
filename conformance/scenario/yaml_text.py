"""YAML text to plain JSON, with the line of everything in it.

Scenarios come from people nobody knows, so this reads less than YAML: a document of mappings with text keys,
lists and scalars of YAML 1.2's core schema. Anchors, aliases and tags are refused, so nothing can expand;
depth, size and numbers are bounded, so that every JSON reader, Python or JavaScript, would have the same.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from conformance.errors import Location, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser, many times as fast as Python's own, which stands in where PyYAML is built without it."""

MAX_BYTES = 1024 * 1024
MAX_VALUES = 40_000
MAX_DEPTH = 200
"""Enough for 64 contexts in one another; a child takes three levels, a parallel's branch four or five."""
MAX_SAFE = 2**53 - 1

_NULL = re.compile(r"(?:~|null|Null|NULL|)$")
_TRUE = re.compile(r"(?:true|True|TRUE)$")
_FALSE = re.compile(r"(?:false|False|FALSE)$")
_INTEGER = re.compile(r"[-+]?[0-9]+$")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")
_NOT_A_NUMBER = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$")
_ELSEWHERE = re.compile(r"0[ox][0-9a-fA-F]+$")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Text:
    """A document and where its parts stand: lines and columns count from 1; a value's are its key's."""

    document: Any
    lines: dict[Path, int]
    columns: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing above it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def column(self, path: Path) -> int:
        """The column of `path`, or of the nearest thing above it that is there."""
        while path and path not in self.columns:
            path = path[:-1]
        return self.columns.get(path, 1)


@dataclass
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None
    lines: dict[str, int] = field(default_factory=dict)


def read(source: bytes, file: str) -> Text:
    """Read a document.

    Raises:
        ScenarioError: It is not YAML, or not what this reads; with the line.
    """
    if len(source) > MAX_BYTES:
        raise ScenarioError(
            f"a file of {len(source)} bytes", where=Location(file), hint=f"at most {MAX_BYTES}; use `repeat`"
        )
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise ScenarioError("not UTF-8", where=Location(file, line), hint="save it as UTF-8") from error
    try:
        return _Reader(file).read(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 0 if mark is None else mark.line + 1
        problem = " ".join(part for part in (error.context, error.problem) if part)
        raise ScenarioError(f"not YAML: {problem}", where=Location(file, line)) from error
    except yaml.YAMLError as error:
        raise ScenarioError(f"not YAML: {error}", where=Location(file)) from error


class _Reader:
    """Builds the document from events, so that nothing is built that was not asked for."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.columns: dict[Path, int] = {}
        self.stack: list[_Open] = []
        self.document: Any = None
        self.documents = 0

    def refuse(self, event: Any, message: str, hint: str) -> ScenarioError:
        return ScenarioError(message, where=Location(self.file, event.start_mark.line + 1), hint=hint)

    def read(self, events: Iterator[Any]) -> Text:
        for event in events:
            self.event(event)
        if not self.documents:
            raise ScenarioError("an empty file", where=Location(self.file), hint="a scenario is a mapping")
        return Text(self.document, self.lines, self.columns)

    def event(self, event: Any) -> None:
        if isinstance(event, DocumentStartEvent):
            self.start(event)
        elif isinstance(event, AliasEvent):
            raise self.refuse(event, f"the alias *{event.anchor}", "aliases are refused; write it out")
        elif isinstance(event, ScalarEvent):
            self.plain(event)
            self.add(event, self.scalar(event))
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self.plain(event)
            self.open(event)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self.stack.pop()

    def start(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.refuse(event, "a second document", "one scenario a file")
        if event.version is not None and tuple(event.version) != (1, 2):
            raise self.refuse(event, "a YAML version other than 1.2", "leave the directive out")

    def plain(self, event: Any) -> None:
        if event.anchor is not None:
            raise self.refuse(event, f"the anchor &{event.anchor}", "anchors are refused; write it out")
        if event.tag is not None:
            raise self.refuse(event, f"the tag {event.tag}", "tags are refused; quote what is text")

    def open(self, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.refuse(event, f"nested deeper than {MAX_DEPTH}", "make it flatter")
        mapping = isinstance(event, MappingStartEvent)
        if mapping is False and self.wants_key():
            raise self.refuse(event, "a list as a key", "keys are text")
        if mapping and self.wants_key():
            raise self.refuse(event, "a mapping as a key", "keys are text; quote a text that begins with {")
        value: dict[str, Any] | list[Any] = {} if mapping else []
        path = self.add(event, value)
        self.stack.append(_Open(value, path))

    def wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None

    def add(self, event: Any, value: Any) -> Path:
        """Put a value where it belongs: into the list, as a key, or under the key before it."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if len(self.lines) >= MAX_VALUES:
            hint = "use expressions, or several scenarios"
            raise self.refuse(event, f"more than {MAX_VALUES} values in one file", hint)
        if not self.stack:
            self.document = value
            self.lines[()], self.columns[()] = line, column
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            path = (*top.path, len(top.value))
            top.value.append(value)
            self.lines[path], self.columns[path] = line, column
            return path
        if top.key is None:
            top.key = self.key(event, value, top)
            self.lines[*top.path, top.key], self.columns[*top.path, top.key] = line, column
            return (*top.path, top.key)
        path = (*top.path, top.key)
        top.value[top.key] = value
        top.key = None
        return path

    def key(self, event: Any, key: Any, top: _Open) -> str:
        if not isinstance(key, str):
            raise self.refuse(event, f"the key {event.value}, which is not text", "put it in quotes")
        if key == "<<" and not event.style:
            raise self.refuse(event, "the merge key <<", "write the keys out")
        if key in top.lines:
            raise self.refuse(event, f"the key `{key}` a second time", f"it stands on line {top.lines[key]}")
        top.lines[key] = event.start_mark.line + 1
        return key

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style:  # quoted, or a block
            return self.text(event, text)
        if _NULL.match(text):
            return None
        if _TRUE.match(text) or _FALSE.match(text):
            return text in ("true", "True", "TRUE")
        if _NOT_A_NUMBER.match(text):
            raise self.refuse(event, f"the number {text}", "JSON has no such number")
        if _ELSEWHERE.match(text):
            raise self.refuse(event, f"the number {text}", "write it in decimals, or in quotes if it is text")
        if _INTEGER.match(text) or _FLOAT.match(text):
            return self.number(event, text)
        return self.text(event, text)

    def number(self, event: Any, text: str) -> int | float:
        if len(text) > 40:  # noqa: PLR2004 - no number that JSON readers agree about is longer
            raise self.refuse(event, "a number of more than 40 digits", "put it in quotes if it is text")
        number = int(text) if _INTEGER.match(text) else float(text)
        if not math.isfinite(number) or (isinstance(number, int) and abs(number) > MAX_SAFE):
            raise self.refuse(event, f"the number {text}", f"safe integers reach to {MAX_SAFE} (2^53 - 1)")
        return number

    def text(self, event: Any, text: str) -> str:
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self.refuse(event, "half of a surrogate pair", "write the whole character")
        return text
