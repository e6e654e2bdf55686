"""A function of a scenario as the JSON that a harness interprets.

Every statement becomes an object: `op`, its word, then its fields by name. Wherever a value may be computed
there is a tree (docs/values.md), literals too. What was not given is left out, and null means that null was
given: the two are different things to an SDK.
"""

from __future__ import annotations

import re
from dataclasses import Field, asdict, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance.scenario.budget import EVALUATION, INVOCATION
from conformance.scenario.statements import ABSENT, Body, Let, Statement
from conformance.scenario.trees import compiled

if TYPE_CHECKING:
    from conformance.scenario.model import Scenario

MAIN = "scenario"
"""The name of the scenario's own function."""

BUDGET = {"evaluation": asdict(EVALUATION), "invocation": asdict(INVOCATION)}
"""What the harness may compute."""

BODIES = frozenset({"bodies", "check", "submitter"})
"""Fields of statements that are no part of a program: what a body does is told when it runs."""

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")
TEMPLATES = frozenset({"Expr", "Optional"})
"""How the fields that hold templates are annotated; `statements` has its annotations as text."""

_STATEMENTS: tuple[type, ...] = Statement.__args__


def program(scenario: Scenario, function: str = MAIN) -> dict[str, Any]:
    """The program of `function`; the lab adds the invocation's number before a harness gets it.

    Raises:
        KeyError: The scenario has no such function.
    """
    if function == MAIN and MAIN not in scenario.functions:
        durable, statements = True, scenario.handler
    else:
        target = scenario.functions[function]
        durable, statements = target.durable, target.handler
    return {
        "function": function,
        "durable": durable,
        "statements": encode(statements),
        "budget": BUDGET,
    }


def turn(body: Body, run: int) -> dict[str, Any]:
    """What a body does that runs for the `run`th time, as a harness gets it.

    One that is to crash gives null: its process is killed before the SDK hears of it.
    """
    if body.crashes is not None:
        body = Body(returns=None, logs=body.logs)
    return {"run": run, **encode(replace(body, after=None))}


def encode(value: Any) -> Any:
    """Dataclasses become objects, tuples arrays, templates trees; other JSON stays what it is."""
    if is_dataclass(value) and not isinstance(value, type):
        head = {"op": word(value)} if isinstance(value, _STATEMENTS) else {}
        return head | {
            item.name: _encoded(value, item, given)
            for item in fields(value)
            if item.name not in BODIES and not _left_out(item, given := getattr(value, item.name))
        }
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    return value


def _encoded(owner: Any, item: Field[Any], given: Any) -> Any:
    if isinstance(owner, Let) and item.name == "values":
        return [[name, compiled(template)] for name, template in given]
    return compiled(given) if item.type in TEMPLATES else encode(given)


def word(statement: Any) -> str:
    """A statement's word, or that of its class: the class's name in snake case."""
    kind = statement if isinstance(statement, type) else type(statement)
    return _HUMP.sub("_", kind.__name__).lower()


def _left_out(item: Field[Any], value: Any) -> bool:
    """Whether nothing was given: a null in a field that takes any JSON was."""
    if value is ABSENT:
        return True
    if value is None:
        return item.default is None or str(item.type).endswith("| None")
    return value == () and item.default == ()
