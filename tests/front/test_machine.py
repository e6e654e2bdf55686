"""What the machine does not give: said in one line with a hint, exit code 3, and never a traceback."""

from __future__ import annotations

import errno
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from conformance import cli, commands, machine
from conformance.errors import EnvironmentFault, Exit, ScenarioError
from conformance.scenario.load import find

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "out/run"), "out/run: No space left .*make room"),
        (OSError(errno.EROFS, "Read-only file system", "out"), "out: Read-only .*can be written to"),
        (OSError(errno.EILSEQ, "Illegal byte sequence", "out"), "out: .*UTF-8"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many open files .ulimit -n"),
        (MemoryError(), "there is no memory left"),
    ],
)
def test_what_breaks_in_a_command_is_named(
    error: BaseException, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Breaks:
        @staticmethod
        def options(_command: Any) -> None:
            """It has none."""

        @staticmethod
        def execute(_given: Any) -> Exit:
            raise error

    monkeypatch.setattr(commands, "load", lambda _: Breaks)
    assert cli.main(["list"]) == Exit.ENVIRONMENT
    assert re.fullmatch(f"error: {said}.*\n", capsys.readouterr().err)


def test_the_limit_of_open_files_is_raised_or_the_number_that_is_wanted_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = [64, 64]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda _, given: limits.__setitem__(0, given[0]))
    with pytest.raises(EnvironmentFault, match="only 64 files may be open at once") as refused:
        machine.open_files()
    assert refused.value.hint == f"ulimit -n {machine.WANTED_FILES}"
    limits[1] = resource.RLIM_INFINITY
    machine.open_files()
    assert limits[0] == machine.WANTED_FILES


def test_files_are_looked_at_before_they_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "device.yaml").symlink_to("/dev/zero")
    with (tmp_path / "sparse.yaml").open("wb") as file:
        file.truncate(50_000_000_000)
    statements = "\n".join("  - wait: {seconds: 1}" for _ in range(15_000))
    (tmp_path / "long.yaml").write_text(
        f"title: t\ncovers: [wait-seconds]\nhandler:\n{statements}\n", encoding="utf-8"
    )
    for name in ("fifo", "device", "sparse", "long"):
        began = time.monotonic()
        found = find(tmp_path, [name])
        assert len(found.errors) == 1, name
        assert isinstance(found.errors[0], ScenarioError)
        assert len(str(found.errors[0]).splitlines()) == 1
        assert time.monotonic() - began < 3, name  # a second on a quiet machine


INTERRUPTS = """
import os, signal, sys

class Finder:
    @staticmethod
    def find_spec(name, *_):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder)
sys.argv = ["conformance", "validate"]
from conformance.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    "name",
    ["conformance.cli", "conformance.commands", "conformance.commands.validate", "conformance.scenario"],
)
def test_an_interrupt_while_the_command_loads_ends_it_without_a_word(name: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", INTERRUPTS.format(name=name)], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (Exit.INTERRUPTED, b"")
