"""Faults in what others have a part in: waits, callbacks, invokes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from python_sdk.seeded.patching import around, is_update, module, on_updates

if TYPE_CHECKING:
    from collections.abc import Callable


def _minutes_are_seconds() -> None:
    """A duration in minutes is as many seconds."""
    duration = module("config").Duration
    duration.from_minutes = classmethod(lambda cls, value: cls.from_seconds(value))


def _wait_not_waited() -> None:
    """A wait is begun, and what follows it goes on at once."""
    executor = module("operation.wait").WaitOperationExecutor
    around(executor, "execute", lambda *_: None)


def _timeout_lost() -> None:
    """A callback's timeout does not reach the service."""
    _options(timeout_seconds=0)


def _heartbeat_lost() -> None:
    """A callback's heartbeat timeout does not reach the service."""
    _options(heartbeat_timeout_seconds=0)


def _options(**fields: int) -> None:
    def change(update: Any) -> Any:
        if not is_update(update, "CALLBACK", "START"):
            return update
        return replace(update, callback_options=replace(update.callback_options, **fields))

    on_updates(change)


def _wrong_callback_id() -> None:
    """A program is told a callback's id that the service does not know."""

    def execute(original: Any, self: Any, checkpointed: Any) -> Any:
        original(self, checkpointed)
        return self.operation_identifier.operation_id

    around(module("operation.callback").CallbackOperationExecutor, "execute", execute)


def _callback_error_swallowed() -> None:
    """A callback that failed gives nothing."""
    around(module("context").Callback, "_raise_terminal_failure", lambda *_: None)
    suspend = module("exceptions").SuspendExecution

    def result(original: Any, self: Any) -> Any:
        try:
            return original(self)
        except suspend:
            if self.state.get_checkpoint_result(self.operation_id).is_failed():
                return None
            raise

    around(module("context").Callback, "result", result)


def _timeout_is_external() -> None:
    """A callback that timed out raises the class of one that was failed."""
    context = module("context")
    context.CallbackTimeoutError = module("exceptions").CallbackExternalError


def _submitter_not_retried() -> None:
    """A wait_for_callback's submitter is not tried again."""
    none = module("retries").RetryPresets.none

    def handler(original: Any, context: Any, submitter: Any, name: Any = None, config: Any = None) -> Any:
        if config is not None:
            config = replace(config, retry_strategy=none())
        return original(context, submitter, name, config)

    around(module("context"), "wait_for_callback_handler", handler)


def _tenant_lost() -> None:
    """An invoke's tenant does not reach the service."""

    def change(update: Any) -> Any:
        if not is_update(update, "CHAINED_INVOKE", "START"):
            return update
        return replace(update, chained_invoke_options=replace(update.chained_invoke_options, tenant_id=None))

    on_updates(change)


def _payload_twice() -> None:
    """An invoke's payload is made a text twice."""
    on_updates(
        lambda update: (
            replace(update, payload=json.dumps(update.payload))
            if is_update(update, "CHAINED_INVOKE", "START") and update.payload is not None
            else update
        )
    )


def _invoke_error_swallowed() -> None:
    """An invoke whose target failed gives nothing."""

    def check(original: Any, self: Any) -> Any:
        if self.state.get_checkpoint_result(self.operation_identifier.operation_id).is_failed():
            return module("operation.base").CheckResult.create_completed(None)
        return original(self)

    around(module("operation.invoke").InvokeOperationExecutor, "check_result_status", check)


def _stopped_forgotten() -> None:
    """An invoke whose target was stopped waits for ever."""
    around(module("state").CheckpointedResult, "is_stopped", lambda *_: False)


def _timed_out_forgotten() -> None:
    """What timed out is waited for for ever."""
    around(module("state").CheckpointedResult, "is_timed_out", lambda *_: False)


def _invoke_raises_step_error() -> None:
    """An invoke that failed raises the class that is a step's."""
    module("operation.invoke").InvokeError = module("exceptions").StepError


FAULTS: dict[str, Callable[[], None]] = {
    "minutes-are-seconds": _minutes_are_seconds,
    "wait-not-waited": _wait_not_waited,
    "timeout-lost": _timeout_lost,
    "heartbeat-lost": _heartbeat_lost,
    "wrong-callback-id": _wrong_callback_id,
    "callback-error-swallowed": _callback_error_swallowed,
    "timeout-is-external": _timeout_is_external,
    "submitter-not-retried": _submitter_not_retried,
    "tenant-lost": _tenant_lost,
    "payload-twice": _payload_twice,
    "invoke-error-swallowed": _invoke_error_swallowed,
    "stopped-forgotten": _stopped_forgotten,
    "timed-out-forgotten": _timed_out_forgotten,
    "invoke-raises-step-error": _invoke_raises_step_error,
}
"""The faults by name."""
