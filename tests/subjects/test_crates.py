"""Installing from crates.io: a cargo of the test's own, which says and makes what a real one would."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from conformance.errors import EnvironmentFault, UsageError
from conformance.subjects import cache, crates, registry
from conformance.subjects.install import Installed, install
from conformance.subjects.subject import Subject

if TYPE_CHECKING:
    from pathlib import Path

RUST = registry.sdk("rust")
BUILDS = """
while [ $# -gt 0 ]; do [ "$1" = --target-dir ] && target=$2; shift; done
sleep ${SLOW:-0}
mkdir -p "$target/debug"; echo made >> "$target/count"; echo program > "$target/debug/rust-harness"
"""


class Cargo:
    """A PATH on which there is a cargo that does what it is told, and a cache of the test's own."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.cache = path / "cache"
        (path / "bin").mkdir()
        monkeypatch.setenv("PATH", f"{path / 'bin'}:/usr/bin:/bin")
        monkeypatch.setenv(cache.ENVIRONMENT_VARIABLE, str(self.cache))

    def does(self, script: str, version: str = "cargo 1.95.0 (f2d3ce0bd 2026-03-21)") -> None:
        made = self.path / "bin" / "cargo"
        first = f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "{version}"; exit 0; }}\n'
        made.write_text(f'{first}echo "$@" >> {self.path}/asked\n{script}')
        made.chmod(0o755)

    @property
    def asked(self) -> str:
        file = self.path / "asked"
        return file.read_text() if file.exists() else ""


@pytest.fixture
def cargo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cargo:
    made = Cargo(tmp_path, monkeypatch)
    made.does(BUILDS)
    return made


def refused(text: str) -> EnvironmentFault:
    with pytest.raises(EnvironmentFault) as caught:
        install(Subject.parse(text))
    assert caught.value.where == Subject.parse(text).id
    return caught.value


def test_the_pinned_version_is_built_as_it_is_locked(cargo: Cargo) -> None:
    made = install(Subject.parse("rust"))
    assert (made.info.id, made.info.sdk, made.info.version) == ("rust@0.1.0", "rust", crates.pinned(RUST))
    assert (cargo.cache / "environments") in (program := cargo.path / made.command[0]).parents
    assert program.read_text() == "program\n"
    assert "build --locked" in cargo.asked


def test_what_is_built_is_found_without_cargo(cargo: Cargo) -> None:
    made = install(Subject.parse("rust"))
    (cargo.path / "bin" / "cargo").unlink()
    assert install(Subject.parse("rust")) == made


def test_a_build_that_has_lost_its_program_is_made_again(cargo: Cargo) -> None:
    made = install(Subject.parse("rust"))
    (cargo.path / made.command[0]).unlink()
    assert install(Subject.parse("rust")) == made
    assert (cargo.path / made.command[0]).exists()


def test_without_cargo_the_error_says_what_to_install(cargo: Cargo) -> None:
    (cargo.path / "bin" / "cargo").unlink()
    error = refused("rust")
    assert error.message == "there is no cargo to build it with"
    assert error.hint is not None
    assert error.hint.startswith("install Rust 1.94.1 or later")


@pytest.mark.parametrize("version", ["cargo 1.93.0 (x)", "cargo 1.94.0", "error: no default toolchain"])
def test_a_cargo_that_is_too_old_is_not_asked(cargo: Cargo, version: str) -> None:
    cargo.does(BUILDS, version)
    assert refused("rust").message.endswith(f"is too old or broken: {version}")
    assert cargo.asked == ""


def test_a_crate_that_does_not_build_is_told_with_its_last_lines(cargo: Cargo) -> None:
    cargo.does('echo "error[E0425]: cannot find it"; echo "error: could not compile x (lib)" >&2; exit 101')
    error = refused("rust")
    assert error.message.splitlines() == [
        "can't be installed: its build failed",
        "  error[E0425]: cannot find it",
        "  error: could not compile x (lib)",
    ]
    assert not list((cargo.cache / "environments").iterdir())
    assert not list((cargo.cache / "making").iterdir())


def test_a_version_that_is_not_published_is_called_so(cargo: Cargo) -> None:
    cargo.does("""echo "candidate versions found which didn't match: 0.1.0" >&2; exit 101""")
    assert refused("rust@9.9.9").message.startswith("can't be installed: there is no such version")


def test_without_network_the_error_says_so(cargo: Cargo) -> None:
    cargo.does('echo "warning: spurious network error (3 tries remaining)" >&2; exit 101')
    assert "the package index can't be reached" in refused("rust").message


def test_two_at_once_build_once(cargo: Cargo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOW", "0.3")
    made: list[Installed] = []
    threads = [threading.Thread(target=lambda: made.append(install(Subject.parse("rust")))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 3
    assert len({one.command for one in made}) == 1
    assert (cargo.cache / "cargo" / "count").read_text() == "made\n"


def test_what_a_killed_build_left_is_not_taken(cargo: Cargo) -> None:
    cargo.does(f"{BUILDS}kill -9 $$")
    assert "can't be installed" in refused("rust").message
    assert not list((cargo.cache / "environments").iterdir())
    cargo.does(BUILDS)
    assert install(Subject.parse("rust")).info.version == "0.1.0"


def crate(path: Path, name: str = RUST.package.name) -> Path:
    path.mkdir(parents=True)
    (path / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "0.2.0"\n')
    return path


LOCKS = """
sed '/^name = "NAME"$/,/^checksum/{s/^version.*/version = "0.2.0"/;/^source/d;/^checksum/d}' Cargo.lock >new
mv new Cargo.lock
""".replace("NAME", RUST.package.name)


@pytest.mark.parametrize("inside", ["", "sdk"])
def test_a_directory_is_put_in_the_place_of_the_published_crate(cargo: Cargo, inside: str) -> None:
    source = cargo.path / "checkout"
    place = crate(source / inside)
    cargo.does(LOCKS + BUILDS)
    assert install(Subject.parse(f"rust@{source}")).info.version == "0.2.0"
    assert f'--config patch.crates-io.{RUST.package.name}.path="{place}"' in cargo.asked
    assert "--locked" not in cargo.asked


def test_a_directory_that_cargo_does_not_take_is_an_error(cargo: Cargo) -> None:
    source = crate(cargo.path / "checkout")
    assert "cargo has not taken" in refused(f"rust@{source}").message


def test_a_directory_of_another_crate_is_no_sdk(cargo: Cargo) -> None:
    source = crate(cargo.path / "checkout", "other")
    error = refused(f"rust@{source}")
    assert error.message.startswith(f"no Cargo.toml of {RUST.package.name} in")


def test_a_file_that_is_no_crate_is_refused(cargo: Cargo) -> None:
    (cargo.path / "x.zip").write_text("")
    with pytest.raises(UsageError, match=r"name a directory or a file of \.crate"):
        Subject.parse(f"rust@{cargo.path / 'x.zip'}")


def test_every_file_of_the_harness_counts() -> None:
    harness = crates.pins.harness(RUST.harness)
    names = {str(path.relative_to(harness)) for path in crates._files(harness)}  # noqa: SLF001
    assert {"Cargo.toml", "Cargo.lock", "build.rs", os.path.join("src", "main.rs")} <= names  # noqa: PTH118


def test_the_released_versions_are_the_pinned_and_the_newest(cargo: Cargo) -> None:
    cargo.does(f"""echo '{RUST.package.name} = "0.2.0"    # what it is'""")
    assert crates.released(RUST) == ("0.1.0", "0.2.0")
    cargo.does("true")
    with pytest.raises(EnvironmentFault, match="cargo names no version of"):
        crates.released(RUST)
