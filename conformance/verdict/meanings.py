"""What an update means, whatever way its SDK spells it: what parity compares.

A member is undone only by what the SDK's dialect states, and only where the program says what stands there.
Nothing is lost by that: the dialect layer holds each SDK to its own spelling.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.scenario import statements as s
from conformance.scenario.enclosed import may_return
from conformance.vocabulary import BATCHES, SECONDS, Action, ErrorRole, SubType
from conformance.wire.payloads import STATUSES
from conformance.wire.positions import Role
from conformance.wire.values import ABSENT, same

if TYPE_CHECKING:
    from conformance.sdks.dialect import Dialect
    from conformance.verdict.case import Case
    from conformance.wire.identity import Candidate
    from conformance.wire.stream import Update

MEANT = ("n", "text", "what", "was", "is")
"""The texts within an SDK's own sentence that are part of what it means; the rest is how it says so."""

CAUSE = "Cause"

WRAPS = frozenset(
    {
        *(ErrorRole.STEP_FAILED, ErrorRole.CHILD_FAILED, ErrorRole.CONDITION_FAILED),
        *(ErrorRole.SUBMITTER_FAILED, ErrorRole.CONDITION_EXHAUSTED, ErrorRole.INVOKE_FAILED),
        *(ErrorRole.CALLBACK_FAILED, ErrorRole.CALLBACK_TIMED_OUT),
    }
)
"""What an SDK's own class says of an error that it has wrapped: a user's, or one that came from outside."""


@dataclass(frozen=True)
class ErrorMeaning:
    """An error as it is written, and what its type and its message say.

    `own` says that users' errors come back from operations as themselves.
    `roles` are those of an SDK's own class, `kind` is the type's bare name. `said` are the roles that its own
    sentence may stand for, with the texts in it; None for any other message. `rest` are further members.
    """

    written: Mapping[str, Any]
    kind: str | None
    roles: frozenset[ErrorRole]
    said: tuple[frozenset[ErrorRole], Mapping[str, str]] | None
    rest: Mapping[str, Any]
    own: bool = False

    def differences(self, other: ErrorMeaning) -> list[tuple[str, Any, Any]]:
        """Member, seen and wanted of whatever means something else in `other`, which is the reference's."""
        found: list[tuple[str, Any, Any]] = []
        for member, same_meaning in (("ErrorType", self._same_type), ("ErrorMessage", self._same_message)):
            if not same_meaning(other):
                found.append((member, self.written.get(member, ABSENT), other.written.get(member, ABSENT)))
        found += [
            (member, self.rest.get(member, ABSENT), other.rest.get(member, ABSENT))
            for member in sorted({*self.rest, *other.rest})
            if not same(self.rest.get(member, ABSENT), other.rest.get(member, ABSENT))
        ]
        return found

    def _same_type(self, other: ErrorMeaning) -> bool:
        if self.roles and other.roles:
            return bool(self.roles & other.roles)
        if self._is_wrapped_by(other) or other._is_wrapped_by(self):
            return True
        if self.kind is None or other.kind is None:
            return same(self.written.get("ErrorType", ABSENT), other.written.get("ErrorType", ABSENT))
        return not (self.roles or other.roles) and self.kind == other.kind

    def _is_wrapped_by(self, other: ErrorMeaning) -> bool:
        """Whether this is the user's own error, as it comes back, that the other is a wrapper of."""
        return self.own and not self.roles and bool(other.roles) and other.roles <= WRAPS

    def _same_message(self, other: ErrorMeaning) -> bool:
        if self.said is None or other.said is None:
            return same(self.written.get("ErrorMessage", ABSENT), other.written.get("ErrorMessage", ABSENT))
        (ours, words), (theirs, others) = self.said, other.said
        both = [word for word in MEANT if word in words and word in others]
        return bool(ours & theirs) and all(words[word] == others[word] for word in both)


def error(written: Mapping[str, Any], dialect: Dialect) -> ErrorMeaning:
    """What an error says, by its writer's dialect."""
    kind = written.get("ErrorType")
    name = bare(kind, dialect) if isinstance(kind, str) else None
    roles = dialect.roles.get(name, frozenset()) if name is not None else frozenset()
    message = written.get("ErrorMessage")
    said = dialect.said(message) if isinstance(message, str) else None
    left_out = {"ErrorType", "ErrorMessage", CAUSE} | (
        {"StackTrace", "ErrorData"} if dialect.error_members in ("all", "thrown") else set()
    )
    return ErrorMeaning(
        written=written,
        kind=name,
        roles=roles,
        said=None if said is None else (said.roles, said.words),
        rest={member: value for member, value in written.items() if member not in left_out},
        own=dialect.errors_caught == "own",
    )


def item_error(written: Mapping[str, Any], dialect: Dialect) -> ErrorMeaning:
    """What a failed item's error says: where causes are written below it, the innermost of them."""
    while dialect.batch_item_error == "cause-chain" and isinstance(cause := written.get(CAUSE), dict):
        written = cause
    return error(written, dialect)


def bare(kind: str, dialect: Dialect) -> str:
    """A type's name without its module, where the module is the one that the dialect puts before it."""
    module, _, name = kind.rpartition(".")
    return name if module and module in dialect.error_modules.values() else kind


@dataclass(frozen=True)
class Meaning:
    """An update's members free of spelling; its errors apart, that of a batch's failed item by its index."""

    fields: Mapping[str, Any]
    error: ErrorMeaning | None = None
    items: Mapping[int, ErrorMeaning] = field(default_factory=dict)


def of(case: Case, update: Update, *, strict: bool = False) -> Meaning:
    """What an update means; `strict` undoes nothing but what can't be compared at all."""
    place = case.stream.place(update)
    candidates = place.candidates if place else ()
    dialect = case.dialect
    known = {"ParentId": update.parent, "SubType": update.subtype, "Name": update.name}
    members = {name: value for name, value in known.items() if value is not None} | dict(update.fields)
    written = members.pop("Error", None)
    if not strict:
        members = _undone(case, update, candidates, members)
    items: dict[int, ErrorMeaning] = {}
    payload = members.get("Payload")
    if update.subtype in BATCHES and isinstance(payload, dict) and isinstance(payload.get("all"), list):
        members["Payload"] = {**payload, "all": [_without_error(item) for item in payload["all"]]}
        items = {
            number: item_error(item["error"], dialect)
            for number, item in enumerate(payload["all"])
            if isinstance(item, dict) and isinstance(item.get("error"), dict)
        }
    return Meaning(members, error(written, dialect) if isinstance(written, dict) else None, items)


def comparable(meaning: Meaning, update: Update, other: Dialect) -> Meaning:
    """What of an update another dialect can say, too: no more than that is compared.

    One that writes nothing for null does not tell it from nothing.
    Of batches, one that rebuilds every one from its branches writes their statuses alone, and one that lists
    unfinished items does not say which of them had begun.
    """
    payload = meaning.fields.get("Payload", ABSENT)
    if payload is None and other.null_written == "absent":
        return replace(meaning, fields={key: one for key, one in meaning.fields.items() if key != "Payload"})
    if update.subtype not in BATCHES or update.action != Action.SUCCEED or not isinstance(payload, dict):
        return meaning
    fields, items = dict(meaning.fields), meaning.items
    if other.unfinished and isinstance(payload.get("all"), list):
        payload = {**payload, "all": [each for each in payload["all"] if _status(each) != "STARTED"]}
    always = other.always_summed(update.subtype)
    if always and isinstance(payload.get("all"), list):
        statuses = [_status(each) for each in payload["all"]]
        payload, items = {STATUSES: statuses, "completionReason": payload.get("completionReason")}, {}
    if always:
        fields.pop("ContextOptions", None)
    return replace(meaning, fields={**fields, "Payload": payload}, items=items)


def _status(item: Any) -> Any:
    return item.get("status") if isinstance(item, dict) else None


def _without_error(item: Any) -> Any:
    """An item without its error, which is compared apart; that it has one stays."""
    return {**item, "error": True} if isinstance(item, dict) and isinstance(item.get("error"), dict) else item


def _undone(
    case: Case, update: Update, candidates: tuple[Candidate, ...], members: dict[str, Any]
) -> dict[str, Any]:
    dialect = case.dialect
    roles = {candidate.slot.role for candidate in candidates}
    if default_name(case, update, candidates) == (update.name or ""):
        members.pop("Name", None)
    if members.get("ContextOptions") == {"ReplayChildren": False} and dialect.context_options is not None:
        del members["ContextOptions"]
    if isinstance(options := members.get("CallbackOptions"), dict) and dialect.callback_timeouts is not None:
        members["CallbackOptions"] = {name: value for name, value in options.items() if value != 0}
        if not members["CallbackOptions"]:
            del members["CallbackOptions"]
    if update.action == Action.SUCCEED:
        if (roles == {Role.SUBMITTER} and dialect.submitter_result is not None) or (
            nothing_returned(case, update, candidates) and members.get("Payload", ABSENT) in (None, ABSENT)
        ):
            members.pop("Payload", None)
        elif update.subtype in BATCHES:
            members = _without_nothing(case, candidates, members)
        elif _reads_callback(update, candidates) and dialect.callback_result is not None:
            members.pop("Payload", None)
    if rounded(update, candidates) and dialect.backoff_rounding is not None:
        members = _without_delay(members)
    return members


def _without_nothing(
    case: Case, candidates: tuple[Candidate, ...], members: dict[str, Any]
) -> dict[str, Any]:
    """A batch result in which an item whose branch returned nothing has no result."""
    payload = members.get("Payload")
    if len(candidates) != 1 or not isinstance(payload, dict) or not isinstance(payload.get("all"), list):
        return members
    (batch,) = candidates
    items = [
        {key: value for key, value in item.items() if key != "result" or value is not None}
        if isinstance(item, dict) and (batch.at, (*batch.indexes, item.get("index"))) in case.returned_nothing
        else item
        for item in payload["all"]
    ]
    return {**members, "Payload": {**payload, "all": items}}


def nothing_returned(case: Case, update: Update, candidates: tuple[Candidate, ...]) -> bool:
    """Whether the body behind a SUCCEED returned nothing at all, as its harness told, or as it must.

    A callback brings text or nothing: where no serialiser reads it, null is nothing. How the block of a
    with_retry ended no harness tells; one without a `return` gives nothing. What could stand there too, as in
    another round of a with_retry, and never returned is not what wrote it.
    """
    if not candidates:
        return False
    if update.subtype == SubType.WAIT_FOR_CALLBACK:
        return all(
            isinstance(one.slot.statement, s.WaitForCallback) and one.slot.statement.serdes is None
            for one in candidates
        )
    retries = [one.slot.statement for one in candidates if isinstance(one.slot.statement, s.WithRetry)]
    ends = {(one.at, one.indexes) for one in candidates} & case.returned
    told = bool(retries or ends)
    return told and ends <= case.returned_nothing and not any(may_return(each.do) for each in retries)


def _reads_callback(update: Update, candidates: tuple[Candidate, ...]) -> bool:
    return update.subtype == SubType.WAIT_FOR_CALLBACK and any(
        isinstance(one.slot.statement, s.WaitForCallback) and one.slot.statement.serdes is not None
        for one in candidates
    )


def default_name(case: Case, update: Update, candidates: tuple[Candidate, ...]) -> str | None:
    """The name of the SDK's own choice that an update's operation has; None where the program chooses it.

    Empty where the SDK gives none.
    """
    if not candidates:
        return None
    roles = {candidate.slot.role for candidate in candidates}
    dialect = case.dialect
    if roles <= {Role.CALLBACK, Role.SUBMITTER} and len(roles) == 1:
        template = dialect.name_callback if Role.CALLBACK in roles else dialect.name_submitter
        if template is None:
            return None
        around = case.stream.operations.get(update.parent, ())
        return _named(template, around[0].name if around else None).strip()
    if roles == {Role.BRANCH} and not any(_names_branches(one) for one in candidates):
        kind = SubType.MAP if isinstance(candidates[0].slot.statement, s.Map) else SubType.PARALLEL
        template = dialect.name_branches.get(kind)
        index = candidates[0].indexes[-1]
        around = case.stream.operations.get(update.parent, ())
        template = template and _named(template, around[0].name if around else None)
        return template and template.replace("{index}", str(index)).replace("{number}", str(index + 1))
    return None


def _named(template: str, name: str | None) -> str:
    """A template with `{name}` filled in; `{name:text}` is the text where there is no name."""
    return _NAME.sub(lambda hit: name or hit[1] or "", template)


_NAME = re.compile(r"\{name(?::([^}]*))?\}")


def _names_branches(candidate: Candidate) -> bool:
    match candidate.slot.statement:
        case s.Map(item_name=name):
            return name is not s.ABSENT
        case s.Parallel(branches=branches):
            index = candidate.indexes[-1]
            return index >= len(branches) or branches[index].name is not s.ABSENT
        case _:
            return True


def rounded(update: Update, candidates: tuple[Candidate, ...]) -> bool:
    """Whether a delay comes from a back-off that is no whole number, which each SDK rounds in its own way.

    It is then held, exactly where nothing is left to chance, by the structure layer.
    """
    return bool(candidates) and all(_rounded(each, update.occurrence) for each in candidates)


def _rounded(candidate: Candidate, occurrence: int) -> bool:
    match candidate.slot.statement:
        case s.Step(retry=s.Retry(kind="exponential") as curve):
            attempt = occurrence
        case s.WaitForCallback(retry=s.Retry(kind="exponential") as curve):
            attempt = occurrence
        case s.WithRetry(retry=s.Retry(kind="exponential") as curve):
            attempt = candidate.slot.rounds[-1] if candidate.slot.rounds else 1
        case s.WaitForCondition(delays=(), backoff=s.Backoff() as curve):
            attempt = occurrence
        case _:
            return False
    return not _whole(curve, attempt)


def _whole(curve: s.Retry | s.Backoff, attempt: int) -> bool:
    """Whether a back-off is known to be a whole number of seconds."""
    initial, most = _seconds(curve.initial), _seconds(curve.max)
    if initial is None or (curve.max is not None and most is None):
        return False
    delay = initial * (2 if curve.rate is None else curve.rate) ** (attempt - 1)
    return float(delay if most is None else min(delay, most)).is_integer()


def _seconds(duration: s.Duration | None) -> float | None:
    if duration is None or isinstance(duration.amount, bool) or not isinstance(duration.amount, int | float):
        return None
    return float(duration.amount * SECONDS[duration.unit])


def _without_delay(members: dict[str, Any]) -> dict[str, Any]:
    for options, name in (("StepOptions", "NextAttemptDelaySeconds"), ("WaitOptions", "WaitSeconds")):
        given = members.get(options)
        if isinstance(given, dict) and isinstance(given.get(name), int):
            members = {**members, options: {key: value for key, value in given.items() if key != name}}
    return members
