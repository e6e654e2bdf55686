"""An SDK from crates.io, built with the machine's cargo: a release, a checkout or a package's archive.

An SDK in Rust is part of its harness's program, so what is installed is that program. What it depends on is
compiled once for all versions, in a directory of the cache that cargo itself keeps apart from a second cargo.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import tomllib
from typing import TYPE_CHECKING, Any

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, installer, pins
from conformance.subjects.registry import Installation, Sdk, Wanted

if TYPE_CHECKING:
    from pathlib import Path

VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
ARCHIVES = (".crate",)

_NUMBER = re.compile(r"\d+(?:\.\d+)+")
_PROGRAM = "harness"


def pinned(sdk: Sdk) -> str:
    """The version that the harness's `Cargo.toml` pins."""
    return str(_manifest(pins.harness(sdk.harness))["dependencies"][sdk.package.name]["version"]).lstrip("=")


def released(sdk: Sdk) -> tuple[str, ...]:
    """The pinned version and the newest one that the registry has: cargo lists no others.

    Raises:
        EnvironmentFault: there is no cargo, or the registry doesn't answer.
    """
    cargo = _cargo(sdk.name, pins.read(pins.harness(sdk.harness) / "Cargo.toml"))
    told = installer.run(
        [cargo, "search", "--limit", "1", sdk.package.name],
        subject=sdk.name,
        cwd=cache.root(),
        environment=_environment(),
    )
    found = re.search(rf'^{re.escape(sdk.package.name)} = "([^"]+)"', told, re.MULTILINE)
    if found is None:
        raise installer.fault(sdk.name, told, f"cargo names no version of {sdk.package.name}")
    return tuple({pinned(sdk): None, found[1]: None})


def _environment() -> dict[str, str]:
    return {**installer.environment(), "CARGO_TERM_COLOR": "never"}


def install(subject: Wanted, sdk: Sdk) -> Installation:
    """Build a subject, or find it built: then nothing of Rust is asked for.

    Raises:
        EnvironmentFault: there is no cargo, or it is too old; or the build fails.
    """
    harness = pins.harness(sdk.harness)
    files = {str(path.relative_to(harness)): pins.read(path) for path in _files(harness)}
    name = cache.key(
        f"{sdk.name}-{subject.version or 'path'}",
        {
            "sdk": sdk.name,
            "version": subject.version,
            "source": subject.source and [str(subject.source), cache.fingerprint(subject.source)],
            "files": {file: cache.digest(text.encode()) for file, text in files.items()},
        },
    )
    place, manifest = cache.environment(
        name, lambda made: _make(made, subject, sdk, files), lambda made: (made / _PROGRAM).exists()
    )
    return Installation(version=str(manifest["version"]), command=(str(place / _PROGRAM),))


def _files(harness: Path) -> list[Path]:
    return [harness / "Cargo.toml", harness / "Cargo.lock", *sorted(harness.glob("**/*.rs"))]


def _make(place: Path, subject: Wanted, sdk: Sdk, files: dict[str, str]) -> cache.Manifest:
    cargo = _cargo(subject.id, files["Cargo.toml"])
    for file, text in files.items():
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_text(text, encoding="utf-8")
    options = ["--locked"]
    if subject.version != pinned(sdk):
        options = _other(place, subject, sdk)
    target = cache.directory() / "cargo"
    with cache.lock(cache.directory() / "locks" / "cargo.lock"):  # all versions' programs have one name there
        installer.run(
            [cargo, "build", *options, "--target-dir", str(target)],
            subject=subject.id,
            cwd=place,
            environment=_environment(),
        )
        shutil.copy2(target / "debug" / str(_manifest(place)["package"]["name"]), place / _PROGRAM)
    entry = _locked(place, sdk)
    if subject.source is not None and "source" in entry:
        raise EnvironmentFault(
            f"cargo has not taken {subject.source} for {sdk.package.name}",
            where=subject.id,
            hint="name the directory of that very crate",
        )
    return {"version": entry["version"]}


def _cargo(subject: str, manifest: str) -> str:
    """The machine's cargo.

    Raises:
        EnvironmentFault: it isn't there, or is too old.
    """
    least = str(tomllib.loads(manifest)["package"]["rust-version"])
    hint = f"install Rust {least} or later (https://rustup.rs), with cargo on PATH"
    cargo = shutil.which("cargo")
    if cargo is None:
        raise EnvironmentFault("there is no cargo to build it with", where=subject, hint=hint)
    said = subprocess.run([cargo, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = _NUMBER.search(said.stdout)
    if found is None or _parts(found[0]) < _parts(least):
        told = (said.stdout.strip() or said.stderr.strip() or "says no version").splitlines()[0]
        raise EnvironmentFault(f"{cargo} is too old or broken: {told}", where=subject, hint=hint)
    return cargo


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _other(place: Path, subject: Wanted, sdk: Sdk) -> list[str]:
    """Ask for another SDK than the pinned one: the rest of the lock stays, as far as that one allows."""
    wanted = "*" if subject.source is not None else f"={subject.version}"
    manifest = place / "Cargo.toml"
    line = f'{sdk.package.name} = {{ version = "'
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace(f"{line}={pinned(sdk)}", f"{line}{wanted}"), encoding="utf-8")
    if subject.source is None:
        return []
    source = package(subject.source, subject.id, sdk, place)
    return ["--config", f"patch.crates-io.{sdk.package.name}.path={json.dumps(str(source))}"]


def package(source: Path, subject: str, sdk: Sdk, place: Path) -> Path:
    """Find the SDK's crate in a directory or a checkout; an archive is unpacked in `place`.

    Raises:
        EnvironmentFault: there is no such crate there.
    """
    if source.is_file():
        with tarfile.open(source) as archive:
            archive.extractall(place / "package", filter="data")
        source = place / "package"
    for candidate in (source, *sorted(path.parent for path in source.glob("*/Cargo.toml"))):
        try:
            document = _manifest(candidate)
        except (OSError, ValueError):
            continue  # not there, or broken: the next may be it
        if document.get("package", {}).get("name") == sdk.package.name:
            return candidate
    raise EnvironmentFault(
        f"no Cargo.toml of {sdk.package.name} in {source} or its directories",
        where=subject,
        hint="name the crate's directory, a checkout of its repository, or what `cargo package` makes",
    )


def _locked(place: Path, sdk: Sdk) -> dict[str, Any]:
    document = tomllib.loads((place / "Cargo.lock").read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = document["package"]
    return next(entry for entry in entries if entry["name"] == sdk.package.name)


def _manifest(place: Path) -> dict[str, Any]:
    return tomllib.loads((place / "Cargo.toml").read_text(encoding="utf-8"))
