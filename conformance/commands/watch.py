"""Running scenarios again whenever one of their files is saved."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from conformance.errors import ConformanceError, Exit

PAUSE = 0.15
"""Seconds between two looks at the files."""

Look = Callable[[], Mapping[Path, tuple[int, int]]]
"""Gives each file's time of change, in nanoseconds, and its size."""


def watch(
    once: Callable[[Sequence[Path]], Exit], look: Look, pause: Callable[[float], object] = time.sleep
) -> Exit:
    """Run all, then those whose file has been saved or is new, until the user ends it.

    Args:
        once: Runs the scenarios in some files; those of all when there is none.
        look: Looks at the files that are watched.
        pause: Waits.
    """
    before = look()
    code = _tried(once, ())
    while code is not Exit.INTERRUPTED:
        sys.stderr.write(f"watching {len(before)} files; Ctrl-C ends it\n")
        after = look()
        while (saved := [path for path, stamp in after.items() if before.get(path) != stamp]) == []:
            pause(PAUSE)
            after = look()
        before = after
        code = _tried(once, saved)
    return code


def _tried(once: Callable[[Sequence[Path]], Exit], paths: Sequence[Path]) -> Exit:
    """Run, and say what keeps it from running: the next save may mend it."""
    try:
        return once(paths)
    except ConformanceError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit


def stamps(paths: Sequence[Path]) -> Mapping[Path, tuple[int, int]]:
    """Those of the files that are there."""
    found: dict[Path, tuple[int, int]] = {}
    for path in paths:
        try:
            stat = path.stat()
        except OSError:
            continue
        found[path] = (stat.st_mtime_ns, stat.st_size)
    return found
