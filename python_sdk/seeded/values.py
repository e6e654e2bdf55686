"""Faults in values, errors, input and state."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from python_sdk.seeded.patching import around, module

if TYPE_CHECKING:
    from collections.abc import Callable


def _plain_json() -> None:
    """Values are written as plain JSON, as another SDK does."""

    def write(_original: Any, _self: Any, value: Any, _context: Any = None) -> str:
        return json.dumps(value)

    around(module("serdes").ExtendedTypeSerDes, "serialize", write)


def _data_lost() -> None:
    """An error's data is not given to the program."""
    error = module("lambda_service").ErrorObject
    make = error.from_dict

    def without(data: Any) -> Any:
        return replace(make(data), data=None)

    error.from_dict = staticmethod(without)


def _message_cut() -> None:
    """An error's message is cut off at its first space."""
    around(
        module("lambda_service").ErrorObject,
        "from_exception",
        lambda original, error: _cut(original(error)),
    )


def _cut(error: Any) -> Any:
    return replace(error, message=error.message and error.message.split(" ")[0])


def _error_is_exception() -> None:
    """Every error goes to the service as Exception."""
    around(
        module("lambda_service").ErrorObject,
        "from_exception",
        lambda original, error: replace(original(error), type="Exception"),
    )


def _falsy_input_lost() -> None:
    """An input that is empty, zero or false is taken for none."""

    def read(original: Any, self: Any) -> Any:
        text = original(self)
        return text if text and json.loads(text) else None

    around(module("state").ExecutionState, "get_input_payload", read)


def _first_page_only() -> None:
    """Of the state an invocation reads what it was given, and no further page."""

    def fetch(original: Any, self: Any, operations: Any, token: str, marker: Any, *more: Any) -> Any:
        del marker
        return original(self, operations, token, None, *more)

    around(module("state").ExecutionState, "fetch_paginated_operations", fetch)


def _large_answer() -> None:
    """A result that is too large for the answer is answered all the same."""
    module("execution").LAMBDA_RESPONSE_SIZE_LIMIT *= 4


def _needless_checkpoint() -> None:
    """Each operation that a checkpoint tells of is followed by a checkpoint of nothing."""

    def checkpoint(original: Any, self: Any, operation_update: Any = None, *args: Any, **kwargs: Any) -> Any:
        original(self, operation_update, *args, **kwargs)
        if operation_update is not None and operation_update.operation_type.value != "EXECUTION":
            original(self, None)

    around(module("state").ExecutionState, "create_checkpoint", checkpoint)


FAULTS: dict[str, Callable[[], None]] = {
    "plain-json": _plain_json,
    "data-lost": _data_lost,
    "message-cut": _message_cut,
    "error-is-exception": _error_is_exception,
    "falsy-input-lost": _falsy_input_lost,
    "first-page-only": _first_page_only,
    "large-answer": _large_answer,
    "needless-checkpoint": _needless_checkpoint,
}
"""The faults by name."""
