"""The catalogue of what an SDK must do: the ids that a scenario's `covers` may name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from conformance.scenario.yaml_text import read


@dataclass(frozen=True)
class Requirement:
    """One entry: what the specification's `section` says, paraphrased, and how strongly (RFC 2119's word)."""

    id: str
    section: str
    level: str
    says: str


@cache
def requirements() -> dict[str, Requirement]:
    """All entries by id, in the specification's order."""
    file = files(__package__).joinpath("language-sdk-spec.yaml")
    entries = read(file.read_bytes(), str(file)).document["requirements"]
    return {entry["id"]: Requirement(**entry) for entry in entries}
