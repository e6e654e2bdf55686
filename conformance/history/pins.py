"""What each released version of an SDK is known to come to: the file that a run of them is held against.

It is strict both ways: a version that shows a cause which isn't pinned for it, and one that shows a pinned
one no longer, are both told. So each version is a test of this suite too: what loses a bug that an old
release has, or sees one that it hasn't, is seen.

A file has one cause a line, with the versions that show it and in which scenarios. An end that is not there
is still open: a further release that changes nothing adds nothing but its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from conformance.errors import UsageError
from conformance.history.changes import Shown, changes
from conformance.scenario.patterns import matches
from conformance.subjects.releases import number

FOLDER = "history"
"""The folder beside the scenarios that has a file for each SDK."""

SCHEMA = 1
ALL = ("*",)


@dataclass(frozen=True)
class Pin:
    """A cause, where it shows, and the versions: `until` is the first that shows it no more."""

    cause: str
    scenarios: tuple[str, ...]
    since: str
    until: str | None


@dataclass(frozen=True)
class Difference:
    """A cause that a version shows though it is not pinned (`new`), or no longer shows though it is."""

    cause: str
    scenarios: tuple[str, ...]
    new: bool


@dataclass(frozen=True)
class Note:
    """What the SDK's own project says of a release, and where: written by hand, and kept."""

    says: str
    link: str


@dataclass(frozen=True)
class Race:
    """Causes that versions show in some runs of these scenarios and not in others: written by hand, and kept.

    They are neither pinned nor held; whatever else shows there is. `why` says what races.
    """

    causes: tuple[str, ...]
    scenarios: tuple[str, ...]
    since: str
    until: str | None
    why: str

    def holds(self, version: str, scenario: str) -> bool:
        """Whether it is about that version and scenario."""
        begun = number(self.since) <= number(version)
        return (
            scenario in self.scenarios and begun and (not self.until or number(version) < number(self.until))
        )


@dataclass(frozen=True)
class Pins:
    """One SDK's file.

    `versions` says for each, the oldest first, which scenarios it was run with: patterns, of which `*` is
    all. `shown` has what each one shows.
    """

    sdk: str
    reference: str
    versions: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, Shown]
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    races: tuple[Race, ...] = ()

    def steady(self, version: str, cells: Shown) -> Shown:
        """What a version shows without what it shows by chance."""
        cut = {
            name: causes.difference(*(one.causes for one in self.races if one.holds(version, name)))
            for name, causes in cells.items()
        }
        return {name: causes for name, causes in cut.items() if causes}

    def covers(self, version: str, scenarios: Iterable[str]) -> frozenset[str]:
        """Those scenarios of which it is known what the version shows."""
        known = [*scenarios]
        return frozenset(one for pattern in self.versions.get(version, ()) for one in matches(pattern, known))

    def nearest(self, version: str) -> str | None:
        """The version itself, or else the newest one that is older; None where there is none."""
        if version in self.versions:
            return version
        older = [one for one in self.versions if number(one) < number(version)]
        return max(older, key=number, default=None)

    def against(
        self, version: str, cells: Shown, selected: Iterable[str], *, whole: bool = False
    ) -> tuple[Difference, ...]:
        """What a version shows otherwise than is pinned for it, or for the nearest one.

        Args:
            version: the one that was run.
            cells: what it showed; where it showed nothing, nothing.
            selected: the scenarios that were judged.
            whole: whether these are all that there are: then a scenario that is gone is told too.
        """
        nearest = self.nearest(version)
        if nearest is None:
            return _told({}, cells)
        pinned = self.shown[nearest]
        cells = self.steady(nearest, cells)
        asked = {*selected} | ({*pinned} if whole else set())
        known = self.covers(nearest, asked)
        return _told(_only(pinned, known), _only(cells, known))

    def measured(
        self, reference: str, shown: Mapping[str, Shown], scenarios: Iterable[str], patterns: Sequence[str]
    ) -> Pins:
        """The pins with what was measured now in place of what was known of the same versions and scenarios.

        Args:
            reference: what they were compared with.
            shown: what each version that was measured shows.
            scenarios: all that were measured.
            patterns: what selected them; none for all.
        """
        own = tuple(sorted(patterns)) or ALL
        versions, every = dict(self.versions), dict(self.shown)
        measured = {*scenarios}
        for version, cells in shown.items():
            before = versions.get(version, ())
            versions[version] = ALL if ALL in (own, before) else tuple(sorted({*before, *own}))
            kept = {} if own == ALL else every.get(version, {})
            every[version] = {name: causes for name, causes in kept.items() if name not in measured} | {
                name: causes for name, causes in self.steady(version, cells).items() if causes
            }
        ordered = sorted(versions, key=number)
        return replace(
            self,
            reference=reference,
            versions={one: versions[one] for one in ordered},
            shown={one: every[one] for one in ordered},
        )

    def pins(self) -> tuple[Pin, ...]:
        """What is pinned, one cause and one range of versions each, by the cause's name and the versions."""
        spans: dict[tuple[str, int, int], list[str]] = {}
        versions = [*self.versions]
        for scenario in sorted({name for each in self.shown.values() for name in each}):
            known = [at for at, one in enumerate(versions) if self.covers(one, [scenario])]
            for cause, since, until in _spans([self._causes(versions[at], scenario) for at in known]):
                end = known[until] if until < len(known) else len(versions)
                spans.setdefault((cause, known[since], end), []).append(scenario)
        return tuple(
            Pin(cause, tuple(names), versions[since], versions[until] if until < len(versions) else None)
            for (cause, since, until), names in sorted(spans.items())
        )

    def _causes(self, version: str, scenario: str) -> frozenset[str]:
        return self.shown[version].get(scenario, frozenset())

    def dumps(self) -> str:
        """The file's text: the same for the same pins."""
        head = {"schema": SCHEMA, "sdk": self.sdk, "reference": self.reference}
        lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
        versions = [f"  {json.dumps(one)}: {json.dumps([*own])}" for one, own in self.versions.items()]
        lines.append(' "versions": {\n' + ",\n".join(versions) + "\n }" if versions else ' "versions": {}')
        causes = ",\n".join(f"  {json.dumps(_line(one))}" for one in self.pins())
        if self.notes:
            notes = [
                f"  {json.dumps({'version': version, **asdict(one)}, ensure_ascii=False)}"
                for version, each in self.notes.items()
                for one in each
            ]
            lines.append(' "notes": [\n' + ",\n".join(notes) + "\n ]")
        if self.races:
            races = [f"  {json.dumps(_race_line(one), ensure_ascii=False)}" for one in self.races]
            lines.append(' "races": [\n' + ",\n".join(races) + "\n ]")
        lines.append(f' "causes": [\n{causes}\n ]' if causes else ' "causes": []')
        return "{\n" + ",\n".join(lines) + "\n}\n"


def file(scenarios: Path, sdk: str) -> Path:
    """Where an SDK's pins stand beside a folder of scenarios."""
    return scenarios / FOLDER / f"{sdk}.json"


def files(scenarios: Path) -> list[Path]:
    """The files of all SDKs that have pins, by name."""
    return sorted((scenarios / FOLDER).glob("*.json"))


def read(path: Path, sdk: str) -> Pins:
    """An SDK's pins; a file that is not there has none.

    Raises:
        UsageError: it can't be read, or says what no pins say.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Pins(sdk, "", {}, {})
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the pins can't be read: {error}", where=str(path)) from error
    try:
        return _loaded(json.loads(text), sdk)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"these are no pins of {sdk}: {error}",
            where=str(path),
            hint="they are written by `conformance matrix --pin`",
        ) from error


def _loaded(document: Any, sdk: str) -> Pins:
    if document["schema"] != SCHEMA or document["sdk"] != sdk:
        raise ValueError(f"schema {document['schema']} of {document['sdk']}; wanted {SCHEMA} of {sdk}")
    versions = {str(one): tuple(map(str, patterns)) for one, patterns in document["versions"].items()}
    ordered = [*versions]
    if ordered != sorted(ordered, key=number):
        raise ValueError("the versions do not stand in their order")
    shown: dict[str, dict[str, set[str]]] = {one: {} for one in ordered}
    races = tuple(map(_race, document.get("races", [])))
    pins = Pins(sdk, str(document["reference"]), versions, {}, _notes(document.get("notes", [])), races)
    for line in document["causes"]:
        pin = Pin(
            str(line["cause"]), tuple(map(str, line["scenarios"])), str(line["since"]), line.get("until")
        )
        begins = ordered.index(pin.since)
        ends = len(ordered) if pin.until is None else ordered.index(pin.until)
        if begins >= ends:
            raise ValueError(f"{pin.cause} ends at {pin.until}, which is not after {pin.since}")
        for version in ordered[begins:ends]:
            for scenario in pins.covers(version, pin.scenarios):
                shown[version].setdefault(scenario, set()).add(pin.cause)
    frozen = {
        version: {name: frozenset(causes) for name, causes in each.items()} for version, each in shown.items()
    }
    return replace(pins, shown=frozen)


def _notes(lines: Iterable[Any]) -> dict[str, tuple[Note, ...]]:
    found: dict[str, tuple[Note, ...]] = {}
    for line in lines:
        note = Note(str(line["says"]), str(line["link"]))
        if not note.link.startswith("https://"):
            raise ValueError(f"{note.link!r} is no https URL")
        version = str(line["version"])
        found[version] = (*found.get(version, ()), note)
    return found


def _race(line: Any) -> Race:
    causes, scenarios = (tuple(map(str, line[name])) for name in ("causes", "scenarios"))
    return Race(causes, scenarios, str(line["since"]), line.get("until"), str(line["why"]))


def _race_line(race: Race) -> dict[str, Any]:
    return {name: value for name, value in asdict(race).items() if value is not None}


def _line(pin: Pin) -> dict[str, Any]:
    until = {} if pin.until is None else {"until": pin.until}
    return {"cause": pin.cause, "since": pin.since, **until, "scenarios": [*pin.scenarios]}


def _spans(each: Sequence[frozenset[str]]) -> Iterable[tuple[str, int, int]]:
    """Every cause with where it begins and where it is no more, as places in the sequence."""
    begun: dict[str, int] = {}
    for at, causes in enumerate([*each, frozenset[str]()]):
        for gone in sorted(begun.keys() - causes):
            yield gone, begun.pop(gone), at
        for new in causes - begun.keys():
            begun[new] = at


def _only(shown: Shown, scenarios: frozenset[str]) -> Shown:
    return {name: causes for name, causes in shown.items() if name in scenarios}


def _told(pinned: Shown, cells: Shown) -> tuple[Difference, ...]:
    found = changes(pinned, cells)
    came = [Difference(one.cause, one.scenarios, new=True) for one in found.came]
    return (*came, *(Difference(one.cause, one.scenarios, new=False) for one in found.went))
