"""What serialisers of the scenario's own write, as the stream gives it: JSON as its value, else as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from conformance.verdict.structure.values import UNKNOWN, is_known
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


def _json(value: Any, _argument: Any = None) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _text(value: Any, _argument: Any = None) -> str | None:
    return value if value is None or isinstance(value, str) else _json(value)


def _upper(value: Any, _argument: Any) -> str | None:
    text = _text(value)
    return None if text is None else text.upper()


def _upper_json(value: Any, _argument: Any) -> str:
    return _json(_shouted(value))


def _prefix(value: Any, prefix: Any) -> str | None:
    text = _text(value)
    return None if text is None else f"{prefix}{text}"


def _wrap(value: Any, _argument: Any) -> str:
    return _json({"wrapped": value})


def _batch(value: Any, _argument: Any) -> str:
    if not isinstance(value, dict) or "all" not in value:
        return _json(value)
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


WRITERS: dict[str, Callable[[Any, Any], str | None]] = {
    "upper": _upper,
    "upper-json": _upper_json,
    "upper-read": _text,
    "prefix": _prefix,
    "wrap": _wrap,
    "opserde": _batch,
    "json": _json,
    "number": _json,
    "epoch": _json,
    "fail-read": _json,  # which is what it writes
}
