"""The workflow, the action and what CI runs, held against the schemas that `check-jsonschema` bundles."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from conformance.cli import parser

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = ROOT / ".github" / "workflows" / "conformance.yml"
ACTION = ROOT / ".github" / "actions" / "conformance" / "action.yml"


def check(schema: str, path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)


@pytest.mark.parametrize(
    ("schema", "path"), [("vendor.github-workflows", WORKFLOW), ("vendor.github-actions", ACTION)]
)
def test_github_accepts_the_file(schema: str, path: Path, tmp_path: Path) -> None:
    done = check(schema, path)
    assert done.returncode == 0, done.stdout
    broken = tmp_path / path.name
    broken.write_text(path.read_text(encoding="utf-8").replace("runs", "rums"), encoding="utf-8")
    assert check(schema, broken).returncode == 1


@pytest.mark.parametrize("path", [WORKFLOW, ACTION], ids=lambda path: path.name)
def test_actions_are_pinned_by_version(path: Path) -> None:
    uses = re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    assert uses
    assert [one for one in uses if not re.fullmatch(r"[\w-]+/[\w-]+@v\d+(\.\d+)*", one)] == []


def test_inputs_reach_the_shell_only_through_the_environment() -> None:
    steps = YAML(typ="safe").load(ACTION)["runs"]["steps"]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_what_the_workflow_and_the_action_pass_is_what_the_command_takes() -> None:
    for path in (WORKFLOW, ACTION):
        given = {*re.findall(r"--[a-z]+", path.read_text(encoding="utf-8"))} - {"--directory"}
        known = parser().format_help() + _help_of("run")
        assert given
        assert [option for option in given if option not in known] == []


def _help_of(command: str) -> str:
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-m", "conformance", command, "--help"], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_ci_runs_what_the_readme_tells() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    text = script.read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("make conformance", "make test"):
        assert command in text
        assert command in readme
