"""`conformance divergences`: the ledger by SDK, what a run showed of it, and a newer version confirmed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.engine.directory import Directory
from conformance.engine.events import RunEnded, RunStarted
from conformance.scenario.model import Scenario
from conformance.verdict.judge import judge
from conformance.verdict.ledger import Ledger
from conformance.verdict.proposals import Observed, propose
from conformance.verdict.surroundings import Surroundings
from conformance.wire.recording import SubjectInfo
from tests.verdict.recordings import mapped, with_fields

JS = SubjectInfo("js@2.4.0", "js", "2.4.0")
NEWER = SubjectInfo("python@3.1.0", "python", "3.1.0")
BREAKS = """\
  - id: never-shown
    title: A rule is broken where nobody looks
    what: It is.
    link: https://example.org
    kind: breaks  # it is kept
    breaks: [token-chain]
    sdk: python
    versions: ">=3.0.0"
    confirmed: 3.0.0  # as of today
    findings: [{layer: invariant, rule: never, path: nowhere, transform: {exactly: {wanted: 1, seen: 2}}}]
    witnesses: [map/nested]
"""


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    """A folder whose ledger has what Python 3.0.0 shows in the map, and one entry that nothing shows."""
    odd = with_fields(mapped("python"), 3, Payload="11")
    around = Surroundings(Scenario.from_document("map/nested", odd.document))
    found = judge(odd, mapped("js"), Ledger()).findings
    entries = propose(Observed(around, one, odd.subject, JS) for one in found).entries
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "divergences.yaml").write_text("divergences:\n" + BREAKS + "".join(entries), encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of Python 3.1.0, which is 3.0.0 with another number."""
    folder = tmp_path / "run"
    kept = Directory(folder)
    kept(RunStarted((JS, NEWER), JS.id, ("map/nested",), complete=False))
    kept.keep(mapped("js"), 1)
    kept.keep(replace(with_fields(mapped("python"), 3, Payload="11"), subject=NEWER), 1)
    kept(RunEnded(seconds=1, interrupted=False, divergences={}, problems=(), held_seconds=0))
    return folder


def test_a_newer_version_shows_the_same_with_one_warning(
    run: Path, scenarios: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    assert main(["judge", str(run), "--scenarios", str(scenarios), "--json", str(report)]) == 0
    written = capsys.readouterr().out.splitlines()
    (counted,) = (line for line in written if "not yet confirmed" in line)
    totals = json.loads(report.read_text(encoding="utf-8"))["totals"]
    assert counted.endswith(f"{len(totals['divergences'])} entries not yet confirmed for python 3.1.0")
    assert any(
        "divergence never-shown no longer shows with python 3.1.0: it looks fixed" in line for line in written
    )
    assert len(totals["notes"]) == 2
    assert totals["problems"] == []


@pytest.mark.parametrize("version", ["3.1.0", "python@3.1.0"])
def test_confirming_raises_what_the_run_showed(
    version: str, run: Path, scenarios: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = scenarios / "divergences.yaml"
    before = file.read_text(encoding="utf-8")
    given = ["divergences", str(run), "--scenarios", str(scenarios), "--confirm", version]
    assert main(given) == 0
    told = capsys.readouterr()
    assert "never-shown did not show with python 3.1.0" in told.err
    after = file.read_text(encoding="utf-8")
    changed = [new for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert {*changed} == {"    confirmed: 3.1.0"}
    assert f"{len(changed)} entries confirmed for python 3.1.0" in told.out
    assert BREAKS in after
    assert main(["judge", str(run), "--scenarios", str(scenarios)]) == 0
    assert "not yet confirmed" not in capsys.readouterr().out
    assert main(given) == 0
    assert file.read_text(encoding="utf-8") == after


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            ["--confirm", "3.2.0"],
            "no subject 3.2.0 (say SDK@VERSION, one of js@2.4.0, python@3.1.0)",
        ),
        (["--confirm", "js@3.1.0"], "the run has no subject js@3.1.0"),
        (["--confirm", ""], "the run has no subject"),
    ],
)
def test_a_version_that_the_run_did_not_have_is_not_confirmed(
    more: list[str], says: str, run: Path, scenarios: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["divergences", str(run), "--scenarios", str(scenarios), *more]) == 2
    assert says in capsys.readouterr().err


def test_confirming_needs_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["divergences", "--confirm", "3.1.0"]) == 2
    assert "--confirm needs a run" in capsys.readouterr().err


def test_entries_are_told_by_sdk_with_what_a_run_showed(
    run: Path, scenarios: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["divergences", str(run), "--scenarios", str(scenarios)]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    first, _, title, kind, *rest = told.out.splitlines()
    assert first.startswith("python: ")
    assert first.endswith("known divergences, 1 of them against the specification")
    assert title == "  never-shown: A rule is broken where nobody looks"
    assert kind == "    breaks token-chain; python >=3.0.0, confirmed to 3.0.0"
    assert "    accounts for 0 findings in 0 scenarios" in rest
    assert any("in 1 scenario" in line for line in rest)
    assert any("against js >=2.4.0, confirmed to 2.4.0" in line for line in rest)
    assert not any("not yet confirmed" in line or "judged" in line for line in rest)


def test_what_breaks_the_specification_can_be_had_alone(
    scenarios: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["divergences", "--breaks", "--json", "--scenarios", str(scenarios)]) == 0
    (row,) = json.loads(capsys.readouterr().out)["divergences"]
    assert (row["id"], row["kind"], row["sdk"]) == ("never-shown", "breaks", "python")
    assert (row["versions"], row["confirmed"], row["limited"]) == (">=3.0.0", "3.0.0", False)
