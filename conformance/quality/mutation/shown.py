"""The kill matrix in words and as plain JSON values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from conformance.quality.mutation.matrix import Matrix, Names, Row
from conformance.quality.mutation.recordings import Trial
from conformance.report import text
from conformance.verdict.finding import Layer

LAYERS = tuple(layer for layer in Layer if layer is not Layer.HARNESS)
WIDTH = 110


def document(matrix: Matrix) -> dict[str, Any]:
    """The matrix as plain JSON values."""
    return {
        "schema": 1,
        "rates": {
            name: {
                "mutants": matrix.totals(live=live, parity=True)[1],
                "killed": matrix.totals(live=live, parity=True)[0],
                "killedWithoutParity": matrix.totals(live=live, parity=False)[0],
            }
            for name, live in (("recordings", False), ("live", True))
        },
        "mutants": [_entry(row) for row in matrix.rows],
        "leftOut": {**matrix.left_out},
        "problems": [*matrix.problems()],
        "scenarios": {
            "needed": {name: [*mutants] for name, mutants in matrix.needed_scenarios().items()},
            "needless": [*matrix.needless_scenarios()],
        },
        "rules": {
            "needed": {name: [*mutants] for name, mutants in matrix.needed_rules().items()},
            "needless": [*matrix.needless_rules()],
        },
    }


def _entry(row: Row) -> dict[str, Any]:
    return {
        "mutant": row.mutant,
        "live": row.live,
        "scenarios": [*row.scenarios],
        "mutants": row.count,
        "killed": row.killed(parity=True),
        "killedWithoutParity": row.killed(parity=False),
        "caught": {layer.value: [*names] for layer, names in row.caught.items()},
        "survivors": [*map(_place, row.survivors)],
        "parityAlone": [*map(_place, row.by_parity_alone)],
        "reason": row.alone,
    }


def _place(trial: Trial) -> dict[str, Any]:
    return {"scenario": trial.scenario, "subject": trial.subject, "what": trial.description}


def lines(matrix: Matrix) -> Iterator[str]:
    """The matrix in words: the table, what is wrong, what could be spared."""
    for title, live in (("Mutants of recordings", False), ("Mutants of live SDKs", True)):
        rows = [row for row in matrix.rows if row.live is live]
        if rows:
            yield f"{title}: scenarios in which each layer notices them"
            yield from text.table([_HEAD, *map(_cells, rows)])
            yield ""
    yield from _list("Visible by parity alone", {row.mutant: row.alone for row in matrix.rows if row.alone})
    yield from _list("Recordings left out", matrix.left_out)
    yield from _list(
        "Scenarios that alone notice a mutant",
        {name: ", ".join(mutants) for name, mutants in matrix.needed_scenarios().items()},
    )
    yield from _folders("Scenarios that notice nothing which no other one does", matrix.needless_scenarios())
    needless = matrix.needless_rules()
    yield f"Invariants and rules that notice nothing which no other one does: {len(needless)}"
    yield from _wrapped("", ", ".join(needless))
    yield ""
    for title, live in (("mutants of recordings", False), ("mutants of live SDKs", True)):
        (killed, count), (without, _) = (matrix.totals(live=live, parity=parity) for parity in (True, False))
        if count:
            yield f"{killed} of {count} {title} noticed, {without} without parity"
    problems = [*matrix.problems()]
    yield text.counted(len(problems), "problem") + (":" if problems else "")
    yield from (f"  {problem}" for problem in problems)


_HEAD = ("", "tried", "noticed", "without parity", *LAYERS)


def _cells(row: Row) -> tuple[str, ...]:
    """One row: how often it was tried and noticed, with and without parity, and scenarios a layer."""
    counts = (
        len(row.trials),
        sum(trial.killed for trial in row.trials),
        sum(trial.killed_without_parity for trial in row.trials),
        *(len(row.caught.get(layer, ())) for layer in LAYERS),
    )
    return (row.mutant, *(str(count) if count else "." for count in counts))


def _list(title: str, entries: Mapping[str, str | None] | Mapping[str, str]) -> Iterator[str]:
    if entries:
        yield f"{title}: {len(entries)}"
        for name, what in entries.items():
            yield from _wrapped(f"{name}: ", what or "")
        yield ""


def _folders(title: str, scenarios: Names) -> Iterator[str]:
    """Scenarios by folder."""
    yield f"{title}: {len(scenarios)}"
    for folder, names in groupby(scenarios, lambda name: name.rpartition("/")[0]):
        yield from _wrapped(f"{folder}/ ", ", ".join(name.rpartition("/")[2] for name in names))
    yield ""


def _wrapped(head: str, words: str) -> Iterator[str]:
    yield from textwrap.wrap(
        head + words,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
