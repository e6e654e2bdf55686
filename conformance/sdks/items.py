"""What a dialect may say: for each item, the values that it can have, and what it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from conformance.sdks.dialect import BatchForm, BatchSummary
from conformance.vocabulary import ErrorRole, SubType


@dataclass(frozen=True)
class Kind:
    """One item: `about` in a sentence; `read` gives its value, or raises ValueError with what is wrong."""

    about: str
    read: Callable[[Any], Any]


def _one_of(*values: str | int) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value not in values or isinstance(value, bool):
            raise ValueError(f"{value!r} is none of {', '.join(map(str, values))}")
        return value

    return read


def _template(value: Any) -> str:
    if not isinstance(value, str):
        message = f"{value!r} is no text; an empty one says that there is no name"
        raise ValueError(message)  # noqa: TRY004 - whatever is wrong with a value is one kind of error
    return value


def _words(*keys: str) -> Callable[[Any], Mapping[str, str]]:
    def read(value: Any) -> Mapping[str, str]:
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise ValueError(f"{value!r} is no mapping to texts")
        if unknown := [str(key) for key in value if key not in keys]:
            raise ValueError(f"unknown: {', '.join(unknown)}; known are {', '.join(keys)}")
        return {str(key): text for key, text in value.items()}

    return read


def _messages(value: Any) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no mapping from roles to sentences")  # noqa: TRY004 - as above
    given = {str(role): tuple(said) if isinstance(said, list) else (said,) for role, said in value.items()}
    if unknown := [role for role in given if role not in _ROLES]:
        raise ValueError(f"unknown: {', '.join(unknown)}; known are {', '.join(_ROLES)}")
    if not all(isinstance(each, str) and each for said in given.values() for each in said):
        raise ValueError("a sentence is text")
    return given


def _batch_form(value: Any) -> BatchForm:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no mapping of members")  # noqa: TRY004 - as above
    known = {each.name for each in fields(BatchForm)}
    if unknown := [str(key) for key in value if key not in known]:
        raise ValueError(f"unknown: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    form = BatchForm(**value)
    members = (form.index, form.status, form.result, form.error)
    if len({*members}) < len(members) or form.items == form.reason:
        raise ValueError("it fits no payload: two parts stand in one member")
    if not all(isinstance(each, str) and each for each in (*members[1:], form.items, form.reason)):
        raise ValueError("it fits no payload: a member has no name")
    if form.absent not in ("null", "omitted") or not isinstance(form.encoded, bool):
        raise ValueError("absent is null or omitted, encoded true or false")
    if not isinstance(form.flat, Mapping) or not isinstance(form.besides, list | tuple):
        raise ValueError("flat is a mapping, besides a list")  # noqa: TRY004 - as above
    return form


def _batch_summaries(value: Any) -> Mapping[str, BatchSummary]:
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise ValueError(f"{value!r} is no mapping from {SubType.MAP} and {SubType.PARALLEL} to members")
    if unknown := [str(key) for key in value if key not in (SubType.MAP, SubType.PARALLEL)]:
        raise ValueError(f"unknown: {', '.join(unknown)}; known are {SubType.MAP}, {SubType.PARALLEL}")
    try:
        forms = {str(key): BatchSummary(**members) for key, members in value.items()}
    except TypeError as error:
        raise ValueError(f"it fits no summary: {error}") from error
    if not all(form.items and form.reason and isinstance(form.always, bool) for form in forms.values()):
        raise ValueError("it fits no summary: a member has no name, or always is neither true nor false")
    return forms


_ROLES = tuple(role.value for role in ErrorRole)

KINDS: Mapping[str, Kind] = {
    "ids-hash": Kind(
        "the hash that makes an operation's id of its position, and how many hex digits of it are kept",
        _one_of("blake2b-64", "md5-16", "sha256-64"),
    ),
    "ids-prefix": Kind(
        "what stands before an operation's number as it is hashed: the position of its context in plain, or"
        " that context's id",
        _one_of("position", "id"),
    ),
    "ids-branch-base": Kind("the number of the first branch of a map or parallel in ids", _one_of(0, 1)),
    "ids-branch-counter": Kind(
        "whose numbers branches take: the batch's own, or those of the context that the batch stands in",
        _one_of("own", "enclosing"),
    ),
    "value-form": Kind(
        "how a value is written: as JSON, or objects and lists that hold one in an envelope that names types",
        _one_of("json", "typed-envelope"),
    ),
    "batch-form": Kind("where a batch result has its parts", _batch_form),
    "batch-item-error": Kind(
        "how a failed item's error is written: as it escaped the branch, or with the errors around it, each"
        " with the next as its Cause",
        _one_of("escaping", "cause-chain"),
    ),
    "batch-completion": Kind(
        "what a batch without completion rules tolerates: no failed branch, or all of them",
        _one_of("none", "all"),
    ),
    "batch-summaries": Kind(
        "what stands for a batch result that is rebuilt from its branches, and whether every one is",
        _batch_summaries,
    ),
    "nothing-returned": Kind(
        "what is written where a body returns nothing: `null`, or no payload", _one_of("null", "absent")
    ),
    "null-written": Kind(
        "what is written for a value that is null: `null`, or nothing", _one_of("null", "absent")
    ),
    "error-types": Kind(
        "whether an ErrorType has its class's module before it", _one_of("bare", "qualified")
    ),
    "error-modules": Kind("the modules of the SDK's own classes and of users'", _words("sdk", "user")),
    "error-classes": Kind("the SDK's own class for each role", _words(*_ROLES)),
    "error-messages": Kind(
        "the SDK's own sentences for each role; `{path}` is the operation, any other `{word}` a text",
        _messages,
    ),
    "error-members": Kind(
        "what an error has beside type and message: nothing that the user did not give, or stack trace and"
        " data: always, or where it was thrown by the user and not made by the SDK",
        _one_of("given", "all", "thrown"),
    ),
    "errors-caught": Kind(
        "as what a user's error comes back from an operation: wrapped in a class of the SDK's, or as its own",
        _one_of("wrapped", "own"),
    ),
    "answer-members": Kind(
        "whether an invocation's answer has members that say nothing: they are left out, or null",
        _one_of("given", "all"),
    ),
    "error-text": Kind(
        "whether a message has its error's type, and what is around that error, before it",
        _one_of("plain", "typed"),
    ),
    "name-callback": Kind("the name of the callback in a wait_for_callback; `{name}` is its own", _template),
    "name-submitter": Kind("the name of its submitter", _template),
    "name-branches": Kind(
        "the names of branches that have none; `{index}` counts from 0, `{number}` from 1, `{name}` is their"
        " batch's, and `{name:text}` is the text where that has none",
        _words(SubType.MAP, SubType.PARALLEL),
    ),
    "context-options": Kind(
        "whether ContextOptions come with every SUCCEED of a context or only where ReplayChildren is true",
        _one_of("always", "when-true"),
    ),
    "callback-timeouts": Kind(
        "whether a callback's timeouts that were not given are written as 0 or left out",
        _one_of("zero", "given"),
    ),
    "backoff-rounding": Kind("how a back-off becomes whole seconds", _one_of("up", "nearest")),
    "submitter-result": Kind(
        "whether what a submitter returns is written, which nobody reads", _one_of("kept", "dropped")
    ),
    "callback-result": Kind(
        "how a wait_for_callback writes its result: the value, or the text that the callback brought",
        _one_of("value", "text"),
    ),
    "with-retry-subtype": Kind("the SubType of the context that a with_retry runs in", _template),
    "batch-serdes": Kind(
        "what a batch's own serialiser writes where its items have none: the batch's result alone, or its"
        " items' results as well",
        _one_of("batch", "items"),
    ),
    "attempt-numbers": Kind(
        "whether the bodies of steps and checks are told which attempt it is", _one_of("told", "untold")
    ),
    "callback-text": Kind(
        "what a handler gets of a callback that has no serialiser: its text, or the JSON value in it",
        _one_of("text", "json"),
    ),
}
"""All items, as records name them."""
