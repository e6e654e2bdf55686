"""A static site of runs: the newest of each in a matrix, what they were before, and badges.

It is made of JSON reports alone, and of the history that it keeps itself as a data file beside the page, so
that publishing it again needs no other memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import Environment, StrictUndefined

from conformance.engine.baseline import Side
from conformance.engine.headline import headline
from conformance.report.escape import visible

HISTORY = "data/history.json"
SCHEMA = 1
MOST = 400
"""Rows of each name that the history keeps: a year of daily runs."""


@dataclass(frozen=True)
class Row:
    """One subject of one run: `name` tells rows of different runs apart, `date` is ISO 8601's."""

    name: str
    subject: str
    reference: str
    date: str
    good: bool
    scenarios: int
    parents: int
    lifecycles: int
    rules: int  # held, or broken as the ledger knows
    aws: int  # requirements that are met, or differ as the ledger knows
    aws_of: int
    same: int  # the same meaning as the reference, or different as the ledger knows
    compared: int
    link: str = ""


@dataclass(frozen=True)
class Column:
    """A number of the matrix: of how many it is, `of` says by a row's field."""

    title: str
    field: str
    of: str


COLUMNS = (
    Column("parent ids", "parents", "scenarios"),
    Column("lifecycles", "lifecycles", "scenarios"),
    Column("protocol rules", "rules", "scenarios"),
    Column("AWS requirements", "aws", "aws_of"),
    Column("means the same", "same", "compared"),
)


def rows(name: str, side: Side, aws: Mapping[str, Mapping[str, str]], date: str) -> list[Row]:
    """The rows of one report: a subject each, the reference only where it ran alone."""
    others = [info for info in side.subjects if info.id != side.reference] or [*side.subjects]
    sdks = [info.sdk for info in side.subjects]
    made = []
    for info in others:
        one = headline(info.id, side.results, reference=side.reference)
        called = info.sdk if sdks.count(info.sdk) == 1 else info.id
        standings = [each[called] for each in aws.values() if called in each]
        made.append(
            Row(
                name=name,
                subject=info.id,
                reference=side.reference,
                date=date,
                good=not one.bad,
                scenarios=one.scenarios,
                parents=one.parents,
                lifecycles=one.lifecycles,
                rules=one.rules + one.rules_known,
                aws=sum(each != "fail" for each in standings),
                aws_of=len(standings),
                same=one.same + one.differ_known,
                compared=one.compared,
            )
        )
    return made


def history(document: Any) -> list[Row]:
    """The rows of an earlier site's data file.

    Raises:
        KeyError, TypeError, ValueError: it is none, or of another schema.
    """
    if document["schema"] != SCHEMA:
        raise ValueError(f"a history of schema {document['schema']!r}; this version reads {SCHEMA}")
    return [Row(**row) for row in document["rows"]]


def merged(earlier: Iterable[Row], new: Sequence[Row]) -> list[Row]:
    """All rows, the newest first within a name; a run stands in for an earlier one of the same day."""
    replaced = {(row.name, row.subject, row.date) for row in new}
    every = [row for row in earlier if (row.name, row.subject, row.date) not in replaced] + [*new]
    every.sort(key=lambda row: row.date, reverse=True)
    every.sort(key=lambda row: (row.name, row.subject))
    groups = groupby(every, key=lambda row: (row.name, row.subject))
    return [row for _, group in groups for row in [*group][:MOST]]


def site(every: Sequence[Row]) -> dict[str, str]:
    """The files of the site by their paths."""
    groups = [[*group] for _, group in groupby(every, key=lambda row: (row.name, row.subject))]
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    template = environment.from_string(
        files("conformance.report").joinpath("site.html.jinja").read_text(encoding="utf-8")
    )
    page = template.render(
        columns=COLUMNS,
        rows=[_shown(group[0]) for group in groups],
        history=[(_title(group[0]), [_shown(row) for row in group]) for group in groups],
    )
    kept = {"schema": SCHEMA, "rows": [asdict(replace(row, link="")) for row in every]}
    made = {"index.html": page, HISTORY: json.dumps(kept, indent=1) + "\n"}
    for group in groups:
        made[f"badges/{slug(group[0])}.json"] = json.dumps(badge(group[0])) + "\n"
    return made


def badge(row: Row) -> dict[str, Any]:
    """What the endpoint badge of shields.io reads."""
    return {
        "schemaVersion": 1,
        "label": visible(f"conformance {row.subject}")[:80],
        "message": f"{row.rules} of {row.scenarios}" if row.good else "not as expected",
        "color": "brightgreen" if row.good else "red",
    }


def slug(row: Row) -> str:
    """A file's name for a row: letters, digits, dots and hyphens."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", f"{row.name}-{row.subject}").strip("-.")[:120] or "run"


def _title(row: Row) -> str:
    return visible(f"{row.name}: {row.subject} against {row.reference}")


def _shown(row: Row) -> dict[str, Any]:
    """A row as the template shows it."""
    numbers = [(getattr(row, column.field), getattr(row, column.of)) for column in COLUMNS]
    cells = [f"{number} of {of}" if of else "none" for number, of in numbers]
    return {
        "title": _title(row),
        "good": row.good,
        "date": visible(row.date),
        "link": row.link,
        "cells": cells,
    }
