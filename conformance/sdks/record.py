"""The record of one SDK: what it is called, where it comes from, and its dialect by version."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance.sdks.dialect import UNSTATED, Dialect
from conformance.sdks.versions import Versions

ALL = Versions(">=0")


@dataclass(frozen=True)
class Package:
    """Where releases come from: a registry, and the package's name there.

    `releases` are those that are the SDK: an early one may only have taken the name.
    """

    registry: str
    name: str
    releases: Versions = ALL


@dataclass(frozen=True)
class Traces:
    """How the SDK's own frames are told in a stack trace.

    `folder` holds its files wherever it was installed. `carriers` are files that carry what others decided: a
    trace ends in them whatever is wrong.
    """

    folder: str
    carriers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Debugger:
    """How a process of the SDK is started so that a debugger can attach, and waits until one has.

    `arguments` follow the program that its command begins with; `{port}` in them is the port of 127.0.0.1.
    `module` is what the program must be able to import for that, where it is not there by itself.
    """

    arguments: tuple[str, ...]
    module: str | None = None


@dataclass(frozen=True)
class Item:
    """How one thing is spelled by a range of versions, and the source that says so."""

    name: str
    value: Any
    versions: Versions
    source: str


@dataclass(frozen=True, eq=False)
class Record:
    """What the suite knows of one SDK.

    `harness` is the folder of its harness, if the suite has one. `builds` are the builds that it has besides
    the usual one. `runtime` is how Lambda's identifiers of the runtimes begin that its functions run in.
    """

    sdk: str
    title: str
    upstream: str
    package: Package | None = None
    harness: str | None = None
    builds: tuple[str, ...] = ()
    traces: Traces | None = None
    debugger: Debugger | None = None
    items: tuple[Item, ...] = ()
    runtime: str | None = None

    @property
    def repository(self) -> str:
        """The repository on GitHub, as `owner/name`; empty for an SDK that is elsewhere."""
        return self.upstream.removeprefix("https://github.com/").strip("/") if self.upstream else ""

    def dialect(self, version: str) -> Dialect:
        """How a version spells; what no item covers is not stated."""
        return _dialect(self, version)

    def item(self, name: str, version: str) -> Item | None:
        """The item that covers a version, for whoever wants to quote its source."""
        return next((one for one in self.items if one.name == name and one.versions.hold(version)), None)


@lru_cache(maxsize=256)
def _dialect(record: Record, version: str) -> Dialect:
    held = {one.name.replace("-", "_"): one.value for one in record.items if one.versions.hold(version)}
    return Dialect(**held) if held else UNSTATED
