"""JUnit XML: a suite for each subject, a case for each scenario."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from conformance.engine.collected import Collected, unexpected
from conformance.engine.events import Judged
from conformance.report import text
from conformance.verdict.finding import GOOD, NOT_JUDGED, Verdict


def render(run: Collected) -> str:
    """The whole run as one document. What kept something from being judged stands in a suite of its own."""
    root = ET.Element("testsuites", name="conformance")
    for info in run.subjects:
        cases = [judged for judged in run.judged() if judged.result.subject == info.id]
        suite = _suite(root, info.id, len(cases))
        suite.set("failures", str(sum(one.result.verdict in _FAILURES for one in cases)))
        suite.set("errors", str(sum(one.result.verdict in NOT_JUDGED for one in cases)))
        suite.set("skipped", str(sum(one.result.verdict is Verdict.UNSUPPORTED for one in cases)))
        suite.set("time", f"{sum(one.result.seconds for one in cases):.3f}")
        for judged in cases:
            _case(suite, judged)
    wrong = [(str(fault.where or "environment"), str(fault)) for fault in run.faults]
    if run.ended:
        wrong += [("ledger", problem) for problem in run.ended.problems]
    if run.interrupted:
        wrong.append(("run", "interrupted: what had not ended is missing"))
    if wrong:
        suite = _suite(root, "conformance", len(wrong))
        suite.set("errors", str(len(wrong)))
        for name, message in wrong:
            case = ET.SubElement(suite, "testcase", classname="conformance", name=_legal(name))
            ET.SubElement(case, "error", message=_legal(message))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


_FAILURES = frozenset(Verdict) - GOOD - NOT_JUDGED


def _suite(root: ET.Element, name: str, tests: int) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=name, tests=str(tests))


def _case(suite: ET.Element, judged: Judged) -> None:
    result = judged.result
    case = ET.SubElement(
        suite, "testcase", classname=result.subject, name=result.scenario, time=f"{result.seconds:.3f}"
    )
    case.set("file", judged.location.file)
    case.set("line", str(judged.location.line))
    if result.verdict is Verdict.UNSUPPORTED:
        ET.SubElement(case, "skipped", message=_legal("; ".join(one.message for one in result.findings)))
    elif result.verdict not in GOOD:
        findings = unexpected(judged)
        tag = "error" if result.verdict in NOT_JUDGED else "failure"
        rules = ", ".join(dict.fromkeys(f"{one.layer}/{one.rule}" for one in findings))
        element = ET.SubElement(case, tag, type=result.verdict.value, message=_legal(rules))
        element.text = _legal("\n".join(text.block(judged, findings)))


def _legal(words: str) -> str:
    """Without the characters that XML 1.0 can't say; a subject's output may hold any."""
    return "".join(
        char if char in "\t\n" or _is_xml(ord(char)) else "\N{REPLACEMENT CHARACTER}" for char in words
    )


def _is_xml(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000  # noqa: PLR2004 (the XML grammar)
