"""Whose fault it is that an expression of the scenario failed while a subject ran it.

A value that the SDK gave back may be wrong and break an expression that is right. So it is evaluated again,
with what should have been in scope: only one that fails with that as well is the scenario's fault.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.scenario.budget import Budget
from conformance.scenario.evaluation import value
from conformance.scenario.syntax import ExpressionError
from conformance.scenario.trees import written
from conformance.scenario.unknown import UNKNOWN, is_known
from conformance.verdict.finding import Blame, Finding, Layer
from conformance.verdict.structure.check import expected_scope
from conformance.wire.values import json_or, same

if TYPE_CHECKING:
    from conformance.verdict.case import Case
    from conformance.wire.recording import FailedExpression, Report

SCENARIOS = "expression-fails"
"""The rule of an expression that is the scenario's own fault."""

SDKS = "value-breaks-expression"
"""The rule of one that fails for a value that the SDK gave."""

LONGEST = 300
"""Characters of a value that a message quotes."""

_GIVEN = frozenset({"invocation", "attempt", "index", "callback_id"})
"""Names whose values are not predicted where a harness is given them: numbers and ids are taken as told."""


def judged(case: Case, report: Report, failed: FailedExpression) -> Finding:
    """Who is to be blamed for an expression that failed, and what was wrong."""
    told = {name: json_or(text, text) for name, text in failed.names.items()}
    expected = _expected(case, report, failed, told)
    wrong = sorted(
        name
        for name, seen in told.items()
        if is_known(expected[name]) and not same(seen, expected[name]) and not _cut(failed.names[name])
    ) or sorted(name for name in told if _cut(failed.names[name]) and is_known(expected[name]))
    outcome, reason = _outcome(failed, expected)
    what = f"`{written(list(failed.tree))}` failed: {report.message}"
    if reason is not None or (failed.budget and not wrong):
        told_too = f", and with what should be there: {reason}" if reason and wrong else ""
        message = f"the scenario's expression {what}{told_too}"
        return _finding(Layer.HARNESS, SCENARIOS, report, told, expected, Blame.SCENARIO, message)
    if wrong:
        names = "; ".join(f"{name} is {_quoted(told[name])}, not {_quoted(expected[name])}" for name in wrong)
        message = f"the expression {what}, because {names}"
        seen = {name: told[name] for name in wrong}
        wanted = {name: expected[name] for name in wrong}
        return _finding(Layer.INVARIANT, SDKS, report, seen, wanted, Blame.SDK, message)
    if outcome is UNKNOWN or not all(map(is_known, expected.values())):
        names = "; ".join(f"{name} is {_quoted(seen)}" for name, seen in sorted(told.items()))
        message = f"the expression {what}; {names}, and the scenario alone does not tell what it should be"
        wanted = {name: each for name, each in expected.items() if is_known(each)}
        return _finding(Layer.INVARIANT, SDKS, report, told, wanted or None, Blame.UNDETERMINED, message)
    message = f"the harness evaluates otherwise than the judge: {what}, but is {_quoted(outcome)}"
    return _finding(Layer.HARNESS, "harness-report", report, told, expected, Blame.HARNESS, message)


def _finding(  # noqa: PLR0913, PLR0917 - a finding has this many fields
    layer: Layer, rule: str, report: Report, seen: Any, wanted: Any, blame: Blame, message: str
) -> Finding:
    known = {name: each for name, each in wanted.items() if is_known(each)} if wanted else None
    return Finding(layer, rule, report.at or "run", seen, known, blame, message)


def _expected(case: Case, report: Report, failed: FailedExpression, told: dict[str, Any]) -> dict[str, Any]:
    """What should have been in scope, of all that the expression reads; unknown where nothing tells it."""
    scope = None
    if report.at is not None and report.invocation is not None:
        place = (report.at, failed.indexes)
        scope = expected_scope(case.scenario, case.recording, case.stream, report.invocation, place)
    expected = {name: (scope or {}).get(name, UNKNOWN) for name in told}
    taken = {
        name: told[name]
        for name in _GIVEN & told.keys()
        if expected[name] is UNKNOWN
        and isinstance(told[name], int | str)
        and not isinstance(told[name], bool)
    }
    return expected | taken


def _outcome(failed: FailedExpression, expected: dict[str, Any]) -> tuple[Any, str | None]:
    """What the expression comes to with what should be there, and why it fails with it, if it does."""
    try:
        return value(list(failed.tree), expected, Budget()), None
    except ExpressionError as error:
        return UNKNOWN, str(error)


def _cut(text: str) -> bool:
    return text.endswith("...") and json_or(text, text) is text


def _quoted(given: Any) -> str:
    text = given if isinstance(given, str) and _cut(given) else json.dumps(given, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
