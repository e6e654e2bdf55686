"""The ways in which a known divergence may follow from what is wanted: named, exact, and few.

A transform takes what the reference (or the rule) wants and gives what the subject is known to have instead.
Only if that is exactly what was seen does it account for a finding; there is no "anything goes" among them,
and there must never be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.wire.values import ABSENT, same

NOT_THAT: Final = object()
"""What a transform gives where it has nothing to say."""


@dataclass(frozen=True)
class Facts:
    """What a transform may know beside the value: which operation it is about, how the executions ended."""

    path: str = ""
    name: str | None = None
    seen: Any = ABSENT
    """What was seen, where only a part of it follows from the rest."""
    broke_off: bool = False
    """Whether the execution did not succeed, and all that it wrote of an operation the other's began with."""
    other_broke_off: bool = False
    """Whether the other's did."""


NO_FACTS: Final = Facts()
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


def value_of_text(wanted: Any, _given: Any, _: Facts) -> Any:
    """Where the reference has a text of JSON, the subject has the value in it; in a list so has each."""
    if isinstance(wanted, list):
        made = [value_of_text(each, None, NO_FACTS) for each in wanted]
        return NOT_THAT if not made or NOT_THAT in made else made
    try:
        return json.loads(wanted) if isinstance(wanted, str) and wanted != ABSENT else NOT_THAT
    except ValueError:
        return NOT_THAT


def says(wanted: Any, given: Any, facts: Facts) -> Any:
    """Where the reference has nothing, the subject has what reads as given.

    `{place}` stands for a typed path, `{id}` for the positions by which JavaScript names an operation or a
    context (`1-2`, `undefined` at the root), `{word}` for one word, `{name}` for a name, `{rest}`
    for what is left of a sentence; a list gives several such.
    """
    return facts.seen if wanted == ABSENT and _reads_as_one(given, facts.seen) else NOT_THAT


def unsaid(wanted: Any, given: Any, _: Facts) -> Any:
    """Where the reference has what reads as given, as in `says`, the subject has nothing."""
    return ABSENT if wanted != ABSENT and _reads_as_one(given, wanted) else NOT_THAT


def instead(wanted: Any, given: Any, facts: Facts) -> Any:
    """Where the reference has what reads as `wanted`, as in `says`, the subject has what reads as `seen`."""
    for pair in given if isinstance(given, list) else [given]:
        if wanted != ABSENT and _reads(pair["wanted"], wanted) and _reads(pair["seen"], facts.seen):
            return facts.seen
    return NOT_THAT


_KINDS = {
    "place": r"[0-9.\[\]>]+",
    "id": r"(?:undefined|[0-9]+(?:-[0-9]+)*)",
    "word": r"\w+",
    "name": r'[^"]+',
    "rest": r".+",
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


def logged_once(wanted: Any, _given: Any, _: Facts) -> Any:
    """Where the reference's lines come out in several invocations, the subject's do in the first alone."""
    if not isinstance(wanted, list) or not all(isinstance(line, dict) for line in wanted):
        return NOT_THAT
    told = [line.get("invocations") for line in wanted]
    if not all(isinstance(each, list) and each for each in told):
        return NOT_THAT
    return [{**line, "invocations": each[:1]} for line, each in zip(wanted, told, strict=True)]


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


TRANSFORMS: Mapping[str, Transform] = {
    "absent-to": absent_to,
    "to-absent": to_absent,
    "exactly": exactly,
    "value-of-text": value_of_text,
    "says": says,
    "unsaid": unsaid,
    "instead": instead,
    "logged-once": logged_once,
    "not-reached": not_reached,
    "goes-on": goes_on,
    "reworded": reworded,
}
