"""The table of cells: which kind of context stands in which, how it ends, and whether it is suspended inside.

A cell is a kind of parent, a kind of child directly in it, an outcome of the child, and whether the execution
was suspended while the child was open. What an outcome means:

* success: the child ends well; a batch without any failure.
* caught: the child's error (a batch's, thrown by `throw_if_error`) is caught in the parent's own statements.
* uncaught: the child's error leaves the parent's statements, and the parent fails with it.
* tolerated: a batch goes on in spite of it. Either the parent is a batch whose branch the error leaves, or
  the child is a batch, one of whose branches fails; without a batch nothing can be tolerated.

`sites` finds the pairs in a program, `possible` the cells that it could show. Which of them a run did
show is `shown`'s to say: it goes by what the harness tells of the bodies that ran.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from conformance.scenario import enclosed
from conformance.scenario import statements as s
from conformance.scenario.expressions import evaluate
from conformance.scenario.syntax import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.scenario.model import Scenario

KINDS = ("real", "virtual", "nested-map", "flat-map", "nested-parallel", "flat-parallel")
PARENTS = ("root", *KINDS)
OUTCOMES = ("success", "caught", "uncaught", "tolerated")
BATCHES = frozenset({"nested-map", "flat-map", "nested-parallel", "flat-parallel"})


@dataclass(frozen=True, order=True)
class Cell:
    """One cell; its text is what a report calls it."""

    parent: str
    child: str
    outcome: str
    suspended: bool

    def __str__(self) -> str:
        """Such as `flat-map > virtual: caught, suspended`."""
        return f"{self.parent} > {self.child}: {self.outcome}{', suspended' if self.suspended else ''}"


def impossible(cell: Cell) -> str | None:
    """Why nothing can ever show a cell; None when something can."""
    if cell.outcome == "tolerated" and not {cell.parent, cell.child} & BATCHES:
        return "no batch is there to tolerate the failure"
    return None


_TABLE = tuple(Cell(*row) for row in product(PARENTS, KINDS, OUTCOMES, (False, True)))
CELLS = tuple(cell for cell in _TABLE if impossible(cell) is None)
"""All cells that something can show: 324."""
EXCLUDED = {cell: reason for cell in _TABLE if (reason := impossible(cell)) is not None}
"""The rest of the table, each with its reason: 12."""


@dataclass(frozen=True)
class Body:
    """A list of statements that is a context's own: what kind of context, and where its statement stands.

    `branch` is the index of a parallel's branch; a map's branches share their statements.
    """

    kind: str
    at: str
    branch: int | None = None
    statement: s.Statement | None = None  # None for the root


@dataclass(frozen=True)
class Site:
    """A context in a context."""

    at: str
    child: str
    statement: s.Child | s.Map | s.Parallel
    parent: Body
    caught: bool  # an error that leaves the child right there is caught in the parent
    throws: tuple[bool, ...] = ()  # a batch's throw_if_error statements: whether what each throws is caught


def sites(scenario: Scenario) -> tuple[Site, ...]:
    """All contexts in contexts of a scenario's own handler, in its order.

    One whose kind is computed of more than the input is left out, and so is everything inside a with_retry.
    """
    return tuple(_sites(scenario.handler, Body("root", "handler"), scenario.input, caught=False))


def _sites(statements: tuple[s.Statement, ...], body: Body, given: Any, *, caught: bool) -> Iterator[Site]:
    throws = list(_throws(statements, caught=caught))
    for statement, inside in _flat(statements, caught=caught):
        if not isinstance(statement, s.Child | s.Map | s.Parallel):
            continue
        kind = kind_of(statement, given)
        if kind is None:
            continue
        site = Site(statement.at, kind, statement, body, inside)
        if kind in BATCHES:
            site = replace(
                site, throws=tuple(is_caught for batch, is_caught in throws if batch == statement.bind)
            )
        yield site
        for inner, inner_body in _bodies(statement, kind):
            yield from _sites(inner, inner_body, given, caught=False)


def _bodies(
    statement: s.Child | s.Map | s.Parallel, kind: str
) -> Iterator[tuple[tuple[s.Statement, ...], Body]]:
    if isinstance(statement, s.Parallel):
        for index, branch in enumerate(statement.branches):
            yield branch.do, Body(kind, statement.at, index, statement)
    else:
        yield statement.do, Body(kind, statement.at, None, statement)


def _flat(statements: tuple[s.Statement, ...], *, caught: bool) -> Iterator[tuple[s.Statement, bool]]:
    """The statements of one context, those in `if` and `try` too, each with whether its error is caught."""
    for statement in statements:
        yield statement, caught
        if isinstance(statement, s.If):
            yield from _flat(statement.then + statement.otherwise, caught=caught)
        elif isinstance(statement, s.Try):
            yield from _flat(statement.do, caught=True)
            yield from _flat(statement.catch, caught=caught)


def _throws(statements: tuple[s.Statement, ...], *, caught: bool) -> Iterator[tuple[str, bool]]:
    for statement, inside in _flat(statements, caught=caught):
        if isinstance(statement, s.ThrowIfError):
            yield statement.batch, inside


def kind_of(statement: s.Child | s.Map | s.Parallel, given: Any) -> str | None:
    """The kind of a context; None when only a run knows it."""
    if isinstance(statement, s.Child):
        virtual = _value(statement.virtual, given, default=False)
        return {True: "virtual", False: "real"}.get(virtual) if isinstance(virtual, bool) else None
    nesting = _value(statement.nesting, given, default="NESTED")
    word = "map" if isinstance(statement, s.Map) else "parallel"
    return f"{nesting.lower()}-{word}" if nesting in ("NESTED", "FLAT") else None


def _value(template: Any, given: Any, *, default: Any) -> Any:
    if template is s.ABSENT:
        return default
    try:
        return evaluate(template, {"input": None if given is s.ABSENT else given})
    except ExpressionError:
        return None


def possible(scenario: Scenario) -> frozenset[Cell]:
    """The cells that a run of a scenario could show, by its statements alone: never fewer than it does."""
    return frozenset(cell for site in sites(scenario) for cell in _possible(site))


def _possible(site: Site) -> Iterator[Cell]:
    outcomes = {"success"}
    if fails(site.statement):
        if site.child in BATCHES:
            outcomes |= {"tolerated"} | {"caught" if is_caught else "uncaught" for is_caught in site.throws}
        else:
            outcomes.add("caught" if site.caught else "uncaught")
        if "uncaught" in outcomes and site.parent.kind in BATCHES:
            outcomes.add("tolerated")
    suspended = (False, True) if suspends(site.statement) else (False,)
    for outcome, is_suspended in product(sorted(outcomes), suspended):
        yield Cell(site.parent.kind, site.child, outcome, is_suspended)


def fails(statement: s.Statement) -> bool:
    """Whether something in it raises an error of its own."""
    return any(
        isinstance(item, s.Raise | s.ThrowIfError | s.Await | s.WaitForCallback | s.Invoke)
        or any(body.raises is not None for body in _runs(item))
        for item in enclosed.everything(statement)
    )


def suspends(statement: s.Statement) -> bool:
    """Whether something in it may suspend the execution: a wait of any kind, or a retry."""
    waits = s.Wait | s.Await | s.WaitForCallback | s.WaitForCondition | s.Invoke | s.WithRetry
    return any(
        isinstance(item, waits) or any(body.raises is not None for body in _runs(item))
        for item in enclosed.everything(statement)
    )


def _runs(statement: s.Statement) -> tuple[s.Body, ...]:
    return statement.bodies if isinstance(statement, s.Step) else ()
