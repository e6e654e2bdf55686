"""Programs that compute without end: the run ends, and the scenario is at fault, with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.verdict.finding import Blame, Verdict
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import ReportKind
from tests.harness.subjects import JS, PYTHON, recordings

if TYPE_CHECKING:
    from conformance.wire.recording import Recording

START = {"step": {"returns": "ab", "as": "s"}}
DOUBLED = [{"let": {"s": {"$eval": "s + s"}}}] * 40
NESTED = [{"let": {"s": {"$eval": "[s, s]"}}}] * 40
BY_TEMPLATE = [{"let": {"s": "${s}${s}"}}] * 40
FOLDED = {"$reduce": {"$eval": "range(0, n)"}, "initial": "ab", "each(a, b)": {"$eval": "a + a"}}
JOINED = {"$eval": "len(join(range(0, n), repeat('x', 60)))"}
MANY = {"$map": {"$eval": "range(0, n)"}, "each(x)": {"$map": {"$eval": "range(0, n)"}, "each(y)": 1}}
NOTE = {"note": {"$eval": "len(range(0, n))"}}
ENDLESS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "a text that doubles": ([START, *DOUBLED, {"return": {"$eval": "len(s)"}}], "handler/"),
    "a list that doubles": ([START, *NESTED, {"return": 1}], "handler/"),
    "a map in a map": ([{"step": {"returns": 10**5, "as": "n"}}, {"step": {"returns": MANY}}], "handler/1"),
    "a text that doubles by template": ([START, *BY_TEMPLATE, {"return": {"$eval": "len(s)"}}], "handler/"),
    "a fold that doubles": ([{"step": {"returns": 40, "as": "n"}}, {"return": FOLDED}], "handler/1"),
    "a join": ([{"step": {"returns": 400_000, "as": "n"}}, {"return": JOINED}], "handler/1"),
    "a range": ([{"step": {"returns": 10**9, "as": "n"}}, {"return": {"$eval": "range(0, n)"}}], "handler/1"),
    "a condition": (
        [{"step": {"returns": 10**9, "as": "n"}}, {"if": {"$eval": "len(range(0, n)) > 1"}, "then": []}],
        "handler/1",
    ),
    "much, over and over": (
        [
            {"step": {"returns": 3 * 10**5, "as": "n"}},
            {
                "map": {
                    "items": [1] * 100,
                    "max_concurrency": 1,
                    "do": [{"note": {"$eval": "len(range(0, n))"}}],
                }
            },
        ],
        "handler/1/do/0",
    ),
}


@pytest.fixture(scope="module")
def runs() -> dict[str, dict[str, Recording]]:
    documents = {title: {"handler": handler} for title, (handler, _) in ENDLESS.items()}
    return {subject: recordings(subject, documents) for subject in (PYTHON, JS)}


@pytest.mark.parametrize("subject", [PYTHON, JS])
@pytest.mark.parametrize("title", ENDLESS)
def test_what_has_no_end_is_the_scenarios_fault(
    runs: dict[str, dict[str, Recording]], subject: str, title: str
) -> None:
    recording = runs[subject][title]
    [report] = recording.reports
    assert report.kind is ReportKind.EXPRESSION
    assert (report.at or "").startswith(ENDLESS[title][1])
    assert report.expression is not None
    assert report.expression.budget
    result = judge(recording, None, Ledger())
    [finding] = [one for one in result.findings if one.rule == "expression-fails"]
    assert (result.verdict, finding.blame, finding.path) == (
        Verdict.SCENARIO_ERROR,
        Blame.SCENARIO,
        report.at,
    )
