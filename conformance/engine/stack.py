"""The stack of a real session: the installer, the lab and the pools of processes.

The lab loads AWS's emulator, which takes longer than all the rest: that happens when it is first opened, and
what needs no lab never pays for it.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from conformance.engine.session import Lab, Pool, Stack

if TYPE_CHECKING:
    from conformance.subjects.install import Installed
    from conformance.subjects.subject import Subject


def real() -> Stack:
    """What a session runs with when no test says otherwise."""
    return Stack(install=_install, stop_installing=_stop_installing, lab=_lab, pool=_pool)


def _install(subject: Subject) -> Installed:
    from conformance.subjects.install import install  # noqa: PLC0415 (as the module says)

    return install(subject)


def _stop_installing() -> None:
    from conformance.subjects.installer import stop  # noqa: PLC0415 (as the module says)

    stop()


def _lab() -> AbstractAsyncContextManager[Lab]:
    from conformance.lab.lab import Lab as Real  # noqa: PLC0415 (as the module says)

    return Real()


def _pool(installed: Installed, lab: Any) -> Pool:
    from conformance.subjects.pool import Pool as Real  # noqa: PLC0415 (as the module says)

    return Real(installed, lab.gateway_url, lab.url)
