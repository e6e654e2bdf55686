"""Installing subjects: the published SDKs in the user's own cache, and made-up ones in the test's."""

# The processes that these tests start are their own.
# ruff: noqa: S603

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, installer, npm, pins, pypi, registry
from conformance.subjects.install import Installed, install
from conformance.subjects.subject import Subject

IMPORTS = "import aws_durable_execution_sdk_python, boto3; print('here')"
JS_IMPORTS = """
import { createRequire } from "node:module";
const require = createRequire(process.env.CONFORMANCE_SDK + "/");
require("@aws/durable-execution-sdk-js"); console.log("here");
"""

PYTHON, JS = registry.sdk("python"), registry.sdk("js")


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_default_python_sdk_is_there_and_apart_from_the_suite_s_own() -> None:
    installed = install(Subject.parse("python"))
    assert (installed.info.id, installed.info.sdk, installed.info.version) == (
        "python@3.0.0",
        "python",
        "3.0.0",
    )
    interpreter = installed.command[0]
    assert installed.command[1:] == ("-m", "python_sdk")
    said = subprocess.run([interpreter, "-c", IMPORTS], capture_output=True, text=True, check=True)
    assert said.stdout == "here\n"
    emulator = "import importlib.util as u; print(u.find_spec('aws_durable_execution_sdk_python_testing'))"
    said = subprocess.run([interpreter, "-c", emulator], capture_output=True, text=True, check=True)
    assert said.stdout == "None\n"


def test_the_default_js_sdk_is_there() -> None:
    installed = install(Subject.parse("js"))
    assert (installed.info.id, installed.info.sdk, installed.info.version) == ("js@2.4.0", "js", "2.4.0")
    said = subprocess.run(
        [installed.command[0], "--input-type=module", "-e", JS_IMPORTS],
        env=installed.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "here\n"


@pytest.mark.parametrize("text", ["python", "js"])
def test_the_second_time_it_is_found_at_once(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = install(Subject.parse(text))

    def never(*_arguments: object, **_named: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", never)
    took = []
    for _ in range(10):
        began = time.perf_counter()
        assert install(Subject.parse(text)) == first
        took.append(time.perf_counter() - began)
    assert min(took) < 0.02


def test_a_mutant_shares_the_environment_of_its_version() -> None:
    plain, mutant = install(Subject.parse("python")), install(Subject.parse("python+mutant:phantom-fail"))
    assert mutant.command == plain.command
    assert mutant.environment == {**plain.environment, "CONFORMANCE_MUTANT": "phantom-fail"}
    assert mutant.info.id == "python@3.0.0+mutant:phantom-fail"


@pytest.mark.parametrize(("text", "same"), [("js", "false"), ("js+cjs", "true")])
def test_each_build_of_the_js_sdk_can_be_loaded(text: str, same: str) -> None:
    made = install(Subject.parse(text))
    code = (
        "import { load, sdk } from './js_harness/sdk.mjs';"
        "console.log(sdk.withRetry === load('@aws/durable-execution-sdk-js').withRetry)"
    )
    ran = subprocess.run(
        [made.command[0], "--input-type=module", "--eval", code],
        env={**os.environ, **made.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.info.version == "2.4.0"
    assert ran.stdout.strip() == same


def test_importing_this_part_costs_next_to_nothing() -> None:
    code = (
        "import sys, conformance.subjects.install, conformance.subjects.subject as s; s.Subject.parse('js');"
        "print([m for m in ('aiohttp', 'asyncio', 'ruamel.yaml', 'platformdirs', 'pip') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def wheel(directory: Path, name: str, version: str, requires: str = "") -> Path:
    """Make a wheel of a package with one empty module."""
    stem = f"{name.replace('-', '_')}-{version}"
    files = {
        f"{name.replace('-', '_')}.py": "",
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
        f"{len(text)}\n"
        for path, text in files.items()
    )
    files[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n"
    made = directory / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return made


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is all the packages there are."""
    directory = tmp_path / "index"
    directory.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(directory))
    return directory


def test_a_release_comes_from_the_index_with_the_lock_s_other_pins(own_cache: Path, index: Path) -> None:
    locked = pins.pins_of(pins.read(pins.harness(PYTHON.harness) / "requirements.lock"))["boto3"]
    wheel(index, "boto3", locked)
    wheel(index, "boto3", "999.0")
    wheel(index, PYTHON.package.name, "8.8.8", "Requires-Dist: boto3>=1\n")
    installed = install(Subject.parse("python@8.8.8"))
    assert installed.info.version == "8.8.8"
    place = own_cache / "environments"
    assert list(place.glob(f"*/lib/*/site-packages/boto3-{locked}.dist-info"))


def test_a_wheel_is_installed_again_only_when_it_has_changed(
    own_cache: Path, index: Path, tmp_path: Path
) -> None:
    file = wheel(tmp_path, PYTHON.package.name, "7.7.7")
    subject = Subject.parse(f"python@{file}")
    first = install(subject)
    assert (first.info.id, first.info.version) == (f"python@{file}", "7.7.7")
    assert install(subject) == first
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"changed"
    assert install(subject).command != first.command
    assert own_cache.exists()
    assert index.exists()


def test_a_version_that_is_not_there_is_said_so(own_cache: Path, index: Path) -> None:
    wheel(index, PYTHON.package.name, "8.8.8")
    with pytest.raises(EnvironmentFault, match="there is no such version") as fault:
        install(Subject.parse("python@999.0.0"))
    assert fault.value.where == "python@999.0.0"
    assert "No matching distribution" in fault.value.message
    assert not list((own_cache / "environments").iterdir())


def test_without_the_network_it_is_said_so(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/")
    monkeypatch.setenv("NPM_CONFIG_FETCH_RETRIES", "0")
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(own_cache / "npm"))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    for text in ("js@2.4.0", "python@3.0.0"):
        with pytest.raises(EnvironmentFault, match="index can't be reached") as fault:
            install(Subject.parse(text))
        assert fault.value.where == text


def test_what_builds_and_is_not_the_sdk_is_refused(own_cache: Path, index: Path, tmp_path: Path) -> None:
    file = wheel(tmp_path, "other", "1.0")
    with pytest.raises(EnvironmentFault, match="not a wheel or source archive of"):
        install(Subject.parse(f"python@{file}"))
    assert not own_cache.exists()
    assert index.exists()


@pytest.mark.parametrize("below", ["", "packages/sdk"])
def test_the_python_package_is_found_in_a_checkout(tmp_path: Path, below: str) -> None:
    for name, directory in (("aws-durable-execution-sdk-python-testing", "packages/a"), ("", below)):
        place = tmp_path / directory
        place.mkdir(parents=True, exist_ok=True)
        project = f'[project]\nname = "{name or "AWS_durable.execution-sdk-python"}"\n'
        (place / "pyproject.toml").write_text(project, encoding="utf-8")
    (tmp_path / "packages" / "b").mkdir()
    (tmp_path / "packages" / "b" / "pyproject.toml").write_text("[broken", encoding="utf-8")
    assert pypi.package(tmp_path, "x", PYTHON) == tmp_path / below


def test_a_directory_without_the_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"no pyproject\.toml of aws-durable"):
        pypi.package(tmp_path, "x", PYTHON)
    with pytest.raises(EnvironmentFault, match=r"no package\.json of @aws/durable"):
        npm.package(tmp_path, "x", JS)


def js_package(directory: Path, version: str) -> Path:
    """Make a package as npm would unpack it."""
    directory.mkdir(parents=True)
    document = {"name": JS.package.name, "version": version, "main": "./dist/index.js", "dependencies": {}}
    (directory / "package.json").write_text(json.dumps(document), encoding="utf-8")
    return directory


def test_a_js_checkout_that_is_not_built_says_how(tmp_path: Path) -> None:
    place = js_package(tmp_path / "packages" / "sdk", "1.0.0")
    with pytest.raises(EnvironmentFault, match=r"not built: it has no \./dist/index\.js") as fault:
        npm.package(tmp_path, "js@here", JS)
    assert "npm run build" in str(fault.value)
    (place / "dist").mkdir()
    (place / "dist" / "index.js").write_text("module.exports = 1;", encoding="utf-8")
    assert npm.package(tmp_path, "js@here", JS) == place


def test_a_built_js_package_and_a_tarball_of_it_are_installed(own_cache: Path, tmp_path: Path) -> None:
    place = js_package(tmp_path / "sdk", "6.6.6")
    (place / "dist").mkdir()
    (place / "dist" / "index.js").write_text("module.exports = 1;", encoding="utf-8")
    tarball = tmp_path / "sdk.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        archive.add(place, "package")
    for source in (place, tarball):
        installed = install(Subject.parse(f"js@{source}"))
        assert (installed.info.id, installed.info.version) == (f"js@{source}", "6.6.6")
        module = Path(installed.environment["CONFORMANCE_SDK"], "node_modules", JS.package.name)
        assert not module.is_symlink()
        assert (module / "dist" / "index.js").exists()
    assert len(list((own_cache / "environments").iterdir())) == 2


def test_a_tarball_of_something_else_is_refused(own_cache: Path, tmp_path: Path) -> None:
    tarball = tmp_path / "other.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        content = json.dumps({"name": "other", "version": "1.0.0"}).encode()
        entry = tarfile.TarInfo("package/package.json")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    with pytest.raises(EnvironmentFault, match=r"what was installed is other 1\.0\.0") as fault:
        install(Subject.parse(f"js@{tarball}"))
    assert fault.value.where == f"js@{tarball}"
    assert not list((own_cache / "environments").iterdir())


FAILURES = {
    "ERROR: No matching distribution found for x==9": "there is no such version",
    "npm error code ETARGET": "there is no such version",
    "npm error code ENOTFOUND\nnpm error network": "can't be reached",
    "NewConnectionError(...)\nERROR: No matching distribution found for x": "can't be reached",
    "error: metadata-generation-failed": "its build failed",
    "something else": "can't be installed",
}


@pytest.mark.parametrize("output", FAILURES)
def test_a_failure_is_worded_by_its_likely_cause(output: str) -> None:
    fault = installer.fault(
        "python@9", "\n".join(f"early {n}" for n in range(100)) + "\n" + output, "can't be installed"
    )
    assert FAILURES[output] in fault.message
    assert fault.message.splitlines()[-1].strip() == output.splitlines()[-1]
    assert len(fault.message.splitlines()) <= installer.LINES + 1
    assert fault.hint


def test_a_package_manager_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="can't run"):
        installer.run([str(tmp_path / "nothing")], subject="x", cwd=tmp_path, environment={})


def test_a_command_of_one_s_own(tmp_path: Path) -> None:
    program = tmp_path / "run"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    subject = Subject("js", "0.1", name="mine", command=("./run", "x"), cwd=tmp_path)
    installed = install(subject)
    assert isinstance(installed, Installed)
    assert installed.command == (str(program), "x")
    assert installed.cwd == tmp_path
    assert (installed.info.id, installed.info.sdk, installed.info.version) == ("mine", "js", "0.1")
    assert install(Subject.parse("mine=sh -c true")).info.version == "unknown"
    for command in ("./nothing", "no-such-program-anywhere"):
        with pytest.raises(EnvironmentFault, match="is not there"):
            install(Subject("mine", name="mine", command=(command,), cwd=tmp_path))
