"""How a list of statements ends, and what an error is to the handler that catches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Failure:
    """An error on its way out of something.

    `kind` is the class that is raised, `type` what a handler reads as `e.type`: the user's class, also where
    an SDK has wrapped the error once. Both are bare names. A part that is `UNKNOWN` is the SDK's or the
    service's business.
    """

    kind: Any
    type: Any
    message: Any


@dataclass(frozen=True)
class Done:
    """The statements came to their end: the next one follows."""


@dataclass(frozen=True)
class Returned:
    """`return` was reached: the innermost function ends with this value."""

    value: Any


@dataclass(frozen=True)
class Raised:
    """An error escapes."""

    failure: Failure


@dataclass(frozen=True)
class Stopped:
    """The execution never gets any further here.

    It waits for what never comes or, `given_up`, the service ends it as a failed one.
    """

    reason: str
    given_up: bool = False


@dataclass(frozen=True)
class Lost:
    """Which way it goes from here can't be told from the scenario; `reason` says why.

    At a `fatal` one an SDK may end the whole execution, whatever is around it.
    """

    reason: str
    fatal: bool = False


Flow: TypeAlias = Done | Returned | Raised | Stopped | Lost
