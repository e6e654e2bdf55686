"""The HTML report as text: what is in it, that nothing in it comes from elsewhere, and that texts stay texts.

How it behaves in a browser is tested in `tests/browser`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conformance.engine.collected import Collected
from conformance.engine.events import RunEnded, RunStarted
from conformance.report.page.render import SYMBOLS
from conformance.verdict.finding import Verdict
from tests.front import samples
from tests.front.pages import NASTY, Page, judged, page, sample
from tests.verdict.recordings import virtual

OWN = {
    *("html", "head", "meta", "title", "style", "script", "noscript", "body", "header", "main", "section"),
    *(
        "article",
        "div",
        "h1",
        "h2",
        "p",
        "a",
        "b",
        "span",
        "ul",
        "li",
        "dl",
        "dt",
        "dd",
        "pre",
        "code",
        "kbd",
    ),
    *("form", "label", "input", "button", "details", "summary"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
"""The elements that the page is made of; there is none that loads anything."""


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return page(sample(tmp_path_factory.mktemp("page") / "run"))


def test_the_index_has_every_scenario_with_what_can_be_filtered_by(made: Page) -> None:
    rows = {row[0]: row for row in made.index["rows"]}
    assert list(rows) == ["basics/good", "virtual/fine", "virtual/orphan", "virtual/x-hostile"]
    assert made.index["subjects"] == ["js@2.4.0", "python@3.0.0"]
    verdicts = {name: row[4] for name, row in rows.items()}
    assert verdicts["virtual/orphan"] == ["conforms", "violated"]
    assert "virtual-parent" in rows["virtual/orphan"][5]
    assert [made.index["causes"][number][0] for number in rows["virtual/orphan"][7]] == ["virtual-parent"]
    assert rows["virtual/fine"][5] == rows["virtual/fine"][7] == []


def test_a_scenario_has_its_card_its_lanes_and_its_first_difference(made: Page) -> None:
    scenario = made.scenarios["virtual/orphan"]
    js, python = scenario["subjects"]
    assert js["reference"]
    assert js["card"] is None
    assert python["card"]["seen"].startswith("ParentId = 1")
    assert python["card"]["wanted"] == "ParentId = root"
    assert python["card"]["answer"] == "400 Invalid parent operation id."
    assert python["findings"][0][1] == "virtual-parent"
    refused = [one for one in python["moments"] if one[0] == "R" and one[4] == 400]
    assert len(refused) == 1
    sent = refused[0][7][0]
    assert sent[0] == python["findings"][0][7]
    assert sent[7] is True
    assert python["stderr"] == ["boom"]
    assert any(one[0] == "B" and one[6] is True for one in python["moments"])


def test_what_ran_is_shown_where_its_file_is_another_one_by_now(made: Page) -> None:
    scenario = made.scenarios["virtual/fine"]
    assert not scenario["same"]
    assert any('"handler"' in line for line in scenario["source"])


def test_the_page_needs_nothing_from_elsewhere_and_allows_nothing_but_its_own(made: Page) -> None:
    elements = Elements()
    elements.feed(made.text)
    assert {name for name, _ in elements.found} <= OWN
    for name, attributes in elements.found:
        assert not {"src", "srcset", "style", "onclick", "onerror"} & attributes.keys()
        assert name != "a" or (attributes["href"] or "").startswith("#")
    assert not re.search(r"@import|url\(", "".join(re.findall(r"<style>(.*?)</style>", made.text, re.DOTALL)))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', made.text)
    assert policy
    for kind in ("style", "script"):
        own = re.findall(rf"<{kind}>(.*?)</{kind}>", made.text, re.DOTALL)
        assert len(own) == 1
        digest = base64.b64encode(hashlib.sha256(own[0].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]


def test_what_is_said_is_no_markup_and_no_control(made: Page) -> None:
    assert "<img" not in made.text
    assert "globalThis.injected = 1</script>" not in made.text
    for scenario in made.scenarios.values():
        text = str(scenario)
        assert "\x1b" not in text
        assert "\u202e" not in text
    python = made.scenarios["virtual/x-hostile"]["subjects"][1]
    title = made.scenarios["virtual/x-hostile"]["title"]
    assert title.startswith("<script>")  # as a value, to be set as text
    assert "\\x1b[31m\\u202e" in python["stderr"][0]


def test_hostile_names_of_subjects_and_files_and_faults_are_escaped() -> None:
    odd = replace(samples.JS, id=f"js@{NASTY}")
    event = samples.judged(f"virtual/{NASTY}", odd, Verdict.VIOLATED, replace(samples.ORPHAN, message=NASTY))
    run = Collected()
    for each in (
        RunStarted((odd,), odd.id, (event.result.scenario,), complete=False),
        event,
        RunEnded(seconds=1, interrupted=True, divergences={}, problems=(NASTY,), held_seconds=0),
    ):
        run(each)
    text = page(run).text
    assert NASTY not in text
    assert "<img" not in text
    assert escape("<script>globalThis") in text
    assert "interrupted: what had not ended is missing" in text


def test_every_verdict_has_a_symbol_and_a_colour() -> None:
    style = page(Collected()).text
    for verdict in Verdict:
        assert SYMBOLS[verdict]
        assert f".v-{verdict}" in style


def test_a_run_of_nothing_is_a_page_too() -> None:
    assert "Nothing was judged" in page(Collected()).text


def test_pages_grow_slowly(tmp_path: Path) -> None:
    """A whole run must stay within a megabyte: some 1.8 kB a scenario with two subjects."""
    recordings = [
        replace(virtual(sdk), scenario=f"folder-{number % 10}/scenario-{number}")
        for number in range(60)
        for sdk in ("js", "python")
    ]
    few = page(judged(tmp_path / "few", recordings[:40])).text
    many = page(judged(tmp_path / "many", recordings)).text
    assert (len(many) - len(few)) / 40 < 1500


def test_beside_a_baseline_what_is_new_is_told_from_what_was_there(tmp_path: Path) -> None:
    run = sample(tmp_path / "run")
    before = {one.result.scenario: one for one in run.judged() if one.result.verdict is Verdict.VIOLATED}
    beside = Collected()
    for name, event in before.items():
        same = event.result if name == "virtual/orphan" else replace(event.result, findings=())
        beside(replace(event, before=same))
    beside.started = replace(run.started, baseline="an earlier run") if run.started else None
    beside.ended = run.ended
    told = page(beside)
    assert {row[0]: row[10] for row in told.index["rows"]} == {
        "virtual/orphan": "",
        "virtual/x-hostile": "new",
    }
    assert told.index["baseline"]
    assert "Beside an earlier run: 1 new, 0 changed, 0 fixed, 1 the same" in told.text
