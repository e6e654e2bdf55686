"""The places of a scenario's statements: what a name in `after:` stands for, and which body is whose turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.scenario import enclosed
from conformance.scenario import statements as st
from conformance.scenario.model import Scenario
from conformance.scenario.program import MAIN

Statements = tuple[st.Statement, ...]


@dataclass(frozen=True)
class IndexedStatement:
    """A statement, or a branch of a parallel, and what encloses it.

    `within` are the maps, with_retries and branches around it, outermost first: one index each. `branch` is
    the index of a branch, whose effects may be told under its parallel's place.
    """

    at: str
    name: st.Optional
    within: tuple[str, ...]
    bodies: tuple[st.Body, ...] = ()
    branch: int | None = None

    def shares(self, other: IndexedStatement) -> int:
        """How many of the enclosing indexes this place has in common with another."""
        count = 0
        for mine, theirs in zip(self.within, other.within, strict=False):
            if mine != theirs:
                break
            count += 1
        return count


@dataclass
class StatementIndex:
    """The places of all functions of a scenario."""

    by_at: dict[str, IndexedStatement] = field(default_factory=dict)
    by_name: dict[str, list[IndexedStatement]] = field(default_factory=dict)

    @classmethod
    def of(cls, scenario: Scenario) -> StatementIndex:
        """Find them."""
        places = cls()
        handlers = [(MAIN, scenario.handler)]
        handlers += [(name, function.handler) for name, function in scenario.functions.items()]
        for _name, handler in handlers:
            for place in _walk(handler, ()):
                places.by_at[place.at] = place
                if isinstance(place.name, str):
                    places.by_name.setdefault(place.name, []).append(place)
        return places

    def body(self, at: str, run: int) -> st.Body | None:
        """The body whose turn it is the `run`th time, the last one repeating; None where there is none."""
        place = self.by_at.get(at)
        if place is None or not place.bodies:
            return None
        return place.bodies[min(run, len(place.bodies)) - 1]


def _walk(statements: Statements, within: tuple[str, ...]) -> Iterator[IndexedStatement]:
    for statement in statements:
        yield IndexedStatement(
            statement.at, getattr(statement, "name", st.ABSENT), within, enclosed.bodies(statement)
        )
        match statement:
            case st.Child(do=do) | st.OnRoot(do=do):
                yield from _walk(do, within)
            case st.Map(at=at, do=do) | st.WithRetry(at=at, do=do):
                yield from _walk(do, (*within, at))
            case st.Parallel(at=at, branches=branches):
                for index, branch in enumerate(branches):
                    place = f"{at}/branches/{index}"
                    yield IndexedStatement(place, branch.name, (*within, place), (), index)
                    yield from _walk(branch.do, (*within, place))
            case st.Try(do=do, catch=catch):
                yield from _walk(do, within)
                yield from _walk(catch, within)
            case st.If(then=then, otherwise=otherwise):
                yield from _walk(then, within)
                yield from _walk(otherwise, within)
            case _:
                for body in enclosed.bodies(statement):
                    yield from _walk(body.do or (), within)
