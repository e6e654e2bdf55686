"""The ledger's YAML: values with the line that each stands on, and the one edit that is made by command.

Scalars are those of YAML 1.2's core schema, as in scenarios; unlike there, anchors and merge keys are for
authors to use, since a ledger is the maintainers' own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from conformance.errors import Location, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


_YAML = "tag:yaml.org,2002:"
_TAGS = frozenset({"map", "seq", "str", "null", "bool", "int", "float", "merge"})


class _Loader(yaml.CSafeLoader):
    """libyaml's parser, with the scalars of YAML 1.2: `no` and `0001feff` are texts."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"(?:true|false)$", ["t", "f"]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)$", [*"-+0123456789"]),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", [*"-+0123456789"]),
    ("merge", r"<<$", ["<"]),
):
    _Loader.add_implicit_resolver(f"{_YAML}{_tag}", re.compile(_pattern), _first)


@dataclass(frozen=True)
class Item:
    """A mapping of the file: its members, its line, and the lines of its own members, all from 1.

    Attributes:
        data: Plain values; merged in what its merge keys name.
        texts: Its scalar members as they are written: `3.0` is no number there.
        place: Line, first and last column (from 0) of each scalar, by its name.
    """

    data: Mapping[str, Any]
    where: Location
    lines: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    place: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    items: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    """Members that are mappings, or lists of mappings, likewise."""

    def at(self, name: str) -> Location:
        """Where a member stands; the mapping itself for one that is not there."""
        return Location(self.where.file, self.lines.get(name, self.where.line))


def entries(text: str, file: str) -> Iterator[Item]:
    """The entries below `divergences:`.

    Raises:
        UsageError: with file and line, for what is no YAML, or no list of entries.
    """
    try:
        yield from _Reading(text, file).entries()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.context, error.problem) if part)
        where = Location(file, mark.line + 1 if mark else 0)
        raise UsageError(f"can't read the ledger: {problem}", where=where) from error
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"can't read the ledger: {error}", where=Location(file)) from error


class _Reading:
    """One file: its tree of nodes first, for the lines, then the values.

    Making values merges into a mapping's node what its merge keys name, so the members that a mapping has of
    its own are noted before any value is made.
    """

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.loader = _Loader(text)
        self.members: dict[int, list[tuple[Any, Any]]] = {}

    def entries(self) -> Iterator[Item]:
        root = self.loader.get_single_node()
        self.note(root)
        listed = next((node for name, node in self.own(root) if name.value == "divergences"), None)
        if not isinstance(listed, yaml.SequenceNode):
            line = root.start_mark.line + 1 if root is not None else 0
            raise UsageError(
                "no list of divergences",
                where=Location(self.file, line),
                hint="begin the file with `divergences:`",
            )
        for node in listed.value:
            if not isinstance(node, yaml.MappingNode):
                raise UsageError(
                    "an entry that is no mapping",
                    where=Location(self.file, node.start_mark.line + 1),
                    hint="docs/verdicts.md has its members",
                )
            yield self.item(node)

    def note(self, node: Any) -> None:
        """Note the members of every mapping; one that is there twice is refused, and what is no JSON."""
        if node is not None and node.tag.removeprefix(_YAML) not in _TAGS:
            where = Location(self.file, node.start_mark.line + 1)
            raise UsageError(f"the tag {node.tag}", where=where, hint="write plain values")
        if isinstance(node, yaml.SequenceNode):
            for each in node.value:
                self.note(each)
        if not isinstance(node, yaml.MappingNode) or id(node) in self.members:
            return
        self.members[id(node)] = [*node.value]
        names: set[str] = set()
        for name, value in node.value:
            if str(name.value) in names:
                where = Location(self.file, name.start_mark.line + 1)
                raise UsageError(f"`{name.value}` a second time", where=where, hint="say it once")
            names.add(str(name.value))
            self.note(value)

    def own(self, node: Any) -> list[tuple[Any, Any]]:
        """The members that a mapping has of its own; none of anything else."""
        return self.members.get(id(node), [])

    def item(self, node: Any) -> Item:
        own = [(str(name.value), name, value) for name, value in self.own(node) if name.value != "<<"]
        scalars = {name: value for name, _, value in own if isinstance(value, yaml.ScalarNode)}
        data = self.loader.construct_document(node)
        return Item(
            data={str(name): value for name, value in data.items()},
            where=Location(self.file, node.start_mark.line + 1),
            lines={name: key.start_mark.line + 1 for name, key, _ in own},
            texts={name: value.value for name, value in scalars.items()},
            place={
                name: (value.start_mark.line + 1, value.start_mark.column, value.end_mark.column)
                for name, value in scalars.items()
                if value.start_mark.line == value.end_mark.line
            },
            items={
                name: tuple(self.items(value)) for name, _, value in own if name in ("findings", "reference")
            },
        )

    def items(self, node: Any) -> Iterator[Item]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        yield from (self.item(each) for each in nodes if isinstance(each, yaml.MappingNode))


def confirm(text: str, file: str, sdk: str, version: str, ids: Collection[str]) -> str:
    """The file's text with the newest version seen of an SDK raised to `version` in the entries of these ids.

    Nothing else is touched: comments, order and line breaks stay as they are.

    Raises:
        UsageError: as `entries` does.
    """
    lines = text.splitlines(keepends=True)
    places: set[tuple[int, int, int]] = set()
    for item in entries(text, file):
        if item.texts.get("id") not in ids:
            continue
        for each in (item, *item.items.get("reference", ())):
            if each.texts.get("sdk") == sdk and "confirmed" in each.place:
                places.add(each.place["confirmed"])
    for line, start, end in sorted(places, reverse=True):
        whole = lines[line - 1]
        lines[line - 1] = f"{whole[:start]}{version}{whole[end:]}"
    return "".join(lines)
