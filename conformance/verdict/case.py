"""What a check is given: the scenario, what was recorded of it, and the recording's canonical stream."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.scenario import enclosed
from conformance.verdict.branch_ends import BranchEnds
from conformance.verdict.surroundings import Surroundings
from conformance.wire.program import statements_within
from conformance.wire.recording import ReportKind
from conformance.wire.stream import CHECKPOINT, Stream, canonical, spoken
from conformance.wire.values import json_or

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.scenario.model import Scenario
    from conformance.scenario.statements import Statement
    from conformance.sdks.dialect import Dialect
    from conformance.wire.recording import Exchange, ExecutionRecord, Invocation, Recording
    from conformance.wire.stream import Update

DEADLY = frozenset({"crash-before", "crash-after"})
"""The faults that end a process."""

End: TypeAlias = tuple[str, tuple[int, ...]]
"""A handler, child or branch that ended: its statement's place and the indexes that lead to it."""

_FUNCTIONS = frozenset({"handler", "child", "branch"})
"""What the harness tells the end of, with the size of what it returned if it returned anything."""

_RETURNING = _FUNCTIONS | {"step"}
"""What may return a value that JSON can't say; of a step's body it tells nothing else."""


@dataclass(frozen=True)
class Case:
    """One recording, ready to be judged. JSON that does not parse is None here: the schema layer names it."""

    scenario: Scenario
    recording: Recording
    stream: Stream

    @classmethod
    def of(cls, recording: Recording) -> Case:
        """Make the case of a recording.

        Raises:
            KeyError, TypeError, ValueError: the recording's document is not that of a scenario.
        """
        from conformance.scenario.model import Scenario as Model  # noqa: PLC0415 - and for typing above

        scenario = Model.from_document(recording.scenario, recording.document)
        return cls(scenario, recording, canonical(recording, scenario))

    @cached_property
    def dialect(self) -> Dialect:
        """How the subject spells."""
        return spoken(self.recording.subject)

    def dialect_in(self, invocation: int | None) -> Dialect:
        """How whoever handled an invocation spells; a run may have changed hands."""
        subject = self.recording.subject_of(invocation)
        return self.dialect if subject == self.recording.subject else spoken(subject)

    @cached_property
    def returned_nothing(self) -> frozenset[End]:
        """The handlers, children and branches that only ever returned nothing."""
        return self._returned(_FUNCTIONS, lambda detail: "size" not in detail)

    @cached_property
    def returned(self) -> frozenset[End]:
        """The handlers, children and branches that returned, whatever it was."""
        return self._returned(_FUNCTIONS, lambda _: True)

    @cached_property
    def returned_unsayable(self) -> frozenset[End]:
        """Those, and steps, that only ever returned what JSON can't say, as JavaScript's undefined."""
        return self._returned(_RETURNING, lambda detail: detail.get("size", 0) is None)

    def _returned(self, kinds: frozenset[str], such: Callable[[Mapping[str, Any]], bool]) -> frozenset[End]:
        ends = [
            (effect.at, effect.indexes, effect.detail)
            for effect in self.recording.effects
            if effect.event == "end" and effect.kind in kinds and isinstance(effect.detail, dict)
        ]
        told = [
            (at, indexes, such(detail)) for at, indexes, detail in ends if detail.get("outcome") == "returned"
        ]
        return frozenset((at, indexes) for at, indexes, it_is in told if it_is) - frozenset(
            (at, indexes) for at, indexes, it_is in told if not it_is
        )

    @property
    def execution(self) -> ExecutionRecord | None:
        """The scenario's own execution; None if it never began."""
        return self.recording.executions[0] if self.recording.executions else None

    @cached_property
    def invocations(self) -> Mapping[int, Invocation]:
        """Invocations by number."""
        return {invocation.number: invocation for invocation in self.recording.invocations}

    @cached_property
    def events(self) -> Mapping[int, Any]:
        """What each invocation was given, parsed, by its number."""
        return {number: json_or(invocation.input) for number, invocation in self.invocations.items()}

    @cached_property
    def answers(self) -> Mapping[int, Any]:
        """What each invocation answered, parsed, by its number."""
        return {number: json_or(invocation.output) for number, invocation in self.invocations.items()}

    @cached_property
    def outputs(self) -> Mapping[int, Any]:
        """The same, without the members that say nothing, where the SDK's dialect has them as null."""
        if self.dialect.answer_members != "all":
            return self.answers
        return {
            number: {
                name: {key: each for key, each in value.items() if each is not None}
                if isinstance(value, dict)
                else value
                for name, value in answer.items()
                if value is not None
            }
            if isinstance(answer, dict)
            else answer
            for number, answer in self.answers.items()
        }

    @cached_property
    def exchanges(self) -> tuple[Talk, ...]:
        """All requests with their answers, parsed, in order of arrival."""
        return tuple(
            Talk(exchange, json_or(exchange.request), json_or(exchange.response))
            for exchange in self.recording.exchanges
        )

    @cached_property
    def checkpoints(self) -> tuple[Talk, ...]:
        """The checkpoint requests among them."""
        return tuple(talk for talk in self.exchanges if talk.exchange.operation == CHECKPOINT)

    @cached_property
    def checkpoints_of(self) -> Mapping[int | None, tuple[Talk, ...]]:
        """The checkpoint requests that each invocation sent, by its number."""
        groups: dict[int | None, list[Talk]] = {}
        for talk in self.checkpoints:
            groups.setdefault(talk.exchange.invocation, []).append(talk)
        return {number: tuple(talks) for number, talks in groups.items()}

    @cached_property
    def branches(self) -> Mapping[str, tuple[tuple[Update, ...], ...]]:
        """What the branches of each batch wrote, by the batch's typed path: accepted updates, by branch."""
        groups: dict[str, list[tuple[Update, ...]]] = {}
        for path, updates in self.stream.operations.items():
            if path.endswith("]"):
                groups.setdefault(path.rpartition("[")[0], []).append(updates)
        return {batch: tuple(branches) for batch, branches in groups.items()}

    @cached_property
    def ends(self) -> BranchEnds:
        """How the bodies of batches' branches ended."""
        return BranchEnds.of(self.recording.effects)

    @cached_property
    def answered(self) -> bool:
        """Whether no process died: all that there was to tell of bodies has been told."""
        return all(invocation.answered for invocation in self.recording.invocations)

    @cached_property
    def disturbed(self) -> bool:
        """Whether the scenario upsets the service or the process: faults that strike, bodies that crash."""
        missed = {report.at for report in self.recording.reports if report.kind is ReportKind.SCENARIO}
        return self._bodies_crash or any(
            f"faults/{number}" not in missed for number in range(len(self.scenario.faults))
        )

    @cached_property
    def deadly(self) -> bool:
        """Whether the scenario itself ends a process: faults that do, bodies that crash."""
        return self._bodies_crash or any(fault.fault in DEADLY for fault in self.scenario.faults)

    def repeats(self, invocation: Invocation) -> bool:
        """Whether an invocation fails as the scenario asks for: with an error that is to have it repeated."""
        output = self.outputs[invocation.number]
        kind = output.get("errorType") if isinstance(output, dict) else None
        if isinstance(kind, str) and kind.rpartition(".")[2] in set(map(enclosed.repeating, self.statements)):
            return True
        before = self.recording.of(invocation.execution).invocations
        return before.index(invocation) + 1 in self._unread

    @cached_property
    def _unread(self) -> frozenset[int]:
        """The invocations, from 1, in which a serialiser fails to read so that they are repeated."""
        arguments = [one.argument for each in self.statements for one in enclosed.serialisers(each)]
        given = [one for one in arguments if isinstance(one, dict) and one.get("retryable")]
        return frozenset(one["invocation"] for one in given)

    @cached_property
    def _bodies_crash(self) -> bool:
        return any(body.crashes is not None for each in self.statements for body in enclosed.bodies(each))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement of the scenario's handler and of its functions'."""
        bodies = (self.scenario.handler, *(one.handler for one in self.scenario.functions.values()))
        return tuple(each for body in bodies for each in statements_within(body))

    @cached_property
    def surroundings(self) -> Surroundings:
        """What the program has at each place."""
        return Surroundings(self.scenario)

    def durable(self, arn: str) -> bool:
        """Whether an execution is one of a durable function: plain ones answer what they like."""
        return arn in self._durable

    @cached_property
    def _durable(self) -> frozenset[str]:
        functions = self.scenario.functions
        return frozenset(
            execution.arn
            for execution in self.recording.executions
            if execution.function not in functions or functions[execution.function].durable
        )

    @cached_property
    def serialiser_fails(self) -> bool:
        """Whether a serialiser of the scenario fails: then an attempt may end without its body."""
        return any(serdes.fails for each in self.statements for serdes in enclosed.serialisers(each))


@dataclass(frozen=True)
class Talk:
    """A request and its answer, parsed."""

    exchange: Exchange
    request: Any
    response: Any

    @property
    def good(self) -> bool:
        """Whether the service took it."""
        return self.exchange.taken

    @property
    def token(self) -> str | None:
        """The checkpoint token that it spent."""
        token = self.request.get("CheckpointToken") if isinstance(self.request, dict) else None
        return token if isinstance(token, str) else None

    @property
    def next_token(self) -> str | None:
        """The checkpoint token that the answer gave."""
        token = self.response.get("CheckpointToken") if isinstance(self.response, dict) else None
        return token if isinstance(token, str) else None
