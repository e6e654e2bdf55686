"""What stands in a statement: the bodies that it has run, and the lists of statements that it encloses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.scenario import statements as s

if TYPE_CHECKING:
    from collections.abc import Iterator


def bodies(statement: s.Statement) -> tuple[s.Body, ...]:
    """The bodies of a step, check or submitter; none of anything else."""
    match statement:
        case s.Step(bodies=given) | s.WaitForCondition(check=given) | s.WaitForCallback(submitter=given):
            return given
        case _:
            return ()


def serialisers(statement: s.Statement) -> tuple[s.Serdes, ...]:
    """The serialisers that a statement names, for what it writes and for what it reads."""
    names = ("serdes", "item_serdes", "payload_serdes", "result_serdes")
    found = (getattr(statement, name, None) for name in names)
    return tuple(each for each in found if isinstance(each, s.Serdes))


def repeating(statement: s.Statement) -> str | None:
    """The class of the error by which a statement has the invocation repeated: `raise`, or a check's.

    What a step or a submitter raises is retried by its own strategy, whatever kind it is of.
    """
    errors = [statement.error] if isinstance(statement, s.Raise) else []
    if isinstance(statement, s.WaitForCondition):
        errors = [body.raises for body in statement.check]
    return next((each.type for each in errors if each is not None and each.retryable is True), None)


def blocks(statement: s.Statement) -> tuple[tuple[s.Statement, ...], ...]:
    """The lists of statements in a statement, those in its bodies too, in the document's order."""
    match statement:
        case s.Child() | s.Map() | s.WithRetry() | s.OnRoot():
            return (statement.do,)
        case s.Parallel():
            return tuple(branch.do for branch in statement.branches)
        case s.Try():
            return (statement.do, statement.catch)
        case s.If():
            return (statement.then, statement.otherwise)
        case _:
            return tuple(body.do for body in bodies(statement) if body.do is not None)


def everything(statement: s.Statement) -> Iterator[s.Statement]:
    """A statement and all statements in it, outer ones first."""
    yield statement
    for block in blocks(statement):
        for item in block:
            yield from everything(item)


def may_return(block: tuple[s.Statement, ...]) -> bool:
    """Whether a function of these statements has a `return` of its own, not that of a function in it."""
    for statement in block:
        match statement:
            case s.Return():
                return True
            case s.Try() | s.If() | s.OnRoot():
                if any(map(may_return, blocks(statement))):
                    return True
            case _:
                pass
    return False
