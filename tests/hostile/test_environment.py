"""A machine that does not give what a command needs: said in a line, with an exit code, never a traceback.

Each row is a command line, where it runs, how it must end, and what it must say.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.subjects import cache

COMMAND = (sys.executable, "-m", "conformance")
SCENARIO = "virtual/billable"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recordings of one scenario."""
    folder = tmp_path_factory.mktemp("recorded")
    code, told = ran("run", SCENARIO, "--out", str(folder / "run"))
    assert code == 0, told
    return folder / "run"


def ran(*words: str, first: str = "", **variables: str) -> tuple[int, str]:
    """How a command ends and all that it says; `first` is done in its process first."""
    script = f'{first}\nexec "$@"'
    done = subprocess.run(  # noqa: S603 - our own words
        ["/bin/sh", "-c", script, "sh", *COMMAND, *words],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        env={**os.environ, **variables},
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["json", "html", "junit", "sarif", "markdown"])
def test_a_full_disk_is_named_with_the_report_that_it_has_no_room_for(kind: str, recorded: Path) -> None:
    code, told = ran("judge", str(recorded), f"--{kind}", "/dev/full")
    assert code == 3
    assert "error: /dev/full: No space left on device (make room there, or say another place)" in told
    assert "Traceback" not in told


def test_a_report_that_has_no_room_costs_no_other(recorded: Path, tmp_path: Path) -> None:
    code, _ = ran("judge", str(recorded), "--json", "/dev/full", "--junit", str(tmp_path / "junit.xml"))
    assert code == 3
    assert (tmp_path / "junit.xml").read_text(encoding="utf-8").endswith("</testsuites>\n")


def test_output_that_cannot_be_written_is_no_success() -> None:
    code, told = ran("list", first="exec > /dev/full")
    assert (code, told) == (3, "error: No space left on device (make room there, or say another place)\n")


def test_too_few_files_are_said_with_their_number() -> None:
    code, told = ran("run", SCENARIO, first="ulimit -n 64")
    assert code == 3
    assert told.endswith("error: only 64 files may be open at once, a run wants 256 (ulimit -n 1024)\n")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [cut, garbage, a_folder])
def test_a_spoilt_recording_is_named(spoil: Callable[[Path], None], recorded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for each in recorded.iterdir():
        (folder / each.name).write_bytes(each.read_bytes())
    spoilt = next(folder.glob("*js@*.json.gz"))
    spoil(spoilt)
    code, told = ran("judge", str(folder))
    assert code in (2, 3)
    assert spoilt.name in told
    assert "Traceback" not in told


@pytest.mark.parametrize("content", [b"", b"{}", b"[1", b"\xff" * 100, b'{"documents": {"a": 1}}'])
def test_a_poisoned_cache_of_scenarios_costs_time_and_nothing_else(content: bytes, tmp_path: Path) -> None:
    variables = {cache.ENVIRONMENT_VARIABLE: str(tmp_path)}
    _, wanted = ran("list", "virtual", **variables)
    (kept,) = (tmp_path / "scenarios").iterdir()
    kept.write_bytes(content)
    assert ran("list", "virtual", **variables) == (0, wanted)


def test_a_cache_that_is_no_folder_costs_no_listing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, told = ran("list", "virtual", **{cache.ENVIRONMENT_VARIABLE: str(tmp_path / "file")})
    assert code == 0, told


def test_a_name_that_is_not_utf8_is_told_in_what_can_be_shown(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/bad-\xff.yaml", "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"title: [")
    code, told = ran("validate", "--scenarios", str(tmp_path))
    assert code == 2
    assert "bad-" in told
    assert "Traceback" not in told
    told.encode()  # nothing in it that could not be written down
