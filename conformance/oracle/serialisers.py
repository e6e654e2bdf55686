"""What serialisers of the scenario's own write, as the stream gives it: JSON as its value, else as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from conformance.oracle.values import UNKNOWN, is_known
from conformance.wire.values import plain, same

if TYPE_CHECKING:
    from conformance.scenario.statements import Serdes


def written(serdes: Serdes, value: Any) -> Any:
    """The payload that a serialiser makes of a value, UNKNOWN where that can't be told from here."""
    write = WRITERS.get(serdes.name)
    if write is None or not is_known(value):
        return UNKNOWN
    return parsed(write(plain(value), serdes.argument))


def parsed(text: Any) -> Any:
    """A payload as the stream gives it."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return {"$text": text}


def kept(serdes: Serdes, value: Any) -> Any:
    """The payload where one SDK takes a serialiser and another its own: known if that makes no difference."""
    made = written(serdes, value)
    return made if same(made, plain(value)) else UNKNOWN


def reads_back(serdes: Serdes, value: Any) -> bool:
    """Whether a serialiser surely reads what it made of a value itself."""
    return not serdes.fails and (serdes.name != "number" or _is_number(value))


def keeps(serdes: Serdes, value: Any) -> bool:
    """Whether a serialiser surely gives back the value that it was given."""
    if not is_known(value) or not reads_back(serdes, value):
        return False
    return serdes.name in WHOLE or (serdes.name == "prefix" and isinstance(value, str))


def carried(serdes: Serdes, value: Any) -> Any:
    """What comes back of a value that was written, if it is read at all: UNKNOWN where it may be another."""
    return value if serdes.name == "fail-read" or keeps(serdes, value) else UNKNOWN


def reads(serdes: Serdes, text: Any) -> bool:
    """Whether a serialiser surely reads a text that somebody else wrote: any JSON where it is UNKNOWN."""
    if serdes.name in ANY_TEXT or serdes.name == "fail-read":
        return serdes.name in ANY_TEXT
    if serdes.name == "prefix":
        return isinstance(text, str) and text.startswith(str(serdes.argument))
    value = text if text is UNKNOWN else parsed(text)
    if serdes.name == "number":
        return _is_number(value)
    if serdes.name == "wrap":
        return isinstance(value, dict) and "wrapped" in value
    return not (isinstance(value, dict) and "$text" in value)


def read(serdes: Serdes, text: Any) -> Any:
    """What a serialiser that reads JSON makes of a text that somebody else wrote, and that it can read."""
    value = parsed(text)
    if serdes.name not in READS_JSON or not isinstance(text, str) or not reads(serdes, text):
        return UNKNOWN
    return value["wrapped"] if serdes.name == "wrap" else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def compact(value: Any, _argument: Any = None) -> str:
    """A value as JSON without blanks, every character as it is."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _text(value: Any, _argument: Any = None) -> str | None:
    return value if value is None or isinstance(value, str) else compact(value)


def _upper(value: Any, _argument: Any) -> str | None:
    text = _text(value)
    return None if text is None else text.upper()


def _upper_json(value: Any, _argument: Any) -> str:
    return compact(_shouted(value))


def _prefix(value: Any, prefix: Any) -> str | None:
    text = _text(value)
    return None if text is None else f"{prefix}{text}"


def _wrap(value: Any, _argument: Any) -> str:
    return compact({"wrapped": value})


def _batch(value: Any, _argument: Any) -> str:
    if not isinstance(value, dict) or "all" not in value:
        return compact(value)
    results = (item["result"] for item in value["all"] if item["status"] == "SUCCEEDED")
    return "OPSERDE:" + ",".join(str(_text(result)) for result in results)


def _shouted(value: Any) -> Any:
    match value:
        case str():
            return value.upper()
        case list():
            return [_shouted(item) for item in value]
        case dict():
            return {key: _shouted(item) for key, item in value.items()}
        case _:
            return value


WHOLE = frozenset({"json", "wrap", "number"})
"""Serialisers that change no value, of those that they can read."""

READS_JSON = frozenset({"json", "upper-json", "wrap"})
"""Serialisers that read a text as JSON and leave it so."""

ANY_TEXT = frozenset({"upper", "upper-read", "nothing"})
"""Serialisers that take a text as it is, or not at all."""

WRITERS: dict[str, Callable[[Any, Any], str | None]] = {
    "upper": _upper,
    "upper-json": _upper_json,
    "upper-read": _text,
    "prefix": _prefix,
    "wrap": _wrap,
    "opserde": _batch,
    "json": compact,
    "number": compact,
    "epoch": compact,
    "fail-read": compact,  # which is what it writes
}
