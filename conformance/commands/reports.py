"""The reports that a command line asks for, as one listener."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from conformance.engine.collected import Collected
from conformance.engine.events import Event, Listener
from conformance.errors import Exit
from conformance.report import github, htmlreport, jsonreport, junit
from conformance.report.console import Console
from conformance.report.files import AtEnd


class Reports:
    """Passes each event on to every report; the console is always one.

    Raises:
        UsageError: a report's file can't be written.
    """

    def __init__(self, given: argparse.Namespace) -> None:
        """Make the reports that `--json`, `--junit`, `--html` and GitHub's environment ask for."""
        self._run = Collected()
        terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self.listeners: list[Listener] = [
            self._run,
            Console(sys.stdout, terminal=terminal, listed=given.listed),
        ]
        for path, render in (
            (given.json, jsonreport.render),
            (given.junit, junit.render),
            (given.html, htmlreport.render),
        ):
            if path:
                self.listeners.append(AtEnd(path, render))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            self.listeners.append(github.Annotations(sys.stdout))
            if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
                self.listeners.append(AtEnd(Path(summary), github.render, append=True))

    def __call__(self, event: Event) -> None:
        """Pass one event on."""
        for listener in self.listeners:
            listener(event)

    def exit(self) -> Exit:
        """The command's exit code."""
        return self._run.exit()
