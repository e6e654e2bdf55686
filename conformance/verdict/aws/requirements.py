"""AWS's requirement files, read from the installed package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

PACKAGE = "aws_durable_execution_conformance_tests"
NOT_CORE = frozenset({"plugin"})
"""Themes that are about an SDK's plugins and not about what it writes."""


@dataclass(frozen=True)
class Requirement:
    """One requirement; what its file does not say is empty, or None where that is not the same."""

    id: str
    theme: str
    description: str
    variables: Mapping[str, Any]  # placeholder -> literal, or how to generate it
    input: Any
    callback_actions: tuple[dict[str, Any], ...]
    history: tuple[dict[str, Any], ...]
    result: dict[str, Any] | None
    logs: tuple[dict[str, Any], ...]


def available() -> bool:
    """Whether AWS's package is installed."""
    return find_spec(PACKAGE) is not None


@cache
def core() -> Mapping[str, str]:
    """The ids of AWS's core requirements, each with its theme, in order of their numbers."""
    return MappingProxyType(
        {path.stem: path.parent.name for path in _files() if path.parent.name not in NOT_CORE}
    )


def left_out(id_: str) -> bool:
    """Whether an id is of a theme that is not core, by its number: `10-3` like every other `10-` of it."""
    return id_.partition("-")[0] in _numbers_left_out()


@cache
def _numbers_left_out() -> frozenset[str]:
    return frozenset(path.stem.partition("-")[0] for path in _files() if path.parent.name in NOT_CORE)


@cache
def requirement(id_: str) -> Requirement:
    """Read a requirement.

    Raises:
        KeyError: There is no core requirement of that id.
    """
    theme = core()[id_]
    text = (_root() / theme / f"{id_}.yaml").read_text(encoding="utf-8")
    given = yaml.load(text, Loader=yaml.CSafeLoader)
    return Requirement(
        id=id_,
        theme=theme,
        description=given["description"],
        variables=MappingProxyType(given.get("Variables") or {}),
        input=given.get("Input"),
        callback_actions=tuple(given.get("CallbackActions") or ()),
        history=tuple(given["ExpectedExecutionHistory"]),
        result=given.get("ExpectedResult"),
        logs=tuple(given.get("ExpectedLogs") or ()),
    )


def _root() -> Path:
    return Path(str(files(PACKAGE).joinpath("test_requirements")))


def _files() -> list[Path]:
    return sorted(_root().glob("*/*.yaml"), key=lambda path: [int(part) for part in path.stem.split("-")])
