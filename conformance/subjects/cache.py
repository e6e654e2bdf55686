"""A cache of environments: made once, never half, found again in milliseconds."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ENVIRONMENT_VARIABLE = "CONFORMANCE_CACHE"
LAYOUT = 1  # part of every key: raise it when what `make` functions leave behind changes
_MANIFEST = "environment.json"
_CONTENTS = "contents.sha256"
_WRITTEN_LATER = "__pycache__"  # by what runs there
DEPTH = 5  # levels of names: lib/python3.11/site-packages/PACKAGE/*, node_modules/@SCOPE/PACKAGE/*
_SKIPPED = frozenset({".git", "node_modules", "__pycache__", ".venv", ".pytest_cache", ".mypy_cache"})

Manifest = dict[str, Any]


def directory() -> Path:
    """Give the cache's directory: $CONFORMANCE_CACHE, or the user's cache directory of this platform."""
    if chosen := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(chosen).expanduser().resolve()
    import platformdirs  # noqa: PLC0415 - not needed where the variable is set

    return Path(platformdirs.user_cache_dir("durable-conformance", appauthor=False))


def root() -> Path:
    """The cache's directory, which is there then.

    Raises:
        EnvironmentFault: it can't be made.
    """
    place = directory()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            f"the cache can't be used: {error}",
            where=str(place),
            hint=f"make it writable, or set {ENVIRONMENT_VARIABLE} to another directory",
        ) from error
    return place


def key(label: str, parts: Mapping[str, Any]) -> str:
    """Name an environment by all that matters to it: a readable label and a hash of `parts` (JSON values)."""
    text = json.dumps({**parts, "layout": LAYOUT}, sort_keys=True)
    return f"{label}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def digest(content: bytes) -> str:
    """Hash a file's content, for a part of a key."""
    return hashlib.sha256(content).hexdigest()


def fingerprint(source: Path) -> str:
    """Sum up a source: a file's content, or the names, sizes and times of a directory's files."""
    if source.is_file():
        return digest(source.read_bytes())
    seen = hashlib.sha256()
    for name, size, changed in sorted(_files(str(source), "")):
        seen.update(f"{name}\0{size}\0{changed}\n".encode(errors="surrogateescape"))
    return seen.hexdigest()


def _files(root: str, below: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(f"{root}/{below}") as entries:  # a Path for every file costs too much
        for entry in entries:
            name = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED:
                    yield from _files(root, name)
            else:
                stat = entry.stat(follow_symlinks=False)
                yield name, stat.st_size, stat.st_mtime_ns


def found(name: str, whole: Callable[[Path], bool]) -> Path | None:
    """An environment that was made before; None where there is none that can be used."""
    place = directory() / "environments" / name
    return None if _find(place, whole) is None else place


def environment(
    name: str, make: Callable[[Path], Manifest], whole: Callable[[Path], bool]
) -> tuple[Path, Manifest]:
    """Find an environment, or make it.

    It is made in a directory beside its place and renamed, under a lock: it is there whole or not at all, and
    of several processes that want it one makes it. One that has lost a package since is made anew.

    Args:
        name: its key.
        make: fills the (empty, temporary) directory given; the JSON that it returns is kept with it.
        whole: whether an environment that was found can still be used; if not it is made again.

    Raises:
        EnvironmentFault: the cache's directory can't be written; and whatever `make` raises.
    """
    root = directory()
    place = root / "environments" / name
    if known := _find(place, whole):
        return place, known
    try:
        for part in ("environments", "locks", "making"):
            (root / part).mkdir(parents=True, exist_ok=True)
        with lock(root / "locks" / f"{name}.lock"):
            if known := _find(place, whole):
                return place, known
            made = root / "making" / name
            shutil.rmtree(made, ignore_errors=True)  # what a run that was killed left behind
            shutil.rmtree(place, ignore_errors=True)
            made.mkdir()
            try:
                manifest = make(made)
                (made / _CONTENTS).write_text(contents(made), encoding="ascii")
                (made / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
                made.rename(place)
            finally:
                shutil.rmtree(made, ignore_errors=True)
            return place, manifest
    except OSError as error:
        raise EnvironmentFault(
            f"the cache of environments can't be used: {error}",
            where=str(root),
            hint=f"make it writable, free some space, or set {ENVIRONMENT_VARIABLE} to another directory",
        ) from error


def _find(place: Path, whole: Callable[[Path], bool]) -> Manifest | None:
    try:
        manifest: Manifest = json.loads((place / _MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return manifest if _unchanged(place) and whole(place) else None


def contents(place: Path) -> str:
    """Sum up which packages an environment holds: the names in it down to those in each package's directory.

    Deeper it is not looked, nor at what is written later: it is asked at every start.
    """
    own = {_MANIFEST, _CONTENTS}
    names = sorted(name for name in _names(str(place), "", DEPTH) if name not in own)
    return digest("\n".join(names).encode(errors="surrogateescape"))


def _names(root: str, below: str, depth: int) -> Iterator[str]:
    with os.scandir(f"{root}/{below}") as entries:
        for entry in entries:
            if entry.name == _WRITTEN_LATER:
                continue
            name = f"{below}/{entry.name}" if below else entry.name
            yield name
            if depth > 1 and entry.is_dir(follow_symlinks=False):
                yield from _names(root, name, depth - 1)


def _unchanged(place: Path) -> bool:
    """Whether all is there that was installed. One that was made before this was written down is taken so."""
    try:
        return (place / _CONTENTS).read_text(encoding="ascii") == contents(place)
    except FileNotFoundError:
        return True


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a file's lock, and wait while another process does."""
    # The kernel lets go of it when its holder dies, so no run waits for one that is no more.
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
