"""Logging through the SDK's loggers, into a sink of ours that tells the lab.

The SDK decides whether a line gets through (it holds lines back on replay), and adds what it knows; the
sink only hears of it. A line that a statement did not ask for is the SDK's own and goes to stderr.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from python_sdk.scope import Scope

METHODS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error"}

_asked = threading.local()


def write(logger: Any, line: dict[str, Any], scope: Scope, extra: dict[str, Any] | None = None) -> None:
    """Log what a `log` describes. Where there is no SDK there is no logger: the lab is told at once."""
    at = line["at"]
    level = line.get("level", "info")
    if level not in METHODS:
        scope.run.lab.stop("harness", f"unknown level {level!r}: this harness knows {', '.join(METHODS)}", at)
    message = scope.evaluate(line["message"], at, extra)

    def tell() -> None:
        scope.run.lab.effect(at, scope.indexes, "log", "start", detail={"level": level, "message": message})

    if logger is None:
        tell()
        return
    _asked.tell = tell
    try:
        getattr(logger, METHODS[level])(message)
    finally:
        _asked.tell = None


class Sink:
    """What the SDK's loggers write into."""

    def debug(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Hear a line."""
        self._hear("debug", msg, args, extra)

    def info(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Hear a line."""
        self._hear("info", msg, args, extra)

    def warning(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Hear a line."""
        self._hear("warning", msg, args, extra)

    def error(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Hear a line."""
        self._hear("error", msg, args, extra)

    def exception(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Hear a line."""
        self._hear("error", msg, args, extra)

    @staticmethod
    def _hear(level: str, msg: object, args: tuple[object, ...], extra: Mapping[str, object] | None) -> None:
        tell = getattr(_asked, "tell", None)
        if tell is not None:
            tell()
        else:
            sys.stderr.write(f"{level}: {msg} {args or ''} {dict(extra or {})}\n")
