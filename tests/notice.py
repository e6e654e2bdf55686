"""The part of NOTICE that names what is installed and under which licence: made by `make lock`.

    python -m tests.notice

Python's packages say their licence in their metadata, npm's in the lock file.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterator
from pathlib import Path

from conformance.subjects.pins import pins_of

ROOT = Path(__file__).parents[1]
NOTICE = ROOT / "NOTICE"
BEGINS = "-- What is installed, by licence --\n"
LOCKS = ("requirements.lock", "python_sdk/requirements.lock")
ELSEWHERE = {"colorama": "BSD-3-Clause", "pywin32": "PSF-2.0"}
"""Packages that are only installed on other systems than the one on which this is made."""

SPELLED = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def packages() -> Iterator[tuple[str, str]]:
    """Each package that a lock file names, and its licence."""
    for lock in LOCKS:
        for name in pins_of((ROOT / lock).read_text(encoding="utf-8")):
            yield name, ELSEWHERE.get(name) or _licence(name)
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, entry in locked.items():
        if path:
            yield path.rpartition("node_modules/")[2], str(entry.get("license", "unknown"))


def text() -> str:
    """The packages, by licence."""
    groups: dict[str, set[str]] = {}
    for name, licence in packages():
        groups.setdefault(licence, set()).add(name)
    return "".join(
        f"\n{licence}:\n" + "".join(f"  {name}\n" for name in sorted(names))
        for licence, names in sorted(groups.items())
    )


def _licence(name: str) -> str:
    told = importlib.metadata.metadata(name)
    classified = [
        each.rpartition(":: ")[2] for each in told.get_all("Classifier") or [] if "License ::" in each
    ]
    said = told.get("License-Expression") or told.get("License") or next(iter(classified), "unknown")
    first = said.splitlines()[0]
    return SPELLED.get(first, first)


if __name__ == "__main__":
    NOTICE.write_text(
        NOTICE.read_text(encoding="utf-8").partition(BEGINS)[0] + BEGINS + text(), encoding="utf-8"
    )
