"""What GitHub Actions shows: an annotation on the line of a scenario, and the step's summary."""

from __future__ import annotations

from typing import TextIO

from conformance.engine.collected import Collected, unexpected
from conformance.engine.events import Event, Faulted, Judged, RunEnded
from conformance.errors import Location
from conformance.report import text
from conformance.verdict.finding import GOOD, GRAVEST_FIRST


class Annotations:
    """Writes a workflow command for each unexpected finding, as GitHub wants them: on standard output."""

    def __init__(self, stream: TextIO) -> None:
        """Keep the stream."""
        self._stream = stream

    def __call__(self, event: Event) -> None:
        """Write what the event has to say, if it says that something is wrong."""
        match event:
            case Judged(result=result):
                for one in unexpected(event):
                    self._error(
                        event.location,
                        f"{result.verdict}: {result.scenario} with {result.subject}",
                        "\n".join(text.finding(one)),
                    )
            case Faulted(error=error):
                where = error.where if isinstance(error.where, Location) else None
                self._error(where, "conformance", str(error))
            case RunEnded(problems=problems):
                for problem in problems:
                    self._error(None, "conformance", problem)
            case _:
                pass

    def _error(self, where: Location | None, title: str, message: str) -> None:
        properties = {"title": title}
        if where:
            properties = {"file": where.file, "line": str(max(where.line, 1)), **properties}
        given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
        self._stream.write(f"::error {given}::{_data(message)}\n")
        self._stream.flush()


def _data(words: str) -> str:
    """Escaped as the runner unescapes a command's message."""
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    """Escaped as the runner unescapes a command's property."""
    return _data(words).replace(":", "%3A").replace(",", "%2C")


def render(run: Collected) -> str:
    """The step's summary, in Markdown: the verdicts, then what is unexpected, folded."""
    lines = ["## Conformance", ""]
    shown = [v for v in reversed(GRAVEST_FIRST) if any(run.verdicts(i.id)[v] for i in run.subjects)]
    if shown:
        lines.append("| subject | " + " | ".join(shown) + " |")
        lines.append("| --- |" + " ---: |" * len(shown))
        for info in run.subjects:
            counts = run.verdicts(info.id)
            lines.append(f"| {_cell(info.id)} | " + " | ".join(str(counts[one]) for one in shown) + " |")
        lines.append("")
    wrong = [str(fault) for fault in run.faults] + list(run.ended.problems if run.ended else ())
    if run.interrupted:
        wrong.append("interrupted: what had not ended is missing")
    lines += [f"- {_cell(one)}" for one in wrong]
    for judged in run.judged():
        if judged.result.verdict not in GOOD:
            result = judged.result
            title = f"{result.verdict}: <code>{_cell(result.scenario)}</code> with {_cell(result.subject)}"
            lines += ["", f"<details><summary>{title}</summary>", "", "```text"]
            lines += [line.replace("```", "'''") for line in text.block(judged, unexpected(judged))]
            lines += ["```", "</details>"]
    return "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    """Safe within a table or a list: neither ends it nor becomes markup."""
    return words.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
