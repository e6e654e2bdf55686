"""What judging again reads of a directory: the run's own recordings, those asked for, and nothing unsaid."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from conformance.commands.judge import replay
from conformance.engine.collator import Assessors
from conformance.engine.collected import Collected
from conformance.engine.directory import Directory
from conformance.engine.events import RunEnded, RunStarted
from conformance.errors import Exit, UsageError
from conformance.verdict.finding import Result, Verdict
from conformance.wire import store
from conformance.wire.recording import Recording
from tests.front.samples import JS, PYTHON, recording

NAMES = ("basics/a", "basics/b", "virtual/c")


def judge(one: Recording, reference: Recording | None) -> Result:
    verdict = Verdict.PARITY if reference else Verdict.CONFORMS
    return Result(one.scenario, one.subject.id, verdict, one.seconds, ())


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    kept = Directory(folder)
    kept(RunStarted((JS, PYTHON), JS.id, NAMES, complete=True, requirements={"basics/a": "1-1"}))
    for name in NAMES:
        for info in (JS, PYTHON):
            kept.keep(recording(name, info), 1)
    kept(RunEnded(seconds=1, interrupted=False, divergences={}, problems=(), held_seconds=0))
    return folder


def replayed(directory: Path, *patterns: str) -> tuple[Collected, list[str]]:
    run, read = Collected(), []
    judges = Assessors(judge, lambda one: one.stderr, lambda *_: None)
    replay(directory, judges, run, patterns=patterns, keep=lambda one, _: read.append(one.scenario))
    return run, read


def test_all_is_judged_unless_patterns_select_some(directory: Path) -> None:
    run, read = replayed(directory)
    assert sorted(set(read)) == sorted(NAMES)
    assert run.started
    assert run.started.complete
    assert run.exit() is Exit.AS_EXPECTED

    run, read = replayed(directory, "basics")
    assert sorted(set(read)) == ["basics/a", "basics/b"]
    assert run.started
    assert run.started.scenarios == ("basics/a", "basics/b")
    assert not run.started.complete
    assert run.started.requirements == {"basics/a": "1-1"}
    assert len(run.judged()) == 4
    assert run.exit() is Exit.AS_EXPECTED


def test_what_is_not_asked_for_is_not_even_read(directory: Path) -> None:
    (directory / f"{store.stem('virtual/c', JS.id)}.json.gz").write_bytes(b"broken")
    run, _ = replayed(directory, "basics/*")
    assert run.exit() is Exit.AS_EXPECTED


def test_a_pattern_that_selects_nothing_of_the_run_is_refused(directory: Path) -> None:
    with pytest.raises(UsageError, match="no scenario matches"):
        replayed(directory, "flat/*")


@pytest.mark.parametrize("patterns", [(), ("basics",)])
def test_a_recording_that_the_header_does_not_name_is_an_error(
    directory: Path, patterns: tuple[str, ...]
) -> None:
    path = store.write(recording("basics/stray", JS), directory)
    run, read = replayed(directory, *patterns)
    (fault,) = run.faults
    assert fault.where == str(path)
    assert "names no basics/stray with js@2.4.0" in str(fault)
    assert run.exit() is Exit.USAGE
    assert "basics/stray" not in read


def test_a_recording_that_is_there_twice_is_an_error(directory: Path) -> None:
    one = directory / f"{store.stem('basics/a', JS.id)}.json.gz"
    shutil.copy(one, directory / "z@@z.json.gz")
    run, _ = replayed(directory)
    assert [fault.message for fault in run.faults] == ["a second recording of basics/a with js@2.4.0"]


def test_repeats_that_the_header_does_not_tell_of_are_an_error(directory: Path) -> None:
    path = store.write(recording("basics/a", JS), directory / "repeat-2")
    run, _ = replayed(directory)
    assert [fault.where for fault in run.faults] == [str(path)]
    assert run.exit() is Exit.USAGE


def test_a_new_run_takes_away_what_an_earlier_one_left_compressed_or_not(directory: Path) -> None:
    old = directory / "repeat-2" / "a@@b.json"
    old.parent.mkdir()
    old.write_text("{}", encoding="utf-8")
    Directory(directory)
    assert [path.name for path in directory.rglob("*") if path.is_file()] == ["run.ndjson"]


def test_what_a_stopped_run_had_not_begun_is_not_missing(directory: Path) -> None:
    lines = (directory / "run.ndjson").read_text(encoding="utf-8").splitlines()
    footer = {**json.loads(lines[-1]), "stopped": True}
    (directory / "run.ndjson").write_text(
        "\n".join([*lines[:-1], json.dumps(footer)]) + "\n", encoding="utf-8"
    )
    for path in store.files(directory):
        if "virtual__c" in path.name:
            path.unlink()
    run, read = replayed(directory)
    assert sorted(set(read)) == ["basics/a", "basics/b"]
    assert len(run.judged()) == 4
    assert run.ended
    assert run.ended.stopped
    assert run.exit() is Exit.AS_EXPECTED
