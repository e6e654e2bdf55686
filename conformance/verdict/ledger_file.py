"""Reading the ledger's file: every entry is checked before it may account for anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.errors import Location, UsageError
from conformance.scenario.catalogue import requirements
from conformance.scenario.expressions import admit, evaluate
from conformance.scenario.setting import ACTIONS, FAULTS
from conformance.scenario.statements import SERIALISERS
from conformance.scenario.syntax import ExpressionError
from conformance.verdict import ledger_yaml
from conformance.verdict.entries import EVERYWHERE, Entry, Kind, Spot, broken_off, gone_on
from conformance.verdict.finding import Layer
from conformance.verdict.known_versions import KnownVersions
from conformance.verdict.scope import Scope
from conformance.verdict.surroundings import VARYING, WORDS, Context
from conformance.verdict.transforms import TRANSFORMS
from conformance.wire.positions import Role
from conformance.wire.values import plain

if TYPE_CHECKING:
    from enum import StrEnum
    from pathlib import Path

    from conformance.verdict.ledger_yaml import Item

_REQUIRED = ("id", "title", "what", "link", "kind", "sdk", "versions", "confirmed", "findings")
_SCOPE = ("statement", "role", "place", "holds", "varying", "fault", "serialiser")
_OPTIONAL = ("transform", "reference", "witnesses", "limited", "racy", "breaks", "then", *_SCOPE)
_SPOT = frozenset(
    {"layer", "rule", "type", "action", "field", "path", "transform", "limited", "follows", *_SCOPE}
)
_FAULTS = (*FAULTS, *(f"{fault}@{at}" for fault in FAULTS for at in ("state", *ACTIONS)))
_OF_STATEMENTS = ("logs", "body-runs", "body-attempts")
"""Rules of parity whose findings name the statement: it is enough to say which."""
_THEN = {"breaks-off": broken_off, "goes-on": gone_on}
_CURES = {
    "limited": "say in words why it can only hold in the witnesses",
    "racy": "say in words what decides whether it shows",
}
_COLLAPSED = frozenset({Context.VIRTUAL, Context.FLAT})

E = TypeVar("E", bound="StrEnum")


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
    entries: list[Entry] = []
    for item in ledger_yaml.entries(text, where):
        entry = _entry(item)
        if any(entry.id == other.id for other in entries):
            raise _refuse(f"{entry.id} is there twice", item.at("id"), "give each entry an id of its own")
        entries.append(entry)
    return tuple(entries)


def _entry(item: Item) -> Entry:
    _keys(item)
    data = item.data
    spots = _spots(item)
    reference = _reference(item)
    if reference is None and all(spot.layer is Layer.PARITY for spot in spots):
        raise _refuse(
            "an entry of parity alone needs a reference",
            item.at("findings"),
            "parity can't tell who is wrong: say against which SDK and versions it holds",
        )
    return Entry(
        id=str(data["id"]),
        title=str(data["title"]),
        what=" ".join(str(data["what"]).split()),
        link=str(data["link"]),
        spots=spots,
        versions=_versions(item),
        reference=reference,
        witnesses=_witnesses(item),
        limited=_reason(data, "limited", item.at("limited")),
        racy=_reason(data, "racy", item.at("racy")),
        breaks=_breaks(item, spots),
    )


def _reason(data: Any, name: str, here: Location) -> str:
    """A reason in words; empty where there is none."""
    reason = data.get(name, "")
    if not isinstance(reason, str) or (name in data and not reason.strip()):
        raise _refuse(f"{name} is no reason", here, _CURES[name])
    return " ".join(reason.split())


def _breaks(item: Item, spots: tuple[Spot, ...]) -> tuple[str, ...]:
    data, here = item.data.get("breaks", []), item.at("breaks")
    kind = _word(Kind, item.data["kind"], item.at("kind"))
    if not isinstance(data, list) or not {*map(str, data)} <= {*requirements()}:
        raise _refuse(f"breaks is {data!r}", here, "list ids of the catalogue of requirements")
    if (kind is Kind.BREAKS) != bool(data):
        raise _refuse(
            f"kind is {kind} and breaks is {data!r}",
            item.at("kind"),
            "an entry of kind breaks lists what it breaks, another one has nothing there",
        )
    if data and all(spot.layer is Layer.PARITY for spot in spots):
        raise _refuse(
            "an entry of parity alone breaks nothing",
            here,
            "parity can't tell who is wrong: leave breaks to the entry of the rule that can",
        )
    return tuple(str(each) for each in data)


def _spots(item: Item) -> tuple[Spot, ...]:
    data, here = item.data["findings"], item.at("findings")
    if not isinstance(data, list) or not data:
        raise _refuse("findings is no list", here, "list every spot at which the divergence shows")
    scope = _scope(item.data, EVERYWHERE, item.where, item)
    items = item.items.get("findings", ())
    lines = [each.where for each in items] if len(items) == len(data) else [here] * len(data)
    given = item.data.get("transform")
    spots = tuple(_spot(each, given, scope, line) for each, line in zip(data, lines, strict=True))
    then = item.data.get("then")
    if then is not None and (not isinstance(then, str) or then not in _THEN):
        raise _refuse(f"then is {then!r}", item.at("then"), f"one of {', '.join(_THEN)}")
    if all(spot.follows for spot in spots):
        raise _refuse("nothing but what follows", here, "list the finding that it follows from")
    return spots if then is None else spots + _THEN[then]()


def _flag(data: dict[str, Any], name: str, here: Location) -> bool:
    flag = data.get(name, False)
    if not isinstance(flag, bool):
        raise _refuse(f"{name} is {flag!r}", here, "true, or leave it out")
    return flag


def _spot(data: Any, transform: Any, scope: Scope, here: Location) -> Spot:
    if not isinstance(data, dict) or not data.keys() <= _SPOT or not {"layer", "rule"} <= data.keys():
        raise _refuse("a finding that is not layer, rule and where it shows", here, ", ".join(sorted(_SPOT)))
    own = _scope(data, scope, here)
    if ("type" in data) != ("action" in data) or ("path" in data and "type" in data):
        raise _refuse("a finding has either a path, or type and action", here, "say which one is meant")
    if not (
        {"path", "type"} & data.keys() or ((own.statement or own.place) and data["rule"] in _OF_STATEMENTS)
    ):
        raise _refuse(
            "a finding without a path, or type and action",
            here,
            f"only {', '.join(_OF_STATEMENTS)} of a statement or place need none",
        )
    _protected(data, own, here)
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
        scope=own,
        limited=_reason(data, "limited", here),
        follows=_flag(data, "follows", here),
    )


def _scope(data: Any, around: Scope, here: Location, item: Item | None = None) -> Scope:
    """What a mapping says of where it applies; of the rest, what holds around it."""

    def at(name: str) -> Location:
        return item.at(name) if item is not None else here

    def words(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
        if name not in data:
            return tuple(getattr(around, name))
        given = data[name] if isinstance(data[name], list) else [data[name]]
        for each in given:
            if each not in known:
                raise _refuse(f"{each!r} is no {name}", at(name), f"one of {', '.join(known)}")
        return tuple(map(str, given))

    statements = tuple(WORDS.values())
    return Scope(
        statement=words("statement", statements),
        role=tuple(map(Role, words("role", tuple(Role)))),
        place=tuple(map(Context, words("place", tuple(Context)))),
        holds=words("holds", statements),
        varying=words("varying", VARYING),
        fault=words("fault", _FAULTS),
        serialiser=words("serialiser", SERIALISERS),
    )


def _keys(item: Item) -> None:
    data = item.data
    missing = [key for key in _REQUIRED if key not in data]
    unknown = [key for key in data if key not in (*_REQUIRED, *_OPTIONAL)]
    if missing or unknown:
        odd = "; ".join(
            [f"missing: {', '.join(missing)}"] * bool(missing)
            + [f"unknown: {', '.join(unknown)}"] * bool(unknown)
        )
        where = item.at(unknown[0]) if unknown else item.where
        raise _refuse(odd, where, f"an entry has {', '.join((*_REQUIRED, *_OPTIONAL))}")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(data["id"])):
        raise _refuse(
            f"id {data['id']!r} is not kebab-case", item.at("id"), "small letters, digits and hyphens"
        )
    if not str(data["link"]).startswith("https://"):
        raise _refuse(
            "link is no https URL", item.at("link"), "link to the upstream issue or the line that does it"
        )


def _protected(finding: dict[str, Any], scope: Scope, here: Location) -> None:
    field, path = str(finding.get("field", "")), str(finding.get("path", ""))
    promise = "that is what this project promises to report"
    if "ParentId" in field or "ParentId" in path or finding["rule"] == "parent-id":
        raise _refuse("no entry may account for a ParentId", here, promise)
    presence = finding.get("type") == "CONTEXT" and not field
    if presence and {*scope.place} & _COLLAPSED:
        raise _refuse(
            "no entry may account for whether an update is there in a virtual context or a FLAT branch",
            here,
            promise,
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
        layers = ", ".join(each for each in Layer if each is not Layer.HARNESS)
        raise _refuse(f"{text!r} is no layer that can diverge", here, layers)
    return layer


def _word(kind: type[E], text: Any, here: Location) -> E:
    try:
        return kind(str(text))
    except ValueError:
        raise _refuse(f"{text!r} is no {kind.__name__.lower()}", here, f"one of {', '.join(kind)}") from None


def _transform(data: Any, here: Location) -> tuple[str, Any]:
    name, argument = (data, None) if isinstance(data, str) else (None, None)
    if isinstance(data, dict) and len(data) == 1:
        ((name, argument),) = data.items()
    if name not in TRANSFORMS:
        raise _refuse(f"{name!r} is no transform", here, f"one of {', '.join(TRANSFORMS)}")
    return str(name), _computed(plain(argument), here)


def _computed(value: Any, here: Location) -> Any:
    """Values too long to be written out are computed as in scenarios: `{$eval: "repeat('x', 300000)"}`."""
    if isinstance(value, list):
        return [_computed(item, here) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != {"$eval"}:
        return {str(key): _computed(item, here) for key, item in value.items()}
    admission = admit(value)
    if admission.problems or admission.uses:
        raise _refuse(f"{value['$eval']!r} can't be computed here", here, "use no names, only functions")
    try:
        return evaluate(value, {})
    except ExpressionError as error:
        raise _refuse(error.message, here, error.hint or "compute it otherwise") from error


def _versions(item: Item) -> KnownVersions:
    try:
        return KnownVersions.parse(item.texts["sdk"], item.texts["versions"], item.texts["confirmed"])
    except KeyError as error:
        name = str(error.args[0])
        raise _refuse(
            f"{name} is no text", item.at(name), 'such as sdk: python, versions: ">=3.0.0"'
        ) from error
    except ValueError as error:
        raise _refuse(str(error), item.at("versions"), 'such as ">=3.0.0", open at the end') from error


def _reference(item: Item) -> KnownVersions | None:
    if "reference" not in item.data:
        return None
    given = item.items.get("reference", ())
    if len(given) != 1 or {*given[0].data} != {"sdk", "versions", "confirmed"}:
        raise _refuse(
            "reference is not one SDK with versions and confirmed",
            item.at("reference"),
            'such as {sdk: js, versions: ">=2.4.0", confirmed: 2.4.0}',
        )
    return _versions(given[0])


def _witnesses(item: Item) -> tuple[str, ...]:
    data = item.data.get("witnesses", [])
    if not isinstance(data, list) or bool(data) == ("racy" in item.data):
        raise _refuse(
            "an entry has either witnesses or a reason why it is racy",
            item.at("witnesses"),
            "name the scenarios that must show it",
        )
    return tuple(str(each) for each in data)


def _refuse(message: str, where: Location, hint: str) -> UsageError:
    """Make the error of a ledger that can't be used."""
    return UsageError(message, where=where, hint=hint)
