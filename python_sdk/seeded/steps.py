"""Faults in steps, conditions and retries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from python_sdk.seeded.patching import around, is_update, module

if TYPE_CHECKING:
    from collections.abc import Callable


def _retry_delay() -> None:
    """A step's retry is asked for one second later than its strategy said."""
    update = module("lambda_service").OperationUpdate
    original = update.create_step_retry

    def later(identifier: Any, error: Any, next_attempt_delay_seconds: int) -> Any:
        return original(identifier, error, next_attempt_delay_seconds + 1)

    update.create_step_retry = staticmethod(later)


def _body_again() -> None:
    """On replay a step's body runs once more, although its result is there."""
    executor = module("operation.step").StepOperationExecutor
    context = module("types").StepContext

    def check(original: Any, self: Any) -> Any:
        if self.state.get_checkpoint_result(self.operation_identifier.operation_id).is_succeeded():
            self.func(context(logger=self.context_logger, attempt=1))
        return original(self)

    around(executor, "check_result_status", check)


def _lost_result() -> None:
    """A step gives nothing back, although its result is checkpointed."""

    def step(original: Any, *args: Any, **kwargs: Any) -> None:
        original(*args, **kwargs)

    around(module("context").DurableContext, "step", step)


def _attempt_stuck() -> None:
    """A step's body is told that it is at its first attempt, every time."""
    context = module("operation.step").StepContext

    def first(**fields: Any) -> Any:
        return context(**(fields | {"attempt": 1}))

    module("operation.step").StepContext = first


def _one_more_try() -> None:
    """A retry strategy is asked as if one attempt fewer had been made."""

    def create(original: Any, config: Any = None) -> Any:
        strategy = original(config)
        return lambda error, attempts: strategy(error, max(attempts - 1, 1))

    around(module("retries"), "create_retry_strategy", create)


def _any_error_retried() -> None:
    """A retry strategy takes every error for one that it is to retry."""
    around(module("retries"), "_is_error_retryable", lambda *_: True)


def _back_off_unbounded() -> None:
    """An exponential back-off grows beyond its longest delay."""

    def create(original: Any, config: Any = None) -> Any:
        if config is not None:
            config = replace(config, max_delay=module("config").Duration.from_days(1))
        return original(config)

    around(module("retries"), "create_retry_strategy", create)


def _linear_is_constant() -> None:
    """A linear back-off waits as long each time."""

    def create(original: Any, config: Any = None) -> Any:
        strategy = original(config)

        def decide(error: Any, attempts: int) -> Any:
            decision = strategy(error, attempts)
            return strategy(error, 1) if decision.should_retry else decision

        return decide

    around(module("retries"), "create_linear_retry_strategy", create)


def _early_body() -> None:
    """The body of an at-most-once step runs before the service has its START."""

    def checkpoint(original: Any, self: Any, operation_update: Any = None, *, is_sync: bool = True) -> Any:
        late = operation_update is not None and is_update(operation_update, "STEP", "START", "Step")
        return original(self, operation_update, is_sync=is_sync and not late)

    around(module("state").ExecutionState, "create_checkpoint", checkpoint)
    executor = module("operation.step").StepOperationExecutor
    result = module("operation.base").CheckResult

    def check(original: Any, self: Any) -> Any:
        try:
            return original(self)
        except module("exceptions").InvalidStateError:
            return result.create_is_ready_to_execute(self._get_checkpoint_result())

    around(executor, "check_result_status", check)


def _interrupted_again() -> None:
    """An at-most-once step that was interrupted runs again as the same attempt."""
    semantics = module("config").StepSemantics

    def check(original: Any, self: Any) -> Any:
        found = self.state.get_checkpoint_result(self.operation_identifier.operation_id)
        if found.is_started() and self.config.step_semantics is semantics.AT_MOST_ONCE_PER_RETRY:
            return module("operation.base").CheckResult.create_is_ready_to_execute(found)
        return original(self)

    around(module("operation.step").StepOperationExecutor, "check_result_status", check)


def _step_error_swallowed() -> None:
    """A step that failed gives nothing when it is replayed."""

    def check(original: Any, self: Any) -> Any:
        if self.state.get_checkpoint_result(self.operation_identifier.operation_id).is_failed():
            return module("operation.base").CheckResult.create_completed(None)
        return original(self)

    around(module("operation.step").StepOperationExecutor, "check_result_status", check)


def _falsy_is_null() -> None:
    """A step's result that is empty, zero or false is null when it is replayed."""

    def check(original: Any, self: Any) -> Any:
        checked = original(self)
        if checked.is_ready_to_execute or checked.deserialized_result:
            return checked
        return module("operation.base").CheckResult.create_completed(None)

    around(module("operation.step").StepOperationExecutor, "check_result_status", check)


def _condition_forgets() -> None:
    """A wait_for_condition's retry carries 0 in the place of its state."""
    update = module("lambda_service").OperationUpdate
    make = update.create_wait_for_condition_retry

    def forgetful(identifier: Any, payload: str, next_attempt_delay_seconds: int) -> Any:
        del payload
        return make(identifier, "0", next_attempt_delay_seconds)

    update.create_wait_for_condition_retry = staticmethod(forgetful)


def _condition_late() -> None:
    """A wait_for_condition polls again one second later than its strategy said."""
    update = module("lambda_service").OperationUpdate
    make = update.create_wait_for_condition_retry

    def later(identifier: Any, payload: str, next_attempt_delay_seconds: int) -> Any:
        return make(identifier, payload, next_attempt_delay_seconds + 1)

    update.create_wait_for_condition_retry = staticmethod(later)


def _condition_fails_as_step() -> None:
    """A wait_for_condition that failed raises the class that is a step's."""
    module("operation.wait_for_condition").WaitForConditionError = module("exceptions").StepError


def _retryable_is_final() -> None:
    """An error that is to have the invocation repeated is kept as the end of what it escapes from."""
    module("exceptions").InvocationError.is_retryable = lambda _: False


FAULTS: dict[str, Callable[[], None]] = {
    "retryable-is-final": _retryable_is_final,
    "retry-delay": _retry_delay,
    "body-again": _body_again,
    "lost-result": _lost_result,
    "attempt-stuck": _attempt_stuck,
    "one-more-try": _one_more_try,
    "any-error-retried": _any_error_retried,
    "back-off-unbounded": _back_off_unbounded,
    "linear-is-constant": _linear_is_constant,
    "early-body": _early_body,
    "interrupted-again": _interrupted_again,
    "step-error-swallowed": _step_error_swallowed,
    "falsy-is-null": _falsy_is_null,
    "condition-forgets": _condition_forgets,
    "condition-late": _condition_late,
    "condition-fails-as-step": _condition_fails_as_step,
}
"""The faults by name."""
