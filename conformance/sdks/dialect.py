"""A dialect: how one version of an SDK spells what the protocol leaves open.

An SDK is held to its dialect, which is then undone, so that what is compared are meanings. An item is never a
ParentId, never whether an update is there, never a value. An item that is None is not stated: nothing is held
to it, and what it would undo stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

from conformance.vocabulary import ErrorRole

NOTHING: Mapping[str, Any] = MappingProxyType({})

Words: TypeAlias = Mapping[str, str]


class SdkError(str):
    """The bare name of one of an SDK's own error classes: a text, like a user's type, that knows its role."""

    __slots__ = ("role",)
    role: ErrorRole

    @classmethod
    def of(cls, role: ErrorRole, name: str) -> SdkError:
        """The class that stands for a role."""
        made = cls(name)
        made.role = role
        return made


@dataclass(frozen=True)
class BatchForm:
    """Where a batch result has its parts, as members of the JSON object that it is.

    `items` is the member that lists the items; the others are members of an item, `reason` of the whole.
    `absent` says how an item's missing result or error is written: `null`, or left out (`omitted`).
    `encoded` says that an item's result is JSON text within the JSON. An empty `index` says that items stand
    at their index. `unfinished` is the status of every item that had not ended, begun or not, and empty where
    only items are listed that had begun. `kind`, `message` and `trace` are members of an item's error.
    `flat` are members of an item that stand for those of its error, by the error's names for them; `besides`
    are members that say nothing of it.
    """

    items: str = "all"
    index: str = "index"
    status: str = "status"
    result: str = "result"
    error: str = "error"
    reason: str = "completionReason"
    absent: str = "omitted"
    encoded: bool = False
    unfinished: str = ""
    kind: str = "ErrorType"
    message: str = "ErrorMessage"
    trace: str = "StackTrace"
    flat: Mapping[str, str] = field(default_factory=dict)
    besides: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchSummary:
    """What stands for a batch result that is to be rebuilt from the branches: where it has their statuses.

    `items` is the member that lists the items, in which `status` is a member (empty: they are their
    statuses), `reason` of the whole. `always` says that such a batch's result is never written whole.
    """

    items: str
    reason: str
    status: str = ""
    always: bool = False


@dataclass(frozen=True)
class Said:
    """What a sentence of an SDK's says: the roles that it may stand for, and the texts in it by name."""

    roles: frozenset[ErrorRole]
    words: Words


@dataclass(frozen=True)
class Dialect:
    """All items, for one version. `items.py` tells what each one is."""

    ids_hash: str | None = None
    ids_prefix: str | None = None
    ids_branch_base: int | None = None
    ids_branch_counter: str | None = None
    value_form: str | None = None
    batch_form: BatchForm | None = None
    batch_item_error: str | None = None
    batch_completion: str | None = None
    batch_summaries: Mapping[str, BatchSummary] = field(default_factory=dict)
    nothing_returned: str | None = None
    error_types: str | None = None
    error_modules: Words = field(default_factory=dict)
    error_classes: Words = field(default_factory=dict)
    error_messages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    error_members: str | None = None
    null_written: str | None = None
    errors_caught: str | None = None
    answer_members: str | None = None
    error_text: str | None = None
    name_callback: str | None = None
    name_submitter: str | None = None
    name_branches: Words = field(default_factory=dict)
    context_options: str | None = None
    callback_timeouts: str | None = None
    backoff_rounding: str | None = None
    submitter_result: str | None = None
    callback_result: str | None = None
    callback_text: str | None = None
    with_retry_subtype: str | None = None
    batch_serdes: str | None = None
    attempt_numbers: str | None = None

    def always_summed(self, subtype: str | None) -> bool:
        """Whether a batch of that kind is always rebuilt from its branches."""
        form = self.batch_summaries.get(subtype or "")
        return form is not None and form.always

    @property
    def unfinished(self) -> str:
        """How a batch calls all items that had not ended; empty where it lists only those that had begun."""
        return self.batch_form.unfinished if self.batch_form else ""

    def error(self, role: ErrorRole) -> SdkError | None:
        """The class that stands for a role; None where the record does not say."""
        name = self.error_classes.get(role)
        return None if name is None else SdkError.of(role, name)

    @cached_property
    def roles(self) -> Mapping[str, frozenset[ErrorRole]]:
        """What each of the SDK's own classes may say has happened."""
        found: dict[str, frozenset[ErrorRole]] = {}
        for role, name in self.error_classes.items():
            found[name] = found.get(name, frozenset()) | {ErrorRole(role)}
        return found

    def plain_error(self, error: Mapping[str, Any]) -> dict[str, Any]:
        """An error with its message in plain: without its type, and the frames of its chain, before it."""
        kind, message = error.get("ErrorType"), error.get("ErrorMessage")
        if self.error_text != "typed" or not isinstance(kind, str) or not isinstance(message, str):
            return {**error}
        found = re.match(rf"(?:.*?: )?{re.escape(kind)}: ", message, re.DOTALL)
        return {**error, "ErrorMessage": message[found.end() :] if found else message}

    @cached_property
    def _messages(self) -> tuple[tuple[ErrorRole, re.Pattern[str]], ...]:
        return tuple(
            (ErrorRole(role), pattern(template))
            for role, templates in self.error_messages.items()
            for template in templates
        )

    def said(self, message: str) -> Said | None:
        """What one of the SDK's own sentences says; None for other text."""
        hits = [(role, hit) for role, form in self._messages if (hit := form.fullmatch(message))]
        if not hits:
            return None
        return Said(frozenset(role for role, _ in hits), hits[0][1].groupdict())


PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
"""What stands for a text in a template: `{path}` an operation, `{name}` its name, any other word a text."""


def pattern(template: str) -> re.Pattern[str]:
    """What matches the texts that a template stands for, each placeholder a group of its name."""
    parts: list[str] = []
    named: set[str] = set()
    for index, part in enumerate(PLACEHOLDER.split(template)):
        if index % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in named else f"(?P<{part}>.*?)")
            named.add(part)
    return re.compile("".join(parts), re.DOTALL)


def filled(template: str, words: Mapping[str, str]) -> str:
    """A template with texts in place of its placeholders."""
    return PLACEHOLDER.sub(lambda hit: words.get(hit[1], hit[0]), template)


ITEMS = tuple(each.name for each in fields(Dialect))
"""The names of all items, as records have them with hyphens."""

UNSTATED = Dialect()
"""The dialect of an SDK that has no record."""
