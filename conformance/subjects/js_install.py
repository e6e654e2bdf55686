"""A JavaScript SDK in a directory of its own: a release, a built package or a tarball."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from conformance.errors import EnvironmentFault
from conformance.subjects import cache, installer, node, pins

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.subjects.subject import Subject

_FLAGS = ("--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error")
_COPIED = ("package.json", "package-lock.json", ".npmrc")


def install(subject: Subject) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Install a JavaScript subject: give its SDK's real version, its command and its environment variables.

    Raises:
        EnvironmentFault: there is no Node for it, or it can't be installed.
    """
    found = node.find()
    source = None if subject.source is None else package(subject.source, subject.id)
    name = cache.key(
        f"js-{subject.version or 'path'}",
        {
            "sdk": "js",
            "version": subject.version,
            "source": None if source is None else [str(source), cache.fingerprint(source)],
            "files": {file: cache.digest(pins.read(pins.npm_file(file)).encode()) for file in _COPIED},
            "node": found.version,
        },
    )
    place, manifest = cache.environment(
        name, lambda made: _make(made, subject, source, found), lambda found: _sdk(found).exists()
    )
    command = (str(found.path), str(pins.JS_HARNESS / "main.mjs"))
    build = {"CONFORMANCE_BUILD": subject.build} if subject.build else {}
    compiled = {"NODE_COMPILE_CACHE": str(cache.directory() / "compiled")}  # Node keeps its versions apart
    return str(manifest["version"]), command, {"CONFORMANCE_SDK": str(place)} | build | compiled


def package(source: Path, subject: str) -> Path:
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
        if document.get("name") == pins.JS_PACKAGE:
            _must_be_built(file.parent, document, subject)
            return file.parent
    raise EnvironmentFault(
        f"no package.json of {pins.JS_PACKAGE} in {source} or its packages/",
        where=subject,
        cure="name a checkout of that repository, its package's directory, or a tarball of it",
    )


def _must_be_built(place: Path, document: dict[str, Any], subject: str) -> None:
    absent = [
        entry for key in ("main", "module") if (entry := document.get(key)) and not (place / entry).exists()
    ]
    if absent:
        raise EnvironmentFault(
            f"{place} is not built: it has no {' and no '.join(absent)}",
            where=subject,
            cure="run `npm ci && npm run build` in it; or name the tarball that `npm pack` makes",
        )


def _make(place: Path, subject: Subject, source: Path | None, found: node.Node) -> cache.Manifest:
    for name in _COPIED:
        (place / name).write_text(pins.read(pins.npm_file(name)), encoding="utf-8")
    verb = "ci"
    if source is not None or subject.version != pins.js_pins()[pins.JS_PACKAGE]:
        verb = "install"
        _want(place, str(subject.version) if source is None else f"file:{source}")
    path = os.pathsep.join([str(found.path.parent), os.environ.get("PATH", os.defpath)])
    # install-links: a directory is packed and unpacked as a registry's package would be, not linked to.
    command = [*found.npm, verb, *_FLAGS, "--install-links"]
    installer.run(command, subject=subject.id, cwd=place, environment={**os.environ, "PATH": path})
    try:
        document = json.loads(_sdk(place).read_text(encoding="utf-8"))
        name, version = document["name"], document["version"]
    except (OSError, ValueError, KeyError) as error:
        raise EnvironmentFault(f"npm has installed no {pins.JS_PACKAGE}", where=subject.id) from error
    if name != pins.JS_PACKAGE or version != (subject.version or version):
        raise EnvironmentFault(
            f"what was installed is {name} {version}", where=subject.id, cure=f"name one of {pins.JS_PACKAGE}"
        )
    return {"version": version}


def _want(place: Path, sdk: str) -> None:
    """Ask for another SDK than the pinned one.

    The rest of the lock stays, and npm keeps what of it the other SDK allows. The lock's own SDK must go from
    it: npm would take that for the one asked for, whatever `package.json` says.
    """
    wanted, lock = place / "package.json", place / "package-lock.json"
    document = json.loads(wanted.read_text(encoding="utf-8"))
    document.pop("devDependencies", None)
    document["dependencies"][pins.JS_PACKAGE] = sdk
    locked = json.loads(lock.read_text(encoding="utf-8"))
    locked["packages"].pop(f"node_modules/{pins.JS_PACKAGE}", None)
    locked["packages"][""] = document
    wanted.write_text(json.dumps(document, indent=2), encoding="utf-8")
    lock.write_text(json.dumps(locked, indent=2), encoding="utf-8")


def _sdk(place: Path) -> Path:
    return place / "node_modules" / pins.JS_PACKAGE / "package.json"
