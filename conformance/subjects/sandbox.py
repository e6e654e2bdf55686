"""What a subject's processes see of the machine: the view that they get, and who makes it.

A subject runs code of whoever wrote it. On Linux, where the kernel lets an ordinary user, its processes have
namespaces of their own: no network but a loopback of their own, no process but their own to see or signal,
the users' homes and other programs' sockets hidden, everything read-only but a directory that is removed
after them. Bubblewrap makes that where it is installed, else `namespaces.py` does. Elsewhere subjects run
with the user's rights; `conformance doctor` says which it is.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path

NAMESPACES = Path(__file__).with_name("namespaces.py")
CHECKOUT = Path(__file__).parents[2]

HIDDEN = ("/home", "/root", "/tmp", "/var/tmp", "/run")  # noqa: S108 - so that nobody's are seen
"""What is empty in there beside the user's home: all homes, others' files and the sockets of services."""

SYSTEM = ("/bin", "/dev", "/etc", "/lib", "/proc", "/sbin", "/sys", "/usr")
"""Where some users of services have their home; hiding it would hide programs."""

NOBODY = "1000"  # the number that root has in there, see namespaces.py


TRY_SECONDS = 20
SAID = 300
"""Characters that are repeated of what is said when one can't be made."""


class Way(Enum):
    """Who separates a subject's processes from the machine."""

    BUBBLEWRAP = "bubblewrap"
    NAMESPACES = "namespaces"
    NONE = "none"


@dataclass(frozen=True)
class View:
    """What processes see of the file system: each is a path as it is outside.

    `hidden` directories are empty but for what is `shown` in them; those `written` can be written to.
    """

    hidden: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


@dataclass(frozen=True)
class Needs:
    """What a subject's processes need to see: their program, and whatever else it reads or writes."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    cwd: Path | None = None
    written: tuple[Path, ...] = field(default=())


def ways() -> tuple[Way, ...]:
    """The ways that this system may have, the best first; the last is always to be had."""
    if not sys.platform.startswith("linux"):
        return (Way.NONE,)
    found = (Way.BUBBLEWRAP,) if shutil.which("bwrap") else ()
    return (*found, Way.NAMESPACES, Way.NONE)


def command(way: Way, view: View, inside: tuple[str, ...]) -> tuple[str, ...]:
    """The command that runs another one in its sandbox."""
    match way:
        case Way.BUBBLEWRAP:
            return ("bwrap", *_arguments(view), "--", *inside)
        case Way.NAMESPACES:
            return (sys.executable, "-I", "-S", str(NAMESPACES), json.dumps(asdict(view)), *inside)
        case Way.NONE:
            return inside


def refusal(way: Way) -> str | None:
    """Why this machine does not let a sandbox be made in that way; None if it does."""
    true = shutil.which("true")
    if way is Way.NONE or true is None:
        return None if way is Way.NONE else "there is no `true` to try it with"
    try:
        done = subprocess.run(  # noqa: S603 - our own, or bubblewrap
            command(way, view(Needs((true,), {})), (true,)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TRY_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()[:SAID] or f"status {done.returncode}"


def view(needs: Needs) -> View:
    """What the processes of a subject are to see."""
    hidden = tuple(_outermost(path for path in (*HIDDEN, *_homes()) if _is_directory(path)))
    wanted = (Path(os.path.abspath(path)) for path in _needed(needs))  # noqa: PTH100 - links stay as they are
    shown = _outermost(
        str(path)
        for path in wanted
        if path.exists() and _within(str(path), hidden) and not _holds(str(path), _homes())
    )
    return View(hidden, tuple(shown), tuple(str(path) for path in needs.written))


def _needed(needs: Needs) -> Iterator[Path]:
    """Paths that a subject's processes read; those that anybody sees among them."""
    yield CHECKOUT
    yield from map(Path, (sys.prefix, sys.base_prefix))
    for word in _words(needs):
        path = (needs.cwd or Path("/")) / word
        with suppress(OSError, ValueError):  # no path at all
            if os.sep in word and path.exists():
                yield from _around(path)
    if needs.cwd:
        yield needs.cwd


def _words(needs: Needs) -> Iterator[str]:
    """The words of a command, and the paths in what it assigns (`env PYTHONPATH=...`, `--prefix=...`)."""
    yield from needs.command
    assigned = (word.partition("=")[2] for word in needs.command)
    for value in (*assigned, *needs.environment.values()):
        yield from (part for part in value.split(os.pathsep) if part.startswith(os.sep))


def _around(path: Path) -> Iterator[Path]:
    """A path and what belongs to it: a file's directory, a program's libraries, wherever its links lead."""
    homes = set(_homes())
    for place in {path, Path(os.path.abspath(path)), path.resolve()}:  # noqa: PTH100 - as above
        directory = place if place.is_dir() else place.parent
        yield place
        yield directory
        if directory.name in ("bin", "sbin") and str(directory.parent.parent) not in homes:
            yield directory.parent  # and not ~/.local or ~/.cargo, which hold secrets too


def _homes() -> Iterator[str]:
    """The user's home, by the environment and by the list of users."""
    found = [os.environ.get("HOME", "")]
    with suppress(KeyError):
        found.append(pwd.getpwuid(os.getuid()).pw_dir)
    yield from (home for home in found if home.startswith(os.sep) and not _within(home, SYSTEM))


def _is_directory(path: str) -> bool:
    return path != os.sep and Path(path).is_dir() and not Path(path).is_symlink()


def _outermost(paths: Iterable[str]) -> Iterator[str]:
    """Those that lie in none of the others."""
    last: str | None = None
    for path in sorted(set(paths), key=lambda each: Path(each).parts):
        if last is None or not _within(path, (last,)):
            last = path
            yield path


def _within(path: str, directories: Iterable[str]) -> bool:
    return any(Path(path).is_relative_to(directory) for directory in directories)


def _holds(path: str, others: Iterable[str]) -> bool:
    """Whether a path is one of the hidden directories themselves, or has a home in it."""
    return path in HIDDEN or any(Path(other).is_relative_to(path) for other in others)


def _arguments(view: View) -> Iterator[str]:
    yield from ("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--as-pid-1")
    if os.getuid() == 0:
        yield from ("--uid", NOBODY, "--gid", NOBODY)
    yield from ("--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    for path in view.hidden:
        yield from ("--tmpfs", path)
    for path in view.shown:
        yield from ("--ro-bind", path, path)
    for path in view.written:
        yield from ("--bind", path, path)
    for path in view.hidden:
        if path != "/tmp":  # noqa: S108 - where programs write without asking
            yield from ("--remount-ro", path)
    yield from ("--chdir", "/")
