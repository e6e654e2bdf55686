"""Fates of mutants that are kept in a file as they come, so that a run that was ended goes on from there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from conformance.errors import UsageError
from conformance.quality.mutation.source.kills import Fate
from conformance.quality.mutation.source.sites import Site, SourceMutant


def load(file: Path) -> Mapping[str, Fate]:
    """The fates in a file by the diffs of their mutants, the later of two; none where it is not there.

    A last line without an end is what a run was writing as it was ended: that mutant is run again.

    Raises:
        UsageError: a line is something else.
    """
    if not file.exists():
        return {}
    found = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(keepends=True), 1):
        if not line.endswith("\n"):
            break
        try:
            fate = _fate(line)
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                "this is no mutant's fate", where=f"{file}:{number}", hint="give what --fates has kept"
            ) from error
        found[fate.mutant.diff] = fate
    return found


def append(file: Path, fate: Fate) -> None:
    """Add a fate as a line, after whatever whole lines there are."""
    site = fate.mutant.site
    line = json.dumps(
        {
            "mutant": fate.mutant.name,
            "site": [site.module, site.operator, site.occurrence, site.line],
            "diff": fate.mutant.diff,
            "reached": fate.reached,
            "tried": fate.tried,
            "by": fate.by,
            "layers": sorted(fate.layers),
            "invalid": fate.invalid,
        }
    )
    with file.open("a+b") as stream:
        stream.truncate(_whole(file))
        stream.write(line.encode() + b"\n")


def _whole(file: Path) -> int:
    """How long a file is without a last line that has no end."""
    return file.read_bytes().rfind(b"\n") + 1


def _fate(line: str) -> Fate:
    told = json.loads(line)
    mutant = SourceMutant(told["mutant"], Site(*told["site"]), told["diff"], source="")
    layers = frozenset(told["layers"])
    return Fate(mutant, told["reached"], tuple(told["tried"]), told["by"], layers, told["invalid"])
