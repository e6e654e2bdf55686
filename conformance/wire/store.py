"""Recordings as files: one compressed JSON file each, read back strictly.

A file is named after what it holds, `<scenario>@@<subject>.json.gz`, with `/` in the scenario's id as `__`.
What a file says counts, not what it is called; one that is not compressed is read as well. Reading refuses
whatever is not exactly a recording of a schema this version knows, since a judgement on half a recording
would look like one on a whole.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import types
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import MISSING, asdict, fields, is_dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from conformance.errors import EnvironmentFault, UsageError
from conformance.wire.recording import SCHEMA, Recording

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC = b"\x1f\x8b"
"""How compressed data begins; JSON text never does."""


class _Malformed(Exception):  # noqa: N818 - it never leaves this module
    """A value that is not what its field wants: `place` such as `exchanges[3].status`."""

    def __init__(self, place: str, wanted: str, value: object) -> None:
        super().__init__(f"{place}: wanted {wanted}, not {json.dumps(value, default=str)[:80]}")


SUFFIXES = (".json.gz", ".json")
"""How the names of recordings end: as they are written, and as they were before they were compressed."""

LEVEL = 6
"""gzip's own default: a whole run of 332 MB of text takes 4.4 MB, in 1.4 ms a recording."""


def stem(scenario: str, subject: str) -> str:
    """Name of a recording's file without its suffix: unique for scenario and subject, however called."""
    return f"{_safe(scenario.replace('/', '__'))}@@{_safe(subject)}"


def file_name(recording: Recording) -> str:
    """Name of the file for a recording; one that changed hands says where, and to whom."""
    handover = recording.handover
    then = f"+{handover.after}+{handover.to.id}" if handover else ""
    return stem(recording.scenario, recording.subject.id + then) + SUFFIXES[0]


def write(recording: Recording, folder: Path) -> Path:
    """Write a recording into `folder`, making it if need be. A reader never meets half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file_name(recording)
    draft = target.with_suffix(f".{os.getpid()}.part")
    try:
        draft.write_bytes(gzip.compress(dumps(recording).encode(), LEVEL, mtime=0))
        draft.replace(target)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    return target


def read(path: Path) -> Recording:
    """Read one recording.

    Raises:
        UsageError: the file is of a newer schema than this version knows.
        EnvironmentFault: the file can't be read or is not a recording.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if data.startswith(_MAGIC) else data).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise EnvironmentFault(f"can't read the recording: {error}", where=str(path)) from error
    return loads(text, where=str(path))


def files(folder: Path) -> list[Path]:
    """The files of recordings in a folder, by name; none if there is no such folder."""
    return sorted(path for suffix in SUFFIXES for path in folder.glob(f"*@@*{suffix}"))


def dumps(recording: Recording) -> str:
    """Give a recording as JSON text, one line."""
    return json.dumps(asdict(recording), ensure_ascii=False, separators=(",", ":")) + "\n"


def loads(text: str, *, where: str = "recording") -> Recording:
    """Read a recording from JSON text; `where` names it in errors, which are those of `read`."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise EnvironmentFault(f"not JSON: {error}", where=where) from error
    schema = data.get("schema") if isinstance(data, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise UsageError(
            f"recording of schema {schema}; this version reads up to {SCHEMA}",
            where=where,
            hint="judge it with the version that recorded it, or record it again",
        )
    try:
        recording: Recording = _reader(Recording)(data, "recording")
    except _Malformed as error:
        raise EnvironmentFault(f"not a recording: {error}", where=where) from error
    return recording


def _safe(text: str) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9@._+-]", "_", text)
    if cleaned == text:
        return text
    return f"{cleaned}-{sha256(text.encode()).hexdigest()[:8]}"


Reader = Callable[[Any, str], Any]


@cache
def _reader(wanted: Any) -> Reader:  # noqa: PLR0911 - one return a kind of type
    """Build, once a type, the function that turns plain JSON into it or raises `_Malformed`."""
    origin = get_origin(wanted)
    if wanted is Any:
        return lambda value, _place: value
    if origin in (Union, types.UnionType):
        return _union(get_args(wanted))
    if origin is tuple:
        return _sequence(_reader(get_args(wanted)[0]))
    if origin is dict:
        return _typed(dict, "an object")
    if is_dataclass(wanted):
        return _record(wanted)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return _choice(wanted)
    if wanted is float:
        return _float
    names = {str: "text", int: "an integer", bool: "true or false"}
    return _typed(wanted, names[wanted])


def _typed(wanted: type, name: str) -> Reader:
    def read_value(value: Any, place: str) -> Any:
        if type(value) is not wanted:  # exact: a boolean is no integer here
            raise _Malformed(place, name, value)
        return value

    return read_value


def _float(value: Any, place: str) -> float:
    if type(value) not in (int, float):
        raise _Malformed(place, "a number", value)
    return float(value)


def _choice(wanted: type[StrEnum]) -> Reader:
    def read_value(value: Any, place: str) -> StrEnum:
        if value not in list(wanted):
            raise _Malformed(place, "one of " + ", ".join(wanted), value)
        return wanted(value)

    return read_value


def _union(options: tuple[Any, ...]) -> Reader:
    (one,) = (option for option in options if option is not type(None))
    inner = _reader(one)
    return lambda value, place: None if value is None else inner(value, place)


def _sequence(item: Reader) -> Reader:
    def read_value(value: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _Malformed(place, "a list", value)
        return tuple(item(each, f"{place}[{index}]") for index, each in enumerate(value))

    return read_value


def _record(wanted: Any) -> Reader:
    hints = get_type_hints(wanted)
    readers = {field.name: _reader(hints[field.name]) for field in fields(wanted)}
    needed = {field.name for field in fields(wanted) if field.default is MISSING}

    def read_value(value: Any, place: str) -> Any:
        if not isinstance(value, dict):
            raise _Malformed(place, "an object", value)
        if odd := sorted((value.keys() - readers.keys()) | (needed - value.keys())):
            raise _Malformed(place, f"exactly the fields {', '.join(readers)}; missing or unknown", odd)
        return wanted(**{name: readers[name](given, f"{place}.{name}") for name, given in value.items()})

    return read_value
