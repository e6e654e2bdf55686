"""The suite's own files that pin what the harnesses need: the one place that reads them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from conformance import shipped
from conformance.errors import EnvironmentFault

HASHES = Path(__file__).with_name("hashes.json")
_ENTRY = re.compile(r"^(?=\S)", re.MULTILINE)
_PIN = re.compile(r"^\s*([A-Za-z0-9._-]+)\s*==\s*([^\s;\\#]+)")


def read(path: Path) -> str:
    """Give the text of one of the suite's own files.

    Raises:
        EnvironmentFault: it isn't there, so the suite is not whole.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise EnvironmentFault(
            f"the suite's own file can't be read: {error.strerror}",
            where=str(path),
            hint="use a whole checkout of the suite, or install it again",
        ) from error


def harness(folder: str) -> Path:
    """A harness's folder, by the name that its SDK's record gives."""
    return shipped.ROOT / folder


def npm_file(folder: str, name: str) -> Path:
    """Find `package.json`, `package-lock.json` or `.npmrc`: a harness's own, or the root's."""
    beside = harness(folder) / name
    return beside if beside.exists() else shipped.ROOT / name


@cache
def release_hash(sdk: str, version: str | None) -> str | None:
    """The hash of what a registry has published as a release; None of one that is newer than the list.

    `hashes.json` has them: of a wheel on PyPI as pip writes it, of a tarball on npm as its lock does.
    """
    known: dict[str, dict[str, str]] = json.loads(read(HASHES))
    return None if version is None else known.get(sdk, {}).get(version)


def without(text: str, name: str) -> str:
    """The text of a lock file with one package less."""
    return "".join(entry for entry in _ENTRY.split(text) if name not in pins_of(entry.partition("\n")[0]))


def pins_of(text: str) -> dict[str, str]:
    """Give name -> version of every `name==version` line of a requirements or lock file."""
    return {match[1].lower(): match[2] for line in text.splitlines() if (match := _PIN.match(line))}


@cache
def pip_pins(folder: str) -> dict[str, str]:
    """Give what a harness asks PyPI for by name."""
    return pins_of(read(harness(folder) / "requirements.in"))


@cache
def npm_pins(folder: str) -> dict[str, str]:
    """Give what a harness asks npm for by name."""
    document: dict[str, dict[str, str]] = json.loads(read(npm_file(folder, "package.json")))
    return document["dependencies"]
