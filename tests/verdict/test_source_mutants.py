"""Mutants of an SDK's source: where they are, what becomes of them, and what is told."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

from conformance.engine.stack import real
from conformance.errors import EnvironmentFault, UsageError
from conformance.quality import page
from conformance.quality.mutation.source import kept, kills, table
from conformance.quality.mutation.source.kills import Fate
from conformance.quality.mutation.source.lines import Executed
from conformance.quality.mutation.source.sites import Site, SourceMutant, _told_only, sample
from conformance.subjects.subject import Subject
from python_sdk.seeded.swapped import Swapped

SITES = [Site("state", "core/AddNot", number, number + 1) for number in range(20)]


def fate(number: int, *, by: str | None = None, layers: str = "", invalid: str | None = None) -> Fate:
    diff = f"--- state\n+++ state\n@@ -1 +1 @@\n-    a = {number}\n+    a = not {number}"
    made = SourceMutant(f"source-{number}", SITES[number], diff, "")
    return Fate(made, 3, ("a/b",), by, frozenset(layers.split()), invalid)


FATES = [
    fate(1, by="a/b", layers="parity expect"),
    fate(2, by="a/b", layers="parity"),
    fate(3),
    fate(4, invalid="no"),
]
TOLD = {"sites": 20, "sample": 4, "seed": 7}


def test_a_sample_is_drawn_again_with_its_seed() -> None:
    drawn = sample(SITES, 5, 7)
    assert drawn == sample(SITES, 5, 7) != sample(SITES, 5, 8)
    assert drawn == sorted(drawn, key=lambda site: site.line)
    assert sample(SITES, None, 7) == sample(SITES, 99, 7) == SITES


def test_what_no_run_can_tell_is_left_out() -> None:
    code = (
        '"""Doc."""\nif TYPE_CHECKING:\n    import a\n'
        '@d(1)\ndef f(x: int) -> str:\n    logger.debug("%s",\n        x)\n    y: a | b = 1\n'
    )
    spans = {(begin[0], begin[1]) for begin, _ in _told_only(code)}
    assert spans == {(1, 0), (2, 0), (4, 1), (5, 9), (5, 17), (6, 4), (8, 7)}


def test_a_score_is_of_what_can_be_told() -> None:
    counted = table.score(FATES)
    assert (counted.drawn, counted.invalid, counted.unseen, counted.visible) == (4, 1, 0, 3)
    assert (counted.killed, counted.without_parity) == (2, 1)
    known = {table.changed(FATES[2]): {"class": "equivalent"}}
    assert [table.class_of(one, known) for one in FATES] == [None, None, "equivalent", None]
    assert table.class_of(FATES[2], {}) == table.UNCLASSED


def test_every_class_is_one_of_three_and_says_why() -> None:
    for each in table.classes().values():
        assert each["class"] in {"equivalent", "invisible", "gap"}
        assert each["why"]


def test_the_page_tells_what_was_measured_and_what_was_not() -> None:
    text = "\n".join(page.lines(page.Measured((), source=table.document(FATES, TOLD))))
    assert "Not measured." in text
    assert "Of 3 visible ones **2** are killed, 1 without parity." in text
    assert "+    a = not 3" in text


def test_the_page_leaves_out_what_was_not_asked_for() -> None:
    rate = {"mutants": 2, "killed": 1, "killedWithoutParity": 1}
    mutants = [
        {"mutant": "a", "scenarios": ["x", "y"], "survivors": [1]},
        {"mutant": "b", "scenarios": ["x"], "survivors": []},
    ]
    given = {"rates": {"recordings": dict.fromkeys(rate, 0), "live": rate}, "mutants": mutants}
    text = "\n".join(page.lines(page.Measured((), mutants=given)))
    assert "| live | 2 | 1 | 1 |" in text
    assert "recordings |" not in text
    assert "Each was tried on 2 scenarios at most. Survivors: a." in text


def test_lines_are_kept_and_read_again(tmp_path: Path) -> None:
    executed = Executed({("state", 3): frozenset({"a/b"})})
    executed.save(tmp_path / "lines.json")
    assert Executed.load(tmp_path / "lines.json") == executed
    assert executed.of("state", 4) == frozenset()


def test_a_traced_run_that_recorded_nothing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "coverage", ModuleType("coverage"))
    with pytest.raises(EnvironmentFault, match="recorded no line"):
        Executed.read(tmp_path, tmp_path, ())


def test_a_traced_subject_can_write_where_its_lines_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = ModuleType("coverage")
    library.__file__ = str(tmp_path / "coverage" / "__init__.py")
    monkeypatch.setitem(sys.modules, "coverage", library)
    made = kills.traced(real(), tmp_path / "data").install(Subject.parse("python"))
    assert tmp_path / "data" in made.written
    assert str(tmp_path / "data" / "lines") in made.command


def test_fates_are_kept_as_they_come(tmp_path: Path) -> None:
    file = tmp_path / "fates"
    assert kept.load(file) == {}
    for one in FATES:
        kept.append(file, one)
    assert [*kept.load(file).values()] == FATES


def test_a_fate_that_was_being_written_as_a_run_ended_is_none(tmp_path: Path) -> None:
    file = tmp_path / "fates"
    kept.append(file, FATES[0])
    whole = file.read_text()
    file.write_text(whole + whole[:40])
    assert [*kept.load(file).values()] == FATES[:1]
    kept.append(file, FATES[1])
    assert [*kept.load(file).values()] == FATES[:2]


@pytest.mark.parametrize("line", ["no JSON", "[]", "{}"])
def test_a_file_of_something_else_is_told_with_its_line(line: str, tmp_path: Path) -> None:
    file = tmp_path / "fates"
    kept.append(file, FATES[0])
    file.write_text(f"{file.read_text()}{line}\n")
    with pytest.raises(UsageError) as raised:
        kept.load(file)
    assert raised.value.where == f"{file}:2"


@pytest.mark.parametrize(
    ("one", "names", "stands"),
    [
        (fate(1, by="a/b"), ["a/c", "a/b"], True),
        (fate(1, by="a/b"), ["a/c"], False),
        (fate(1), ["a/b", "a/c"], True),
        (fate(1), ["a/c", "a/b"], False),
        (fate(1), [], False),
        (fate(1, invalid="no"), ["a/b"], False),
    ],
)
def test_a_kept_fate_stands_while_its_scenarios_do(one: Fate, names: list[str], *, stands: bool) -> None:
    assert one.stands(names, each=1) is stands


@pytest.mark.parametrize(("module", "told"), [("other", 1), ("swapped_module", 2)])
def test_a_modules_source_is_swapped_for_another(
    module: str, told: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "swapped_module.py").write_text("VALUE = 1\n")
    (tmp_path / "mutant.py").write_text("VALUE = 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    sys.meta_path.insert(0, Swapped(module, str(tmp_path / "mutant.py")))
    assert runpy.run_module("swapped_module")["VALUE"] == told
