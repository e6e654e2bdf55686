"""Hostile text, put into every renderer's escaping: it can be seen, and does nothing."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.engine import event_log
from conformance.engine.events import Faulted
from conformance.errors import EnvironmentFault
from conformance.report import escape
from conformance.verdict.finding import Verdict
from tests.front import samples
from tests.front.test_cli import GOOD, conformance

HOSTILE = {
    "ansi": "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "c1": "a\x9b31mb\x85c\x84d",
    "nul and delete": "a\x00b\x7fc",
    "bidi": "abc\u202edcba\u2066x\u2069\u200f\u061c",
    "separators": "one\u2028two\u2029three\u0085four\x0bfive\x0csix",
    "carriage": "hidden\rshown\r\nnext",
    "command": "::error file=a.py::owned",
    "command after blanks": " \t::stop-commands::x",
    "command on a line of its own": "harmless\n::set-output name=a::b\n##[error]owned",
    "old command": "text ##[error]owned ##[group]x",
    "half a pair": "\ud800 \udfff",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)> &amp;",
    "attribute": '" onmouseover="alert(1)" \'',
    "markdown image": "![x](https://example.invalid/track.png)",
    "markdown link": "[x](javascript:alert(1)) https://example.invalid www.example.invalid <https://e.invalid>",
    "markdown block": "# head\n- item\n> quote\n```\nfence\n~~~\n***",
    "markdown table": "a | b | c\n|---|---|",
    "code span": "a ` b `` c ``` d",
    "entity": "&lt;b&gt; &#60;b&#62;",
    "long": "x" * 1_000_000,
    "invisible": "a\u200bb\ufeffc\u00add\U000e0041e",
}
"""What a message, a name, a title, a payload or standard error may hold."""


def unseen(text: str, *, but: str = "") -> list[str]:
    categories = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
    return [char for char in text if unicodedata.category(char) in categories and char not in but]


def runs_a_command(log: str) -> bool:
    """As GitHub's runner reads a log, line by line however lines may be told apart."""
    return any(line.lstrip().startswith("::") or "##[" in line for line in log.splitlines())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_console(text: str) -> None:
    shown = escape.console(text)
    assert not unseen(shown)
    assert not runs_a_command(shown)
    assert len(shown) < 3 * escape.LONGEST
    assert not any(runs_a_command(line) or unseen(line) for line in escape.lines(text))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_command(text: str) -> None:
    assert not unseen(escape.command(text))
    assert not {":", ",", "\n"} & set(escape.property_(text))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markdown(text: str) -> None:
    shown = escape.markdown(text)
    assert not unseen(shown)
    assert not set("<>`[]*_#|!~@\\:") - set("#\\") & set(shown.replace("&#", ""))
    assert not shown.startswith(("- ", "+ ", "#"))
    assert "www." not in shown
    assert len(shown) < 10 * escape.LONGEST


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_code(text: str) -> None:
    shown = escape.code(text)
    assert not unseen(shown)
    fence = shown[: len(shown) - len(shown.lstrip("`"))]
    assert shown.endswith(fence)
    assert fence not in shown[len(fence) : -len(fence)]
    assert "|" not in shown


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_html(text: str) -> None:
    shown = escape.html(text)
    assert not unseen(shown)
    assert not set("<>\"'") & set(shown)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_xml(text: str) -> None:
    element = ET.Element("e", a=escape.xml(text))
    element.text = escape.xml(text)
    back = ET.fromstring(ET.tostring(element, encoding="unicode"))  # noqa: S314 (our own output)
    assert back.text == escape.xml(text)
    assert not unseen(back.text, but="\n")


@given(st.text())
def test_whatever_is_said_is_inert(text: str) -> None:
    assert not unseen(escape.console(text))
    assert not runs_a_command(escape.console(text))
    assert not set("<>`[]*_|!~@") & set(escape.markdown(text))


@pytest.mark.parametrize("text", ["plain words, 1.5 of 'them' (two)", "virtual/nested", "1 → 2", "日本語 é"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert escape.console(text) == text
    assert escape.html(text).replace("&#x27;", "'") == text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_json_on_standard_output_has_the_same_values(text: str) -> None:
    shown = escape.json_text({text: [text]})
    assert json.loads(shown) == {text: [text]}
    assert not unseen(shown, but="\n")
    assert not runs_a_command(shown)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_log_of_a_run_is_read_back_whatever_it_says(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    writer = event_log.NdjsonWriter(path)
    finding = replace(samples.ORPHAN, message=text, seen=text, path=text)
    events = [
        replace(samples.EVENTS[0], options=text),
        samples.judged(text, samples.JS, Verdict.VIOLATED, finding),
        Faulted(EnvironmentFault(text, where=text, hint=text)),
    ]
    for event in events:
        writer(event)
    assert [event_log.to_json(event) for event in event_log.read(path)] == [
        event_log.to_json(event) for event in events
    ]


def test_commands_show_what_files_say_as_inert(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for number, text in enumerate(HOSTILE.values()):
        title = json.dumps(text[:500].encode("utf-8", "ignore").decode())
        (folder / f"good-{number}.yaml").write_text(
            GOOD.replace("title: A step gives its value", f"title: {title}"), encoding="utf-8"
        )
        key = f"{title}: 1\n"
        (folder / f"bad-{number}.yaml").write_text(GOOD + key, encoding="utf-8")
    for words in (["list"], ["list", "--json"], ["validate"]):
        done = conformance(*words, "--scenarios", folder)
        for written in (done.stdout, done.stderr):
            assert not unseen(written, but="\n")
            assert not runs_a_command(written)
    assert len(json.loads(conformance("list", "--json", "--scenarios", folder).stdout)["scenarios"]) > 10
