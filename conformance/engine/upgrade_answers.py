"""What upgrades come to: for each direction one answer, and what stands in its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.engine.results import finite
from conformance.errors import Exit
from conformance.verdict.upgrades.resumption import COMPARED, FAILING, Departure, Resumed, Resumption


@dataclass(frozen=True)
class Obstacle:
    """What some runs of one direction have in common that do not resume: verdict, and what came first."""

    verdict: Resumption
    rule: str
    runs: tuple[Resumed, ...]  # the simplest first: that with the fewest invocations

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios in which it shows."""
        return tuple(dict.fromkeys(one.scenario for one in self.runs))


@dataclass(frozen=True)
class Answer:
    """Whether one may go from one version to another while executions are in flight."""

    first: str
    second: str
    results: tuple[Resumed, ...]

    @property
    def counts(self) -> Mapping[Resumption, int]:
        """How many points came to each verdict."""
        return Counter(one.verdict for one in self.results)

    @property
    def scenarios(self) -> int:
        """How many scenarios said something about it."""
        return len({one.scenario for one in self.results if one.verdict in COMPARED})

    @property
    def says(self) -> bool | None:
        """Yes, no, or that nothing was compared, which is no answer."""
        found = {one.verdict for one in self.results} & COMPARED
        return None if not found else found == {Resumption.RESUMES}

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """What does not resume, the gravest first, then what shows in the most scenarios."""
        groups: dict[tuple[Resumption, str], list[Resumed]] = {}
        for one in self.results:
            if one.verdict in COMPARED and one.verdict is not Resumption.RESUMES:
                groups.setdefault((one.verdict, rule(one)), []).append(one)
        found = [
            Obstacle(verdict, named, tuple(sorted(runs, key=lambda one: (one.of, one.scenario, one.after))))
            for (verdict, named), runs in groups.items()
        ]
        return tuple(
            sorted(found, key=lambda one: (_GRAVEST.index(one.verdict), -len(one.scenarios), one.rule))
        )

    @property
    def because(self) -> str:
        """The rest of the sentence that begins with yes or no."""
        if self.says is None:
            return "nothing could be compared"
        if self.says:
            apart = len(self.results) - self.counts[Resumption.RESUMES]
            but = f", but {apart} could not be compared" if apart else ""
            resumed = self.counts[Resumption.RESUMES]
            return f"every one of {resumed} resumed executions ends as it does alone{but}"
        told = []
        scenarios = f"{self.scenarios} scenario{'' if self.scenarios == 1 else 's'}"
        for verdict, (one_does, more_do) in _WORDS.items():
            where = {one.scenario for one in self.results if one.verdict is verdict}
            count = self.counts[verdict]
            if where:
                words = one_does if count == 1 else more_do
                told.append(f"{count} {words} in {len(where)} of {scenarios}")
        return ", ".join(told)


_GRAVEST = (Resumption.WRONG, Resumption.HANGS, Resumption.REFUSED)
_WORDS = {
    Resumption.WRONG: ("comes out wrong", "come out wrong"),
    Resumption.HANGS: ("hangs", "hang"),
    Resumption.REFUSED: ("is refused, loudly,", "are refused, loudly,"),
}


def rule(one: Resumed) -> str:
    """The stable name of what came first; the verdict's own where nothing else is known."""
    return one.departures[0].rule if one.departures else one.verdict.value


def answers(results: Iterable[Resumed], asked: Iterable[tuple[str, str]]) -> Iterator[Answer]:
    """One for each direction that was asked for, in that order."""
    groups: dict[tuple[str, str], list[Resumed]] = {}
    for one in results:
        groups.setdefault((one.first, one.second), []).append(one)
    for first, second in asked:
        found = sorted(groups.get((first, second), ()), key=lambda one: (one.scenario, one.after))
        yield Answer(first, second, tuple(found))


def code(found: Iterable[Answer], *, faults: int) -> Exit:
    """The command's exit code: the gravest that applies."""
    verdicts = {one.verdict for answer in found for one in answer.results}
    if faults or Resumption.HARNESS_ERROR in verdicts:
        return Exit.ENVIRONMENT
    return Exit.FINDING if verdicts & FAILING else Exit.AS_EXPECTED


def document(found: Iterable[Answer], *, seconds: float, runs: int, most: int | None) -> dict[str, Any]:
    """All of it as plain JSON values."""
    return {
        "schema": 1,
        "seconds": round(seconds, 1),
        "runs": runs,
        "points": most,
        "upgrades": [
            {
                "from": one.first,
                "to": one.second,
                "answer": {True: "yes", False: "no", None: "unknown"}[one.says],
                "because": one.because,
                "scenarios": one.scenarios,
                "counts": {verdict.value: one.counts[verdict] for verdict in Resumption},
                "results": [_result(each) for each in one.results],
            }
            for one in found
        ],
    }


def _result(one: Resumed) -> dict[str, Any]:
    return {
        "scenario": one.scenario,
        "after": one.after,
        "of": one.of,
        "verdict": one.verdict.value,
        "reason": one.reason,
        "departures": [_departure(each) for each in one.departures],
    }


def _departure(one: Departure) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "path": one.path,
        "seen": finite(one.seen),
        "alone": [finite(each) for each in one.alone],
        "message": one.message,
    }
