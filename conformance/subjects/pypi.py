"""An SDK from PyPI in an environment of its own: a release, a checkout, a wheel or a source archive."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import py_compile
import re
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, installer, pins
from conformance.subjects.registry import Installation, Runtime, Sdk, Wanted

# What would make pip install somewhere else or something else than it is told.
_DISTURBING = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON")
_UNSET = {"PIP_REQUIRE_VIRTUALENV": "0", "PIP_NO_INPUT": "1"}
_HASHED = ("--require-hashes", "--only-binary", ":all:")
"""Nothing is built, so no code of a package runs while it is installed, and nothing else is taken for it."""

_NAME = re.compile(r"[-_.]+")

VERSION = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")
ARCHIVES = (".whl", ".tar.gz", ".zip")

_PRELOAD = ("__main__", "interpreter", "mutants")
"""What is the same in every process: the harness and, with it, the SDK. Mutants patch only as one begins."""


def pinned(sdk: Sdk) -> str:
    """The version that the harness's requirements pin."""
    return pins.pip_pins(sdk.harness)[sdk.package.name]


_AVAILABLE = "Available versions:"


def released(sdk: Sdk) -> tuple[str, ...]:
    """All versions that the index has, those that were withdrawn left out.

    Raises:
        EnvironmentFault: the index doesn't answer.
    """
    told = installer.run(
        [*installer.pip(sdk.name), "index", "versions", "--pre", sdk.package.name],
        subject=sdk.name,
        cwd=cache.root(),
        environment=_environment(),
    )
    for line in told.splitlines():
        if line.startswith(_AVAILABLE):
            return tuple(each.strip() for each in line.removeprefix(_AVAILABLE).split(","))
    raise installer.fault(sdk.name, told, f"pip names no version of {sdk.package.name}")


def _environment() -> dict[str, str]:
    given = installer.environment()
    return {key: value for key, value in given.items() if key not in _DISTURBING} | _UNSET


def install(subject: Wanted, sdk: Sdk) -> Installation:
    """Install a subject, or find it installed.

    Raises:
        EnvironmentFault: it can't be installed.
    """
    lock = pins.read(_lock(sdk))
    source = None if subject.source is None else package(subject.source, subject.id, sdk)
    name = cache.key(
        f"{sdk.name}-{subject.version or 'path'}",
        {
            "sdk": sdk.name,
            "version": subject.version,
            "source": None if source is None else [str(source), cache.fingerprint(source)],
            "lock": cache.digest(lock.encode()),
            "interpreter": [sys.version, sys.base_prefix, sysconfig.get_platform()],
        },
    )
    place, manifest = cache.environment(
        name, lambda made: _make(made, subject, sdk, source), lambda found: _interpreter(found).exists()
    )
    harness = pins.harness(sdk.harness)
    handlers = f"{harness.name}.aws_handlers"
    _compile(pins.harness(sdk.harness))
    return Installation(
        version=str(manifest["version"]),
        command=(str(_interpreter(place)), "-m", harness.name),
        environment={"PYTHONPATH": str(harness.parent), "PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1"},
        preload=tuple(f"{sdk.harness}.{module}" for module in _PRELOAD),
        runtime=Runtime((str(_interpreter(place)), "-m", handlers), (handlers, f"{harness.name}.sdk")),
    )


def _compile(harness: Path) -> None:
    """Compile the harness where that is not done yet: its processes can't write beside it in a sandbox.

    The environments have this process's own version of Python.
    """
    for source in harness.rglob("*.py"):
        compiled = Path(importlib.util.cache_from_source(str(source)))
        with contextlib.suppress(OSError):
            if not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns:
                py_compile.compile(str(source), quiet=2)


def _lock(sdk: Sdk) -> Path:
    return pins.harness(sdk.harness) / "requirements.lock"


def package(source: Path, subject: str, sdk: Sdk) -> Path:
    """Find the SDK's package in a checkout, perhaps one of several; a wheel or archive is itself.

    Raises:
        EnvironmentFault: there is no such package there.
    """
    if source.is_file():
        if not _canonical(source.name).startswith(f"{sdk.package.name}-"):
            raise EnvironmentFault(
                f"{source.name} is not a wheel or source archive of {sdk.package.name}",
                where=subject,
                hint="build one with `python -m build`, and keep its name",
            )
        return source
    for project in (source / "pyproject.toml", *sorted(source.glob("packages/*/pyproject.toml"))):
        try:
            document = tomllib.loads(project.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # not there, or of another kind: the next may be it
        if _canonical(str(document.get("project", {}).get("name", ""))) == sdk.package.name:
            return project.parent
    raise EnvironmentFault(
        f"no pyproject.toml of {sdk.package.name} in {source} or its packages/",
        where=subject,
        hint="name a checkout of that repository, or the package's directory in it",
    )


def _make(place: Path, subject: Wanted, sdk: Sdk, source: Path | None) -> cache.Manifest:
    pip = [*installer.pip(subject.id), "--python", str(_interpreter(place))]
    venv.EnvBuilder(with_pip=False, symlinks=True).create(place)
    environment = _environment()
    if source is None and subject.version == pinned(sdk):
        wanted = [*_HASHED, "-r", str(_lock(sdk))]
    elif source is None and (known := pins.release_hash(sdk.name, subject.version)):
        requirements = place / "requirements.txt"
        release = f"{sdk.package.name}=={subject.version} --hash={known}\n"
        others = pins.without(pins.read(_lock(sdk)), sdk.package.name)
        requirements.write_text(others + release, encoding="utf-8")
        wanted = [*_HASHED, "-r", str(requirements)]
    else:
        constraints = place / "constraints.txt"
        constraints.write_text(_constraints(sdk), encoding="utf-8")
        asked = f"{sdk.package.name}=={subject.version}" if source is None else str(source)
        wanted = [asked, "-c", str(constraints)]
    installer.run([*pip, "install", *wanted], subject=subject.id, cwd=place, environment=environment)
    return {"version": _version(place, subject.id, sdk)}


def _constraints(sdk: Sdk) -> str:
    """All that the lock pins but the SDK itself, so that versions differ in nothing else."""
    locked = pins.pins_of(pins.read(_lock(sdk)))
    return "".join(f"{name}=={version}\n" for name, version in locked.items() if name != sdk.package.name)


def _version(place: Path, subject: str, sdk: Sdk) -> str:
    paths = [str(path) for path in place.glob("lib/python*/site-packages")]
    for found in importlib.metadata.distributions(name=sdk.package.name, path=paths):
        return found.version
    raise EnvironmentFault(
        f"what was installed holds no {sdk.package.name}", where=subject, hint="name a package of that SDK"
    )


def _interpreter(place: Path) -> Path:
    return place / "bin" / "python"


def _canonical(name: str) -> str:
    return _NAME.sub("-", name).lower()
