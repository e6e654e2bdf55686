"""Files that are no scenarios, made to hold the suite up: one clear error each, soon and in little memory.

Each row is how the file is made and what must be said. `validate` reads it in a process of its own, whose
CPU time and memory are measured.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CPU_SECONDS = 3.0
"""What the command may take in all: starting takes a third of it, on a busy machine more."""

MEMORY_BYTES = 300 * 1024**2
MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True, timeout=120)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
print(done.stdout + done.stderr)
"""


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50 * 1024**3)


def itself(path: Path) -> None:
    path.symlink_to(path.name)


def statements(path: Path) -> None:
    lines = "\n".join(f"  - step: {{name: s{number}, returns: 1}}" for number in range(15_000))
    path.write_text(f"title: many\nhandler:\n{lines}\n", encoding="utf-8")


def bomb(path: Path) -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    path.write_text("\n".join(lines), encoding="utf-8")


def deep(path: Path) -> None:
    path.write_text("title: deep\nhandler: " + "[" * 50_000, encoding="utf-8")


def code(path: Path) -> None:
    path.write_text("title: !!python/object/apply:os.system ['touch ran']\n", encoding="utf-8")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 64)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (fifo, "no file"),
        (device, "no file"),
        (folder, "no file|can't be read"),
        (sparse, "a file of 53687091200 bytes"),
        (itself, "can't be read|no file"),
        (statements, "more than 40000 values"),
        (bomb, "alias|anchor"),
        (deep, "deep|nest|level"),
        (code, "tag"),
        (binary, "UTF-8|character"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_one_clear_error(make: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.yaml"
    make(path)
    code, cpu, memory, told = measured(path, tmp_path)
    assert code == 2
    assert len(re.findall(r"(?m)^error:|^✗", told)) <= 1
    assert re.search(said, told), told
    assert "Traceback" not in told
    assert cpu < CPU_SECONDS
    assert memory < MEMORY_BYTES
    assert not (tmp_path / "ran").exists()


def measured(path: Path, cwd: Path) -> tuple[int, float, int, str]:
    """Validate a file: the exit code, seconds of CPU, bytes at the peak, and what was said."""
    command = [sys.executable, "-c", MEASURED, sys.executable, "-m", "conformance"]
    done = subprocess.run(  # noqa: S603 - our own words
        [*command, "validate", "--scenarios", str(path.parent)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    numbers, _, told = done.stdout.partition("\n")
    code, cpu, memory = numbers.split()
    return int(code), float(cpu), int(memory), told
