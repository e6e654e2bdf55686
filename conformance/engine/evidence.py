"""What a recording says about a bad verdict beyond its findings: which came first, where, and what followed.

It is made while the recording is at hand, and small, so that reports need no recording.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from conformance.engine.frames import Frame, frames
from conformance.scenario.model import Scenario
from conformance.scenario.parse import place as document_place
from conformance.scenario.statement_parser import PARSERS
from conformance.scenario.statements import ABSENT, Statement
from conformance.verdict.finding import Finding, Layer, Result
from conformance.verdict.where import Where
from conformance.wire.identity import Position
from conformance.wire.program import statements_within
from conformance.wire.recording import Exchange, Recording
from conformance.wire.stream import Stream, Update, canonical

UNKNOWN_SIZE = 2**53
"""The size of a program that could not be read: larger than any."""
LONGEST = 300  # characters of the service's words that are kept

_REFUSAL = "request-refused"
_NUMBERED = re.compile(r"(?P<kind>invocation|request|response) (?P<number>\d+)")
_EFFECT = re.compile(r"(?:effect|log):(?P<at>[^\[]+)(?P<indexes>(?:\[\d+\])*)(?:\..*)?")
_OPERATION = re.compile(r"(?P<path>[^:]+):(?P<type>[A-Z_]+)")

RANKS: Mapping[Layer, int] = {
    layer: rank
    for rank, layer in enumerate([*(one for one in Layer if one is not Layer.HARNESS), Layer.HARNESS])
}
"""The order of layers in which the first finding is looked for: what the harness says comes last."""


@dataclass(frozen=True)
class Answer:
    """What the service answered to the request that a finding is about, where it refused it."""

    request: int  # `seq` of the exchange
    status: int
    message: str


@dataclass(frozen=True)
class Evidence:
    """What is known of the first of a result's unexpected findings.

    `order` has the unexpected findings, the first one first. `place` is the path of what the first one is
    about in the scenario's document, empty where that can't be told, and `what` names it, as
    `STEP START of 'a'`. `seen` and `wanted` are the finding's, contexts by their names. `size` says how
    large the program is, and `document` is its hash, by which a file is known to be the one that ran.
    """

    order: tuple[Finding, ...]
    size: int
    document: str
    at: str | None = None  # place of the statement: `handler/0/do/0`
    place: tuple[str | int, ...] = ()
    what: str = ""
    seen: Any = None
    wanted: Any = None
    answer: Answer | None = None
    frames: tuple[Frame, ...] = ()
    unreached: tuple[str, ...] = ()  # operations that should be there and are not: `wait 'pause'`


def evidence(recording: Recording, result: Result) -> Evidence | None:
    """What a recording says about a result; None where nothing of the result is unexpected.

    A recording that can't be read (the judge has said so) says nothing of places.
    """
    findings = [one for one in result.findings if one.divergence is None]
    if not findings:
        return None
    try:
        scenario = Scenario.from_document(recording.scenario, recording.document)
        about = _About(recording, scenario, canonical(recording, scenario))
    except Exception:  # noqa: BLE001 (whatever is odd about it is a finding of the judge's)
        findings.sort(key=lambda one: RANKS[one.layer])
        return Evidence(tuple(findings), UNKNOWN_SIZE, digest(recording.document))
    findings.sort(key=lambda one: (RANKS[one.layer], about.time(one)))
    first = findings[0]
    update = about.update(first)
    at = about.statement(first, update)
    answer = about.answer(first, update)
    return Evidence(
        order=tuple(findings),
        size=_size(scenario),
        document=digest(recording.document),
        at=at,
        place=_place(recording.document, at, first),
        what=about.what(first, update),
        seen=about.named(first, first.seen),
        wanted=about.named(first, first.wanted),
        answer=answer,
        frames=frames(recording.stderr, recording.subject.sdk, answer.message if answer else None),
        unreached=tuple(dict.fromkeys(_unreached(findings[1:], about))),
    )


def _unreached(findings: list[Finding], about: _About) -> Iterator[str]:
    """The operations that findings say are missing altogether."""
    for one in findings:
        if one.rule == "operation-missing":
            kind, _, name = about.what(one, None).partition(" ")
        elif one.rule == "update-missing" and one.path.endswith(".START"):
            where = Where.parse(one.path)
            kind = where.type if where else ""
            name = (
                f"'{one.wanted['Name']}'" if isinstance(one.wanted, dict) and one.wanted.get("Name") else ""
            )
            name = name or (where.path if where else "")
        else:
            continue
        yield f"{kind.lower().replace('_', ' ')} {name}"


def digest(document: Any) -> str:
    """The hash by which two documents are told to be one."""
    return sha256(json.dumps(document, sort_keys=True).encode("utf-8", "backslashreplace")).hexdigest()


def _size(scenario: Scenario) -> int:
    """How much there is to a scenario: its statements, and more for what is done to it from outside."""
    statements = sum(len(statements_within(body)) for body in _bodies(scenario))
    return statements + DISTURBED * len(scenario.faults) + len(scenario.outside)


DISTURBED = 20
"""Statements that a fault counts for: a scenario without any tells more plainly what is wrong."""


def _bodies(scenario: Scenario) -> Iterator[tuple[Statement, ...]]:
    yield scenario.handler
    for function in scenario.functions.values():
        yield function.handler


def _place(document: dict[str, Any], at: str | None, finding: Finding) -> tuple[str | int, ...]:
    """The path in the document: of the statement's word, or of the expectation."""
    if finding.layer is Layer.EXPECT:
        return expectation(document, finding.rule, finding.path)
    if at is None:
        return ()
    try:
        path = document_place(document, at)
        node: Any = document
        for segment in path:
            node = node[segment]
        return (*path, next(key for key in node if key in PARSERS))
    except (LookupError, TypeError, ValueError, StopIteration):
        return ()


_EXPECTED: Mapping[str, tuple[str, ...]] = {
    "expected-status": ("status",),
    "expected-result": ("result",),
    "expected-error-type": ("error", "type"),
    "expected-error-message": ("error", "message"),
    "expected-invocations": ("invocations",),
    "expected-any-of": ("any_of",),
}


def expectation(document: dict[str, Any], rule: str, path: str) -> tuple[str | int, ...]:
    """Where the word of `expect` stands that a finding is about; its path names operations and bodies."""
    member = _EXPECTED.get(rule) or tuple(path.split(".", 1))
    return ("expect", *member) if "expect" in document else ()


class _About:
    """Looks findings up in a recording."""

    def __init__(self, recording: Recording, scenario: Scenario, stream: Stream) -> None:
        self._recording = recording
        self._stream = stream
        self._statements = {
            statement.at: statement for body in _bodies(scenario) for statement in statements_within(body)
        }
        self._updates: dict[tuple[str, str, str, int], Update] = {}
        for update in stream.all:
            key = (update.path, update.type, update.action, update.occurrence)
            self._updates.setdefault(key, update)
        self._places = {
            identity.prefix + place.path: place
            for identity in stream.identities.values()
            for place in identity.places.values()
        }

    def update(self, finding: Finding) -> Update | None:
        """The update that a finding is about."""
        where = Where.parse(finding.path)
        if where is None:
            return None
        return self._updates.get((where.path, where.type, where.action, where.occurrence))

    def time(self, finding: Finding) -> tuple[int, int]:
        """When it happened, as the recording counts; what has no time comes last."""
        update = self.update(finding)
        if update is not None and finding.rule == _REFUSAL:
            return update.seq, len(self._stream.all)  # what the service refused came before its answer
        if update is not None:
            return update.seq, update.index
        never = (2**53, 0)
        if (hit := _NUMBERED.match(finding.path)) is not None:
            number = int(hit["number"])
            if hit["kind"] != "invocation":
                return number, 0
            return next(((one.seq, 0) for one in self._recording.invocations if one.number == number), never)
        if (hit := _EFFECT.fullmatch(finding.path)) is not None:
            spot = hit["at"] + hit["indexes"]
            return next(((one.seq, 0) for one in self._recording.effects if one.place == spot), never)
        return never

    def statement(self, finding: Finding, update: Update | None) -> str | None:
        """The place of the statement that it is about."""
        if (hit := _EFFECT.fullmatch(finding.path)) is not None:
            return str(hit["at"])
        if finding.path in self._statements:
            return finding.path
        place = self._stream.place(update) if update is not None else None
        if place is None and (hit := _OPERATION.match(finding.path)) is not None:
            place = self._places.get(hit["path"])
        return place.candidates[0].at if place is not None and place.candidates else None

    def what(self, finding: Finding, update: Update | None) -> str:
        """What a finding is about, named as the scenario names it; empty where it can't be told."""
        if update is not None:
            name = update.name or self._name(self._stream.place(update))
            return f"{update.type} {update.action}" + (f" of '{name}'" if name else f" of {update.path}")
        if (hit := _OPERATION.match(finding.path)) is not None:
            place = self._places.get(hit["path"])
            name = self._name(place)
            return f"{hit['type']} '{name}'" if name else f"{hit['type']} {hit['path']}"
        if (hit := _EFFECT.fullmatch(finding.path)) is not None:
            name = getattr(self._statements.get(hit["at"]), "name", None)
            return f"body of '{name}'" if isinstance(name, str) else ""
        return ""

    def named(self, finding: Finding, value: Any) -> Any:
        """A ParentId with the name of the context that it names; any other value as it is."""
        if not finding.path.endswith(".ParentId") or not isinstance(value, str):
            return value
        place = self._places.get(value.removesuffix(" (virtual)"))
        name = self._name(place)
        if place is None or (name is None and not place.virtual):
            return value
        said = f"{value.removesuffix(' (virtual)')} '{name}'" if name else value.removesuffix(" (virtual)")
        return f"{said} (virtual)" if place.virtual else said

    def answer(self, finding: Finding, update: Update | None) -> Answer | None:
        """The service's answer to the request that a finding is about, if it refused it of its own accord."""
        seq = update.seq if update is not None else None
        if seq is None and (hit := re.search(r"request (\d+)", finding.path)) is not None:
            seq = int(hit[1])
        for exchange in self._recording.exchanges:
            if exchange.seq == seq and exchange.status >= HTTPStatus.BAD_REQUEST and exchange.fault is None:
                return Answer(exchange.seq, exchange.status, _words(exchange))
        return None

    def _name(self, place: Position | None) -> str | None:
        """The name that the scenario gives to the operation at a place."""
        if place is None or not place.candidates or place.branch:
            return None
        name = getattr(place.candidates[0].slot.statement, "name", ABSENT)
        return name if isinstance(name, str) else None


def _words(exchange: Exchange) -> str:
    """What the service said: its message, or the beginning of whatever it sent."""
    try:
        body = json.loads(exchange.response)
    except ValueError:
        body = None
    message = (
        next((body[key] for key in ("message", "Message") if key in body), None)
        if isinstance(body, dict)
        else None
    )
    return (message if isinstance(message, str) else exchange.response)[:LONGEST]
