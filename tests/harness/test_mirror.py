"""The two harnesses mirror each other: file by file, name by name, word by word."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from python_sdk import batches, blocks, interpreter, logs, non_json, operations, retries, serdes, support
from tests.harness.subjects import JS, installed

CHECKOUT = Path(__file__).parents[2]
ALONE = {"__init__", "__main__", "mutants", "main"}
"""Files that stand alone: the way in, and the mutants."""

PYTHON_ONLY = {
    "blocks": {"Runner", "Statement"},  # types
    "expressions": {"Names", "Tree"},  # types
    "values": {"whole", "units"},  # JavaScript's numbers and order of texts are the contract's
    "sdk": {"config", "models", "package", "retries", "serdes", "types", "waits"},
}
JS_ONLY = {
    "budget": {"isPlain"},
    "values": {"characters", "length", "ordered"},
    "operations": {"configOf"},
    "sdk": {"load", "sdk"},
}
MODULES = sorted({path.stem for path in (CHECKOUT / "python_sdk").glob("*.py")} - ALONE)


def camel(name: str) -> str:
    if name.isupper() or name[0].isupper():
        return name
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def python_names(module: str) -> set[str]:
    names: set[str] = set()
    for node in ast.parse((CHECKOUT / "python_sdk" / f"{module}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {camel(name) for name in names if not name.startswith("_")}


def js_text(module: str) -> str:
    path = CHECKOUT / "js_harness" / f"{module.replace('_', '-')}.mjs"
    return path.read_text(encoding="utf-8")


def methods(module: str) -> set[str]:
    tree = ast.parse((CHECKOUT / "python_sdk" / f"{module}.py").read_text(encoding="utf-8"))
    return {
        camel(item.name)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        for item in node.body
        if isinstance(item, ast.FunctionDef) and not item.name.startswith("_")
    }


def test_every_file_has_its_counterpart() -> None:
    js = {path.stem.replace("-", "_") for path in (CHECKOUT / "js_harness").glob("*.mjs")} - ALONE
    assert js == set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_its_counterpart(module: str) -> None:
    js = set(re.findall(r"^export (?:async )?(?:function|class|const) (\w+)", js_text(module), re.MULTILINE))
    assert js - JS_ONLY.get(module, set()) == python_names(module) - PYTHON_ONLY.get(module, set())


@pytest.mark.parametrize("module", ["lab", "scope", "http_client", "runtime_loop"])
def test_every_method_has_its_counterpart(module: str) -> None:
    js = set(re.findall(r"^  (?:async |get )?(\w+)\(.*\{$", js_text(module), re.MULTILINE))
    assert methods(module) - {"log"} <= js  # only Lambda's Python has a context that logs


def words(expression: str) -> Any:
    subject = installed(JS)
    script = (
        f"const m = (name) => import(new URL(name, 'file://{CHECKOUT}/js_harness/'));"
        f"console.log(JSON.stringify({expression}))"
    )
    done = subprocess.run(  # noqa: S603 - the subject's own Node
        [subject.command[0], "--input-type=module", "-e", script],
        env=subject.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("python", "js"),
    [
        (blocks.RUNNERS, "(await m('interpreter.mjs'), (await m('blocks.mjs')).RUNNERS)"),
        (retries.KINDS, "(await m('retries.mjs')).KINDS"),
        (serdes.NAMED, "(await m('serdes.mjs')).NAMED"),
        (operations.SEMANTICS, "(await m('operations.mjs')).SEMANTICS"),
        (logs.METHODS, "(await m('logs.mjs')).METHODS"),
        (support.FEATURES, "(await m('support.mjs')).FEATURES"),
        (dict.fromkeys(batches.COMPLETION), "(await m('batches.mjs')).COMPLETION"),
    ],
)
def test_both_know_the_same_words(python: dict[str, Any], js: str) -> None:
    assert interpreter.__doc__
    assert set(words(f"Object.keys({js})")) == set(python)


def test_both_know_the_same_non_json_values() -> None:
    assert words("Object.keys((await m('non-json.mjs')).KINDS)") == list(non_json.KINDS)
