"""From recordings to a result: the layers in turn, the ledger over their findings, the verdict."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from conformance.verdict import dialect, expect, expressions, parity, schema, structure
from conformance.verdict.case import Case
from conformance.verdict.finding import Blame, Finding, Layer, Result, Verdict
from conformance.verdict.invariants import INVARIANTS, durability
from conformance.wire.recording import Recording, ReportKind

if TYPE_CHECKING:
    from conformance.verdict.ledger import Ledger
    from conformance.wire.recording import FailedExpression, Report

_ABSOLUTE = frozenset(
    {Layer.SCHEMA, Layer.DIALECT, Layer.INVARIANT, Layer.STRUCTURE, Layer.EXPECT, Layer.AWS}
)

_UPTO_THE_BREAK = frozenset({Layer.SCHEMA, Layer.DIALECT, Layer.INVARIANT, Layer.STRUCTURE})
"""The layers that judge what was recorded until the lab gave up, and not what is missing after it."""

_AFTERMATH = "process-exits"
"""The one rule of theirs that the end of a run given up breaks by itself: the harness ends its process."""

_TOLD = frozenset({"lab-report", "harness-report", "fault-never-strikes", expressions.SCENARIOS})
"""Reports from the run: a finding about the SDK stands beside them only where the lab gave up for it."""

_REPORTED = {
    ReportKind.UNSUPPORTED: ("unsupported", Blame.UNDETERMINED),
    ReportKind.MACHINE: ("too-slow", Blame.MACHINE),
    ReportKind.SCENARIO: ("fault-never-strikes", Blame.SCENARIO),
}
"""What reports are as findings; all others are named for their kind and blamed on the harness."""

_NOT_OURS = frozenset({ReportKind.SUBJECT, ReportKind.DROPPED})
"""Reports that keep nothing from being judged."""

Check = Callable[[], Iterable[Finding]]


def judge(
    recording: Recording, reference: Recording | None, ledger: Ledger, *, strict: bool = False
) -> Result:
    """Judge one recording.

    Args:
        recording: What the subject did.
        reference: What the reference did in the same scenario; None where there is nothing to compare with,
            as for the reference itself.
        ledger: The known divergences.
        strict: Take another spelling for a difference too.
    """
    findings, reference = _harness(recording), None if recording.held else reference
    if not findings:
        findings = _judged(recording, reference, ledger, strict=strict)
    elif _given_up(recording):
        if reference is not None and _usable(reference) and _only_waited(recording):
            findings = _never_happens(recording, reference, ledger)
        findings += [one for one in _judged(recording, None, ledger, strict=strict) if _before_the_break(one)]
    return Result(
        scenario=recording.scenario,
        subject=recording.subject.id,
        verdict=_verdict(findings, compared=_usable(reference)),
        seconds=recording.seconds,
        findings=tuple(sorted(findings, key=lambda one: one.layer is Layer.HARNESS)),  # causes stand first
    )


def _harness(recording: Recording) -> list[Finding]:
    """What keeps a recording from saying anything about the SDK."""
    findings = []
    for report in recording.reports:
        if report.kind in _NOT_OURS:
            continue
        if report.kind is ReportKind.EXPRESSION and report.expression is not None:
            findings += _guarded("expressions", partial(_failed, recording, report, report.expression))
            continue
        where = report.at or (f"invocation {report.invocation}" if report.invocation else "run")
        rule, blame = _REPORTED.get(report.kind, (f"{report.kind}-report", Blame.HARNESS))
        wanted = report.feature
        findings.append(Finding(Layer.HARNESS, rule, where, report.message, wanted, blame, report.message))
    return findings


def _failed(recording: Recording, report: Report, failed: FailedExpression) -> list[Finding]:
    return [expressions.judged(_CASES.of(recording), report, failed)]


def _given_up(recording: Recording) -> bool:
    """Whether only the lab could not go on, which may be the SDK's doing: what it waits for was refused.

    So it is where an expression failed: what the SDK did until then is judged, whoever is at fault.

    So may it be that a fault strikes nothing: the update that it waits for was not sent.

    The harness repeats what the lab told it about a hold, so its report of the same place adds nothing.
    """
    places = {report.at for report in recording.reports if report.kind is ReportKind.LAB}
    return all(
        report.kind in (ReportKind.LAB, ReportKind.SCENARIO, ReportKind.EXPRESSION)
        or report.kind in _NOT_OURS
        or (report.kind is ReportKind.HARNESS and report.at in places)
        for report in recording.reports
    )


def _only_waited(recording: Recording) -> bool:
    """Whether nothing was wrong but that the lab waited for what the subject never brought about."""
    return not any(
        report.kind in (ReportKind.SCENARIO, ReportKind.EXPRESSION) for report in recording.reports
    )


def _never_happens(recording: Recording, reference: Recording, ledger: Ledger) -> list[Finding]:
    """What a scenario waits for (a hold, an outside actor, a wake) comes with the reference, and not here.

    Then neither the lab is at fault nor the scenario for a wait that nothing could end: the two SDKs do
    different things, and comparing alone can't tell who is wrong. The harness repeats what the lab told it
    about a hold, which adds nothing.
    """
    found = [
        Finding(
            Layer.PARITY,
            "never-happens",
            f"effect:{report.at}" if report.at else "execution",
            report.message,
            f"it happens with {reference.subject.id}",
            Blame.UNDETERMINED,
            f"{report.message}; with {reference.subject.id} the scenario goes on",
        )
        for report in recording.reports
        if report.kind is ReportKind.LAB
    ]
    try:
        return ledger.account(found, _CASES.of(recording), _CASES.of(reference))
    except Exception as error:  # noqa: BLE001 - as in `_judged`
        return [*found, _broken_check("ledger", error)]


def _before_the_break(finding: Finding) -> bool:
    return finding.layer in _UPTO_THE_BREAK and finding.blame is Blame.SDK and finding.rule != _AFTERMATH


def _usable(reference: Recording | None) -> bool:
    return reference is not None and all(report.kind in _NOT_OURS for report in reference.reports)


def _judged(
    recording: Recording, reference: Recording | None, ledger: Ledger, *, strict: bool
) -> list[Finding]:
    findings: list[Finding] = []
    case = _guarded_case(recording, findings)
    if case is None:
        return findings
    for name, check in _absolute(case):
        findings.extend(_guarded(name, check))
    compared = None
    if reference is not None:
        if _usable(reference):
            other = compared = _guarded_case(reference, findings)
            if other is not None:
                findings.extend(_guarded("parity", lambda: parity.check(case, other, strict=strict)))
        elif any(one.layer is Layer.HARNESS and one.rule != "unsupported" for one in _harness(reference)):
            findings.append(_no_reference(reference))
    try:
        return ledger.account(findings, case, compared)
    except Exception as error:  # noqa: BLE001 - an entry that breaks must not take the findings with it
        return [*findings, _broken_check("ledger", error)]


def _absolute(case: Case) -> Iterable[tuple[str, Check]]:
    """Every check that needs no reference, with its name.

    Where answers were held, only one thing was asked: all else may be as it is for the holding.
    """
    if case.recording.held:
        yield durability.RULE, lambda: durability.results_are_durable_before_use(case)
        return
    yield "subject", lambda: _subject(case.recording)
    yield "schema", lambda: schema.check(case)
    yield "dialect", lambda: dialect.check(case)
    for invariant in INVARIANTS:
        yield invariant.__name__, lambda invariant=invariant: invariant(case)  # type: ignore[misc]
    yield "structure", lambda: structure.check(case.scenario, case.recording, case.stream)
    yield "expect", lambda: expect.check(case.scenario, case.recording, case.stream)
    if case.scenario.aws is not None:
        yield "aws", lambda: _aws(case)


def _aws(case: Case) -> Iterable[Finding]:
    from conformance.verdict import aws  # noqa: PLC0415 - AWS's package is read only where a scenario names it

    naming = aws.Naming.of(case.recording, case.stream)
    return map(naming.finding, aws.check(case.scenario, case.recording))


def _subject(recording: Recording) -> Iterable[Finding]:
    """Misbehaviour as a process, which the lab reports as it happens."""
    for report in recording.reports:
        if report.kind is ReportKind.SUBJECT:
            where = f"invocation {report.invocation}" if report.invocation else "process"
            yield Finding(
                Layer.INVARIANT, "process-misbehaves", where, report.message, None, Blame.SDK, report.message
            )


class _Cases:
    """The last few cases made: a reference is judged itself and then compared with, often several times.

    A case is some five times what was recorded, so large ones are not kept beside others.
    """

    def __init__(self, most: int = 8, characters: int = 4 * 2**20) -> None:
        self._made: list[Case] = []
        self._most = most
        self._characters = characters

    def of(self, recording: Recording) -> Case:
        for case in self._made:
            if case.recording is recording:
                return case
        case = Case.of(recording)
        self._made = [case, *self._made[: self._most - 1]]
        while len(self._made) > 1 and sum(_size(each.recording) for each in self._made) > self._characters:
            self._made.pop()
        return case


def _size(recording: Recording) -> int:
    """The characters that passed between subject and service."""
    spoken = sum(len(exchange.request) + len(exchange.response) for exchange in recording.exchanges)
    return spoken + sum(len(invocation.input) for invocation in recording.invocations)


_CASES = _Cases()


def _guarded_case(recording: Recording, findings: list[Finding]) -> Case | None:
    try:
        return _CASES.of(recording)
    except Exception as error:  # noqa: BLE001 - a recording that can't be read must not end the others' judging
        findings.append(_broken_check("stream", error))
        return None


def _guarded(name: str, check: Check) -> list[Finding]:
    """Run a check; if it breaks, that is a finding about this suite, never silence."""
    try:
        return list(check())
    except Exception as error:  # noqa: BLE001 - see above
        return [_broken_check(name, error)]


def _broken_check(name: str, error: Exception) -> Finding:
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
    return Finding(
        Layer.HARNESS,
        "check-failed",
        f"check {name}",
        f"{type(error).__name__}: {error}",
        None,
        Blame.HARNESS,
        f"the check {name} broke on this recording ({place}): {type(error).__name__}: {error}",
    )


def _no_reference(reference: Recording) -> Finding:
    failed = _harness(reference)
    reasons = "; ".join(finding.message for finding in failed)
    scenario = all(finding.blame is Blame.SCENARIO for finding in failed)
    return Finding(
        Layer.HARNESS,
        "no-reference",
        reference.subject.id,
        reasons,
        None,
        Blame.SCENARIO if scenario else Blame.HARNESS,
        f"there is nothing to compare with: the run of {reference.subject.id} failed ({reasons})",
    )


def _verdict(findings: Iterable[Finding], *, compared: bool) -> Verdict:
    """The gravest thing decides; what the ledger accounts for is known."""
    open_ = [finding for finding in findings if finding.divergence is None]
    harness = [finding for finding in open_ if finding.layer is Layer.HARNESS]
    if harness:
        return _without_judgement(harness, open_)
    if any(finding.layer in _ABSOLUTE for finding in open_):
        return Verdict.VIOLATED
    if any(finding.rule != parity.FAULTS_APART for finding in open_):
        return Verdict.DIVERGED
    if any(finding.divergence for finding in findings):
        return Verdict.KNOWN_DIVERGENCE
    return Verdict.PARITY if compared else Verdict.CONFORMS


def _without_judgement(harness: Iterable[Finding], open_: Iterable[Finding]) -> Verdict:
    """What a run comes to that did not happen as it was told, by the findings that say so and all others."""
    if all(finding.rule == "unsupported" for finding in harness):
        return Verdict.UNSUPPORTED
    if all(finding.rule in _TOLD for finding in harness) and any(map(_before_the_break, open_)):
        return Verdict.VIOLATED
    if all(finding.blame is Blame.SCENARIO for finding in harness):
        return Verdict.SCENARIO_ERROR
    return Verdict.HARNESS_ERROR
