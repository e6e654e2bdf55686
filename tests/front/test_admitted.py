"""What was admitted is not read again; what was refused, or changed, is."""

from __future__ import annotations

import json
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
        known = Admitted(tmp_path / "cache" / "known.json")
        found.append(find(scenario.parent, (), known))
        known.save()
    assert reads == ["a.yaml"]
    assert found[0] == found[1]
    assert found[1].lines["a"].line == 1


def test_a_file_that_changed_is_read(scenario: Path, tmp_path: Path, reads: list[str]) -> None:
    for title in ("One", "Two"):
        scenario.write_text(GOOD.replace("A step", title), encoding="utf-8")
        known = Admitted(tmp_path / "known.json")
        assert load(scenario, scenario.parent, known).title.startswith(title)
        known.save()
    assert reads == ["a.yaml", "a.yaml"]


def test_what_is_refused_is_refused_each_time(scenario: Path, tmp_path: Path) -> None:
    scenario.write_text(BAD, encoding="utf-8")
    for _ in range(2):
        known = Admitted(tmp_path / "known.json")
        with pytest.raises(ScenarioError, match=r"a\.yaml:4"):
            load(scenario, scenario.parent, known)
        known.save()


def test_when_the_code_that_admits_changes_all_is_forgotten(
    scenario: Path, tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in ("one", "other"):
        monkeypatch.setattr(admitted, "_fingerprint", lambda code=code: code)
        known = Admitted(tmp_path / "known.json")
        load(scenario, scenario.parent, known)
        known.save()
    assert reads == ["a.yaml", "a.yaml"]


@pytest.mark.parametrize("rest", ["", "{", "[]", '{"code": 1}'])
def test_a_broken_cache_costs_only_time(rest: str, scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text(rest, encoding="utf-8")
    known = Admitted(tmp_path / "known.json")
    assert load(scenario, scenario.parent, known).id == "a"
    known.save()
    assert json.loads((tmp_path / "known.json").read_text(encoding="utf-8"))["documents"]


def test_a_cache_that_cannot_be_written_costs_only_time(scenario: Path) -> None:
    known = Admitted(scenario / "known.json")
    assert load(scenario, scenario.parent, known).id == "a"
    known.save()
