"""Where an SDK's releases come from: what each registry's module has to offer."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from conformance.errors import UsageError
from conformance.sdks import registry as records

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.sdks.record import Package, Record


@dataclass(frozen=True)
class Runtime:
    """What runs a handler as it is, as Lambda's own runtime does: a command, and what its processes share."""

    command: tuple[str, ...]
    preload: tuple[str, ...] = ()


@dataclass(frozen=True)
class Installation:
    """What it takes to start a process of an installed SDK.

    `preload` are the modules that its processes can share: the first of them is what the command runs.
    `runtime` is for handlers that are not the harness; None where the suite has none for this SDK.
    `written` are directories of its own that its processes can write to: what they compile is kept there.
    """

    version: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    preload: tuple[str, ...] = ()
    runtime: Runtime | None = None
    written: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Sdk:
    """One SDK that the suite offers by name: its package and the folder of its harness."""

    name: str
    package: Package
    harness: str
    record: Record


class Wanted(Protocol):
    """What is to be installed: a release or, where `source` is there, a package at hand."""

    @property
    def id(self) -> str:
        """How the subject is called."""

    @property
    def version(self) -> str | None:
        """The release, None for a package at hand."""

    @property
    def source(self) -> Path | None:
        """The checkout, package or archive at hand."""

    @property
    def build(self) -> str | None:
        """Which of the SDK's builds is loaded, None for the usual one."""


class Registry(Protocol):
    """A module of this package named after its registry."""

    VERSION: re.Pattern[str]
    """What a release's number looks like."""

    ARCHIVES: tuple[str, ...]
    """How the names of the files end that hold a package."""

    def pinned(self, sdk: Sdk) -> str:
        """The version that the SDK's name alone means."""

    def released(self, sdk: Sdk) -> tuple[str, ...]:
        """All versions that the registry has, in any order.

        Raises:
            EnvironmentFault: the registry doesn't answer, or there is no client to ask it with.
        """

    def install(self, subject: Wanted, sdk: Sdk) -> Installation:
        """Install a subject, or find it installed.

        Raises:
            EnvironmentFault: it can't be had: no such version, no network, a failing build, no toolchain.
        """


def names() -> tuple[str, ...]:
    """The SDKs that are offered by name: those whose record says where they come from and has a harness."""
    return tuple(name for name in records.names() if _offered(name) is not None)


def sdk(name: str) -> Sdk:
    """One of them.

    Raises:
        UsageError: it is none of them.
    """
    found = _offered(name)
    if found is None:
        raise UsageError(f"there is no SDK {name!r}", hint=f"one of {', '.join(names())}")
    return found


def of(found: Sdk) -> Registry:
    """The module that installs an SDK. It is loaded only when it is needed."""
    return cast("Registry", importlib.import_module(f"conformance.subjects.{found.package.registry}"))


def _offered(name: str) -> Sdk | None:
    record = records.record(name)
    if record is None or record.package is None or record.harness is None:
        return None
    return Sdk(name, record.package, record.harness, record)
