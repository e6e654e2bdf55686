"""Parts that statements share, from their words in a document: durations, errors, retries, serialisers."""

from __future__ import annotations

from typing import Any

from conformance.scenario.statements import (
    ABSENT,
    After,
    Backoff,
    CompleteWhen,
    Completion,
    Duration,
    Log,
    Raises,
    Retry,
    Serdes,
)
from conformance.vocabulary import SECONDS

UNITS = tuple(SECONDS)
RETRY_WORDS = {"none": "none", "default": "default", "linear": "linear-preset"}


def duration(document: Any) -> Duration:
    """`5` and `{minutes: 2}`: a number or an expression alone means seconds."""
    if isinstance(document, dict) and len(document) == 1:
        [(unit, amount)] = document.items()
        if unit in UNITS:
            return Duration(unit, amount)
    return Duration("seconds", document)


def duration_or_none(document: dict[str, Any], key: str) -> Duration | None:
    """The duration under `key`, if there is one."""
    return duration(document[key]) if key in document else None


def durations(document: list[Any]) -> tuple[Duration, ...]:
    """A list of delays."""
    return tuple(duration(item) for item in document)


def raises(document: dict[str, Any]) -> Raises:
    """`{type, message, cause, retryable}`; the message is empty when none is given."""
    return Raises(
        document["type"],
        document.get("message", ""),
        document.get("cause", ABSENT),
        document.get("retryable", ABSENT),
    )


def after(document: Any) -> After:
    """`after: NAME`, or `{op, is, attempt}`."""
    if isinstance(document, str):
        return After(document)
    return After(document["op"], document.get("is", "ended"), document.get("attempt"))


def log(at: str, document: dict[str, Any]) -> Log:
    """A log line, of a body or as a statement."""
    return Log(at, document["message"], document.get("level", "info"), document.get("replay"))


def retry(document: Any) -> Retry:
    """A strategy by name, or a mapping with its kind as the only key."""
    if isinstance(document, str):
        return Retry(RETRY_WORDS[document])
    [(kind, given)] = document.items()
    if kind == "delays":
        return Retry(kind, delays=durations(given))
    return Retry(
        kind,
        attempts=given.get("attempts"),
        initial=duration_or_none(given, "initial"),
        max=duration_or_none(given, "max"),
        increment=duration_or_none(given, "increment"),
        rate=given.get("rate"),
        jitter=given.get("jitter"),
        errors=tuple(given["errors"]) if "errors" in given else None,
        types=tuple(given["types"]) if "types" in given else None,
        delay=duration_or_none(given, "delay"),
    )


def retry_or_none(document: dict[str, Any]) -> Retry | None:
    """The strategy under `retry`, if there is one: none given is the SDK's own default."""
    return retry(document["retry"]) if "retry" in document else None


def serdes(document: dict[str, Any], key: str = "serdes") -> Serdes | None:
    """The serialiser under `key`, if there is one."""
    given = document.get(key)
    if given is None:
        return None
    if isinstance(given, str):
        return Serdes(given)
    [(name, argument)] = given.items()
    return Serdes(name, argument)


def completion(document: dict[str, Any]) -> Completion | None:
    """The completion config; an empty one is not the same as none."""
    if "completion" not in document:
        return None
    given = document["completion"]
    return Completion(
        given.get("min_successful", ABSENT),
        given.get("tolerated_failure_count", ABSENT),
        given.get("tolerated_failure_percentage", ABSENT),
    )


def complete_when(document: dict[str, Any]) -> CompleteWhen | None:
    """The `should_complete` hook."""
    given = document.get("complete_when")
    return None if given is None else CompleteWhen(given["when"], given.get("outcome", "SUCCEEDED"))


def backoff(document: dict[str, Any]) -> Backoff | None:
    """The SDK's own wait strategy."""
    given = document.get("backoff")
    if given is None:
        return None
    return Backoff(
        attempts=given.get("attempts"),
        initial=duration_or_none(given, "initial"),
        max=duration_or_none(given, "max"),
        rate=given.get("rate"),
        jitter=given.get("jitter"),
    )
