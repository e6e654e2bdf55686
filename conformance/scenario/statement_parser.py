"""Statements, from their words in a document.

One function a statement, each given the statement's place (`at`) and its mapping. The documents were admitted
before, so nothing is checked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Callable

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


def _name(given: dict[str, Any]) -> Any:
    return given.get("name", ABSENT)


def _step(at: str, document: dict[str, Any]) -> Step:
    given = document["step"]
    return Step(
        at=at,
        name=_name(given),
        bind=given.get("as"),
        bodies=bodies(at, given),
        retry=parts.retry_or_none(given),
        semantics=given.get("semantics"),
        serdes=parts.serdes(given),
    )


def _wait(at: str, document: dict[str, Any]) -> Wait:
    given = document["wait"]
    [length] = [{unit: given[unit]} for unit in parts.UNITS if unit in given]
    return Wait(at=at, name=_name(given), duration=parts.duration(length))


def _child(at: str, document: dict[str, Any]) -> Child:
    given = document["child"]
    return Child(
        at=at,
        name=_name(given),
        bind=given.get("as"),
        do=statements(f"{at}/do", given["do"]),
        virtual=given.get("virtual", ABSENT),
        sub_type=given.get("sub_type"),
        serdes=parts.serdes(given),
        summary=given.get("summary", ABSENT),
    )


def _map(at: str, document: dict[str, Any]) -> Map:
    given = document["map"]
    return Map(
        at=at,
        name=_name(given),
        bind=given.get("as"),
        items=given["items"],
        do=statements(f"{at}/do", given["do"]),
        nesting=given.get("nesting", ABSENT),
        max_concurrency=given.get("max_concurrency", ABSENT),
        completion=parts.completion(given),
        complete_when=parts.complete_when(given),
        item_name=given.get("item_name", ABSENT),
        serdes=parts.serdes(given),
        item_serdes=parts.serdes(given, "item_serdes"),
        summary=given.get("summary", ABSENT),
    )


def _branch(at: str, document: Any) -> Branch:
    if isinstance(document, list):
        return Branch(statements(at, document))
    return Branch(statements(at, document["do"]), _name(document))


def _parallel(at: str, document: dict[str, Any]) -> Parallel:
    given = document["parallel"]
    return Parallel(
        at=at,
        name=_name(given),
        bind=given.get("as"),
        branches=tuple(
            _branch(f"{at}/branches/{index}", branch) for index, branch in enumerate(given["branches"])
        ),
        nesting=given.get("nesting", ABSENT),
        max_concurrency=given.get("max_concurrency", ABSENT),
        completion=parts.completion(given),
        complete_when=parts.complete_when(given),
        serdes=parts.serdes(given),
        item_serdes=parts.serdes(given, "item_serdes"),
        summary=given.get("summary", ABSENT),
    )


def _callback(at: str, document: dict[str, Any]) -> Callback:
    given = document["callback"]
    return Callback(
        at=at,
        name=_name(given),
        bind=given.get("as"),
        timeout=parts.duration_or_none(given, "timeout"),
        heartbeat_timeout=parts.duration_or_none(given, "heartbeat_timeout"),
        serdes=parts.serdes(given),
    )


def _await(at: str, document: dict[str, Any]) -> Await:
    given = document["await"]
    return Await(at=at, callback=given["callback"], bind=given.get("as"))


def _wait_for_callback(at: str, document: dict[str, Any]) -> WaitForCallback:
    given = document["wait_for_callback"]
    return WaitForCallback(
        at=at,
        name=_name(given),
        bind=given.get("as"),
        submitter=bodies(at, given["submitter"], "/submitter"),
        timeout=parts.duration_or_none(given, "timeout"),
        heartbeat_timeout=parts.duration_or_none(given, "heartbeat_timeout"),
        serdes=parts.serdes(given),
        retry=parts.retry_or_none(given),
    )


def _wait_for_condition(at: str, document: dict[str, Any]) -> WaitForCondition:
    given = document["wait_for_condition"]
    delays = [given["delay"]] if "delay" in given else given.get("delays", [])
    return WaitForCondition(
        at=at,
        name=_name(given),
        bind=given.get("as"),
        initial=given.get("initial", ABSENT),
        check=bodies(at, given["check"], "/check"),
        until=given["until"],
        delays=parts.durations(delays),
        backoff=parts.backoff(given),
        serdes=parts.serdes(given),
    )


def _invoke(at: str, document: dict[str, Any]) -> Invoke:
    given = document["invoke"]
    return Invoke(
        at=at,
        name=_name(given),
        bind=given.get("as"),
        function=given["function"],
        payload=given.get("payload", ABSENT),
        tenant=given.get("tenant", ABSENT),
        payload_serdes=parts.serdes(given, "payload_serdes"),
        result_serdes=parts.serdes(given, "result_serdes"),
    )


def _with_retry(at: str, document: dict[str, Any]) -> WithRetry:
    given = document["with_retry"]
    return WithRetry(
        at=at,
        name=_name(given),
        bind=given.get("as"),
        do=statements(f"{at}/do", given["do"]),
        retry=parts.retry(given["retry"]),
        wrap=given.get("wrap", ABSENT),
        virtual=given.get("virtual", ABSENT),
    )


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


PARSERS: dict[str, Callable[[str, dict[str, Any]], Statement]] = {
    "step": _step,
    "wait": _wait,
    "child": _child,
    "map": _map,
    "parallel": _parallel,
    "callback": _callback,
    "await": _await,
    "wait_for_callback": _wait_for_callback,
    "wait_for_condition": _wait_for_condition,
    "invoke": _invoke,
    "with_retry": _with_retry,
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
