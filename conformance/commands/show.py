"""`conformance show`: what every subject did in one recorded scenario, side by side."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from conformance.commands import shared
from conformance.commands.judge import replay
from conformance.engine.causes import ordered
from conformance.engine.collator import assessors
from conformance.engine.collected import Collected
from conformance.engine.events import Judged
from conformance.engine.files import ledger_file
from conformance.engine.trace import Trace, trace
from conformance.errors import Exit, UsageError
from conformance.report import escape, exchange, perfetto, text
from conformance.verdict.ledger import Ledger
from conformance.verdict.where import Where
from conformance.wire.recording import Recording

NAMED = 12  # scenarios that are named when a pattern selects more than one


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument("directory", type=Path, metavar="DIR", help="what `run --out` wrote")
    command.add_argument("scenario", metavar="SCENARIO", help="its id, or a part that no other has")
    command.add_argument(
        "--subject", action="append", dest="subjects", metavar="S", help="only this one; may be repeated"
    )
    command.add_argument(
        "--repeat", type=shared.positive, default=1, metavar="N", help="which of repeated runs (1)"
    )
    command.add_argument(
        "--format",
        choices=["text", "json", "perfetto"],
        default="text",
        help="text; json, the decoded moments; perfetto, a trace for ui.perfetto.dev",
    )
    command.add_argument(
        "--width", type=shared.positive, metavar="N", help="columns of text (the terminal's)"
    )
    shared.scenarios(command)


def execute(given: argparse.Namespace) -> Exit:
    """Print the exchange; what is wrong in it is marked, with the verdict and its first finding above."""
    ledger = Ledger.load(ledger_file(given.scenarios))
    run, kept = Collected(), list[Recording]()

    def keep(recording: Recording, repeat: int) -> None:
        if repeat == given.repeat:
            kept.append(recording)

    replay(
        given.directory,
        assessors(ledger, strict=False, drawn=False),
        run,
        patterns=[given.scenario],
        keep=keep,
    )
    recordings = _wanted(given, run, kept)
    traces = [trace(one) for one in recordings]
    if given.format == "text":
        _print(given, run.judged(), recordings, traces)
        return Exit.AS_EXPECTED
    document = (
        perfetto.document(traces)
        if given.format == "perfetto"
        else {"schema": 1, "scenario": recordings[0].scenario, "traces": [_json(one) for one in traces]}
    )
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    return Exit.AS_EXPECTED


def _json(one: Trace) -> dict[str, object]:
    moments = [{"moment": type(each).__name__.lower(), **asdict(each)} for each in one.moments]
    return {"subject": one.subject, "status": one.status, "moments": moments, "stderr": one.stderr}


def _wanted(given: argparse.Namespace, run: Collected, kept: list[Recording]) -> list[Recording]:
    """The recordings of the one scenario, the reference's first.

    Raises:
        UsageError: there is none, or the pattern selects several scenarios.
    """
    named = run.started.scenarios if run.started else ()
    if len(named) > 1:
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        raise UsageError(
            f"`{given.scenario}` selects {len(named)} scenarios",
            hint=f"say one of {', '.join(named[:NAMED])}{more}",
        )
    ids = [info.id for info in run.subjects]
    wanted = [one for one in ids if not given.subjects or one in given.subjects]
    found = sorted(
        (one for one in kept if one.subject.id in wanted), key=lambda one: ids.index(one.subject.id)
    )
    if not found:
        raise UsageError(
            "there is no such recording",
            where=str(given.directory),
            hint=f"it has {', '.join(named)} with {', '.join(ids)}",
        )
    return found


def _print(
    given: argparse.Namespace,
    verdicts: Sequence[Judged],
    recordings: Sequence[Recording],
    traces: Sequence[Trace],
) -> None:
    width = given.width or shutil.get_terminal_size((120, 40)).columns
    first = recordings[0]
    title = first.document.get("title", "")
    sys.stdout.write(f"{escape.console(f'{first.scenario}: {title}')}\n")
    marked: dict[str, frozenset[str]] = {}
    shown = {one.subject for one in traces}
    for judged in verdicts:
        if judged.result.subject in shown:
            for line in _verdict(judged):
                sys.stdout.write(f"{escape.console(line)}\n")
            marked[judged.result.subject] = labels(judged)
    sys.stdout.write("\n")
    for line in exchange.aligned(traces, width, marked):
        sys.stdout.write(f"{line}\n")
    for one in traces:
        if one.stderr.strip():
            sys.stdout.write(f"\nstderr of {one.subject}, its end:\n")
            sys.stdout.writelines(f"{line}\n" for line in escape.lines(one.stderr.rstrip("\n")))


def labels(judged: Judged) -> frozenset[str]:
    """The updates that unexpected findings are about, as a trace labels them."""
    places = [Where.parse(one.path) for one in ordered(judged)]
    return frozenset(str(place.at("")) for place in places if place is not None)


def _verdict(judged: Judged) -> Iterator[str]:
    result = judged.result
    yield f"  {result.subject}: {result.verdict}"
    findings = ordered(judged)
    if findings:
        for line in text.finding(findings[0]):
            yield f"    {line}"
        if len(findings) > 1:
            yield f"    and {text.counted(len(findings) - 1, 'finding')} more (conformance judge)"
