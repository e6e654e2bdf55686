"""What a shell is told could come next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.cli import main
from tests.front.test_cli import GOOD


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_given_code_of_its_own(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "conformance" in capsys.readouterr().out


def completions(line: str, output: Path) -> set[str]:
    environment = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(output),
        "_ARGCOMPLETE_IFS": "\n",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    command = [sys.executable, "-m", "conformance"]
    subprocess.run(command, env=environment, check=False, timeout=60)  # noqa: S603 (our own words)
    return {one.strip() for one in output.read_text(encoding="utf-8").splitlines()}


def test_commands_options_and_scenarios_are_completed(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    for name in ("virtual/one", "virtual/two", "wait/one"):
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD, encoding="utf-8")
    output = tmp_path / "told"
    assert completions("conformance ex", output) == {"explain"}
    assert "--last-failed" in completions("conformance run --la", output)
    assert completions(f"conformance list --scenarios {folder} virt", output) == {
        "virtual/one",
        "virtual/two",
    }
