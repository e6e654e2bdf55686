"""What a person sees: the summary on standard output, progress on standard error."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from conformance.engine.collected import Collected
from conformance.engine.events import (
    Event,
    Faulted,
    Judged,
    Planned,
    Recorded,
    RunEnded,
    RunStarted,
    SettingUp,
)
from conformance.engine.evidence import Answer, Evidence, digest
from conformance.engine.frames import Frame
from conformance.engine.headline import headline
from conformance.engine.sources import spot
from conformance.errors import EnvironmentFault, Location
from conformance.report import paint
from conformance.report.console import Console
from conformance.report.progress import Progress
from conformance.scenario.yaml_text import read
from conformance.verdict.finding import Blame, Finding, Layer, Result, Verdict
from conformance.verdict.parity import FAULTS_APART
from tests.front import samples
from tests.front.test_escape import HOSTILE, runs_a_command, unseen

SCENARIO = """title: t
handler:
  - child:
      name: outer
      virtual: true
      do:
        - step: {name: a, returns: 1}
expect: {status: SUCCEEDED}
"""
PARENT = Finding(
    Layer.INVARIANT, "virtual-parent", "1.1:STEP.START.ParentId", "1", "root", Blame.SDK, "the message"
)
STATUS = Finding(Layer.EXPECT, "expected-status", "output.Status", "FAILED", "SUCCEEDED", Blame.SDK, "m")
PLACE = ("handler", 0, "child", "do", 0, "step")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def nobody_asks_for_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def shown(*events: Event, stream: io.StringIO | None = None, **given: Any) -> str:
    stream = io.StringIO() if stream is None else stream
    console = Console(stream, **given)
    for event in events or samples.EVENTS:
        console(event)
    return stream.getvalue()


def ended(*problems: str, interrupted: bool = False, **divergences: int) -> RunEnded:
    return RunEnded(80.0, interrupted=interrupted, divergences=divergences, problems=problems, held_seconds=0)


def started(*scenarios: str) -> RunStarted:
    return RunStarted((samples.JS, samples.PYTHON), samples.JS.id, scenarios, complete=False)


def broken(scenario: str, *findings: Finding, place: tuple[str | int, ...] = PLACE, file: str = "") -> Judged:
    known = Evidence(
        order=findings,
        size=2,
        document=digest(read(SCENARIO.encode(), "x").document),
        at="handler/0/do/0",
        place=place,
        what="STEP START of 'a'",
        seen="1 'outer' (virtual)",
        wanted="root",
        answer=Answer(7, 400, "Invalid parent operation id."),
        frames=(Frame("operation/step.py", 261, "execute"), Frame("state.py", 912, "create_checkpoint")),
        unreached=("step 'b'", "wait 'pause'"),
    )
    one = samples.judged(scenario, samples.PYTHON, Verdict.VIOLATED, *findings)
    return replace(one, evidence=known, location=Location(file, 1) if file else one.location)


def test_a_run_with_one_of_everything(snapshot: SnapshotAssertion) -> None:
    assert shown() == snapshot


def test_in_full_all_causes_and_known_divergences_are_told(snapshot: SnapshotAssertion) -> None:
    assert shown(verbose=True, titles={"context-options": "Python always sends them"}) == snapshot


def test_a_green_run_is_a_few_lines(snapshot: SnapshotAssertion) -> None:
    good = [
        samples.judged("a", samples.JS, Verdict.CONFORMS),
        samples.judged("a", samples.PYTHON, Verdict.PARITY),
    ]
    assert shown(started("a"), *good, ended(entry=3)) == snapshot


def test_a_cause_has_its_place_answer_frames_and_commands(
    snapshot: SnapshotAssertion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(SCENARIO, encoding="utf-8")
    text = shown(started("v/a"), broken("v/a", PARENT, STATUS, file="a.yaml"), ended())
    assert text == snapshot
    assert "a.yaml:7" in text
    assert "a.yaml:8:" not in text


def test_a_file_that_is_not_the_one_that_ran_has_no_places(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SCENARIO.replace("title: t", "title: another\n"), encoding="utf-8")
    for path in (file, tmp_path / "none.yaml"):
        one = broken("v/a", PARENT, file=str(path))
        place = spot(one, one.evidence)
        assert (place.line, place.text) == (1, None)


def test_an_expectation_is_shown_at_its_own_line(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    one = broken("v/a", STATUS, place=("expect", "status"), file=str(file))
    place = spot(one, one.evidence)
    assert (place.line, place.column, place.width) == (8, 10, len("status"))


def test_many_causes_fit_on_a_screen() -> None:
    verdicts = [broken(f"v/{rule}", replace(PARENT, rule=f"rule-{rule}")) for rule in "abcdefghijklmnop"]
    text = shown(started("x"), *verdicts, ended())
    assert len(text.splitlines()) <= 40
    assert "16 causes" in text
    assert text.count("rerun ") < 4
    assert shown(started("x"), *verdicts, ended(), verbose=True).count("rerun ") == 16


def test_good_verdicts_are_named_when_asked() -> None:
    good = "parity: basics/d with python@3.0.0\n"
    assert good in shown(listed=True)
    assert good not in shown()


def test_an_interrupted_run_says_so() -> None:
    assert "interrupted" in shown(*samples.EVENTS[:-1], ended(interrupted=True))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_said_the_console_is_inert(text: str, tmp_path: Path) -> None:
    one = replace(PARENT, seen=text, wanted={text: [text]}, message=text, path=f"{text}:STEP.START.{text}")
    verdict = broken(text, one, STATUS, file=str(tmp_path / "none.yaml"))
    assert verdict.evidence is not None
    known = replace(
        verdict.evidence,
        what=text,
        seen=text,
        answer=Answer(1, 400, text),
        frames=(Frame(text, 1, text),),
        unreached=(text,),
    )
    written = shown(
        started(text),
        replace(verdict, evidence=known),
        Faulted(EnvironmentFault(text, where=text)),
        ended(text),
    )
    assert not unseen(written, but="\n")
    assert not runs_a_command(written)
    assert len(written) < 100_000
    stream = io.StringIO()
    progress = Progress(stream)
    for event in (Planned((text,), 1, 1), SettingUp(text), started(text), Recorded(text, text, 1), ended()):
        progress(event)
    assert not unseen(stream.getvalue(), but="\n")
    assert not runs_a_command(stream.getvalue())


STEPS: tuple[Event, ...] = (
    Planned(("js@2.4.0", "python@3.0.0"), 20, 4),
    SettingUp("js@2.4.0"),
    SettingUp("python@3.0.0"),
    SettingUp("js@2.4.0", 0.5),
    SettingUp("python@3.0.0", 21.4),
    started(*map(str, range(20))),
    *(Recorded(str(number), samples.JS.id, 1) for number in range(20)),
    broken("v/a", PARENT),
    *(Recorded(str(number), samples.PYTHON.id, 1) for number in range(20)),
    ended(),
)


def test_without_a_terminal_progress_is_a_line_each_tenth(snapshot: SnapshotAssertion) -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    for event in STEPS:
        progress(event)
    assert stream.getvalue() == snapshot
    assert stream.getvalue().count(" %  ") == 10


def test_on_a_terminal_progress_is_a_bar_that_leaves_nothing_behind() -> None:
    stream = Terminal()
    progress = Progress(stream)
    for event in STEPS:
        progress(event)
    assert "20/40" in stream.getvalue() or "40/40" in stream.getvalue()
    assert " %  " not in stream.getvalue().split("\x1b")[0]


@pytest.mark.parametrize(
    ("environment", "terminal", "colour", "watched"),
    [
        ({}, True, True, True),
        ({}, False, False, False),
        ({"NO_COLOR": "1"}, True, False, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False, True),
        ({"FORCE_COLOR": "1"}, False, True, False),
        ({"FORCE_COLOR": "0"}, False, False, False),
        ({"CI": "true"}, True, False, False),
        ({"CI": "true", "FORCE_COLOR": "1"}, True, True, False),
        ({"TERM": "dumb"}, True, False, False),
    ],
)
def test_who_decides_about_colour(
    *, environment: dict[str, str], terminal: bool, colour: bool, watched: bool
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert paint.coloured(stream, environment) is colour
    assert paint.live(stream, environment) is watched


def test_a_terminal_has_colour_and_one_without_our_symbols_has_letters() -> None:
    assert "\x1b[" in shown(stream=Terminal())
    assert "\x1b[" not in shown()
    assert paint.Paint(symbols=False)("✓ a · b → c") == "+ a - b > c"


def test_a_headline_counts_what_was_judged() -> None:
    known = replace(STATUS, layer=Layer.PARITY, divergence="known")
    results = [
        Result("a", "js", Verdict.CONFORMS, 0, ()),
        Result("b", "js", Verdict.CONFORMS, 0, ()),
        Result("c", "js", Verdict.HARNESS_ERROR, 0, (replace(STATUS, layer=Layer.HARNESS),)),
        Result("a", "py", Verdict.KNOWN_DIVERGENCE, 0, (known,)),
        Result("b", "py", Verdict.VIOLATED, 0, (PARENT, replace(PARENT, rule="start-missing"))),
        Result("c", "py", Verdict.UNSUPPORTED, 0, ()),
        Result("d", "js", Verdict.CONFORMS, 0, ()),
        Result("d", "py", Verdict.PARITY, 0, (replace(known, rule=FAULTS_APART, divergence=None),)),
    ]
    one = headline("py", results, reference="js")
    assert (one.scenarios, one.parents, one.lifecycles, one.rules, one.unjudged) == (4, 2, 2, 2, 1)
    assert (one.compared, one.same, one.differ_known, one.apart, one.bad) == (3, 1, 1, 1, 1)
    assert headline("js", results, reference="js").compared == 0


def test_nothing_is_counted_of_a_run_that_never_began() -> None:
    assert Collected().judged() == []
    assert "nothing was judged" in shown(Faulted(EnvironmentFault("no SDK")), ended())


@pytest.mark.parametrize("blame", Blame)
def test_whoever_is_to_blame_is_named(blame: Blame) -> None:
    text = shown(started("v/a"), broken("v/a", replace(PARENT, blame=blame)), ended())
    assert ("blame   " in text) is (blame is not Blame.SDK)


def test_what_could_not_be_judged_is_never_called_as_expected() -> None:
    good = samples.judged("a", samples.JS, Verdict.CONFORMS)
    fault = Faulted(EnvironmentFault("no such version"))
    for events in ((started("a"), fault, good, ended()), (started("a"), good, ended(interrupted=True))):
        text = shown(*events)
        assert "✓" not in text
        assert "As expected" not in text
        assert "Not all could be judged" in text
