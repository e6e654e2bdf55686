"""The atlas: what is read off recordings, and the page in docs, which must be what the SDKs write today."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.report import atlas
from tests.front.pages import orphan
from tests.front.test_cli import conformance
from tests.verdict.recordings import virtual

PAGE = Path(__file__).parents[2] / "docs" / "atlas.md"


def page(made: atlas.Atlas) -> str:
    return "\n".join(atlas.lines(made))


def test_what_is_written_is_grouped_by_what_it_is_and_how_it_ended() -> None:
    told = page(atlas.of([virtual("js"), virtual("python")]))
    assert "## Step: `STEP`, SubType `Step`" in told
    assert "### It succeeds: START, SUCCEED" in told
    assert "### The service ends it: START" in told
    assert re.search(r"\| js&#64;2.4.0 \| Name \| Name Payload \|", told)


def test_who_names_a_virtual_context_is_counted() -> None:
    good, bad = atlas.of([virtual("js")]), atlas.of([orphan()])
    assert set(good.virtual.values()) == {(0, 0)}  # it has no effects, so nothing tells of the two
    assert set(bad.virtual.values()) == {(2, 2)}


def test_a_member_that_only_some_had_is_marked() -> None:
    made = atlas.of([virtual("js")])
    (shape,) = [one for one in made.shapes if one.type == "STEP"]
    (written,) = made.shapes[shape].values()
    written.updates["START"][0].raw.pop("Name")  # type: ignore[attr-defined] # as it was decoded
    assert written.members("START") == "Name?"


def test_actions_that_come_again_are_told_once() -> None:
    shape = atlas.Shape("STEP", "Step", ("START", "RETRY", "START", "FAIL"))
    assert shape.outcome == "It fails after another attempt"
    assert atlas.Shape("STEP", "Step", ("START",)).outcome == "It is left open"
    assert atlas.Shape("STEP", "Step", ("START", "RETRY")).outcome == "It waits for another attempt"


def test_the_page_is_what_the_sdks_write(tmp_path: Path) -> None:
    names = re.findall(r"`([^`]+)`", PAGE.read_text(encoding="utf-8").partition("## Made from")[2])
    done = conformance("run", *names, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stdout
    checked = conformance("atlas", tmp_path / "out", "--check", PAGE)
    assert checked.returncode == 0, checked.stdout
    stale = tmp_path / "stale.md"
    stale.write_text("# Atlas\n", encoding="utf-8")
    assert conformance("atlas", tmp_path / "out", "--check", stale).returncode == 1
