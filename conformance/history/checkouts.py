"""Commits of a local clone as directories of their own: the clone itself is only read."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import EnvironmentFault, UsageError
from conformance.subjects import cache, installer

SECONDS = 120.0


@dataclass(frozen=True)
class Commit:
    """One commit: its full hash, and the first line of its message."""

    sha: str
    subject: str

    @property
    def short(self) -> str:
        """As people write it."""
        return self.sha[:10]


def between(repository: Path, one: str, other: str) -> tuple[Commit, ...]:
    """The commits from one to another along first parents, both included, the oldest first.

    Raises:
        UsageError: this is no clone, there is no such commit, or neither comes from the other.
    """
    first, second = resolved(repository, one), resolved(repository, other)
    if first == second:
        return (Commit(first, _subject(repository, first)),)
    for older, newer in ((first, second), (second, first)):
        listed = _git(repository, "rev-list", "--first-parent", "--reverse", f"{older}..{newer}").split()
        if listed and _comes_from(repository, newer, older):
            return tuple(Commit(sha, _subject(repository, sha)) for sha in (older, *listed))
    raise UsageError(
        f"neither of {one} and {other} comes from the other",
        where=str(repository),
        hint="name two of one branch",
    )


def checkout(repository: Path, commit: Commit, build: str | None = None) -> Path:
    """A commit's files in the cache, built if a command says how; made once.

    Raises:
        EnvironmentFault: they can't be had, or the build fails.
    """
    root = cache.root() / "checkouts"
    place = root / f"{commit.sha}{f'-{cache.digest(build.encode())[:8]}' if build else ''}"
    if place.is_dir():
        return place
    made = root / f"{place.name}.making"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    try:
        archive = _run(repository, "archive", "--format=tar", commit.sha)
        if archive.returncode:
            raise EnvironmentFault(_last(archive), where=commit.short)
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(made, filter="data")
        if build:
            installer.run(["sh", "-c", build], subject=commit.short, cwd=made, environment=dict(os.environ))
        made.rename(place)
    except (OSError, tarfile.TarError) as error:
        raise EnvironmentFault(f"the commit's files can't be had: {error}", where=commit.short) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return place


def resolved(repository: Path, name: str) -> str:
    """A commit's full hash.

    Raises:
        UsageError: there is no such commit, or no such clone.
    """
    done = _run(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if done.returncode:
        raise UsageError(
            f"there is no commit {name!r}",
            where=str(repository),
            hint="name a commit, tag or branch of the clone",
        )
    return done.stdout.decode().strip()


def _comes_from(repository: Path, newer: str, older: str) -> bool:
    return _run(repository, "merge-base", "--is-ancestor", older, newer).returncode == 0


def _subject(repository: Path, sha: str) -> str:
    return _git(repository, "show", "--no-patch", "--format=%s", sha).strip()


def _git(repository: Path, *words: str) -> str:
    done = _run(repository, *words)
    if done.returncode:
        raise UsageError(_last(done), where=str(repository), hint="name a clone of the SDK's repository")
    return done.stdout.decode(errors="replace")


def _run(repository: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(repository), *words]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvironmentFault(f"git can't be run: {error}", hint="install git") from error


def _last(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"git ended with {done.returncode}"
