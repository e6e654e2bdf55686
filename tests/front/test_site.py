"""The static site: a matrix of runs, badges, and the history that it keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from conformance.engine.collected import Collected
from conformance.report import jsonreport, site
from tests.front import samples
from tests.front.test_cli import conformance
from tests.front.test_escape import HOSTILE, unseen

ROW = site.Row(
    name="nightly",
    subject="python@3.0.0",
    reference="js@2.4.0",
    date="2026-11-24",
    good=True,
    scenarios=4,
    parents=4,
    lifecycles=4,
    rules=4,
    aws=2,
    aws_of=3,
    same=4,
    compared=4,
)


def test_page_data_and_badge(snapshot: SnapshotAssertion) -> None:
    bad = replace(ROW, date="2026-11-25", good=False, rules=3)
    assert site.site(site.merged([ROW], [bad])) == snapshot


def test_a_run_of_the_same_day_stands_in_for_the_earlier_one() -> None:
    again = replace(ROW, rules=3)
    other = replace(ROW, name="weekly")
    assert site.merged([ROW, other], [again]) == [again, other]
    many = [replace(ROW, date=f"{1000 + number}-01-01") for number in range(site.MOST + 5)]
    assert len(site.merged(many, [])) == site.MOST
    assert site.merged(many, [])[0] == many[-1]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_said_the_site_is_inert(text: str) -> None:
    hostile = replace(ROW, name=text, subject=text, reference=text, date=text)
    for path, written in site.site([hostile]).items():
        assert not set(path) & set("<>&'\"\\ \x1b")
        assert not path.startswith(("/", "."))
        if path.endswith(".json"):
            assert json.loads(written)
        else:
            assert not unseen(written, but="\n")
            assert not any(f"<{tag}" in written for tag in ("script", "img"))


def test_a_site_is_made_of_reports_and_of_the_site_before(tmp_path: Path) -> None:
    folder, into = tmp_path / "report-python", tmp_path / "site"
    folder.mkdir()
    run = Collected()
    for event in samples.EVENTS:
        run(event)
    (folder / "report.json").write_text(jsonreport.render(run), encoding="utf-8")
    (folder / "report.html").write_text("<p>", encoding="utf-8")
    history = into / site.HISTORY
    for day in ("2026-11-24", "2026-11-25"):
        done = conformance("site", folder, "--into", into, "--history", history, "--date", day)
        assert done.returncode == 0, done.stderr
    kept = site.history(json.loads(history.read_bytes()))
    assert [(row.date, row.parents, row.good) for row in kept] == [
        ("2026-11-25", 2, False),
        ("2026-11-24", 2, False),
    ]
    assert kept[0].aws_of == 3
    assert 'href="reports/report-python-python-3.0.0.html"' in (into / "index.html").read_text(
        encoding="utf-8"
    )
    assert (into / "reports" / "report-python-python-3.0.0.html").is_file()
    assert json.loads((into / "badges" / "report-python-python-3.0.0.json").read_bytes())["color"] == "red"
    history.write_text('{"schema": 9}', encoding="utf-8")
    refused = conformance("site", folder, "--into", into, "--history", history)
    assert refused.returncode == 2
    assert "schema 9" in refused.stderr
    assert conformance("site", tmp_path, "--into", into).returncode == 2
