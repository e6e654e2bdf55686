"""What a scenario's program has at each place: which statement stands where, and what is around it and in it.

All is read off the typed statements, so it is the same for every SDK, in every folder, and whether or not
anything was written there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from conformance.scenario import enclosed
from conformance.scenario import statements as s
from conformance.scenario.varying import varies, varying
from conformance.wire.positions import Role, Slot, inner_layout, layout
from conformance.wire.program import Program, branch_body, statements_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.scenario.model import Scenario
    from conformance.wire.positions import Body, Layout

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
WORDS: Mapping[type, str] = {each: _HUMP.sub("_", each.__name__).lower() for each in get_args(s.Statement)}
"""Each kind of statement by the word that scenarios have for it."""

VARYING = ("name", "condition", "virtual", "wrap", "nesting", "items")
"""Members of statements that make another program of it where they differ between invocations."""

_PATH = re.compile(r"(?P<ordinal>\d+)|\[(?P<index>\d+)\]|(?P<into>>)|(?P<odd>[^.])")


class Context(StrEnum):
    """What a statement stands in: the nearest context, or the body of a step, check or submitter."""

    ROOT = "root"
    CHILD = "child"
    VIRTUAL = "virtual"
    NESTED = "nested"
    FLAT = "flat"
    BODY = "body"


@dataclass(frozen=True)
class Standing:
    """A statement, and what it stands in; None where only the run can tell."""

    statement: s.Statement
    context: Context | None
    varying: frozenset[str] = frozenset()
    """Which of its members differ between invocations."""

    @property
    def word(self) -> str:
        """What scenarios call such a statement."""
        return WORDS[type(self.statement)]

    @cached_property
    def holds(self) -> frozenset[str]:
        """The kinds of all statements in it."""
        inside = (each for each in enclosed.everything(self.statement) if each is not self.statement)
        return frozenset(WORDS[type(each)] for each in inside)


class Surroundings:
    """The places of one scenario's program.

    Args:
        scenario: Whose handlers, its functions' too, are looked through.
    """

    def __init__(self, scenario: Scenario) -> None:
        """Nothing is looked at before it is asked for."""
        self.scenario = scenario
        self._main = Program(scenario.handler, scenario.input)
        self._functions = [Program(each.handler) for each in scenario.functions.values()]

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """Every statement by its place in the document."""
        found = {}
        for program in (self._main, *self._functions):
            for standing in _standings(program, program.body, Context.ROOT):
                members = (each for each in VARYING if hasattr(standing.statement, each))
                varying = [
                    each for each in members if varies(getattr(standing.statement, each), self._varying)
                ]
                found[standing.statement.at] = replace(standing, varying=frozenset(varying))
        return found

    @cached_property
    def serialisers(self) -> frozenset[str]:
        """The names of all serialisers that the program uses."""
        return frozenset(
            serdes.name
            for standing in self.standings.values()
            for serdes in enclosed.serialisers(standing.statement)
        )

    def slots(self, path: str) -> tuple[Slot, ...]:
        """All that can stand at a typed path; nothing for one that the program does not have."""
        levels = self._levels(path)
        return tuple(slot for slot, _ in levels[-1]) if levels else ()

    def collapses(self, path: str, *, inside: bool) -> bool:
        """Whether a virtual context or a FLAT branch is or may be at a typed path, or around it.

        A context that is virtual in one invocation and real in another is neither: nothing is right there.

        Args:
            path: Of a context; one that the program does not have may be anything that it has.
            inside: Whether one within the context counts too.
        """
        levels = self._levels(path)
        if not levels:
            return any(self._any(program) for program in (self._main, *self._functions))
        if any(self._collapses(slot, program) for level in levels for slot, program in level):
            return True
        return inside and any(self._holds(slot, program) for slot, program in levels[-1])

    def _levels(self, path: str) -> list[list[tuple[Slot, Program]]]:
        """What can stand at each step of a typed path, outermost first; none if it leads nowhere."""
        levels: list[list[tuple[Slot, Program]]] = []
        open_: list[tuple[Layout, Program]] = [(layout(self._main.body), self._main)]
        here: list[tuple[Slot, Program]] = []
        for hit in _PATH.finditer(path):
            if hit["odd"]:
                return []
            if hit["into"]:
                open_ = [(layout(program.body), program) for program in self._functions]
                continue
            if hit["ordinal"]:
                number = int(hit["ordinal"])
                here = [(slot, program) for each, program in open_ for slot in each.get(number, ())]
                open_ = [(inner_layout(slot.statement), program) for slot, program in here if _own(slot)]
            else:
                batches = [(slot.statement, program) for slot, program in here if _own(slot)]
                here = [
                    (Slot(batch, Role.BRANCH), program)
                    for batch, program in batches
                    if isinstance(batch, s.Map | s.Parallel)
                ]
                index = int(hit["index"])
                open_ = [(layout(_branch(slot, index)), program) for slot, program in here]
            if not here:
                return []
            levels.append(here)
        return levels

    def _collapses(self, slot: Slot, program: Program) -> bool:
        flags = [getattr(slot.statement, name, s.ABSENT) for name in ("virtual", "nesting", "wrap")]
        return program.virtual(slot) is not False and not any(varies(flag, self._varying) for flag in flags)

    def _holds(self, slot: Slot, program: Program) -> bool:
        own = [Slot(slot.statement, Role.BRANCH)] if _own(slot) else []
        inside = [each for block in enclosed.blocks(slot.statement) for each in statements_within(block)]
        roles = (Role.OWN, Role.BRANCH)
        slots = (*own, *(Slot(each, role) for each in inside for role in roles))
        return any(self._collapses(each, program) for each in slots)

    def _any(self, program: Program) -> bool:
        return any(
            self._collapses(Slot(each, role), program)
            for each in statements_within(program.body)
            for role in (Role.OWN, Role.BRANCH)
        )

    @cached_property
    def _varying(self) -> frozenset[str]:
        bodies = [self._main.body, *(each.body for each in self._functions)]
        return varying(statement for body in bodies for statement in body)


def _own(slot: Slot) -> bool:
    return slot.role is Role.OWN


def _branch(slot: Slot, index: int) -> Body:
    assert isinstance(slot.statement, s.Map | s.Parallel)  # noqa: S101 - only these have branches
    return branch_body(slot.statement, index)


def _standings(program: Program, body: Iterable[s.Statement], context: Context | None) -> Iterator[Standing]:
    for statement in body:
        yield Standing(statement, context)
        inner = _inner(program, statement, context)
        for block in enclosed.blocks(statement):
            yield from _standings(program, block, inner)


def _inner(program: Program, statement: s.Statement, around: Context | None) -> Context | None:
    """What the statements in a statement stand in."""
    match statement:
        case s.WithRetry() if _unwrapped(program, statement):
            return around
        case s.Child() | s.WithRetry():
            return _one_of(program.virtual(Slot(statement)), Context.VIRTUAL, Context.CHILD)
        case s.Map() | s.Parallel():
            return _one_of(program.virtual(Slot(statement, Role.BRANCH)), Context.FLAT, Context.NESTED)
        case s.OnRoot():
            return Context.ROOT
        case s.Step() | s.WaitForCondition() | s.WaitForCallback():
            return Context.BODY
    return around


def _unwrapped(program: Program, statement: s.WithRetry) -> bool:
    """Whether a with_retry has no context of its own; it has one unless the program says otherwise."""
    return statement.wrap is not s.ABSENT and program.known(statement.wrap) is False


def _one_of(virtual: bool | None, yes: Context, no: Context) -> Context | None:  # noqa: FBT001 - a flag that was found
    return None if virtual is None else yes if virtual else no
