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

from conformance.scenario import statements as s
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


Transform = Callable[[Any, Any, Facts], Any]


def absent_to(wanted: Any, given: Any, _: Facts) -> Any:
    """Where the reference has nothing, the subject has the given value."""
    return given if wanted == ABSENT else NOT_THAT


def to_absent(wanted: Any, given: Any, _: Facts) -> Any:
    """Where the reference has the given value, the subject has nothing."""
    return ABSENT if same(wanted, given) else NOT_THAT


def exactly(wanted: Any, given: Any, _: Facts) -> Any:
    """Where the reference has `wanted`, the subject has `seen`; a list gives several such pairs."""
    pairs = given if isinstance(given, list) else [given]
    return next((pair["seen"] for pair in pairs if same(wanted, pair["wanted"])), NOT_THAT)


def reworded(wanted: Any, given: Any, facts: Facts) -> Any:
    """Where the reference's message reads as `wanted`, the subject's reads as `seen`; a list gives several.

    `{path}` and `{name}` stand for the operation's own, any other `{word}` for the same text on both sides.
    """
    if not isinstance(wanted, str):
        return NOT_THAT
    known = {"path": facts.path, "name": facts.name or ""}
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
    if not isinstance(wanted, dict) or "Cause" not in wanted:
        return NOT_THAT
    while isinstance(wanted.get("Cause"), dict):
        wanted = wanted["Cause"]
    return {**wanted, "ErrorType": qualified(wanted.get("ErrorType"), modules, facts)}


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
    "reworded": reworded,
    "outer-name": outer_name,
    "parsed-text": parsed_text,
    "qualified": qualified,
    "innermost-cause": innermost_cause,
    "ceiled-backoff": ceiled_backoff,
}
