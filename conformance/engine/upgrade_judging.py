"""The judging of upgrades: one scenario's runs, as they come from the lab or from files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from conformance.errors import UsageError
from conformance.scenario.patterns import select
from conformance.verdict.case import Case
from conformance.verdict.upgrades.judge import judged, unusable
from conformance.verdict.upgrades.resumption import Resumed, Resumption
from conformance.wire import store
from conformance.wire.recording import Recording


def directions(subjects: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each pair of neighbours, as an upgrade and as a rollback."""
    for one, other in pairwise(subjects):
        yield one, other
        yield other, one


def not_to_be_judged(first: Recording, second: Recording) -> Resumed | None:
    """What a direction comes to of which one version can't run the scenario at all; None if both can."""
    for alone in (first, second):
        if (why := unusable(alone)) is not None:
            verdict, reason = why
            return Resumed(first.scenario, first.subject.id, second.subject.id, 0, 0, verdict, reason=reason)
    return None


def all_judged(first: Recording, second: Recording, mixed: list[Recording]) -> list[Resumed]:
    """Judge runs that `first`'s subject began; a check of ours that breaks is told as our own fault."""
    sides = Case.of(first), Case.of(second)
    results: list[Resumed] = []
    for one in mixed:
        try:
            results.append(judged(Case.of(one), *sides))
        except Exception as error:  # noqa: BLE001 (a recording that breaks a check must not end the others' run)
            results.append(
                Resumed(
                    one.scenario,
                    first.subject.id,
                    second.subject.id,
                    one.handover.after if one.handover else 0,
                    len(first.invocations),
                    Resumption.HARNESS_ERROR,
                    reason=f"a check of this suite failed on the recording: {type(error).__name__}: {error}",
                )
            )
    return results


def kept(folder: Path, subjects: Iterable[str], patterns: Iterable[str] = ()) -> Iterator[list[Resumed]]:
    """Judge again what `upgrade --out` kept, a scenario at a time.

    Raises:
        UsageError: there are no recordings, or a pattern selects none.
        EnvironmentFault: a file is no recording.
    """
    asked = [*directions(subjects)]
    files: dict[str, list[Path]] = defaultdict(list)
    for path in store.files(folder):
        files[path.name.partition("@@")[0].replace("__", "/")].append(path)
    if not files:
        raise UsageError("there are no recordings here", where=str(folder), hint="name the DIR of --out")
    for scenario in select([*patterns], files):
        alone: dict[str, Recording] = {}
        mixed: dict[tuple[str, str], list[Recording]] = defaultdict(list)
        for path in files[scenario]:
            made = store.read(path)
            if made.handover is None:
                alone[made.subject.id] = made
            else:
                mixed[made.subject.id, made.handover.to.id].append(made)
        results: list[Resumed] = []
        for first, second in asked:
            if first in alone and second in alone:
                no = not_to_be_judged(alone[first], alone[second])
                runs = sorted(mixed[first, second], key=lambda one: one.handover.after if one.handover else 0)
                results += [no] if no is not None else all_judged(alone[first], alone[second], runs)
        yield results
