"""How each of AWS's conformance requirements stands with each subject, from the verdicts of its scenario."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from conformance.engine.collected import Collected
from conformance.verdict.finding import NOT_JUDGED, Finding, Layer, Result, Verdict
from conformance.wire.recording import SubjectInfo


class Standing(StrEnum):
    """What a requirement comes to with a subject, the best first."""

    PASS = "pass"  # noqa: S105 (no password)
    KNOWN = "known"  # all that the aws layer finds is accounted for by the ledger
    FAIL = "fail"  # something else was found, or there was nothing to judge


def standings(run: Collected) -> dict[str, dict[str, str]]:
    """Requirement id to subject to standing, for those that were judged; both in a fixed order."""
    called = names(run.subjects)
    wanted = run.started.requirements if run.started else {}
    found: dict[str, dict[str, str]] = {}
    for judged in run.judged():
        requirement = wanted.get(judged.result.scenario)
        if requirement is None:
            continue
        subjects = found.setdefault(requirement, {})
        name = called.get(judged.result.subject, judged.result.subject)
        subjects[name] = _worse(subjects.get(name, Standing.PASS), standing(judged.result))
    return {requirement: found[requirement] for requirement in sorted(found, key=_order)}


def totals(run: Collected) -> dict[str, dict[str, int]]:
    """Subject to how many requirements stand how."""
    counts: dict[str, Counter[str]] = {}
    for subjects in standings(run).values():
        for name, one in subjects.items():
            counts.setdefault(name, Counter())[one] += 1
    return {name: {one.value: counts[name][one] for one in Standing} for name in counts}


def standing(result: Result) -> Standing:
    """How the requirement stands that the result's scenario is there for.

    AWS's matcher passes over events that it does not ask for, so what the other absolute layers find keeps a
    requirement from passing too; a difference from the reference does not.
    """
    if result.verdict in (*NOT_JUDGED, Verdict.UNSUPPORTED) or any(map(_against, result.findings)):
        return Standing.FAIL
    known = any(finding.layer is Layer.AWS for finding in result.findings)
    return Standing.KNOWN if known else Standing.PASS


def _against(finding: Finding) -> bool:
    return finding.divergence is None and finding.layer is not Layer.PARITY


def _worse(one: str, other: str) -> str:
    return max(one, other, key=[*Standing].index)


def names(subjects: tuple[SubjectInfo, ...]) -> dict[str, str]:
    """Call a subject by its SDK, or by its id where several have that SDK."""
    sdks = Counter(info.sdk for info in subjects)
    return {info.id: info.sdk if sdks[info.sdk] == 1 else info.id for info in subjects}


def _order(requirement: str) -> tuple[tuple[int, str], ...]:
    """Numbers by value: 3-9 comes before 3-10."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in requirement.split("-"))
