"""The dialect layer: every subject is held to the way in which its own SDK spells, by its record.

A wrong spelling is a finding about that SDK: it has changed, or its record is wrong. What a record does not
state is not held. Nothing here is about a ParentId, about whether an update is there, or about a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from conformance.oracle.values import is_non_json
from conformance.scenario import enclosed
from conformance.scenario import statements as s
from conformance.sdks.dialect import filled
from conformance.verdict import meanings
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.vocabulary import BATCHES, Action, ErrorRole, OperationType
from conformance.wire import payloads
from conformance.wire.positions import Role
from conformance.wire.program import statements_within
from conformance.wire.values import ABSENT, brief

if TYPE_CHECKING:
    from conformance.scenario.model import Scenario
    from conformance.verdict.case import Case
    from conformance.wire.identity import Candidate
    from conformance.wire.stream import Update


def check(case: Case) -> Iterator[Finding]:
    """Hold every update, every answer, and the execution's own error, to the SDK's record."""
    yield from _numbering(case)
    yield from _answers(case)
    types = user_types(case.scenario)
    for update in case.stream.all:
        place = case.stream.place(update)
        candidates = place.candidates if place else ()
        for rule in RULES:
            yield from rule(case, update, candidates)
        for where, error in _errors(update):
            yield from _type(case, f"{update.label}.{where}", error, types)
    if case.execution is not None and case.execution.error is not None and _own_error(case):
        yield from _type(case, "output.Error", case.execution.error, types)


def _numbering(case: Case) -> Iterator[Finding]:
    """Branches are numbered in ids from where the SDK numbers them."""
    wanted = case.dialect.ids_branch_base
    for identity in case.stream.identities.values():
        if wanted is not None and identity.based and identity.base != wanted:
            message = (
                f"branches are numbered from {identity.base} in operation ids, by this SDK from {wanted}"
            )
            yield _finding("branch-base", "ids.branches", identity.base, wanted, message)


def _answers(case: Case) -> Iterator[Finding]:
    """An answer has all members, null where they say nothing, by an SDK that writes them so.

    That others write none, the schema layer holds.
    """
    if case.dialect.answer_members != "all":
        return
    for number, invocation in case.invocations.items():
        answer = case.answers[number]
        if not case.durable(invocation.execution) or not isinstance(answer, dict) or "Status" not in answer:
            continue
        for member in sorted({"Result", "Error"} - answer.keys()):
            where = f"invocation {number}:output.{member}"
            message = f"{where} is left out; this SDK writes null where it has nothing to say"
            yield _finding("answer-members", where, ABSENT, None, message)


def _form(case: Case, update: Update, candidates: tuple[Candidate, ...]) -> Iterator[Finding]:
    """A payload that no serialiser of the program's own wrote is in the SDK's form."""
    batch = update.subtype in BATCHES
    if update.form is None or (update.type, update.action) not in _WRITES or not candidates:
        return
    if update.form is payloads.Form.TEXT or any(map(_says_no_json, candidates)):
        return  # a value that JSON can't say: that what is written is no JSON, another rule says
    if any(map(_serialised, candidates)) or _replays_children(update):
        return  # what stands for a result that is too large is a text, perhaps of the program's own
    wanted = payloads.wanted(update.fields["Payload"], case.dialect, batch=batch)
    if wanted is not None and update.form is not wanted:
        message = f"the Payload of {update.label} is written as {update.form}; this SDK writes {wanted}"
        yield _finding("payload-form", f"{update.label}.Payload", update.form.value, wanted.value, message)


_WRITES = frozenset(
    {
        (OperationType.STEP, Action.SUCCEED),
        (OperationType.STEP, Action.RETRY),
        (OperationType.CONTEXT, Action.SUCCEED),
    }
)
"""The updates whose payload the SDK's own serialiser writes where the program has none."""


def _serialised(candidate: Candidate) -> bool:
    """Whether a serialiser of the program's own may write what stands there; a callback's brings text."""
    statement = candidate.slot.statement
    own = [getattr(statement, name, None) for name in ("serdes", "item_serdes", "summary")]
    return any(each is not None and each is not s.ABSENT for each in own)


def _says_no_json(candidate: Candidate) -> bool:
    """Whether a body there gives a value that JSON can't say."""
    return any(is_non_json(body.returns) for body in enclosed.bodies(candidate.slot.statement))


def _batch(case: Case, update: Update, candidates: tuple[Candidate, ...]) -> Iterator[Finding]:
    """The items of a batch result have what they lack written, and their errors told, in the SDK's way."""
    form = case.dialect.batch_form
    payload = update.fields.get("Payload")
    if form is None or update.subtype not in BATCHES or update.action != Action.SUCCEED:
        return
    if any(map(_serialised, candidates)) or not isinstance(payload, dict) or "all" not in payload:
        return
    for number, item in enumerate(payload["all"]):
        error = item.get("error") if isinstance(item, dict) else None
        if isinstance(error, dict):
            yield from _chain(case, f"{update.label}.Payload.all[{number}].error", error)


def _chain(case: Case, where: str, error: dict[str, Any]) -> Iterator[Finding]:
    """A failed item's error has the errors around it written, or not."""
    outermost = case.dialect.error(ErrorRole.CHILD_FAILED)
    match case.dialect.batch_item_error:
        case "escaping" if meanings.CAUSE in error:
            yield _finding(
                "item-error", where, meanings.CAUSE, ABSENT, f"{where} has a Cause, as this SDK has none"
            )
        case "cause-chain" if outermost is not None and (
            error.get("ErrorType") != outermost or meanings.CAUSE not in error
        ):
            message = f"{where} is no {outermost} with its Cause, as this SDK writes it"
            yield _finding("item-error", where, error.get("ErrorType"), outermost, message)
        case _:
            return


def _summed(case: Case, update: Update, _: tuple[Candidate, ...]) -> Iterator[Finding]:
    """A batch that is always rebuilt from its branches says so, and writes their statuses."""
    if update.action != Action.SUCCEED or not case.dialect.always_summed(update.subtype):
        return
    if not _replays_children(update):
        where = f"{update.label}.ContextOptions.ReplayChildren"
        message = f"{where} is absent; this SDK rebuilds every {update.subtype} from its branches"
        yield _finding("batch-summaries", where, ABSENT, True, message)  # noqa: FBT003 - the value that is wanted
    elif update.form is not payloads.Form.SUMMARY:
        where = f"{update.label}.Payload"
        seen = update.fields.get("Payload", ABSENT)
        message = f"{where} is {brief(seen)}; this SDK writes the statuses of the branches"
        yield _finding("batch-summaries", where, seen, payloads.Form.SUMMARY.value, message)


def _name(case: Case, update: Update, candidates: tuple[Candidate, ...]) -> Iterator[Finding]:
    """Where the program gives no name, it is the one of the SDK's own choice, or none."""
    wanted = meanings.default_name(case, update, candidates)
    if wanted is not None and (update.name or "") != wanted and _names(case, update):
        seen = ABSENT if update.name is None else update.name
        message = f"{update.label} is called {brief(seen)}; this SDK calls it {brief(wanted or ABSENT)}"
        yield _finding("default-name", f"{update.label}.Name", seen, wanted or ABSENT, message)


def _names(case: Case, update: Update) -> bool:
    """Whether the name of the operation around it, which its own may be made of, is there to be asked."""
    return update.parent == "root" or update.parent in case.stream.operations


def _context_options(case: Case, update: Update, _: tuple[Candidate, ...]) -> Iterator[Finding]:
    """ContextOptions come with every SUCCEED of a context, or only with one that replays its children."""
    if update.type != OperationType.CONTEXT or update.action != Action.SUCCEED:
        return
    seen = update.fields.get("ContextOptions", ABSENT)
    match case.dialect.context_options:
        case "always" if seen == ABSENT:
            wanted: Any = {"ReplayChildren": False}
        case "when-true" if seen == {"ReplayChildren": False}:
            wanted = ABSENT
        case _:
            return
    message = f"the ContextOptions of {update.label} are {brief(seen)}; this SDK writes {brief(wanted)}"
    yield _finding("context-options", f"{update.label}.ContextOptions", seen, wanted, message)


def _timeouts(case: Case, update: Update, candidates: tuple[Candidate, ...]) -> Iterator[Finding]:
    """A callback's timeouts that were not given are written as 0, or left out."""
    if update.type != OperationType.CALLBACK or update.action != Action.START or not candidates:
        return
    options = update.fields.get("CallbackOptions")
    seen = options if isinstance(options, dict) else {}
    for member, given in (("TimeoutSeconds", "timeout"), ("HeartbeatTimeoutSeconds", "heartbeat_timeout")):
        if any(getattr(one.slot.statement, given, None) is not None for one in candidates):
            continue
        wanted = {"zero": 0, "given": ABSENT}.get(
            case.dialect.callback_timeouts or "", seen.get(member, ABSENT)
        )
        if seen.get(member, ABSENT) != wanted:
            where = f"{update.label}.CallbackOptions.{member}"
            told = seen.get(member, ABSENT)
            message = f"{where} is {brief(told)} where none was given; this SDK writes {brief(wanted)}"
            yield _finding("callback-timeouts", where, told, wanted, message)


def _submitted(case: Case, update: Update, candidates: tuple[Candidate, ...]) -> Iterator[Finding]:
    """What a submitter returns is written, or dropped."""
    if update.action != Action.SUCCEED or {one.slot.role for one in candidates} != {Role.SUBMITTER}:
        return
    seen = "kept" if "Payload" in update.fields else "dropped"
    wanted = case.dialect.submitter_result
    if wanted is not None and seen != wanted and not any(map(_serialised, candidates)):
        message = f"the result of the submitter {update.label} is {seen}; by this SDK it is {wanted}"
        yield _finding("submitter-result", f"{update.label}.Payload", seen, wanted, message)


def _message(case: Case, update: Update, _: tuple[Candidate, ...]) -> Iterator[Finding]:
    """A step that was interrupted says so in the SDK's own sentence, of that very step."""
    error = update.fields.get("Error")
    if update.type != OperationType.STEP or not isinstance(error, dict):
        return
    if meanings.error(error, case.dialect).roles != {ErrorRole.STEP_INTERRUPTED}:
        return
    templates = case.dialect.error_messages.get(ErrorRole.STEP_INTERRUPTED, ())
    words = {"path": update.path, "name": str(update.name)}
    wanted = [filled(template, words) for template in templates]
    if wanted and error.get("ErrorMessage") not in wanted:
        where = f"{update.label}.Error.ErrorMessage"
        message = f"{where} is {brief(error.get('ErrorMessage'))}; this SDK says {brief(wanted[0])}"
        yield _finding("error-message", where, error.get("ErrorMessage"), wanted[0], message)


def _retried(case: Case, update: Update, candidates: tuple[Candidate, ...]) -> Iterator[Finding]:
    """The context of a with_retry has a SubType of its own, by an SDK that has one for it."""
    wanted = case.dialect.with_retry_subtype
    kinds = {isinstance(one.slot.statement, s.WithRetry) for one in candidates if one.slot.role is Role.OWN}
    if wanted is None or kinds != {True} or update.type != OperationType.CONTEXT:
        return
    seen = update.raw.get("SubType")
    if seen != wanted:
        where = f"{update.label}.SubType"
        message = f"{where} is {brief(seen)}; this SDK calls a with_retry {brief(wanted)}"
        yield _finding("with-retry-subtype", where, seen, wanted, message)


def _members(case: Case, update: Update, _: tuple[Candidate, ...]) -> Iterator[Finding]:
    """An error has a stack trace always, never, or as far as a user threw it."""
    error = update.fields.get("Error")
    if not isinstance(error, dict):
        return
    wanted = {"given": False, "all": True}.get(case.dialect.error_members or "")
    if case.dialect.error_members == "thrown" and update.type == OperationType.STEP:
        name = meanings.bare(str(error.get("ErrorType")), case.dialect)
        wanted = True if name in user_types(case.scenario) else None
    if wanted is not None and ("StackTrace" in error) is not wanted:
        where = f"{update.label}.Error.StackTrace"
        seen, right = ("present", "absent") if not wanted else ("absent", "present")
        yield _finding("error-members", where, seen, right, f"{where} is {seen}; by this SDK it is {right}")


def _text(case: Case, update: Update, _: tuple[Candidate, ...]) -> Iterator[Finding]:
    """The message of a user's error has its type before it, where the SDK writes that."""
    error = update.raw.get("Error")
    if case.dialect.error_text != "typed" or not isinstance(error, dict):
        return
    kind, message = error.get("ErrorType"), error.get("ErrorMessage")
    if kind in user_types(case.scenario) and case.dialect.plain_error(error)["ErrorMessage"] == message:
        where = f"{update.label}.Error.ErrorMessage"
        told = f"{where} is {brief(message)}; this SDK writes the type before it"
        yield _finding("error-text", where, message, f"{kind}: {message}", told)


Rule = Callable[["Case", "Update", "tuple[Candidate, ...]"], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    _form,
    _batch,
    _summed,
    _name,
    _context_options,
    _timeouts,
    _submitted,
    _message,
    _members,
    _text,
    _retried,
)


def _errors(update: Update) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every error in an update, with its member: its own, and those of a batch's items and their causes."""
    error = update.fields.get("Error")
    if isinstance(error, dict):
        yield "Error", error
    payload = update.fields.get("Payload")
    if (
        update.subtype not in BATCHES
        or not isinstance(payload, dict)
        or not isinstance(payload.get("all"), list)
    ):
        return
    for number, item in enumerate(payload["all"]):
        error, where = item.get("error") if isinstance(item, dict) else None, f"Payload.all[{number}].error"
        while isinstance(error, dict):
            yield where, error
            error, where = error.get(meanings.CAUSE), f"{where}.{meanings.CAUSE}"


def _type(case: Case, where: str, error: dict[str, Any], users: frozenset[str]) -> Iterator[Finding]:
    """An error's type has its class's module before it, or has it not."""
    seen, dialect = error.get("ErrorType"), case.dialect
    if not isinstance(seen, str) or dialect.error_types is None:
        return
    name = seen.rpartition(".")[2]
    wanted = name
    if dialect.error_types == "qualified":
        module = "user" if name in users else "sdk" if name in dialect.roles else None
        if module is None:
            return  # a class of the language's own, or of a library
        wanted = f"{dialect.error_modules.get(module, '')}.{name}".lstrip(".")
    if seen != wanted:
        message = f"{where}.ErrorType is {seen!r}; this SDK writes {wanted!r}"
        yield _finding("error-type", f"{where}.ErrorType", seen, wanted, message)


def user_types(scenario: Scenario) -> frozenset[str]:
    """The classes of the errors that a scenario's own program raises."""
    handlers = [scenario.handler, *(each.handler for each in scenario.functions.values())]
    found: set[str] = set()
    for statement in (each for handler in handlers for each in statements_within(handler)):
        if isinstance(statement, s.Raise) and statement.error is not None:
            found.add(statement.error.type)
        found.update(body.raises.type for body in enclosed.bodies(statement) if body.raises is not None)
    return frozenset(found)


def _own_error(case: Case) -> bool:
    """Whether the last invocation itself answered with the execution's error: else the service words it."""
    outputs = [one for one in case.recording.invocations if one.execution == case.stream.main]
    answer = case.outputs[outputs[-1].number] if outputs else None
    return isinstance(answer, dict) and isinstance(answer.get("Error"), dict)


def _replays_children(update: Update) -> bool:
    options = update.fields.get("ContextOptions")
    return isinstance(options, dict) and options.get("ReplayChildren") is True


def _finding(rule: str, path: str, seen: Any, wanted: Any, message: str) -> Finding:
    return Finding(Layer.DIALECT, rule, path, seen, wanted, Blame.SDK, message)
