"""What a run that changed hands comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Resumption(StrEnum):
    """The verdict on one execution that a version began and another one resumed."""

    RESUMES = "resumes"  # to the outcome and the effects that either version gives alone
    REFUSED = "refused"  # loudly: it fails with an error that says so, and nothing was done twice
    WRONG = "wrong"  # another outcome, a body run again or left out, a value changed: and nobody is told
    HANGS = "hangs"  # it does not end, and alone it ends with either
    INCOMPARABLE = "incomparable"  # the versions differ alone already, or a fault struck something else
    UNSUPPORTED = "unsupported"  # one of the versions can't do what the scenario needs
    HARNESS_ERROR = "harness-error"  # the suite or the machine could not do its part


FAILING = frozenset({Resumption.WRONG, Resumption.HANGS})
"""What an upgrade must not bring."""

COMPARED = frozenset({Resumption.RESUMES, Resumption.REFUSED, *FAILING})
"""What says something about the upgrade."""


@dataclass(frozen=True)
class Departure:
    """One thing in which a run that changed hands is like neither of the two that did not.

    `rule` is a stable name; `path` says where: `output.Result`, `effect:handler/0`, `1.2:STEP.START`. `seen`
    is the run's, `alone` the first version's and the second's: JSON values, or numbers of occurrences.
    """

    rule: str
    path: str
    seen: Any
    alone: tuple[Any, Any]
    message: str


@dataclass(frozen=True)
class Resumed:
    """One scenario, begun by `first` and resumed by `second` after `after` of its `of` invocations.

    `after` 0 stands for all points, where none was run: `reason` says why. It also says why nothing could be
    compared.
    """

    scenario: str
    first: str
    second: str
    after: int
    of: int
    verdict: Resumption
    departures: tuple[Departure, ...] = ()
    reason: str = ""
