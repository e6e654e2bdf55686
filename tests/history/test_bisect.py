"""The search of `conformance bisect`, with versions that only pretend."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import cast

import pytest

from conformance.commands import bisect
from conformance.errors import EnvironmentFault, UsageError
from conformance.history.bisected import Bisected
from conformance.history.candidates import Release
from conformance.history.cell import Cell
from conformance.history.trial import Trial, Trials
from conformance.subjects.subject import Subject
from conformance.verdict.finding import Result, Verdict
from conformance.wire.recording import SubjectInfo
from tests.front.samples import ORPHAN, recording

VERSIONS = tuple(f"1.{number}.0" for number in range(9))
CAUSE = "structure/parent-path"


class Pretended:
    """Versions that are bad from one on, or until one, and some that can't be had."""

    def __init__(self, bad: set[str], absent: Collection[str]) -> None:
        self.bad, self.absent = bad, absent
        self.tried: list[str] = []

    def of(self, subject: Subject) -> Trial:
        version = str(subject.version)
        self.tried.append(version)
        if version in self.absent:
            raise EnvironmentFault("its build failed", where=subject.id)
        info = SubjectInfo(subject.id, subject.sdk, version)
        findings = (ORPHAN,) if version in self.bad else ()
        verdict = Verdict.VIOLATED if findings else Verdict.PARITY
        result = Result("virtual/a", subject.id, verdict, 0.0, findings)
        return Trial(recording("virtual/a", info), result, Cell.of(result))


def searched(
    bad: set[str], tmp_path: Path, absent: Collection[str] = (), cause: str | None = None, *, fixed: bool
) -> tuple[Bisected, Pretended]:
    """What the search finds among all versions."""
    file = tmp_path / "a.yaml"
    file.write_text("title: a\n", encoding="utf-8")
    trials = Pretended(bad, absent)
    row = [Release("python", version) for version in VERSIONS]
    found = bisect._search(row, cast("Trials", trials), cause, fixed=fixed, file=file)  # noqa: SLF001 (the search)
    return found, trials


@pytest.fixture(autouse=True)
def _same_on_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bisect, "difference", lambda *_: ())


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_first_bad_release_is_found(turn: int, tmp_path: Path) -> None:
    found, trials = searched({*VERSIONS[turn:]}, tmp_path, fixed=False)
    assert (found.last, found.first) == (f"python@{VERSIONS[turn - 1]}", f"python@{VERSIONS[turn]}")
    assert (found.causes, found.between, found.fixed) == ((CAUSE,), (), False)
    assert len(trials.tried) <= 6
    assert found.repeat.endswith(f"--subject {found.last} --subject {found.first}")


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_release_that_mended_it_is_found(turn: int, tmp_path: Path) -> None:
    found, _ = searched({*VERSIONS[:turn]}, tmp_path, cause=CAUSE, fixed=True)
    assert (found.last, found.first) == (f"python@{VERSIONS[turn - 1]}", f"python@{VERSIONS[turn]}")
    assert found.findings == (ORPHAN,)


def test_a_version_that_can_not_be_had_is_passed_over_and_told(tmp_path: Path) -> None:
    found, _ = searched({*VERSIONS[4:]}, tmp_path, {"1.4.0", "1.3.0"}, fixed=False)
    assert (found.last, found.first, found.between) == (
        "python@1.2.0",
        "python@1.5.0",
        ("python@1.3.0", "python@1.4.0"),
    )
    assert [one.why for one in found.tried if one.cell is None] == [
        "python@1.3.0: its build failed",
        "python@1.4.0: its build failed",
    ]


@pytest.mark.parametrize("bad", [set(), {*VERSIONS}])
def test_ends_that_do_not_differ_are_refused(bad: set[str], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="do not differ"):
        searched(bad, tmp_path, fixed=False)


def test_a_cause_that_the_bad_one_does_not_show_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"do not differ in known/x: the bad one shows structure/parent-path"
    ):
        searched({*VERSIONS[4:]}, tmp_path, cause="known/x", fixed=False)


def test_an_end_that_can_not_be_had_ends_it(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="its build failed"):
        searched({*VERSIONS[4:]}, tmp_path, {"1.8.0"}, fixed=False)
