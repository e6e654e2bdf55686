"""A whole run, gathered from its events: what the reports that are written at the end are made of."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from conformance.engine.events import Event, Faulted, Judged, RunEnded, RunStarted
from conformance.engine.results import finite
from conformance.errors import ConformanceError, Exit
from conformance.verdict.finding import GOOD, NOT_JUDGED, Blame, Finding, Layer, Verdict
from conformance.wire.recording import SubjectInfo

FRAMES = ".StackTrace"
"""The end of the path of a finding about an error's frames."""


@dataclass
class Collected:
    """Listens to a run. Verdicts come in the order in which runs end; `judged` gives them back sorted."""

    started: RunStarted | None = None
    faults: list[ConformanceError] = field(default_factory=list)
    ended: RunEnded | None = None
    _judged: dict[tuple[str, int, str], Judged] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case RunStarted():
                self.started = event
            case Judged(result=result):
                self._judged[result.scenario, self._rank(result.subject), result.subject] = event
            case Faulted(error=error):
                self.faults.append(error)
            case RunEnded():
                self.ended = event
            case _:
                pass

    @property
    def subjects(self) -> tuple[SubjectInfo, ...]:
        """The subjects that took part, the reference first."""
        return self.started.subjects if self.started else ()

    @property
    def interrupted(self) -> bool:
        """Whether something ended the run before it was done; a run without a footer was cut off."""
        return self.ended is None or self.ended.interrupted

    def called(self, subject: str) -> str:
        """A subject as the user named it, where that is shorter than its id: `python@.`."""
        asked = self.started.asked.get(subject, subject) if self.started else subject
        return subject if "=" in asked else asked

    def judged(self) -> list[Judged]:
        """Every verdict, by scenario, then by subject in the header's order: the same for the same run.

        Findings that a scenario's own wrong expectation makes are blamed on the scenario.
        """
        told = [self._judged[key] for key in sorted(self._judged)]
        groups = ([*group] for _, group in groupby(told, key=lambda one: one.result.scenario))
        return [
            _blamed(one) if wrong else one
            for group in groups
            for wrong in [expectation_wrong(group)]
            for one in group
        ]

    def verdicts(self, subject: str) -> Counter[Verdict]:
        """How often each verdict was given to `subject`."""
        return Counter(one.result.verdict for one in self._judged.values() if one.result.subject == subject)

    def totals(self) -> dict[str, Any]:
        """The numbers of the JSON report. None of them depends on how fast this machine judged."""
        results = [one.result for one in self.judged()]
        return {
            "scenarios": len({result.scenario for result in results}),
            "results": len(results),
            "verdicts": {verdict.value: sum(r.verdict is verdict for r in results) for verdict in Verdict},
            "subjects": {
                info.id: {verdict.value: self.verdicts(info.id)[verdict] for verdict in Verdict}
                for info in self.subjects
            },
            "findings": sum(len(result.findings) for result in results),
            "seconds": round(sum(result.seconds for result in results), 3),
            "held_seconds": round(self.ended.held_seconds, 3) if self.ended else 0,
            "divergences": dict(sorted(self.ended.divergences.items())) if self.ended else {},
            "problems": list(self.ended.problems) if self.ended else [],
            "notes": list(self.ended.notes) if self.ended else [],
            "faults": [str(fault) for fault in self.faults],
            "interrupted": self.interrupted,
            "deep_not_run": len(self.started.held.deep) if self.started and self.started.held else 0,
        }

    def exit(self) -> Exit:
        """What the command's exit code must be: the gravest that applies.

        Interrupted outweighs all, since what is missing can't be judged. Then come the environment (3) and
        what the user gave (2), which keep the suite from judging, before a finding (1), which is what it
        found. Beside a baseline only what is new is a finding.
        """
        if self.interrupted:
            return Exit.INTERRUPTED
        verdicts = {one.result.verdict for one in self._judged.values()}
        kinds = {fault.exit for fault in self.faults}
        if Verdict.HARNESS_ERROR in verdicts:
            kinds.add(Exit.ENVIRONMENT)
        if Verdict.SCENARIO_ERROR in verdicts:
            kinds.add(Exit.USAGE)
        if self.started and self.started.baseline:
            found = any(unexpected(one) for one in self._judged.values())
        else:
            found = bool(verdicts - GOOD - NOT_JUDGED or (self.ended and self.ended.problems))
        if found:
            kinds.add(Exit.FINDING)
        return max(kinds, default=Exit.AS_EXPECTED)

    def _rank(self, subject: str) -> int:
        """The subject's place in the header; one that the header doesn't know comes last."""
        ids = [info.id for info in self.subjects]
        return ids.index(subject) if subject in ids else len(ids)


def unexpected(judged: Judged) -> tuple[Finding, ...]:
    """The findings that make a verdict bad: those that no ledger entry accounts for; none if it is good.

    Of a run with a baseline those that the baseline has too are left out, save of what could not be judged.
    One that is wrong in another way than in the baseline is none that the baseline has.
    """
    if judged.result.verdict in GOOD:
        return ()
    before = None if judged.result.verdict in NOT_JUDGED else judged.before
    known = {_same(one) for one in before.findings if one.divergence is None} if before else set()
    own = (one for one in judged.result.findings if one.divergence is None)
    return tuple(one for one in own if not known or _same(one) not in known)


def changed(judged: Judged) -> bool:
    """Whether something is unexpected, and all of that was wrong in the baseline as well, in another way."""
    found = unexpected(judged)
    if not found or judged.before is None or judged.result.verdict in NOT_JUDGED:
        return False
    places = {_place(one) for one in judged.before.findings if one.divergence is None}
    return all(_place(one) in places for one in found)


_OBJECTIONS = frozenset({Layer.HARNESS, Layer.SCHEMA, Layer.DIALECT, Layer.INVARIANT, Layer.STRUCTURE})
"""Layers that know an SDK to be wrong without the scenario's own words."""


def expectation_wrong(verdicts: list[Judged]) -> bool:
    """Whether all subjects of a scenario contradict its `expect` alike, and no other layer objects."""
    if len({one.result.subject for one in verdicts}) < 2:  # noqa: PLR2004 (one alone agrees with nobody)
        return False
    against: list[list[tuple[str, str, str]]] = []
    for one in verdicts:
        findings = unexpected(one)
        if any(each.layer in _OBJECTIONS for each in findings):
            return False
        told = [each for each in findings if each.layer is Layer.EXPECT]
        against.append([(each.rule, each.path, repr(each.seen)) for each in told])
    return bool(against[0]) and all(each == against[0] for each in against)


def _blamed(judged: Judged) -> Judged:
    """A verdict whose scenario expects what no subject does, and no layer else asks for."""
    result = replace(judged.result, findings=_on_scenario(judged.result.findings))
    known = judged.evidence
    return replace(judged, result=result, evidence=known and replace(known, order=_on_scenario(known.order)))


def _on_scenario(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(
        replace(one, blame=Blame.SCENARIO) if one.layer is Layer.EXPECT and one.divergence is None else one
        for one in findings
    )


def _place(one: Finding) -> tuple[Layer, str, str]:
    """What is wrong where."""
    return one.layer, one.rule, one.path


def _same(one: Finding) -> tuple[Layer, str, str, str]:
    """What two findings of one scenario have in common if they are the same.

    That is what was seen and wanted, too, but for frames: they are other ones in each version of an SDK.
    """
    if one.path.endswith(FRAMES):
        return *_place(one), ""
    return *_place(one), json.dumps(finite([one.seen, one.wanted]), sort_keys=True, default=str)
