"""What is told to an SDK's maintainers of one finding, read from `findings.yaml` and the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from conformance.errors import UsageError
from conformance.verdict.entries import Entry
from conformance.verdict.finding import Layer

FILE = Path(__file__).with_name("findings.yaml")
_TOLD = {"seen", "wanted", "cause", "issue"}
_OWN = {"id", "title", "what", "sdk", "versions", "confirmed", "rule", "breaks", "witnesses"}


@dataclass(frozen=True)
class Cause:
    """Why it is so, and where in the SDK's source: a link that stays what it is."""

    text: str
    link: str


@dataclass(frozen=True)
class Upstream:
    """One finding in a maintainer's terms.

    `rules` are those of this suite that say so, `breaks` ids of the catalogue of requirements. `seen` and
    `wanted` are what was put on the wire and what should have been, `issue` the upstream one. What nobody has
    looked for yet is empty or None. `known` says that an entry of the ledger accounts for it.
    """

    id: str
    title: str
    what: str
    sdk: str
    versions: str
    confirmed: str
    rules: tuple[str, ...]
    breaks: tuple[str, ...]
    witnesses: tuple[str, ...]
    seen: str = ""
    wanted: str = ""
    cause: Cause | None = None
    issue: str | None = None
    racy: str = ""
    known: bool = True


def findings(entries: Iterable[Entry], file: Path = FILE) -> tuple[Upstream, ...]:
    """Every entry of the ledger that breaks the specification, and what no entry may account for; by SDK.

    Raises:
        UsageError: the file can't be read, or says something of an entry that is not there.
    """
    breaking = {entry.id: entry for entry in entries if entry.breaks}
    told: dict[str, dict[str, Any]] = {}
    own: list[Upstream] = []
    for given in _read(file):
        if "entry" not in given:
            own.append(_own(given, file))
        elif given["entry"] not in breaking:
            raise UsageError(
                f"the ledger has no entry {given['entry']} that breaks anything",
                where=str(file),
                hint="take it away, or call it as the ledger does",
            )
        else:
            told[given["entry"]] = given
    found = [*own, *(_of(entry, told.get(entry.id, {})) for entry in breaking.values())]
    return tuple(sorted(found, key=lambda one: one.sdk))


def _read(file: Path) -> Iterator[dict[str, Any]]:
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        listed = document["findings"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise UsageError(f"no findings can be read here: {error}", where=str(file)) from error
    for given in listed:
        known = _TOLD | ({"entry"} if "entry" in given else _OWN)
        wanted = {"entry", "seen", "wanted"} if "entry" in given else _OWN | {"seen", "wanted"}
        if not isinstance(given, dict) or not wanted <= given.keys() <= known:
            raise UsageError(
                f"{str(given)[:80]} is no finding",
                where=str(file),
                hint=f"it has {', '.join(sorted(wanted))}, perhaps {', '.join(sorted(known - wanted))}",
            )
        yield given


def _own(given: dict[str, Any], file: Path) -> Upstream:
    from conformance.sdks import registry  # noqa: PLC0415 - only what is not the ledger's names an SDK itself

    if given["sdk"] not in registry.names():
        raise UsageError(f"{given['id']}: there is no SDK {given['sdk']!r}", where=str(file))
    return Upstream(
        id=given["id"],
        title=given["title"],
        what=" ".join(given["what"].split()),
        sdk=given["sdk"],
        versions=given["versions"],
        confirmed=str(given["confirmed"]),
        rules=(given["rule"],),
        breaks=tuple(given["breaks"]),
        witnesses=tuple(given["witnesses"]),
        known=False,
        **_told(given),
    )


def _of(entry: Entry, given: dict[str, Any]) -> Upstream:
    rules = (spot.rule for spot in entry.spots if spot.layer is not Layer.PARITY and not spot.follows)
    return Upstream(
        id=entry.id,
        title=entry.title,
        what=entry.what,
        sdk=entry.versions.sdk,
        versions=entry.versions.range.text,
        confirmed=str(entry.versions.confirmed),
        rules=tuple(dict.fromkeys(rules)),
        breaks=entry.breaks,
        witnesses=entry.witnesses,
        racy=entry.racy,
        **_told(given),
    )


def _told(given: dict[str, Any]) -> dict[str, Any]:
    cause = given.get("cause")
    return {
        "seen": given.get("seen", ""),
        "wanted": given.get("wanted", ""),
        "cause": Cause(cause["text"], cause["link"]) if cause else None,
        "issue": given.get("issue"),
    }
