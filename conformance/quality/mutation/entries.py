"""Which entries of the catalogue a recording really holds to: break what one speaks of, and see who notices.

That a scenario names an entry is its author's word. It is worth something when the scenario fails as soon as
the field or behaviour is broken, and only mutations at a place that the entry speaks of can show that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Any, TypeAlias

from conformance.oracle.paths import ancestors, is_branch
from conformance.quality.mutation.recordings import MUTATIONS, Judge, Mutation, Original, noticed
from conformance.quality.mutation.recordings.draft import Draft
from conformance.quality.mutation.recordings.fields import is_rebuilt
from conformance.scenario.model import Scenario
from conformance.scenario.varying import varies
from conformance.verdict.finding import Finding, Layer
from conformance.verdict.judge import judge as judged
from conformance.verdict.ledger import Ledger
from conformance.wire.recording import Recording

Names: TypeAlias = tuple[str, ...]
Applies: TypeAlias = Callable[[Original, str], bool]
"""Whether an entry speaks of what a mutation touches."""

Condition: TypeAlias = Callable[[Recording], bool]

PLACES = 2
"""How many places of a recording a mutation is tried at."""

_BY_NAME = {mutation.name: mutation for mutation in MUTATIONS}

_PARENTS = ("parent-dropped", "parent-changed")
_ERRORS = ("error-type-changed", "error-message-changed", "error-dropped")
_RAISED = ("outcome-flipped", "outcome-error-type", "outcome-error-message")
_PHANTOMS = ("phantom-fail-valid", "phantom-fail-dangling", "virtual-lifecycle")
_TWICE = ("start-doubled", "terminal-doubled", "retry-doubled")
_BATCH = ("payload-changed", "batch-item-lost", "batch-counts-changed")
_ONCE = ("start-missing", "start-doubled", "start-late", "terminal-doubled", "terminal-contradicted")

BREAKERS: dict[str, Names] = {
    "replay-cached-result": ("body-runs-again", "note-changed"),
    "replay-stable-ids": ("ids-swapped", "numbering-shifted", "siblings-swapped"),
    "input-load-all-state": ("body-runs-again", "start-doubled"),
    "output-succeeded": ("outcome-flipped", "result-changed", "result-dropped"),
    "output-failed": _RAISED,
    "output-pending": ("pending-for-nothing", "ended-early"),
    "consistency-type-check": ("outcome-flipped",),
    "oversize-fails-cleanly": ("outcome-flipped", "garbage"),
    "invalid-token-retryable": ("escape-answered",),
    "large-result-checkpointed": ("end-unwritten", "end-changed"),
    "execution-input": ("result-changed", "payload-changed", "note-changed"),
    "step-unique-id": ("start-doubled", "terminal-doubled"),
    "step-result-checkpointed": (
        "payload-changed",
        "terminal-missing",
        "terminal-flipped",
        "payload-dropped",
        *_ERRORS,
    ),
    "step-retry": ("delay-changed", "delay-lost", "retry-missing", "retry-doubled"),
    "step-ready-no-start": (),
    "step-at-most-once": ("body-runs-again",),
    "wait-seconds": ("wait-changed", "wait-lost"),
    "wait-replay": ("ended-early", "start-doubled"),
    "callback-id": ("operation-removed", "type-changed"),
    "callback-timeouts": ("timeout-changed", "heartbeat-changed", "timeouts-lost"),
    "callback-transitions": ("result-changed", *_RAISED),
    "invoke-start": ("target-changed", "payload-changed", "payload-dropped"),
    "invoke-result": ("result-changed", *_RAISED),
    "invoke-tenant": ("tenant-changed",),
    "context-parent-id": (*_PARENTS, "parents-swapped", "parent-dropped-late"),
    "context-lifecycle": (*_ONCE, "terminal-missing"),
    "context-nesting": _PARENTS,
    "context-error-handling": ("terminal-flipped", *_ERRORS),
    "context-replay-children": ("replay-children-flipped", "batch-counts-changed"),
    "token-chain": ("token-reused", "token-invented", "token-dropped"),
    "request-shape": ("token-dropped",),
    "response-state": ("pending-for-nothing", "result-changed"),
    "batch-order": ("siblings-swapped", "late-inside", "start-late", "update-after-end"),
    "batch-one-per-id": _TWICE,
    "map-items": ("batch-item-lost", "batch-counts-changed", "operation-removed"),
    "map-contexts": ("start-missing", "terminal-missing", "type-changed", "parent-dropped"),
    "concurrency-limit": ("over-the-limit",),
    "completion-min-successful": _BATCH,
    "completion-tolerated-count": (*_BATCH, "terminal-flipped"),
    "completion-tolerated-percentage": (*_BATCH, "terminal-flipped"),
    "parallel-branches": ("batch-item-lost", "batch-counts-changed", "operation-removed"),
    "parallel-named": ("renamed", "name-dropped"),
    "batch-result": (*_BATCH, "payload-dropped"),
    "condition-as-step": ("retry-missing", "payload-changed", "delay-changed", "delay-lost", "type-changed"),
    "callback-create": ("operation-removed", "type-changed"),
    "callback-wait-for": ("operation-removed", "retry-missing", "terminal-missing"),
    "terminal-error-returned": (*_RAISED, "garbage"),
    "error-object": (*_ERRORS, "outcome-error-type", "outcome-error-message"),
    "serdes-json": ("payload-changed", "result-changed", "payload-dropped", "result-dropped"),
    "serdes-custom": ("payload-changed", "result-changed"),
    "serdes-error-terminal": ("outcome-flipped", "escape-answered"),
    "api-errors": ("outcome-flipped", "garbage"),
    "checkpoint-exactly-once": _TWICE,
    "virtual-parent-id": ("parent-virtual", *_PARENTS),
    "virtual-nested": ("parent-virtual", *_PARENTS),
    "virtual-no-lifecycle": _PHANTOMS,
    "virtual-failure-propagates": (*_RAISED, "result-changed", *_BATCH),
    "virtual-step-prefix": ("numbering-shifted", "ids-swapped"),
    "flat-branches": (*_PHANTOMS, "parent-virtual"),
}
"""The mutations that break what an entry speaks of, those that are noticed most often first."""

UNBREAKABLE: dict[str, str] = {
    "step-ready-no-start": "a MAY: a ready step is right with another START and without",
}
"""Why nothing here can break what an entry speaks of."""


def _of_type(*types: str) -> Applies:
    return lambda original, touched: any(one.type in types for one in original.operations.get(touched, ()))


def _of_subtype(*subtypes: str) -> Applies:
    return lambda original, touched: any(
        one.subtype in subtypes for one in original.operations.get(touched, ())
    )


def _within(*subtypes: str) -> Applies:
    own = _of_subtype(*subtypes)
    return lambda original, touched: any(own(original, path) for path in (touched, *ancestors(touched)))


def _virtual(original: Original, touched: str, *, least: int = 1, branches: bool = False) -> bool:
    """Whether an operation stands in virtual contexts, or is one where a phantom of one is made."""
    virtual = {*original.virtual()}
    around = [path for path in (touched, *ancestors(touched)) if path in virtual]
    return len(around) >= least and (not branches or any(map(is_branch, around)))


def _nested(original: Original, touched: str) -> bool:
    """Whether an operation is a context inside a context."""
    updates = original.operations.get(touched, ())
    return any(one.type == "CONTEXT" and one.parent_id is not None for one in updates)


def _rebuilt(original: Original, touched: str) -> bool:
    """Whether the result of an operation was too large to be kept."""
    return any(map(is_rebuilt, original.operations.get(touched, ())))


_STEP, _CONTEXT, _CALLBACK = _of_type("STEP"), _of_type("CONTEXT"), _of_type("CALLBACK")
_BATCHES = _of_subtype("Map", "Parallel")
_VIRTUAL: Applies = _virtual

WHERE: dict[str, Applies] = {
    "step-unique-id": _STEP,
    "step-result-checkpointed": _STEP,
    "step-retry": _STEP,
    "wait-replay": _of_type("WAIT"),
    "callback-id": _CALLBACK,
    "callback-create": _CALLBACK,
    "callback-wait-for": _within("WaitForCallback"),
    "invoke-start": _of_type("CHAINED_INVOKE"),
    "context-lifecycle": _CONTEXT,
    "context-nesting": _nested,
    "context-error-handling": _CONTEXT,
    "context-replay-children": _rebuilt,
    "map-items": _within("Map"),
    "map-contexts": _of_subtype("Map", "MapIteration"),
    "parallel-branches": _within("Parallel"),
    "parallel-named": _of_subtype("ParallelBranch"),
    "completion-min-successful": _BATCHES,
    "completion-tolerated-count": _BATCHES,
    "completion-tolerated-percentage": _BATCHES,
    "batch-result": _BATCHES,
    "condition-as-step": _of_subtype("WaitForCondition"),
    "virtual-parent-id": _VIRTUAL,
    "virtual-nested": partial(_virtual, least=2),
    "virtual-failure-propagates": _BATCHES,
    "virtual-step-prefix": _VIRTUAL,
    "flat-branches": partial(_virtual, branches=True),
}
"""Of which operations an entry speaks, where it does not speak of all that its mutations touch."""

_INPUT = frozenset({"input"})


def _ended(status: str) -> Condition:
    return lambda recording: recording.executions[0].status == status


def _reads_input(recording: Recording) -> bool:
    """Whether some expression of the handler uses the execution's input."""
    scenario = Scenario.from_document(recording.scenario, recording.document)
    return any(map(_uses_input, scenario.handler))


def _uses_input(part: Any) -> bool:
    """Whether an expression is, or is in, a part of a statement that uses the input."""
    if is_dataclass(part) and not isinstance(part, type):
        return any(_uses_input(getattr(part, each.name)) for each in fields(part))
    if isinstance(part, tuple):
        return any(map(_uses_input, part))
    return isinstance(part, str | list | dict) and varies(part, _INPUT)


WHEN: dict[str, Condition] = {
    "output-succeeded": _ended("SUCCEEDED"),
    "output-failed": _ended("FAILED"),
    "consistency-type-check": _ended("FAILED"),
    "oversize-fails-cleanly": _ended("FAILED"),
    "terminal-error-returned": _ended("FAILED"),
    "serdes-error-terminal": _ended("FAILED"),
    "execution-input": _reads_input,
}
"""What must hold of a recording for an entry to speak of its output or values at all."""


def unaided(recording: Recording, reference: Recording | None) -> tuple[Finding, ...]:
    """Judge without a ledger, so that nothing is accounted for."""
    return judged(recording, reference, Ledger()).findings


@dataclass
class Breaking:
    """One recording, broken entry by entry; what is found out for one serves the others."""

    recording: Recording
    judge: Judge = unaided
    _tried: dict[tuple[str, int], bool] = field(default_factory=dict)

    @cached_property
    def _own(self) -> tuple[Finding, ...]:
        return tuple(self.judge(self.recording, None))

    @cached_property
    def _original(self) -> Original:
        return Original.of(self.recording)

    def bites(self, entry: str) -> bool:
        """Whether breaking what an entry speaks of is noticed without another SDK."""
        if not BREAKERS[entry] or not self.recording.executions:
            return False
        if any(one.layer is Layer.HARNESS for one in self._own):
            return False
        if entry in WHEN and not WHEN[entry](self.recording):
            return False
        return any(self._noticed(entry, _BY_NAME[name]) for name in BREAKERS[entry])

    def _noticed(self, entry: str, mutation: Mutation) -> bool:
        where = WHERE.get(entry)
        there = (
            (number, change)
            for number, change in enumerate(mutation.changes(self._original))
            if where is None or _speaks(where, self._original, change[1])
        )
        return any(
            self._seen(mutation.name, number, change) for number, (_, _, change) in islice(there, PLACES)
        )

    def _seen(self, name: str, number: int, change: Callable[[Draft], None]) -> bool:
        if (name, number) not in self._tried:
            draft = self._original.draft()
            change(draft)
            new = noticed(self._own, self.judge(draft.done(), None))
            self._tried[name, number] = new.killed_without_parity
        return self._tried[name, number]


def bites(entry: str, recording: Recording, judge: Judge = unaided) -> bool:
    """Whether a recording's scenario fails when what an entry speaks of is broken."""
    return Breaking(recording, judge).bites(entry)


def _speaks(where: Applies, original: Original, touched: str) -> bool:
    """Whether an entry speaks of a place; outputs, requests and bodies have no operation to be told by."""
    known = touched in original.operations or touched in original.plan.operations
    return not known or where(original, touched)
