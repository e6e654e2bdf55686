"""Colour and symbols for a stream: as much of them as it, and whoever started it, can bear."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

RED, GREEN, BOLD = "31", "32", "1"

_ASCII = str.maketrans({"✓": "+", "✗": "x", "│": "|", "·": "-", "→": ">"})


def coloured(stream: TextIO, environment: Mapping[str, str] | None = None) -> bool:
    """Whether to colour: NO_COLOR and FORCE_COLOR decide, else whether a terminal that can is there."""
    given = os.environ if environment is None else environment
    if given.get("NO_COLOR"):
        return False
    if given.get("FORCE_COLOR", "0") != "0":
        return True
    return live(stream, given)


def live(stream: TextIO, environment: Mapping[str, str] | None = None) -> bool:
    """Whether a person watches: a terminal that can move its cursor, outside of continuous integration."""
    given = os.environ if environment is None else environment
    quiet = given.get("TERM") == "dumb" or given.get("CI", "").lower() not in ("", "0", "false")
    return stream.isatty() and not quiet


@dataclass(frozen=True)
class Paint:
    """How to write to one stream."""

    colour: bool = False
    symbols: bool = True

    @classmethod
    def of(cls, stream: TextIO) -> Paint:
        """What a stream can bear."""
        try:
            "✓│→".encode(getattr(stream, "encoding", None) or "utf-8")
        except (UnicodeEncodeError, LookupError):
            return cls(coloured(stream), symbols=False)
        return cls(coloured(stream))

    def __call__(self, text: str, *styles: str) -> str:
        """Colour a text, if colour is wanted; our own symbols as letters where the stream has none."""
        shown = text if self.symbols else text.translate(_ASCII)
        return f"\x1b[{';'.join(styles)}m{shown}\x1b[0m" if self.colour and styles else shown
