"""The generated scenarios as texts: each group in each place, followed by a wait so that all is replayed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.parameters.groups import GROUPS, VALUES, Group, Statement

FOLDER = Path(__file__).parents[2] / "scenarios" / "parameters"
WIDTH = 112
PLACES = {
    "root": "At the root",
    "child": "In a real child",
    "virtual": "In a virtual child",
    "flat": "In a FLAT branch",
    "nested": "In a NESTED branch",
}
DEEP = frozenset({"child", "nested"})
"""Places that a default run can spare: of those like them it has virtual children and FLAT branches."""
GIVING = frozenset({"step", "child", "map", "parallel", "wait_for_condition", "with_retry"})
"""Statements that give a value, which groups mostly leave unbound."""
BATCHES = frozenset({"map", "parallel"})
BATCH = ("results", "status", "completionReason", "totalCount", "failureCount")
"""What is noted of a batch's result."""


def files() -> dict[str, str]:
    """Every scenario's text by its file's name without the ending."""
    made = {name: make() for name, make in GROUPS.items()}
    placed = {
        f"{name}-{place}": _text(group, place)
        for name, group in made.items()
        for place in PLACES
        if group.anywhere or place == "root"
    }
    return placed | {f"input-{name}": _input(name, value) for name, value in VALUES.items()}


def _input(name: str, value: Any) -> str:
    """An execution that gives its input back, after it was replayed."""
    return "\n".join(
        [
            f"title: An execution's input may be {name.replace('-', ' ')}, and is the same on replay",
            "covers: [execution-input, serdes-json]",
            f"input: {_flow(value)}",
            "handler:",
            "  - wait: {name: replayed, seconds: 5}",
            '  - return: {$eval: "[input]"}',
            f"expect: {_flow({'status': 'SUCCEEDED', 'result': [value]})}",
            "",
        ]
    )


def _text(group: Group, place: str) -> str:
    result = {"return": {"$eval": f"[{', '.join(group.bound)}]"}} if group.bound else {"return": "done"}
    bound = {"let": {"word": "computed", "target": "echo"}}
    body = [bound, *_noted(group.statements), {"wait": {"name": "replayed", "seconds": 5}}, result]
    lines = [f"title: {PLACES[place]}, {group.what}", f"covers: [{', '.join(group.covers)}]"]
    lines += ["deep: true"] if place in DEEP else []
    lines.append("handler:")
    wanted: Any = "done" if not group.bound else None if group.wanted is None else [*group.wanted]
    if place in ("flat", "nested"):
        wanted = None if wanted is None else [wanted]
    lines += _handler(place, body)
    if group.functions:
        lines += ["functions:", *(f"  {name}: {_flow(each)}" for name, each in group.functions.items())]
    if group.outside:
        lines += ["outside:", *(f"  - {_flow(each)}" for each in group.outside)]
    expect = {"status": "SUCCEEDED"} | ({} if wanted is None else {"result": wanted})
    return "\n".join([*lines, f"expect: {_flow(expect)}"]) + "\n"


def _noted(statements: tuple[Statement, ...]) -> list[Statement]:
    """The statements with a note of what they gave, so that a replay must give it again."""
    made: list[Statement] = []
    given: list[str] = []
    for number, statement in enumerate(statements):
        word = next(iter(statement))
        if word in GIVING and "as" not in statement[word]:
            name = f"r{number}"
            made.append({word: {**statement[word], "as": name}})
            given.append(f"[{', '.join(f'{name}.{each}' for each in BATCH)}]" if word in BATCHES else name)
        else:
            made.append(statement)
    return [*made, {"note": [{"$eval": each} for each in given]}] if given else made


def _handler(place: str, body: list[Statement]) -> list[str]:
    if place == "root":
        return [f"  - {_flow(each)}" for each in body]
    if place in ("child", "virtual"):
        head = ["  - child:", "      name: around"] + (["      virtual: true"] if place == "virtual" else [])
        inside = ["      do:", *(f"        - {_flow(each)}" for each in body)]
        value = "around"
    else:
        head = [
            "  - parallel:",
            "      name: around",
            f"      nesting: {place.upper()}",
            "      max_concurrency: 1",
        ]
        first, *rest = (_flow(each) for each in body)
        inside = ["      branches:", f"        - - {first}", *(f"          - {each}" for each in rest)]
        value = "around.results"
    after = ["  - wait: {name: after, seconds: 5}", f"  - return: {{$eval: {value}}}"]
    return [*head, *inside, "      as: around", *after]


def _flow(value: Any) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width, yaml.allow_unicode, yaml.sort_base_mapping_type_on_output = (
        True,
        100_000,
        True,
        False,
    )
    yaml.representer.ignore_aliases = lambda *_: True  # a scenario writes everything out
    text = io.StringIO()
    yaml.dump(value, text)
    return text.getvalue().removesuffix("\n").removesuffix("\n...")
