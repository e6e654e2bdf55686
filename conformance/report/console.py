"""The console: progress, what is unexpected, and a summary. What is expected is counted, not shown."""

from __future__ import annotations

from typing import TextIO

from conformance.engine.collected import Collected, unexpected
from conformance.engine.events import Event, Faulted, Judged, Recorded, RunEnded, RunStarted
from conformance.report import requirements, text
from conformance.verdict.finding import GOOD, GRAVEST_FIRST

RED, BOLD, PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"
ERASE = "\r\x1b[2K"


class Console:
    """Listens to a run and writes to a stream; to a terminal with colour and a line of progress.

    Args:
        stream: where to.
        terminal: whether `stream` is one that a person watches.
        listed: whether good verdicts are named too.
    """

    def __init__(self, stream: TextIO, *, terminal: bool = False, listed: bool = False) -> None:
        """Nothing is written until the run starts."""
        self._stream = stream
        self._terminal = terminal
        self._listed = listed
        self._run = Collected()
        self._wanted = 0
        self._recorded = 0

    def __call__(self, event: Event) -> None:
        """Show one event."""
        self._run(event)
        match event:
            case RunStarted():
                self._header(event)
            case Recorded():
                self._recorded += 1
                self._progress()
            case Judged():
                self._judged(event)
            case Faulted(error=error):
                self._line(f"{self._loud('error')}: {error}")
            case RunEnded():
                self._footer(event)

    def _header(self, event: RunStarted) -> None:
        others = [info.id for info in event.subjects if info.id != event.reference]
        present = any(info.id == event.reference for info in event.subjects)
        subjects = ", ".join(others) or "no subject"
        if present:
            subjects = (
                f"{', '.join(others)} against {event.reference}" if others else f"{event.reference} alone"
            )
        times = f", {event.repeat} times each" if event.repeat > 1 else ""
        self._wanted = len(event.scenarios) * len(event.subjects) * event.repeat
        self._line(f"{text.counted(len(event.scenarios), 'scenario')}: {subjects}{times}")

    def _judged(self, event: Judged) -> None:
        if event.result.verdict not in GOOD:
            findings, rest = text.folded(unexpected(event))
            first, *others = text.block(event, findings)
            self._line(self._loud(first))
            for line in (*others, *(f"  {line}" for line in rest)):
                self._line(line)
        elif self._listed:
            self._line(f"{event.result.verdict}: {event.result.scenario} with {event.result.subject}")

    def _progress(self) -> None:
        if self._terminal:
            self._stream.write(f"{ERASE}{self._recorded}/{self._wanted} runs")
            self._stream.flush()

    def _footer(self, event: RunEnded) -> None:
        run = self._run
        shown = [v for v in reversed(GRAVEST_FIRST) if any(run.verdicts(i.id)[v] for i in run.subjects)]
        if shown:
            rows = [("subject", *(verdict.value for verdict in shown))]
            rows += [
                (info.id, *(str(run.verdicts(info.id)[verdict]) for verdict in shown))
                for info in run.subjects
            ]
            self._line("")
            for line in text.table(rows):
                self._line(line)
        for subject, counts in requirements.totals(run).items():
            told = ", ".join(f"{count} {standing}" for standing, count in counts.items())
            self._line(f"AWS requirements with {subject}: {told}")
        for entry, hits in sorted(event.divergences.items()):
            self._line(f"known divergence {entry}: {text.counted(hits, 'finding')}")
        for note in event.notes:
            self._line(f"warning: {note}")
        for problem in event.problems:
            self._line(f"{self._loud('error')}: {problem}")
        self._line(self._pace(event))
        if event.interrupted:
            self._line(self._loud("interrupted: what had not ended is missing"))

    def _pace(self, event: RunEnded) -> str:
        judged = len({one.result.scenario for one in self._run.judged()})
        times = self._run.started.repeat if self._run.started else 1
        rate = f", {judged * times / event.seconds:.1f} scenarios/s" if event.seconds > 0 else ""
        return (
            f"{text.counted(judged, 'scenario')} judged in {event.seconds:.1f} s{rate}, "
            f"{event.held_seconds:.1f} s of it held inside invocations"
        )

    def _loud(self, words: str) -> str:
        return f"{BOLD}{RED}{words}{PLAIN}" if self._terminal else words

    def _line(self, line: str) -> None:
        self._stream.write(f"{ERASE if self._terminal else ''}{line}\n")
        self._stream.flush()
