"""Traces, and how `show` prints them: the exchange of every subject, side by side, and as trace events."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.engine.directory import Directory
from conformance.engine.events import RunEnded, RunStarted
from conformance.engine.trace import LONGEST, LONGEST_OUTPUT, Answered, Invoked, Ran, Requested, trace
from conformance.report import exchange, perfetto
from conformance.wire.recording import Effect, Recording, Report, ReportKind
from tests.front.pages import hostile, judged, orphan
from tests.verdict.recordings import mapped, virtual


def test_a_trace_has_all_that_happened_in_its_order() -> None:
    recording = virtual("js")
    made = trace(recording)
    assert [one.seq for one in made.moments] == sorted(one.seq for one in made.moments)
    assert len([one for one in made.moments if isinstance(one, Invoked)]) == len(recording.invocations)
    assert len([one for one in made.moments if isinstance(one, Requested)]) == len(recording.exchanges)
    assert len([one for one in made.moments if isinstance(one, Ran)]) == len(recording.effects)
    assert [one.status for one in made.moments if isinstance(one, Answered)][-1] == "SUCCEEDED"


def test_a_trace_tells_a_virtual_context_from_a_real_one_and_names_both() -> None:
    recording = virtual("js")
    arn, seq = recording.executions[0].arn, 1000
    bodies = [
        Effect(seq + number, 1, arn, at, (), "child", "start", None, 1)
        for number, at in enumerate(("handler/0", "handler/0/do/1"))
    ]
    document = {
        **recording.document,
        "handler": [
            {
                "child": {
                    "name": "outer",
                    "virtual": True,
                    "do": [
                        {"step": {"name": "a", "returns": 1}},
                        {"child": {"name": "inner", "virtual": {"$eval": "invocation > 9"}, "do": []}},
                    ],
                }
            }
        ],
    }
    made = trace(replace(recording, document=document, effects=tuple(bodies)))
    contexts = [(one.name, one.virtual) for one in made.moments if isinstance(one, Ran)]
    assert contexts == [("outer", True), ("inner", False)]


def test_values_and_output_are_cut_with_their_size_told() -> None:
    recording = virtual("js")
    long = replace(
        recording,
        reports=(Report(1, ReportKind.LAB, "x" * 5000),),
        stderr="".join(f"line {number}\n" for number in range(5000)),
    )
    made = trace(long)
    said = next(one for one in made.moments if one.seq == 1 and not isinstance(one, Invoked))
    assert said.says.endswith("… (5000 characters)")  # type: ignore[union-attr]
    assert len(said.says) < LONGEST + 30  # type: ignore[union-attr]
    assert len(made.stderr) <= LONGEST_OUTPUT + 60
    assert made.stderr.endswith("line 4999\n")
    assert f"{len(long.stderr)} characters in all" in made.stderr


@pytest.mark.parametrize("pair", [(virtual("js"), virtual("python")), (mapped("js"), mapped("python"))])
def test_the_same_thing_stands_on_one_row_and_nothing_is_lost(pair: tuple[Recording, Recording]) -> None:
    traces = [trace(one) for one in pair]
    rows = list(exchange.aligned(traces, 2000))[2:]
    for column, one in enumerate(traces):
        cells = [cells[column].strip() for row in rows if len(cells := row.split("│")) == 2]
        assert [cell for cell in cells if cell] == [line.text.strip() for line in exchange.lines(one)]
    assert any(left.strip() == right.strip() != "" for left, _, right in (row.partition("│") for row in rows))


def test_in_a_narrow_terminal_subjects_come_one_after_the_other() -> None:
    lines = list(exchange.aligned([trace(virtual("js")), trace(virtual("python"))], 70))
    assert max(map(len, lines)) <= 70
    assert [line for line in lines if line.startswith("── ")] == [
        "── js@2.4.0: SUCCEEDED",
        "── python@3.0.0: SUCCEEDED",
    ]


def test_trace_events_are_what_perfetto_reads() -> None:
    events = perfetto.document([trace(virtual("js")), trace(virtual("python"))])["traceEvents"]
    assert {event["pid"] for event in events} == {1, 2}
    for process in (1, 2):
        own = [event for event in events if event["pid"] == process]
        begun = [event["id"] for event in own if event["ph"] == "b"]
        assert sorted(map(str, begun)) == sorted(str(event["id"]) for event in own if event["ph"] == "e")
        times = [event["ts"] for event in own if "ts" in event]
        assert times == sorted(times)
        assert all(event.get("dur", 1) > 0 for event in own)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    kept = Directory(folder)
    js, python = virtual("js"), orphan()
    kept(RunStarted((js.subject, python.subject), js.subject.id, (js.scenario,), complete=False))
    for one in (js, python):
        kept.keep(one, 1)
    kept(RunEnded(seconds=1, interrupted=False, divergences={}, problems=(), held_seconds=0))
    return folder


def test_show_prints_the_verdicts_the_exchange_and_what_was_written(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(directory), "by-hand", "--width", "200"]) == 0
    told = capsys.readouterr().out
    assert "made/by-hand: " in told
    assert "python@3.0.0: violated" in told
    assert "✗ → Checkpoint 400" in told
    assert "Invalid parent operation id." in told
    assert "stderr of python@3.0.0, its end:\nboom\n" in told

    assert main(["show", str(directory), "by-hand", "--subject", "js@2.4.0"]) == 0
    assert "python" not in capsys.readouterr().out


def test_what_subjects_say_is_inert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "hostile"
    judged(folder, [hostile(virtual("js"), "a/hostile")])
    assert main(["show", str(folder), "hostile", "--width", "200"]) == 0
    told = capsys.readouterr().out
    assert "\\x1b[31m\\u202e" in told
    assert not {"\x1b", "\u202e"} & {*told}


@pytest.mark.parametrize("form", ["json", "perfetto"])
def test_show_gives_data(directory: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(directory), "by-hand", "--format", form]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["traces" if form == "json" else "traceEvents"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing"], "no scenario matches `nothing`"),
        (["by-hand", "--subject", "rust@1"], "there is no such recording"),
        (["by-hand", "--repeat", "2"], "there is no such recording"),
    ],
)
def test_what_cannot_be_shown_is_said(
    directory: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(directory), *words]) == 2
    assert says in capsys.readouterr().err
