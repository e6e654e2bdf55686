"""Which records there are: those of this folder, and that which a recording brings itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from conformance.sdks.dialect import UNSTATED, Dialect
from conformance.sdks.record import Record
from conformance.sdks.record_file import parse, read
from conformance.vocabulary import ErrorRole

FOLDER = Path(__file__).parent


@cache
def names() -> tuple[str, ...]:
    """The SDKs that have a record here."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def record(sdk: str) -> Record | None:
    """The record of an SDK; None where there is none."""
    return read(FOLDER / f"{sdk}.yaml") if sdk in names() else None


@cache
def roles_of(name: str) -> frozenset[ErrorRole]:
    """What a class says has happened that some record has as its SDK's own; nothing for any other."""
    items = (item for each in names() if (found := record(each)) for item in found.items)
    classes = (item.value for item in items if item.name == "error-classes")
    return frozenset(ErrorRole(role) for each in classes for role, own in each.items() if own == name)


@cache
def _brought(text: str) -> Record:
    return parse(text, "the record that came with the subject")


def dialect(sdk: str, version: str, own: str | None = None) -> Dialect:
    """How a version of an SDK spells; `own` is the text of a record that came with it.

    Unstated where neither is there.

    Raises:
        UsageError: the record that came with it is none.
    """
    found = _brought(own) if own is not None else record(sdk)
    return found.dialect(version) if found else UNSTATED
