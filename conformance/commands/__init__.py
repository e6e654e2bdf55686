"""One module for each command, with `options(command)`, what can be said, and `execute(given) -> Exit`.

The first line of a command's module is its help: "`conformance NAME`: what it does". A module whose
first line is another is no command. So a new command is a new file here, and nothing else.
"""

from __future__ import annotations

import argparse
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from conformance.errors import Exit


class Command(Protocol):
    """What a command's module has."""

    def options(self, command: argparse.ArgumentParser) -> None:
        """Say what can be said."""

    def execute(self, given: argparse.Namespace) -> Exit:
        """Do it."""


@cache
def helps() -> MappingProxyType[str, str]:
    """Every command's name with its help, read off the files: no command is loaded to name it."""
    found: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        with path.open(encoding="utf-8") as file:
            words = file.readline().strip().strip('"')
        named = f"`conformance {path.stem}`: "
        if words.startswith(named):
            found[path.stem] = words.removeprefix(named).removesuffix(".")
    return MappingProxyType(found)


def load(name: str) -> Command:
    """The command of that name: what it needs is loaded with it, and nothing else."""
    return cast("Command", import_module(f"{__name__}.{name}"))
