"""What may stand in one expression: names, functions, and operands that both evaluators treat alike."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.scenario import syntax
from conformance.scenario.budget import EVALUATION

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS: dict[str, tuple[int, int]] = {
    "abs": (1, 1),
    "ceil": (1, 1),
    "defined": (1, 1),
    "floor": (1, 1),
    "join": (2, 2),
    "len": (1, 1),
    "lowercase": (1, 1),
    "max": (1, 99),
    "min": (1, 99),
    "range": (2, 3),
    "repeat": (2, 2),
    "split": (2, 2),
    "str": (1, 1),
    "typeof": (1, 1),
    "uppercase": (1, 1),
}
"""Known functions, with the least and the greatest number of arguments."""

REFUSED = {
    "fromNow": "it reads the wall clock",
    "number": "it gives fractions in Python; give a number",
    "sqrt": "it gives fractions in Python; give the root",
    "strip": "the evaluators know different white space",
    "lstrip": "the evaluators know different white space",
    "rstrip": "the evaluators know different white space",
    "$fromNow": "it reads the wall clock",
    "$json": "it makes text of numbers, 2.0 or 2; write the text",
    "$sort": "the evaluators order text differently; write it in order",
    "$find": "the evaluators disagree about what it gives; use `$map` and `$flatten`",
    "$match": "its conditions are ordered differently; use `$switch`",
}
"""What JSON-e has and we have not, with the reason or what to use."""

_BOOLEAN_SIGNS = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||", "in"})
_RESULTS = {"abs": "number", "ceil": "number", "floor": "number", "len": "number", "max": "number"} | {
    "min": "number",
    "range": "array",
    "split": "array",
    "defined": "boolean",
    "join": "string",
    "lowercase": "string",
    "repeat": "string",
    "str": "string",
    "typeof": "string",
    "uppercase": "string",
}

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """Something that isn't admitted, at a path within the template."""

    path: Path
    message: str
    hint: str | None


@dataclass
class Admission:
    """What admission found: problems, and the free names a template uses, each with its path."""

    problems: list[Problem] = field(default_factory=list)
    uses: list[tuple[Path, str]] = field(default_factory=list)


def kind(node: syntax.Node) -> str | None:  # noqa: PLR0911 - one return a kind of node
    """The kind of value that can be seen in the expression itself; None when it depends on a variable."""
    match node:
        case syntax.Constant(value):
            return {bool: "boolean", int: "number", str: "string"}.get(type(value), "null")
        case syntax.Unary(sign, _):
            return "boolean" if sign == "!" else "number"
        case syntax.Binary(sign, left, right):
            if sign in _BOOLEAN_SIGNS:
                return "boolean"
            return "number" if sign in "-*" else kind(left) or kind(right)
        case syntax.Call(function, _):
            return _RESULTS.get(function)
        case syntax.ListOf(_):
            return "array"
        case syntax.ObjectOf(_):
            return "object"
    return None


class Rules:
    """Admits one expression after the other into an `Admission`."""

    def __init__(self, admission: Admission) -> None:
        """Add to `admission`."""
        self.admission = admission

    def problem(self, path: Path, message: str, hint: str | None = None) -> None:
        """Note something that isn't admitted."""
        self.admission.problems.append(Problem(path, message, hint))

    def node(self, node: syntax.Node, path: Path, bound: frozenset[str]) -> None:
        """An expression, and all in it."""
        for part in _parts(node):
            match part:
                case syntax.Name(name):
                    self.name(name, path, bound)
                case syntax.Call(function, arguments):
                    self.call(function, arguments, path)
                case syntax.Binary(sign, left, right):
                    self.binary(sign, left, right, path)
                case syntax.Index(_, syntax.Unary("-", key)) if key != syntax.Constant(1):
                    self.problem(
                        path,
                        "a negative index",
                        "only -1: beyond the start Python fails, JavaScript does not",
                    )

    def name(self, name: str, path: Path, bound: frozenset[str]) -> None:
        """A name that is used: one of the scope, or none at all."""
        if name == "now":
            self.problem(path, "`now` is not in the subset of JSON-e", "it reads the wall clock")
        elif name in FUNCTIONS or name in REFUSED:
            self.problem(path, f"`{name}` is a function", f"call it: `{name}(...)`")
        elif name not in bound:
            self.admission.uses.append((path, name))

    def call(self, function: str, arguments: tuple[syntax.Node, ...], path: Path) -> None:
        """A function: one that is known, with arguments that it takes."""
        if function in REFUSED:
            self.problem(path, f"`{function}` is not in the subset of JSON-e", REFUSED[function])
            return
        if function not in FUNCTIONS:
            near = difflib.get_close_matches(function, FUNCTIONS, 1)
            hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(FUNCTIONS)}"
            self.problem(path, f"`{function}` is not a function of the subset", hint)
            return
        least, most = FUNCTIONS[function]
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            self.problem(path, f"`{function}` is given {len(arguments)} arguments", f"it takes {wanted}")
            return
        if function == "repeat" and isinstance(arguments[1], syntax.Constant):
            times = arguments[1].value
            if isinstance(times, int) and times > EVALUATION.bytes:
                self.problem(path, f"`repeat` of {times}", f"at most {EVALUATION.bytes} characters")
        if function == "range" and (count := _items(arguments)) > EVALUATION.steps:
            self.problem(path, f"a `range` of {count} items", f"at most {EVALUATION.steps}")
        if function == "split" and arguments[1] == syntax.Constant(""):
            self.problem(path, "`split` at nothing", "the evaluators count characters differently")
        if function == "str" and kind(arguments[0]) in ("array", "object"):
            self.problem(path, f"an {kind(arguments[0])} can't be made text", "give one of its items")

    def binary(self, sign: str, left: syntax.Node, right: syntax.Node, path: Path) -> None:
        """Two operands that both evaluators treat alike."""
        kinds = (kind(left), kind(right))
        if sign in ("==", "!=", "in") and (_shows_boolean(left) or _shows_boolean(right)):
            certain = {"boolean", "string", "null"}
            if sign == "in" or not (kinds[0] in certain and kinds[1] in certain):
                self.problem(
                    path,
                    f"`{sign}` between a boolean and what may be a number",
                    "1 == true holds in Python only; write the condition itself, `a` or `!a`",
                )
        elif sign in ("<", ">", "<=", ">="):
            seen = {item for item in kinds if item is not None}
            if len(seen) > 1 or seen - {"number", "string"}:
                self.problem(
                    path, f"`{sign}` between {' and '.join(sorted(seen))}", "two numbers or two texts"
                )
        elif sign in "-*" and {item for item in kinds if item is not None} - {"number"}:
            self.problem(path, f"`{sign}` of something else than numbers", "it takes two numbers")
        elif sign == "+":
            seen = {item for item in kinds if item is not None}
            if len(seen) > 1 or seen - {"number", "string"}:
                self.problem(path, f"`+` of {' and '.join(sorted(seen))}", "two numbers or two texts")


def _items(bounds: tuple[syntax.Node, ...]) -> int:
    """How many items a `range` gives; 0 where its bounds can't be seen."""
    numbers = []
    for bound in bounds:
        match bound:
            case syntax.Constant(int() as number):
                numbers.append(number)
            case syntax.Unary("-", syntax.Constant(int() as number)):
                numbers.append(-number)
    if len(numbers) < len(bounds) or not all([*numbers[2:], True]):
        return 0
    start, stop, step = numbers if len(numbers) > 2 else (*numbers, 1)  # noqa: PLR2004 - start, stop, step
    return max(0, -((start - stop) // step))


def _shows_boolean(node: syntax.Node) -> bool:
    """Whether a boolean can be seen in what is compared: evaluators compare lists and objects deeply."""
    match node:
        case syntax.ListOf(items):
            return any(_shows_boolean(item) for item in items)
        case syntax.ObjectOf(items):
            return any(_shows_boolean(item) for _, item in items)
    return kind(node) == "boolean"


def _parts(node: syntax.Node) -> Iterator[syntax.Node]:
    """The node and all nodes in it, as they are written."""
    yield node
    for part in syntax.below(node):
        yield from _parts(part)
