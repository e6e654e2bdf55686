"""Reading the ledger's file: YAML, every entry checked before it may account for anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from conformance.errors import Location, UsageError
from conformance.scenario.catalogue import requirements
from conformance.scenario.expressions import admit, evaluate
from conformance.scenario.syntax import ExpressionError
from conformance.verdict.entries import Entry, Spot
from conformance.verdict.finding import Layer
from conformance.verdict.transforms import TRANSFORMS
from conformance.verdict.versions import Versions

if TYPE_CHECKING:
    from pathlib import Path

_REQUIRED = ("id", "title", "what", "link", "findings", "subjects", "witnesses")
_OPTIONAL = ("transform", "reference", "limited", "breaks")
_SPOT = frozenset({"layer", "rule", "type", "action", "field", "path", "transform"})


def read(path: Path) -> tuple[Entry, ...]:
    """Read all entries.

    Raises:
        UsageError: names file, line and what is wrong.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"can't read the ledger: {error}", where=str(path)) from error


def parse(text: str, where: str) -> tuple[Entry, ...]:
    """Read the entries in a file's text; `where` names it in errors, which are those of `read`."""
    try:
        document = YAML(typ="rt", pure=True).load(text)
    except (YAMLError, ValueError) as error:  # ValueError: a number or an escape that can't be one
        raise UsageError(f"can't read the ledger: {error}", where=where) from error
    listed = document.get("divergences") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise _refuse("no list of divergences", Location(where), "begin the file with `divergences:`")
    entries: list[Entry] = []
    for each in listed:
        here = Location(where, each.lc.line + 1 if hasattr(each, "lc") else 0)
        entry = _entry(each, here)
        if any(entry.id == other.id for other in entries):
            raise _refuse(f"{entry.id} is there twice", here, "give each entry an id of its own")
        entries.append(entry)
    return tuple(entries)


def _entry(data: Any, here: Location) -> Entry:
    _keys(data, here)
    spots = _spots(data["findings"], data.get("transform"), here)
    if any(spot.layer is Layer.PARITY for spot in spots) and not data.get("reference"):
        raise _refuse("a parity entry needs a reference", here, "say for which reference's versions it holds")
    return Entry(
        id=str(data["id"]),
        title=str(data["title"]),
        what=" ".join(str(data["what"]).split()),
        link=str(data["link"]),
        spots=spots,
        subjects=_versions(data["subjects"], here),
        reference=_versions(data.get("reference") or {}, here),
        witnesses=_witnesses(data["witnesses"], here),
        limited=data.get("limited") is True,
        breaks=_breaks(data.get("breaks", []), spots, here),
    )


def _breaks(data: Any, spots: tuple[Spot, ...], here: Location) -> tuple[str, ...]:
    if not isinstance(data, list) or not {*map(str, data)} <= {*requirements()}:
        raise _refuse(f"breaks is {data!r}", here, "list ids of the catalogue of requirements")
    if data and all(spot.layer is Layer.PARITY for spot in spots):
        raise _refuse(
            "an entry of parity alone breaks nothing",
            here,
            "parity can't tell who is wrong: leave breaks to the entry of the rule that can",
        )
    return tuple(str(each) for each in data)


def _spots(data: Any, transform: Any, here: Location) -> tuple[Spot, ...]:
    if not isinstance(data, list) or not data:
        raise _refuse("findings is no list", here, "list every spot at which the divergence shows")
    return tuple(_spot(each, transform, here) for each in data)


def _spot(data: Any, transform: Any, here: Location) -> Spot:
    if not isinstance(data, dict) or not data.keys() <= _SPOT or not {"layer", "rule"} <= data.keys():
        raise _refuse("a finding that is not layer, rule and where it shows", here, ", ".join(sorted(_SPOT)))
    if ("path" in data) == ("type" in data) or ("type" in data) != ("action" in data):
        raise _refuse("a finding has either a path, or type and action", here, "say which one is meant")
    _protected(data, here)
    name, argument = _transform(data.get("transform", transform), here)
    texts = {key: str(value) for key, value in data.items() if key != "transform"}
    return Spot(
        layer=_layer(data["layer"], here),
        rule=texts["rule"],
        transform=name,
        argument=argument,
        type=texts.get("type"),
        action=texts.get("action"),
        field=texts.get("field", ""),
        path=texts.get("path"),
    )


def _keys(data: Any, here: Location) -> None:
    if not isinstance(data, dict):
        raise _refuse("an entry that is no mapping", here, f"give it {', '.join(_REQUIRED)}")
    missing = [key for key in _REQUIRED if key not in data]
    unknown = [str(key) for key in data if key not in (*_REQUIRED, *_OPTIONAL)]
    if missing or unknown:
        odd = "; ".join(
            [f"missing: {', '.join(missing)}"] * bool(missing)
            + [f"unknown: {', '.join(unknown)}"] * bool(unknown)
        )
        raise _refuse(odd, here, f"an entry has {', '.join((*_REQUIRED, *_OPTIONAL))}")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(data["id"])):
        raise _refuse(f"id {data['id']!r} is not kebab-case", here, "small letters, digits and hyphens")
    if not str(data["link"]).startswith("https://"):
        raise _refuse("link is no https URL", here, "link to the upstream issue or the line that does it")


def _protected(finding: dict[str, Any], here: Location) -> None:
    field, path = str(finding.get("field", "")), str(finding.get("path", ""))
    if "ParentId" in field or "ParentId" in path or finding["rule"] == "parent-id":
        raise _refuse(
            "no entry may account for a ParentId", here, "that is what this project promises to report"
        )
    texts = [str(value) for key, value in finding.items() if key != "transform"]
    if any("*" in text or "?" in text for text in texts):
        raise _refuse("a wildcard", here, "name the update and the field; open list indexes are written []")


def _layer(text: Any, here: Location) -> Layer:
    try:
        layer = Layer(str(text))
    except ValueError:
        layer = Layer.HARNESS
    if layer is Layer.HARNESS:
        raise _refuse(
            f"{text!r} is no layer that can diverge",
            here,
            "schema, invariant, structure, expect, parity, aws",
        )
    return layer


def _transform(data: Any, here: Location) -> tuple[str, Any]:
    name, argument = (data, None) if isinstance(data, str) else (None, None)
    if isinstance(data, dict) and len(data) == 1:
        ((name, argument),) = data.items()
    if name not in TRANSFORMS:
        raise _refuse(f"{name!r} is no transform", here, f"one of {', '.join(TRANSFORMS)}")
    return str(name), _computed(_plain(argument), here)


def _computed(value: Any, here: Location) -> Any:
    """Values too long to be written out are computed as in scenarios: `{$eval: "repeat('x', 300000)"}`."""
    if isinstance(value, list):
        return [_computed(item, here) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != {"$eval"}:
        return {key: _computed(item, here) for key, item in value.items()}
    admission = admit(value)
    if admission.problems or admission.uses:
        raise _refuse(f"{value['$eval']!r} can't be computed here", here, "use no names, only functions")
    try:
        return evaluate(value, {})
    except ExpressionError as error:
        raise _refuse(error.message, here, error.cure or "compute it otherwise") from error


def _versions(data: Any, here: Location) -> dict[str, Versions]:
    if not isinstance(data, dict):
        raise _refuse(
            "subjects and reference map an SDK to a range of versions", here, 'such as {python: ">=3.0"}'
        )
    try:
        return {str(sdk): Versions.parse(str(text)) for sdk, text in data.items()}
    except ValueError as error:
        raise _refuse(str(error), here, 'such as ">=3.0.0,<3.1"') from error


def _witnesses(data: Any, here: Location) -> tuple[str, ...]:
    if not isinstance(data, list) or not data:
        raise _refuse("an entry without witnesses", here, "name the scenarios that must show it")
    return tuple(str(each) for each in data)


def _plain(value: Any) -> Any:
    """Take YAML's own classes off a value."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else str(value)


def _refuse(message: str, where: Location, cure: str) -> UsageError:
    """Make the error of a ledger that can't be used."""
    return UsageError(message, where=where, cure=cure)
