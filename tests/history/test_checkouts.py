"""Commits as directories: the clone is only read, and what can't be had is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import EnvironmentFault, UsageError
from conformance.history import candidates, checkouts
from conformance.history.candidates import Checkout
from conformance.subjects import cache
from tests.front.test_ci import commit, git


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(tmp_path / "cache"))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Three commits, of which the last is checked out, and a branch of its own."""
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "a.txt", "one")
    git(folder, "tag", "v1")
    git(folder, "checkout", "-q", "-b", "side")
    commit(folder, "side.txt", "aside")
    git(folder, "checkout", "-q", "main")
    commit(folder, "a.txt", "two")
    commit(folder, "a.txt", "three")
    return folder


def test_commits_stand_oldest_first_whichever_is_named_first(clone: Path) -> None:
    for pair in (("v1", "main"), ("main", "v1")):
        assert [one.subject for one in checkouts.between(clone, *pair)] == ["one", "two", "three"]


def test_a_commit_s_files_are_made_once_and_the_clone_stays_as_it_is(clone: Path) -> None:
    (clone / "a.txt").write_text("being edited", encoding="utf-8")
    first, *_ = checkouts.between(clone, "v1", "main")
    place = checkouts.checkout(clone, first)
    assert (place / "a.txt").read_text(encoding="utf-8") == "one"
    assert checkouts.checkout(clone, first) == place
    assert (clone / "a.txt").read_text(encoding="utf-8") == "being edited"


def test_a_build_runs_in_it_and_one_that_fails_leaves_nothing(clone: Path) -> None:
    first, *_ = checkouts.between(clone, "v1", "main")
    place = checkouts.checkout(clone, first, "cp a.txt built.txt")
    assert (place / "built.txt").exists()
    assert not (checkouts.checkout(clone, first) / "built.txt").exists()
    with pytest.raises(EnvironmentFault) as told:
        checkouts.checkout(clone, first, "echo no compiler; exit 1")
    assert "no compiler" in str(told.value)
    assert first.short in str(told.value)
    assert not [path for path in (cache.directory() / "checkouts").iterdir() if path.suffix == ".making"]


def test_a_commit_is_a_subject_with_a_path(clone: Path) -> None:
    *_, last = candidates.commits("python", clone, "v1", "main", None)
    assert isinstance(last, Checkout)
    source = last.subject().source
    assert source is not None
    assert (source / "a.txt").read_text(encoding="utf-8") == "three"
    assert (last.name, last.said) == (last.commit.sha[:10], "three")


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("v1", "v7", "there is no commit 'v7'"),
        ("side", "main", "neither of side and main comes from the other"),
        ("main", "main", "the same"),
        ("--help", "main", "there is no commit '--help'"),
    ],
)
def test_what_is_no_row_of_commits_is_said(one: str, other: str, says: str, clone: Path) -> None:
    with pytest.raises(UsageError, match=says):
        candidates.commits("python", clone, one, other, None)


def test_what_is_no_clone_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no commit"):
        checkouts.between(tmp_path / "nowhere", "a", "b")


def test_releases_that_are_not_there_or_the_same_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.subjects.releases.released", lambda _: ("1.0.0", "2.0.0"))
    with pytest.raises(UsageError, match=r"no release 3.0.0"):
        candidates.between("python", "1.0.0", "3.0.0")
    with pytest.raises(UsageError, match="the same"):
        candidates.between("python", "1.0.0", "1.0.0")
    assert [one.name for one in candidates.between("python", "2.0.0", "1.0.0")] == [
        "python@1.0.0",
        "python@2.0.0",
    ]
