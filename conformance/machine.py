"""What the machine has to give, and what is said where it does not: disk, memory, open files."""

from __future__ import annotations

import errno
import sys
from contextlib import suppress

from conformance.errors import EnvironmentFault

WANTED_FILES = 1024
"""Files and sockets that may be open at once in a run of a few jobs: pipes, ports, connections."""

LEAST_FILES = 256
SET_DUMPABLE = 4  # of prctl(2)

CURES = {
    errno.ENOSPC: "make room there, or say another place",
    errno.EDQUOT: "make room there, or say another place",
    errno.EROFS: "say a place that can be written to",
    errno.EACCES: "say a place that may be read and written",
    errno.EMFILE: f"ulimit -n {WANTED_FILES}",
    errno.ENFILE: "close what holds so many files open",
    errno.EILSEQ: "say a name that is UTF-8",
}


def said(error: OSError | MemoryError) -> str:
    """An error of the machine in one line: where, what, and what to do."""
    if isinstance(error, MemoryError):
        return "there is no memory left (run with fewer --jobs, or fewer scenarios)"
    where = f"{error.filename!s}: " if error.filename else ""
    hint = CURES.get(error.errno or 0)
    return f"{where}{error.strerror or error}" + (f" ({hint})" if hint else "")


def keep_private() -> None:
    """Have no other process of this user read this one's memory, environment or open files (Linux).

    A subject that runs with the user's rights could, and the environment may hold what it must not have. The
    kernel keeps root from nothing.
    """
    if sys.platform.startswith("linux"):
        import ctypes  # noqa: PLC0415 - not needed elsewhere

        ctypes.CDLL(None).prctl(SET_DUMPABLE, 0, 0, 0, 0)


def open_files() -> None:
    """See to it that enough files may be open at once, as far as the system lets an own limit be raised.

    Raises:
        EnvironmentFault: It does not, and a run could break off in the middle.
    """
    with suppress(ImportError):  # no such limits on this system
        import resource  # noqa: PLC0415 - not on every system

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        if soft != resource.RLIM_INFINITY and soft < LEAST_FILES:
            raise EnvironmentFault(
                f"only {soft} files may be open at once, a run wants {LEAST_FILES}",
                hint=f"ulimit -n {WANTED_FILES}",
            )
