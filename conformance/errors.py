"""What can go wrong outside a verdict, each with its cause, its hint and its exit code.

A finding about an SDK is never an exception: it is a `conformance.verdict.finding.Finding`. Exceptions are
for what keeps the suite from judging at all:

* `ScenarioError` (exit 2): a scenario file that can't be used; raised while loading, before anything runs.
* `UsageError` (exit 2): a command line, a pattern or a subject's name that means nothing.
* `EnvironmentFault` (exit 3): a subject that can't be installed or started, a broken harness or emulator.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the `conformance` command."""

    AS_EXPECTED = 0
    FINDING = 1
    USAGE = 2
    ENVIRONMENT = 3
    INTERRUPTED = 130


@dataclass(frozen=True)
class Location:
    """A place in a file: `line` counts from 1; 0 when the whole file is meant."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        """Render as editors and CI annotations expect it."""
        return f"{self.file}:{self.line}" if self.line else self.file


class ConformanceError(Exception):
    """An error that says where it is, what is wrong and what would be right."""

    exit = Exit.ENVIRONMENT

    def __init__(self, message: str, *, where: Location | str | None = None, hint: str | None = None) -> None:
        """Keep the three parts apart, so that every front end can lay them out in its own way."""
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """One line: place, problem, hint."""
        place = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{hint}"


class UsageError(ConformanceError):
    """The command was called with something that means nothing."""

    exit = Exit.USAGE


class ScenarioError(ConformanceError):
    """A scenario file that can't be used."""

    exit = Exit.USAGE


class EnvironmentFault(ConformanceError):  # noqa: N818 (it is no error of whoever catches it)
    """Something the suite itself needs is missing or broken; it says nothing about an SDK."""

    exit = Exit.ENVIRONMENT
