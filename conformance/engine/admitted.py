"""Scenario files: what the suite admits beyond the language, and what was admitted before.

A run need not wait for seconds while all are read again: admission depends on a file's bytes and on the code
that admits, on nothing else. What is kept is the plain document of each file that was admitted, by a hash of
its bytes, in a file for that very code, so that two checkouts don't disturb each other. A scenario that is
refused is never kept: what is wrong with it is found anew each time.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import conformance.scenario
from conformance.errors import ConformanceError
from conformance.scenario.model import Scenario
from conformance.scenario.operands import Problem
from conformance.scenario.rules import Rule
from conformance.subjects import cache, matcher

FOLDER = "scenarios"
MOST = 2000
"""Documents that are kept of files that this run did not meet; beyond it they are forgotten."""
MOST_CODES = 8
"""States of the code that are remembered: the last ones that something new was admitted by."""


def bound_to_aws(document: dict[str, Any]) -> Iterator[Problem]:
    """The AWS requirement exists, its input and actions are the scenario's: checked where its package is."""
    if "aws" not in document:
        return
    from conformance.verdict import aws  # noqa: PLC0415 (AWS's package is read only where a scenario names it)

    if matcher.find():
        for difference in aws.check_binding(Scenario.from_document("", document)):
            yield Problem(("aws",), difference, None)


RULES: tuple[Rule, ...] = (bound_to_aws,)
"""What a scenario must keep besides the rules of its language."""


class Admitted:
    """What is known: given to `conformance.scenario.load`, and saved once that is done."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read what an earlier run of this code kept in `folder`; one in the cache unless given."""
        self._path = (folder or cache.directory() / FOLDER) / f"{_fingerprint()[:32]}.json"
        self._known: dict[str, Any] = {}
        self._met: dict[str, Any] = {}
        with suppress(OSError, ValueError, KeyError, TypeError):
            self._known = dict(json.loads(self._path.read_bytes())["documents"])

    def get(self, source: bytes) -> tuple[dict[str, Any], int] | None:
        """The document of a file's bytes and the line of its title, if it was admitted before."""
        digest = sha256(source).hexdigest()
        if digest not in self._known:
            return None
        self._met[digest] = self._known[digest]
        document, line = self._known[digest]
        return document, line

    def put(self, source: bytes, document: dict[str, Any], line: int) -> None:
        """Keep a document that was admitted."""
        self._met[sha256(source).hexdigest()] = [document, line]

    def save(self) -> None:
        """Write down what is new. A cache that can't be written costs time and nothing else."""
        if self._met.keys() <= self._known.keys():
            return
        documents = {**self._known, **self._met} if len(self._known) < MOST else self._met
        with suppress(OSError, ConformanceError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_suffix(f".{os.getpid()}")
            draft.write_text(json.dumps({"documents": documents}), encoding="utf-8")
            draft.replace(self._path)
            kept = sorted(self._path.parent.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
            for old in kept[:-MOST_CODES]:
                old.unlink()


def _fingerprint() -> str:
    """What the code that admits says, and which version of AWS's package is there."""
    matcher.find()  # so that its version can be told
    here = Path(__file__)
    packages = [Path(folder) for folder in conformance.scenario.__path__] + [
        here.parents[1] / "verdict" / "aws"
    ]
    files = [here, *(path for folder in packages for path in folder.iterdir() if path.is_file())]
    code = sha256()
    for path in sorted(files):
        code.update(f"{path.parent.name}/{path.name} {path.stat().st_size}\n".encode())
        code.update(path.read_bytes())
    code.update(f"{_version('aws-durable-execution-conformance-tests')} {sys.version}".encode())
    return code.hexdigest()


def _version(package: str) -> str | None:
    """The name of the directory that says which version is there; `importlib.metadata` takes far longer."""
    name = f"{package.replace('-', '_')}-*.dist-info"
    return next((found.name for folder in sys.path for found in Path(folder).glob(name)), None)
