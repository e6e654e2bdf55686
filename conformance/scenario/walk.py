"""Ways through a document: statements in statements, and the templates in them, each with its path.

Paths are the document's own, so that whatever is said about a place can be said with its line. The documents
are of the right shape (`shape`), nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from conformance.scenario.parts import UNITS
from conformance.scenario.statement_parser import OPERATIONS, PARSERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.scenario.operands import Path

FUNCTIONS = frozenset({"child", "map", "parallel", "with_retry"})
"""Statements with statements of their own, which `return` gives a value."""

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Block:
    """A list of statements in a statement; `names` are in scope there beyond what is in scope around it."""

    path: Path
    statements: list[dict[str, Any]]
    names: frozenset[str] = NOTHING


@dataclass(frozen=True)
class TemplateSite:
    """A template in a statement; `names` are in scope there beyond what is in scope around it."""

    path: Path
    template: Any
    names: frozenset[str] = NOTHING


@dataclass(frozen=True)
class StatementSite:
    """A statement: its word, its fields (a mapping, or what stands there instead), and their path."""

    word: str
    given: Any
    path: Path
    statement: dict[str, Any]
    statement_path: Path


def place(statement: dict[str, Any], path: Path) -> StatementSite:
    """The statement that stands at `path`."""
    word = next(key for key in statement if key in PARSERS)
    return StatementSite(word, statement[word], (*path, word), statement, path)


def roots(document: dict[str, Any]) -> Iterator[Block]:
    """The handlers: the scenario's own and those of its functions."""
    yield Block(("handler",), document["handler"])
    for name, function in document.get("functions", {}).items():
        if "handler" in function:
            yield Block(("functions", name, "handler"), function["handler"])


def everywhere(document: dict[str, Any]) -> Iterator[StatementSite]:
    """All statements, outer ones first, in the document's order."""
    for root in roots(document):
        yield from _within(root)


def _within(block: Block) -> Iterator[StatementSite]:
    for index, statement in enumerate(block.statements):
        here = place(statement, (*block.path, index))
        yield here
        for inner in blocks(here):
            yield from _within(inner)


def blocks(here: StatementSite) -> Iterator[Block]:
    """The lists of statements in a statement."""
    if here.word == "parallel":
        for index, branch in enumerate(here.given["branches"]):
            path: Path = (*here.path, "branches", index)
            statements = branch
            if isinstance(branch, dict):
                path, statements = (*path, "do"), branch["do"]
            yield Block(path, statements, frozenset({"index"}))
    elif here.word in FUNCTIONS:
        names = {"map": frozenset({"item", "index", "items"}), "with_retry": frozenset({"attempt"})}
        yield Block((*here.path, "do"), here.given["do"], names.get(here.word, NOTHING))
    else:
        for key in ("try", "catch", "then", "else", "on_root"):
            if key in here.statement:
                yield Block((*here.statement_path, key), here.statement[key])
        for body_path, body, bound in bodies(here):
            if "do" in body:
                yield Block((*body_path, "do"), body["do"], bound)


def bodies(here: StatementSite) -> Iterator[tuple[Path, dict[str, Any], frozenset[str]]]:
    """The bodies of a step, check or submitter: path, body, and what is in scope there."""
    key = {"step": None, "wait_for_condition": "check", "wait_for_callback": "submitter"}.get(here.word, "")
    if key == "":
        return
    given, path = (here.given, here.path) if key is None else (here.given[key], (*here.path, key))
    names = {"step": frozenset({"attempt"}), "wait_for_condition": frozenset({"attempt", "state"})}
    scope = names.get(here.word, frozenset({"attempt", "callback_id"}))
    if "attempts" in given:
        for index, body in enumerate(given["attempts"]):
            yield (*path, "attempts", index), body, scope
    else:
        yield path, given, scope


_SCOPED: dict[str, frozenset[str]] = {
    "item_name": frozenset({"item", "index", "items"}),
    "summary": frozenset({"result"}),
    "until": frozenset({"state", "attempt"}),
}
"""Templates that see more than what is in scope around their statement."""


def _typed(*types: str) -> tuple[str, ...]:
    """The names of all fields of operations that have one of these types."""
    items = (item for kind in OPERATIONS.values() for item in fields(kind))
    return tuple(dict.fromkeys(item.name for item in items if item.type in types))


_TEMPLATES = _typed("Expr", "Optional")
_DURATIONS = (*_typed("Duration | None"), "delay")


def slots(here: StatementSite) -> Iterator[TemplateSite]:
    """The templates of a statement itself, not of those in it."""
    if here.word in ("return", "note", "if"):
        yield TemplateSite(here.path, here.given)
    elif here.word == "log":
        yield TemplateSite((*here.path, "message"), here.given["message"])
    elif here.word == "raise" and isinstance(here.given, dict):
        yield from _one(here.given, here.path, "message")
    elif here.word in OPERATIONS:
        yield from _operation(here)


def _one(
    given: dict[str, Any], path: Path, key: str, names: frozenset[str] = NOTHING
) -> Iterator[TemplateSite]:
    if key in given:
        yield TemplateSite((*path, key), given[key], names)


def _operation(here: StatementSite) -> Iterator[TemplateSite]:
    given = here.given
    for key in _TEMPLATES:
        yield from _one(given, here.path, key, _SCOPED.get(key, NOTHING))
    if "complete_when" in given:
        path = (*here.path, "complete_when")
        yield from _one(given["complete_when"], path, "when", frozenset({"status"}))
    for key, value in given.get("completion", {}).items():
        yield TemplateSite((*here.path, "completion", key), value)
    for index, branch in enumerate(given.get("branches", ())):
        if isinstance(branch, dict):
            yield from _one(branch, (*here.path, "branches", index), "name")
    for path, body, names in bodies(here):
        yield from _body(path, body, names)
    yield from amounts(here)


def _body(path: Path, body: dict[str, Any], names: frozenset[str]) -> Iterator[TemplateSite]:
    yield from _one(body, path, "returns", names)
    yield from _one(body.get("raises", {}), (*path, "raises"), "message", names)
    for index, line in enumerate(body.get("logs", ())):
        yield TemplateSite((*path, "logs", index, "message"), line["message"], names)


def amounts(here: StatementSite) -> Iterator[TemplateSite]:
    """The amounts of all durations of a statement, retry strategies and back-off included."""
    given = here.given
    if not isinstance(given, dict):  # a try's statements, a value returned
        return
    if here.word == "wait":
        for unit in UNITS:
            yield from _one(given, here.path, unit)
    for key in _DURATIONS:
        yield from _duration(given, here.path, key)
    for index, _ in enumerate(given.get("delays", ())):
        yield from _duration(given["delays"], (*here.path, "delays"), index)
    yield from _strategy(given.get("backoff", {}), (*here.path, "backoff"))
    retry = given.get("retry")
    if isinstance(retry, dict):
        for kind, strategy in retry.items():
            path = (*here.path, "retry", kind)
            if kind == "delays":
                for index, _ in enumerate(strategy):
                    yield from _duration(strategy, path, index)
            else:
                yield from _strategy(strategy, path)


def _strategy(given: dict[str, Any], path: Path) -> Iterator[TemplateSite]:
    for key in ("initial", "max", "increment", "delay"):
        yield from _duration(given, path, key)


def _duration(given: Any, path: Path, key: Any) -> Iterator[TemplateSite]:
    if isinstance(given, dict) and key not in given:
        return
    value = given[key]
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in UNITS:
        [(unit, amount)] = value.items()
        yield TemplateSite((*path, key, unit), amount)
    else:
        yield TemplateSite((*path, key), value)
