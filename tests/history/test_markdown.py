"""The page of what is pinned, and what a bisection tells."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from conformance.commands import bisect
from conformance.engine.files import SCENARIOS
from conformance.history import bisected, markdown, pins
from conformance.history.bisected import Bisected, Tried
from conformance.history.cell import Cell
from conformance.history.pins import Note
from conformance.history.words import Words
from conformance.verdict.finding import Verdict
from tests.front.samples import APART, ORPHAN
from tests.front.test_cli import conformance
from tests.front.test_escape import HOSTILE, unseen
from tests.history.test_pins import PINNED

ROOT = Path(__file__).resolve().parents[2]
WORDS = Words({"c": "Something is left out"}, {"c": "https://example.invalid/1"})


def test_the_page_tells_what_each_release_changed(snapshot: SnapshotAssertion) -> None:
    noted = pins.Pins(
        PINNED.sdk,
        PINNED.reference,
        PINNED.versions,
        PINNED.shown,
        {"1.5.0": (Note("B is mended", "https://example.invalid/2"),)},
    )
    assert markdown.render([noted], WORDS) == snapshot
    assert pins._loaded(json.loads(noted.dumps()), "x") == noted  # noqa: SLF001 (as `read`, without a file)


def test_the_page_in_docs_says_what_is_pinned() -> None:
    done = conformance("history")
    assert done.returncode == 0
    assert done.stdout == (ROOT / "docs" / "history.md").read_text(encoding="utf-8")


def test_pins_of_this_suite_are_of_sdks_that_have_a_page() -> None:
    page = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")
    for path in (SCENARIOS / pins.FOLDER).glob("*.json"):
        assert f"\n## {path.stem}\n" in page


FOUND = Bisected(
    scenario="virtual/a",
    causes=("structure/parent-path",),
    last="python@1.0.0",
    first="python@2.0.0",
    first_said="",
    between=("python@1.5.0",),
    fixed=False,
    tried=(
        Tried("python@1.0.0", cell=Cell(Verdict.PARITY, frozenset(), "")),
        Tried("python@1.5.0", why="its build failed"),
        Tried("python@2.0.0", cell=Cell(Verdict.VIOLATED, frozenset({"structure/parent-path"}), "x")),
    ),
    wire=(APART,),
    findings=(ORPHAN, APART),
    source="title: x\nhandler: []\n",
    repeat="conformance matrix virtual/a --subject python@1.0.0 --subject python@2.0.0",
)


def test_what_a_bisection_found_and_the_issue(snapshot: SnapshotAssertion) -> None:
    assert "\n".join(bisected.told(FOUND, WORDS)) + "\n\n" + bisected.issue(FOUND, WORDS) == snapshot


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_said_the_page_is_inert(text: str) -> None:
    hostile = pins.Pins("x", text, {"1.0.0": (text,)}, {"1.0.0": {text: frozenset({f"known/{text}"})}})
    page = markdown.render([hostile], WORDS)
    assert not unseen(page, but="\n")
    told = re.sub(r"(`+)[^\n]*?[^`]\1(?!`)", "", page)  # in a span of code markup is none
    assert not any(f"<{tag}" in told for tag in ("script", "img"))


def test_a_cause_that_is_not_pinned_and_is_no_scenario_is_refused() -> None:
    done = conformance("bisect", "nothing/such", "--subject", "python", "--good", "1.0.0", "--bad", "2.0.0")
    assert done.returncode == 2
    assert "neither a scenario nor a cause that is pinned for python" in done.stderr
    assert bisect.INTO.parts[0] == "out"
