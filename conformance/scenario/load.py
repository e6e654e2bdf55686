"""Scenario files: found by pattern, read, and admitted or refused with all that is wrong, file and line.

Each layer looks only at what the one before let through: text (`yaml_text`), shape (`shape`), names and
expressions with sense (`scope`, `rules`). Within a layer everything that is wrong is gathered.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from conformance.errors import Location, ScenarioError, UsageError
from conformance.scenario import patterns, rules, scope, shape
from conformance.scenario.model import Scenario
from conformance.scenario.yaml_text import MAX_BYTES, Text, read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.scenario.operands import Problem
    from conformance.scenario.rules import Rule

SUFFIX = ".yaml"
LEDGER = "divergences"
"""The id that no scenario has: the ledger stands beside the scenarios."""


class InvalidScenarioError(ScenarioError):
    """A file that is refused: `problems` says why, each with its own place; the first is the error's own."""

    def __init__(self, problems: Sequence[ScenarioError]) -> None:
        """Stand for the first of `problems`, and hold all."""
        first = problems[0]
        super().__init__(first.message, where=first.where, hint=first.hint)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """One line a problem."""
        return "\n".join(str(problem) for problem in self.problems)


@dataclass(frozen=True)
class Found:
    """What patterns select: scenarios in order of their ids, what was refused, where each scenario stands."""

    scenarios: tuple[Scenario, ...]
    errors: tuple[ScenarioError, ...]
    lines: dict[str, Location] = field(default_factory=dict)


class Known(Protocol):
    """What was admitted before, so that it need not be again: admission depends on a file's bytes alone."""

    def get(self, source: bytes) -> tuple[dict[str, Any], int] | None:
        """The document of a file and the line of its title."""

    def put(self, source: bytes, document: dict[str, Any], line: int) -> None:
        """Remember a document that was admitted."""


def load(path: Path, root: Path, known: Known | None = None, more: Sequence[Rule] = ()) -> Scenario:
    """Read and admit one file; its id is its path below `root` without the suffix.

    `more` are rules that it must keep besides those of the language.

    Raises:
        InvalidScenarioError: With everything that is wrong.
    """
    scenario, _ = _loaded(path, root, known, more)
    return scenario


def find(
    root: Path,
    wanted: Sequence[str] = (),
    known: Known | None = None,
    more: Sequence[Rule] = (),
    skipped: Sequence[str] = (),
) -> Found:
    """Load all scenarios below `root` that one of the patterns `wanted` selects; all when there is none.

    Those that one of `skipped` selects are left out, and their files not read. A file that is refused stops
    no other.

    Raises:
        UsageError: There is no such folder, there is nothing in it, or a pattern matches no file.
    """
    if not root.is_dir():
        raise UsageError("there is no such folder of scenarios", where=str(root), hint="--scenarios DIR")
    files = {identity(path, root): path for path in sorted(root.rglob(f"*{SUFFIX}"))}
    files.pop(LEDGER, None)
    if not files:
        raise UsageError("there is no scenario", hint=f"files that end in {SUFFIX}")
    scenarios: list[Scenario] = []
    errors: list[ScenarioError] = []
    lines: dict[str, Location] = {}
    left_out = set(patterns.select(skipped, files)) if skipped else set()
    for id_ in patterns.select(wanted, files):
        if id_ in left_out:
            continue
        try:
            scenario, line = _loaded(files[id_], root, known, more)
        except ScenarioError as error:
            errors.append(error)
        else:
            scenarios.append(scenario)
            lines[id_] = Location(str(files[id_]), line)
    return Found(tuple(scenarios), tuple(errors), lines)


def identity(path: Path, root: Path) -> str:
    """A scenario's id: the file's path below the folder of scenarios, without its suffix."""
    return path.relative_to(root).with_suffix("").as_posix()


def _loaded(path: Path, root: Path, known: Known | None, more: Sequence[Rule]) -> tuple[Scenario, int]:
    """The scenario and the line of its title, which stands for it in annotations."""
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            raise ScenarioError("no file", where=Location(str(path)), hint="a scenario is a plain file")
        if info.st_size > MAX_BYTES:
            hint = f"at most {MAX_BYTES}; use `repeat`"
            raise ScenarioError(f"a file of {info.st_size} bytes", where=Location(str(path)), hint=hint)
        source = path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"it can't be read: {error.strerror}", where=Location(str(path))) from error
    if known is not None and (before := known.get(source)) is not None:
        return Scenario.from_document(identity(path, root), before[0]), before[1]
    text = read(source, str(path))
    found = _problems(text.document, more)
    if found:
        found.sort(key=lambda problem: text.line(problem.path))
        raise InvalidScenarioError([_located(problem, text, path) for problem in found])
    line = text.line(("title",))
    if known is not None:
        known.put(source, text.document, line)
    return Scenario.from_document(identity(path, root), text.document), line


def _problems(document: Any, more: Sequence[Rule]) -> list[Problem]:
    return shape.problems(document) or scope.problems(document) + rules.problems(document, more)


def _located(problem: Problem, text: Text, path: Path) -> ScenarioError:
    where = Location(str(path), text.line(problem.path))
    return ScenarioError(problem.message, where=where, hint=problem.hint)
