"""The reports that a command line asks for, as one listener."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from conformance.engine.collected import Collected
from conformance.engine.events import Event, Faulted, Listener
from conformance.engine.files import ledger_file
from conformance.errors import Exit
from conformance.report import escape, github, jsonreport, junit, markdown, sarif, table
from conformance.report.console import Console
from conformance.report.files import AtEnd
from conformance.report.progress import Progress
from conformance.verdict.ledger import Ledger


class Reports:
    """Passes each event on to every report; the console is always one.

    Raises:
        UsageError: a report's file can't be written.
    """

    def __init__(self, given: argparse.Namespace, ledger: Ledger) -> None:
        """Make the reports that `--json`, `--junit`, `--html` and GitHub's environment ask for.

        The ledger has the titles of what is known.
        """
        self.run = Collected()
        self.listeners: list[Listener] = [
            self.run,
            Progress(sys.stderr, bar=not given.listed),  # a bar and a list of verdicts want the same line
            console(ledger, verbose=given.verbose, listed=given.listed),
        ]
        for path, render in (
            (given.json, jsonreport.render),
            (given.junit, junit.render),
            (given.html, partial(_page, given.scenarios)),
            (given.markdown, markdown.render),
            (given.table, table.render),
        ):
            if path:
                self.listeners.append(AtEnd(path, render))
        workspace = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
        if given.sarif:
            self.listeners.append(AtEnd(given.sarif, lambda run: sarif.render(run, workspace)))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            self.listeners.append(github.Annotations(sys.stdout, workspace))
            if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
                link = _artifacts(os.environ)
                render = lambda run: markdown.render(run, link=link)  # noqa: E731 (one more beside the others)
                self.listeners.append(AtEnd(Path(summary), render, append=True))

    def __call__(self, event: Event) -> None:
        """Pass one event on. A report that can't be written does not cost the others."""
        failed: list[OSError] = []
        for listener in self.listeners:
            try:
                listener(event)
            except OSError as error:
                failed.append(error)
        if failed:
            raise failed[0]

    def exit(self) -> Exit:
        """The command's exit code."""
        return self.run.exit()


def console(ledger: Ledger, *, verbose: bool, listed: bool = False) -> Console:
    """The console on standard output, which knows the ledger's entries by their titles."""
    return Console(
        sys.stdout,
        listed=listed,
        verbose=verbose,
        titles={entry.id: entry.title for entry in ledger.entries},
        breaks=[entry.id for entry in ledger.entries if entry.breaks],
    )


def _page(scenarios: Path | None, run: Collected) -> str:
    """The HTML report, with the titles that the ledger gives to what is known."""
    from conformance.report.page.known import Known  # noqa: PLC0415 (templates are loaded where they are used)
    from conformance.report.page.render import render  # noqa: PLC0415

    entries = Ledger.load(ledger_file(scenarios)).entries
    return render(run, {entry.id: Known(entry.title, entry.link) for entry in entries})


def _artifacts(environment: Mapping[str, str]) -> str:
    """Where a run of a workflow has what it uploaded; empty where that can't be told."""
    parts = [environment.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    return "{}/{}/actions/runs/{}#artifacts".format(*parts) if all(parts) else ""


def watching(directory: Path | None) -> list[Listener]:
    """Who listens to a run beside the command that wants it: progress, and what the run came to.

    Recordings that are read from a directory were told of when they were made: then only what kept some of
    them from being judged.
    """
    if directory:
        return [_faults]
    return [Progress(sys.stderr), Console(sys.stderr)]


def _faults(event: Event) -> None:
    if isinstance(event, Faulted):
        sys.stderr.write(escape.told([str(event.error)]))
