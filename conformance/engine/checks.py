"""Which check holds to a rule: read off the checks themselves, so that no list can be wrong about them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import conformance.verdict

TITLES = "titles"
"""The module that names every rule and checks none."""


@dataclass(frozen=True)
class Check:
    """A function that names a rule as what it finds broken, and its docstring, or else its module's."""

    place: str  # conformance/verdict/invariants/contexts.py:20 no_virtual_id_on_wire
    says: str
    table: bool = False  # whether it is no function but a table that functions of its module read


def checks(rule: str) -> tuple[Check, ...]:
    """The checks of a rule; none for a name that no check speaks of."""
    found = [check for name, check in _all() if name == rule]
    return tuple([one for one in found if not one.table] or found)


@cache
def _all() -> tuple[tuple[str, Check], ...]:
    """Every text that stands in a function of the verdict's layers, with that function."""
    root = Path(conformance.verdict.__path__[0])
    found: list[tuple[str, Check]] = []
    for path in sorted(root.rglob("*.py")):
        if path.stem != TITLES:
            module = ast.parse(path.read_text(encoding="utf-8"))
            where = path.relative_to(root.parents[1]).as_posix()
            for node in module.body:
                found += _named(node, where, ast.get_docstring(module) or "")
    return tuple(dict.fromkeys(found))


def _named(node: ast.stmt, where: str, module_says: str) -> Iterator[tuple[str, Check]]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        check = Check(f"{where}:{node.lineno} {node.name}", ast.get_docstring(node) or module_says)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        check = Check(f"{where}:{node.lineno}", module_says, table=True)
    else:
        return
    for inside in ast.walk(node):
        if isinstance(inside, ast.Constant) and isinstance(inside.value, str):
            yield inside.value, check
