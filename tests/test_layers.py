"""Imports run one way: what each part may import, and that no two modules need each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "conformance"

LAYERS: dict[str, frozenset[str]] = {
    # pure: no sockets, no processes
    "errors": frozenset(),
    "machine": frozenset({"errors"}),
    "vocabulary": frozenset(),
    "shipped": frozenset(),
    "sdks": frozenset({"errors", "vocabulary"}),
    "scenario": frozenset({"errors", "vocabulary"}),
    "protocol": frozenset({"errors", "scenario"}),
    "wire": frozenset({"errors", "vocabulary", "sdks", "scenario"}),
    "oracle": frozenset({"errors", "vocabulary", "sdks", "scenario", "wire"}),
    "verdict": frozenset({"errors", "vocabulary", "sdks", "scenario", "wire", "oracle"}),
    # what does the work
    "subjects": frozenset({"errors", "shipped", "sdks", "wire"}),
    "lab": frozenset({"errors", "scenario", "protocol", "wire", "subjects"}),
    # a run from its plan to verdicts; it knows the lab by its protocol, and loads the real one only to run
    "engine": frozenset(
        {"errors", "machine", "shipped", "vocabulary", "sdks", "scenario", "protocol"}
        | {"wire", "verdict", "subjects", "lab"}
    ),
    # AWS's own handlers, from their templates to what AWS's requirements say of them
    "handlers": frozenset({"errors", "scenario", "wire", "verdict", "subjects", "lab"}),
    # what is told of it
    "report": frozenset({"errors", "vocabulary", "sdks", "wire", "verdict", "engine", "handlers"}),
}
"""What each part may import of the others. The front ends, which are not here, may import all of these."""

FRONT_ENDS: dict[str, frozenset[str]] = {
    "quality": frozenset(),
    "doctor": frozenset(),
    "history": frozenset(),
    "commands": frozenset({"quality", "doctor", "history"}),
    "cli": frozenset({"commands"}),
    "__main__": frozenset({"cli"}),
    "pytest_items": frozenset({"commands"}),
    "pytest_plugin": frozenset({"pytest_items"}),
}
"""What each front end may import of the other front ends."""

PURE = ("errors", "scenario", "protocol", "wire", "oracle", "verdict")
OUTSIDE = frozenset(
    {
        "asyncio",
        "aiohttp",
        "http.client",
        "http.server",
        "multiprocessing",
        "selectors",
        "signal",
        "socket",
        "ssl",
        "subprocess",
    }
)
"""What pure code leaves alone: sockets, processes, and AWS's SDK and emulator."""


def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in (ROOT / PACKAGE).rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each module that is imported, anywhere in the file and for types alone too, and the names out of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or "", tuple(alias.name for alias in node.names)


def needed(known: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """Which modules of the package each one imports."""
    edges: dict[str, set[str]] = {name: set() for name in known}
    for name, tree in known.items():
        for module, names in imported(tree):
            if module in known:
                inner = {f"{module}.{each}" for each in names} & known.keys()
                edges[name] |= inner
                if not inner or len(inner) < len(names):
                    edges[name].add(module)
    return edges


KNOWN = modules()
EDGES = needed(KNOWN)


def part(module: str) -> str:
    return module.partition(".")[2].partition(".")[0]


@pytest.mark.parametrize("name", sorted({part(module) for module in KNOWN} - {""}))
def test_a_part_imports_only_what_stands_below_it(name: str) -> None:
    assert (name in LAYERS) != (name in FRONT_ENDS), f"say in this table where {name} stands"
    below = LAYERS[name] if name in LAYERS else FRONT_ENDS[name] | LAYERS.keys()
    allowed = {*below, name, ""}
    wrong = {
        f"{module} -> {other}"
        for module, others in EDGES.items()
        if part(module) == name
        for other in others
        if part(other) not in allowed
    }
    assert not wrong


def test_the_table_itself_runs_one_way() -> None:
    assert [*TopologicalSorter(LAYERS).static_order()]
    assert [*TopologicalSorter(FRONT_ENDS).static_order()]
    assert {other for others in LAYERS.values() for other in others} <= LAYERS.keys()


def test_no_modules_need_each_other() -> None:
    packages = {name for name in EDGES if any(other.startswith(f"{name}.") for other in EDGES)}
    graph = {name: others - packages for name, others in EDGES.items() if name not in packages}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("name", PURE)
def test_pure_code_touches_neither_sockets_nor_processes(name: str) -> None:
    wrong = {
        f"{module} -> {other}"
        for module, tree in KNOWN.items()
        if part(module) == name
        for other, _ in imported(tree)
        if {other, other.partition(".")[0]} & OUTSIDE or other.startswith("aws_durable_execution_sdk")
    }
    assert not wrong


def test_the_harnesses_and_the_suite_share_no_code() -> None:
    for path in (ROOT / "python_sdk").rglob("*.py"):
        for module, _ in imported(ast.parse(path.read_text(encoding="utf-8"))):
            assert module.partition(".")[0] != PACKAGE, path
    for name, tree in KNOWN.items():
        assert not [module for module, _ in imported(tree) if module.partition(".")[0] == "python_sdk"], name


def test_a_circle_and_a_way_back_are_seen() -> None:
    made = {
        "conformance.scenario": ast.parse(""),
        "conformance.scenario.a": ast.parse("from conformance.scenario import b"),
        "conformance.scenario.b": ast.parse("def f():\n    from conformance.scenario.a import x"),
    }
    edges = needed(made)
    assert edges["conformance.scenario.a"] == {"conformance.scenario.b"}
    assert edges["conformance.scenario.b"] == {"conformance.scenario.a"}
    with pytest.raises(CycleError):
        TopologicalSorter(edges).prepare()
