"""Rules about what updates carry: a value, an error, a delay, options, each as the scenario has it.

A value is compared as a value, whatever an SDK's own encoding; where the scenario does not tell it, nothing
is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.oracle.batches import Raced
from conformance.oracle.paths import ancestors, context_of, is_branch, ordinal_of
from conformance.oracle.plan import FAIL, SUCCEED
from conformance.oracle.serialisers import parsed
from conformance.oracle.values import UNKNOWN, OneOf, fits, is_known, shown
from conformance.scenario.unknown import NOTHING
from conformance.sdks.dialect import SdkError
from conformance.verdict import meanings
from conformance.verdict.structure.interruptions import interrupted
from conformance.wire.payloads import STATUSES
from conformance.wire.values import ABSENT, brief, plain, same

if TYPE_CHECKING:
    from conformance.oracle.flow import Failure
    from conformance.oracle.plan import Expected
    from conformance.sdks.dialect import Dialect
    from conformance.verdict.finding import Finding
    from conformance.verdict.structure.view import View
    from conformance.wire.stream import Update

RETRY = "RETRY"
START = "START"
INTERVALS = frozenset({"WaitOptions.WaitSeconds"})
BATCHES = frozenset({"Map", "Parallel"})
STARTED = "STARTED"
LIMIT = 256 * 1024
SMALL = LIMIT // 4


def contents(view: View) -> Iterator[Finding]:
    """What the accepted updates of each operation carry."""
    for path, updates in view.accepted.items():
        expected = view.plan.operations.get(path)
        if expected is None or expected.virtual:
            continue
        retries = 0
        for update in _until_ended(updates):
            if update.action == START:
                yield from _options(view, expected, update)
            elif update.action == SUCCEED and SUCCEED in expected.lifecycle.terminals:
                yield from _value(view, expected, update, expected.lifecycle.value)
            elif update.action == FAIL and expected.lifecycle.failure is not None:
                yield from _error(view, expected, update, expected.lifecycle.failure)
            elif update.action == RETRY:
                yield from _round(view, expected, update, retries)
                retries += 1


def _until_ended(updates: list[Update]) -> Iterator[Update]:
    """What comes after an operation's end is wrong altogether, whatever it carries."""
    for update in updates:
        yield update
        if update.terminal:
            return


def _options(view: View, expected: Expected, update: Update) -> Iterator[Finding]:
    for name, wanted in expected.options.items():
        seen = _member(update, name)
        if name in INTERVALS:
            yield from _within(view, expected, update, name, wanted)
        elif name == "Payload" and same(seen, plain(wanted)):
            continue
        elif name == "Payload" or not same(seen or None, plain(wanted) or None):
            yield _differs(view, expected, update, name, seen, wanted)


def _round(view: View, expected: Expected, update: Update, number: int) -> Iterator[Finding]:
    if number >= len(expected.lifecycle.rounds):
        return
    wanted = expected.lifecycle.rounds[number]
    if wanted.failure is not None and not (wanted.interruptible and interrupted(update, view.dialect)):
        yield from _error(view, expected, update, wanted.failure)
    yield from _value(view, expected, update, wanted.state)
    if wanted.delay is not None:
        yield from _within(view, expected, update, "StepOptions.NextAttemptDelaySeconds", wanted.delay)


def _within(
    view: View, expected: Expected, update: Update, name: str, interval: tuple[float, float]
) -> Iterator[Finding]:
    seen = _member(update, name)
    least, most = interval
    if isinstance(seen, int | float) and not isinstance(seen, bool) and least <= seen <= most:
        return
    wanted: Any = plain(least) if least == most else [plain(least), plain(most)]
    yield _differs(view, expected, update, name, seen, wanted)


def _value(view: View, expected: Expected, update: Update, wanted: Any) -> Iterator[Finding]:
    if view.dialect.always_summed(expected.subtype):
        yield from _summary(view, expected, update, wanted) if _is_batch(wanted) else ()
        return
    seen = update.fields.get("Payload", ABSENT)
    if _member(update, "ContextOptions.ReplayChildren"):
        if _is_batch(seen) or _is_small(wanted):
            yield _differs(view, expected, update, "ContextOptions.ReplayChildren", seen=True, wanted=False)
        elif expected.subtype in BATCHES and _is_batch(wanted):
            yield from _summary(view, expected, update, wanted)
    elif expected.subtype in BATCHES and (isinstance(wanted, Raced) or _is_batch(wanted)):
        yield from _batch(view, expected, update, wanted)
    elif wanted is NOTHING or (wanted is None and view.dialect.null_written == "absent"):
        yield from _nothing(view, expected, update)
    elif isinstance(wanted, OneOf):
        if not any(fits(seen, each) for each in wanted.values):
            yield _differs(view, expected, update, "Payload", seen, shown(list(wanted.values)))
    elif not fits(seen, wanted):
        yield _differs(view, expected, update, "Payload", seen, shown(wanted))


def _nothing(view: View, expected: Expected, update: Update) -> Iterator[Finding]:
    """A body that returned nothing: nothing is written, or null where the SDK has one word for both."""
    ways = {"null": (None,), "absent": (ABSENT,)}.get(view.dialect.nothing_returned or "", (None, ABSENT))
    seen = update.fields.get("Payload", ABSENT)
    if seen in (None, ABSENT) and seen not in ways:
        message = (
            f"{view.describe(expected)} returned nothing, and its Payload in {update.action} is {brief(seen)}"
        )
        yield view.misspelt("nothing-returned", f"{update.label}.Payload", seen, ways[0], message)
    elif seen not in (None, ABSENT):
        yield _differs(view, expected, update, "Payload", seen, None)


def _is_batch(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("all"), list)


def _summary(view: View, expected: Expected, update: Update, wanted: dict[str, Any]) -> Iterator[Finding]:
    """What stands for a batch result that is too large: each of its members that is there."""
    seen = parsed(update.raw.get("Payload"))
    statuses = [item["status"] for item in wanted["all"]]
    if expected.subtype in view.dialect.batch_summaries:
        told = update.fields.get("Payload")
        ended = [one for one in statuses if not view.dialect.unfinished or one != STARTED]
        for name, right in ((STATUSES, ended), ("completionReason", wanted["completionReason"])):
            said = told.get(name) if isinstance(told, dict) else None
            if is_known(right) and not same(said, right):
                yield _differs(view, expected, update, f"Payload.{name}", said, right)
        return
    members = {
        "totalCount": len(statuses),
        "successCount": statuses.count("SUCCEEDED"),
        "failureCount": statuses.count("FAILED"),
        "completionReason": wanted["completionReason"],
        "itemStatuses": "".join(status[0] for status in statuses),
    }
    for name, right in members.items():
        if isinstance(seen, dict) and name in seen and is_known(right) and not same(seen[name], right):
            yield _differs(view, expected, update, f"Payload.{name}", seen[name], right)


def _is_small(value: Any) -> bool:
    """Whether a value is known, and no encoding makes it too large for a checkpoint; texts have but one."""
    if isinstance(value, OneOf):
        return all(map(_is_small, value.values))
    if value is NOTHING:
        return True
    if isinstance(value, Raced) or not is_known(value):
        return False
    return len(json.dumps(value)) < (LIMIT if isinstance(value, str) else SMALL)


def _batch(
    view: View, expected: Expected, update: Update, wanted: dict[str, Any] | Raced
) -> Iterator[Finding]:
    """A batch result: its items and the reason it ended for; of a race, the items that ended."""
    seen = update.fields.get("Payload")
    if not isinstance(seen, dict) or not _is_batch(seen):
        yield _differs(view, expected, update, "Payload", seen, "a batch result")
        return
    if isinstance(wanted, Raced):
        yield from _raced(view, expected, update, wanted)
        return
    if view.dialect.unfinished:
        wanted = {**wanted, "all": [item for item in wanted["all"] if item["status"] != STARTED]}
    reason = seen.get("completionReason")
    if is_known(wanted["completionReason"]) and reason != wanted["completionReason"]:
        name = "Payload.completionReason"
        yield _differs(view, expected, update, name, reason, wanted["completionReason"])
    if len(seen["all"]) != len(wanted["all"]):
        yield _differs(view, expected, update, "Payload.all", len(seen["all"]), len(wanted["all"]))
        return
    for number, (item, right) in enumerate(zip(seen["all"], wanted["all"], strict=True)):
        yield from _item(view, expected, update, (number, item, right))


def _raced(view: View, expected: Expected, update: Update, wanted: Raced) -> Iterator[Finding]:
    """Of a race: the items of branches that ended, and one for each branch that is on the wire by then.

    A FLAT branch is so by what is in it.
    """
    items = update.fields["Payload"]["all"]
    for number, item in enumerate(items):
        right = wanted.items.get(item.get("index"))
        if right is not None and item.get("status") != STARTED:
            yield from _item(view, expected, update, (number, item, right))
    begun = {
        ordinal_of(branch)
        for path, updates in view.accepted.items()
        for branch in (path, *ancestors(path))
        if is_branch(branch) and context_of(branch) == expected.path and updates[0].seq <= update.seq
    }
    listed = {item.get("index") for item in items}
    if not begun <= listed and not view.dialect.unfinished:
        yield _differs(view, expected, update, "Payload.all", sorted(map(str, listed)), sorted(begun))


def _item(
    view: View, expected: Expected, update: Update, item: tuple[int, dict[str, Any], dict[str, Any]]
) -> Iterator[Finding]:
    number, seen, wanted = item
    for name in ("index", "status"):
        if not same(seen.get(name), wanted[name]):
            yield _differs(
                view, expected, update, f"Payload.all[{number}].{name}", seen.get(name), wanted[name]
            )
    if not fits(seen.get("result"), wanted["result"]):
        name = f"Payload.all[{number}].result"
        yield _differs(view, expected, update, name, seen.get("result"), shown(wanted["result"]))
    if wanted["error"] is None:
        return
    error = seen.get("error")
    message = error.get("ErrorMessage") if isinstance(error, dict) else None
    if is_known(wanted["error"]["message"]) and message != wanted["error"]["message"]:
        name = f"Payload.all[{number}].error.ErrorMessage"
        yield _differs(view, expected, update, name, message, wanted["error"]["message"])
    kinds = _kinds(error, view.dialect)
    if is_known(wanted["error"]["type"]) and wanted["error"]["type"] not in kinds:
        name = f"Payload.all[{number}].error.ErrorType"
        yield _differs(view, expected, update, name, kinds, wanted["error"]["type"])


def _kinds(error: Any, dialect: Dialect) -> list[str]:
    """The bare types of an error and, where the SDK's dialect has them written, of what caused it."""
    kinds = []
    while isinstance(error, dict):
        kinds.append(bare(error.get("ErrorType"), dialect))
        error = error.get("Cause") if dialect.batch_item_error != "escaping" else None
    return kinds


def _error(view: View, expected: Expected, update: Update, wanted: Failure) -> Iterator[Finding]:
    error = update.fields.get("Error")
    seen = error if isinstance(error, dict) else {}
    kind = bare(seen.get("ErrorType"), view.dialect)
    if wanted.kind is not UNKNOWN and kind != wanted.kind:
        yield _differs(view, expected, update, "Error.ErrorType", kind, wanted.kind)
    message = seen.get("ErrorMessage")
    if wanted.message is not UNKNOWN and (message or "") != wanted.message:
        yield _differs(view, expected, update, "Error.ErrorMessage", message, wanted.message)
    if error is None and UNKNOWN in (wanted.kind, wanted.message):
        yield _differs(view, expected, update, "Error", None, "an error")


def bare(kind: Any, dialect: Dialect) -> str:
    """A type's name without its module."""
    return meanings.bare(kind, dialect) if isinstance(kind, str) else ""


def _member(update: Update, name: str) -> Any:
    value: Any = update.fields
    for part in name.split("."):
        value = value.get(part) if hasattr(value, "get") else None
    return value


def _differs(  # noqa: PLR0913, PLR0917 - the parts of one sentence
    view: View, expected: Expected, update: Update, name: str, seen: Any, wanted: Any
) -> Finding:
    message = (
        f"{view.describe(expected)} has {brief(seen)} as {name} in {update.action}; "
        f"by the scenario it is {brief(wanted)}"
    )
    found = view.misspelt if isinstance(wanted, SdkError) else view.finding
    return found("content-wrong", f"{update.label}.{name}", seen, wanted, message)
