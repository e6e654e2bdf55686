"""Causes: the findings of a whole run, over all scenarios, that come from one fault.

One function makes them, and every report shows them. The findings of a scenario with a subject are ordered by
layer and, within one, by when they happened; the first one stands for all of them, and the rest follow from
it. Scenarios whose first findings are of one class are one cause, told with the simplest of them. What the
harness says comes last.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from conformance.engine.collected import Collected, expectation_wrong, unexpected
from conformance.engine.events import Judged, RunStarted
from conformance.engine.evidence import RANKS, UNKNOWN_SIZE, Evidence
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.verdict.titles import title

KEPT = "out"
"""The directory that the commands name, in which recordings are kept to be looked at."""

EXPECTATION = "The expectation is probably wrong: all subjects agree, and nothing else speaks against them"


@dataclass(frozen=True)
class Follow:
    """A class of findings that follow from a cause, and how often."""

    layer: Layer
    rule: str
    findings: int


@dataclass(frozen=True)
class Cause:
    """One fault, as far as can be told: where it shows, and its simplest scenario's first finding.

    `id` is the rule's name, with a number where several causes have one. `affected` has a verdict for every
    scenario and subject that it shows in, the simplest first.
    """

    id: str
    rule: str
    layer: Layer
    blame: Blame
    title: str
    affected: tuple[Judged, ...]
    first: Finding  # of the simplest
    follows: tuple[Follow, ...]
    rerun: str  # the command that repeats the simplest, and keeps its recordings
    look: str  # the command that shows them

    @property
    def simplest(self) -> Judged:
        """The verdict of the smallest program that shows it."""
        return self.affected[0]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The ids of the scenarios, the simplest first."""
        return tuple(dict.fromkeys(one.result.scenario for one in self.affected))

    @property
    def subjects(self) -> tuple[str, ...]:
        """The ids of the subjects that it shows with."""
        return tuple(dict.fromkeys(one.result.subject for one in self.affected))

    @property
    def folders(self) -> tuple[tuple[str, int], ...]:
        """The folders of scenarios that it strikes and how many scenarios of each, the most first."""
        counts = Counter(name.rpartition("/")[0] or "." for name in self.scenarios)
        return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))

    @property
    def evidence(self) -> Evidence | None:
        """What the simplest's recording says of the first finding."""
        return about(self.simplest, self.first)

    @property
    def seen(self) -> Any:
        """What was seen, contexts by their names."""
        return self.evidence.seen if self.evidence else self.first.seen

    @property
    def wanted(self) -> Any:
        """What was wanted, contexts by their names."""
        return self.evidence.wanted if self.evidence else self.first.wanted


def causes(run: Collected) -> tuple[Cause, ...]:
    """The causes of all that is unexpected in a run, the widest first, the harness's last."""
    groups: dict[_Class, list[Judged]] = {}
    for key, judged in _classed(run.judged()):
        groups.setdefault(key, []).append(judged)
    made = sorted((_cause(key, *each, run.started) for key, each in _merged(groups).items()), key=_place)
    counts: Counter[str] = Counter()
    numbered = []
    for cause in made:
        counts[cause.rule] += 1
        number = counts[cause.rule]
        numbered.append(cause if number == 1 else replace(cause, id=f"{cause.rule}-{number}"))
    return tuple(numbered)


def about(judged: Judged, first: Finding) -> Evidence | None:
    """A verdict's evidence, if it is about that finding: with a baseline the first one may be another."""
    known = judged.evidence
    return known if known is not None and known.order and known.order[0] == first else None


def ordered(judged: Judged) -> tuple[Finding, ...]:
    """The unexpected findings of a verdict, the first one first."""
    findings = unexpected(judged)
    known = judged.evidence
    if known is None or not findings:
        return tuple(sorted(findings, key=lambda one: RANKS[one.layer]))
    first = [one for one in known.order if one in findings]
    return (*first, *(one for one in findings if one not in first))


@dataclass(frozen=True)
class _Class:
    """What the first findings of one cause have in common; of a wrong expectation, its scenario."""

    whose: str  # the subject, or the scenario
    layer: Layer
    rule: str
    blame: Blame


def _classed(judged: Iterable[Judged]) -> Iterator[tuple[_Class, Judged]]:
    """Every bad verdict with its class; they come scenario by scenario."""
    for scenario, group in groupby(judged, key=lambda one: one.result.scenario):
        verdicts = list(group)
        firsts = [(one, found[0]) for one in verdicts if (found := ordered(one))]
        if expectation_wrong(verdicts):
            rule = firsts[0][1].rule
            for one, _ in firsts:
                yield _Class(scenario, Layer.EXPECT, rule, Blame.SCENARIO), one
            continue
        for one, first in firsts:
            yield _Class(one.result.subject, first.layer, first.rule, first.blame), one


SYMPTOMS = frozenset(
    {"request-refused", "operation-missing", "lifecycle-missing", "outcome-wrong", "body-runs"}
    | {"value-breaks-expression"}
)
"""Rules that nearly any fault breaks in the end: that two causes share one of these says nothing."""

_TELLING = frozenset({Layer.SCHEMA, Layer.DIALECT, Layer.INVARIANT, Layer.STRUCTURE})

_Groups = dict[_Class, tuple[list[Judged], list[Judged]]]
"""Verdicts of a class, and those of smaller ones that are a part of it."""


def _merged(groups: dict[_Class, list[Judged]]) -> _Groups:
    """Put a class under a wider one of which it is a part, as far as can be told.

    It is one if the wider one's finding is in every one of its verdicts too: then only an earlier finding was
    seen there. And it is one if it is of a kind that only tells of what came of a fault, and the wider one
    comes to just that: then only what followed was seen there, as where a scenario looks at a result alone.
    """
    widest = sorted(groups, key=lambda key: (-len(groups[key]), RANKS[key.layer], key.rule, key.whose))
    merged: _Groups = {}
    for key in widest:
        common = frozenset.intersection(*map(_kinds, groups[key]))
        under = next((other for other in merged if _absorbs(other, key, common)), None)
        under = under or next((other for other in merged if _comes_to(other, merged[other][0], key)), None)
        if under is None:
            merged[key] = (groups[key], [])
        else:
            merged[under][1].extend(groups[key])
    return merged


def _kinds(judged: Judged) -> frozenset[tuple[Layer, str]]:
    return frozenset((each.layer, each.rule) for each in unexpected(judged))


def _absorbs(wider: _Class, key: _Class, common: frozenset[tuple[Layer, str]]) -> bool:
    return (
        wider.whose == key.whose
        and wider.layer in _TELLING
        and wider.rule not in SYMPTOMS
        and key.layer in _TELLING
        and (wider.layer, wider.rule) in common
    )


def _comes_to(wider: _Class, verdicts: list[Judged], key: _Class) -> bool:
    """Whether a class of consequences is among those of a wider one that is none itself."""
    return (
        wider.whose == key.whose
        and wider.layer in _TELLING
        and not _consequence(wider)
        and _consequence(key)
        and any((key.layer, key.rule) in _kinds(one) for one in verdicts)
    )


def _consequence(key: _Class) -> bool:
    """Whether it only tells of what came of a fault: an outcome, a value used, or a difference."""
    return key.layer in _OUTCOMES or (key.rule in SYMPTOMS and key.rule != "request-refused")


_OUTCOMES = frozenset({Layer.EXPECT, Layer.PARITY, Layer.AWS})


def _expected_wrongly(key: _Class) -> bool:
    """Whether it is the scenario's expectation that is at fault, and nothing else of it."""
    return key.blame is Blame.SCENARIO and key.layer is not Layer.HARNESS


def _cause(key: _Class, own: list[Judged], merged: list[Judged], started: RunStarted | None) -> Cause:
    affected = (*sorted(own, key=_simplicity), *sorted(merged, key=_simplicity))
    first = ordered(affected[0])[0]
    counts: Counter[tuple[Layer, str]] = Counter()
    for one in affected:
        counts.update((each.layer, each.rule) for each in ordered(one)[1:])
    follows = sorted(counts.items(), key=lambda each: (RANKS[each[0][0]], -each[1], each[0][1]))
    return Cause(
        id=key.rule,
        rule=key.rule,
        layer=key.layer,
        blame=key.blame,
        title=EXPECTATION if _expected_wrongly(key) else title(key.layer, key.rule),
        affected=affected,
        first=first,
        follows=tuple(Follow(layer, rule, count) for (layer, rule), count in follows),
        rerun=repeat(_compared(affected, started) if key.blame is Blame.SCENARIO else affected[0], started),
        look=f"conformance show {KEPT} {shlex.quote(affected[0].result.scenario)}",
    )


def _compared(affected: tuple[Judged, ...], started: RunStarted | None) -> Judged:
    """A verdict of another subject than the reference, which runs beside it in any case."""
    reference = started.reference if started else ""
    return next((one for one in affected if one.result.subject != reference), affected[0])


def repeat(judged: Judged, started: RunStarted | None) -> str:
    """The command that runs a scenario with a subject again, as it was run, and keeps its recordings."""
    scenario, subject = judged.result.scenario, judged.result.subject
    asked = started.asked.get(subject, subject) if started else subject
    words = ["conformance", "run", shlex.quote(scenario), "--subject", shlex.quote(asked)]
    if started and started.options:
        words.append(started.options)
    return " ".join([*words, "--out", KEPT])


def _simplicity(judged: Judged) -> tuple[int, int, str, str]:
    """The smaller program first; of two as large, the one with fewer findings."""
    known = judged.evidence
    result = judged.result
    return known.size if known else UNKNOWN_SIZE, len(result.findings), result.scenario, result.subject


def _place(cause: Cause) -> tuple[bool, int, int, str]:
    return cause.layer is Layer.HARNESS, -len(cause.scenarios), RANKS[cause.layer], cause.rule
