"""The judge: what each kind of recording comes to, and that nothing is swallowed on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.verdict import judge as module
from conformance.verdict.finding import Blame, Finding, Layer, Verdict
from conformance.verdict.invariants import INVARIANTS
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.verdict.ledger_file import parse
from conformance.verdict.parity import FAULTS_APART
from conformance.wire.recording import Outcome, Recording, Report, ReportKind
from tests.verdict.recordings import VIRTUAL, Maker, mapped, virtual, with_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case

OWN = Ledger.load(Path(__file__).parents[2] / "scenarios" / "divergences.yaml")


def _verdict(
    recording: Recording, reference: Recording | None, ledger: Ledger = OWN
) -> tuple[Verdict, set[str]]:
    result = judge(recording, reference, ledger)
    assert (result.scenario, result.subject) == (recording.scenario, recording.subject.id)
    return result.verdict, {finding.rule for finding in result.findings if finding.divergence is None}


def _reported(kind: ReportKind) -> Recording:
    return replace(virtual("python"), reports=(Report(1, kind, "said so", 1, "handler/0"),))


def called(sdk: str, **payload: Any) -> Recording:
    """An invoke without payload, which each SDK may write in its own way."""
    document = {
        "title": "t",
        "handler": [{"invoke": {"name": "i", "function": "f"}}],
        "functions": {"f": {"unknown": True}},
    }
    made = Maker(sdk, document, scenario="made/called")
    made.invoke()
    options = {"FunctionName": "f"}
    named = {"Name": "i", "SubType": "ChainedInvoke"}
    made.send("1", "CHAINED_INVOKE", "START", **named, ChainedInvokeOptions=options, **payload)
    made.pending(0)
    return made.done()


KNOWN = Ledger(
    parse(
        """\
divergences:
  - id: null-payload
    title: t
    what: w
    link: https://example.com
    kind: behaviour
    sdk: python
    versions: ">=1.0"
    confirmed: 3.0.0
    reference: {sdk: js, versions: ">=1.0", confirmed: 2.4.0}
    findings:
      - {layer: parity, rule: payload, type: CHAINED_INVOKE, action: START, field: Payload}
    transform: {absent-to: null}
    witnesses: [made/called]
""",
        "made by hand",
    )
)


def test_good_verdicts() -> None:
    assert _verdict(virtual("python"), virtual("js")) == (Verdict.PARITY, set())
    assert _verdict(virtual("js"), None) == (Verdict.CONFORMS, set())
    assert _verdict(mapped("python"), mapped("js")) == (Verdict.PARITY, set())
    null = called("python", Payload="null")
    assert _verdict(null, called("js"), KNOWN) == (Verdict.KNOWN_DIVERGENCE, set())


def test_a_difference_that_nobody_knows_is_diverged() -> None:
    null = called("python", Payload="null")
    assert _verdict(null, called("js"), Ledger())[0] is Verdict.DIVERGED
    renamed = with_fields(with_fields(mapped("python"), 1, Name="z"), 4, Name="z")
    assert _verdict(renamed, mapped("js"))[0] in (Verdict.DIVERGED, Verdict.VIOLATED)


def test_a_wrong_spelling_is_the_sdks_and_no_entry_can_account_for_it() -> None:
    bare = with_fields(mapped("python"), -1, ContextOptions=None)
    result = judge(bare, mapped("js"), OWN)
    assert result.verdict is Verdict.VIOLATED
    assert [(one.layer, one.rule, one.blame) for one in result.findings] == [
        (Layer.DIALECT, "context-options", Blame.SDK)
    ]


def test_two_entries_for_one_finding_are_an_error_of_the_suite() -> None:
    twice = Ledger((*KNOWN.entries, replace(KNOWN.entries[0], id="again")))
    verdict, rules = _verdict(called("python", Payload="null"), called("js"), twice)
    assert verdict is Verdict.HARNESS_ERROR
    assert rules == {"ledger-ambiguous", "payload"}


def test_an_absolute_rule_outweighs_parity() -> None:
    orphan = virtual("python", parent="1")
    verdict, rules = _verdict(orphan, virtual("js"))
    assert verdict is Verdict.VIOLATED
    assert {"virtual-parent", "parent-id"} <= rules
    alone, rules = _verdict(orphan, orphan)
    assert alone is Verdict.VIOLATED
    assert "virtual-parent" in rules


def test_the_reference_is_judged_like_any_other() -> None:
    assert _verdict(virtual("js", parent="1"), None)[0] is Verdict.VIOLATED


def test_the_schema_is_a_layer() -> None:
    long = with_fields(virtual("python"), 0, Name="n" * 300)
    verdict, rules = _verdict(long, virtual("js"))
    assert verdict is Verdict.VIOLATED
    assert "schema" in rules
    result = judge(long, virtual("js"), OWN)
    assert [f.path for f in result.findings if f.layer is Layer.SCHEMA] == ["1.1:STEP.START.Name"]


@pytest.mark.parametrize("durable", [True, False])
def test_only_a_durable_function_has_to_answer_as_one(durable: bool) -> None:  # noqa: FBT001 - a parameter
    made = virtual("python")
    target = {"target": {"durable": durable, "handler": [{"let": {"x": 1}}]}}
    called = replace(
        made,
        document=made.document | {"functions": target},
        executions=(*made.executions, replace(made.executions[0], arn="called", function="target")),
        invocations=(
            *made.invocations,
            replace(made.invocations[-1], number=98, execution="called", function="target", output="null"),
            replace(
                made.invocations[-1],
                number=99,
                execution="called",
                function="target",
                outcome=Outcome.ERROR,
                output='{"errorType": "Refused", "errorMessage": "no"}',
            ),
        ),
    )
    found = {(one.rule, one.path) for one in judge(called, None, OWN).findings}
    own = {("schema", "invocation 98:output"), ("invocation-error", "invocation 99")}
    assert found & own == (own if durable else set())


@pytest.mark.parametrize(
    ("kind", "verdict", "rule"),
    [
        (ReportKind.UNSUPPORTED, Verdict.UNSUPPORTED, "unsupported"),
        (ReportKind.HARNESS, Verdict.HARNESS_ERROR, "harness-report"),
        (ReportKind.LAB, Verdict.DIVERGED, "never-happens"),
        (ReportKind.SUBJECT, Verdict.VIOLATED, "process-misbehaves"),
        (ReportKind.MACHINE, Verdict.HARNESS_ERROR, "too-slow"),
        (ReportKind.SCENARIO, Verdict.SCENARIO_ERROR, "fault-never-strikes"),
    ],
)
def test_reports(kind: ReportKind, verdict: Verdict, rule: str) -> None:
    found, rules = _verdict(_reported(kind), virtual("js"))
    assert (found, rule in rules) == (verdict, True)


def test_what_the_sdk_did_before_the_lab_gave_up_is_the_sdks() -> None:
    hold = Report(90, ReportKind.LAB, "held for ever", 1, "handler/0/do/0")
    echo = Report(91, ReportKind.HARNESS, "not let go", 1, "handler/0/do/0")
    bad = replace(virtual("python", parent="1"), reports=(hold, echo))
    verdict, rules = _verdict(bad, virtual("js"))
    assert verdict is Verdict.VIOLATED
    assert {"never-happens", "virtual-parent"} <= rules
    assert "lab-report" in _verdict(bad, None)[1]
    good = replace(virtual("python"), reports=(hold, echo))
    assert _verdict(good, virtual("js")) == (Verdict.DIVERGED, {"never-happens"})
    assert _verdict(good, None) == (Verdict.HARNESS_ERROR, {"lab-report", "harness-report"})
    held = replace(virtual("js"), reports=(hold, echo))
    assert _verdict(good, held) == (Verdict.HARNESS_ERROR, {"lab-report", "harness-report"})
    elsewhere = replace(bad, reports=(hold, replace(echo, at="handler/0/do/1")))
    assert _verdict(elsewhere, virtual("js"))[0] is Verdict.HARNESS_ERROR


def test_a_fault_that_never_strikes_is_the_scenarios_unless_the_sdk_broke_a_rule() -> None:
    missed = Report(90, ReportKind.SCENARIO, "error never strikes", at="faults/0")
    good = replace(virtual("python"), reports=(missed,))
    assert _verdict(good, virtual("js")) == (Verdict.SCENARIO_ERROR, {"fault-never-strikes"})
    bad = replace(virtual("python", parent="1"), reports=(missed,))
    assert _verdict(bad, virtual("js"))[0] is Verdict.VIOLATED
    assert _verdict(virtual("python"), replace(virtual("js"), reports=(missed,))) == (
        Verdict.SCENARIO_ERROR,
        {"no-reference"},
    )


def test_where_faults_struck_explains_differences_and_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = Finding(Layer.PARITY, FAULTS_APART, "faults", [], [["1:STEP.START"]], Blame.UNDETERMINED, "")
    found = [apart]
    monkeypatch.setattr(module.parity, "check", lambda *_, **__: found)
    assert _verdict(virtual("python"), virtual("js")) == (Verdict.PARITY, {FAULTS_APART})
    found.append(replace(apart, rule="body-runs"))
    assert _verdict(virtual("python"), virtual("js"))[0] is Verdict.DIVERGED


def test_harness_outweighs_unsupported() -> None:
    both = replace(
        virtual("python"),
        reports=(*_reported(ReportKind.UNSUPPORTED).reports, *_reported(ReportKind.HARNESS).reports),
    )
    assert _verdict(both, virtual("js"))[0] is Verdict.HARNESS_ERROR


def test_nothing_is_compared_with_a_reference_that_failed() -> None:
    lab = replace(virtual("js"), reports=_reported(ReportKind.LAB).reports)
    assert _verdict(virtual("python"), lab) == (Verdict.HARNESS_ERROR, {"no-reference"})
    unable = replace(virtual("js"), reports=_reported(ReportKind.UNSUPPORTED).reports)
    assert _verdict(virtual("python"), unable) == (Verdict.CONFORMS, set())


def test_a_hang_is_the_subjects() -> None:
    made = Maker("python", VIRTUAL)
    made.invoke()
    made.step("1.1", "handler/0/do/0", "20", name="a")
    made.answer(None, Outcome.HANG)
    verdict, rules = _verdict(made.done(complete=False), virtual("js"))
    assert verdict is Verdict.VIOLATED
    assert "invocation-hangs" in rules


def test_a_check_that_breaks_is_named_and_the_others_still_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    def clumsy(case: Case) -> Iterator[Finding]:
        """Break at once."""
        raise KeyError(case.recording.scenario)

    monkeypatch.setattr(module, "INVARIANTS", (clumsy, *INVARIANTS))
    result = judge(virtual("python", parent="1"), virtual("js"), OWN)
    assert result.verdict is Verdict.HARNESS_ERROR
    broken = next(finding for finding in result.findings if finding.rule == "check-failed")
    assert (broken.path, broken.blame) == ("check clumsy", Blame.HARNESS)
    assert "KeyError" in broken.message
    assert any(finding.rule == "virtual-parent" for finding in result.findings)


def test_a_recording_without_a_scenario_is_a_harness_error() -> None:
    verdict, rules = _verdict(replace(virtual("python"), document={"handler": 3}), None)
    assert (verdict, rules) == (Verdict.HARNESS_ERROR, {"check-failed"})


def test_a_reference_that_can_not_be_read_is_named() -> None:
    verdict, rules = _verdict(virtual("python"), replace(virtual("js"), document={"handler": 3}))
    assert (verdict, rules) == (Verdict.HARNESS_ERROR, {"check-failed"})


def _odd(change: dict[str, Any]) -> Recording:
    recording = virtual("python")
    return replace(recording, **change)


@pytest.mark.parametrize(
    "change",
    [
        {"executions": ()},
        {"invocations": ()},
        {"exchanges": ()},
        {"effects": ()},
        {"executions": (), "invocations": (), "exchanges": (), "effects": (), "complete": False},
    ],
    ids="-".join,
)
def test_odd_recordings_break_no_check(change: dict[str, Any]) -> None:
    for recording in (_odd(change), virtual("python")):
        for reference in (_odd(change), None):
            _, rules = _verdict(recording, reference)
            assert "check-failed" not in rules


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"Updates": [1]}',
        '{"Updates": [{}]}',
        '{"Updates": {}, "CheckpointToken": 3}',
        "null",
    ],
)
def test_odd_requests_and_answers_break_no_check(text: str) -> None:
    recording = virtual("python")
    exchanges = tuple(replace(each, request=text, response=text) for each in recording.exchanges)
    invocations = tuple(replace(each, input=text, output=text) for each in recording.invocations)
    for odd in (replace(recording, exchanges=exchanges), replace(recording, invocations=invocations)):
        verdict, rules = _verdict(odd, virtual("js"))
        assert "check-failed" not in rules
        assert verdict is Verdict.VIOLATED


def test_strict_compares_spelling_too() -> None:
    def callback(options: dict[str, Any] | None, sdk: str) -> Recording:
        document = {
            "title": "t",
            "handler": [{"callback": {"name": "c", "as": "c"}}, {"await": {"callback": "c"}}],
        }
        made = Maker(sdk, document)
        made.invoke()
        made.send("1", "CALLBACK", "START", Name="c", CallbackOptions=options)
        made.pending(0)
        return made.done()

    seen, wanted = (
        callback({"TimeoutSeconds": 0, "HeartbeatTimeoutSeconds": 0}, "python"),
        callback(None, "js"),
    )
    assert judge(seen, wanted, OWN).findings == ()
    assert [f.rule for f in judge(seen, wanted, OWN, strict=True).findings] == ["callback-options"]
