"""Recordings as files: what is written is what is read, and nothing else is read at all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.errors import EnvironmentFault, UsageError
from conformance.wire import store
from conformance.wire.recording import SCHEMA, Handover, Report, ReportKind, SubjectInfo
from tests.verdict.recordings import mapped, virtual

if TYPE_CHECKING:
    from pathlib import Path


def test_a_recording_comes_back_as_it_was(tmp_path: Path) -> None:
    for recording in (virtual("python"), mapped("js")):
        whole = replace(recording, reports=(Report(1, ReportKind.LAB, "held", 2, "handler/0"),))
        assert store.read(store.write(whole, tmp_path / "new")) == whole
    found = [store.read(path).scenario for path in store.files(tmp_path / "new")]
    assert found == ["made/by-hand", "map/nested"]


def test_a_recording_is_compressed_to_the_same_bytes_and_read_without_that_too(tmp_path: Path) -> None:
    recording = replace(virtual("js"), stderr="the same line\n" * 10_000)
    path = store.write(recording, tmp_path)
    written = path.read_bytes()
    assert len(written) < len(store.dumps(recording)) / 20
    store.write(recording, tmp_path)
    assert path.read_bytes() == written
    plain = tmp_path / "an-older@@one.json"
    plain.write_text(store.dumps(recording), encoding="utf-8")
    assert store.read(plain) == recording
    assert store.files(tmp_path) == [plain, path]


def test_whether_the_side_channel_was_used_is_kept() -> None:
    silent = replace(virtual("js"), instrumented=False, effects=())
    assert store.loads(store.dumps(silent)) == silent
    assert store.loads(_broken(lambda data: data.pop("instrumented"))) == virtual("python")


def test_where_a_run_changed_hands_is_kept_and_named(tmp_path: Path) -> None:
    alone = virtual("python")
    handed = [
        replace(alone, handover=Handover(after, SubjectInfo("python@4", "python", "4"))) for after in (1, 2)
    ]
    for recording in (alone, *handed):
        assert store.read(store.write(recording, tmp_path)) == recording
    assert len(store.files(tmp_path)) == 3
    assert store.loads(_broken(lambda data: data.pop("handover"))) == alone


def test_file_names_tell_recordings_apart() -> None:
    recording = virtual("js")
    names = {
        store.file_name(replace(recording, scenario=scenario, subject=SubjectInfo(subject, "js", "1")))
        for scenario in ("a/b", "a__b", "a b")
        for subject in ("js@2.4.0", "js@/some/path", "js@/some_path", "js@2.4.0+mutant:x")
    }
    assert store.file_name(recording) == "made__by-hand@@js@2.4.0.json.gz"
    # `a/b` and `a__b` share a spelling, which no two scenarios of one folder tree should have
    assert len(names) == 8
    assert all("/" not in name and name.endswith(".json.gz") for name in names)


def _broken(change: Any) -> str:
    data = json.loads(store.dumps(virtual("python")))
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("[]", "wanted an object"),
        (_broken(lambda data: data.pop("stderr")), "stderr"),
        (_broken(lambda data: data.update(more=1)), "more"),
        (_broken(lambda data: data["exchanges"][2].update(status="200")), "exchanges[2].status"),
        (_broken(lambda data: data["exchanges"][2].update(status=True)), "an integer"),
        (_broken(lambda data: data["invocations"][0].update(outcome="perhaps")), "invocations[0].outcome"),
        (_broken(lambda data: data.update(effects={})), "a list"),
        (_broken(lambda data: data.update(seconds="1")), "a number"),
    ],
)
def test_what_is_not_exactly_a_recording_is_refused(text: str, says: str) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        store.loads(text, where="some.json")
    assert says in str(caught.value)
    assert "some.json" in str(caught.value)


def test_a_newer_schema_is_named_with_the_cure() -> None:
    with pytest.raises(UsageError, match=f"schema {SCHEMA + 1}"):
        store.loads(_broken(lambda data: data.update(schema=SCHEMA + 1, more=2)))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = store.write(virtual("js"), tmp_path)
    whole = path.read_bytes()
    for broken in (whole[:-20], whole[:40] + b"?" + whole[41:], b"\xff", b"{}"):
        path.write_bytes(broken)
        with pytest.raises(EnvironmentFault) as caught:
            store.read(path)
        assert str(path) in str(caught.value)


def test_a_folder_that_is_not_there_has_no_recordings(tmp_path: Path) -> None:
    assert store.files(tmp_path / "none") == []
