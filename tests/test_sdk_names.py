"""What is known of one SDK stands in its record: no other code of the suite names an SDK."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from conformance.sdks import registry

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "commands/chosen.py",  # the pair that is run where the command line names none
    "lab/emulator.py",  # AWS's emulator is built on one of them, whose log lines are kept apart
    "commands/mutants.py",  # the one SDK whose source can be mutated
    "quality/mutation/seeded.py",  # the seeded faults, each of which is one SDK's
    "quality/mutation/source/kills.py",  # mutants of one SDK's source
    "quality/mutation/source/sites.py",  # likewise
    "subjects/pypi.py",  # an interpreter has the name of a language
    "subjects/maven.py",  # a launcher has the name of a language
    "doctor/machine.py",  # likewise
    "report/page/render.py",  # a folder has the name of a language
}


def words() -> frozenset[str]:
    """The names of all SDKs, and of their packages."""
    found = set(registry.names())
    for name in registry.names():
        record = registry.record(name)
        assert record is not None
        found |= {record.package.name} if record.package else set()
        found |= {record.harness} if record.harness else set()
        found |= {record.traces.folder} if record.traces else set()
    return frozenset(found)


def named(tree: ast.Module) -> set[str]:
    """The texts of a module that name an SDK, its package or its folder as a whole."""
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {each for each in constants if isinstance(each, str)} & words()


MODULES = sorted((ROOT / "conformance").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "conformance")))
def test_no_code_names_an_sdk(path: Path) -> None:
    name = path.relative_to(ROOT / "conformance").as_posix()
    found = named(ast.parse(path.read_text(encoding="utf-8")))
    assert (found == set()) is (name not in ALLOWED), found


def test_a_name_is_seen() -> None:
    assert named(ast.parse("x = 1 if sdk == 'python' else 2")) == {"python"}
