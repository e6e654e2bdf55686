"""Which versions a range names, of those that a registry lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.commands import matrix
from conformance.engine.files import ledger_file
from conformance.errors import EnvironmentFault, UsageError
from conformance.history import pins
from conformance.history.pins import Pins
from conformance.subjects import installer, npm, pypi, registry, releases
from conformance.subjects.subject import Subject
from conformance.verdict.ledger import Ledger

PYPI = """
WARNING: pip index is currently an experimental command.
{name} (2.0.0)
Available versions: 2.0.0, 1.10.0, 1.9.0, 1.0.0.post1, 0.0.2
"""


def answering(text: str) -> Callable[..., str]:
    return lambda command, **_: text.format(name=command[-1])


@pytest.fixture(autouse=True)
def _answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer, "run", answering(PYPI))


def ids(text: str) -> list[str]:
    return [one.id for one in releases.within(text)]


def test_versions_are_sorted_as_numbers_and_a_name_that_was_only_taken_is_none() -> None:
    assert releases.released("python") == ("1.0.0.post1", "1.9.0", "1.10.0", "2.0.0")


def test_a_range_names_those_that_are_in_it() -> None:
    assert ids("python@>=1.9,<2") == ["python@1.9.0", "python@1.10.0"]
    assert ids("python@*")[-1] == "python@2.0.0"
    assert releases.holds("python@>=1.9,<2", "python", "1.10.0")
    assert not releases.holds("python@>=1.9,<2", "js", "1.10.0")


def test_every_registry_can_be_asked() -> None:
    for name in registry.names():
        assert callable(registry.of(registry.sdk(name)).released)


def test_releases_that_nobody_has_looked_at_are_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.load(ledger_file(None))
    listed = {"python": ("1.0.0", "3.0.0", "99.0.0"), "js": ("2.4.0",)}
    monkeypatch.setattr(registry, "names", lambda: tuple(listed))
    monkeypatch.setattr(releases, "released", lambda sdk: listed[sdk])
    assert matrix.newer(ledger, tmp_path) == ((Subject("python", version="99.0.0"),), ())
    seen = Pins("python", "", {}, {}).measured("js@2.4.0", {"99.0.0": {}}, [], ())
    pins.file(tmp_path, "python").parent.mkdir()
    pins.file(tmp_path, "python").write_text(seen.dumps(), encoding="utf-8")
    assert matrix.newer(ledger, tmp_path) == ((), ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("python@>=9", "no released version is in it"),
        ("python@>=x", "no range of versions"),
        ("perl@*", "there is no SDK"),
        ("python", "no range of versions"),
    ],
)
def test_what_names_none_is_said(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        releases.within(text)


def test_plain_subjects_stand_beside_ranges_and_each_is_there_once() -> None:
    subjects, faults = releases.expanded(["python@2.0.0", "python@>=1.10", "js@2.3.0"])
    assert [one.id for one in subjects] == ["python@2.0.0", "python@1.10.0", "js@2.3.0"]
    assert faults == ()


def test_a_registry_that_does_not_answer_costs_only_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_: registry.Sdk) -> tuple[str, ...]:
        raise EnvironmentFault("the package index can't be reached", where="python")

    monkeypatch.setattr(pypi, "released", silent)
    subjects, faults = releases.expanded(["python@*", "js@2.3.0"])
    assert subjects == (Subject("js", version="2.3.0"),)
    assert [str(one) for one in faults] == ["python: the package index can't be reached"]


@pytest.mark.parametrize(
    ("answer", "found"), [(["1.0.1", "2.0.0"], ("1.0.1", "2.0.0")), ("1.0.1", ("1.0.1",))]
)
def test_npm_lists_one_version_as_a_text(
    answer: object, found: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "run", lambda *_, **__: json.dumps(answer))
    assert npm.released(registry.sdk("js")) == found


@pytest.mark.parametrize(("sdk", "module"), [("python", pypi), ("js", npm)])
def test_an_answer_that_lists_nothing_is_no_empty_list(
    sdk: str, module: registry.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "run", lambda *_, **__: "something else")
    with pytest.raises(EnvironmentFault, match="names no version of"):
        module.released(registry.sdk(sdk))
