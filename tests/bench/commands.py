"""Commands of the suite, run and measured: CPU seconds of all their processes, and wall seconds."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Cost:
    """What a command took, in seconds."""

    cpu: float
    wall: float


def conformance(*words: str, module: Sequence[str] = ("-m", "conformance")) -> Cost:
    """Run `conformance` with these words; its exit code is its own affair."""
    return run([sys.executable, *module, *words])


def run(command: Sequence[str]) -> Cost:
    """Run a command, all of whose processes have ended and been waited for when it has."""
    before, began = _used(), time.monotonic()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)  # noqa: S603 (our own words)
    return Cost(_used() - before, time.monotonic() - began)


def told(command: Sequence[str]) -> str:
    """What a command prints.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603 (our own words)
    return done.stdout


def best(cost: Cost, *others: Cost) -> Cost:
    """The least of several measurements: what disturbs one only ever adds."""
    costs = (cost, *others)
    return Cost(min(each.cpu for each in costs), min(each.wall for each in costs))


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
