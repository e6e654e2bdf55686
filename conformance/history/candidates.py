"""The versions among which a search looks: releases as the registry lists them, or commits of a clone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conformance.errors import UsageError
from conformance.history import checkouts
from conformance.history.checkouts import Commit
from conformance.subjects import releases
from conformance.subjects.subject import Subject


@dataclass(frozen=True)
class Release:
    """One release."""

    sdk: str
    version: str
    said: str = ""

    @property
    def name(self) -> str:
        """How it is told."""
        return f"{self.sdk}@{self.version}"

    def subject(self) -> Subject:
        """What runs it."""
        return Subject(self.sdk, version=self.version)


@dataclass(frozen=True)
class Checkout:
    """One commit of a clone."""

    sdk: str
    repository: Path
    commit: Commit
    build: str | None

    @property
    def name(self) -> str:
        """How it is told."""
        return self.commit.short

    @property
    def said(self) -> str:
        """The first line of its message."""
        return self.commit.subject

    def subject(self) -> Subject:
        """What runs it: its files, in a directory of their own.

        Raises:
            EnvironmentFault: they can't be had, or their build fails.
        """
        return Subject(self.sdk, source=checkouts.checkout(self.repository, self.commit, self.build))


Candidate = Release | Checkout


def between(sdk: str, one: str, other: str) -> tuple[Candidate, ...]:
    """The releases from one to another, both included, the oldest first.

    Raises:
        UsageError: one of them is not released, or they are the same.
        EnvironmentFault: the registry doesn't answer.
    """
    every = releases.released(sdk)
    for version in (one, other):
        if version not in every:
            raise UsageError(f"{sdk} has no release {version}", hint=f"released are {', '.join(every)}")
    first, last = sorted((every.index(one), every.index(other)))
    return unlike(tuple(Release(sdk, version) for version in every[first : last + 1]), one)


def commits(sdk: str, repository: Path, one: str, other: str, build: str | None) -> tuple[Candidate, ...]:
    """The commits of a clone from one to another, both included, the oldest first.

    Raises:
        UsageError: there is no such commit, neither comes from the other, or they are the same.
    """
    found = checkouts.between(repository, one, other)
    return unlike(tuple(Checkout(sdk, repository, commit, build) for commit in found), one)


def unlike(row: tuple[Candidate, ...], name: str) -> tuple[Candidate, ...]:
    """The row, which has two ends at least."""
    if len(row) < 2:  # noqa: PLR2004 (a good and a bad one)
        raise UsageError(f"the good one and the bad one are the same: {name}", hint="name two")
    return row
