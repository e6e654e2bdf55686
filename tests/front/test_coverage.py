"""What counts as covered, and that a gap is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from conformance.quality.coverage.cells import CELLS, EXCLUDED, Cell
from conformance.quality.coverage.coverage import Coverage, document, lines
from conformance.quality.mutation.entries import UNBREAKABLE, Breaking
from conformance.verdict.finding import Layer, Verdict
from conformance.wire.recording import Effect, ExecutionRecord, SubjectInfo
from tests.front.samples import JS, KNOWN, PYTHON, judged, recording
from tests.front.test_cli import conformance

REAL_IN_ROOT = Cell("root", "real", "success", suspended=False)
DOCUMENT = {
    "title": "A child",
    "covers": ["context-lifecycle"],
    "aws": {"id": "3-10"},
    "handler": [{"child": {"name": "c", "do": []}}],
}
ARN = "arn"


def effect(seq: int, kind: str, at: str, event: str) -> Effect:
    detail = {"outcome": "returned"} if event == "end" else None
    return Effect(seq, 1, ARN, at, (), kind, event, None, 1, detail)


EFFECTS = (
    effect(1, "handler", "handler", "start"),
    effect(2, "child", "handler/0", "start"),
    effect(3, "child", "handler/0", "end"),
    effect(4, "handler", "handler", "end"),
)


@pytest.fixture(autouse=True)
def _breaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recordings here have no requests to break; tests/verdict/test_entries.py has such."""
    monkeypatch.setattr(Breaking, "bites", lambda _, entry: entry not in UNBREAKABLE)


def covered(
    verdicts: dict[SubjectInfo, Verdict],
    effects: Any = lambda _: EFFECTS,
    covers: str = "context-lifecycle",
    breaks: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Coverage:
    coverage = Coverage(breaks)
    execution = ExecutionRecord(ARN, "scenario", None, None, None, "SUCCEEDED", None, None, ())
    for info, verdict in verdicts.items():
        document = DOCUMENT | {"covers": [covers]}
        coverage.keep(recording("a", info, document=document, executions=(execution,), effects=effects(info)))
        coverage(judged("a", info, verdict))
    return coverage


GOOD = {JS: Verdict.CONFORMS, PYTHON: Verdict.KNOWN_DIVERGENCE}


def test_a_cell_counts_when_every_subject_shows_it() -> None:
    assert covered(GOOD).cells()[REAL_IN_ROOT] == ("a",)
    silent = covered(GOOD, lambda info: EFFECTS if info is JS else ())
    assert silent.cells()[REAL_IN_ROOT] == ()


@pytest.mark.parametrize(
    ("python", "counts"),
    [
        (Verdict.PARITY, True),
        (Verdict.UNSUPPORTED, True),
        (Verdict.DIVERGED, False),
        (Verdict.VIOLATED, False),
        (Verdict.HARNESS_ERROR, False),
    ],
)
def test_only_scenarios_that_were_judged_well_count(python: Verdict, counts: bool) -> None:  # noqa: FBT001
    coverage = covered({JS: Verdict.CONFORMS, PYTHON: python})
    names = ("a",) if counts else ()
    assert coverage.cells()[REAL_IN_ROOT] == names
    assert coverage.requirements()["context-lifecycle"] == names
    assert coverage.aws() == ({"3-10": names} if counts else {})


def test_an_entry_counts_where_every_subject_notices_it_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Breaking, "bites", lambda self, _: self.recording.subject is JS)
    assert covered({JS: Verdict.CONFORMS}).requirements()["context-lifecycle"] == ("a",)
    both = covered(GOOD)
    assert both.requirements()["context-lifecycle"] == ()
    assert both.named()["context-lifecycle"] == ("a",)
    assert "context-lifecycle" in both.gaps()


@pytest.mark.parametrize(
    ("layer", "counts"), [(Layer.INVARIANT, True), (Layer.EXPECT, True), (Layer.PARITY, False)]
)
def test_an_entry_that_a_subject_breaks_itself_is_noticed_and_told(
    layer: Layer,
    counts: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Breaking, "bites", lambda self, _: self.recording.subject is PYTHON)
    coverage = covered(GOOD, breaks={"open-context": ("context-lifecycle",)})
    assert coverage.requirements()["context-lifecycle"] == ()
    itself = replace(KNOWN, layer=layer, divergence="open-context")
    coverage(judged("a", JS, Verdict.KNOWN_DIVERGENCE, itself, replace(KNOWN, layer=Layer.EXPECT)))
    assert coverage.requirements()["context-lifecycle"] == (("a",) if counts else ())
    told = f"context-lifecycle: broken by {JS.id} itself, see the ledger's open-context"
    assert (told in [*lines(coverage)]) is counts
    [entry] = [one for one in document(coverage)["requirements"] if one["id"] == "context-lifecycle"]
    assert entry["broken"] == ({JS.id: ["open-context"]} if counts else {})


def test_an_entry_that_nothing_can_break_is_told_with_its_reason() -> None:
    (entry, reason), *_ = UNBREAKABLE.items()
    coverage = covered(GOOD, covers=entry)
    assert coverage.requirements()[entry] == ()
    assert entry not in coverage.gaps()
    assert f"{entry}: not measured by breaking: {reason}" in [*lines(coverage)]


def test_a_scenario_that_nobody_can_run_covers_nothing() -> None:
    assert covered(dict.fromkeys((JS, PYTHON), Verdict.UNSUPPORTED)).cells()[REAL_IN_ROOT] == ()


def test_what_nothing_covers_is_a_gap() -> None:
    gaps = covered(GOOD).gaps()
    assert str(REAL_IN_ROOT) not in gaps
    assert "context-lifecycle" not in gaps
    assert "root > virtual: success" in gaps
    assert "virtual-parent-id" in gaps
    assert {*gaps} <= {*Coverage().gaps()}


def test_the_document_has_every_cell_with_its_scenarios_or_the_reason_why_there_can_be_none() -> None:
    told = json.loads(json.dumps(document(covered(GOOD))))
    assert len(told["cells"]) == len(CELLS)
    assert len(told["excluded"]) == len(EXCLUDED)
    assert all(cell["reason"] for cell in told["excluded"])
    (cell,) = [cell for cell in told["cells"] if cell["scenarios"]]
    assert (cell["parent"], cell["child"], cell["outcome"], cell["suspended"]) == (
        "root",
        "real",
        "success",
        False,
    )
    assert told["aws"] == {"3-10": ["a"]}
    assert "virtual-parent-id" in told["gaps"]


def test_the_table_has_every_pair_and_the_gaps() -> None:
    told = [*lines(covered(GOOD))]
    assert "root > real 1 / 0 0 / 0 0 / 0 - / -" in [" ".join(line.split()) for line in told]
    assert f"1 of {len(CELLS)} cells" in told
    assert "  virtual-parent-id" in told


def test_the_command_reads_recordings_without_running_anything(tmp_path: Path) -> None:
    done = conformance("coverage", tmp_path)
    assert done.returncode == 2
    assert "no directory of recordings" in done.stderr
