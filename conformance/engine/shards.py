"""A run in several parts, on as many machines: each runs every Nth scenario, and they are judged as one.

The header of a part says which it is and of what: of so many parts, of which scenarios. Only all parts of
one and the same make a run, so that nothing is left out unseen and the ledger can be held to the whole.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from conformance.engine.events import RunStarted, Shard
from conformance.engine.part import Part
from conformance.errors import UsageError
from conformance.scenario.model import Scenario


def spread(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """The scenarios with those of each folder as far apart as they can be, in the same order each time.

    Large ones stand in one folder, and so do those that wait: side by side they would take memory together
    and leave the machine idle together.
    """
    folders: dict[str, list[Scenario]] = {}
    for one in scenarios:
        folders.setdefault(one.id.rpartition("/")[0], []).append(one)
    places = [
        ((number + 0.5) / len(own), one.id, one) for own in folders.values() for number, one in enumerate(own)
    ]
    return tuple(one for _, _, one in sorted(places, key=lambda place: place[:2]))


def header(part: Part, scenarios: Sequence[Scenario], *, complete: bool) -> Shard:
    """What a part's header says of the whole: `scenarios` are all of it; is that a `complete` run's?"""
    documents = sorted((one.id, one.document) for one in scenarios)
    suite = sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()
    return Shard(part.number, part.of, suite, complete)


def united(headers: Sequence[tuple[Path, RunStarted]]) -> RunStarted:
    """The header of the run that these parts are.

    Raises:
        UsageError: they are not all parts of one run; with what differs, and where.
    """
    first_path, first = headers[0]
    shards: dict[int, Path] = {}
    for path, started in headers:
        shard = started.shard
        if shard is None or first.shard is None:
            raise UsageError(
                "this is a run of its own, no part of one",
                where=str(path if shard is None else first_path),
                hint="judge it alone; parts are made by `run --shard I/N --out DIR`",
            )
        if shard.number in shards:
            raise UsageError(
                f"part {shard.number} is given twice",
                where=str(path),
                hint=f"the other is {shards[shard.number]}",
            )
        shards[shard.number] = path
        for what, own, other in (
            ("subjects", _subjects(started), _subjects(first)),
            ("reference", started.reference, first.reference),
            ("repeats", started.repeat, first.repeat),
            ("number of parts", shard.of, first.shard.of),
            ("scenarios", shard.suite[:12], first.shard.suite[:12]),
            ("selection", _selection(shard), _selection(first.shard)),
        ):
            if own != other:
                raise UsageError(
                    f"these are no parts of one run: its {what} are {own}, those of {first_path} {other}",
                    where=str(path),
                    hint="run all parts of one checkout with the same words",
                )
    assert first.shard is not None  # noqa: S101 - said above
    if missing := sorted({*range(1, first.shard.of + 1)} - shards.keys()):
        raise UsageError(
            f"part {', '.join(map(str, missing))} of {first.shard.of} is missing",
            hint="name the directories of all parts",
        )
    return replace(
        first,
        scenarios=tuple(sorted(name for _, started in headers for name in started.scenarios)),
        requirements={key: id_ for _, started in headers for key, id_ in started.requirements.items()},
        complete=first.shard.complete,
        shard=None,
    )


def _subjects(started: RunStarted) -> str:
    return ", ".join(f"{info.id} ({info.version})" for info in started.subjects)


def _selection(shard: Shard) -> str:
    return "all of the suite" if shard.complete else "some of it"
