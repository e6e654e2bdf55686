"""The cells that a run showed: by what its harness told of the bodies that began and ended.

The wire alone can't tell: a virtual context leaves no trace there. That what was on the wire was right is for
the verdict to say; only runs with a good one count.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.quality.coverage.cells import BATCHES, Body, Cell, Site, sites
from conformance.scenario import statements as s
from conformance.scenario.expressions import evaluate
from conformance.scenario.syntax import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.scenario.model import Scenario
    from conformance.wire.recording import Effect, Invocation, Recording

Indexes = tuple[int, ...]
Key = tuple[str, Indexes]
"""A context that ran: its statement's place and the branch indexes that lead to it, its own included."""

_CONTEXTS = frozenset({"handler", "child", "branch"})


@dataclass
class _Ran:
    """What became of one context's body: its last end, and the invocations that it was left open in."""

    ended: str | None = None
    open: set[int] = field(default_factory=set)


def shown(scenario: Scenario, recording: Recording) -> frozenset[Cell]:
    """The cells that a recording shows."""
    if not recording.executions:
        return frozenset()
    main = recording.executions[0].arn
    effects = [
        effect for effect in recording.effects if effect.execution == main and effect.kind in _CONTEXTS
    ]
    run = _Run(scenario, _contexts(effects), _pending(recording.invocations))
    return frozenset(cell for site in sites(scenario) for cell in run.cells(site))


def _contexts(effects: list[Effect]) -> Mapping[Key, _Ran]:
    contexts: dict[Key, _Ran] = defaultdict(_Ran)
    for effect in sorted(effects, key=lambda effect: effect.seq):
        ran = contexts[effect.at, effect.indexes]
        if effect.event == "start":
            ran.open.add(effect.invocation)
        else:
            ran.open.discard(effect.invocation)
            ran.ended = effect.detail["outcome"] if effect.detail else None
    return contexts


def _pending(invocations: tuple[Invocation, ...]) -> frozenset[int]:
    """The invocations that ended by suspending."""
    return frozenset(
        invocation.number for invocation in invocations if _status(invocation.output) == "PENDING"
    )


def _status(output: str | None) -> str | None:
    try:
        answer = json.loads(output or "null")
    except ValueError:
        return None
    return answer.get("Status") if isinstance(answer, dict) else None


@dataclass(frozen=True)
class _Run:
    scenario: Scenario
    contexts: Mapping[Key, _Ran]
    pending: frozenset[int]

    def cells(self, site: Site) -> Iterator[Cell]:
        """The cells that the runs of one context in a context show, in all branches that it ran in."""
        batch = site.child in BATCHES
        keys = [key for key in self.contexts if key[0] == site.at]
        for indexes in {(key[1][:-1] if batch else key[1]) for key in keys}:
            if not self._in(site.parent, indexes):
                continue
            mine = [self.contexts[key] for key in keys if (key[1][:-1] if batch else key[1]) == indexes]
            suspended = any(ran.open & self.pending for ran in mine)
            for outcome in self._outcomes(site, mine, indexes):
                yield Cell(site.parent.kind, site.child, outcome, suspended)

    def _in(self, parent: Body, indexes: Indexes) -> bool:
        """Whether these indexes lead through the parent's own branch, where it is one of a parallel's."""
        return parent.branch is None or indexes[-1:] == (parent.branch,)

    def _outcomes(self, site: Site, mine: list[_Ran], indexes: Indexes) -> Iterator[str]:
        failed = sum(ran.ended == "raised" for ran in mine)
        if not failed:
            if all(ran.ended == "returned" for ran in mine):
                yield "success"
            return
        ways = [site.caught]
        if site.child in BATCHES:
            ways = list(site.throws)
            if self._tolerates(site.statement, failed, len(mine)):
                yield "tolerated"
        for caught in ways:
            if caught:
                yield "caught"
            elif self._parent_failed(site.parent, indexes):
                yield "tolerated" if self._parent_tolerates(site.parent, indexes) else "uncaught"

    def _parent_failed(self, parent: Body, indexes: Indexes) -> bool:
        ran = self.contexts.get((parent.at, indexes))
        return ran is not None and ran.ended == "raised"

    def _parent_tolerates(self, parent: Body, indexes: Indexes) -> bool:
        if parent.kind not in BATCHES:
            return False
        branches = [
            ran for (at, own), ran in self.contexts.items() if at == parent.at and own[:-1] == indexes[:-1]
        ]
        failed = sum(ran.ended == "raised" for ran in branches)
        return self._tolerates(parent.statement, failed, len(branches))

    def _tolerates(self, statement: s.Statement | None, failed: int, ran: int) -> bool:
        """Whether a batch bears so many failures: none where it says nothing."""
        if not isinstance(statement, s.Map | s.Parallel):
            return False
        total = ran
        if isinstance(statement, s.Parallel):
            total = len(statement.branches)
        elif isinstance(statement.items, list):
            total = len(statement.items)
        completion = statement.completion
        if completion is None:
            return False
        most = self._number(completion.tolerated_failure_count)
        percentage = self._number(completion.tolerated_failure_percentage)
        least = self._number(completion.min_successful)
        if most is None and percentage is None:
            return least is not None
        return (most is None or failed <= most) and (
            percentage is None or failed * 100 <= percentage * max(total, 1)
        )

    def _number(self, template: object) -> float | None:
        if template is s.ABSENT:
            return None
        given = self.scenario.input
        try:
            value = evaluate(template, {"input": None if given is s.ABSENT else given})
        except ExpressionError:
            return None
        return value if isinstance(value, (int, float)) else None
