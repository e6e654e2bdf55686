"""An SDK from npm in a directory of its own: a release, a built package or a tarball."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, installer, node, pins
from conformance.subjects.registry import Installation, Runtime, Sdk, Wanted

if TYPE_CHECKING:
    from pathlib import Path


_FLAGS = ("--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error")
_COPIED = ("package.json", "package-lock.json", ".npmrc")


VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
ARCHIVES = (".tgz", ".tar.gz")


def pinned(sdk: Sdk) -> str:
    """The version that the suite's `package.json` pins."""
    return pins.npm_pins(sdk.harness)[sdk.package.name]


def released(sdk: Sdk) -> tuple[str, ...]:
    """All versions that the registry has.

    Raises:
        EnvironmentFault: there is no Node, or the registry doesn't answer.
    """
    found = node.find()
    told = installer.run(
        [*found.npm, "view", sdk.package.name, "versions", "--json", "--loglevel=error"],
        subject=sdk.name,
        cwd=cache.root(),
        environment=_environment(found),
    )
    try:
        versions = json.loads(told)
    except ValueError as error:
        raise installer.fault(sdk.name, told, f"npm names no version of {sdk.package.name}") from error
    return tuple([versions] if isinstance(versions, str) else map(str, versions))


def _environment(found: node.Node) -> dict[str, str]:
    path = os.pathsep.join([str(found.path.parent), os.environ.get("PATH", os.defpath)])
    return {**installer.environment(), "PATH": path}


def install(subject: Wanted, sdk: Sdk) -> Installation:
    """Install a subject, or find it installed.

    Raises:
        EnvironmentFault: there is no Node for it, or it can't be installed.
    """
    found = node.find()
    source = None if subject.source is None else package(subject.source, subject.id, sdk)
    files = {file: pins.read(pins.npm_file(sdk.harness, file)) for file in _COPIED}
    name = cache.key(
        f"{sdk.name}-{subject.version or 'path'}",
        {
            "sdk": sdk.name,
            "version": subject.version,
            "source": None if source is None else [str(source), cache.fingerprint(source)],
            "files": {file: cache.digest(text.encode()) for file, text in files.items()},
            "node": found.version,
        },
    )
    place, manifest = cache.environment(
        name,
        lambda made: _make(made, subject, sdk, source, found),
        lambda made: _manifest(made, sdk).exists(),
    )
    build = {"CONFORMANCE_BUILD": subject.build} if subject.build else {}
    compiled = cache.directory() / "compiled" / place.name  # no subject's is read by another
    compiled.mkdir(parents=True, exist_ok=True)
    return Installation(
        version=str(manifest["version"]),
        command=(str(found.path), str(pins.harness(sdk.harness) / "main.mjs")),
        environment={"CONFORMANCE_SDK": str(place), "NODE_COMPILE_CACHE": str(compiled)} | build,
        runtime=Runtime((str(found.path), str(pins.harness(sdk.harness) / "aws-handlers.mjs"))),
        written=(compiled,),
    )


def package(source: Path, subject: str, sdk: Sdk) -> Path:
    """Find the SDK's built package in a directory, or a checkout of its repository; a tarball is itself.

    Raises:
        EnvironmentFault: there is no such package there, or it has not been built.
    """
    if source.is_file():
        return source
    for file in (source / "package.json", *sorted(source.glob("packages/*/package.json"))):
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # not there, or broken: the next may be it
        if document.get("name") == sdk.package.name:
            _must_be_built(file.parent, document, subject)
            return file.parent
    raise EnvironmentFault(
        f"no package.json of {sdk.package.name} in {source} or its packages/",
        where=subject,
        hint="name a checkout of that repository, its package's directory, or a tarball of it",
    )


def _must_be_built(place: Path, document: dict[str, Any], subject: str) -> None:
    absent = [
        entry for key in ("main", "module") if (entry := document.get(key)) and not (place / entry).exists()
    ]
    if absent:
        raise EnvironmentFault(
            f"{place} is not built: it has no {' and no '.join(absent)}",
            where=subject,
            hint="run `npm ci && npm run build` in it; or name the tarball that `npm pack` makes",
        )


def _make(place: Path, subject: Wanted, sdk: Sdk, source: Path | None, found: node.Node) -> cache.Manifest:
    for name in _COPIED:
        (place / name).write_text(pins.read(pins.npm_file(sdk.harness, name)), encoding="utf-8")
    verb = "ci"
    if source is not None or subject.version != pinned(sdk):
        verb = "install"
        _want(place, sdk, str(subject.version) if source is None else f"file:{source}")
    # install-links: a directory is packed and unpacked as a registry's package would be, not linked to.
    command = [*found.npm, verb, *_FLAGS, "--install-links"]
    installer.run(command, subject=subject.id, cwd=place, environment=_environment(found))
    try:
        document = json.loads(_manifest(place, sdk).read_text(encoding="utf-8"))
        name, version = document["name"], document["version"]
    except (OSError, ValueError, KeyError) as error:
        raise EnvironmentFault(f"npm has installed no {sdk.package.name}", where=subject.id) from error
    if name != sdk.package.name or version != (subject.version or version):
        raise EnvironmentFault(
            f"what was installed is {name} {version}",
            where=subject.id,
            hint=f"name one of {sdk.package.name}",
        )
    known = None if source is not None else pins.release_hash(sdk.name, version)
    if known is not None and (came := _integrity(place, sdk)) != known:
        raise EnvironmentFault(
            f"what the registry gave as {name} {version} is something else: {came}, not {known}",
            where=subject.id,
            hint="ask another registry",
        )
    return {"version": version}


def _integrity(place: Path, sdk: Sdk) -> str | None:
    """The hash of the tarball that npm has installed the SDK from."""
    lock = json.loads((place / "package-lock.json").read_text(encoding="utf-8"))
    told: str | None = lock["packages"].get(f"node_modules/{sdk.package.name}", {}).get("integrity")
    return told


def _want(place: Path, sdk: Sdk, wanted: str) -> None:
    """Ask for another SDK than the pinned one.

    The rest of the lock stays, and npm keeps what of it the other SDK allows. The lock's own SDK must go from
    it, and so must what is only there for development, which may want that SDK as its peer: npm would take it
    for the one asked for, whatever `package.json` says.
    """
    own, lock = place / "package.json", place / "package-lock.json"
    document = json.loads(own.read_text(encoding="utf-8"))
    document.pop("devDependencies", None)
    document["dependencies"][sdk.package.name] = wanted
    locked = json.loads(lock.read_text(encoding="utf-8"))
    locked["packages"] = {
        name: entry
        for name, entry in locked["packages"].items()
        if name != f"node_modules/{sdk.package.name}" and not (entry.get("dev") or entry.get("devOptional"))
    } | {"": document}
    own.write_text(json.dumps(document, indent=2), encoding="utf-8")
    lock.write_text(json.dumps(locked, indent=2), encoding="utf-8")


def _manifest(place: Path, sdk: Sdk) -> Path:
    return place / "node_modules" / sdk.package.name / "package.json"
