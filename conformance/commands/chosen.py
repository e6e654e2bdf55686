"""The subjects that a command line chooses."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from conformance.subjects.subject import Subject
from conformance.verdict.held import Held

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


def held(chosen: tuple[Subject, ...], deep: tuple[str, ...] = ()) -> Held:
    """Whose entries of the ledger must show where all scenarios run with these, whose first is the reference.

    They are the SDKs' pinned versions. Entries are written beside the usual reference, and its own beside the
    usual subject: what parity sees of one of them is held to where that comparison is made. `deep` are the
    scenarios that are left out.
    """
    pinned = {
        one.sdk: one.id for one in chosen if one.command is None and one.id == Subject.parse(one.sdk).id
    }
    reference, usual = chosen[0].id, pinned.get(REFERENCE)
    beside = {sdk for sdk, id_ in pinned.items() if sdk != REFERENCE and usual and reference in (usual, id_)}
    if COMPARED in beside:
        beside.add(REFERENCE)
    compared = (id_ for sdk, id_ in pinned.items() if sdk in beside)
    return Held(tuple(pinned.values()), tuple(compared), reference, deep)


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
