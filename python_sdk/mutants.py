"""Seeded faults of the SDK, to show that the suite finds them.

Each is a patch of the SDK's own functions in this process, so that what is wrong is wrong from where the
SDK decides it on. They are made for the SDK's current version; on one that lacks what a mutant patches,
installing it fails.
"""

from __future__ import annotations

from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def install(name: str) -> None:
    """Break the SDK, in this process, as the named mutant does.

    Raises:
        ValueError: There is no such mutant.
        AttributeError: The SDK has not got what the mutant breaks.
    """
    if name not in KNOWN:
        raise ValueError(f"unknown mutant {name!r}: known are {', '.join(sorted(KNOWN))}")
    KNOWN[name]()


def _module(name: str) -> Any:
    return import_module(f"aws_durable_execution_sdk_python.{name}")


def _around(owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    """Put `wrapper(original, *args)` in the place of a function of `owner`."""
    original = getattr(owner, name)

    @wraps(original)
    def replaced(*args: Any, **kwargs: Any) -> Any:
        return wrapper(original, *args, **kwargs)

    setattr(owner, name, replaced)


def _phantom_fail() -> None:
    """A virtual child or FLAT branch that fails writes CONTEXT FAIL, without a START (issue 362)."""
    executor = _module("operation.child").ChildOperationExecutor
    service = _module("lambda_service")
    failed = _module("exceptions").ChildContextError

    def execute(original: Any, self: Any, checkpointed: Any) -> Any:
        try:
            return original(self, checkpointed)
        except failed as error:
            if self.is_virtual:
                fields = service.ErrorObject(
                    message=error.message,
                    type=error.error_type,
                    data=error.data,
                    stack_trace=error.stack_trace,
                )
                identifier = self.operation_identifier
                self.state.create_checkpoint(service.OperationUpdate.create_context_fail(identifier, fields))
            raise

    _around(executor, "execute", execute)
    # What was written is there on replay, where the SDK would otherwise notice it.
    executor.validate_virtual_checkpoint = staticmethod(lambda *_: None)
    concurrent = _module("concurrency.executor").ConcurrentExecutor
    _around(concurrent, "_validate_branch_checkpoint_nesting", lambda *_: None)


def _orphan_parent() -> None:
    """Operations inside a virtual child or FLAT branch name it as their parent (issue 363)."""
    context = _module("context").DurableContext

    def create(original: Any, self: Any, operation_id: str, *, is_virtual: bool = False) -> Any:
        child = original(self, operation_id, is_virtual=is_virtual)
        if is_virtual:
            child._parent_id = operation_id  # noqa: SLF001 - what the fault was
        return child

    _around(context, "create_child_context", create)


def _lost_start() -> None:
    """A child context never says that it started."""
    service = _module("lambda_service")

    def checkpoint(original: Any, self: Any, operation_update: Any = None, *args: Any, **kwargs: Any) -> Any:
        if (
            operation_update is not None
            and operation_update.operation_type is service.OperationType.CONTEXT
            and operation_update.action is service.OperationAction.START
            and operation_update.sub_type == service.OperationSubType.RUN_IN_CHILD_CONTEXT
        ):
            return None
        return original(self, operation_update, *args, **kwargs)

    _around(_module("state").ExecutionState, "create_checkpoint", checkpoint)


def _double_end() -> None:
    """A child context says twice that it succeeded."""
    service = _module("lambda_service")

    def checkpoint(original: Any, self: Any, operation_update: Any = None, *args: Any, **kwargs: Any) -> Any:
        original(self, operation_update, *args, **kwargs)
        if (
            operation_update is not None
            and operation_update.operation_type is service.OperationType.CONTEXT
            and operation_update.action is service.OperationAction.SUCCEED
        ):
            original(self, operation_update, *args, **kwargs)

    _around(_module("state").ExecutionState, "create_checkpoint", checkpoint)


def _retry_delay() -> None:
    """A step's retry is asked for one second later than its strategy said."""
    update = _module("lambda_service").OperationUpdate
    original = update.create_step_retry

    def later(identifier: Any, error: Any, next_attempt_delay_seconds: int) -> Any:
        return original(identifier, error, next_attempt_delay_seconds + 1)

    update.create_step_retry = staticmethod(later)


def _wrong_sub_type() -> None:
    """Iterations of a map say that they are branches of a parallel."""
    service = _module("lambda_service")

    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if self.sub_type_iteration == service.OperationSubType.MAP_ITERATION:
            self.sub_type_iteration = service.OperationSubType.PARALLEL_BRANCH

    _around(_module("concurrency.executor").ConcurrentExecutor, "__init__", init)


def _unprefixed_ids() -> None:
    """Operations inside a virtual child are numbered as if they stood outside of it."""
    context = _module("context").DurableContext

    def create(original: Any, self: Any, operation_id: str, *, is_virtual: bool = False) -> Any:
        child = original(self, operation_id, is_virtual=is_virtual)
        if is_virtual:
            for name in ("_step_id_prefix", "_operation_id_namespace", "_step_counter"):
                setattr(child, name, getattr(self, name))
        return child

    _around(context, "create_child_context", create)


def _body_again() -> None:
    """On replay a step's body runs once more, although its result is there."""
    executor = _module("operation.step").StepOperationExecutor
    context = _module("types").StepContext

    def check(original: Any, self: Any) -> Any:
        if self.state.get_checkpoint_result(self.operation_identifier.operation_id).is_succeeded():
            self.func(context(logger=self.context_logger, attempt=1))
        return original(self)

    _around(executor, "check_result_status", check)


def _no_replay_children() -> None:
    """A result too large for its checkpoint is left out without a word that its children must run again."""
    service = _module("lambda_service")
    original = service.OperationUpdate.create_context_succeed

    def succeed(identifier: Any, payload: Any, *, context_options: Any = None) -> Any:  # noqa: ARG001 - what is lost
        return original(identifier, payload, context_options=service.ContextOptions(replay_children=False))

    service.OperationUpdate.create_context_succeed = staticmethod(succeed)


def _no_limit() -> None:
    """A map or parallel runs as many branches at once as it has."""

    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.max_concurrency = None

    _around(_module("concurrency.executor").ConcurrentExecutor, "__init__", init)


def _lost_result() -> None:
    """A step gives nothing back, although its result is checkpointed."""

    def step(original: Any, *args: Any, **kwargs: Any) -> None:
        original(*args, **kwargs)

    _around(_module("context").DurableContext, "step", step)


KNOWN: dict[str, Callable[[], None]] = {
    "phantom-fail": _phantom_fail,
    "orphan-parent": _orphan_parent,
    "lost-start": _lost_start,
    "double-end": _double_end,
    "retry-delay": _retry_delay,
    "wrong-sub-type": _wrong_sub_type,
    "unprefixed-ids": _unprefixed_ids,
    "body-again": _body_again,
    "no-replay-children": _no_replay_children,
    "no-limit": _no_limit,
    "lost-result": _lost_result,
}
"""The mutants by name."""
