"""The stack of a real session: the installer, the lab and the pools of processes.

The lab loads AWS's emulator, which takes longer than all the rest: that happens when it is first opened, and
what needs no lab never pays for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from conformance.engine.session import Lab, Pool, Stack

if TYPE_CHECKING:
    from conformance.subjects.install import Installed
    from conformance.subjects.subject import Subject


NOBODY: Mapping[str, int] = MappingProxyType({})


def _unsaid(_why: str) -> None:
    """Say nothing."""


def real(
    ports: Mapping[str, int] = NOBODY, *, sandbox: bool = True, without: Callable[[str], None] = _unsaid
) -> Stack:
    """What a session runs with when no test says otherwise.

    Args:
        ports: by a subject's id, the port at which it waits for a debugger; then there are no limits, and no
            sandbox, which no debugger reaches into.
        sandbox: whether subjects run in one, if it can be had.
        without: told why, whenever a subject that was to run in one runs without.
    """
    return Stack(
        install=partial(_install, ports),
        stop_installing=_stop_installing,
        lab=partial(_lab, limits=not ports),
        pool=partial(_sandboxed, without) if sandbox and not ports else _pool,
    )


def _install(ports: Mapping[str, int], subject: Subject) -> Installed:
    from conformance.subjects.debugging import debugged  # noqa: PLC0415 (as the module says)
    from conformance.subjects.install import install  # noqa: PLC0415 (as the module says)

    installed = install(subject)
    return debugged(installed, ports[subject.id]) if subject.id in ports else installed


def _stop_installing() -> None:
    from conformance.subjects.installer import stop  # noqa: PLC0415 (as the module says)

    stop()


def _lab(*, limits: bool) -> AbstractAsyncContextManager[Lab]:
    from conformance.lab.lab import Lab as Real  # noqa: PLC0415 (as the module says)

    return Real(limits=limits)


def _pool(installed: Installed, lab: Any) -> Pool:
    from conformance.subjects.pool import Pool as Real  # noqa: PLC0415 (as the module says)

    return Real(installed, lab.gateway_url, lab.url)


def _sandboxed(without: Callable[[str], None], installed: Installed, lab: Any) -> Pool:
    from conformance.subjects.pool import Pool as Real  # noqa: PLC0415 (as the module says)

    return Real(installed, lab.gateway_url, lab.url, lab.serve, without=without)
