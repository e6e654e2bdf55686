"""Keeping the machine busy with something else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SPIN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    sum(range(10_000))"
"""Ends by itself when whoever started it is gone."""


@contextmanager
def busy(cores: int | None = None) -> Iterator[None]:
    """Keep so many cores busy, all of them unless told, for as long as the context is open."""
    spinning = [
        subprocess.Popen([sys.executable, "-c", SPIN])  # noqa: S603 (our own words)
        for _ in range(cores or os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for one in spinning:
            one.kill()
            one.wait()
