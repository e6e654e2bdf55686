"""Which names mean something where: the scopes of a document, and what is wrong with them.

A name is in scope when it is bound on every way that leads there: what one branch of an `if` binds is in
scope after it only if the other binds it too or never gets there, and what a `try` binds isn't in scope in
its `catch`. The statements of a child, a branch or a retried group see a copy of what is around them and give
values out by `return` alone.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from conformance.scenario import walk
from conformance.scenario.budget import EVALUATION, BudgetError, Limits, Total
from conformance.scenario.expressions import RESERVED, admit, evaluate
from conformance.scenario.operands import Problem
from conformance.scenario.statement_parser import OPERATIONS
from conformance.scenario.syntax import ExpressionError

if TYPE_CHECKING:
    from conformance.scenario.operands import Path
    from conformance.scenario.walk import Block, StatementSite, TemplateSite

Names = dict[str, str]
"""Names in scope, each with what it is: value, callback, batch or error."""

_KINDS = {"callback": "callback", "map": "batch", "parallel": "batch"}
ADMISSION = Limits(2 * EVALUATION.steps, 2 * EVALUATION.bytes)
"""What may be computed to admit a scenario: one value that is too large is found among others."""

_ENDS = frozenset({"return", "raise"})


def problems(document: dict[str, Any]) -> list[Problem]:
    """All uses of names that mean nothing, expressions that aren't admitted, statements never reached."""
    scopes = _Scopes()
    for root in walk.roots(document):
        plain = root.path[0] == "functions" and document["functions"][root.path[1]].get("durable") is False
        own = root.path[0] == "handler" and "input" in document
        scopes.given = {"input": document["input"]} if own else {}
        scopes.function(root, {"input": "value", "invocation": "value"}, durable=not plain)
    return scopes.problems


class _Scopes:
    """A walk in the order in which statements run, with what is bound on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.durable = True
        self.given: dict[str, Any] = {}
        self.total = Total(ADMISSION)

    def problem(self, path: Path, message: str, hint: str | None) -> None:
        self.problems.append(Problem(path, message, hint))

    def function(self, block: Block, names: Names, *, durable: bool) -> None:
        self.durable = durable
        self.block(block, names)

    def block(self, block: Block, around: Names) -> tuple[Names, bool]:
        """Walk a list of statements; give the names bound at its end and whether the end can be reached."""
        names = around | dict.fromkeys(block.names, "value")
        ends = False
        for index, statement in enumerate(block.statements):
            here = walk.place(statement, (*block.path, index))
            if ends:
                self.problem(
                    here.statement_path,
                    "a statement that is never reached",
                    "nothing follows what always ends",
                )
                break
            names, ends = self.statement(here, names)
        return names, not ends

    def statement(self, here: StatementSite, names: Names) -> tuple[Names, bool]:
        """Walk a statement; give the names bound after it and whether it never gets there."""
        if here.word in OPERATIONS and not self.durable:
            self.problem(
                here.path, f"`{here.word}` in a function that isn't durable", "leave `durable: false` out"
            )
        for slot in walk.slots(here):
            self.slot(slot, names)
        self.references(here, names)
        if here.word == "try":
            return self.attempt(here, names)
        if here.word == "if":
            return self.choice(here, names)
        if here.word == "let":
            return self.let(here, names), False
        for inner in walk.blocks(here):
            self.block(inner, dict(names))
        return self.bound(here, names), here.word in _ENDS

    def choice(self, here: StatementSite, names: Names) -> tuple[Names, bool]:
        ways = [self.block(block, dict(names)) for block in walk.blocks(here)]
        if "else" not in here.statement:
            ways.append((names, True))
        return _joined(ways, names)

    def attempt(self, here: StatementSite, names: Names) -> tuple[Names, bool]:
        do, catch = walk.blocks(here)
        ways = [self.block(do, dict(names)), self.block(catch, names | {"e": "error"})]
        after, ends = _joined(ways, names)
        if "e" not in names:
            after.pop("e", None)
        return after, ends

    def let(self, here: StatementSite, names: Names) -> Names:
        for name, template in here.given.items():
            path = (*here.path, name)
            self.slot(walk.TemplateSite(path, template), names)
            self.bindable(name, path)
            names = names | {name: "value"}
        return names

    def bound(self, here: StatementSite, names: Names) -> Names:
        name = here.given.get("as") if isinstance(here.given, dict) else None
        if name is None:
            return names
        self.bindable(name, (*here.path, "as"))
        return names | {name: _KINDS.get(here.word, "value")}

    def bindable(self, name: str, path: Path) -> None:
        if name in RESERVED:
            self.problem(path, f"`{name}` can't be bound", "it already means something; take another name")

    def slot(self, slot: TemplateSite, names: Names) -> None:
        admission = admit(slot.template)
        for problem in admission.problems:
            self.problem((*slot.path, *problem.path), problem.message, problem.hint)
        for path, name in admission.uses:
            if name not in names and name not in slot.names:
                self.unknown(name, (*slot.path, *path), [*names, *slot.names])
        if not admission.problems and all(name in self.given for _, name in admission.uses):
            self.computed(slot)

    def computed(self, slot: TemplateSite) -> None:
        """What needs no more than the input is computed once: it may be too much.

        Only so much is computed in all; what is beyond is left to those who run it, within the same limits.
        """
        budget = self.total.one()
        try:
            evaluate(slot.template, self.given, budget)
        except BudgetError as error:
            if budget.limits == EVALUATION:
                self.problem(slot.path, error.message, error.hint)
        except ExpressionError:
            pass  # it may stand where nobody goes
        finally:
            self.total.take(budget)

    def unknown(self, name: str, path: Path, known: list[str]) -> None:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean `{near[0]}`?" if near else f"in scope are {', '.join(sorted(known))}"
        self.problem(path, f"`{name}` is not in scope here", hint)

    def references(self, here: StatementSite, names: Names) -> None:
        """Names that stand for what is bound, and not for a value: of callbacks, batches, caught errors."""
        if here.word == "await":
            self.reference(here.given["callback"], "callback", (*here.path, "callback"), names)
        elif here.word == "throw_if_error":
            self.reference(here.given, "batch", here.path, names)
        elif here.word == "raise" and isinstance(here.given, str):
            self.reference(here.given, "error", here.path, names)
        elif here.word == "raise" and "cause" in here.given:
            self.reference(here.given["cause"], "error", (*here.path, "cause"), names)
        for path, body, _ in walk.bodies(here):
            if "cause" in body.get("raises", {}):
                self.reference(body["raises"]["cause"], "error", (*path, "raises", "cause"), names)

    def reference(self, name: str, kind: str, path: Path, names: Names) -> None:
        if names.get(name) == kind:
            return
        what, hint = {
            "callback": ("a callback created before", "create one: `callback: {{as: {}}}`"),
            "batch": ("the result of a map or parallel before", "bind one: `as: {}`"),
            "error": ("a caught error", "only inside `catch`, where it is `e`"),
        }[kind]
        self.problem(path, f"`{name}` is not {what}", hint.format(name))


def _joined(ways: list[tuple[Names, bool]], before: Names) -> tuple[Names, bool]:
    """What is bound after several ways: what all that get there have bound, and as the same."""
    arriving = [names for names, arrives in ways if arrives]
    if not arriving:
        return before, True
    first, *others = arriving
    return {
        name: kind for name, kind in first.items() if all(other.get(name) == kind for other in others)
    }, False
