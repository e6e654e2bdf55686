"""Payloads as the values they stand for.

What a user's value is on the wire depends on the SDK: Python's own serialiser wraps everything but scalars
and lists of scalars in a typed envelope; both SDKs write a batch's result in a form of their own, and a
summary of it where the result is too large. Here each is read by the rules of the SDK that wrote it. How it
was written is kept beside the value, as `encoding`, because that the two differ is itself something to say.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.wire.values import parse, plain

JSON = "json"
TEXT = "text"
ENVELOPE = "python-envelope"
PYTHON_BATCH = "python-batch"
JS_BATCH = "js-batch"
PYTHON_SUMMARY = "python-summary"
JS_SUMMARY = "js-summary"

BATCH_SUBTYPES = frozenset({"Map", "Parallel"})

Names = Callable[[str], str]


@dataclass(frozen=True)
class Payload:
    """A payload read: `value` is JSON, or the raw text under `$text` when what was written is not JSON."""

    encoding: str
    value: Any


class _FormError(ValueError):
    """The payload is not in the form that was tried."""


def read(text: str, sdk: str, subtype: str | None, *, summary: bool = False, names: Names = str) -> Payload:
    """Read a payload.

    Args:
        text: What is on the wire.
        sdk: The SDK that wrote it; one that is not ours writes plain JSON.
        subtype: The operation's SubType: map's and parallel's payloads are batch results.
        summary: Whether ReplayChildren says that it stands for something larger.
        names: Puts typed paths in place of operation ids in every text of the value.
    """
    try:
        document = parse(text)
    except (ValueError, RecursionError):
        return Payload(TEXT, {"$text": names(text)})
    batch = subtype in BATCH_SUBTYPES
    encoding, value = JSON, document
    if sdk == "python":
        encoding, value = _python(document, batch=batch, summary=summary)
    elif sdk == "js" and batch:
        encoding, value = _js_batch(document, summary=summary)
    return Payload(encoding, _renamed(value, names))


def error(fields: dict[str, Any], names: Names = str) -> dict[str, Any]:
    """Read an ErrorObject: its fields as they are, ids as paths. Its data is the user's and stays text."""
    renamed: dict[str, Any] = _renamed(plain(fields), names)
    return renamed


def _python(document: Any, *, batch: bool, summary: bool) -> tuple[str, Any]:
    if batch and summary and isinstance(document, dict) and "completionReason" in document:
        return PYTHON_SUMMARY, _summary(document)
    if not (isinstance(document, dict) and document.keys() == {"t", "v"}):
        return JSON, document
    try:
        value = _unwrap(document)
        return (PYTHON_BATCH, _batch(value)) if document["t"] == "br" else (ENVELOPE, value)
    except (_FormError, RecursionError):
        return JSON, document


def _js_batch(document: Any, *, summary: bool) -> tuple[str, Any]:
    if summary and isinstance(document, dict) and "totalCount" in document:
        return JS_SUMMARY, _summary(document)
    try:
        return JS_BATCH, _batch(document)
    except _FormError:
        return JSON, document


_SCALARS: dict[str, type | tuple[type, ...]] = {"s": str, "i": int, "f": (int, float), "b": bool}


def _unwrap(node: Any) -> Any:
    """Read Python's typed envelope, `{"t": tag, "v": value}` all the way down."""
    if not (isinstance(node, dict) and node.keys() == {"t", "v"}):
        raise _FormError
    tag, value = node["t"], node["v"]
    if tag in _SCALARS and isinstance(value, _SCALARS[tag]):
        return value
    if tag == "n" and value is None:
        return None
    if tag in ("l", "t") and isinstance(value, list):
        return [_unwrap(item) for item in value]
    if tag in ("m", "br") and isinstance(value, dict):
        return {key: _unwrap(item) for key, item in value.items()}
    if tag in ("dt", "D", "u", "d") and isinstance(value, str):
        return value
    if tag == "B" and isinstance(value, str):
        try:
            return {"$bytes": base64.b64decode(value, validate=True).hex()}
        except binascii.Error as bad:
            raise _FormError from bad
    raise _FormError


def _batch(value: Any) -> dict[str, Any]:
    """Bring a batch result to one form: an item's `result` and `error` are there only if the item has one.

    An item that failed or only started has no result, which Python writes as null and JavaScript leaves out.
    A null of an item that succeeded is its result and stays.
    """
    if not (isinstance(value, dict) and isinstance(value.get("all"), list)):
        raise _FormError
    items = []
    for item in value["all"]:
        if not isinstance(item, dict):
            raise _FormError
        empty = {"error"} if item.get("status") == "SUCCEEDED" else {"result", "error"}
        items.append({key: each for key, each in item.items() if each is not None or key not in empty})
    return {**value, "all": items}


def _summary(value: dict[str, Any]) -> dict[str, Any]:
    """Keep of a batch's summary what both SDKs write: what each adds for its own replay is encoding."""
    common = ("type", "totalCount", "successCount", "failureCount", "completionReason", "status", "summary")
    return {key: value[key] for key in common if key in value}


def _renamed(value: Any, names: Names) -> Any:
    if isinstance(value, str):
        return names(value)
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    return value
