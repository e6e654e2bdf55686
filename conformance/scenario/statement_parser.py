"""Statements, from their words in a document.

An operation's fields are read by the types that `statements` gives them, each under its own name; only `bind`
is called `as`. The documents were admitted before, so nothing is checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from functools import partial
from typing import Any

from conformance.scenario import parts
from conformance.scenario.statements import (
    ABSENT,
    Await,
    Body,
    Branch,
    Callback,
    Child,
    If,
    Invoke,
    Let,
    Log,
    Map,
    Note,
    OnRoot,
    Parallel,
    Raise,
    Return,
    Statement,
    Step,
    ThrowIfError,
    Try,
    Wait,
    WaitForCallback,
    WaitForCondition,
    WithRetry,
)

QUIET = "quiet"


def statements(at: str, document: list[dict[str, Any]]) -> tuple[Statement, ...]:
    """A list of statements, each at its index below `at`."""
    return tuple(statement(f"{at}/{index}", item) for index, item in enumerate(document))


def statement(at: str, document: dict[str, Any]) -> Statement:
    """One statement: its word is the key that is one, since `catch`, `then` and `else` only accompany."""
    word = next(key for key in document if key in PARSERS)
    return PARSERS[word](at, document)


def body(at: str, document: dict[str, Any], path: str) -> Body:
    """One run of a body of the statement at `at`; its own statements are below `path`."""
    crashes = document.get("crashes")
    return Body(
        returns=document.get("returns", ABSENT),
        raises=parts.raises(document["raises"]) if "raises" in document else None,
        crashes=(QUIET if crashes is True else crashes["after"]) if crashes else None,
        do=statements(f"{path}/do", document["do"]) if "do" in document else None,
        after=parts.after(document["after"]) if "after" in document else None,
        logs=tuple(parts.log(at, line) for line in document.get("logs", ())),
    )


def bodies(at: str, document: dict[str, Any], below: str = "") -> tuple[Body, ...]:
    """The bodies of `attempts:`, or the one that is written without it; `below` is where they are in `at`."""
    if "attempts" not in document:
        return (body(at, document, at + below),)
    return tuple(
        body(at, item, f"{at}{below}/attempts/{index}") for index, item in enumerate(document["attempts"])
    )


def _operation(kind: type[Statement], word: str, at: str, document: dict[str, Any]) -> Statement:
    """A statement that puts operations on the wire: every field of its type, from the mapping at its word."""
    given = document[word]
    read = {item.name: _field(item, at, given) for item in fields(kind) if item.name != "at"}
    return kind(at=at, **read)


def _field(item: Field[Any], at: str, given: dict[str, Any]) -> Any:
    if item.name in _NAMED:
        return _NAMED[item.name](at, given)
    key = "as" if item.name == "bind" else item.name
    return _TYPED[str(item.type)](given, key)


def _polls(_at: str, given: dict[str, Any]) -> Any:
    return parts.durations([given["delay"]] if "delay" in given else given.get("delays", []))


def _length(_at: str, given: dict[str, Any]) -> Any:
    [length] = [{unit: given[unit]} for unit in parts.UNITS if unit in given]
    return parts.duration(length)


def _branches(at: str, given: dict[str, Any]) -> tuple[Branch, ...]:
    return tuple(_branch(f"{at}/branches/{index}", branch) for index, branch in enumerate(given["branches"]))


def _branch(at: str, document: Any) -> Branch:
    if isinstance(document, list):
        return Branch(statements(at, document))
    return Branch(statements(at, document["do"]), document.get("name", ABSENT))


_NAMED: Mapping[str, Callable[[str, dict[str, Any]], Any]] = {
    "do": lambda at, given: statements(f"{at}/do", given["do"]),
    "bodies": bodies,
    "check": lambda at, given: bodies(at, given["check"], "/check"),
    "submitter": lambda at, given: bodies(at, given["submitter"], "/submitter"),
    "branches": _branches,
    "delays": _polls,
    "duration": _length,
}
"""Fields that hold statements or bodies, which have places, or that are written in several ways."""

_TYPED: Mapping[str, Callable[[dict[str, Any], str], Any]] = {
    "Expr": lambda given, key: given[key],
    "Optional": lambda given, key: given.get(key, ABSENT),
    "str": lambda given, key: given[key],
    "str | None": lambda given, key: given.get(key),
    "Duration | None": parts.duration_or_none,
    "Retry": lambda given, key: parts.retry(given[key]),
    "Retry | None": lambda given, _: parts.retry_or_none(given),
    "Serdes | None": parts.serdes,
    "Completion | None": lambda given, _: parts.completion(given),
    "CompleteWhen | None": lambda given, _: parts.complete_when(given),
    "Backoff | None": lambda given, _: parts.backoff(given),
}
"""All other fields, by their types as `statements` has them."""


def _return(at: str, document: dict[str, Any]) -> Return:
    return Return(at=at, value=document["return"])


def _raise(at: str, document: dict[str, Any]) -> Raise:
    given = document["raise"]
    if isinstance(given, str):
        return Raise(at=at, again=given)
    return Raise(at=at, error=parts.raises(given))


def _try(at: str, document: dict[str, Any]) -> Try:
    return Try(
        at=at,
        do=statements(f"{at}/try", document["try"]),
        catch=statements(f"{at}/catch", document["catch"]),
    )


def _on_root(at: str, document: dict[str, Any]) -> OnRoot:
    return OnRoot(at=at, do=statements(f"{at}/on_root", document["on_root"]))


def _if(at: str, document: dict[str, Any]) -> If:
    return If(
        at=at,
        condition=document["if"],
        then=statements(f"{at}/then", document["then"]),
        otherwise=statements(f"{at}/else", document.get("else", [])),
    )


def _let(at: str, document: dict[str, Any]) -> Let:
    return Let(at=at, values=tuple(document["let"].items()))


def _log(at: str, document: dict[str, Any]) -> Log:
    return parts.log(at, document["log"])


def _note(at: str, document: dict[str, Any]) -> Note:
    return Note(at=at, value=document["note"])


def _throw_if_error(at: str, document: dict[str, Any]) -> ThrowIfError:
    return ThrowIfError(at=at, batch=document["throw_if_error"])


OPERATIONS: Mapping[str, type[Statement]] = {
    "step": Step,
    "wait": Wait,
    "child": Child,
    "map": Map,
    "parallel": Parallel,
    "callback": Callback,
    "await": Await,
    "wait_for_callback": WaitForCallback,
    "wait_for_condition": WaitForCondition,
    "invoke": Invoke,
    "with_retry": WithRetry,
}

"""The statements that put operations on the wire, or wait for one, by their words."""

PARSERS: Mapping[str, Callable[[str, dict[str, Any]], Statement]] = {
    **{word: partial(_operation, kind, word) for word, kind in OPERATIONS.items()},
    "return": _return,
    "raise": _raise,
    "try": _try,
    "on_root": _on_root,
    "if": _if,
    "let": _let,
    "log": _log,
    "note": _note,
    "throw_if_error": _throw_if_error,
}
"""A statement's word in a document, and what makes the statement of it."""
