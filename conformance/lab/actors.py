"""Outside actors: what others do to an execution while it is suspended."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aws_durable_execution_sdk_python.lambda_service import ErrorObject
from aws_durable_execution_sdk_python_testing.exceptions import AwsApiException
from aws_durable_execution_sdk_python_testing.executor import Executor
from aws_durable_execution_sdk_python_testing.token import CallbackToken

from conformance.lab.clock import micros
from conformance.lab.observed import Observed, ObservedOperation
from conformance.scenario.setting import Action, ErrorSpec
from conformance.scenario.statements import ABSENT


def error_object(spec: ErrorSpec | None) -> ErrorObject:
    """An error as the actor sends it; what it does not give is not sent."""
    spec = spec or ErrorSpec()
    stack = list(spec.stack) if spec.stack is not None else None
    return ErrorObject(message=spec.message, type=spec.type, data=spec.data, stack_trace=stack)


def describe(action: Action) -> str:
    """An action in words, for reports."""
    if action.kind == "stop":
        return "stop" if action.of is None else f"stop the target of {action.of!r}"
    target = f"callback {action.callback!r}" if action.callback is not None else f"callback no. {action.nth}"
    if action.of is not None:
        target = f"the callback of {action.of!r}"
    return f"{action.kind} {target}"


@dataclass
class Actors:
    """The actions of a scenario still to come. A callback may be of any execution of the run."""

    execution: str
    observed: Observed
    executor: Executor
    waiting: list[Action] = field(default_factory=list)

    def next(self) -> tuple[int, Action] | None:
        """The action that is due first and when, in virtual microseconds; None when none can be told yet."""
        due = [
            (when, position)
            for position, action in enumerate(self.waiting)
            if (when := self._due(action)) is not None
        ]
        if not due:
            return None
        when, position = min(due)
        return when, self.waiting[position]

    def lost(self) -> list[Action]:
        """The actions whose callback or invoke was never created."""
        return [action for action in self.waiting if self._due(action) is None]

    def act(self, action: Action) -> str | None:
        """Do it; what the service objects, if it does."""
        self.waiting.remove(action)
        if action.kind == "stop":
            self.executor.stop_execution(
                self._stopped(action), error_object(action.error) if action.error else None
            )
            return None
        target = self._target(action)
        if target is None:
            return f"{describe(action)}: there is no such callback"
        callback = CallbackToken(target.execution, target.id).to_str()
        try:
            if action.kind == "succeed":
                self.executor.send_callback_success(callback, _payload(action))
            elif action.kind == "fail":
                self.executor.send_callback_failure(callback, error_object(action.error))
            else:
                self.executor.send_callback_heartbeat(callback)
        except AwsApiException as error:
            return f"{describe(action)}: {error}"
        return None

    def _due(self, action: Action) -> int | None:
        if action.kind == "stop" and action.of is None:
            return micros(action.after)
        target = self._target(action)
        return None if target is None else target.time + micros(action.after)

    def _stopped(self, action: Action) -> str:
        """The execution that is to be stopped: the scenario's, or the one that an invoke began."""
        invoke = self._target(action) if action.of is not None else None
        if invoke is None:
            return self.execution
        return self.executor.get_execution(invoke.execution).chained_invoke_children[invoke.id]

    def _target(self, action: Action) -> ObservedOperation | None:
        if action.kind == "stop":
            matching = [invoke for invoke in self.observed.invokes() if invoke.name == action.of]
        else:
            matching = [callback for callback in self.observed.callbacks() if self._meant(action, callback)]
        return matching[action.nth - 1] if len(matching) >= action.nth else None

    def _meant(self, action: Action, callback: ObservedOperation) -> bool:
        if action.of is not None:
            parent = self.observed.parent(callback)
            return parent is not None and parent.name == action.of
        return action.callback is None or callback.name == action.callback


def _payload(action: Action) -> bytes:
    if action.raw is not None:
        return action.raw.encode()
    if action.payload is ABSENT:
        return b""
    return json.dumps(action.payload).encode()
