"""Where a mutation library's operators apply in the SDK's modules: each occurrence is one mutant.

The operators are cosmic-ray's, which is installed on its own (`make mutants` does so). A mutant that doesn't
compile is none; one that only a type checker or a log could tell from the original is left out by what it
touches: annotations, decorators, docstrings and calls of the module's own logger.
"""

from __future__ import annotations

import ast
import difflib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from conformance.errors import EnvironmentFault

PACKAGE = "aws_durable_execution_sdk_python"
MODULES = (
    "context",
    "state",
    "execution",
    "identifier",
    "suspend",
    "retries",
    "waits",
    "serdes",
    "lambda_service",
    "exceptions",
    "concurrency.executor",
    "concurrency.models",
    "operation.base",
    "operation.callback",
    "operation.child",
    "operation.invoke",
    "operation.map",
    "operation.parallel",
    "operation.step",
    "operation.wait",
    "operation.wait_for_condition",
)
"""The modules that speak the protocol, and what they decide by."""

WITHOUT = frozenset({"core/RemoveDecorator", "core/VariableInserter", "core/VariableReplacer", "core/NoOp"})
"""Operators that are none, need arguments of ours, or take decorators off, most of which end the import."""


@dataclass(frozen=True)
class Site:
    """One occurrence of an operator: what one mutant changes, and on which line."""

    module: str
    operator: str
    occurrence: int
    line: int


@dataclass(frozen=True)
class SourceMutant:
    """One change of one module: `source` is the module's text with it, which its diff says as well."""

    name: str  # what its subject is called, such as source-17
    site: Site
    diff: str
    source: str = field(compare=False)


def sites(package: Path) -> tuple[Site, ...]:
    """All places of the SDK in a directory where an operator applies, always in the same order.

    Raises:
        EnvironmentFault: the mutation library is not installed.
    """
    plugins, _, tree = _library()
    found: list[Site] = []
    for module in MODULES:
        code = _text(package, module)
        skipped, nodes = _told_only(code), [*tree.ast_nodes(tree.get_ast(code))]
        for name in sorted({*plugins.operator_names()} - WITHOUT):
            operator = plugins.get_operator(name)()
            places = [place for node in nodes for place in operator.mutation_positions(node)]
            found += (
                Site(module, name, occurrence, start[0])
                for occurrence, (start, _) in enumerate(places)
                if not any(begin <= start < end for begin, end in skipped)
            )
    return tuple(found)


def sample(found: Sequence[Site], size: int | None, seed: int) -> list[Site]:
    """So many of them, drawn with a seed; all without a size."""
    if size is None or size >= len(found):
        return [*found]
    drawn = random.Random(seed).sample(range(len(found)), size)  # noqa: S311 - to be drawn again, not secret
    return [found[number] for number in sorted(drawn)]


def mutant(package: Path, site: Site, number: int) -> SourceMutant | None:
    """The mutant of a site; None where it does not compile, or changes nothing."""
    plugins, mutating, _ = _library()
    code = _text(package, site.module)
    changed = mutating.mutate_code(code, plugins.get_operator(site.operator)(), site.occurrence)
    if changed is None or changed == code or not _compiles(changed):
        return None
    diff = difflib.unified_diff(
        code.splitlines(), changed.splitlines(), site.module, site.module, lineterm="", n=0
    )
    return SourceMutant(f"source-{number}", site, "\n".join(diff), changed)


def _text(package: Path, module: str) -> str:
    return (package / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")


def _library() -> tuple[Any, Any, Any]:
    try:
        plugins, mutating, tree = (
            import_module(f"cosmic_ray.{name}") for name in ("plugins", "mutating", "ast")
        )
    except ImportError as error:
        raise EnvironmentFault(
            f"the mutation library can't be imported: {error}",
            hint="make mutants ARGS='--source python' installs it",
        ) from error
    return plugins, mutating, tree


def _compiles(code: str) -> bool:
    try:
        compile(code, "mutant", "exec")
    except SyntaxError:
        return False
    return True


Span: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""A piece of source from a line and column to another, the end not in it; lines count from 1."""


def _told_only(code: str) -> list[Span]:
    """Annotations, decorators, docstrings and the logger's calls: no run can tell a change of them."""
    told: list[ast.expr | ast.stmt] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Expr) and _says_only(node.value):
            told.append(node)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            told.append(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            told += node.decorator_list
        hint = node.annotation if isinstance(node, ast.arg | ast.AnnAssign) else None
        hint = node.returns if isinstance(node, ast.FunctionDef) else hint
        told += [] if hint is None else [hint]
    return [
        ((each.lineno, each.col_offset), (each.end_lineno or each.lineno, each.end_col_offset or 0))
        for each in told
    ]


def _says_only(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return isinstance(value, ast.Constant)
    return ast.unparse(value.func).startswith("logger.")
