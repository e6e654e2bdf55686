"""Which answers are held back so that it shows whether a subject waits for them.

With `conformance run --hold-each` the gateway keeps every answer to itself on which something depends, one at
a time, until the subject has stood still: the answer to an update that ends an operation, and, where the
scenario has a step that is to run at most once, to the START of a step. A subject that goes on meanwhile has
used what it could not know to be kept. The order is in the recording then, and a rule finds it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.scenario.model import Scenario
from conformance.scenario.statements import Step
from conformance.wire.program import statements_within
from conformance.wire.stream import TERMINAL

SECONDS = 0.15
"""How long the subject must have stood still, until an answer that is held is let go."""

MOST = 200
"""How many answers are held in one run; one of thousands of operations shows nothing new after them."""


@dataclass
class Holding:
    """What a run holds.

    Attributes:
        careful: whether a START of a step is held too.
        quiet: waits until the subject has stood still for so many seconds.
    """

    careful: bool
    quiet: Callable[[float], Awaitable[None]]
    count: int = 0
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, scenario: Scenario, quiet: Callable[[float], Awaitable[None]]) -> Holding:
        """That of a run of this scenario."""
        handlers = (scenario.handler, *(function.handler for function in scenario.functions.values()))
        statements = [statement for handler in handlers for statement in statements_within(handler)]
        careful = any(isinstance(each, Step) and each.semantics == "at-most-once" for each in statements)
        return cls(careful, quiet)

    async def hold(self, updates: Iterable[Mapping[str, Any]]) -> bool:
        """Hold the answer to these updates, after those that are held already; whether it was."""
        if self.count >= MOST or not any(map(self._decides, updates)):
            return False
        self.count += 1
        async with self._one:
            await self.quiet(SECONDS)
        return True

    def _decides(self, update: Mapping[str, Any]) -> bool:
        if update.get("Type") == "EXECUTION":
            return False
        begins = update.get("Type") == "STEP" and update.get("Action") == "START"
        return update.get("Action") in TERMINAL or (self.careful and begins)
