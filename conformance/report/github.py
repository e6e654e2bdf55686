"""What GitHub's runner is told in the log: one `::error` for each cause, on the maintainer's own file."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from conformance.engine.causes import Cause, causes
from conformance.engine.collected import Collected
from conformance.engine.events import Event, RunEnded
from conformance.report import cause_text, escape
from conformance.report.own_file import own_file
from conformance.report.text import counted

MOST = 8
"""Annotations of a run: GitHub shows ten of a step, and others have some to make."""


class Annotations:
    """Writes the workflow commands once a run has ended, as GitHub wants them: on standard output.

    Args:
        stream: where to.
        workspace: the checkout that the workflow works on; a file of it is named where a frame leads to one.
    """

    def __init__(self, stream: TextIO, workspace: Path) -> None:
        """Nothing is written until the run has ended."""
        self._stream = stream
        self._workspace = workspace
        self._run = Collected()

    def __call__(self, event: Event) -> None:
        """Take one event in."""
        self._run(event)
        if isinstance(event, RunEnded):
            wrong = [str(fault) for fault in self._run.faults]
            if not (self._run.started and self._run.started.baseline):
                wrong += event.problems
            for message in wrong[:MOST]:
                self._error({}, "conformance", message)
            for cause in causes(self._run)[: max(0, MOST - len(wrong))]:
                self._cause(cause)

    def _cause(self, cause: Cause) -> None:
        own = own_file(cause, self._run.subjects, self._workspace)
        where = {"file": own.path, "line": str(own.line)} if own else {}
        lines = [cause.title, *cause_text.block(cause)]
        self._error(where, f"{cause.id}: {counted(len(cause.scenarios), 'scenario')}", "\n".join(lines))

    def _error(self, where: dict[str, str], title: str, message: str) -> None:
        properties = {**where, "title": title}
        given = ",".join(f"{key}={escape.property_(value)}" for key, value in properties.items())
        self._stream.write(f"::error {given}::{escape.command(message)}\n")
        self._stream.flush()
