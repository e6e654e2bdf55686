"""Changing one value in a scenario's text and nothing else: comments, order and spelling stay."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, SequenceNode

from conformance.errors import Location, ScenarioError
from conformance.scenario.yaml_text import Path, read

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


def changed(source: str, path: Path, value: Any, *, file: str = "scenario") -> str:
    """The text with another value at `path`, which must be there.

    Raises:
        ScenarioError: nothing is there, or the text can't be changed without changing more.
    """
    node = _at(YAML(typ="safe", pure=True).compose(source), path)
    where = Location(file, read(source.encode(), file).line(path))
    if node is None:
        raise ScenarioError(f"there is no `{_dotted(path)}` to change", where=where, hint="add it by hand")
    start, end = node.start_mark.index, node.end_mark.index
    kept = source[start:end]
    after = kept[len(kept.rstrip()) :]  # a block's end is the beginning of what follows it
    text = f"{source[:start]}{_written(value)}{after}{source[end:]}"
    wanted = read(source.encode(), file).document
    _put(wanted, path, value)
    if read(text.encode(), file).document != wanted:
        raise ScenarioError(
            f"`{_dotted(path)}` can't be changed by itself", where=where, hint="change it by hand"
        )
    return text


def _at(node: Node | None, path: Path) -> Node | None:
    for segment in path:
        if isinstance(node, MappingNode):
            node = next((value for key, value in node.value if key.value == segment), None)
        elif isinstance(node, SequenceNode) and isinstance(segment, int) and segment < len(node.value):
            node = node.value[segment]
        else:
            return None
    return node


def _put(document: Any, path: Path, value: Any) -> None:
    for segment in path[:-1]:
        document = document[segment]
    document[path[-1]] = value


def _written(value: Any) -> str:
    """A value on one line, as people write it in scenarios: `{a: 1, b: [x, 'two words']}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)}: {_written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, str) and _BARE.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
