"""The subjects that a command line chooses."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from conformance.subjects.subject import Subject

REFERENCE, COMPARED = "js", "python"
EVERY_BUILD = (COMPARED, "js+cjs")
"""What a run compares that is to say how much is covered: the SDK's builds are files of their own."""


def subjects(wanted: Sequence[str] | None, reference: str | None) -> tuple[Subject, ...]:
    """The subjects to run, the reference first and only once.

    Raises:
        UsageError: a subject's name means nothing.
    """
    first = Subject.parse(reference or REFERENCE)
    others = Subject.parse_all(wanted or [COMPARED])
    return (first, *(other for other in others if other.id != first.id))


def is_default(chosen: tuple[Subject, ...]) -> bool:
    """Whether these are the subjects that run when none is named."""
    return {one.id for one in chosen} == {one.id for one in subjects(None, None)}


def asked(chosen: tuple[Subject, ...]) -> dict[str, str]:
    """How to name those subjects on a command line whose id is longer than need be, or says too little."""
    names = {}
    for one in chosen:
        if one.command is not None:
            names[one.id] = f"{one.name}={shlex.join(one.command)}"
        elif one.source is not None and one.source.is_relative_to(Path.cwd()):
            below = one.source.relative_to(Path.cwd()).as_posix()
            mutant = f"+mutant:{one.mutant}" if one.mutant else ""
            names[one.id] = f"{one.sdk}@{below if below == '.' else f'./{below}'}{mutant}"
    return names
