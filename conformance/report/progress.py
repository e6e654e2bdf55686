"""Progress, for whoever waits: a bar on a terminal, a line for every tenth of the work elsewhere.

It is written to standard error, since standard output is for what a run came to.
"""

from __future__ import annotations

from typing import TextIO

from rich.console import Console as Rich
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bar,
)

from conformance.engine.events import Event, Judged, Planned, Recorded, RunEnded, RunStarted, SettingUp
from conformance.report import escape, text
from conformance.report.paint import Paint, coloured, live
from conformance.report.summary import duration
from conformance.verdict.finding import GOOD

TENTHS = 10
KEPT = 3.0
"""Seconds of setting up beyond which it is worth saying that the next time will be quicker."""


class Progress:
    """Listens to a run and tells how far it has come."""

    def __init__(self, stream: TextIO, *, bar: bool = True) -> None:
        """Nothing is written until a run is planned; without `bar` there are lines on a terminal too."""
        self._stream = stream
        self._paint = Paint.of(stream)
        self._bar = _bar(stream) if bar and live(stream) else None
        self._task: TaskID | None = None
        self._wanted = self._recorded = self._bad = 0
        self._jobs = 0
        self._now = ""

    def __call__(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Planned():
                self._jobs = event.jobs
                self._line(_header(event))
            case SettingUp():
                self._step(event)
            case RunStarted():
                self._start(event)
            case Recorded():
                self._recorded += 1
                self._advance(event.scenario)
            case Judged(result=result) if result.verdict not in GOOD:
                self._bad += 1
                self._advance(None)
            case RunEnded():
                self._end()
            case _:
                pass

    def _step(self, event: SettingUp) -> None:
        if event.seconds is None:
            self._line(f"  set up   {event.step} ...")
        elif event.failed:
            self._line(f"  set up   {event.step} ✗ after {duration(event.seconds)}")
        else:
            kept = " (kept for next time)" if event.seconds > KEPT else ""
            self._line(f"  set up   {event.step} ✓ {duration(event.seconds)}{kept}")

    def _start(self, event: RunStarted) -> None:
        self._wanted = len(event.scenarios) * len(event.subjects) * event.repeat
        if self._bar is not None and self._wanted and self._jobs:
            self._bar.start()
            self._task = self._bar.add_task("", total=self._wanted, now="", bad=0)

    def _advance(self, scenario: str | None) -> None:
        if self._bar is not None and self._task is not None:
            self._now = escape.console(scenario, 60) if scenario is not None else self._now
            self._bar.update(self._task, completed=self._recorded, bad=self._bad, now=self._now)
        elif self._jobs and scenario is not None and self._wanted:
            before = (self._recorded - 1) * TENTHS // self._wanted
            if (tenth := self._recorded * TENTHS // self._wanted) > before:
                bad = f" · ✗ {self._bad}"
                self._line(f"  {tenth * 100 // TENTHS:>3} %  {self._recorded} of {self._wanted} runs{bad}")

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _line(self, line: str) -> None:
        self._stream.write(f"{self._paint(escape.console(line))}\n")
        self._stream.flush()


def _header(event: Planned) -> str:
    reference, *others = event.subjects
    subjects = f"{', '.join(others)} vs {reference}" if others else f"{reference} alone"
    return (
        f"conformance · {subjects} · {text.counted(event.scenarios, 'scenario')} · "
        f"{text.counted(event.jobs, 'job')}"
    )


def _bar(stream: TextIO) -> Bar:
    """A bar that leaves nothing behind: names are shown as they are, never as rich's markup."""
    rich = Rich(file=stream, no_color=not coloured(stream), highlight=False, markup=False, emoji=False)
    return Bar(
        TextColumn("  "),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TextColumn("{task.percentage:>3.0f} %", markup=False),
        TimeRemainingColumn(),
        TextColumn("now: {task.fields[now]}   ✗ {task.fields[bad]}", markup=False),
        console=rich,
        transient=True,
        refresh_per_second=5,
    )
