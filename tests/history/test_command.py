"""The command itself, with a real lab: a version and its pins, there and back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from conformance.engine.directory import EVENTS
from conformance.engine.files import LEDGER, SCENARIOS
from conformance.history import pins
from tests.front.test_cli import conformance

ID = "basics/one"
SCENARIO = """\
title: A step gives its value
covers: [step-result-checkpointed]
handler:
  - step: {name: a, returns: 1, as: a}
  - return: {$eval: a}
expect: {status: SUCCEEDED, result: 1}
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of its own: two scenarios, the ledger, and no pins."""
    root = tmp_path / "scenarios"
    for name in ("one", "two"):
        path = root / "basics" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SCENARIO, encoding="utf-8")
    shutil.copyfile(SCENARIOS / LEDGER, root / LEDGER)
    return root


def test_what_is_pinned_is_held_to_both_ways(suite: Path, tmp_path: Path) -> None:
    into, report = tmp_path / "into", tmp_path / "m.json"
    common = ("--scenarios", suite, "--subject", "python@3.0.0", "--subject", "python@9.9.9", "--into", into)
    done = conformance("matrix", *common, "--pin", "--json", report, "--html", tmp_path / "m.html")
    assert done.returncode == 3, "a version that is not there is named, and the other is pinned all the same"
    assert "python@9.9.9: can't be installed" in done.stderr
    path = pins.file(suite, "python")
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "schema": 1,
        "sdk": "python",
        "reference": "js@2.4.0",
        "versions": {"3.0.0": ["*"]},
        "causes": [],
    }
    assert "python@3.0.0" in (tmp_path / "m.html").read_text(encoding="utf-8")
    assert json.loads(report.read_text(encoding="utf-8"))["sdks"]["python"]["versions"] == ["python@3.0.0"]

    assert "exactly as pinned" in conformance("matrix", *common[:2], "--into", into, "--pinned").stdout

    judged = ("matrix", "--from", into, "--scenarios", suite, "--subject", "python@*")
    assert "✓ python@3.0.0: exactly as pinned" in conformance(*judged).stdout
    lost = {"cause": "invariant/virtual-parent", "since": "3.0.0", "scenarios": [ID]}
    document = json.loads(path.read_text(encoding="utf-8")) | {"causes": [lost]}
    path.write_text(json.dumps(document), encoding="utf-8")
    done = conformance(*judged[:-2], "--subject", "python@3.0.0")
    assert "invariant/virtual-parent is pinned, and no longer shows" in done.stdout
    assert (into / EVENTS).is_file()


def test_where_nothing_is_pinned_nothing_can_be_run_as_pinned(suite: Path) -> None:
    done = conformance("matrix", "--scenarios", suite, "--pinned")
    assert done.returncode == 2
    assert "nothing is pinned" in done.stderr


def test_parts_are_united_and_those_of_other_runs_refused(suite: Path, tmp_path: Path) -> None:
    common = ("--scenarios", suite, "--subject", "python@3.0.0")
    for part in ("1", "2"):
        done = conformance("matrix", *common, "--shard", f"{part}/2", "--into", tmp_path / part)
        assert done.returncode == 0, done.stderr
        assert "1 scenario against" in done.stdout
    both = ("--from", tmp_path / "1", "--from", tmp_path / "2")
    done = conformance("matrix", "--scenarios", suite, *both)
    assert done.returncode == 0, done.stderr
    assert "python: 2 scenarios against js@2.4.0" in done.stdout
    assert conformance("judge", tmp_path / "1", tmp_path / "2", "--scenarios", suite).returncode == 0
    done = conformance("matrix", "--scenarios", suite, "--from", tmp_path / "1", "--from", tmp_path / "1")
    assert done.returncode == 2
    assert "part 1 is given twice" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--pin", "--shard", "1/2"), "one part of a run pins nothing"),
        (("--newer", "--subject", "python@*"), "--newer says which versions to run"),
        (("--subject", "perl@*"), "there is no SDK 'perl'"),
        (("--pinned", "virtual/*"), "--pinned says which scenarios to run"),
        (("--from", "nowhere"), "this is no directory of recordings"),
    ],
)
def test_what_means_nothing_is_said(words: tuple[str, ...], says: str) -> None:
    done = conformance("matrix", *words)
    assert done.returncode == 2
    assert says in done.stderr
