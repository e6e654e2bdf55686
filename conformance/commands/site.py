"""`conformance site`: a static site of runs, with a matrix, badges and what was before."""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from conformance.engine.baseline import Side
from conformance.errors import Exit, UsageError
from conformance.report import site

REPORT = "report.json"
PAGE = "report.html"


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "directories",
        nargs="+",
        type=Path,
        metavar="DIR",
        help=f"a run's reports: {REPORT}, and {PAGE} if it is there",
    )
    command.add_argument("--into", type=Path, required=True, metavar="DIR", help="where to write the site")
    command.add_argument(
        "--history",
        type=Path,
        metavar="FILE",
        help=f"{site.HISTORY} of the site before; none if it is not there",
    )
    command.add_argument(
        "--date",
        type=_day,
        default=datetime.now(tz=UTC).date(),
        metavar="YYYY-MM-DD",
        help="of the runs (today)",
    )


def execute(given: argparse.Namespace) -> Exit:
    """Write the site of these runs and of those before."""
    new = [row for folder in given.directories for row in _rows(folder, given.into, given.date)]
    every = site.merged(_history(given.history), new)
    links = {(row.name, row.subject, row.date): row.link for row in new}
    every = [replace(row, link=links.get((row.name, row.subject, row.date), "")) for row in every]
    for path, text in site.site(every).items():
        target = given.into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", errors="backslashreplace")
    return Exit.AS_EXPECTED


def _rows(folder: Path, into: Path, day: date) -> list[site.Row]:
    """The rows of one directory; its page is copied into the site."""
    report = folder / REPORT
    side = Side.read(report)
    name = folder.resolve().name
    aws = json.loads(report.read_bytes()).get("aws", {})
    rows = site.rows(name, side, aws, day.isoformat())
    if not (folder / PAGE).is_file():
        return rows
    linked = [replace(row, link=f"reports/{site.slug(row)}.html") for row in rows]
    for row in linked:
        (into / "reports").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / PAGE, into / row.link)
    return linked


def _history(path: Path | None) -> list[site.Row]:
    """What an earlier site kept.

    Raises:
        UsageError: it is no history, or of another schema.
    """
    if path is None or not path.exists():
        return []
    try:
        return site.history(json.loads(path.read_bytes()))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"this is no history of a site: {error}", where=str(path), hint="leave it out to begin anew"
        ) from error


def _day(text: str) -> date:
    """A day as ISO 8601 writes it.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-11-24") from error
