"""What was admitted is not read again; what was refused, or changed, is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from conformance.engine import admitted
from conformance.engine.admitted import Admitted
from conformance.errors import ScenarioError
from conformance.scenario import load as loading
from conformance.scenario import yaml_text
from conformance.scenario.load import find, load
from tests.front.test_cli import BAD, GOOD


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenarios" / "a.yaml"
    path.parent.mkdir()
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read as YAML."""
    read, seen = yaml_text.read, []

    def watched(source: bytes, file: str) -> object:
        seen.append(Path(file).name)
        return read(source, file)

    monkeypatch.setattr(loading, "read", watched)
    return seen


def test_the_second_time_nothing_is_read_and_all_is_the_same(
    scenario: Path, tmp_path: Path, reads: list[str]
) -> None:
    found = []
    for _ in range(2):
        known = Admitted(tmp_path / "cache")
        found.append(find(scenario.parent, (), known))
        known.save()
    assert reads == ["a.yaml"]
    assert found[0] == found[1]
    assert found[1].lines["a"].line == 1


def test_a_file_that_changed_is_read(scenario: Path, tmp_path: Path, reads: list[str]) -> None:
    for title in ("One", "Two"):
        scenario.write_text(GOOD.replace("A step", title), encoding="utf-8")
        known = Admitted(tmp_path / "cache")
        assert load(scenario, scenario.parent, known).title.startswith(title)
        known.save()
    assert reads == ["a.yaml", "a.yaml"]


def test_what_is_refused_is_refused_each_time(scenario: Path, tmp_path: Path) -> None:
    scenario.write_text(BAD, encoding="utf-8")
    for _ in range(2):
        known = Admitted(tmp_path / "cache")
        with pytest.raises(ScenarioError, match=r"a\.yaml:4"):
            load(scenario, scenario.parent, known)
        known.save()


def test_what_other_code_admitted_is_not_known_and_not_forgotten(
    scenario: Path, tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in ("one", "other", "one", "other"):
        monkeypatch.setattr(admitted, "_fingerprint", lambda code=code: code)
        known = Admitted(tmp_path / "cache")
        load(scenario, scenario.parent, known)
        known.save()
    assert reads == ["a.yaml", "a.yaml"]


def test_of_many_states_of_the_code_the_last_are_remembered(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(admitted.MOST_CODES + 3):
        monkeypatch.setattr(admitted, "_fingerprint", lambda number=number: f"code{number}")
        known = Admitted(tmp_path / "cache")
        load(scenario, scenario.parent, known)
        known.save()
        (kept,) = (tmp_path / "cache").glob(f"code{number}.json")
        os.utime(kept, ns=(number, number))
    assert len([*(tmp_path / "cache").iterdir()]) == admitted.MOST_CODES
    assert not (tmp_path / "cache" / "code0.json").exists()


@pytest.mark.parametrize("rest", ["", "{", "[]", '{"documents": 1}'])
def test_a_broken_cache_costs_only_time(
    rest: str, scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admitted, "_fingerprint", lambda: "code")
    (tmp_path / "code.json").write_text(rest, encoding="utf-8")
    known = Admitted(tmp_path)
    assert load(scenario, scenario.parent, known).id == "a"
    known.save()
    assert json.loads((tmp_path / "code.json").read_text(encoding="utf-8"))["documents"]


def test_a_cache_that_cannot_be_written_costs_only_time(scenario: Path) -> None:
    known = Admitted(scenario)
    assert load(scenario, scenario.parent, known).id == "a"
    known.save()
