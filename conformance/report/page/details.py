"""What the page shows of one scenario once it is opened, as plain JSON values in short lists.

The modules in `js` read these lists by position: what stands where is said here, where they are made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.engine.causes import about, ordered
from conformance.engine.events import Judged
from conformance.engine.sources import source, spot
from conformance.engine.trace import Answered, Invoked, Moment, Ran, Requested, Said, Sent, Trace
from conformance.report import text
from conformance.report.escape import visible
from conformance.report.page.known import Known
from conformance.verdict.finding import GOOD, Finding
from conformance.verdict.titles import title
from conformance.verdict.where import Where

MOST = 60
"""Findings of a verdict that the page has; the JSON report has them all, and their number is told."""


def scenario(
    group: Sequence[Judged],
    reference: str,
    causes: Mapping[tuple[str, str], int],
    known: Mapping[str, Known],
) -> dict[str, Any]:
    """One scenario: its file, and what it came to with each subject.

    Args:
        group: Its verdicts, one a subject, the reference's first.
        reference: The reference's id.
        causes: Scenario and subject to the number of the cause in the page's list.
        known: The ledger's entries.
    """
    first = group[0]
    drawn = next((one.trace for one in group if one.trace), None)
    bad = next((one for one in group if one.result.verdict not in GOOD), None)
    place = spot(bad, bad.evidence) if bad else None
    document = drawn.document if drawn else {}
    written = source(first.location.file, document) if drawn else None
    links = document.get("links", ())
    return {
        "id": visible(first.result.scenario),
        "title": visible(str(document.get("title", ""))),
        "file": visible(first.location.file),
        "line": place.line if place and place.text is not None else 0,
        "links": [visible(str(link)) for link in links if str(link).startswith("https://")],
        "source": _lines(written if written is not None else _dumped(document)),
        "same": written is not None,
        "subjects": [_subject(one, reference, causes, known) for one in group],
    }


def _dumped(document: Mapping[str, Any]) -> str:
    """What ran, where its file is not at hand any more: JSON is YAML as well."""
    return json.dumps(document, indent=1, ensure_ascii=False) if document else ""


def _subject(
    judged: Judged, reference: str, causes: Mapping[tuple[str, str], int], known: Mapping[str, Known]
) -> dict[str, Any]:
    result, drawn = judged.result, judged.trace
    open_ = ordered(judged)
    entries = list(dict.fromkeys(one.divergence for one in result.findings if one.divergence))
    return {
        "id": visible(result.subject),
        "reference": result.subject == reference,
        "verdict": result.verdict.value,
        "good": result.verdict in GOOD,
        "status": visible(drawn.status) if drawn else "",
        "cause": causes.get((result.scenario, result.subject)),
        "card": _card(judged, open_[0]) if open_ else None,
        "findings": [_finding(one) for one in open_[:MOST]],
        "more": len(open_[MOST:]),
        "known": [
            [visible(id_), visible(known[id_].title), visible(known[id_].link)]
            if id_ in known
            else [visible(id_), "", ""]
            for id_ in entries
        ],
        "moments": [*moments(drawn)] if drawn else [],
        "stderr": _lines(drawn.stderr) if drawn and drawn.stderr.strip() else [],
    }


def _card(judged: Judged, first: Finding) -> dict[str, Any]:
    """The first finding in a maintainer's words."""
    evidence = about(judged, first)
    answer = evidence.answer if evidence else None
    return {
        "title": title(first.layer, first.rule),
        "what": visible(evidence.what) if evidence else "",
        "seen": told(first, evidence.seen if evidence else first.seen),
        "wanted": told(first, evidence.wanted if evidence else first.wanted),
        "answer": visible(f"{answer.status} {answer.message}") if answer else "",
        "frames": [visible(str(frame)) for frame in evidence.frames] if evidence else [],
        "message": visible(first.message),
    }


def told(finding: Finding, value: Any) -> str:
    """A value with the field that it is one of, as `ParentId = root`."""
    where = Where.parse(finding.path)
    field = f"{where.field} = " if where and where.field else ""
    said = value if isinstance(value, str) and field == "ParentId = " else text.value(value)
    return visible(f"{field}{said}")


def _finding(one: Finding) -> list[Any]:
    """Layer, rule, path, seen, wanted, blame, message, label of the update, its field."""
    where = Where.parse(one.path)
    return [
        one.layer.value,
        one.rule,
        visible(one.path),
        visible(text.value(one.seen)),
        visible(text.value(one.wanted)),
        one.blame.value,
        visible(one.message),
        visible(str(where.at(""))) if where else "",
        visible(where.field) if where else "",
    ]


def moments(trace: Trace) -> Iterator[list[Any]]:
    """Each moment as a list, its kind first."""
    for one in trace.moments:
        yield _moment(one)


def _moment(one: Moment) -> list[Any]:
    match one:
        case Invoked():
            return ["I", one.invocation, one.time, visible(one.function), one.known]
        case Answered():
            return ["A", one.invocation, one.time, visible(one.status), visible(one.says)]
        case Requested():
            sent = [_sent(each) for each in one.sent]
            return [
                "R",
                one.invocation,
                one.time,
                visible(one.operation),
                one.status,
                one.fault,
                visible(one.says),
                sent,
            ]
        case Ran():
            return [
                "B",
                one.invocation,
                visible(one.place),
                visible(one.kind),
                one.event,
                visible(one.name) if one.name else None,
                one.virtual,
                one.attempt,
                visible(one.says),
            ]
        case Said():
            return ["S", one.invocation, one.kind, visible(one.says)]


def _sent(one: Sent) -> list[Any]:
    return [
        visible(one.label),
        visible(one.path),
        visible(one.type),
        visible(one.action),
        visible(one.name) if one.name else None,
        visible(one.parent),
        visible(one.parent_name) if one.parent_name else None,
        one.parent_virtual,
        [[visible(key), visible(value)] for key, value in one.details],
        one.accepted,
    ]


def _lines(written: str) -> list[str]:
    return [
        visible(line.removesuffix("\r").replace("\t", "    ")) for line in written.rstrip("\n").split("\n")
    ]
