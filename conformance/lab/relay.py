"""Two subjects' pools as one: the first has a run's invocations up to one of them, the second all others.

It is what a deployment in the middle of an execution is: whatever function of the run is invoked from then
on, the second subject's code answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.lab.invoker import Invoker
from conformance.subjects.event import Answer, Event
from conformance.subjects.usage import Usage


@dataclass
class Relay:
    """An `Invoker` for one run: invocations are counted in the order in which they begin, from 1.

    Attributes:
        first: has the invocations up to and with number `after`.
        second: has those beyond it.
    """

    first: Invoker
    second: Invoker
    after: int
    _begun: int = field(default=0, init=False)

    async def invoke(self, event: Event) -> Answer:
        """Call the handler of whose turn it is, and wait for its answer."""
        self._begun += 1
        pool = self.first if self._begun <= self.after else self.second
        return await pool.invoke(event)

    def usage(self, request_id: str) -> Usage | None:
        """What the process has had of the machine that handles that request; None while none does."""
        had = self.first.usage(request_id)
        return self.second.usage(request_id) if had is None else had
