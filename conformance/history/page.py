"""A matrix as one HTML page that needs nothing else: no script, no address, no font."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import Environment, StrictUndefined

from conformance.history.cell import KNOWN, Cell
from conformance.history.changes import Moved
from conformance.history.held import Held
from conformance.history.matrix import Matrix, Sdk, Step
from conformance.history.words import Words, some
from conformance.report.escape import visible
from conformance.verdict.finding import NOT_JUDGED, Verdict


def render(matrix: Matrix, held: Iterable[Held], faults: Iterable[str], words: Words) -> str:
    """The page."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    template = environment.from_string(
        files("conformance.history").joinpath("matrix.html.jinja").read_text(encoding="utf-8")
    )
    beside = {one.subject: one for one in held}
    return template.render(
        reference=visible(matrix.reference),
        faults=[visible(one) for one in faults],
        sdks=[_sdk(sdk, beside, words) for sdk in matrix.sdks],
    )


def _sdk(sdk: Sdk, beside: dict[str, Held], words: Words) -> dict[str, Any]:
    folders = groupby(sdk.scenarios, key=lambda one: one.rpartition("/")[0])
    return {
        "name": visible(sdk.name),
        "subjects": [visible(one) for one in sdk.subjects],
        "rows": [_row(sdk, one, beside[one]) for one in sdk.subjects],
        "steps": [_step(one, words) for one in sdk.steps],
        "spans": [
            {
                "cause": visible(one.cause),
                "says": visible(words.say(one.cause)),
                "first": visible(one.first),
                "last": visible(one.last),
                "scenarios": len(one.scenarios),
            }
            for one in sdk.spans
        ],
        "folders": [
            {"name": visible(name), "scenarios": [_scenario(sdk, one) for one in own]}
            for name, own in folders
        ],
    }


def _row(sdk: Sdk, subject: str, held: Held) -> dict[str, Any]:
    verdicts = sdk.verdicts(subject)
    good = verdicts[Verdict.CONFORMS] + verdicts[Verdict.PARITY]
    known, missing = verdicts[Verdict.KNOWN_DIVERGENCE], verdicts[Verdict.UNSUPPORTED]
    unjudged = sum(verdicts[one] for one in NOT_JUDGED)
    bad = verdicts.total() - good - known - missing - unjudged
    as_pinned = not (held.differences or held.slow or held.unjudged)
    if held.beside is None:
        pinned = "nothing is pinned"
    else:
        pinned = f"as {held.beside}" if as_pinned else f"{len(held.differences)} unlike {held.beside}"
    return {
        "subject": visible(subject),
        "numbers": [good, known, bad, missing, unjudged],
        "as_pinned": as_pinned,
        "pinned": visible(pinned),
    }


def _step(step: Step, words: Words) -> dict[str, Any]:
    return {
        "after": visible(step.after),
        "fixed": len(step.fixed),
        "broken": len(step.broken),
        "different": len(step.different),
        "went": [_moved(one, words) for one in step.changes.went],
        "came": [_moved(one, words) for one in step.changes.came],
    }


def _moved(one: Moved, words: Words) -> dict[str, str]:
    return {
        "cause": visible(one.cause),
        "says": visible(words.say(one.cause)),
        "where": visible(some(one.scenarios)),
        "kind": "known" if one.cause.startswith(f"{KNOWN}/") else "bad",
    }


def _scenario(sdk: Sdk, scenario: str) -> dict[str, Any]:
    return {
        "name": visible(scenario),
        "first": visible(sdk.first_passing(scenario) or "none"),
        "cells": [_cell(sdk.cells.get((scenario, one))) for one in sdk.subjects],
    }


def _cell(cell: Cell | None) -> dict[str, str]:
    if cell is None:
        return {"kind": "none", "text": "not run"}
    if cell.verdict is Verdict.UNSUPPORTED:
        kind = "none"
    elif cell.good:
        kind = "known" if cell.verdict is Verdict.KNOWN_DIVERGENCE else "good"
    else:
        kind = "bad"
    return {"kind": kind, "text": visible(", ".join(sorted(cell.causes))) or "good"}
