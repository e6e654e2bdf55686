"""Mutants of recordings, tried on the recordings of a clean run."""

from __future__ import annotations

import multiprocessing
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.quality.mutation.matrix import Row
from conformance.quality.mutation.mutant_judge import MutantJudge
from conformance.quality.mutation.recordings import (
    EACH,
    MUTATIONS,
    Inapplicable,
    Mutation,
    Original,
    Trial,
    trials,
)
from conformance.quality.mutation.spread import spread
from conformance.scenario import walk
from conformance.scenario.trees import NON_JSON
from conformance.verdict.finding import Layer
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording

BY_NAME = {mutation.name: mutation for mutation in MUTATIONS}
CHUNK = 8
"""Recordings that a process is given at a time."""


@dataclass
class Clean:
    """The recordings of a run of the SDKs as they are, by scenario and subject: what mutants are made of.

    A recording that could not be judged (an SDK that lacks what the scenario asks for, a fault of the lab) is
    none. `left_out` says of others why they are none: a mutant of them may be as right as they are.
    """

    ledger: Ledger
    reference: str = ""
    recordings: dict[tuple[str, str], Recording] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    changing: dict[tuple[str, str], Recording] = field(default_factory=dict)
    """Of programs that change between invocations: what is expected of a live SDK there is said by them."""
    _references: dict[str, Recording] = field(default_factory=dict)

    def keep(self, recording: Recording, repeat: int = 1) -> None:
        """Take a recording; the first of several repeats counts."""
        if repeat > 1:
            return
        findings = judge(recording, None, self.ledger).findings
        if any(finding.layer is Layer.HARNESS for finding in findings):
            return
        if recording.subject.id == self.reference:
            self._references[recording.scenario] = recording
        name = f"{recording.scenario} with {recording.subject.id}"
        if _changes(recording.document.get("handler")):
            self.left_out[name] = "its program changes between invocations"
            self.changing[recording.scenario, recording.subject.id] = recording
        elif _own_way(recording.document):
            self.left_out[name] = "each SDK may treat in its own way what it asks for: no rule can know"
        elif findings:
            self.left_out[name] = "the SDK itself breaks a rule in it"
        else:
            self.recordings[recording.scenario, recording.subject.id] = recording

    def compared_with(self, scenario: str) -> Recording | None:
        """The reference's recording of a scenario: it stands beside the reference's own mutants too."""
        return self._references.get(scenario)


_INVOCATION = re.compile(r"\binvocation\b")


def _changes(statements: Any) -> bool:
    """Whether any text of a program, an expression that is, looks at the number of the invocation."""
    if isinstance(statements, dict):
        return any(map(_changes, statements.values()))
    if isinstance(statements, list):
        return any(map(_changes, statements))
    return isinstance(statements, str) and _INVOCATION.search(statements) is not None


def _own_way(document: dict[str, Any]) -> bool:
    """Whether a scenario has values that JSON can't say, or a context that is used out of its place."""
    return _non_json(document) or any(
        here.word == "on_root" or any("do" in body for _, body, _ in walk.bodies(here))
        for here in walk.everywhere(document)
    )


def _non_json(document: Any) -> bool:
    if isinstance(document, dict):
        return document.keys() == {NON_JSON} or any(map(_non_json, document.values()))
    return isinstance(document, list) and any(map(_non_json, document))


@dataclass(frozen=True)
class _Task:
    """One recording and the mutations to try on it, by name."""

    recording: Recording
    reference: Recording | None
    mutations: tuple[str, ...]


def rows(
    clean: Clean, ledger: Path, *, each: int | None, jobs: int, mutations: Sequence[Mutation] = MUTATIONS
) -> tuple[list[Row], dict[str, str]]:
    """Try mutations on recordings; also tell which invariant says which rule.

    Args:
        clean: the recordings.
        ledger: the ledger's file, which every process reads for itself.
        each: on how many recordings each mutation is tried, None for all where there is a place for it.
        jobs: processes at a time; with one, this one does it.
        mutations: what is tried.
    """
    tasks = [
        _Task(clean.recordings[key], clean.compared_with(key[0]), names)
        for key, names in sorted(_chosen(clean.recordings, mutations, each).items())
    ]
    tried: dict[str, list[Trial]] = {mutation.name: [] for mutation in mutations}
    owners: dict[str, str] = {}
    for found, owned in _results(tasks, ledger, jobs):
        owners |= owned
        for trial in found:
            tried[trial.mutation].append(trial)
    return [
        Row(mutation.name, live=False, trials=tuple(tried[mutation.name]), alone=mutation.alone)
        for mutation in mutations
    ], owners


def _chosen(
    recordings: Mapping[tuple[str, str], Recording], mutations: Sequence[Mutation], each: int | None
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Which mutations are tried on which recordings."""
    if each is None:
        return dict.fromkeys(recordings, tuple(mutation.name for mutation in mutations))
    originals: dict[tuple[str, str], Original] = {}
    chosen = defaultdict(list)
    keys = {"@".join(key): key for key in recordings}
    for mutation in mutations:
        left = each
        for name in spread(keys, mutation.name):
            if not left:
                break
            key = keys[name]
            if key not in originals:
                originals[key] = Original.of(recordings[key])
            if not isinstance(mutation.of(originals[key], 1), Inapplicable):
                chosen[key].append(mutation.name)
                left -= 1
    return {key: tuple(names) for key, names in chosen.items()}


def _results(tasks: Sequence[_Task], ledger: Path, jobs: int) -> Iterator[tuple[list[Trial], dict[str, str]]]:
    if jobs == 1:
        _prepare(ledger)
        yield from map(_tried, tasks)
        return
    context = multiprocessing.get_context("spawn")  # a fork would take this process's threads' locks along
    with ProcessPoolExecutor(jobs, context, _prepare, (ledger,)) as workers:
        yield from workers.map(_tried, tasks, chunksize=CHUNK)


_JUDGES: list[MutantJudge] = []
"""This process's own one."""


def _prepare(ledger: Path) -> None:
    _JUDGES[:] = [MutantJudge(Ledger.load(ledger))]


def _tried(task: _Task) -> tuple[list[Trial], dict[str, str]]:
    (mutant_judge,) = _JUDGES
    mutations = [BY_NAME[name] for name in task.mutations]
    tried = trials(task.recording, mutant_judge, mutations, reference=task.reference, limit=EACH)
    return [trial for trial in tried if isinstance(trial, Trial)], mutant_judge.owners
