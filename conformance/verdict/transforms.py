"""The ways in which a known divergence may follow from what is wanted: named, exact, and few.

A transform takes what the reference (or the rule) wants and gives what the subject is known to have instead.
Only if that is exactly what was seen does it account for a finding; there is no "anything goes" among them,
and there must never be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.oracle.serialisers import written
from conformance.scenario import statements as s
from conformance.scenario.unknown import is_known
from conformance.wire.positions import Role
from conformance.wire.values import ABSENT, parse, same

if TYPE_CHECKING:
    from conformance.wire.identity import Candidate

NOT_THAT: Final = object()
"""What a transform gives where it has nothing to say."""


@dataclass(frozen=True)
class Facts:
    """What a transform may know beside the value: what of the program is there, and what is around it."""

    candidates: tuple[Candidate, ...] = ()
    occurrence: int = 1
    path: str = ""
    name: str | None = None
    context_name: str | None = None
    cut_off: str | None = None
    """What the subject says of the last step there, or below, that ended because its process had died."""
    seen: Any = ABSENT
    """What was seen, where only a part of it follows from the rest."""
    broke_off: bool = False
    """Whether the execution did not succeed, and all that it wrote of an operation the other's began with."""
    other_broke_off: bool = False
    """Whether the other's did."""


Transform = Callable[[Any, Any, Facts], Any]


def absent_to(wanted: Any, given: Any, _: Facts) -> Any:
    """Where the reference has nothing, the subject has the given value."""
    return given if wanted == ABSENT else NOT_THAT


def to_absent(wanted: Any, given: Any, _: Facts) -> Any:
    """Where the reference has the given value, the subject has nothing."""
    return ABSENT if same(wanted, given) else NOT_THAT


def exactly(wanted: Any, given: Any, facts: Facts) -> Any:
    """Where the reference has `wanted`, the subject has `seen`; a list gives several such pairs."""
    pairs = given if isinstance(given, list) else [given]
    made = [pair["seen"] for pair in pairs if same(wanted, pair["wanted"])]
    return next((each for each in made if same(each, facts.seen)), made[0] if made else NOT_THAT)


def says(wanted: Any, given: Any, facts: Facts) -> Any:
    """Where the reference has nothing, the subject has what reads as given.

    `{place}` stands for a typed path, `{id}` for the positions by which JavaScript names an operation or a
    context (`1-2`, `undefined` at the root), `{word}` for one word, `{name}` for a name; a list gives
    several such.
    """
    return facts.seen if wanted == ABSENT and _reads_as_one(given, facts.seen) else NOT_THAT


def unsaid(wanted: Any, given: Any, _: Facts) -> Any:
    """Where the reference has what reads as given, as in `says`, the subject has nothing."""
    return ABSENT if wanted != ABSENT and _reads_as_one(given, wanted) else NOT_THAT


_KINDS = {
    "place": r"[0-9.\[\]>]+",
    "id": r"(?:undefined|[0-9]+(?:-[0-9]+)*)",
    "word": r"\w+",
    "name": r'[^"]+',
}


def _reads_as_one(given: Any, seen: Any) -> bool:
    return any(_reads(each, seen) for each in (given if isinstance(given, list) else [given]))


def _reads(template: Any, seen: Any) -> bool:
    if isinstance(template, dict) and isinstance(seen, dict):
        return template.keys() == seen.keys() and all(_reads(template[key], seen[key]) for key in template)
    if not (isinstance(template, str) and isinstance(seen, str)):
        return same(template, seen)
    parts = _PLACEHOLDER.split(template)
    texts = (_KINDS.get(part, part) if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.fullmatch("".join(texts), seen) is not None


def not_reached(wanted: Any, _given: Any, facts: Facts) -> Any:
    """What the other goes on to do is not there, since the subject's execution had ended before it.

    A list is the beginning of the other's, a number is less than it; of anything else there is nothing.
    """
    return facts.seen if facts.broke_off and _begins(facts.seen, wanted) else NOT_THAT


def goes_on(wanted: Any, _given: Any, facts: Facts) -> Any:
    """What follows is there, where the other's execution had ended: the absolute rules judge it."""
    return facts.seen if facts.other_broke_off and _begins(wanted, facts.seen) else NOT_THAT


def _begins(less: Any, more: Any) -> bool:
    if isinstance(less, list) and isinstance(more, list):
        return len(less) < len(more) and same(less, more[: len(less)])
    counted = all(isinstance(each, int) and not isinstance(each, bool) for each in (less, more))
    return bool(less < more) if counted else less in (ABSENT, None)


def reworded(wanted: Any, given: Any, facts: Facts) -> Any:
    """Where the reference's message reads as `wanted`, the subject's reads as `seen`; a list gives several.

    `{path}` and `{name}` stand for the operation's own, `{called}` for its name or `None`, any other `{word}`
    for the same text on both sides.
    """
    if not isinstance(wanted, str):
        return NOT_THAT
    known = {"path": facts.path, "name": facts.name or "", "called": facts.name or "None"}
    for pair in given if isinstance(given, list) else [given]:
        hit = _pattern(pair["wanted"], known).fullmatch(wanted)
        if hit is not None:
            return _filled(pair["seen"], known | hit.groupdict())
    return NOT_THAT


_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


def _filled(template: str, words: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda hit: words[hit[1]], template)


def _pattern(template: str, known: Mapping[str, str]) -> re.Pattern[str]:
    parts: list[str] = []
    named: set[str] = set()
    for index, part in enumerate(_PLACEHOLDER.split(template)):
        if index % 2 == 0:
            parts.append(re.escape(part))
        elif part in known:
            parts.append(re.escape(known[part]))
        else:
            parts.append(f"(?P={part})" if part in named else f"(?P<{part}>.+?)")
            named.add(part)
    return re.compile("".join(parts), re.DOTALL)


def outer_name(wanted: Any, suffix: Any, facts: Facts) -> Any:
    """Where the reference names nothing inside a wait_for_callback, the subject extends the outer name."""
    if wanted != ABSENT or not _inside_callback(facts):
        return NOT_THAT
    return f"{facts.context_name or ''}{suffix}".strip()


def parsed_text(wanted: Any, _given: Any, facts: Facts) -> Any:
    """Where the reference keeps a callback's result as JSON text, the subject has the value in it."""
    callback = [isinstance(candidate.slot.statement, s.WaitForCallback) for candidate in facts.candidates]
    if not isinstance(wanted, str) or not callback or not all(callback):
        return NOT_THAT
    try:
        return parse(wanted)
    except ValueError:
        return NOT_THAT


def _inside_callback(facts: Facts) -> bool:
    roles = {candidate.slot.role for candidate in facts.candidates}
    return bool(roles) and roles <= {Role.CALLBACK, Role.SUBMITTER}


def qualified(wanted: Any, modules: Any, _: Facts) -> Any:
    """Where the reference has a bare class name, the subject puts the class's module before it.

    `modules` maps the names of an SDK's own classes to their modules; `otherwise` is the module of the rest,
    the scenario's own.
    """
    if not isinstance(wanted, str) or wanted == ABSENT or "." in wanted:
        return NOT_THAT
    return f"{modules.get(wanted, modules['otherwise'])}.{wanted}"


def innermost_cause(wanted: Any, modules: Any, facts: Facts) -> Any:
    """Where the reference has an error and its causes, the subject has the innermost one, qualified."""
    cause = _innermost(wanted)
    if cause is None:
        return NOT_THAT
    return {**cause, "ErrorType": qualified(cause.get("ErrorType"), modules, facts)}


def innermost_as(wanted: Any, given: Any, _: Facts) -> Any:
    """Where the innermost cause of the reference's error has one type, it is the subject's, as another."""
    cause = _innermost(wanted)
    if cause is None or cause.get("ErrorType") != given["wanted"]:
        return NOT_THAT
    return {**cause, "ErrorType": given["seen"]}


def cut_off(wanted: Any, given: Any, facts: Facts) -> Any:
    """Where the reference says that a step was cut off, the subject says which: as that step itself does.

    `given` is the reference's `message`, and the `modules` of the type that the subject has beside causes.
    """
    cause = _innermost(wanted)
    if facts.cut_off is None or given["message"] not in (wanted, cause and cause.get("ErrorMessage")):
        return NOT_THAT
    if cause is None:
        return facts.cut_off
    kind = qualified(cause.get("ErrorType"), given["modules"], facts)
    return {**cause, "ErrorMessage": facts.cut_off, "ErrorType": kind}


def _innermost(error: Any) -> dict[str, Any] | None:
    if not isinstance(error, dict) or "Cause" not in error:
        return None
    innermost: dict[str, Any] = error
    while isinstance(innermost.get("Cause"), dict):
        innermost = innermost["Cause"]
    return innermost


def submitted(wanted: Any, _given: Any, facts: Facts) -> Any:
    """Where the reference drops what a submitter returned, the subject keeps it; literal values, not null."""
    inside = facts.candidates and all(each.slot.role is Role.SUBMITTER for each in facts.candidates)
    if wanted != ABSENT or not inside:
        return NOT_THAT
    statements = [each.slot.statement for each in facts.candidates]
    bodies = [body for each in statements if isinstance(each, s.WaitForCallback) for body in each.submitter]
    returned = next((body.returns for body in bodies if body.crashes is None and body.raises is None), None)
    serdes = getattr(statements[0], "serdes", None)
    if returned is None or "$" in str(returned):
        return NOT_THAT
    value = returned if serdes is None else written(serdes, returned)
    return value if is_known(value) else NOT_THAT


def ceiled_backoff(wanted: Any, _given: Any, facts: Facts) -> Any:
    """The subject rounds a back-off up where the reference rounds it to the nearest second.

    Only for delays that the program fixes: an exponential strategy without jitter whose numbers are literal.
    """
    ideals = {_ideal(candidate.slot.statement, facts.occurrence) for candidate in facts.candidates}
    ideal = ideals.pop() if len(ideals) == 1 else None
    if ideal is None or wanted != max(1, math.floor(ideal + 0.5)):
        return NOT_THAT
    return max(1, math.ceil(ideal))


def _ideal(statement: s.Statement, attempt: int) -> float | None:
    retry = getattr(statement, "retry", None) or getattr(statement, "backoff", None)
    kind = getattr(retry, "kind", "exponential")
    if retry is None or kind != "exponential" or (retry.jitter or "").upper() != "NONE":
        return None
    initial, most = _seconds(retry.initial), _seconds(retry.max)
    if initial is None or retry.rate is None:
        return None
    delay = float(initial * retry.rate ** (attempt - 1))
    return delay if most is None else min(delay, most)


def _seconds(duration: s.Duration | None) -> float | None:
    units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
    if duration is None or not isinstance(duration.amount, int | float):
        return None
    return float(duration.amount * units[duration.unit])


TRANSFORMS: Mapping[str, Transform] = {
    "absent-to": absent_to,
    "to-absent": to_absent,
    "exactly": exactly,
    "says": says,
    "unsaid": unsaid,
    "not-reached": not_reached,
    "goes-on": goes_on,
    "reworded": reworded,
    "outer-name": outer_name,
    "parsed-text": parsed_text,
    "qualified": qualified,
    "innermost-cause": innermost_cause,
    "innermost-as": innermost_as,
    "cut-off": cut_off,
    "submitted": submitted,
    "ceiled-backoff": ceiled_backoff,
}
