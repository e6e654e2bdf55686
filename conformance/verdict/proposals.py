"""Entries proposed for the ledger: what a maintainer would have to write for findings that are new.

A proposal is exact, as an entry must be: each value that was seen stands in it, for the versions that it was
seen with and, until somebody confirms that, for newer ones. Whether the difference is one to live with, and
where upstream it comes from, a person has to say before it goes into the file; nothing here writes there.
What no entry may account for is refused.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.errors import UsageError
from conformance.sdks import registry
from conformance.sdks.versions import release
from conformance.verdict.entries import Occasion
from conformance.verdict.finding import Finding, Layer
from conformance.verdict.ledger_file import parse
from conformance.verdict.promise import promised
from conformance.verdict.surroundings import WORDS, Surroundings
from conformance.verdict.where import Where, open_indexes
from conformance.wire.values import ABSENT, brief, same

if TYPE_CHECKING:
    from conformance.verdict.entries import Entry
    from conformance.wire.positions import Slot
    from conformance.wire.recording import SubjectInfo

SHOWN_BY = 3
"""Witnesses of an entry that is not limited to them."""
LONGEST = 2000
"""Characters of a value that an entry can hold: one that is longer is no class of anything."""
WIDTH = 112

_PROMISED = (
    "no entry may account for a ParentId, nor for whether a context's update is there where the program has a"
    " virtual context or a FLAT branch: that is what this project promises to report"
)
_LIMITED = "what is seen follows from one program's own values, until somebody says otherwise"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True)
class Observed:
    """A finding, and what showed it.

    Attributes:
        around: The scenario's program.
        finding: What was found.
        subject: Who showed it.
        reference: What parity compared with.
        ended_apart: Whether the execution came to another status than the reference's.
    """

    around: Surroundings
    finding: Finding
    subject: SubjectInfo
    reference: SubjectInfo | None
    ended_apart: bool = False

    @property
    def scenario(self) -> str:
        """The scenario's id."""
        return self.around.scenario.id

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What the program has at the operation that the finding is about."""
        where = Where.parse(self.finding.path)
        found = self.around.slots(where.path) if where else ()
        return tuple(slot for slot in found if where and slot.type == where.type)


@dataclass(frozen=True)
class Proposals:
    """`entries` are texts that go below `divergences:`; `refused` says why there is none for the rest."""

    entries: tuple[str, ...]
    refused: tuple[str, ...]


SpotMembers: TypeAlias = tuple[tuple[str, str], ...]
"""Where a class of findings shows, as the members of an entry's spot."""


@dataclass(frozen=True)
class _Class:
    """New findings that one entry is to account for."""

    id: str
    place: SpotMembers
    shown: tuple[Observed, ...]

    @property
    def scenarios(self) -> tuple[str, ...]:
        return tuple(sorted({one.scenario for one in self.shown}))

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """What is wanted and what is seen instead, each pair once."""
        found: list[tuple[Any, Any]] = []
        for one in self.shown:
            pair = [one.finding.wanted, one.finding.seen]
            if not any(same(pair, [*other]) for other in found):
                found.append((one.finding.wanted, one.finding.seen))
        return found


def propose(shown: Iterable[Observed], taken: Iterable[str] = ()) -> Proposals:
    """Propose entries for the findings that no entry accounts for; `taken` are the ids there are.

    A proposal holds in its witnesses only where it is about one place of one program, or where it would
    account for what another entry accounts for elsewhere.
    """
    everything = list(shown)
    accounted = [one for one in everything if one.finding.divergence is not None]
    refused: dict[str, None] = {}
    groups: dict[tuple[Any, ...], list[Observed]] = {}
    for one in everything:
        if one.finding.divergence is not None or one.finding.rule == "unsupported":
            continue
        if reason := _unfit(one):
            refused[f"{one.scenario} with {one.subject.id}: {_said(one.finding)}: {reason}"] = None
        else:
            against = one.reference.sdk if one.reference else None
            groups.setdefault((_place(one.finding), one.subject.sdk, against), []).append(one)
    ids, entries = set(taken), list[str]()
    for (place, *_), members in groups.items():
        class_ = _Class(_id(place, ids), place, tuple(members))
        limited = "path" in dict(place)
        for holds in dict.fromkeys((limited, True)):
            text = _text(class_, limited=holds)
            entry = _read(text)
            if entry is not None and not any(_takes(entry, one) for one in accounted):
                break
        if entry is not None and all(_takes(entry, one) for one in members):
            ids.add(class_.id)
            entries.append(text)
        else:
            refused[f"{_said(members[0].finding)}: no entry can say what was seen"] = None
    return Proposals(tuple(entries), tuple(refused))


def _unfit(one: Observed) -> str | None:
    """Why there can be no entry for a finding."""
    tests: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: one.finding.layer is Layer.HARNESS, "it is about this suite, not about an SDK"),
        (lambda: one.finding.layer is Layer.DIALECT, "how an SDK spells belongs into its record"),
        (
            lambda: (
                promised(one.finding, one.around, ended_apart=one.ended_apart)
                or "ParentId" in one.finding.path
            ),
            _PROMISED,
        ),
        (lambda: "+mutant:" in one.subject.id, "the subject is a mutant, which no entry may absorb"),
        (
            lambda: one.finding.layer is Layer.PARITY and one.reference is None,
            "there is no reference that it holds against",
        ),
        (
            lambda: not all(release(info.version) for info in (one.subject, one.reference) if info),
            "the version is none that a range can name",
        ),
        (lambda: not (_json(one.finding.seen) and _json(one.finding.wanted)), "what was seen is no JSON"),
        (
            lambda: max(len(_flow(one.finding.seen)), len(_flow(one.finding.wanted))) > LONGEST,
            "the values are too long to be those of a class",
        ),
    )
    return next((reason for holds, reason in tests if holds()), None)


def _said(finding: Finding) -> str:
    return f"{finding.layer}/{finding.rule} at {finding.path}"


def _json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError):
        return False
    return True


def _place(finding: Finding) -> SpotMembers:
    where = Where.parse(finding.path)
    place = {"layer": finding.layer.value, "rule": finding.rule}
    if where is None:
        return (*place.items(), ("path", open_indexes(finding.path)))
    place |= {"type": where.type, "action": where.action}
    return tuple((place | {"field": where.field_class} if where.field else place).items())


def _id(place: SpotMembers, taken: set[str]) -> str:
    """An id made of the rule and what it is about; numbered where there is one already."""
    told = dict(place)
    words = "-".join(told[key] for key in ("rule", "type", "action", "field") if key in told)
    base = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    return next(
        name
        for number in range(1, len(taken) + 2)
        if (name := base if number == 1 else f"{base}-{number}") not in taken
    )


def _read(text: str) -> Entry | None:
    """Read a proposal as the ledger would; None for one that it refuses."""
    try:
        (entry,) = parse(f"divergences:\n{text}", "the proposal")
    except UsageError:
        return None
    return entry


def _takes(entry: Entry, one: Observed) -> bool:
    return any(
        entry.accounts_for(Occasion(one.scenario, view, one.slots, one.around))
        for view, _ in entry.views(one.finding, one.subject, one.reference)
    )


def _text(class_: _Class, *, limited: bool) -> str:
    return "".join(f"{line}\n" for line in _lines(class_, limited=limited))


def _lines(class_: _Class, *, limited: bool) -> Iterator[str]:
    first = class_.shown[0]
    transforms = _transforms(class_.pairs)
    yield f"  - id: {class_.id}"
    yield f"    title: {_flow(_title(class_))}"
    yield "    what: >"
    yield from textwrap.wrap(_what(class_), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    yield f"    link: {_home(first.subject.sdk)}/issues"
    yield "    kind: behaviour"
    yield from _versions([one.subject for one in class_.shown])
    if first.finding.layer is Layer.PARITY:
        yield "    reference:"
        yield from (
            f"  {line}" for line in _versions([one.reference for one in class_.shown if one.reference])
        )
    yield from _scope(class_)
    yield "    findings:"
    for transform in transforms:
        own = {"transform": transform} if len(transforms) > 1 else {}
        yield f"      - {_flow(dict(class_.place) | own)}"
    if len(transforms) == 1:
        yield f"    transform: {_flow(transforms[0])}"
    yield f"    witnesses: {_flow(list(class_.scenarios if limited else class_.scenarios[:SHOWN_BY]))}"
    if limited:
        yield f"    limited: {_flow(_LIMITED)}"


def _versions(infos: list[SubjectInfo]) -> Iterator[str]:
    """One SDK's versions: from the oldest that showed it, open at the end, and the newest that did."""
    releases = sorted(each for info in infos if (each := release(info.version)))
    yield f"    sdk: {infos[0].sdk}"
    yield f'    versions: ">={releases[0]}"'
    yield f"    confirmed: {releases[-1]}"


def _scope(class_: _Class) -> Iterator[str]:
    """The statements and roles that it is about, where the program fixes both everywhere that it shows."""
    slots = [one.slots for one in class_.shown]
    if all(slots):
        statements = dict.fromkeys(WORDS[type(slot.statement)] for each in slots for slot in each)
        roles = dict.fromkeys(slot.role.value for each in slots for slot in each)
        yield f"    statement: {_flow(next(iter(statements)) if len(statements) == 1 else [*statements])}"
        yield f"    role: {_flow(next(iter(roles)) if len(roles) == 1 else [*roles])}"


def _home(sdk: str) -> str:
    """Where an SDK is developed, by its record."""
    record = registry.record(sdk)
    return record.upstream if record else "https://github.com/OWNER/REPOSITORY"


def _transforms(pairs: list[tuple[Any, Any]]) -> list[Any]:
    """One transform where what is seen follows from what is wanted, else one for each pair."""
    (wanted, seen), *others = pairs
    if not others:
        if wanted == ABSENT:
            return [{"absent-to": seen}]
        return [{"to-absent": wanted} if seen == ABSENT else {"exactly": {"wanted": wanted, "seen": seen}}]
    follows = all(not same(one, other) for at, (one, _) in enumerate(pairs) for other, _ in pairs[at + 1 :])
    if follows:
        return [{"exactly": [{"wanted": wanted, "seen": seen} for wanted, seen in pairs]}]
    return [transform for pair in pairs for transform in _transforms([pair])]


def _title(class_: _Class) -> str:
    told = dict(class_.place)
    if "type" not in told:
        return f"{told['rule']} at {told['path']}"
    return f"{told['rule']} of a {told['type']}'s {told['action']}"


def _what(class_: _Class) -> str:
    first = class_.shown[0]
    told, finding = dict(class_.place), first.finding
    right = f"{first.reference.sdk} has" if first.reference and finding.layer is Layer.PARITY else "wanted is"
    if told.get("field"):
        sentence = (
            f"{told['field']} of a {told['type']}'s {told['action']} is {_value(finding.seen)} in"
            f" {first.subject.sdk}; {right} {_value(finding.wanted)}."
        )
    else:
        sentence = f"{finding.message.rstrip('.')}."
    others = len(class_.pairs) - 1
    more = f" {others} other pair{'s' * (others > 1)} of values like these." if others else ""
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}{more}".split())


def _value(value: Any) -> str:
    return "absent" if value == ABSENT else brief(value)


def _flow(value: Any) -> str:
    """A value as YAML on one line; words as they are, any other text as JSON has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(str(key))}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
