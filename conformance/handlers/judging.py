"""Judging what a handler did: AWS's requirement by AWS's own matcher, and the rules that need no program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from conformance.handlers.assigned import Assigned
from conformance.handlers.result import Outcome, Status
from conformance.scenario.model import Scenario
from conformance.verdict import aws, schema
from conformance.verdict.case import Case
from conformance.verdict.finding import Blame, Finding
from conformance.verdict.invariants import (
    answers,
    contexts,
    invocations,
    lifecycle,
    needless,
    requests,
)
from conformance.wire.recording import ExecutionRecord, Recording, ReportKind

RULES: tuple[Callable[[Case], Iterable[Finding]], ...] = (
    schema.check,
    contexts.parent_is_open,
    contexts.nothing_under_ended_context,
    lifecycle.actions_fit_type,
    lifecycle.start_comes_first_and_once,
    lifecycle.nothing_after_end,
    lifecycle.everything_ends,
    lifecycle.identity_is_stable,
    requests.tokens_form_a_chain,
    requests.batches_are_well_formed,
    requests.requests_are_taken,
    requests.nothing_after_answer,
    invocations.execution_ends,
    invocations.pending_has_a_reason,
    invocations.results_are_json,
    invocations.outcome_is_the_last_answer,
    invocations.outcome_is_what_was_checkpointed,
    invocations.nothing_after_execution_ended,
    needless.polls_have_a_reason,
    needless.reads_follow_a_marker,
    needless.requests_are_bounded,
    answers.failures_carry_errors,
    answers.answers_have_a_status,
    answers.ends_are_answered,
)
"""The rules that say nothing else of a recording whose program is not known (a test holds them to it)."""

TOLD = frozenset({Blame.SDK, Blame.UNDETERMINED})
"""What is told: a fault of the emulator's is no news about a handler."""

_NOT_JUDGED = frozenset({ReportKind.DROPPED, ReportKind.SUBJECT})


def judge(one: Assigned, scenario: Scenario, recording: Recording, written: Sequence[str]) -> Outcome:
    """Judge one requirement's recording; `written` are the lines that its handler wrote."""
    problems = [report.message for report in recording.reports if report.kind not in _NOT_JUDGED]
    machine = any(report.kind is ReportKind.MACHINE for report in recording.reports)
    problems += [finding.message for finding in aws.check(scenario, recording, written)]
    status = Status.ERROR if machine else Status.FAILED if problems else Status.PASSED
    found = () if machine else tuple(beyond(recording))
    return Outcome(one, status, recording.seconds, tuple(problems), found)


def beyond(recording: Recording) -> Iterator[Finding]:
    """What the rules say of each execution by itself: undecoded ids of two executions look alike."""
    for execution in recording.executions:
        case = Case.of(_alone(recording, execution))
        for rule in RULES:
            yield from (finding for finding in rule(case) if finding.blame in TOLD)


def _alone(recording: Recording, execution: ExecutionRecord) -> Recording:
    part = recording.of(execution.arn)
    return replace(
        recording,
        executions=(replace(execution, parent=None, parent_operation=None),),
        invocations=part.invocations,
        exchanges=part.exchanges,
    )
