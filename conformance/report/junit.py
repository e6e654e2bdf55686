"""JUnit XML: a suite for each subject, a case for each scenario."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from conformance.engine.causes import Cause, causes, ordered
from conformance.engine.collected import Collected
from conformance.engine.events import Judged
from conformance.engine.sources import spot
from conformance.report import escape, text
from conformance.verdict.finding import GOOD, NOT_JUDGED, Verdict

MOST = 8
"""Findings that a case tells, the first ones; the JSON report has all."""


def render(run: Collected) -> str:
    """The whole run as one document. What kept something from being judged stands in a suite of its own."""
    root = ET.Element("testsuites", name="conformance")
    whose = {
        (one.result.scenario, one.result.subject): cause for cause in causes(run) for one in cause.affected
    }
    for info in run.subjects:
        cases = [judged for judged in run.judged() if judged.result.subject == info.id]
        suite = _suite(root, escape.xml(info.id), len(cases))
        suite.set("failures", str(sum(one.result.verdict in _FAILURES for one in cases)))
        suite.set("errors", str(sum(one.result.verdict in NOT_JUDGED for one in cases)))
        suite.set("skipped", str(sum(one.result.verdict is Verdict.UNSUPPORTED for one in cases)))
        suite.set("time", f"{sum(one.result.seconds for one in cases):.3f}")
        for judged in cases:
            _case(suite, judged, whose.get((judged.result.scenario, judged.result.subject)))
    wrong = [(str(fault.where or "environment"), str(fault)) for fault in run.faults]
    if run.ended:
        wrong += [("ledger", problem) for problem in run.ended.problems]
    if run.interrupted:
        wrong.append(("run", "interrupted: what had not ended is missing"))
    if wrong:
        suite = _suite(root, "conformance", len(wrong))
        suite.set("errors", str(len(wrong)))
        for name, message in wrong:
            case = ET.SubElement(suite, "testcase", classname="conformance", name=escape.xml(name))
            ET.SubElement(case, "error", message=escape.xml(message))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


_FAILURES = frozenset(Verdict) - GOOD - NOT_JUDGED


def _suite(root: ET.Element, name: str, tests: int) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=name, tests=str(tests))


def _case(suite: ET.Element, judged: Judged, cause: Cause | None) -> None:
    result = judged.result
    case = ET.SubElement(
        suite,
        "testcase",
        classname=escape.xml(result.subject),
        name=escape.xml(result.scenario),
        time=f"{result.seconds:.3f}",
    )
    place = spot(judged, judged.evidence)
    case.set("file", escape.xml(place.file))
    case.set("line", str(place.line))
    if result.verdict is Verdict.UNSUPPORTED:
        ET.SubElement(case, "skipped", message=escape.xml("; ".join(one.message for one in result.findings)))
    elif result.verdict not in GOOD:
        tag = "error" if result.verdict in NOT_JUDGED else "failure"
        words = f"{cause.id}: {cause.title}" if cause else result.verdict.value
        element = ET.SubElement(case, tag, type=result.verdict.value, message=escape.xml(words))
        findings = ordered(judged)
        lines = [*text.block(judged, findings[:MOST])]
        if len(findings) > MOST:
            lines.append(f"  and {text.counted(len(findings) - MOST, 'finding')} more")
        element.text = escape.xml("\n".join(lines))
