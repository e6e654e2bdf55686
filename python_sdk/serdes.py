"""Serialisers, by name. All bear a value or a text that is not there."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from python_sdk import errors, sdk, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from python_sdk.scope import Scope

    Make: TypeAlias = Callable[[Any, Scope], tuple[Callable[[Any], Any], Callable[[Any], Any]]]

_OPERATION_PREFIX = "OPSERDE:"
_ISO_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class _Serdes(sdk.serdes.SerDes):  # type: ignore[type-arg] # the SDK's own type has one parameter in some versions only
    def __init__(self, write: Callable[[Any], Any], read: Callable[[Any], Any]) -> None:
        self._write = write
        self._read = read

    def serialize(self, value: Any, _context: Any) -> Any:
        return self._write(value)

    def deserialize(self, data: Any, _context: Any) -> Any:
        return None if data is None else self._read(data)


def named(serdes: dict[str, Any], at: str, scope: Scope) -> Any:
    """The serialiser that a `serdes` describes, as the SDK takes it."""
    make = NAMED.get(serdes["name"])
    if make is None:
        message = f"unknown serialiser {serdes['name']!r}: this harness knows {', '.join(NAMED)}"
        scope.run.lab.stop("harness", message, at)
    return _Serdes(*make(serdes.get("argument"), scope))


def compact(value: Any) -> str:
    """JSON without blanks, and with every character as it is."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def strings(value: Any, change: Callable[[str], Any]) -> Any:
    """The value with every string in it, save for keys, changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [strings(item, change) for item in value]
    if isinstance(value, dict):
        return {key: strings(item, change) for key, item in value.items()}
    return value


def plain(value: Any) -> Any:
    """A string as it is, anything else as JSON."""
    return value if isinstance(value, str) else compact(value)


def _seconds(text: str) -> Any:
    if not _ISO_TIMESTAMP.fullmatch(text):
        return text
    return values.whole(datetime.fromisoformat(text).timestamp())


def _number(data: str) -> Any:
    return values.whole(float(data))


def _prefix(prefix: Any, _scope: Scope) -> Any:
    def read(data: str) -> str:
        if not data.startswith(prefix):
            raise errors.user_class("NoPrefix")(f"no {prefix} before {data}")
        return data[len(prefix) :]

    return lambda value: None if value is None else prefix + plain(value), read


def _operation(_argument: Any, _scope: Scope) -> Any:
    def write(value: Any) -> str:
        if not hasattr(value, "get_results"):
            return compact(value)
        return _OPERATION_PREFIX + ",".join(map(plain, value.get_results()))

    def read(data: str) -> Any:
        if not data.startswith(_OPERATION_PREFIX):
            return json.loads(data)
        results = data[len(_OPERATION_PREFIX) :].split(",")
        items = [
            {"index": index, "status": "SUCCEEDED", "result": result} for index, result in enumerate(results)
        ]
        return sdk.models.BatchResult.from_dict({"all": items, "completionReason": "ALL_COMPLETED"})

    return write, read


def _fail_write(_argument: Any, _scope: Scope) -> Any:
    def write(_value: Any) -> str:
        raise errors.user_class("FailWrite")("the serialiser fails to write")

    return write, json.loads


def _fail_read(argument: Any, scope: Scope) -> Any:
    def read(data: str) -> Any:
        if argument is None or argument["invocation"] == scope.run.invocation:
            message = "the serialiser fails to read"
            if argument is not None and argument.get("retryable"):
                raise sdk.package.RetryableSerDesError(message)
            raise errors.user_class("FailRead")(message)
        return json.loads(data)

    return compact, read


NAMED: dict[str, Make] = {
    "upper": lambda _argument, _scope: (
        lambda value: None if value is None else plain(value).upper(),
        lambda data: data,
    ),
    "upper-json": lambda _argument, _scope: (lambda value: compact(strings(value, str.upper)), json.loads),
    "upper-read": lambda _argument, _scope: (
        lambda value: None if value is None else plain(value),
        lambda data: data.upper(),
    ),
    "prefix": _prefix,
    "wrap": lambda _argument, _scope: (
        lambda value: compact({"wrapped": value}),
        lambda data: json.loads(data)["wrapped"],
    ),
    "opserde": _operation,
    "json": lambda _argument, _scope: (compact, json.loads),
    "number": lambda _argument, _scope: (compact, _number),
    "epoch": lambda _argument, _scope: (compact, lambda data: strings(json.loads(data), _seconds)),
    "fail-write": _fail_write,
    "fail-read": _fail_read,
    "nothing": lambda _argument, _scope: (lambda _value: None, lambda _data: None),
}
