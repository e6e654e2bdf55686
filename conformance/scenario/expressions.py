"""What scenarios compute with: the notation of JSON-e, as far as it is admitted, and why the rest is not.

JSON-e is the notation alone. What is admitted here is compiled to a tree (`trees`), and every walk over it
gives the same value (docs/values.md). What languages would hardly do alike, or what never ends, is refused:

* `**`, `/`, fractions and `sqrt` (2/2 is 1.0 or 1), `number`, `$json` and all that makes text of a number
  that may be a fraction, `now` and `fromNow` (the wall clock), integers beyond 2^53 - 1;
* operators and functions that are not in the contract (`$sort`, `$find`, `$match`, `strip`, ...), or that
  nobody knows;
* comparisons where a boolean can be seen on one side only: 1 == true holds for some readers;
* an index that can be seen to be negative, save -1.

`repeat(s, n)`, which gives `s` n times over, is ours. So is `{non_json: nan}`, alone in its place: a value
that JSON can't say, each harness having its language's.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from conformance.scenario import evaluation, syntax
from conformance.scenario.budget import Budget
from conformance.scenario.operands import FUNCTIONS, REFUSED, Admission, Path, Rules, kind
from conformance.scenario.syntax import ExpressionError
from conformance.scenario.trees import NON_JSON, compiled, interpolation_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["FUNCTIONS", "RESERVED", "ExpressionError", "admit", "check", "evaluate"]

OPERATORS: dict[str, str | None] = {
    "$eval": None,
    "$flatten": None,
    "$flattenDeep": None,
    "$if": "then, else",
    "$let": "in",
    "$map": "each(x) or each(x, i)",
    "$merge": None,
    "$mergeDeep": None,
    "$reduce": "initial and each(sum, x) or each(sum, x, i)",
    "$reverse": None,
    "$switch": None,
}
"""Known operators, and the keys that stand beside them."""

RESERVED = frozenset({*FUNCTIONS, "sqrt", "number", "fromNow", "strip", "lstrip", "rstrip"}) | {
    "now",
    "input",
    "invocation",
    "true",
    "false",
    "null",
    "in",
}
"""Names that nobody may bind: they already mean something to an evaluator or to every scenario."""

NON_JSON_KINDS = ("nan", "unserialisable", "date", "bytes")
"""The values that JSON can't say, as a harness knows them."""

MAX_DEPTH = 100
"""How deep a template may be: every walk must be able to go there."""

_NAME = r"[a-zA-Z_][a-zA-Z0-9_]*"
_EACH = re.compile(rf"each\(({_NAME})(?:,\s*({_NAME}))?(?:,\s*({_NAME}))?\)")
_OPERATOR_LIKE = re.compile(rf"\${_NAME}$")


def evaluate(template: Any, scope: Mapping[str, Any], budget: Budget | None = None) -> Any:
    """The JSON value that an admitted template stands for, given the values of names.

    Raises:
        ExpressionError: It fails, or computes more than it may.
    """
    return evaluation.value(compiled(template), scope, budget or Budget())


def check(template: Any) -> None:
    """Admit a template, or say the first reason against it. Names are not looked up: `admit` gives them.

    Raises:
        ExpressionError: The template is outside the subset.
    """
    for problem in admit(template).problems:
        raise ExpressionError(problem.message, problem.hint)


def admit(template: Any) -> Admission:
    """All that is wrong with a template, and the names that must be in scope where it is evaluated."""
    admission = Admission()
    _Walk(admission).template(template, (), frozenset())
    return admission


class _Walk(Rules):
    """One admission: through the template, and through each expression in it."""

    # -- templates -------------------------------------------------------------------------------------

    def template(self, template: Any, path: Path, bound: frozenset[str]) -> None:
        if len(path) > MAX_DEPTH:
            self.problem(path[:MAX_DEPTH], f"a value nested deeper than {MAX_DEPTH}", "make it flatter")
            return
        if isinstance(template, str):
            self.text(template, path, bound)
        elif isinstance(template, list):
            for index, item in enumerate(template):
                self.template(item, (*path, index), bound)
        elif isinstance(template, dict):
            self.mapping(template, path, bound)

    def text(self, text: str, path: Path, bound: frozenset[str]) -> None:
        try:
            for part in interpolation_parts(text):
                if isinstance(part, str):
                    continue
                self.node(part, path, bound)
                if (seen := kind(part)) in ("array", "object"):
                    self.problem(path, f"an {seen} can't be made text", "give one of its items")
        except ExpressionError as error:
            self.problem(path, error.message, error.hint)

    def mapping(self, template: dict[str, Any], path: Path, bound: frozenset[str]) -> None:
        operators = [key for key in template if key in OPERATORS or key in REFUSED]
        if len(operators) > 1:
            self.problem(path, f"{' and '.join(operators)} in one mapping", "one operator a mapping")
            return
        if operators:
            self.operator(operators[0], template, path, bound)
            return
        if template.keys() == {NON_JSON}:
            self.non_json(template[NON_JSON], path)
            return
        for key, value in template.items():
            if _OPERATOR_LIKE.match(key):
                near = difflib.get_close_matches(key, OPERATORS, 1)
                hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(OPERATORS)}"
                self.problem((*path, key), f"`{key}` is not an operator of JSON-e", hint)
            elif "${" in key:
                self.problem((*path, key), f"the key `{key}` is computed", "keys are written out")
            self.template(value, (*path, key), bound)

    def non_json(self, kind: Any, path: Path) -> None:
        if kind not in NON_JSON_KINDS:
            self.problem(
                (*path, NON_JSON),
                f"`{NON_JSON}: {kind}` is no value that a harness has",
                f"one of {', '.join(NON_JSON_KINDS)}",
            )
        elif path:
            self.problem(path, f"a {NON_JSON} value within another", "it stands alone")

    def operator(self, name: str, template: dict[str, Any], path: Path, bound: frozenset[str]) -> None:
        if name in REFUSED:
            self.problem((*path, name), f"`{name}` is not in the subset of JSON-e", REFUSED[name])
            return
        handlers: dict[str, Callable[[dict[str, Any], Path, frozenset[str]], None]] = {
            "$eval": self._eval,
            "$if": self._if,
            "$let": self._let,
            "$map": self._map,
            "$reduce": self._reduce,
            "$switch": self._switch,
        }
        if name in handlers:
            handlers[name](template, path, bound)
            return
        self.companions(name, template, path, frozenset())
        self.template(template[name], (*path, name), bound)

    def companions(self, name: str, template: dict[str, Any], path: Path, allowed: frozenset[str]) -> None:
        for key in template:
            if key != name and key not in allowed:
                beside = OPERATORS[name]
                hint = f"beside it stand {beside}" if beside else "nothing stands beside it"
                self.problem((*path, key), f"`{key}` beside `{name}`", hint)

    def _eval(self, template: dict[str, Any], path: Path, bound: frozenset[str]) -> None:
        self.companions("$eval", template, path, frozenset())
        self.source(template["$eval"], (*path, "$eval"), bound)

    def _if(self, template: dict[str, Any], path: Path, bound: frozenset[str]) -> None:
        self.companions("$if", template, path, frozenset({"then", "else"}))
        self.source(template["$if"], (*path, "$if"), bound)
        for key in ("then", "else"):
            self.template(template.get(key), (*path, key), bound)

    def _let(self, template: dict[str, Any], path: Path, bound: frozenset[str]) -> None:
        self.companions("$let", template, path, frozenset({"in"}))
        values = template["$let"]
        if not isinstance(values, dict) or not all(re.fullmatch(_NAME, key) for key in values):
            self.problem((*path, "$let"), "`$let` wants a mapping of names to values", "such as {x: 1}")
            return
        if template.get("in") is None:  # JSON-e's JavaScript takes a null for none
            self.problem(path, "`$let` without `in`", "`in` is what it is for")
            return
        for key, value in values.items():
            self.binding(key, (*path, "$let", key))
            self.template(value, (*path, "$let", key), bound)
        self.template(template["in"], (*path, "in"), bound | values.keys())

    def _each(
        self, name: str, template: dict[str, Any], path: Path, least: int
    ) -> tuple[str, frozenset[str]]:
        """The `each(...)` key beside `name`, and the names it binds; an empty key when there is none."""
        keys = [key for key in template if key.startswith("each(")]
        match = _EACH.fullmatch(keys[0]) if len(keys) == 1 else None
        names = [group for group in match.groups() if group is not None] if match else []
        if not least <= len(names) <= least + 1:
            self.problem(path, f"`{name}` wants one `each(...)`", f"beside it stands {OPERATORS[name]}")
            return "", frozenset()
        for bound in names:
            self.binding(bound, (*path, keys[0]))
        return keys[0], frozenset(names)

    def _map(self, template: dict[str, Any], path: Path, bound: frozenset[str]) -> None:
        key, names = self._each("$map", template, path, 1)
        if key:
            self.companions("$map", template, path, frozenset({key}))
            self.template(template["$map"], (*path, "$map"), bound)
            self.template(template[key], (*path, key), bound | names)

    def _reduce(self, template: dict[str, Any], path: Path, bound: frozenset[str]) -> None:
        key, names = self._each("$reduce", template, path, 2)
        if not key:
            return
        self.companions("$reduce", template, path, frozenset({key, "initial"}))
        if "initial" not in template or not _plain(template["initial"]):
            self.problem(path, "`$reduce` wants a plain `initial`", "JSON-e takes it as it is, uncomputed")
        self.template(template["$reduce"], (*path, "$reduce"), bound)
        self.template(template[key], (*path, key), bound | names)

    def _switch(self, template: dict[str, Any], path: Path, bound: frozenset[str]) -> None:
        self.companions("$switch", template, path, frozenset())
        cases = template["$switch"]
        if not isinstance(cases, dict):
            self.problem((*path, "$switch"), "`$switch` wants a mapping of conditions to values")
            return
        for condition, value in cases.items():
            if condition != "$default":
                self.source(condition, (*path, "$switch", condition), bound)
            self.template(value, (*path, "$switch", condition), bound)

    def binding(self, name: str, path: Path) -> None:
        if name in RESERVED or name.startswith("__"):
            self.problem(path, f"`{name}` can't be bound", "it already means something; take another name")

    def source(self, source: Any, path: Path, bound: frozenset[str]) -> None:
        if not isinstance(source, str):
            self.problem(path, "an expression is text", "put it in quotes")
            return
        try:
            self.node(syntax.parse(source), path, bound)
        except ExpressionError as error:
            self.problem(path, error.message, error.hint)


def _plain(template: Any) -> bool:
    """Whether a template stands for itself: there is nothing to compute in it."""
    if isinstance(template, str):
        return "$" not in template
    if isinstance(template, list):
        return all(_plain(item) for item in template)
    if isinstance(template, dict):
        return all(_plain(key) and _plain(value) for key, value in template.items())
    return True
