"""Parity: what a subject's recording means against what the reference's does, each difference one finding.

Updates are paired by typed path and, within an operation, by their order; what has no partner is an extra or
a missing update, what has one is compared field by field. Where the scenario is sequential, the order of all
updates and where invocations begin are compared too. Parity alone can't tell who is wrong, so it blames
nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from conformance.verdict import faulted, lines, meanings
from conformance.verdict.comparison import differences
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.verdict.jitter import chance
from conformance.verdict.where import Where, join
from conformance.wire import payloads
from conformance.wire.recording import Outcome
from conformance.wire.stream import path_key
from conformance.wire.values import ABSENT, brief

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.verdict.case import Case
    from conformance.verdict.comparison import Difference, JsonPath
    from conformance.verdict.meanings import ErrorMeaning
    from conformance.wire.recording import Invocation
    from conformance.wire.stream import Update

FAULTS_APART = "faults-apart"
"""The rule that explains differences and is none: alone, it makes no divergence."""

_BODIES = frozenset({"step", "check", "submitter"})
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Pair:
    """The same update on both sides."""

    seen: Update
    wanted: Update


def check(subject: Case, reference: Case, *, strict: bool = False) -> list[Finding]:
    """Compare streams, outputs and effects; `strict` takes another spelling for a difference as well."""
    pairs = list(_pairs(subject, reference))
    matched = [pair for pair in pairs if isinstance(pair, Pair)]
    findings = [_unpaired(*each) for each in pairs if not isinstance(each, Pair)]
    for pair in matched:
        place = subject.stream.place(pair.seen)
        by_chance = chance(pair.seen, place.candidates) if place else None
        findings.extend(
            one for one in _fields(subject, reference, pair, strict=strict) if not _is(one, by_chance)
        )
    if subject.stream.sequential:
        findings.extend(_order(subject, reference, matched))
        findings.extend(_boundaries(subject, matched))
    findings.extend(_outputs(subject, reference))
    findings.extend(_escapes(subject, reference))
    findings.extend(_effects(subject, reference))
    findings.extend(_logs(subject, reference))
    findings.extend(_faults(subject, reference))
    return findings


def _faults(subject: Case, reference: Case) -> Iterator[Finding]:
    """Say where a fault struck other requests on the two sides, which explains whatever else differs.

    What is only delayed is answered as it would have been: where one thing follows another, that explains
    nothing.
    """
    if subject.stream.sequential and all(fault.fault == "delay" for fault in subject.scenario.faults):
        return
    seen, wanted = faulted.requests(subject), faulted.requests(reference)
    if seen != wanted:
        yield _finding(
            FAULTS_APART,
            "faults",
            seen,
            wanted,
            "the faults struck requests that carry other updates than the reference's: what an SDK puts into "
            "one request is its own business, so name an update that both write alone",
        )


def _is(finding: Finding, by_chance: tuple[str, str] | None) -> bool:
    """Whether a finding is about a delay that is left to chance; one that is missing is none."""
    numbers = isinstance(finding.seen, int) and isinstance(finding.wanted, int)
    return by_chance is not None and numbers and finding.path.endswith(".".join(("", *by_chance)))


Unpaired = tuple["Update | None", "Update | None"]


def _pairs(subject: Case, reference: Case) -> Iterator[Pair | Unpaired]:
    seen, wanted = subject.stream.operations, reference.stream.operations
    for path in sorted({*seen, *wanted}, key=path_key):
        ours, theirs = seen.get(path, ()), wanted.get(path, ())
        matcher = SequenceMatcher(None, [_kind(u) for u in theirs], [_kind(u) for u in ours], autojunk=False)
        for tag, from_, to, start, end in matcher.get_opcodes():
            if tag == "equal":
                yield from map(Pair, ours[start:end], theirs[from_:to])
                continue
            yield from ((update, None) for update in ours[start:end])
            yield from ((None, update) for update in theirs[from_:to])


def _kind(update: Update) -> tuple[str, str]:
    return update.type, update.action


def _unpaired(seen: Update | None, wanted: Update | None) -> Finding:
    update = seen or wanted
    assert update is not None  # noqa: S101 - one of the two is there
    extra = seen is not None
    what = f"{update.type} {update.action} of {update.path}{f' ({update.name})' if update.name else ''}"
    return _finding(
        "update-extra" if extra else "update-missing",
        update.label,
        _summary(seen),
        _summary(wanted),
        f"{what} is written, the reference writes none"
        if extra
        else f"{what} of the reference is not written",
    )


def _summary(update: Update | None) -> Any:
    if update is None:
        return ABSENT
    return {"Name": update.name, "SubType": update.subtype, "ParentId": update.parent}


def _fields(subject: Case, reference: Case, pair: Pair, *, strict: bool) -> Iterator[Finding]:
    where = Where(pair.seen.path, pair.seen.type, pair.seen.action, pair.seen.occurrence)
    seen = meanings.of(subject, pair.seen, strict=strict)
    wanted = meanings.of(reference, pair.wanted, strict=strict)
    if not strict:
        both = (subject.dialect, reference.dialect)
        for dialect in both:
            seen = meanings.comparable(seen, pair.seen, dialect)
            wanted = meanings.comparable(wanted, pair.wanted, dialect)
    for field in sorted({*seen.fields, *wanted.fields}):
        ours, theirs = seen.fields.get(field, ABSENT), wanted.fields.get(field, ABSENT)
        for place, one, other in differences(ours, theirs):
            inside = _branch(ours if one is ABSENT else theirs, place) if field == "Payload" else None
            if inside is not None and _nothing_either_way(
                one, other, subject, reference, pair, branch=inside
            ):
                continue
            yield _different(where, join("", field, *place), _rule(field, place), one, other)
    for index in sorted({*seen.items, *wanted.items}):
        if (
            index in seen.items and index in wanted.items
        ):  # that one is missing is a difference of the payload
            at = join("Payload.all", index, "error")
            yield from _errors(where, at, "payload", seen.items[index], wanted.items[index])
    if (seen.error is None) != (wanted.error is None):
        written = [ABSENT if one is None else one.written for one in (seen.error, wanted.error)]
        yield _different(where, "Error", "error", *written)
    elif seen.error is not None and wanted.error is not None:
        yield from _errors(where, "Error", None, seen.error, wanted.error)


def _nothing_either_way(  # noqa: PLR0913 - both sides, and where
    ours: Any,
    theirs: Any,
    subject: Case,
    reference: Case,
    pair: Pair | None,
    *,
    branch: tuple[int, ...] = (),
) -> bool:
    """Whether one side writes null and the other nothing for a value that was never given.

    What a function without a `return` gives is null in one language and undefined in another; where a program
    returns that again, only its harness can tell it from a null that was given. `pair` is the update that
    carries it, None for the execution's own result, `branch` the index of the batch's item that it is the
    result of.
    """
    silent, one = (subject, ours) if ours is ABSENT else (reference, theirs)
    if one is not ABSENT or (theirs if silent is subject else ours) is not None:
        return False
    if pair is None:
        return ("handler", ()) in silent.returned_unsayable
    update = pair.seen if silent is subject else pair.wanted
    stands = silent.stream.place(update)
    return stands is not None and all(
        (each.at, (*each.indexes, *branch)) in silent.returned_unsayable for each in stands.candidates
    )


def _branch(payload: Any, place: JsonPath) -> tuple[int, ...] | None:
    """The index of the item whose result stands at a place in a batch's payload.

    None of them for all of a payload; None at any other place.
    """
    match place, payload:
        case [], _:
            return ()
        case ["all", int(position), "result"], {"all": list(items)} if position < len(items):
            index = items[position].get("index") if isinstance(items[position], dict) else None
            return (index,) if isinstance(index, int) else None
        case _:
            return None


def _errors(
    where: Where, field: str, rule: str | None, seen: ErrorMeaning, wanted: ErrorMeaning
) -> Iterator[Finding]:
    for member, ours, theirs in seen.differences(wanted):
        yield _different(where, join(field, member), rule or _rule("Error", (member,)), ours, theirs)


def _different(where: Where, field: str, rule: str, seen: Any, wanted: Any) -> Finding:
    at = where.at(field)
    message = f"{at.field} of {where} is {brief(seen)}, the reference's is {brief(wanted)}"
    return _finding(rule, str(at), seen, wanted, message)


def _rule(field: str, place: JsonPath) -> str:
    named = place[0] if field == "Error" and place and isinstance(place[0], str) else field
    return _HUMP.sub("-", named).lower()


def _order(subject: Case, reference: Case, matched: Sequence[Pair]) -> Iterator[Finding]:
    partner = {(pair.seen.seq, pair.seen.index): pair.wanted for pair in matched}
    common = {(pair.wanted.seq, pair.wanted.index) for pair in matched}
    ours = [u for u in subject.stream.accepted if (u.seq, u.index) in partner]
    theirs = [u for u in reference.stream.accepted if (u.seq, u.index) in common]
    for mine, other in zip(ours, theirs, strict=True):
        if partner[mine.seq, mine.index] is not other:
            yield _finding(
                "update-order",
                mine.label,
                mine.label,
                other.label,
                f"{mine.label} comes where the reference has {other.label}",
            )
            return


def _boundaries(subject: Case, matched: Sequence[Pair]) -> Iterator[Finding]:
    """Compare how many invocations each update comes after the one before: one shift is one finding."""
    order = {(update.seq, update.index): n for n, update in enumerate(subject.stream.accepted)}
    ours = theirs = 1
    for pair in sorted(matched, key=lambda pair: order[pair.seen.seq, pair.seen.index]):
        mine, other = pair.seen.invocation, pair.wanted.invocation
        if mine is None or other is None:
            continue
        if mine - ours != other - theirs:
            yield _finding(
                "invocation-boundary",
                f"{pair.seen.label}.invocation",
                mine,
                other,
                f"{pair.seen.label} is written by invocation {mine}, the reference's by {other}",
            )
        ours, theirs = mine, other


def _outputs(subject: Case, reference: Case) -> Iterator[Finding]:
    seen, wanted = _output(subject), _output(reference)
    if "absent" in (subject.dialect.null_written, reference.dialect.null_written):
        seen, wanted = ({key: one for key, one in each.items() if one is not None} for each in (seen, wanted))
    for field in sorted({*seen, *wanted}):
        ours, theirs = seen.get(field, ABSENT), wanted.get(field, ABSENT)
        if field == "Error" and ABSENT not in (ours, theirs):
            found = meanings.error(ours, subject.dialect).differences(
                meanings.error(theirs, reference.dialect)
            )
            told: list[Difference] = [((member,), one, other) for member, one, other in found]
        elif field == "Result" and _nothing_either_way(ours, theirs, subject, reference, None):
            continue
        else:
            told = list(differences(ours, theirs))
        for place, one, other in told:
            at = join("output", field, *place)
            message = f"{at} is {brief(one)}, the reference's is {brief(other)}"
            yield _finding("output-" + _rule(field, place), at, one, other, message)


def _output(case: Case) -> dict[str, Any]:
    execution = case.execution
    if execution is None:
        return {}
    names = _names(case)
    output: dict[str, Any] = {"Status": execution.status}
    if execution.result is not None:
        output["Result"] = payloads.read(execution.result, payloads.PLAIN, None, names=names).value
        if output["Result"] is None and ("handler", ()) in case.returned_nothing:
            del output["Result"]
    if execution.error is not None and not of_the_service(case, execution.error):
        output["Error"] = payloads.error(execution.error, case.dialect, names)
    if case.stream.sequential:
        output["Invocations"] = len(case.recording.invocations)
    return output


def of_the_service(case: Case, error: Mapping[str, Any]) -> bool:
    """Whether an execution's error is only the service's word that its last invocation failed.

    Nothing of the subject is lost with it: what the service quotes there is the document of the error that
    escaped, which `_escapes` compares, or, of a process that has gone, the id of the request.
    """
    main = _invocations(case)
    if not main or main[-1].outcome not in (Outcome.ERROR, Outcome.EXIT):
        return False
    return (main[-1].output or main[-1].request_id) in str(error.get("ErrorMessage"))


def _escapes(subject: Case, reference: Case) -> Iterator[Finding]:
    """Compare the errors that escape invocations, one by one, each by its name and by its message.

    A stack trace is left alone: it is made of places in files.
    """
    none: dict[str, Any] = {}
    pairs = zip_longest(_escaping(subject), _escaping(reference), fillvalue=none)
    for index, (seen, wanted) in enumerate(pairs):
        found = meanings.error(seen, subject.dialect).differences(meanings.error(wanted, reference.dialect))
        for member, ours, theirs in found:
            name, rule, what = _ESCAPED[member]
            yield _finding(
                rule,
                f"escapes[{index}].{name}",
                ours,
                theirs,
                f"the {what} of an error that escapes an invocation is {brief(ours)}, the reference's is"
                f" {brief(theirs)}",
            )


_ESCAPED = {
    "ErrorType": ("errorType", "escape-type", "name"),
    "ErrorMessage": ("errorMessage", "escape-message", "message"),
}


def _escaping(case: Case) -> list[dict[str, Any]]:
    """Name and message of each error that escapes, as an ErrorObject has them; null where there is none."""
    names = _names(case)
    outputs = [case.outputs[one.number] for one in _invocations(case) if one.outcome is Outcome.ERROR]
    errors = [output if isinstance(output, dict) else {"errorType": output} for output in outputs]
    return [
        payloads.error(
            {member: each.get(name) for member, (name, _, _) in _ESCAPED.items()}, case.dialect, names
        )
        for each in errors
    ]


def _invocations(case: Case) -> list[Invocation]:
    """The invocations of the scenario's own execution."""
    return [one for one in case.recording.invocations if one.execution == case.stream.main]


def _names(case: Case) -> payloads.Names:
    """What puts paths in place of the ids of the scenario's own execution."""
    identity = case.stream.identities.get(case.stream.main)
    return identity.named if identity else str


def _effects(subject: Case, reference: Case) -> Iterator[Finding]:
    if not (subject.recording.instrumented and reference.recording.instrumented):
        return
    seen, wanted = _runs(subject), _runs(reference)
    for key in sorted({*seen, *wanted}):
        ours, theirs = _told(seen.get(key, []), wanted.get(key, []))
        if ours == theirs:
            continue
        rule = "body-runs" if len(ours) != len(theirs) else "body-attempts"
        yield _finding(
            rule,
            f"effect:{key}",
            ours,
            theirs,
            f"{key} ran {len(ours)} times ({brief(ours)}), in the reference {len(theirs)} ({brief(theirs)})",
        )


def _told(*sides: list[Any]) -> list[list[Any]]:
    """Leave attempts out where one side's SDK does not tell bodies which one they are."""
    if all(run.get("attempt", 0) is not None for side in sides for run in side):
        return list(sides)
    return [[{key: run[key] for key in run if key != "attempt"} for run in side] for side in sides]


def _runs(case: Case) -> Mapping[str, list[Any]]:
    """Give every run of every body, its attempt and, where it can be compared, invocation; notes by value."""
    runs: dict[str, list[Any]] = {}
    lossy = faulted.cut_short(case)
    uncertain = faulted.uncertain(case.scenario, case.recording, case.stream)
    for effect in case.recording.effects:
        if effect.kind not in _BODIES and effect.kind != "note":
            continue
        if effect.event != "start":
            continue
        if (effect.invocation, effect.execution, effect.at, effect.indexes) in uncertain:
            continue  # whether it began before its process was ended says nothing
        if effect.invocation in lossy and (effect.kind == "note" or not case.stream.sequential):
            continue  # how far the others had come when the process died is a race
        run: dict[str, Any] = (
            {"attempt": effect.attempt} if effect.kind in _BODIES else {"value": effect.detail}
        )
        if case.stream.sequential:
            run["invocation"] = effect.invocation
        told = runs.setdefault(effect.place, [])
        if effect.kind in _BODIES or case.stream.sequential or told[-1:] != [run]:
            told.append(run)  # else passes are counted, which are as many as there are invocations
    return runs


def _logs(subject: Case, reference: Case) -> Iterator[Finding]:
    if not (subject.recording.instrumented and reference.recording.instrumented):
        return
    seen, wanted = lines.told(subject), lines.told(reference)
    for place in sorted({*seen, *wanted}):
        ours, theirs = seen.get(place, []), wanted.get(place, [])
        if ours != theirs:
            yield _finding(
                "logs",
                f"log:{place}",
                ours,
                theirs,
                f"what {place} logs comes out as {brief(ours)}, the reference's as {brief(theirs)}",
            )


def _finding(rule: str, path: str, seen: Any, wanted: Any, message: str) -> Finding:
    return Finding(Layer.PARITY, rule, path, seen, wanted, Blame.UNDETERMINED, message)
