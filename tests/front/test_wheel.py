"""The suite as a package: its wheel, in an environment of its own, away from any checkout."""

# The processes that these tests start are their own.
# ruff: noqa: S603

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from conformance.sdks import registry
from conformance.subjects import cache, matcher

ROOT = Path(__file__).parents[2]
PROJECT = "durable-conformance"
SECONDS = 120


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(*names: str) -> set[str]:
    """The distributions that these ask for, on this machine, and all that those do."""
    found: set[str] = set()
    open_ = [*names]
    while open_:
        for text in distribution(open_.pop()).requires or ():
            one = Requirement(text)
            name = canonical(one.name)
            if name not in found and (one.marker is None or one.marker.evaluate({"extra": ""})):
                found.add(name)
                open_.append(name)
    return found


def link(names: set[str], into: Path) -> None:
    """Have what these distributions installed in another `site-packages`, as pip would have put it there."""
    for name in names:
        one = distribution(name)
        for top in {file.parts[0] for file in one.files or () if file.parts[0] not in ("..", "__pycache__")}:
            place = into / top
            if not place.exists():
                place.symlink_to(Path(str(one.locate_file(top))))


class Installed:
    """The wheel in an environment of its own, and a folder that is nobody's checkout."""

    def __init__(self, wheel: Path, environment: Path, folder: Path) -> None:
        self.wheel = wheel
        self.binaries = environment / "bin"
        self.site = next(environment.glob("lib/python*/site-packages"))
        self.folder = folder

    def run(self, *command: str | Path, code: int = 0) -> str:
        """What a command of that environment says; its exit code is as wanted."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [self.binaries / command[0], *command[1:]],
            cwd=self.folder,
            env=kept | {"CONFORMANCE_CACHE": str(cache.directory())},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    place = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", place, ROOT]
    subprocess.run(build, check=True, timeout=SECONDS)
    [wheel] = place.glob("*.whl")
    environment, folder = place / "environment", place / "elsewhere"
    venv.EnvBuilder(with_pip=False, symlinks=True).create(environment)
    folder.mkdir()
    made = Installed(wheel, environment, folder)
    install = ["--python", made.binaries / "python", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run([*pip, *install], check=True, timeout=SECONDS)
    link({*needed(PROJECT), "pip"}, made.site)  # which an environment that people make has as well
    return made


def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_all_that_is_the_suite_s_is_within_its_package(installed: Installed) -> None:
    assert {name.partition("/")[0] for name in names(installed.wheel)} == {
        "conformance",
        "durable_conformance-0.1.0.dist-info",
    }


def test_nothing_is_forgotten(installed: Installed) -> None:
    there = set(names(installed.wheel))
    for sdk in registry.names():
        record = registry.record(sdk)
        assert record is not None
        if record.harness is not None:
            folder = f"conformance/shipped/{record.harness}/"
            assert any(name.startswith(folder) for name in there), f"pyproject.toml does not ship {folder}"
    for path in [*(ROOT / "scenarios").rglob("*.yaml"), ROOT / "package-lock.json", ROOT / ".npmrc"]:
        assert f"conformance/shipped/{path.relative_to(ROOT)}" in there
    assert "conformance/py.typed" in there


def test_the_metadata_says_what_it_is(installed: Installed) -> None:
    metadata = (installed.site / "durable_conformance-0.1.0.dist-info/METADATA").read_text(encoding="utf-8")
    for line in ("Project-URL: ", "Classifier: Typing :: Typed", "License-Expression: Apache-2.0"):
        assert f"\n{line}" in metadata


def test_it_runs_and_judges_both_sdks_with_its_own_scenarios(installed: Installed) -> None:
    said = installed.run("conformance", "run", "virtual/*", "--out", "out", "--json", "report.json")
    assert "✓ As expected" in said
    report = json.loads((installed.folder / "report.json").read_text(encoding="utf-8"))
    assert len(report["results"]) >= 50
    assert {one["verdict"] for one in report["results"]} == {"parity", "conforms"}
    assert "✓ As expected" in installed.run("conformance", "judge", "out")
    assert "1.1 STEP START 'a' in root" in installed.run("conformance", "show", "out", "virtual/nested")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["list", "virtual/*"], "virtual/nested "),
        (["validate", "virtual/*"], " valid, 0 not"),
        (["doctor"], "This machine is ready."),
        (["explain", "virtual-parent"], "held to by conformance/verdict/invariants/contexts.py"),
        (["requirements", "virtual"], "virtual-parent-id"),
        (["divergences"], "known divergences"),
    ],
)
def test_the_commands_that_run_nothing_work_there_too(
    installed: Installed, command: list[str], said: str
) -> None:
    if command[0] == "validate":  # it takes files
        command = ["validate", str(installed.site / "conformance/shipped/scenarios/virtual/nested.yaml")]
    assert said in installed.run("conformance", *command)


def test_a_new_scenario_goes_into_the_folder_where_one_stands_and_not_among_the_installed(
    installed: Installed,
) -> None:
    assert installed.run("conformance", "new", "theme/mine") == "scenarios/theme/mine.yaml\n"
    assert "1 scenario valid" in installed.run("conformance", "validate", "scenarios/theme/mine.yaml")


def test_aws_s_matcher_is_put_into_the_cache_once(installed: Installed) -> None:
    python = "from conformance.verdict import aws; print(aws.available())"
    assert installed.run("python", "-c", python) == "False\n"
    said = installed.run("conformance", "run", "aws/step/1-1", "--reference", "js", "--subject", "js")
    assert "AWS requirements   1 of 1" in said
    python = (
        f"import {matcher.__name__} as m, conformance.verdict.aws as aws; print(m.find(), len(aws.core()))"
    )
    assert installed.run("python", "-c", python) == "True 148\n"


def test_another_project_has_its_scenarios_run_by_pytest(installed: Installed) -> None:
    project = installed.folder / "project"
    (project / "wire").mkdir(parents=True)
    (project / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nconformance_scenarios = ["wire"]\n', encoding="utf-8"
    )
    scenario = installed.site / "conformance/shipped/scenarios/virtual/nested.yaml"
    (project / "wire/nested.yaml").write_text(scenario.read_text(encoding="utf-8"), encoding="utf-8")
    said = installed.run("python", "-m", "pytest", "-v", "-p", "no:cacheprovider", project)
    assert "wire/nested.yaml::js@2.4.0 PASSED" in said
    assert "wire/nested.yaml::python@3.0.0 PASSED" in said
