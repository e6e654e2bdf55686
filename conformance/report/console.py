"""The console: what a run came to. What is expected is counted, what is not is told by its causes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TextIO

from conformance.engine.causes import Cause, causes
from conformance.engine.collected import Collected
from conformance.engine.events import Event, Judged, RunEnded
from conformance.errors import Exit
from conformance.report import cause_text, escape, summary, text
from conformance.report.paint import BOLD, GREEN, RED, Paint
from conformance.verdict.finding import GOOD, Layer

HEIGHT = 40
"""Lines that the whole summary may have: causes beyond the first are told in full as long as they fit."""

LINES = 8
"""Causes beyond those that have a line each; `-v` tells all in full."""

PROBLEMS = 6


class Console:
    """Listens to a run and writes its summary to a stream once it has ended.

    Args:
        stream: where to.
        listed: whether good verdicts are named too, as they come.
        verbose: whether all causes and known divergences are told in full.
        titles: the ledger's entries by id, as titles.
        breaks: ids of those that break the specification.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        listed: bool = False,
        verbose: bool = False,
        titles: Mapping[str, str] | None = None,
        breaks: Collection[str] = (),
    ) -> None:
        """Nothing is written until something is judged."""
        self._stream = stream
        self._paint = Paint.of(stream)
        self._listed = listed
        self._verbose = verbose
        self._titles = titles or {}
        self._breaks = breaks
        self._run = Collected()
        self._written = 0

    def __call__(self, event: Event) -> None:
        """Take one event in, and show what it says at once or at the end."""
        self._run(event)
        match event:
            case Judged(result=result) if self._listed and result.verdict in GOOD:
                self._line(f"{result.verdict}: {result.scenario} with {result.subject}")
                self._written = 0
            case RunEnded():
                self._end(event)

    def _end(self, event: RunEnded) -> None:
        run, found = self._run, causes(self._run)
        code = run.exit()
        good = code is Exit.AS_EXPECTED and bool(run.judged())
        words = summary.verdict(run, len(found))
        self._line("")
        self._mark("✓" if good else "✗", f"{words}     {summary.took(run)}", GREEN if good else RED, BOLD)
        for line in summary.promised(run):
            self._line(line)
        for line in (*summary.lonely(run), *summary.left_out(run)):
            self._line(f"    {line}")
        if event.divergences:
            known = text.counted(len(event.divergences), "known difference")
            breaking = len([one for one in event.divergences if one in self._breaks])
            more = f" · {breaking} of them against the specification: --breaks" if breaking else ""
            self._line(f"    {known} · conformance divergences{more}")
        self._known(event.divergences)
        for fault in run.faults:
            self._mark("✗", str(fault), RED, BOLD)
        baseline = bool(run.started and run.started.baseline)  # beside which the ledger is no matter
        self._problems("✗", () if baseline else event.problems, RED)
        self._problems("!", event.notes)
        self._causes(found)
        for index, line in enumerate(summary.beside(run)):
            if index == 0:
                self._line("")
            self._line(line)
        if event.stopped:
            self._mark("✗", "stopped at the first finding: what had not begun is missing", RED, BOLD)
        if event.interrupted:
            self._mark("✗", "interrupted: what had not ended is missing", RED, BOLD)
        if not good:
            self._line("")
            self._mark(summary.ENDS[code], f" exit {int(code)}", RED, BOLD)

    def _known(self, hits: Mapping[str, int]) -> None:
        """The ledger's entries that were met, by size; only where asked for."""
        if not self._verbose or not hits:
            return
        rows = [
            (f"{count:>8} {'finding' if count == 1 else 'findings'}", name) for name, count in hits.items()
        ]
        rows.sort(key=lambda row: (-hits[row[1]], row[1]))
        width = max(len(name) for _, name in rows)
        for count, name in rows:
            self._line(f"    {count:<17} {name:<{width}}  {self._titles.get(name, '')}".rstrip())

    def _problems(self, mark: str, problems: Iterable[str], *styles: str) -> None:
        """What is said of the ledger: errors and, below them, what is not known for sure."""
        told = list(problems)
        most = len(told) if self._verbose else PROBLEMS
        for problem in told[:most]:
            self._mark(mark, problem, *styles)
        if told[most:]:
            self._line(f"  and {len(told) - most} more; -v")

    def _causes(self, found: tuple[Cause, ...]) -> None:
        """The first cause in full, and each further one as long as all fits on a screen."""
        rest = list(found)
        while rest:
            lines = [*cause_text.block(rest[0], full=self._verbose)]
            more = min(len(rest) - 1, LINES + 1) + 2 if len(rest) > 1 else 0
            full = self._written + len(lines) + more + len(["", "heading", "", "the end"])
            if not self._verbose and len(rest) < len(found) and full > HEIGHT:
                break
            self._line("")
            self._heading(rest.pop(0))
            for line in lines:
                self._line(f"  {line}")
        if rest:
            self._line("")
        for cause in rest[:LINES]:
            self._heading(cause)
        if rest[LINES:]:
            self._line(f"  and {text.counted(len(rest) - LINES, 'more cause')}")
        if rest:
            self._line("  -v tells all causes in full")

    def _heading(self, cause: Cause) -> None:
        self._mark("!" if cause.layer is Layer.HARNESS else "✗", cause_text.heading(cause), RED, BOLD)

    def _mark(self, mark: str, words: str, *styles: str) -> None:
        """A line that stands out; what is said may be several lines."""
        first, *others = escape.lines(words)
        self._write(f"{self._paint(mark, *styles)} {self._paint(first)}")
        for line in others:
            self._line(f"  {line}")

    def _line(self, line: str, *styles: str) -> None:
        self._write(self._paint(escape.console(line), *styles))

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()
        self._written += 1
