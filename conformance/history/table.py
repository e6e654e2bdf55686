"""A matrix as text for a terminal: each version's numbers, what it changed, and how it stands to its pins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.history.changes import Moved
from conformance.history.held import Held
from conformance.history.matrix import Matrix, Sdk, Step
from conformance.history.words import Words, some
from conformance.report import escape
from conformance.report.text import counted, table
from conformance.verdict.finding import NOT_JUDGED, Verdict

SHOWN = 8
"""Causes that a step lists unless all are asked for."""

_WORDS = ("good", "known", "broken", "unsupported", "unjudged", "fixed", "broken anew", "different")


def render(matrix: Matrix, held: Iterable[Held], words: Words, *, verbose: bool = False) -> Iterator[str]:
    """The lines, SDK by SDK."""
    beside = {one.subject: one for one in held}
    for sdk in matrix.sdks:
        yield f"{sdk.name}: {counted(len(matrix.scenarios), 'scenario')} against {matrix.reference}"
        yield ""
        yield from (f"  {escape.console(line)}" for line in table([("", *_WORDS), *_rows(sdk)]))
        yield ""
        for step in sdk.steps:
            yield from _step(step, words, verbose=verbose)
        for subject in sdk.subjects:
            yield from _held(beside[subject], words)
        yield ""


def _rows(sdk: Sdk) -> Iterator[tuple[str, ...]]:
    steps: dict[str, Step] = {one.after: one for one in sdk.steps}
    for subject in sdk.subjects:
        verdicts = sdk.verdicts(subject)
        good = verdicts[Verdict.CONFORMS] + verdicts[Verdict.PARITY]
        known, missing = verdicts[Verdict.KNOWN_DIVERGENCE], verdicts[Verdict.UNSUPPORTED]
        unjudged = sum(verdicts[one] for one in NOT_JUDGED)
        bad = verdicts.total() - good - known - missing - unjudged
        step = steps.get(subject)
        changed = (
            [str(len(each)) for each in (step.fixed, step.broken, step.different)] if step else ["", "", ""]
        )
        yield (subject, *map(str, (good, known, bad, missing, unjudged)), *changed)


def _step(step: Step, words: Words, *, verbose: bool) -> Iterator[str]:
    if not (step.changes.went or step.changes.came or step.judged_otherwise):
        yield f"  {step.before} → {step.after}: no change"
        return
    yield f"  {step.before} → {step.after}"
    yield from _moved("went", step.changes.went, words, verbose=verbose)
    yield from _moved("came", step.changes.came, words, verbose=verbose)
    if step.judged_otherwise:
        yield f"    judged otherwise though nothing changed: {some(step.judged_otherwise)}"


def _moved(what: str, moved: tuple[Moved, ...], words: Words, *, verbose: bool) -> Iterator[str]:
    listed = moved if verbose else moved[:SHOWN]
    for one in listed:
        where = some(one.scenarios, 1)
        yield escape.console(
            f"    {what} {len(one.scenarios):>4}  {one.cause}: {words.say(one.cause)} ({where})"
        )
    if len(moved) > len(listed):
        yield f"    {what}       {len(moved) - len(listed)} more causes: --verbose"


def _held(held: Held, words: Words) -> Iterator[str]:
    if held.slow:
        yield f"  ✗ {held.subject}: the machine was too slow in {some(held.slow)}: run it again"
    for one in held.differences:
        how = "is not pinned" if one.new else "is pinned, and no longer shows"
        where = some(one.scenarios)
        yield escape.console(f"  ✗ {held.subject}: {one.cause} {how}: {words.say(one.cause)} ({where})")
    if held.beside is None:
        yield f"  - {held.subject}: nothing is pinned: conformance matrix --pin"
    elif held.subject.rpartition("@")[2] != held.beside:
        yield f"  - {held.subject}: not pinned itself, held against {held.beside}"
    elif not held.differences and not held.slow:
        yield f"  ✓ {held.subject}: exactly as pinned"
    if held.outside and held.beside is not None:
        yield f"  - {held.subject}: {counted(held.outside, 'scenario')} not pinned"
