"""A directory of recordings: what is there is not recorded again, and what was cut off goes on."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.engine.collected import Collected
from conformance.engine.directory import EVENTS
from conformance.engine.event_log import read
from conformance.engine.events import Faulted, RunEnded, RunStarted
from conformance.errors import EnvironmentFault, UsageError
from conformance.history import basis
from conformance.history.recordings import MADE, Asked, Recordings
from conformance.scenario.model import Scenario
from conformance.subjects.subject import Subject
from conformance.wire import store
from conformance.wire.recording import SubjectInfo
from tests.front.test_session import Pretence, Ready, scenario

JS, OLD, NEW = (Subject.parse(text) for text in ("js@2.4.0", "python@2.1.0", "python@3.0.0"))
SCENES = (scenario("a"), scenario("b"))


class Stack(Pretence):
    """The pretence, for any release."""

    def install(self, subject: Any) -> Ready:
        """Be there, unless it is absent."""
        if subject.id in self.absent:
            raise EnvironmentFault("there is no such version", where=subject.id)
        return Ready(SubjectInfo(subject.id, subject.sdk, subject.version))


def record(
    folder: Path,
    *subjects: Subject,
    scenarios: tuple[Scenario, ...] = SCENES,
    act: Callable[[str, str], Any] = lambda *_: None,
    absent: tuple[str, ...] = (),
) -> tuple[bool, list[tuple[str, str]]]:
    """Record; whether it came to its end, and what was run."""
    pretence = Stack(act=act, absent=absent)
    asked = Asked((JS, *subjects), scenarios, jobs=1)
    ended = Recordings(folder).record(asked, pretence.stack, Collected)
    return ended, pretence.runs


def names(folder: Path) -> list[str]:
    return [path.name.removesuffix(".json.gz") for path in store.files(folder)]


def test_every_version_is_recorded_once(tmp_path: Path) -> None:
    assert record(tmp_path, OLD)[1] == [("a", JS.id), ("b", JS.id), ("a", OLD.id), ("b", OLD.id)]
    assert record(tmp_path, OLD, NEW)[1] == [("a", NEW.id), ("b", NEW.id)]
    assert len(names(tmp_path)) == 6
    header, *_, footer = read(tmp_path / EVENTS)
    assert isinstance(header, RunStarted)
    assert [one.id for one in header.subjects] == [JS.id, OLD.id, NEW.id]
    assert isinstance(footer, RunEnded)


def test_what_was_broken_off_goes_on(tmp_path: Path) -> None:
    def die(name: str, subject: str) -> None:
        if (name, subject) == ("b", OLD.id):
            os.kill(os.getpid(), signal.SIGINT)

    ended, _ = record(tmp_path, OLD, act=die)
    assert not ended
    assert [type(one) for one in read(tmp_path / EVENTS)] == [RunStarted]
    again = record(tmp_path, OLD)
    assert again[0]
    assert ("a", OLD.id) not in again[1]


def test_a_scenario_that_changed_is_recorded_again(tmp_path: Path) -> None:
    record(tmp_path, OLD)
    other = Scenario.from_document("a", {"title": "another", "handler": [], "expect": {}})
    assert record(tmp_path, OLD, scenarios=(other, SCENES[1]))[1] == [("a", JS.id), ("a", OLD.id)]


def test_a_recording_that_was_lost_is_made_again_and_a_line_that_was_cut_off_is_none(tmp_path: Path) -> None:
    record(tmp_path, OLD)
    (tmp_path / f"{store.stem('b', OLD.id)}.json.gz").unlink()
    with (tmp_path / MADE).open("a", encoding="utf-8") as file:
        file.write('{"scenario": "a", "sub')
    assert record(tmp_path, OLD)[1] == [("b", OLD.id)]


def test_a_checkout_that_changed_is_recorded_again(tmp_path: Path) -> None:
    source = tmp_path / "sdk"
    source.mkdir()
    (source / "a.py").write_text("1", encoding="utf-8")
    subject = Subject("python", source=source)
    before = basis.of(subject, SCENES)
    assert basis.of(subject, SCENES) == before
    (source / "a.py").write_text("1 + 1", encoding="utf-8")
    assert not set(basis.of(subject, SCENES).values()) & set(before.values())
    assert basis.of(Subject.parse("mine=./run"), SCENES) == {}


def test_a_version_that_is_not_there_costs_only_itself(tmp_path: Path) -> None:
    ended, runs = record(tmp_path, OLD, NEW, absent=(OLD.id,))
    assert ended
    assert ("a", NEW.id) in runs
    faults = [one for one in read(tmp_path / EVENTS) if isinstance(one, Faulted)]
    assert [str(one.error) for one in faults] == [f"{OLD.id}: there is no such version"]
    header = next(iter(read(tmp_path / EVENTS)))
    assert isinstance(header, RunStarted)
    assert [one.id for one in header.subjects] == [JS.id, NEW.id]


def test_two_runs_do_not_write_into_one_directory(tmp_path: Path) -> None:
    def another(_: str, __: str) -> None:
        with pytest.raises(UsageError, match="another run is writing here"):
            record(tmp_path, OLD)

    assert record(tmp_path, act=another, scenarios=SCENES[:1])[0]


def test_a_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="something else"):
        Recordings(tmp_path)


def test_what_was_compared_with_another_reference_is_refused(tmp_path: Path) -> None:
    record(tmp_path)
    asked = Asked((NEW,), SCENES, jobs=1)
    with pytest.raises(UsageError, match="another reference"):
        Recordings(tmp_path).record(asked, Stack().stack, Collected)


def test_a_line_says_what_a_recording_was_made_with(tmp_path: Path) -> None:
    record(tmp_path)
    lines = [json.loads(line) for line in (tmp_path / MADE).read_text(encoding="utf-8").splitlines()]
    assert {(one["scenario"], one["subject"]): one["basis"] for one in lines} == {
        (name, JS.id): known for name, known in basis.of(JS, SCENES).items()
    }
