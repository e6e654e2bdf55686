"""The SDK's own frames in what a subject's processes wrote to standard error.

Python's tracebacks and Node's stack traces are read line by line; frames of the harness, of the language and
of other packages are left out, since what a maintainer looks for is a line of the SDK.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.sdks import registry
from conformance.sdks.record import Traces

MOST = 4
"""Frames that are kept of a trace: the innermost ones, which say what went wrong."""

_PYTHON = re.compile(r'\s+File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>.+)')
_NODE = re.compile(
    r"\s+at (?:(?:async )?(?P<function>.+?) \()?(?:file://)?(?P<file>/[^()]*?):(?P<line>\d+):\d+\)?"
)


@dataclass(frozen=True)
class Frame:
    """One line of a trace: `file` below the SDK's package, such as `operation/step.py`."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        """Write it as people do."""
        return f"{self.file}:{self.line} {self.function}".rstrip()


def frames(stderr: str, sdk: str, about: str | None = None) -> tuple[Frame, ...]:
    """The SDK's frames of one trace, outermost first; none where there is no trace with such frames.

    It is the first trace that `about` (the service's answer, say) stands in, else the last trace of all.
    """
    told = traces_of(sdk)
    if told is None:
        return ()
    traces = [(found, text) for found, text in _traces(stderr, told.folder) if found]
    if about:
        traces = [each for each in traces if about in each[1]] or traces[-1:]
        return tuple(traces[0][0][-MOST:]) if traces else ()
    return tuple(traces[-1][0][-MOST:]) if traces else ()


def traces_of(sdk: str) -> Traces | None:
    """How the SDK's frames are told, by its record; None where that does not say."""
    record = registry.record(sdk)
    return record.traces if record else None


def telling(found: tuple[Frame, ...], sdk: str) -> tuple[Frame, ...]:
    """Frames, the one that says most first: the innermost that is not a carrier's."""
    told = traces_of(sdk)
    carriers = told.carriers if told else ()
    inward = found[::-1]
    return (
        *(frame for frame in inward if frame.file not in carriers),
        *(frame for frame in inward if frame.file in carriers),
    )


def _traces(stderr: str, package: str) -> Iterator[tuple[list[Frame], str]]:
    """Each trace's frames of the package, outermost first, and the message that it is about."""
    kept: list[tuple[Frame, bool]] = []
    said: list[str] = []
    python = False
    for line in stderr.split("\n"):
        hit = _PYTHON.fullmatch(line) or _NODE.fullmatch(line)
        if hit is not None:
            python = hit.re is _PYTHON
            if python and said:  # a traceback's message follows its frames, so these are another one's
                yield [frame for frame, ours in kept if ours], "\n".join(said)
                kept, said = [], []
            path = hit["file"]
            _, ours, below = path.rpartition(f"{package}/")
            kept.append((Frame(below or path, int(hit["line"]), hit["function"] or ""), bool(ours)))
        elif kept and python and line[:1] not in (" ", ""):
            said.append(line)
        elif kept and not python:
            yield [frame for frame, ours in reversed(kept) if ours], "\n".join(said)
            kept, said = [], [line]
        elif not kept:
            said = [*said[-3:], line]  # Node says what is wrong before the frames
    if kept:
        ordered = kept if python else [*reversed(kept)]
        yield [frame for frame, ours in ordered if ours], "\n".join(said)
