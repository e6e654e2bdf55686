"""The file of a maintainer's own that a cause leads to: where a checkout is what runs, a frame names one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conformance.engine.causes import Cause
from conformance.engine.frames import telling, traces_of
from conformance.wire.recording import SubjectInfo

BUILT = frozenset({"node_modules", "site-packages", "dist", "dist-cjs", "build", ".venv"})
"""Folders whose files nobody edits."""


@dataclass(frozen=True)
class OwnFile:
    """A file below the workspace, as its path from there, and a line in it."""

    path: str
    line: int


def own_file(cause: Cause, subjects: tuple[SubjectInfo, ...], workspace: Path) -> OwnFile | None:
    """The workspace's own file and line for a cause; None where no frame leads to one, as of a release."""
    info = next((one for one in subjects if one.id == cause.simplest.result.subject), None)
    known = cause.evidence
    told = traces_of(info.sdk) if info is not None else None
    if info is None or known is None or told is None:
        return None
    source = _source(info.id, workspace)
    for frame in telling(known.frames, info.sdk) if source is not None else ():
        for path in sorted(source.rglob(f"{told.folder}/{frame.file}")) if source is not None else ():
            below = path.relative_to(workspace)
            if not BUILT & set(below.parts):
                return OwnFile(below.as_posix(), frame.line)
    return None


def _source(subject: str, workspace: Path) -> Path | None:
    """The checkout that a subject's id names, if it lies in the workspace."""
    path = Path(subject.partition("@")[2].partition("+mutant:")[0])
    return path if path.is_absolute() and path.is_dir() and path.is_relative_to(workspace) else None
