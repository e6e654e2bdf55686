"""Reading records: YAML, every item checked before anything is held to it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NoReturn

import yaml

from conformance.errors import Location, UsageError
from conformance.sdks.items import KINDS
from conformance.sdks.record import Debugger, Item, Package, Record, Traces
from conformance.sdks.versions import Versions

_MEMBERS = (
    "sdk",
    "title",
    "upstream",
    "package",
    "harness",
    "runtime",
    "builds",
    "traces",
    "debugger",
    "dialect",
)
_APART = ("package", "builds", "traces", "debugger", "dialect")
_PACKAGE = ("registry", "name", "releases")
_REQUIRED = ("sdk", "title", "upstream", "dialect")
_ITEM = ("value", "versions", "source")
REGISTRIES = ("pypi", "npm", "crates", "maven")


def read(path: Path) -> Record:
    """Read one record.

    Raises:
        UsageError: names file, line, what is wrong and what would be right.
    """
    return parse(text(path), str(path))


def text(path: Path) -> str:
    """The text of a record's file.

    Raises:
        UsageError: it can't be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"can't read the record: {error}", where=str(path)) from error


def parse(source: str, where: str) -> Record:
    """Read a record's text; `where` names it in errors, which are those of `read`."""
    try:
        root = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise UsageError(f"can't read the record: {error}", where=where) from error
    if root is None:
        raise UsageError("the record is empty", where=where, hint=f"give it {', '.join(_REQUIRED)}")
    return _Reader(where).record(root)


class _Reader:
    """Knows where it reads, for errors."""

    def __init__(self, where: str) -> None:
        self._where = where

    def record(self, node: yaml.Node) -> Record:
        members = self._members(node, _MEMBERS, _REQUIRED, "a record")
        texts = {key: self._text(each, key) for key, each in members.items() if key not in _APART}
        if not texts["upstream"].startswith("https://"):
            self._refuse("upstream is no https URL", members["upstream"], "link to the SDK's repository")
        items = tuple(self._items(members["dialect"]))
        self._apart(items, members["dialect"])
        return Record(
            sdk=texts["sdk"],
            title=texts["title"],
            upstream=texts["upstream"],
            package=self._package(members.get("package")),
            harness=texts.get("harness"),
            builds=self._texts(members.get("builds"), "builds"),
            traces=self._traces(members.get("traces")),
            debugger=self._debugger(members.get("debugger")),
            items=items,
            runtime=texts.get("runtime"),
        )

    def _package(self, node: yaml.Node | None) -> Package | None:
        if node is None:
            return None
        members = self._members(node, _PACKAGE, _PACKAGE[:2], "a package")
        registry = self._text(members["registry"], "registry")
        if registry not in REGISTRIES:
            self._refuse(
                f"{registry!r} is no registry", members["registry"], f"one of {', '.join(REGISTRIES)}"
            )
        name = self._text(members["name"], "name")
        if "releases" not in members:
            return Package(registry, name)
        return Package(registry, name, self._versions(members["releases"], "releases"))

    def _traces(self, node: yaml.Node | None) -> Traces | None:
        if node is None:
            return None
        members = self._members(node, ("folder", "carriers"), ("folder",), "traces")
        carriers = self._texts(members.get("carriers"), "carriers")
        return Traces(self._text(members["folder"], "folder"), carriers)

    def _debugger(self, node: yaml.Node | None) -> Debugger | None:
        if node is None:
            return None
        members = self._members(node, ("arguments", "module"), ("arguments",), "a debugger")
        arguments = self._texts(members["arguments"], "arguments")
        if not any("{port}" in one for one in arguments):
            self._refuse("no argument has {port} in it", members["arguments"], 'such as "--listen={port}"')
        module = members.get("module")
        return Debugger(arguments, None if module is None else self._text(module, "module"))

    def _texts(self, node: yaml.Node | None, what: str) -> tuple[str, ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self._refuse(f"{what} is no list", node, "write a list of texts")
        return tuple(self._text(each, what) for each in node.value)

    def _items(self, node: yaml.Node) -> Iterator[Item]:
        for name, listed in self._members(node, tuple(KINDS), (), "a dialect").items():
            nodes = listed.value if isinstance(listed, yaml.SequenceNode) else [listed]
            for each in nodes:
                yield self._item(name, each)

    def _item(self, name: str, node: yaml.Node) -> Item:
        members = self._members(node, _ITEM, _ITEM, name)
        try:
            value = KINDS[name].read(_plain(members["value"]))
        except ValueError as error:
            self._refuse(f"{name}: {error}", members["value"], KINDS[name].about)
        versions = self._versions(members["versions"], name)
        source = self._text(members["source"], "source")
        if not source.startswith("https://"):
            self._refuse(f"{name}: source is no https URL", members["source"], "link to what says so")
        return Item(name, value, versions, source)

    def _versions(self, node: yaml.Node, what: str) -> Versions:
        try:
            return Versions.parse(self._text(node, "versions"))
        except ValueError as error:
            self._refuse(f"{what}: {error}", node, 'such as ">=2.1.0"')

    def _apart(self, items: tuple[Item, ...], node: yaml.Node) -> None:
        for one, other in combinations(items, 2):
            if one.name == other.name and one.versions.overlap(other.versions):
                self._refuse(
                    f"{one.name}: the ranges {one.versions.text} and {other.versions.text} overlap",
                    self._line_of(node, one.name),
                    "end the older one where the newer one begins",
                )

    def _line_of(self, node: yaml.Node, name: str) -> yaml.Node:
        keys: list[yaml.Node] = [key for key, _ in node.value if key.value == name]
        return keys[0]

    def _members(
        self, node: yaml.Node, known: tuple[str, ...], required: tuple[str, ...], what: str
    ) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._refuse(f"{what} is no mapping", node, f"it has {', '.join(known)}")
        found: dict[str, yaml.Node] = {}
        for key, each in node.value:
            if key.value not in known:
                self._refuse(f"{what} has no {key.value!r}", key, f"it has {', '.join(known)}")
            if key.value in found:
                self._refuse(f"{key.value} is there twice", key, "say it once")
            found[key.value] = each
        if missing := [key for key in required if key not in found]:
            self._refuse(f"{what} lacks {', '.join(missing)}", node, f"it has {', '.join(known)}")
        return found

    def _text(self, node: yaml.Node, what: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self._refuse(f"{what} is no text", node, "write a text")
        return str(node.value)

    def _refuse(self, message: str, node: yaml.Node, hint: str) -> NoReturn:
        raise UsageError(message, where=str(Location(self._where, node.start_mark.line + 1)), hint=hint)


def _plain(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    finally:
        loader.dispose()
