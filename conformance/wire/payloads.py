"""Payloads as the values that they stand for.

What a user's value is on the wire depends on the SDK: one writes plain JSON, another wraps all but scalars
and lists of scalars in an envelope that names types; a batch's result, and the summary that stands for one
that is too large, have forms of their own. Each is read by the dialect of the SDK that wrote it. How it was
written is kept beside the value, as `form`, so that the SDK can be held to its dialect.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.sdks.dialect import BatchForm, BatchSummary, Dialect
from conformance.vocabulary import BATCHES
from conformance.wire.values import parse, plain

BATCH_TAG = "br"
PLAIN = Dialect(value_form="json")
"""For what is plain JSON whatever the SDK, such as an execution's result."""


class Form(StrEnum):
    """How a payload was written."""

    TEXT = "text"  # no JSON at all
    JSON = "json"
    ENVELOPE = "typed-envelope"
    JSON_BATCH = "json-batch"
    ENVELOPE_BATCH = "typed-envelope-batch"
    SUMMARY = "summary"


Names = Callable[[str], str]


@dataclass(frozen=True)
class Payload:
    """A payload read: `value` is JSON, or the raw text under `$text` when what was written is not JSON."""

    form: Form
    value: Any


class _FormError(ValueError):
    """The payload is not in the form that was tried."""


def read(
    text: str, dialect: Dialect, subtype: str | None, *, summary: bool = False, names: Names = str
) -> Payload:
    """Read a payload.

    Args:
        text: What is on the wire.
        dialect: How the SDK that wrote it spells.
        subtype: The operation's SubType: map's and parallel's payloads are batch results.
        summary: Whether ReplayChildren says that it stands for something larger.
        names: Puts typed paths in place of operation ids in every text of the value.
    """
    try:
        document = parse(text)
    except (ValueError, RecursionError):
        return Payload(Form.TEXT, {"$text": names(text)})
    batch = subtype in BATCHES
    payload = None
    if batch and summary:
        own = dialect.batch_summaries.get(subtype or "")
        payload = _statuses(document, own, dialect.unfinished) if own else _summary(document, dialect)
    if payload is None and dialect.value_form == "typed-envelope":
        payload = _enveloped(document, dialect, batch=batch)
    if payload is None and batch:
        payload = _plain_batch(document, dialect)
    payload = payload or Payload(Form.JSON, document)
    return Payload(payload.form, _renamed(payload.value, names))


def wanted(value: Any, dialect: Dialect, *, batch: bool) -> Form | None:
    """The form in which a dialect writes a value; None where it is not stated."""
    match dialect.value_form:
        case "json":
            return Form.JSON_BATCH if batch else Form.JSON
        case "typed-envelope":
            return Form.ENVELOPE_BATCH if batch else Form.JSON if _scalar(value) else Form.ENVELOPE
        case _:
            return None


def error(fields: dict[str, Any], dialect: Dialect, names: Names = str) -> dict[str, Any]:
    """Read an ErrorObject: its message in plain, ids as paths. Its data is the user's and stays text."""
    renamed: dict[str, Any] = _renamed(plain(fields), names)
    return dialect.plain_error(renamed)


def _scalar(value: Any) -> bool:
    """Whether a value is a scalar, or lists of nothing else."""
    if isinstance(value, list):
        return all(map(_scalar, value))
    return not isinstance(value, dict)


def _enveloped(document: Any, dialect: Dialect, *, batch: bool) -> Payload | None:
    if not (isinstance(document, dict) and document.keys() == {"t", "v"}):
        return None
    try:
        value = _unwrap(document)
        if batch and document["t"] == BATCH_TAG:
            return Payload(Form.ENVELOPE_BATCH, _batch(value, dialect))
    except (_FormError, RecursionError):
        return None
    return Payload(Form.ENVELOPE, value)


def _plain_batch(document: Any, dialect: Dialect) -> Payload | None:
    try:
        return Payload(Form.JSON_BATCH, _batch(document, dialect))
    except _FormError:
        return None


_SCALARS: dict[str, type | tuple[type, ...]] = {"s": str, "i": int, "f": (int, float), "b": bool}


def _unwrap(node: Any) -> Any:
    """Read a typed envelope, `{"t": tag, "v": value}` all the way down."""
    if not (isinstance(node, dict) and node.keys() == {"t", "v"}):
        raise _FormError
    tag, value = node["t"], node["v"]
    if tag in _SCALARS and isinstance(value, _SCALARS[tag]):
        return value
    if tag == "n" and value is None:
        return None
    if tag in ("l", "t") and isinstance(value, list):
        return [_unwrap(item) for item in value]
    if tag in ("m", BATCH_TAG) and isinstance(value, dict):
        return {key: _unwrap(item) for key, item in value.items()}
    if tag in ("dt", "D", "u", "d") and isinstance(value, str):
        return value
    if tag == "B" and isinstance(value, str):
        try:
            return {"$bytes": base64.b64decode(value, validate=True).hex()}
        except binascii.Error as bad:
            raise _FormError from bad
    raise _FormError


def _batch(value: Any, dialect: Dialect) -> dict[str, Any]:
    """Bring a batch result to one form: an item's `result` and `error` are there only if the item has one.

    An item that failed or only started has no result, which some write as null. A null of an item that
    succeeded is its result and stays.
    """
    form = dialect.batch_form or BatchForm()
    if not (isinstance(value, dict) and isinstance(value.get(form.items), list)):
        raise _FormError
    rest = {key: each for key, each in value.items() if key not in (form.items, form.reason)}
    reason = {"completionReason": value[form.reason]} if form.reason in value else {}
    items = [_item(index, item, form, dialect) for index, item in enumerate(value[form.items])]
    ended = [item for item in items if not form.unfinished or item.get("status") != form.unfinished]
    return {**rest, "all": ended, **reason}


def _item(index: int, item: Any, form: BatchForm, dialect: Dialect) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise _FormError
    if not form.index:
        item = {"": index, **item}
    if flat := {form.flat[key]: each for key, each in item.items() if key in form.flat}:
        item = {key: each for key, each in item.items() if key not in form.flat} | {form.error: flat}
    item = {key: each for key, each in item.items() if key not in form.besides}
    own = {form.index: "index", form.status: "status", form.result: "result", form.error: "error"}
    named: dict[str, Any] = {own.get(str(key), str(key)): each for key, each in item.items()}
    empty = {"error"} if named.get("status") == "SUCCEEDED" else {"result", "error"}
    kept = {key: each for key, each in named.items() if each is not None or key not in empty}
    if isinstance(error := kept.get("error"), dict):
        members = {form.kind: "ErrorType", form.message: "ErrorMessage", form.trace: "StackTrace"}
        kept["error"] = dialect.plain_error({str(members.get(key, key)): each for key, each in error.items()})
    if form.encoded and isinstance(kept.get("result"), str):
        try:
            kept["result"] = parse(kept["result"])
        except (ValueError, RecursionError) as bad:
            raise _FormError from bad
    return kept


STATUSES = "statuses"
"""The member of a summary, as it is read, that lists the statuses of its items."""


def _statuses(document: Any, form: BatchSummary, unfinished: str) -> Payload | None:
    """A summary by the statuses of the items that ended."""
    items = document.get(form.items) if isinstance(document, dict) else None
    if not isinstance(items, list) or form.reason not in document:
        return None
    statuses = [item.get(form.status) if isinstance(item, dict) else item for item in items]
    ended = [status for status in statuses if not unfinished or status != unfinished]
    return Payload(Form.SUMMARY, {STATUSES: ended, "completionReason": document[form.reason]})


_SUMMARY = ("type", "totalCount", "successCount", "failureCount", "completionReason", "status", "summary")
"""What a batch's summary says; what an SDK adds for its own replay is its own business."""


def _summary(document: Any, dialect: Dialect) -> Payload | None:
    if not isinstance(document, dict) or not ({"completionReason", "totalCount"} & document.keys()):
        return None
    if isinstance(document.get((dialect.batch_form or BatchForm()).items), list):
        return None  # it is the result itself
    return Payload(Form.SUMMARY, {key: document[key] for key in _SUMMARY if key in document})


def _renamed(value: Any, names: Names) -> Any:
    if isinstance(value, str):
        return names(value)
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    return value
