"""The subjects of a run made ready, all at once; one that can't be costs only itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from conformance.engine.events import Faulted, SettingUp
from conformance.errors import ConformanceError

Ready = TypeVar("Ready")
Emit = Callable[[SettingUp | Faulted], None]


async def installed(
    install: Callable[[Any], Ready], stop: Callable[[], None], subjects: Sequence[Any], emit: Emit
) -> dict[str, Ready]:
    """Those that could be installed, by their ids; the others are told as faults.

    Args:
        install: makes one ready; it blocks, so it is called in a thread.
        stop: ends what is being installed, when the run is interrupted.
        subjects: what is to be there.
        emit: told how far it is.
    """
    try:
        outcomes = await asyncio.gather(
            *(_set_up(install, subject, emit) for subject in subjects), return_exceptions=True
        )
    except asyncio.CancelledError:
        stop()  # a thread can't be cancelled, only what it waits for
        raise
    ready: dict[str, Ready] = {}
    for subject, outcome in zip(subjects, outcomes, strict=True):
        if isinstance(outcome, ConformanceError):
            emit(Faulted(outcome))
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            ready[subject.id] = outcome
    return ready


async def _set_up(install: Callable[[Any], Ready], subject: Any, emit: Emit) -> Ready:
    """Install one subject, and tell how long it took."""
    began = time.monotonic()
    emit(SettingUp(subject.id))
    try:
        ready = await asyncio.to_thread(install, subject)
    except BaseException:
        emit(SettingUp(subject.id, time.monotonic() - began, failed=True))
        raise
    emit(SettingUp(subject.id, time.monotonic() - began))
    return ready
